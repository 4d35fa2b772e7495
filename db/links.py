"""One person with several accounts, joined by a one-time code and a yes from both sides.

made ─▶ said by another account ─▶ “that is me” there ─▶ “that is me” here: one person
Whoever holds one of the accounts has all rights of the person, so neither side is taken at the
other's word: a code may be stolen, and somebody may be talked into saying one. When an account is
taken away again, by whomever, what it brought goes with it (see `belongings`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlmodel import Session

from db import audit, belongings, people
from db.absorbing import absorb
from db.codes import digest, new_code
from db.groups import CodeRefused
from db.roles import GRANT
from db.scene import Actor
from db.tables import Account, Link, Person, Place, Role, table

account, link, person = table(Account), table(Link), table(Person)
place, role = table(Place), table(Role)

LIFE: Final = timedelta(minutes=10)  # of a code
PATIENCE: Final = timedelta(days=1)  # a question waits so long for its answer

Roles = tuple[tuple[str, str], ...]  # each with the name of its place


class Own(NamedTuple):
    """An account, with the private chat it was last met in."""

    id: int
    platform: str
    name: str
    chat_id: int | None


class Said(NamedTuple):
    """A code that an account said: `who` asked for it, with their accounts' platforms. `roles`:
    of the person who said it."""

    id: int
    who: str
    platforms: tuple[str, ...]
    roles: Roles = ()


class Asked(NamedTuple):
    """The person who asked for the code, and has these `roles`, is asked whether `account` is
    their own."""

    id: int
    person_id: int
    language: str | None
    account: Own
    roles: Roles = ()


class Joined(NamedTuple):
    """The account that is now one more of `who`'s; the `roles` that come with all of them, and
    the other people (`admins`) who give roles there."""

    account: Own
    who: str
    roles: Roles
    admins: tuple[int, ...]


class Parted(NamedTuple):
    """The account that is no more `who`'s (`person_id`); the `roles` that it took along, and the
    other people (`admins`) who give roles there."""

    account: Own
    person_id: int
    who: str
    roles: Roles
    admins: tuple[int, ...]


class Oneself(Exception):
    """The account is the person's own already: say the code with the other one."""


class Waiting(Exception):
    """The account said the code already: the answer is to be given with the other one."""


class Over(Exception):
    """The matter is decided, too old, or somebody else's: ask for a new code."""


class NotOwn(Exception):
    """The account is not, or not any more, one of several of the person: look at the list."""


def ask(session: Session, actor: Actor) -> str:
    """A new code, as people write it; whatever else the person has begun is void."""
    _void(session, link.c.person_id == actor.person_id, now=actor.now)
    code = new_code()
    session.execute(
        insert(link).values(
            digest=digest(code),
            person_id=actor.person_id,
            created_at=actor.now,
            expires_at=actor.now + LIFE,
        )
    )
    return code


def open_among(session: Session, codes: Sequence[str], now: datetime) -> str:
    """One of these that is a code which waits for something, or ""."""
    digests = {digest(code): code for code in codes}
    found = session.execute(
        select(link.c.digest).where(link.c.digest.in_(digests), *_open(now)).limit(1)
    ).scalar()
    return digests[found] if found else ""


def say(session: Session, actor: Actor, *, code: str) -> Said:
    """The actor's account holds the code. Raises CodeRefused, Oneself, Waiting."""
    row = session.execute(
        select(*link.c, person.c.name.label("who"))
        .join(person, person.c.id == link.c.person_id)
        .where(link.c.digest == digest(code), *_open(actor.now))
    ).first()
    if row is None:
        raise CodeRefused
    if row.person_id == actor.person_id:
        raise Oneself
    if row.used_at is not None and row.used_by == actor.account_id:
        raise Waiting
    mine = or_(link.c.used_by.is_(None), link.c.used_by == actor.account_id)
    values = {"used_by": actor.account_id, "expires_at": actor.now + PATIENCE}
    try:
        _move(session, actor, row.id, mine, **values)
    except Over:
        raise CodeRefused from None  # another account said it first
    found = accounts(session, row.person_id)
    platforms = tuple(dict.fromkeys(one.platform for one in found))
    return Said(row.id, row.who, platforms, _roles(session, actor.person_id, actor.now))


