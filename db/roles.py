"""Roles: who is what, where, since when and until when; given, dated and ended by an admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, insert, or_, select, update
from sqlmodel import Session

from db import audit
from db.audience import below
from db.scene import Actor
from db.tables import Person, Place, Role, table

person, place, role = table(Person), table(Place), table(Role)

GRANT: Final = "role:grant"
# The kind of place that each role is given for, in the order in which they are offered.
KINDS: Final = {
    "village_head": "village",
    "cadre": "commune",
    "approver": "commune",
    "admin": "commune",
}


class Held(NamedTuple):
    """A role as somebody holds it; `who` is their name, `path` that of the place."""

    id: int
    person_id: int
    who: str
    language: str | None
    role: str
    place: str
    path: str
    since: datetime
    until: datetime | None


class NoSuchRole(Exception):
    """The role has ended, or never was: look at the list again."""


class LastAdmin(Exception):
    """Nobody else would be admin without an end date: make another one first."""


def held(session: Session, actor: Actor) -> list[Held]:
    """The roles that hold now where the actor gives them, place by place. Raises NotAllowed."""
    actor.require(GRANT)
    query = _held(actor.now).where(below(paths(actor))).order_by(place.c.id, role.c.id)
    return [Held(*row) for row in session.execute(query)]


def paths(actor: Actor) -> tuple[str, ...]:
    """The places at and below which the actor gives roles."""
    return tuple(grant.path for grant in actor.grants if actor.can(GRANT, grant.path))


def read(session: Session, actor: Actor, role_id: int) -> Held:
    """Raises NoSuchRole, NotAllowed."""
    row = session.execute(_held(actor.now).where(role.c.id == role_id)).first()
    if row is None:
        raise NoSuchRole
    actor.require(GRANT, row.path)
    return Held(*row)


def holds(session: Session, person_id: int, name: str, place_id: int, now: datetime) -> int | None:
    """The id of that very role, if the person has it now."""
    return session.execute(
        select(role.c.id)
        .where(role.c.person_id == person_id, role.c.name == name, role.c.place_id == place_id)
        .where(_holding(now))
        .limit(1)
    ).scalar_one_or_none()


def admins(session: Session, now: datetime) -> int:
    """How many people of the whole installation are admin now."""
    query = select(role.c.person_id).where(role.c.name == "admin", _holding(now)).distinct()
    return len(session.execute(query).all())


def give(
    session: Session,
    *,
    person_id: int,
    name: str,
    place_id: int,
    until: datetime | None,
    by: int | None,
    now: datetime,
) -> None:
    """Whoever has the role already keeps it, until the new date. `by` None: the command line.
    The right to do so is the caller's to check."""
    known = holds(session, person_id, name, place_id, now)
    if known is None:
        session.execute(
            insert(role).values(
                person_id=person_id, place_id=place_id, name=name, granted_at=now, ends_at=until
            )
        )
    else:
        session.execute(update(role).where(role.c.id == known).values(ends_at=until))
    detail = {"person": person_id, "role": name, "place": place_id, "until": _iso(until)}
    audit.note(session, at=now, person_id=by, action="role.granted", detail=detail)


def end(session: Session, actor: Actor, *, role_id: int) -> Held:
    """The role ends now; as it was. Raises NoSuchRole, NotAllowed, LastAdmin."""
    return _change(session, actor, role_id, actor.now, "role.ended")


def set_until(session: Session, actor: Actor, *, role_id: int, until: datetime | None) -> Held:
    """The role ends at `until`, or has no end date; as it is now. Raises NoSuchRole, NotAllowed,
    LastAdmin."""
    changed = _change(session, actor, role_id, until, "role.dated")
    return changed._replace(until=until)


def _change(
    session: Session, actor: Actor, role_id: int, until: datetime | None, action: str
) -> Held:
    found = read(session, actor, role_id)
    if found.role == "admin" and until is not None:
        _keep_one(session, role_id)
    session.execute(update(role).where(role.c.id == role_id).values(ends_at=until))
    detail = {"person": found.person_id, "role": found.role, "id": role_id, "until": _iso(until)}
    audit.note(session, at=actor.now, person_id=actor.person_id, action=action, detail=detail)
    return found


def _keep_one(session: Session, role_id: int) -> None:
    """Somebody must stay admin whatever day it is. Raises LastAdmin."""
    others = (
        select(role.c.id)
        .where(role.c.name == "admin", role.c.ends_at.is_(None), role.c.id != role_id)
        .limit(1)
    )
    if session.execute(others).first() is None:
        raise LastAdmin


def _held(now: datetime) -> Select[Any]:
    return (
        select(
            role.c.id,
            role.c.person_id,
            person.c.name,
            person.c.language,
            role.c.name,
            place.c.name,
            place.c.path,
            role.c.granted_at,
            role.c.ends_at,
        )
        .join(person, person.c.id == role.c.person_id)
        .join(place, place.c.id == role.c.place_id)
        .where(_holding(now))
    )


def _holding(now: datetime) -> Any:
    return or_(role.c.ends_at.is_(None), role.c.ends_at > now)


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
