"""Keepers: the people who carry by hand, each for some groups, what no bot can bring there."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, or_, select, update
from sqlmodel import Session

from db import audit, groups, relay
from db.groups import SEND, TIE, NotKeeper
from db.people import staff
from db.permissions import roles_with
from db.places import get
from db.scene import Actor
from db.tables import Account, Chat, Outbox, Person, Place, Relay, Role, table

account, chat, person = table(Account), table(Chat), table(Person)
outbox, place = table(Outbox), table(Place)
carried, role = table(Relay), table(Role)


class Keeper(NamedTuple):
    """Somebody who may carry; `role` and `place` are what they are nearest to the group."""

    person_id: int
    who: str
    role: str
    place: str


class Appointed(NamedTuple):
    """`was`: the keeper until now, None for nobody."""

    title: str
    by_hand: bool
    was: int | None


def possible(session: Session, actor: Actor, place_id: int) -> list[Keeper]:
    """Who announces at that place and can be written to in private, the nearest first. Raises
    NotAllowed."""
    spot = get(session, place_id)
    actor.require(TIE, spot.path)
    above = [int(step) for step in spot.path.split(".") if step]
    reached = select(account.c.id).where(
        account.c.person_id == person.c.id, account.c.chat_id.is_not(None)
    )
    rows = session.execute(
        select(person.c.id, person.c.name, role.c.name.label("role"), place.c.name.label("place"))
        .join(role, role.c.person_id == person.c.id)
        .join(place, place.c.id == role.c.place_id)
        .where(role.c.place_id.in_(above), role.c.name.in_(roles_with(SEND)))
        .where(or_(role.c.ends_at.is_(None), role.c.ends_at > actor.now), reached.exists())
        .order_by(func.length(place.c.path).desc(), role.c.id)
    )
    found: dict[int, Keeper] = {}
    for row in rows:
        found.setdefault(row.id, Keeper(*row))
    return list(found.values())


def appoint(session: Session, actor: Actor, *, chat_id: int, keeper_id: int | None) -> Appointed:
    """That person carries by hand what no bot can bring to the group, also what waits there now;
    None: nobody does, where a bot writes to it. Raises NoSuchGroup, NotAllowed, NotKeeper."""
    group = groups.read(session, actor, chat_id)
    may = staff(session, group.place_id, SEND, actor.now)
    if group.by_hand if keeper_id is None else keeper_id not in may:
        raise NotKeeper
    session.execute(update(chat).where(chat.c.id == chat_id).values(keeper_id=keeper_id))
    if group.keeper_id != keeper_id:
        waits = (
            select(outbox.c.delivery_id)
            .join(carried, carried.c.delivery_id == outbox.c.delivery_id)
            .where(outbox.c.chat_id == chat_id, outbox.c.state == "handed")
            .where(carried.c.handed_at > actor.now - relay.FORGOTTEN)
        )
        relay.hand(session, list(session.execute(waits).scalars()), actor.now)
    detail = {"chat": chat_id, "keeper": keeper_id, "was": group.keeper_id}
    audit.note(
        session, at=actor.now, person_id=actor.person_id, action="group.keeper", detail=detail
    )
    return Appointed(group.title, group.by_hand, group.keeper_id)