def spoil(session: Session, actor: Actor, *, code: str) -> None:
    """Others have seen the code: it is void. Raises CodeRefused."""
    mark = update(link).where(link.c.digest == digest(code), *_open(actor.now))
    if session.execute(mark.values(decided_at=actor.now).returning(link.c.id)).first() is None:
        raise CodeRefused


def agree(session: Session, actor: Actor, *, link_id: int) -> Asked:
    """The account that said the code wants to be joined; now the other side is asked. Raises
    Over."""
    said = and_(link.c.used_by == actor.account_id, link.c.used_at.is_(None))
    values = {"used_at": actor.now, "expires_at": actor.now + PATIENCE}
    _move(session, actor, link_id, said, **values)
    return _asked(session, actor.now, link.c.id == link_id)[0]


def waiting(session: Session, actor: Actor) -> Asked | None:
    """What the actor is asked now."""
    mine = and_(link.c.person_id == actor.person_id, link.c.used_at.is_not(None))
    found = _asked(session, actor.now, mine, *_open(actor.now))
    return found[0] if found else None


def decline(session: Session, actor: Actor, *, link_id: int) -> Own:
    """One of the two sides does not know the other; the account that said the code. Raises
    Over."""
    theirs = and_(link.c.person_id == actor.person_id, link.c.used_at.is_not(None))
    either = or_(theirs, link.c.used_by == actor.account_id)
    return _account(session, _move(session, actor, link_id, either, decided_at=actor.now))


def join(session: Session, actor: Actor, *, link_id: int) -> Joined:
    """Everything of the person behind the account is the actor's from now on: its other accounts,
    roles, reports, and whatever else points to them. Raises Over."""
    mine = and_(link.c.person_id == actor.person_id, link.c.used_at.is_not(None))
    decided = {"decided_at": actor.now, "accepted": True}
    joined = _account(session, _move(session, actor, link_id, mine, **decided))
    other = _person_of(session, joined.id)
    if other == actor.person_id:
        raise Over
    mine_until_now, theirs = (
        belongings.read(session, one, actor.now) for one in (actor.person_id, other)
    )
    folded = absorb(session, actor.person_id, other, actor.now)
    _void(session, *_all_of(actor.person_id), now=actor.now)
    all_of = mine_until_now.beside(theirs, folded)
    _note(session, actor, belongings.JOINED, joined.id, other, **all_of.as_detail())
    who = _name(session, actor.person_id)
    roles = _roles(session, actor.person_id, actor.now)
    return Joined(joined, who, roles, _admins(session, actor, actor.person_id))


def accounts(session: Session, person_id: int) -> list[Own]:
    """A person's, longest known first."""
    rows = session.execute(_own().where(account.c.person_id == person_id).order_by(account.c.id))
    return [Own(*row) for row in rows]


def brought(session: Session, actor: Actor, account_id: int) -> Roles:
    """The roles that this one of the actor's accounts would take along."""
    taken = belongings.read(session, actor.person_id, actor.now).of(account_id)
    return _titles(session, role.c.id.in_([one.role_id for one in taken.shares]))


def part(session: Session, actor: Actor, *, account_id: int) -> Parted:
    """The account is somebody else's from now on, with what it brought. Raises NotOwn."""
    mine = accounts(session, actor.person_id)
    parted = next((one for one in mine if one.id == account_id), None)
    if parted is None or len(mine) == 1:
        raise NotOwn
    held = belongings.read(session, actor.person_id, actor.now)
    new = _somebody_else(session, actor, parted)
    belongings.move(session, account_id, actor.person_id, new, held, actor.now)
    _void(session, *_all_of(actor.person_id), now=actor.now)
    _note(session, actor, "account.parted", account_id, new)
    who = _renamed(session, actor.person_id, [one.name for one in mine if one is not parted])
    roles, admins = _roles(session, new, actor.now), _admins(session, actor, new)
    return Parted(parted, actor.person_id, who, roles, admins)


