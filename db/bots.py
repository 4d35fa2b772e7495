"""The bots of this installation, each with the platform it lives on and the place it serves."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlmodel import Session

from db.tables import Bot, Place, table

bot, place = table(Bot), table(Place)


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


def named(session: Session) -> dict[str, int]:
    return {row.name: row.id for row in session.execute(select(bot.c.id, bot.c.name))}
