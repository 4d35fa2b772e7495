"""Bulletins: what is told again and again, and what became of each time it fell due.

When a slot falls is not known here: whoever decides brings `next_at`. What a slot became is a
row of Occurrence; see `db.occurrences`. While a slot has come and is not settled yet, nobody
changes the bulletin (Due): so no slot is lost between two schedules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlmodel import Session

from db import audience, occurrences
from db.announcements import Part, Progress
from db.audience import NobodyThere
from db.engine import notify
from db.occurrences import UNNOTICED
from db.permissions import NotAllowed
from db.scene import Actor
from db.standings import Definition, NoSuchBulletin, Standing, definition_of, get, require
from db.tables import Bulletin, Occurrence, table

bulletin, occurrence = table(Bulletin), table(Occurrence)


class NeverFires(Exception):
    """Its schedule holds no time to come: give it another."""


class AlreadySent(Exception):
    """An issue has gone out since the menu was shown: look at the bulletin again."""


class SlotGone(Exception):
    """That slot is not the next one any more: look at the bulletin again."""


class Due(Exception):
    """An issue is just going out: try again in a few seconds."""


def make(
    session: Session, actor: Actor, *, definition: Definition, next_at: datetime | None
) -> Standing:
    """Begin it; its first issue goes out at `next_at`. Raises NotAllowed, NobodyThere, NeverFires
    when `next_at` is None."""
    first = _first(session, actor, definition, next_at)
    entered = insert(bulletin).values(
        owner_id=actor.person_id,
        state="active",
        created_at=actor.now,
        swept_at=actor.now,
        next_at=first,
        **_values(definition),
    )
    made = int(session.execute(entered.returning(bulletin.c.id)).scalar_one())
    return _changed(session, actor, made)


def change(
    session: Session,
    actor: Actor,
    *,
    bulletin_id: int,
    definition: Definition,
    next_at: datetime | None,
    skips: Sequence[datetime] = (),
) -> Standing:
    """Raises as `make`, and NoSuchBulletin, Due. A paused one stays paused. Whoever changes it
    becomes its owner if the owner may not send any more. `skips`: the slots of a new schedule
    that are passed over as asked, in place of those of the old one."""
    row = _settled(session, actor, bulletin_id)
    first = _first(session, actor, definition, next_at)
    if row.schedule != dict(definition.schedule):
        session.execute(delete(occurrence).where(_asked(bulletin_id, actor.now)))
        occurrences.skip(session, bulletin_id, skips, "asked", actor.now)
    return _update(
        session,
        actor,
        bulletin_id,
        owner_id=_owner(session, actor, row.owner_id, definition.places),
        swept_at=actor.now,
        next_at=first if row.state == "active" else None,
        **_values(definition),
    )


def pause(session: Session, actor: Actor, *, bulletin_id: int) -> Standing:
    """Slots that pass meanwhile are not made up for. Raises NoSuchBulletin, NotAllowed, Due."""
    _settled(session, actor, bulletin_id)
    return _update(session, actor, bulletin_id, state="paused", next_at=None)


def resume(
    session: Session, actor: Actor, *, bulletin_id: int, next_at: datetime | None
) -> Standing:
    """Raises as `change`; whoever resumes it becomes its owner as there."""
    row = _settled(session, actor, bulletin_id)
    first = _first(session, actor, definition_of(row), next_at)
    owner = _owner(session, actor, row.owner_id, row.places)
    values = {"state": "active", "owner_id": owner, "swept_at": actor.now, "next_at": first}
    return _update(session, actor, bulletin_id, **values)


def end(session: Session, actor: Actor, *, bulletin_id: int) -> Standing:
    """For good. Raises NoSuchBulletin, NotAllowed, Due."""
    standing = get(session, actor, bulletin_id)
    _settled(session, actor, bulletin_id)
    session.execute(
        update(bulletin).where(bulletin.c.id == bulletin_id).values(state="ended", next_at=None)
    )
    return replace(standing, state="ended", next_at=None)


def skip_next(session: Session, actor: Actor, *, bulletin_id: int, slot: datetime) -> Standing:
    """Nothing goes out at `slot`, which must be `next_at`. Raises NoSuchBulletin, NotAllowed, Due,
    SlotGone."""
    if _settled(session, actor, bulletin_id).next_at != slot:
        raise SlotGone
    occurrences.skip(session, bulletin_id, [slot], "asked", actor.now)
    return _changed(session, actor, bulletin_id)


def asked(session: Session, bulletin_id: int, now: datetime) -> list[datetime]:
    """The slots to come that are passed over as asked."""
    query = select(occurrence.c.slot).where(_asked(bulletin_id, now)).order_by(occurrence.c.slot)
    return list(session.execute(query).scalars())


def unskip(session: Session, actor: Actor, *, bulletin_id: int, slot: datetime) -> Standing:
    """Raises as `skip_next`."""
    if _settled(session, actor, bulletin_id).next_at != slot:
        raise SlotGone
    session.execute(
        delete(occurrence).where(_asked(bulletin_id, actor.now), occurrence.c.slot == slot)
    )
    return _changed(session, actor, bulletin_id)


def send_now(
    session: Session,
    actor: Actor,
    *,
    bulletin_id: int,
    after: int | None,
    body: str,
    parts: Mapping[str, Sequence[Part]],
) -> Progress:
    """An issue out of turn. `after`: the id of the `last` the menu showed (None: there was none);
    if one was sent since, AlreadySent. Raises also NoSuchBulletin, NotAllowed, NobodyThere, Due."""
    row = _settled(session, actor, bulletin_id)
    newer = and_(
        occurrence.c.bulletin_id == bulletin_id,
        occurrence.c.state == "sent",
        occurrence.c.id > (after or 0),
        occurrence.c.slot < actor.now + UNNOTICED,  # beyond: the clock was wrong
    )
    if session.execute(select(occurrence.c.id).where(newer).limit(1)).first():
        raise AlreadySent
    claimed = occurrences.claim(session, bulletin_id, actor.now, actor.now)
    if claimed is None:
        raise AlreadySent
    progress = occurrences.release(session, actor, row.places, row.segments, body, parts)
    occurrences.issued(session, claimed, progress.version_id)
    return replace(progress, issue=True)


def _first(
    session: Session, actor: Actor, definition: Definition, next_at: datetime | None
) -> datetime:
    """Its first slot, if it may begin: the rights of a release, and somebody to hear it."""
    audience.require(session, actor, definition.places, urgent=False)
    if not audience.count(session, actor, definition.places, definition.segments).groups:
        raise NobodyThere
    if next_at is None or next_at <= actor.now:
        raise NeverFires
    return next_at


def _values(definition: Definition) -> dict[str, Any]:
    return {
        "title": definition.title,
        "text": definition.text,
        "sections": list(definition.sections),
        "schedule": dict(definition.schedule),
        "places": list(definition.places),
        "segments": list(definition.segments),
        "late_hours": definition.late_hours,
    }


def _settled(session: Session, actor: Actor, bulletin_id: int) -> Any:
    """Its row, under lock, for somebody who may decide about it."""
    row = session.execute(
        select(bulletin)
        .where(bulletin.c.id == bulletin_id, bulletin.c.state != "ended")
        .with_for_update()
    ).first()
    if row is None:
        raise NoSuchBulletin
    require(session, actor, row)
    back = row.swept_at >= actor.now + UNNOTICED
    if row.state == "active" and (back or (row.next_at and row.next_at <= actor.now)):
        raise Due
    return row


def _owner(session: Session, actor: Actor, owner_id: int, places: Sequence[int]) -> int:
    """The owner as long as they may send there; else who acts."""
    try:
        owner = occurrences.actor(session, owner_id, actor.now)
        audience.require(session, owner, places, urgent=False)
    except NotAllowed:
        return actor.person_id
    return owner_id


def _asked(bulletin_id: int, now: datetime) -> Any:
    return and_(
        occurrence.c.bulletin_id == bulletin_id,
        occurrence.c.slot > now,
        occurrence.c.reason == "asked",
    )


def _update(session: Session, actor: Actor, bulletin_id: int, **values: Any) -> Standing:
    session.execute(update(bulletin).where(bulletin.c.id == bulletin_id).values(**values))
    return _changed(session, actor, bulletin_id)


def _changed(session: Session, actor: Actor, bulletin_id: int) -> Standing:
    notify(session, "bulletins")
    return get(session, actor, bulletin_id)