def _somebody_else(session: Session, actor: Actor, parted: Own) -> int:
    known = select(person.c.place_id, person.c.language).where(person.c.id == actor.person_id)
    place_id, language = session.execute(known).one()
    values = {"name": parted.name, "place_id": place_id, "language": language}
    new = session.execute(
        insert(person).values(created_at=actor.now, **values).returning(person.c.id)
    ).scalar_one()
    session.execute(update(account).where(account.c.id == parted.id).values(person_id=new))
    return int(new)


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (link.c.decided_at.is_(None), link.c.expires_at > now)


def _move(
    session: Session, actor: Actor, link_id: int, condition: ColumnElement[bool], **values: Any
) -> int:
    """One step on, for one alone of those who try at once; the account that said the code."""
    step = update(link).where(link.c.id == link_id, condition, *_open(actor.now)).values(**values)
    row = session.execute(step.returning(link.c.used_by)).first()
    if row is None:
        raise Over
    return int(row.used_by)


def _void(session: Session, *begun: ColumnElement[bool], now: datetime) -> None:
    """Nothing of this goes on."""
    session.execute(update(link).where(or_(*begun), *_open(now)).values(decided_at=now))


def _all_of(person_id: int) -> tuple[ColumnElement[bool], ...]:
    """What a person has begun, and what their accounts said: for somebody else by now."""
    own = select(account.c.id).where(account.c.person_id == person_id)
    return (link.c.person_id == person_id, link.c.used_by.in_(own))


def _asked(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> list[Asked]:
    rows = session.execute(
        select(
            link.c.id,
            link.c.person_id,
            person.c.language,
            account.c.id.label("account"),
            account.c.platform,
            account.c.name,
            account.c.chat_id,
        )
        .join(person, person.c.id == link.c.person_id)
        .join(account, account.c.id == link.c.used_by)
        .where(*conditions)
        .order_by(link.c.id.desc())
    )
    return [
        Asked(id, who, language, Own(*own), _roles(session, who, now))
        for id, who, language, *own in rows.all()
    ]


def _own() -> Any:
    return select(account.c.id, account.c.platform, account.c.name, account.c.chat_id)


def _account(session: Session, account_id: int) -> Own:
    return Own(*session.execute(_own().where(account.c.id == account_id)).one())


def _person_of(session: Session, account_id: int) -> int:
    found = select(account.c.person_id).where(account.c.id == account_id)
    return int(session.execute(found).scalar_one())


def _name(session: Session, person_id: int) -> str:
    return str(session.execute(select(person.c.name).where(person.c.id == person_id)).scalar_one())


def _renamed(session: Session, person_id: int, names: list[str]) -> str:
    """Nobody goes by the name of an account that is another's by now."""
    if _name(session, person_id) not in names and names[0]:
        session.execute(update(person).where(person.c.id == person_id).values(name=names[0]))
    return _name(session, person_id)


def _roles(session: Session, person_id: int, now: datetime) -> Roles:
    holding = or_(role.c.ends_at.is_(None), role.c.ends_at > now)
    return _titles(session, and_(role.c.person_id == person_id, holding))


def _titles(session: Session, which: ColumnElement[bool]) -> Roles:
    found = select(role.c.name, place.c.name.label("place"))
    joined = found.join(place, place.c.id == role.c.place_id).where(which)
    return tuple((row.name, row.place) for row in session.execute(joined.order_by(role.c.id)))


def _admins(session: Session, actor: Actor, person_id: int) -> tuple[int, ...]:
    """Who else gives roles where that person has one."""
    places = {one.place_id for one in people.grants(session, person_id, actor.now)}
    found = {one for id in places for one in people.staff(session, id, GRANT, actor.now)}
    return tuple(sorted(found - {actor.person_id, person_id}))


def _note(
    session: Session, actor: Actor, action: str, account_id: int, person_id: int, **more: Any
) -> None:
    """`person_id`: who the account belonged to before, or belongs to now."""
    audit.note(
        session,
        at=actor.now,
        person_id=actor.person_id,
        action=action,
        detail={"account": account_id, "person": person_id, **more},
    )
