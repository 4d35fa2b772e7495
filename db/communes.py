"""A whole commune entered at once: its places, bots, groups, people and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlmodel import Session

from db import bots, people, places
from db.places import Spot
from db.tables import Bot, Chat, Person, Place, table

bot, chat, person, place = table(Bot), table(Chat), table(Person), table(Place)


class NewPlace(NamedTuple):
    """`parent`: the slug of the place above, "" for the topmost."""

    slug: str
    name: str
    kind: str
    parent: str


class NewGroup(NamedTuple):
    """`bot`: its name; `place` and `segment` "" while the group is not tied."""

    bot: str
    external_id: str
    title: str
    place: str
    segment: str


class NewByHand(NamedTuple):
    """`keeper`: the id of their account."""

    title: str
    place: str
    segment: str
    keeper: str


class NewPerson(NamedTuple):
    """`role` "" for a resident; the account's id is also that of the private chat."""

    bot: str
    platform: str
    external_id: str
    name: str
    place: str
    role: str


class Settlement(NamedTuple):
    places: Sequence[NewPlace]
    bots: Sequence[tuple[str, str, str]]  # name, platform, slug of the place
    groups: Sequence[NewGroup]
    people: Sequence[NewPerson]
    by_hand: Sequence[NewByHand] = ()


class Inhabited(Exception):
    """The database holds another commune, or its bots have other names: choose another one."""


def settle(session: Session, settlement: Settlement, now: datetime) -> None:
    """Enter the commune, or leave it as it is if it is there. Raises Inhabited."""
    slugs = set(session.execute(select(place.c.slug)).scalars())
    if slugs:
        names = {name for name, _, _ in settlement.bots}
        if slugs != {new.slug for new in settlement.places} or names != bots.named(session).keys():
            raise Inhabited
        return
    spots: dict[str, Spot] = {}
    _places(session, settlement.places, spots)
    ids = {
        name: bots.enter(session, name=name, platform=platform, place_slug=slug)
        for name, platform, slug in settlement.bots
    }
    for group in settlement.groups:
        _group(session, group, ids[group.bot], spots)
    keepers = {
        new.external_id: _person(session, new, ids[new.bot], spots, now)
        for new in settlement.people
    }
    for one in settlement.by_hand:
        _by_hand(session, one, spots, keepers[one.keeper])


def serve(
    session: Session, new: Sequence[NewPlace], real: Sequence[tuple[str, str, str]]
) -> dict[str, int]:
    """Enter the commune's places and its real bots (name, platform, slug of the place) as they
    are written now; the ids of these bots by name. A place may come or be renamed, none may go; a
    bot that is not written any more stays known. Raises Inhabited, also where it is practised."""
    spots = {spot.slug: spot for spot in places.below(session, "")}
    if spots.keys() - {one.slug for one in new} or practised(session):
        raise Inhabited
    for one in new:
        if one.slug in spots and spots[one.slug].name != one.name:
            session.execute(update(place).where(place.c.slug == one.slug).values(name=one.name))
    _places(session, new, spots)
    return {
        name: bots.enter(session, name=name, platform=platform, place_slug=slug)
        for name, platform, slug in real
    }


def practised(session: Session) -> bool:
    """Whether a bot of the demo is known here."""
    return any(name.startswith("sandbox-") for name in _platforms(session))


def served(session: Session) -> bool:
    """Whether a real bot is known here."""
    return any(not name.startswith("sandbox-") for name in _platforms(session))


def _platforms(session: Session) -> Sequence[str]:
    """What is carried by hand may be so in practice and in service."""
    found = select(bot.c.platform).where(bot.c.platform != bots.HAND)
    return session.execute(found).scalars().all()


def _places(session: Session, new: Sequence[NewPlace], spots: dict[str, Spot]) -> None:
    """Add those that are not among the spots to them."""
    for one in new:
        if one.slug not in spots:
            spots[one.slug] = places.add(
                session,
                slug=one.slug,
                name=one.name,
                kind=one.kind,
                parent=spots[one.parent] if one.parent else None,
            )


def _group(session: Session, group: NewGroup, bot_id: int, spots: dict[str, Spot]) -> None:
    chat_id = people.know_chat(session, bot_id, group.external_id, "group", group.title)
    if group.place:
        session.execute(
            update(chat)
            .where(chat.c.id == chat_id)
            .values(place_id=spots[group.place].id, segment=group.segment)
        )


def _by_hand(session: Session, new: NewByHand, spots: dict[str, Spot], keeper_id: int) -> None:
    values = {"place_id": spots[new.place].id, "segment": new.segment, "title": new.title}
    values |= {"bot_id": bots.by_hand(session), "external_id": bots.carried(), "kind": "group"}
    session.execute(insert(chat).values(**values, keeper_id=keeper_id))


def _person(
    session: Session, new: NewPerson, bot_id: int, spots: dict[str, Spot], now: datetime
) -> int:
    _, _, person_id = people.meet(
        session,
        bot_id=bot_id,
        platform=new.platform,
        chat_id=new.external_id,
        chat_kind="private",
        chat_title="",
        account_id=new.external_id,
        name=new.name,
        now=now,
    )
    session.execute(
        update(person).where(person.c.id == person_id).values(place_id=spots[new.place].id)
    )
    if new.role:
        people.grant(session, person_id, new.role, spots[new.place].id, now)
    return person_id
