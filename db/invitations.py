"""Invitations: a one-time code makes its user a candidate for a role; see `candidates` for what
follows. Only the code of the command line, for the first admin, gives its role at once: who
holds it sits at the machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, insert, select, update
from sqlmodel import Session

from db import audit, groups, places, roles
from db.audience import below
from db.codes import digest, new_code
from db.groups import CodeRefused, Tied
from db.people import staff
from db.roles import GRANT, KINDS
from db.scene import Actor, Grant
from db.tables import Bot, GroupCode, Invitation, Person, Place, table

bot, group_code, invitation = table(Bot), table(GroupCode), table(Invitation)
person, place = table(Person), table(Place)

LIFE: Final = timedelta(days=7)


class Invited(NamedTuple):
    """`code` as people write it; `until`: the role's end date."""

    code: str
    role: str
    place: str
    until: datetime | None
    expires_at: datetime


class Used(NamedTuple):
    """What became of a code: `grant` when the role is given already, else `inviter` (a person's
    id) is asked about `who`, who wrote on `platform`."""

    id: int
    role: str
    place: str
    until: datetime | None
    inviter: int | None
    who: str
    platform: str
    grant: Grant | None


class Open(NamedTuple):
    """A code that nobody has used yet."""

    id: int
    role: str
    place: str
    expires_at: datetime


class Spoiled(NamedTuple):
    """A code that others have seen, and who made it (None: the command line)."""

    role: str
    place: str
    inviter: int | None


class NotThere(Exception):
    """The role is not given for such a place: choose a place of the other kind."""


class AdminThere(Exception):
    """There is an admin already, who invites others in chat."""


class ForGroup(Exception):
    """The code is to be said in the group that it ties."""


class HasRole(Exception):
    """Whoever used the code has that role already."""


class InviterGone(Exception):
    """Whoever made the code may not give that role any more: ask an admin for a new one."""


class Waiting(Exception):
    """The same person used the code already, and waits for the word of the inviter."""


class Oneself(Exception):
    """Nobody gives a role to themselves: another admin invites and confirms."""


class Over(Exception):
    """The role would have ended already: ask for a new invitation."""


def invite(
    session: Session, actor: Actor, *, place_id: int, role: str, until: datetime | None
) -> Invited:
    """A new code for one person. Raises NotAllowed, TooLong, NotThere."""
    spot = places.get(session, place_id)
    roles.require_until(session, actor, spot.path, until)
    if KINDS.get(role) != spot.kind:
        raise NotThere
    return _new(session, spot, role, until, actor.person_id, actor.now)


def first(session: Session, place_slug: str, now: datetime) -> Invited:
    """The command line's code for the first admin of that place; earlier ones are void. Raises
    AdminThere."""
    found = select(place.c.id).where(place.c.slug == place_slug)
    spot = places.get(session, session.execute(found).scalar_one())
    if roles.admins(session, now, spot.path):
        raise AdminThere
    earlier = session.execute(
        update(invitation)
        .where(invitation.c.created_by.is_(None), invitation.c.place_id == spot.id)
        .where(invitation.c.used_at.is_(None), invitation.c.expires_at > now)
        .values(expires_at=now)
        .returning(invitation.c.id, invitation.c.role, invitation.c.place_id)
    )
    for row in earlier.all():
        _note(session, "voided", row, None, now)
    return _new(session, spot, "admin", None, None, now)


def _new(
    session: Session,
    spot: places.Spot,
    role: str,
    until: datetime | None,
    created_by: int | None,
    now: datetime,
) -> Invited:
    code = new_code()
    made = session.execute(
        insert(invitation)
        .values(
            digest=digest(code),
            place_id=spot.id,
            role=role,
            role_ends_at=until,
            created_by=created_by,
            created_at=now,
            expires_at=now + LIFE,
            accepted=False,
        )
        .returning(invitation.c.id, invitation.c.role, invitation.c.place_id)
    ).one()
    _note(session, "made", made, created_by, now)
    return Invited(code, role, spot.name, until, now + LIFE)


def open_among(session: Session, codes: Sequence[str], now: datetime) -> str:
    """One of these that is the code of an invitation which somebody may still use, or ""."""
    digests = {digest(code): code for code in codes}
    found = session.execute(
        select(invitation.c.digest)
        .where(invitation.c.digest.in_(digests))
        .where(invitation.c.used_at.is_(None), invitation.c.expires_at > now)
        .limit(1)
    ).scalar()
    return digests[found] if found else ""


def unused(session: Session, actor: Actor) -> list[Open]:
    """The codes that may still be used where the actor gives roles, oldest first."""
    query = _unused(actor).order_by(invitation.c.id)
    return [Open(row.id, row.role, row.place, row.expires_at) for row in session.execute(query)]


