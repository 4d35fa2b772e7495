"""Roles: who is what, where, since when and until when; given, dated and ended by an admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update
from sqlmodel import Session

from db import audit
from db.audience import below
from db.permissions import roles_with
from db.scene import Actor
from db.tables import Account, Person, Place, Role, table

account, person, place, role = table(Account), table(Person), table(Place), table(Role)

GRANT: Final = "role:grant"
# The kind of place that each role is given for, in the order in which they are offered: the
# highest comes last.
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
    """Nobody else would be admin there without an end date: make another one first."""


class TooLong(Exception):
    """The role would last longer than that of whoever gives it: choose an earlier day."""


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


def admins(session: Session, now: datetime, path: str | None = None) -> int:
    """How many people are admin now at the place of `path`: there or above it; None: anywhere."""
    query = select(func.count(role.c.person_id.distinct())).where(role.c.name == "admin")
    if path is not None:
        query = query.where(_covers(path))
    return int(session.execute(query.where(_holding(now))).scalar_one())


def highest(session: Session, now: datetime) -> dict[str, tuple[str, str]]:
    """The highest role of everybody who has one, and its place's name, by the id of their account:
    for the village in the browser, where these ids are unique."""
    rows = session.execute(
        select(account.c.external_id, role.c.name, place.c.name.label("place"))
        .join(role, role.c.person_id == account.c.person_id)
        .join(place, place.c.id == role.c.place_id)
        .where(_holding(now))
        .order_by(role.c.id.desc())
    ).all()
    ranks = list(KINDS)
    return {
        row.external_id: (row.name, row.place)
        for row in sorted(rows, key=lambda row: ranks.index(row.name))
    }


def give(
    session: Session,
    *,
    person_id: int,
    name: str,
    place_id: int,
    until: datetime | None,
    by: int | None,
    now: datetime,
) -> datetime | None:
    """Whoever has the role already keeps it, until the later of both dates, which is returned.
    `by` None: the command line. The right to do so is the caller's to check."""
    known = holds(session, person_id, name, place_id, now)
    if known is None:
        session.execute(
            insert(role).values(
                person_id=person_id, place_id=place_id, name=name, granted_at=now, ends_at=until
            )
        )
    else:
        ends = session.execute(select(role.c.ends_at).where(role.c.id == known)).scalar_one()
        until = max(ends, until) if ends and until else None
        session.execute(update(role).where(role.c.id == known).values(ends_at=until))
    detail = {"person": person_id, "role": name, "place": place_id, "until": _iso(until)}
    audit.note(session, at=now, person_id=by, action="role.granted", detail=detail)
    return until


def end(session: Session, actor: Actor, *, role_id: int) -> Held:
    """The role ends now; as it was. Raises NoSuchRole, NotAllowed, LastAdmin."""
    return _change(session, actor, role_id, actor.now, "role.ended")


def set_until(session: Session, actor: Actor, *, role_id: int, until: datetime | None) -> Held:
    """The role ends at `until`, or has no end date; as it is now. Raises NoSuchRole, NotAllowed,
    LastAdmin, TooLong."""
    changed = _change(session, actor, role_id, until, "role.dated")
    return changed._replace(until=until)


def _change(
    session: Session, actor: Actor, role_id: int, until: datetime | None, action: str
) -> Held:
    found = read(session, actor, role_id)
    require_until(session, actor, found.path, until)
    if found.role == "admin" and until is not None:
        _keep_one(session, found)
    session.execute(update(role).where(role.c.id == role_id).values(ends_at=until))
    detail = {"person": found.person_id, "role": found.role, "id": role_id, "until": _iso(until)}
    audit.note(session, at=actor.now, person_id=actor.person_id, action=action, detail=detail)
    return found


def require_until(session: Session, actor: Actor, path: str, until: datetime | None) -> None:
    """Nobody gives a role at the place of `path` for longer than they give roles there. Raises
    NotAllowed, TooLong."""
    actor.require(GRANT, path)
    own = select(role.c.ends_at).where(
        role.c.person_id == actor.person_id, role.c.name.in_(roles_with(GRANT))
    )
    ends = session.execute(own.where(_covers(path), _holding(actor.now))).scalars().all()
    last = max((end for end in ends if end), default=actor.now)
    if None not in ends and (until is None or until > last):
        raise TooLong


def _keep_one(session: Session, leaving: Held) -> None:
    """Somebody must stay admin there whatever day it is. Raises LastAdmin."""
    others = (
        select(role.c.id)
        .where(role.c.name == "admin", role.c.ends_at.is_(None), role.c.id != leaving.id)
        .where(_covers(leaving.path))
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


def _covers(path: str) -> ColumnElement[bool]:
    """A condition on a role: it is one at the place of `path`, or above it."""
    return role.c.place_id.in_([int(step) for step in path.split(".") if step])


def _holding(now: datetime) -> ColumnElement[bool]:
    return or_(role.c.ends_at.is_(None), role.c.ends_at > now)


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
