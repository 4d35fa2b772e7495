"""What became of each slot of a bulletin: claimed once, whoever comes first.

`swept_at` of a bulletin says up to where its slots are settled. A `swept_at` in the future means
that the clock went back: what was passed over by mistake is withdrawn, what was sent stays sent.
A clock set back by some seconds is no such thing: nothing is withdrawn, nobody is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db import announcements, people
from db.announcements import Part, Progress
from db.scene import Actor
from db.standings import Definition, definition_of
from db.tables import Bulletin, Occurrence, table

bulletin, occurrence = table(Bulletin), table(Occurrence)

UNNOTICED: Final = timedelta(minutes=1)  # a clock set back by less changes nothing
_ROWS: Final = 500  # of one INSERT: a statement takes so many values


@dataclass(frozen=True, slots=True)
class Held:
    """A bulletin under lock until the transaction ends."""

    id: int
    owner_id: int
    definition: Definition
    swept_at: datetime


def due(session: Session, now: datetime) -> list[int]:
    """The bulletins with slots to settle."""
    query = select(bulletin.c.id).where(_due(now)).order_by(bulletin.c.id)
    return list(session.execute(query).scalars())


def pending(session: Session, now: datetime) -> int:
    """How many bulletins have slots to settle."""
    query = select(func.count()).select_from(bulletin).where(_due(now))
    return int(session.execute(query).scalar_one())


def next_slot(session: Session) -> datetime | None:
    """When the next issue of any bulletin goes out."""
    query = select(func.min(bulletin.c.next_at)).where(bulletin.c.state == "active")
    found: datetime | None = session.execute(query).scalar_one()
    return found


def _due(now: datetime) -> ColumnElement[bool]:
    come = or_(bulletin.c.next_at <= now, bulletin.c.swept_at >= now + UNNOTICED)
    return and_(bulletin.c.state == "active", come)


def hold(session: Session, bulletin_id: int, now: datetime) -> Held | None:
    """None if it has nothing to settle any more."""
    row = session.execute(
        select(bulletin).where(bulletin.c.id == bulletin_id, _due(now)).with_for_update()
    ).first()
    if row is None:
        return None
    return Held(row.id, row.owner_id, definition_of(row), row.swept_at)


def swept(session: Session, bulletin_id: int, now: datetime, next_at: datetime | None) -> None:
    """Everything up to `now` is settled."""
    session.execute(
        update(bulletin).where(bulletin.c.id == bulletin_id).values(swept_at=now, next_at=next_at)
    )


def stop(session: Session, bulletin_id: int) -> None:
    """Pause it: its owner may not send any more."""
    session.execute(
        update(bulletin).where(bulletin.c.id == bulletin_id).values(state="paused", next_at=None)
    )


def claim(session: Session, bulletin_id: int, slot: datetime, now: datetime) -> int | None:
    """The occurrence, to be sent by whoever got it; None if the slot is settled already."""
    row = _row(bulletin_id, slot, now, "sent", "")
    statement = _insert(session).values(row).on_conflict_do_nothing(index_elements=_SLOT)
    return session.execute(statement.returning(occurrence.c.id)).scalar_one_or_none()


def skip(
    session: Session, bulletin_id: int, slots: Sequence[datetime], reason: str, now: datetime
) -> list[datetime]:
    """Pass over those slots that are not settled yet; these, in order."""
    skipped: list[datetime] = []
    for start in range(0, len(slots), _ROWS):
        rows = [
            _row(bulletin_id, slot, now, "skipped", reason) for slot in slots[start : start + _ROWS]
        ]
        statement = _insert(session).values(rows).on_conflict_do_nothing(index_elements=_SLOT)
        skipped += session.execute(statement.returning(occurrence.c.slot)).scalars()
    return sorted(skipped)


def release(
    session: Session,
    actor: Actor,
    places: Sequence[int],
    segments: Sequence[str],
    body: str,
    parts: Mapping[str, Sequence[Part]],
) -> Progress:
    """The same way out as an announcement's. Raises NotAllowed, NobodyThere."""
    return announcements.release(
        session,
        actor,
        body=body,
        parts=parts,
        media=(),
        places=places,
        segments=segments,
        urgent=False,
        shown=announcements.digest(body, (), places, segments, False),
    )


def issued(session: Session, occurrence_id: int, version_id: int) -> None:
    session.execute(
        update(occurrence).where(occurrence.c.id == occurrence_id).values(version_id=version_id)
    )


def refuse(session: Session, occurrence_id: int, reason: str) -> None:
    """What was claimed is not sent after all."""
    session.execute(
        update(occurrence)
        .where(occurrence.c.id == occurrence_id)
        .values(state="skipped", reason=reason)
    )


def withdraw(session: Session, bulletin_id: int, now: datetime) -> int:
    """The clock went back: slots still to come that were passed over unasked are open again.
    How many."""
    ahead = and_(occurrence.c.bulletin_id == bulletin_id, occurrence.c.slot > now)
    withdrawn = session.execute(
        delete(occurrence)
        .where(ahead, occurrence.c.state == "skipped", occurrence.c.reason != "asked")
        .returning(occurrence.c.id)
    )
    return len(withdrawn.all())


def sent_ahead(session: Session, bulletin_id: int, now: datetime) -> set[datetime]:
    """Slots still to come that were sent before the clock went back."""
    rows = session.execute(
        select(occurrence.c.slot).where(
            occurrence.c.bulletin_id == bulletin_id,
            occurrence.c.slot > now,
            occurrence.c.state == "sent",
        )
    )
    return set(rows.scalars())


def actor(session: Session, person_id: int, now: datetime) -> Actor:
    """The person with the rights they have now, in no chat."""
    grants = people.grants(session, person_id, now)
    return Actor(person_id, account_id=0, chat_id=0, bot_id=0, now=now, grants=grants)


_SLOT: Final = ("bulletin_id", "slot")


def _row(
    bulletin_id: int, slot: datetime, now: datetime, state: str, reason: str
) -> dict[str, Any]:
    return {
        "bulletin_id": bulletin_id,
        "slot": slot,
        "state": state,
        "reason": reason,
        "version_id": None,
        "at": now,
    }


def _insert(session: Session) -> Any:
    dialect = session.get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(occurrence)