def void(session: Session, actor: Actor, *, invitation_id: int) -> Open:
    """The code counts no more. Raises NotAllowed, CodeRefused where it does not anyway."""
    actor.require(GRANT)
    row = session.execute(_unused(actor).where(invitation.c.id == invitation_id)).first()
    if row is None:
        raise CodeRefused
    _mark(session, row.id, used_at=actor.now, decided_at=actor.now)
    _note(session, "voided", row, actor.person_id, actor.now)
    return Open(row.id, row.role, row.place, row.expires_at)


def _unused(actor: Actor) -> Select[Any]:
    living = (invitation.c.used_at.is_(None), invitation.c.expires_at > actor.now)
    return known(below(roles.paths(actor))).where(*living)


def use(session: Session, actor: Actor, *, code: str) -> Used:
    """The actor holds the code. Raises CodeRefused where it is unknown, too old or was used by
    somebody else; ForGroup, HasRole, InviterGone, Oneself, Waiting, Over."""
    row = session.execute(known(invitation.c.digest == digest(code))).first()
    if row is None:
        raise ForGroup if _is_for_group(session, code, actor.now) else CodeRefused
    if row.used_at is not None:
        raise _used_before(session, row, actor)
    if row.expires_at <= actor.now:
        raise CodeRefused
    if row.created_by == actor.person_id:
        raise Oneself
    if row.role_ends_at is not None and row.role_ends_at <= actor.now:
        raise Over
    if row.created_by and row.created_by not in staff(session, row.place_id, GRANT, actor.now):
        raise InviterGone
    if roles.holds(session, actor.person_id, row.role, row.place_id, actor.now):
        raise HasRole
    _mark(session, row.id, used_at=actor.now, used_by=actor.person_id)
    _note(session, "used", row, actor.person_id, actor.now)
    grant = None
    if row.created_by is None:
        accept(session, row, actor.person_id, None, actor.now)
        grant = Grant(row.role, row.place_id, row.path)
    who = session.execute(select(person.c.name).where(person.c.id == actor.person_id)).scalar_one()
    platform = session.execute(select(bot.c.platform).where(bot.c.id == actor.bot_id)).scalar_one()
    return Used(row.id, row.role, row.place, row.role_ends_at, row.created_by, who, platform, grant)


def _used_before(session: Session, row: Any, actor: Actor) -> Exception:
    """Only its own user hears more than that the code is none."""
    if row.used_by != actor.person_id:
        return CodeRefused()
    if row.decided_at is None:
        return Waiting()
    has = roles.holds(session, actor.person_id, row.role, row.place_id, actor.now)
    return HasRole() if has else CodeRefused()


def said_in_group(
    session: Session, actor: Actor, *, code: str, labels: dict[str, str], title: str = ""
) -> Tied | Spoiled:
    """A code that others can read: one for a role is void, one for a group ties it (`labels` and
    `title`: as for `groups.tie`). Raises CodeRefused."""
    row = session.execute(known(invitation.c.digest == digest(code))).first()
    if row is None:
        return groups.tie(session, actor, code=code, labels=labels, title=title)
    if row.used_at is not None or row.expires_at <= actor.now:
        raise CodeRefused
    _mark(session, row.id, used_at=actor.now, decided_at=actor.now)
    _note(session, "voided", row, actor.person_id, actor.now)
    return Spoiled(row.role, row.place, row.created_by)


def accept(
    session: Session, row: Any, person_id: int, by: int | None, now: datetime
) -> datetime | None:
    """The role of an invitation (`row`: as `known` finds it) is given, until the date that is
    returned; the right to do so is the caller's to check."""
    _mark(session, row.id, decided_at=now, accepted=True)
    return roles.give(
        session,
        person_id=person_id,
        name=row.role,
        place_id=row.place_id,
        until=row.role_ends_at,
        by=by,
        now=now,
    )


def known(condition: Any) -> Select[Any]:
    """Invitations with the names of their place and of who used them."""
    return (
        select(
            *invitation.c,
            place.c.name.label("place"),
            place.c.path,
            person.c.name.label("who"),
            person.c.language,
        )
        .join(place, place.c.id == invitation.c.place_id)
        .outerjoin(person, person.c.id == invitation.c.used_by)
        .where(condition)
    )


def _mark(session: Session, invitation_id: int, **values: Any) -> None:
    session.execute(update(invitation).where(invitation.c.id == invitation_id).values(**values))


def _note(session: Session, what: str, row: Any, person_id: int | None, now: datetime) -> None:
    detail = {"invitation": row.id, "role": row.role, "place": row.place_id}
    audit.note(session, at=now, person_id=person_id, action=f"invitation.{what}", detail=detail)


def _is_for_group(session: Session, code: str, now: datetime) -> bool:
    """Whether the code waits to be said in a group."""
    query = select(group_code.c.id).where(
        group_code.c.digest == digest(code),
        group_code.c.used_at.is_(None),
        group_code.c.expires_at > now,
    )
    return session.execute(query).first() is not None
