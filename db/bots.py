"""The bots of this installation, each with the platform it lives on and the place it serves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from secrets import token_hex
from typing import Final, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from db.tables import Bot, Chat, Place, table

bot, chat, place = table(Bot), table(Chat), table(Place)

HAND: Final = "hand"  # the platform of what people carry by hand: its “bot” is nobody's program


class UnknownPlace(Exception):
    """A bot is to serve a place that is not there."""


def enter(session: Session, *, name: str, platform: str, place_slug: str) -> int:
    """Know a bot by its name, as the settings describe it now; its id. Raises UnknownPlace."""
    place_id = session.execute(
        select(place.c.id).where(place.c.slug == place_slug)
    ).scalar_one_or_none()
    if place_id is None:
        raise UnknownPlace(place_slug)
    known = session.execute(select(bot.c.id).where(bot.c.name == name)).scalar_one_or_none()
    if known is None:
        return int(
            session.execute(
                insert(bot)
                .values(name=name, platform=platform, place_id=place_id)
                .returning(bot.c.id)
            ).scalar_one()
        )
    session.execute(
        update(bot).where(bot.c.id == known).values(platform=platform, place_id=place_id)
    )
    return int(known)


def by_hand(session: Session) -> int:
    """The id of what stands where a bot would, for what is carried by hand; one for all places."""
    known = session.execute(select(bot.c.id).where(bot.c.platform == HAND)).scalar_one_or_none()
    if known is not None:
        return int(known)
    top = session.execute(select(place.c.id).order_by(place.c.path).limit(1)).scalar_one()
    entered = insert(bot).values(name=f"({HAND})", platform=HAND, place_id=top)
    return int(session.execute(entered.returning(bot.c.id)).scalar_one())


def carried() -> str:
    """The id, as from a platform, of a new chat that is carried by hand."""
    return f"{HAND}:{token_hex(8)}"


class Ailing(NamedTuple):
    """What keeps a bot from hearing, since when; `told`: its place's leaders know."""

    name: str
    place_id: int
    since: datetime
    told: bool


def ail(session: Session, bot_id: int, trouble: str, now: datetime) -> Ailing:
    """The bot does not hear. The same trouble goes on since it began."""
    session.execute(
        update(bot)
        .where(bot.c.id == bot_id, bot.c.trouble.is_distinct_from(trouble))
        .values(trouble=trouble, trouble_since=now, trouble_told=False)
    )
    return Ailing(
        *session.execute(
            select(bot.c.name, bot.c.place_id, bot.c.trouble_since, bot.c.trouble_told).where(
                bot.c.id == bot_id
            )
        ).one()
    )


def tell(session: Session, bot_id: int) -> None:
    session.execute(update(bot).where(bot.c.id == bot_id).values(trouble_told=True))


def recover(session: Session, bot_id: int) -> None:
    """The bot hears."""
    session.execute(
        update(bot)
        .where(bot.c.id == bot_id, bot.c.trouble.is_not(None))
        .values(trouble=None, trouble_since=None, trouble_told=False)
    )


def hearing(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these bots that nothing is known to keep from hearing."""
    found = select(bot.c.id).where(bot.c.id.in_(ids), bot.c.trouble.is_(None))
    return set(session.execute(found).scalars())


class Met(NamedTuple):
    """How many people wrote to a bot in private, and in how many groups it is."""

    people: int
    groups: int


def met(session: Session, bot_id: int) -> Met:
    here = func.count().filter
    found = select(
        here(chat.c.kind == "private"), here(chat.c.kind == "group", chat.c.standing != "out")
    ).where(chat.c.bot_id == bot_id)
    return Met(*session.execute(found).one())


class AtWork(NamedTuple):
    """`groups`: how many it is in."""

    id: int
    name: str
    platform: str
    groups: int


def at_work(session: Session, ids: Collection[int]) -> list[AtWork]:
    """Those of these bots that hear; all of them where none does. By name."""
    inside = func.count().filter(chat.c.kind == "group", chat.c.standing != "out")
    rows = session.execute(
        select(bot.c.id, bot.c.name, bot.c.platform, inside, bot.c.trouble.is_(None))
        .outerjoin(chat, chat.c.bot_id == bot.c.id)
        .where(bot.c.id.in_(ids))
        .group_by(bot.c.id)
        .order_by(bot.c.name)
    ).all()
    well = [row for row in rows if row[4]] or rows
    return [AtWork(*row[:4]) for row in well]


def named(session: Session) -> dict[str, int]:
    """Ids by name, of those that a program speaks for."""
    found = select(bot.c.id, bot.c.name).where(bot.c.platform != HAND)
    return {row.name: row.id for row in session.execute(found)}
