"""A commune of two villages beside another commune, with a few people, for tests of verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlmodel import Session

from db import people, places
from db.scene import Actor
from db.tables import Bot, Chat, table

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Village:
    """Ids of what is there."""

    commune: places.Spot
    upper: places.Spot
    lower: places.Spot
    abroad: places.Spot
    bot: int


def found(session: Session) -> Village:
    """The places and one bot of the commune."""
    commune = places.add(session, slug="xa", name="Xã Mơ", kind="commune", parent=None)
    upper = places.add(session, slug="tren", name="Thôn Trên", kind="village", parent=commune)
    lower = places.add(session, slug="duoi", name="Thôn Dưới", kind="village", parent=commune)
    other = places.add(session, slug="xa-2", name="Xã Mận", kind="commune", parent=None)
    abroad = places.add(session, slug="xa-2-t", name="Thôn Xa", kind="village", parent=other)
    bot = session.execute(
        insert(table(Bot))
        .values(name="zalo", platform="sandbox-zalo", place_id=commune.id)
        .returning(table(Bot).c.id)
    ).scalar_one()
    return Village(commune, upper, lower, abroad, bot)


def move_in(session: Session, village: Village, name: str, inbox_id: int | None = None) -> Actor:
    """Somebody met in private, without a role."""
    chat, account, person = people.meet(
        session,
        bot_id=village.bot,
        platform="sandbox-zalo",
        chat_id=f"chat of {name}",
        chat_kind="private",
        chat_title="",
        account_id=f"account of {name}",
        name=name,
        now=NOW,
    )
    return Actor(person, account, chat, village.bot, NOW, inbox_id=inbox_id)


def appoint(session: Session, village: Village, name: str, role: str, place: places.Spot) -> Actor:
    """Somebody with a role, as read at NOW."""
    actor = move_in(session, village, name)
    people.grant(session, actor.person_id, role, place.id, NOW)
    return entitled(session, actor, NOW)


def entitled(session: Session, actor: Actor, now: datetime) -> Actor:
    """The actor with the rights of that moment."""
    return Actor(
        actor.person_id,
        actor.account_id,
        actor.chat_id,
        actor.bot_id,
        now,
        grants=people.grants(session, actor.person_id, now),
    )


def chats(session: Session) -> list[str]:
    """The platform's ids of all chats we know."""
    return list(session.execute(select(table(Chat).c.external_id)).scalars())
