"""What came in: kept before it is acknowledged, done in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db.tables import Inbox, table

inbox = table(Inbox)

# Spelled out, not bound: only so do the planners know that the partial index fits.
RECEIVED: Final = inbox.c.state == literal_column("'received'")

MAX_FAILURES: Final = 3  # a handler that fails this often will fail again
MAX_CRASHES: Final = 25  # restarts survived while waiting; an innocent update passes long before


class Received(NamedTuple):
    id: int
    key: str
    lane: str


class Waiting(NamedTuple):
    """An update to be handled."""

    id: int
    key: str
    lane: str
    body: bytes


class AlreadyDone(Exception):
    """The update was settled before; nothing must happen twice."""


def receive(
    session: Session, bot_id: int, updates: Sequence[tuple[str, str, bytes]], now: datetime
) -> list[Received]:
    """Keep (key, lane, body) triples in order; what is already there is dropped by its key."""
    if not updates:
        return []
    rows = [
        {
            "bot_id": bot_id,
            "key": key,
            "lane": lane,
            "body": body,
            "state": "received",
            "failures": 0,
            "crashes": 0,
            "received_at": now,
        }
        for key, lane, body in updates
    ]
    dialect = session.get_bind().dialect.name
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(inbox)
    kept = session.execute(
        statement.on_conflict_do_nothing(index_elements=["bot_id", "key"]).returning(
            inbox.c.id, inbox.c.key, inbox.c.lane
        ),
        rows,
    )
    return sorted(Received(*row) for row in kept)


def load(session: Session, inbox_id: int) -> Waiting | None:
    row = session.execute(
        select(inbox.c.id, inbox.c.key, inbox.c.lane, inbox.c.body)
        .where(inbox.c.id == inbox_id)
        .where(RECEIVED)
    ).first()
    return Waiting(*row) if row else None


def resume(session: Session, bot_id: int) -> list[Received]:
    """After a start: what is still to be handled, oldest first. Each has survived one more
    stop; whatever has survived too many is set aside, since it may be what stops us."""
    mine = (inbox.c.bot_id == bot_id) & RECEIVED
    session.execute(update(inbox).where(mine).values(crashes=inbox.c.crashes + 1))
    session.execute(
        update(inbox)
        .where(mine, inbox.c.crashes > MAX_CRASHES)
        .values(state="aside", error="Crashed")
    )
    rows = session.execute(
        select(inbox.c.id, inbox.c.key, inbox.c.lane).where(mine).order_by(inbox.c.id)
    )
    return [Received(*row) for row in rows]


def finish(session: Session, inbox_id: int, now: datetime) -> None:
    """Done: its effect stands in this transaction, its text is no longer needed.
    Raises AlreadyDone."""
    done = session.execute(
        update(inbox)
        .where(inbox.c.id == inbox_id, RECEIVED)
        .values(state="done", body=b"", done_at=now)
        .returning(inbox.c.id)
    ).first()
    if done is None:
        raise AlreadyDone


def fail(session: Session, inbox_id: int, error: str) -> bool:
    """Handling failed (`error`: the class, no words). True: it is time to set it aside."""
    failures = session.execute(
        update(inbox)
        .where(inbox.c.id == inbox_id)
        .values(failures=inbox.c.failures + 1, error=error)
        .returning(inbox.c.failures)
    ).scalar_one()
    return bool(failures >= MAX_FAILURES)


def set_aside(session: Session, inbox_id: int, error: str) -> None:
    """Keep it for a look by hand; it blocks nobody. Raises AlreadyDone."""
    aside = session.execute(
        update(inbox)
        .where(inbox.c.id == inbox_id, RECEIVED)
        .values(state="aside", error=error)
        .returning(inbox.c.id)
    ).first()
    if aside is None:
        raise AlreadyDone


def waiting(session: Session) -> int:
    return int(
        session.execute(select(func.count()).select_from(inbox).where(RECEIVED)).scalar_one()
    )
