"""A database with the commune of `village` in it: built once; what a test does is undone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from db.session import VerbSession, perform
from tests.db.village import Village, build


@dataclass(frozen=True, slots=True)
class Ground:
    """Each transaction upon `engine` finds the village as it was built."""

    engine: Engine
    village: Village


def break_ground(engine: Engine) -> Ground:
    with engine.begin() as connection:
        return Ground(engine, perform(connection, build, set()))


@contextlib.contextmanager
def undone(connection: Connection) -> Iterator[Session]:
    """A session whose work is undone at the end."""
    with VerbSession(connection, join_transaction_mode="rollback_only") as session:
        yield session
    connection.rollback()
