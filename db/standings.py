"""A bulletin as it stands, for whoever keeps it: its owner, as long as they may send there, or who
may send commune-wide there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import and_, func, literal, or_, select
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
class Outcome:
    """What became of a slot, sent or skipped: an Occurrence. `reason` of a skipped one: late asked
    empty nobody not_allowed."""

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
    last: Outcome | None
    skipped_next: bool
    places: tuple[str, ...]


_Spots: TypeAlias = Mapping[int, tuple[str, str]]  # names and paths of places by their id


def mine(session: Session, actor: Actor) -> list[Standing]:
    """One's own, and those at places where the actor may send commune-wide; none ended."""
    wide = literal(actor.can("announcement:send_wide"))
    rows = session.execute(
        select(bulletin, person.c.name)
        .join(person, person.c.id == bulletin.c.owner_id)
        .where(bulletin.c.state != "ended", or_(bulletin.c.owner_id == actor.person_id, wide))
        .order_by(bulletin.c.id)
    ).all()
    spots = _spots(session, rows)
    return _standings(session, actor, [row for row in rows if _keeps(actor, row, spots)], spots)


def get(session: Session, actor: Actor, bulletin_id: int) -> Standing:
    """Raises NoSuchBulletin, NotAllowed."""
    row = session.execute(
        select(bulletin, person.c.name)
        .join(person, person.c.id == bulletin.c.owner_id)
        .where(bulletin.c.id == bulletin_id, bulletin.c.state != "ended")
    ).first()
    if row is None:
        raise NoSuchBulletin
    spots = require(session, actor, row)
    (standing,) = _standings(session, actor, [row], spots)
    return standing


def require(session: Session, actor: Actor, row: Any) -> _Spots:
    """The places of this row of a bulletin, if the actor decides about it. Raises NotAllowed."""
    spots = _spots(session, [row])
    if not _keeps(actor, row, spots):
        raise NotAllowed("announcement:send_wide")
    return spots


def _keeps(actor: Actor, row: Any, spots: _Spots) -> bool:
    own = row.owner_id == actor.person_id
    right = "announcement:send" if own else "announcement:send_wide"
    paths = [spots[id][1] for id in row.places if id in spots]
    return bool(paths) and all(actor.can(right, path) for path in paths)


def _spots(session: Session, rows: Iterable[Any]) -> _Spots:
    ids = {id for row in rows for id in row.places}
    found = session.execute(
        select(place.c.id, place.c.name, place.c.path).where(place.c.id.in_(ids))
    )
    return {row.id: (row.name, row.path) for row in found}


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


def _standings(
    session: Session, actor: Actor, rows: Sequence[Any], spots: _Spots
) -> list[Standing]:
    ids = [row.id for row in rows]
    last, skipped = _last(session, ids, actor.now), _skipped(session, ids)
    return [
        Standing(
            id=row.id,
            definition=definition_of(row),
            owner_id=row.owner_id,
            owner=row.name,
            state=row.state,
            next_at=row.next_at,
            swept_at=row.swept_at,
            last=last.get(row.id),
            skipped_next=row.id in skipped,
            places=tuple(spots[id][0] for id in sorted(row.places) if id in spots),
        )
        for row in rows
    ]


def _last(session: Session, ids: Sequence[int], now: datetime) -> dict[int, Outcome]:
    """By bulletin."""
    newest = (
        select(func.max(occurrence.c.id))
        .where(occurrence.c.bulletin_id.in_(ids), occurrence.c.slot <= now)
        .group_by(occurrence.c.bulletin_id)
    )
    rows = session.execute(select(occurrence).where(occurrence.c.id.in_(newest)))
    return {
        row.bulletin_id: Outcome(row.id, row.slot, row.state, row.reason, row.version_id, row.at)
        for row in rows
    }


def _skipped(session: Session, ids: Sequence[int]) -> set[int]:
    """The bulletins whose next slot is passed over."""
    following = and_(
        occurrence.c.bulletin_id == bulletin.c.id, occurrence.c.slot == bulletin.c.next_at
    )
    rows = session.execute(
        select(bulletin.c.id)
        .join(occurrence, following)
        .where(bulletin.c.id.in_(ids), occurrence.c.state == "skipped")
    )
    return set(rows.scalars())
