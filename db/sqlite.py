"""SQLite from an event loop: one writer with group commit, one reader beside it.

A commit that reaches the disk is what costs, so the writer takes every verb that waits into one
transaction, each in a savepoint of its own: a verb that fails leaves the others whole. Readers
see a snapshot and never wait for the writer (WAL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.errors import DatabaseError
from db.session import BoundVerb, perform
from db.worker import Job, Worker, settle

# busy_timeout first: the next ones may already have to wait for another program.
_WRITER = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is erased is overwritten, whatever SQLite was built with
)
_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}
_READER = ("PRAGMA busy_timeout = 5000", "PRAGMA query_only = ON")


class SqliteBackend:
    """`committed` is called in the writer's thread with the topics of each commit."""

    def __init__(self, path: Path, committed: Callable[[set[str]], None]) -> None:
        """Raises DatabaseError."""
        self.jobs = 0
        self.commits = 0
        self._committed = committed
        self._writing = _standing_connection(path, _WRITER, "BEGIN IMMEDIATE")
        self._reading = _standing_connection(path, _READER, "BEGIN")
        self._writer = Worker("writer", self._write, self._writing.close)
        self._reader = Worker("reader", self._read, self._reading.close)
        self._writer.start()
        self._reader.start()

    async def write(self, verb: BoundVerb) -> Any:
        return await self._writer.run(verb)

    async def read(self, verb: BoundVerb) -> Any:
        return await self._reader.run(verb)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()

    def _write(self, jobs: list[Job]) -> None:
        topics: set[str] = set()
        try:
            saved = self._commit(jobs, topics)
        except (DBAPIError, sqlite3.Error) as error:
            self._writing.rollback()
            driver(self._writing).rollback()  # after a failed COMMIT it is still open there
            for job in jobs:
                job.error = _not_saved(error)
            topics.clear()
        else:
            self.jobs += saved
            self.commits += saved > 0
        settle(jobs)
        if topics:
            self._committed(topics)

    def _commit(self, jobs: list[Job], topics: set[str]) -> int:
        """How many jobs are saved. Raises DBAPIError or sqlite3.Error if none of them is."""
        self._writing.begin()
        for job in jobs:
            self._write_one(job, topics)
        saved = sum(job.error is None for job in jobs)
        if saved:
            self._writing.commit()
        else:
            self._writing.rollback()
        return saved

    def _write_one(self, job: Job, topics: set[str]) -> None:
        savepoint = self._writing.begin_nested()
        try:
            job.result = perform(self._writing, job.verb, topics)
            savepoint.commit()
        except Exception as error:
            if not driver(self._writing).in_transaction:
                # A full or failing disk makes SQLite undo the whole transaction by itself.
                cause = getattr(error, "orig", None) or type(error).__name__
                raise sqlite3.OperationalError(str(cause)) from error
            job.error = _not_saved(error) if _is_trouble(error) else error
            if savepoint.is_active:  # a failed flush has undone it already
                savepoint.rollback()

    def _read(self, jobs: list[Job]) -> None:
        try:
            for job in jobs:
                self._read_one(job)
        finally:
            self._reading.rollback()
        settle(jobs)

    def _read_one(self, job: Job) -> None:
        try:
            if not self._reading.in_transaction():
                self._reading.begin()
            job.result = perform(self._reading, job.verb, set())
        except Exception as error:
            job.error = _not_read(error) if _is_trouble(error) else error


def make(path: Path) -> None:
    """An empty file if none is there: people's reports are for the program's own user only, and
    SQLite itself would let everybody read them. Raises OSError."""
    if not path.exists():
        path.touch(mode=0o600)


def create(path: Path, pragmas: Sequence[str], begin: str) -> Engine:
    """An engine whose transactions open with the statement `begin`, and no other way."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # whatever signs the path has
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def open_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    _cheapen_savepoints(engine)
    return engine


def _cheapen_savepoints(engine: Engine) -> None:
    """Each savepoint has a new name, so SQLAlchemy would compile three statements a verb, which
    costs more than running one."""
    dialect: Any = engine.dialect
    dialect.do_savepoint = lambda on, name: driver(on).execute(f"SAVEPOINT {name}")
    dialect.do_release_savepoint = lambda on, name: driver(on).execute(f"RELEASE {name}")
    dialect.do_rollback_to_savepoint = lambda on, name: driver(on).execute(f"ROLLBACK TO {name}")


def driver(connection: Connection) -> sqlite3.Connection:
    """The sqlite3 connection itself, for what must not open a transaction."""
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)  # noqa: S101 - narrows Any
    return found


def _standing_connection(path: Path, pragmas: Sequence[str], begin: str) -> Connection:
    try:
        make(path)
        connection = create(path, pragmas, begin).connect()
        mode = driver(connection).execute("PRAGMA journal_mode").fetchone()
    except (DBAPIError, OSError) as error:
        raise not_opened(path, error) from error
    if mode != ("wal",):
        connection.close()
        raise DatabaseError(f"{path} cannot be kept safe where it lies: move it to a local disk")
    return connection


def not_opened(path: Path, error: Exception) -> DatabaseError:
    if "not a database" in str(error) or "malformed" in str(error):
        return DatabaseError(
            f"{path} is not an intact SQLite file: restore a copy of it, or choose another path"
        )
    if "locked" in str(error):
        return DatabaseError(f"another program is writing to {path}: close it and try again")
    return DatabaseError(
        f"cannot open {path}: make sure that its folder exists, that this user may write there "
        "and that the disk is not full"
    )


def _is_trouble(error: Exception) -> bool:
    """Whether the disk or the file is to blame, not the verb."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _TROUBLE


def _not_read(error: Exception) -> DatabaseError:
    refusal = DatabaseError(
        f"the database could not be read ({type(error).__name__}): make sure that its disk is "
        "there, then run `loalang check`"
    )
    refusal.__cause__ = error
    return refusal


def _not_saved(error: Exception) -> DatabaseError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    refusal = DatabaseError(
        f"the database could not save ({cause}): make sure that the disk is not full and "
        "that no other program uses the file"
    )
    refusal.__cause__ = error
    return refusal
