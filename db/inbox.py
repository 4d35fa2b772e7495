"""What came in: kept before it is acknowledged, done in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db import quota
from db.prepared import Prepared
from db.tables import Inbox, table

inbox = table(Inbox)

# Spelled out, not bound: only so do the planners know that the partial index fits.
RECEIVED: Final = inbox.c.state == literal_column("'received'")

_FINISH: Final = Prepared(
    update(inbox)
    .where(inbox.c.id == bindparam("row"), RECEIVED)
    .values(state="done", body=b"", done_at=bindparam("at"))
    .returning(inbox.c.id)
)
_LOAD: Final = Prepared(
    select(inbox.c.id, inbox.c.key, inbox.c.lane, inbox.c.body).where(
        inbox.c.id == bindparam("row"), RECEIVED
    )
)

MAX_FAILURES: Final = 3  # a handler that fails this often will fail again
MAX_CRASHES: Final = 25  # stops survived while first in its lane; no innocent sees so many


class Received(NamedTuple):
    id: int
    key: str
    lane: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update to be handled."""

    id: int
    key: str
    lane: str
    body: bytes = field(repr=False)


class Resumed(NamedTuple):
    """`aside`: the ids of updates given up at this start."""

    waiting: list[Received]
    aside: list[int]


class AlreadyDone(Exception):
    """The update was settled before; nothing must happen twice."""


def receive(
    session: Session,
    bot_id: int,
    updates: Sequence[tuple[str, str, bytes]],
    now: datetime,
    again: bool = False,
    metered: bool = False,
) -> list[Received]:
    """Keep (key, lane, body) triples in order; what is already there is dropped by its key.
    `again`: an earlier try may have kept them, so all that still wait are returned. `metered`:
    what the bot receives is counted."""
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
    ).all()
    if metered:
        quota.received(session, bot_id, len(kept), now)
    if again:
        kept = session.execute(
            select(inbox.c.id, inbox.c.key, inbox.c.lane)
            .where(inbox.c.bot_id == bot_id, RECEIVED)
            .where(inbox.c.key.in_([key for key, _, _ in updates]))
        ).all()
    return sorted(Received(*row) for row in kept)


def load(session: Session, inbox_id: int) -> Waiting | None:
    row = _LOAD.first(session, {"row": inbox_id})
    return Waiting(*row) if row else None


def resume(session: Session, bot_id: int) -> Resumed:
    """After a start: what is still to be handled, oldest first. The first of each lane may have
    been in hand at the stop; what was so too often is set aside, since it may be what stops us."""
    mine = (inbox.c.bot_id == bot_id) & RECEIVED
    firsts = select(func.min(inbox.c.id)).where(mine).group_by(inbox.c.lane)
    session.execute(update(inbox).where(inbox.c.id.in_(firsts)).values(crashes=inbox.c.crashes + 1))
    aside = session.execute(
        update(inbox)
        .where(mine, inbox.c.crashes > MAX_CRASHES)
        .values(state="aside", error="Crashed")
        .returning(inbox.c.id)
    ).scalars()
    given_up = sorted(aside)
    rows = session.execute(
        select(inbox.c.id, inbox.c.key, inbox.c.lane).where(mine).order_by(inbox.c.id)
    )
    return Resumed([Received(*row) for row in rows], given_up)


def finish(session: Session, inbox_id: int, now: datetime) -> None:
    """Done: its effect stands in this transaction, its text is no longer needed.
    Raises AlreadyDone."""
    if _FINISH.first(session, {"row": inbox_id, "at": now}) is None:
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


def set_aside(session: Session, inbox_id: int, error: str, keep: bool = True) -> None:
    """Note it for a look by hand; it blocks nobody. `keep`: with its text. Raises AlreadyDone."""
    left = {} if keep else {"body": b""}
    aside = session.execute(
        update(inbox)
        .where(inbox.c.id == inbox_id, RECEIVED)
        .values(state="aside", error=error, **left)
        .returning(inbox.c.id)
    ).first()
    if aside is None:
        raise AlreadyDone


def waiting(session: Session) -> int:
    return int(
        session.execute(select(func.count()).select_from(inbox).where(RECEIVED)).scalar_one()
    )
