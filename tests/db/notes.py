"""A table of the tests' own and verbs upon it, so that the engine is tested without our tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped
from sqlmodel import Session, UTCDateTime

from db.engine import notify

METADATA = MetaData()
NOTE = Table(
    "note",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("words", String, unique=True),
    Column("at", UTCDateTime()),
)


class Base(DeclarativeBase):
    """The same table, for verbs that speak in rows."""


class Row(Base):
    __table__ = NOTE
    id: Mapped[int]
    words: Mapped[str]
    at: Mapped[datetime | None]


def create_tables(session: Session) -> None:
    METADATA.create_all(session.connection())


def add(session: Session, words: str, at: datetime | None = None) -> None:
    session.execute(insert(NOTE).values(words=words, at=at))


def add_then_fail(session: Session, words: str) -> None:
    add(session, words)
    notify(session, "notes")
    raise ValueError("on purpose")


def add_and_notify(session: Session, words: str, topic: str) -> None:
    add(session, words)
    notify(session, topic)


def count(session: Session) -> int:
    found: int = session.execute(select(func.count()).select_from(NOTE)).scalar_one()
    return found


def times(session: Session) -> list[datetime | None]:
    return list(session.execute(select(NOTE.c.at).order_by(NOTE.c.at)).scalars())


def add_one_to(session: Session, words: str) -> None:
    """Reads first and writes what it read: lost updates would show."""
    seen = session.execute(select(NOTE.c.id).where(NOTE.c.words == words)).scalar_one()
    session.execute(update(NOTE).where(NOTE.c.words == words).values(id=seen + 1))


def ids(session: Session) -> list[int]:
    return list(session.execute(select(NOTE.c.id)).scalars())
