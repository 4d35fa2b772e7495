"""One look at a database beside the program that runs upon it: everything as it stood at one
moment, over a connection of its own, for the thread that asks; and one short write.

The program's own reader and writer never wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from db import postgresql, sqlite
from db.errors import DatabaseError
from db.session import VerbSession, perform
from db.url import SQLITE, parse, sqlite_path

# The program beside us may be in the middle of something long: a file's table is not late.
_READING = ("PRAGMA busy_timeout = 30000", "PRAGMA query_only = ON")
_WRITING = (
    "PRAGMA busy_timeout = 30000",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


@contextmanager
def taken(url: str) -> Iterator[Session]:
    """A session that reads one snapshot and cannot write. Raises DatabaseError."""
    parsed = parse(url)
    if parsed.drivername == SQLITE:
        engine = sqlite.create(sqlite_path(parsed), _READING, "BEGIN")
    else:
        engine = postgresql.create(parsed).execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    with (
        _connected(engine, parsed) as connection,
        VerbSession(connection, join_transaction_mode="rollback_only") as session,
    ):
        yield session


def write(url: str, verb: Callable[[Session], Any]) -> None:
    """Run one verb in a transaction of its own, waiting for its turn. Raises DatabaseError."""
    parsed = parse(url)
    if parsed.drivername == SQLITE:
        engine = sqlite.create(sqlite_path(parsed), _WRITING, "BEGIN IMMEDIATE")
    else:
        engine = postgresql.create(parsed)
    with _connected(engine, parsed) as connection, connection.begin():
        perform(connection, verb, set())


@contextmanager
def _connected(engine: Engine, url: URL) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        if url.drivername == SQLITE and "locked" in str(error):
            raise sqlite.not_opened(sqlite_path(url), error) from error
        raise DatabaseError(
            f"the database could not be used ({type(error).__name__}): make sure that its disk or "
            "server is there, then run `loalang check`"
        ) from error
    finally:
        engine.dispose()
