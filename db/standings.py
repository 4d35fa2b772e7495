"""A bulletin as it stands, for whoever keeps it: its owner, or who may send commune-wide there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from db.permissions import NotAllowed
from db.scene import Actor
from db.tables import Bulletin, Occurrence, Person, Place, table

bulletin, occurrence = table(Bulletin), table(Occurrence)
person, place = table(Person), table(Place)


class NoSuchBulletin(Exception):
    """It is not there, or has ended: choose one from the list."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a person decides. `schedule`: the data of a `content.schedule.Schedule`."""

    title: str
    text: str
    sections: tuple[str, ...]
    schedule: Mapping[str, Any]
    places: tuple[int, ...]
    segments: tuple[str, ...]
    late_hours: int


@dataclass(frozen=True, slots=True)
class Issue:
    """An Occurrence: `state` sent or skipped; `reason` of a skipped one: late asked empty nobody
    not_allowed."""

    id: int
    slot: datetime
    state: str
    reason: str
    version_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A bulletin as it stands. `places`: their names; `last`: what became of its last slot;
    `skipped_next`: nothing will go out at `next_at`, as its keeper asked."""

    id: int
    definition: Definition
    owner_id: int
    owner: str
    state: str  # active paused ended
    next_at: datetime | None
    swept_at: datetime
    last: Issue | None
    skipped_next: bool
    places: tuple[str, ...]


def mine(session: Session, actor: Actor) -> list[Standing]:
    """One's own, and those at places where the actor may send commune-wide; none ended."""
    rows = session.execute(
        select(bulletin, person.c.name)
        .join(person, person.c.id == bulletin.c.owner_id)
        .where(bulletin.c.state != "ended")
        .order_by(bulletin.c.id)
    ).all()
    return [_standing(session, actor, row) for row in rows if keeps(session, actor, row)]


def get(session: Session, actor: Actor, bulletin_id: int) -> Standing:
    """Raises NoSuchBulletin, NotAllowed."""
    row = session.execute(
        select(bulletin, person.c.name)
        .join(person, person.c.id == bulletin.c.owner_id)
        .where(bulletin.c.id == bulletin_id, bulletin.c.state != "ended")
    ).first()
    if row is None:
        raise NoSuchBulletin
    if not keeps(session, actor, row):
        raise NotAllowed("announcement:send_wide")
    return _standing(session, actor, row)


def keeps(session: Session, actor: Actor, row: Any) -> bool:
    """Whether the actor decides about this row of a bulletin."""
    if row.owner_id == actor.person_id:
        return True
    paths = _places(session, row.places).values()
    return bool(paths) and all(actor.can("announcement:send_wide", path) for _, path in paths)


def _places(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Name and path by id."""
    rows = session.execute(
        select(place.c.id, place.c.name, place.c.path)
        .where(place.c.id.in_(ids))
        .order_by(place.c.id)
    )
    return {row.id: (row.name, row.path) for row in rows}


def definition_of(row: Any) -> Definition:
    """What was decided, of a row of a bulletin."""
    return Definition(
        title=row.title,
        text=row.text,
        sections=tuple(row.sections),
        schedule=row.schedule,
        places=tuple(row.places),
        segments=tuple(row.segments),
        late_hours=row.late_hours,
    )


def _standing(session: Session, actor: Actor, row: Any) -> Standing:
    return Standing(
        id=row.id,
        definition=definition_of(row),
        owner_id=row.owner_id,
        owner=row.name,
        state=row.state,
        next_at=row.next_at,
        swept_at=row.swept_at,
        last=_last(session, row.id, actor.now),
        skipped_next=_skipped(session, row.id, row.next_at),
        places=tuple(name for name, _ in _places(session, row.places).values()),
    )


def _last(session: Session, bulletin_id: int, now: datetime) -> Issue | None:
    row = session.execute(
        select(occurrence)
        .where(occurrence.c.bulletin_id == bulletin_id, occurrence.c.slot <= now)
        .order_by(occurrence.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Issue(row.id, row.slot, row.state, row.reason, row.version_id, row.at)


def _skipped(session: Session, bulletin_id: int, slot: datetime | None) -> bool:
    found = select(occurrence.c.id).where(
        occurrence.c.bulletin_id == bulletin_id,
        occurrence.c.slot == slot,
        occurrence.c.state == "skipped",
    )
    return slot is not None and session.execute(found).first() is not None
