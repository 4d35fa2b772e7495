"""Routes: how what is announced comes to each tied group, by its bot or by the hands of its
keeper."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from db.bots import HAND
from db.tables import Account, Bot, Chat, Person, Place, table

account, bot, chat = table(Account), table(Bot), table(Chat)
person, place = table(Person), table(Place)


class Route(NamedTuple):
    """`bot`: the name of the group's bot, "" where it is carried by hand; `standing`: what the bot
    is there. `keeper`: whether somebody carries by hand; `mailboxes`: the names of the bots that
    they were met in private by."""

    title: str
    place: str
    bot: str
    standing: str
    keeper: bool
    mailboxes: frozenset[str]


def routes(session: Session) -> list[Route]:
    """Of all tied groups, place by place."""
    rows = session.execute(
        select(
            chat.c.title,
            place.c.name.label("place"),
            bot.c.name.label("bot"),
            bot.c.platform,
            chat.c.standing,
            chat.c.keeper_id,
        )
        .join(place, place.c.id == chat.c.place_id)
        .join(bot, bot.c.id == chat.c.bot_id)
        .where(chat.c.kind == "group")
        .order_by(place.c.path, chat.c.id)
    ).all()
    met = _met(session)
    return [
        Route(
            row.title,
            row.place,
            "" if row.platform == HAND else row.bot,
            row.standing,
            row.keeper_id is not None,
            frozenset(met.get(row.keeper_id, ())),
        )
        for row in rows
    ]


def _met(session: Session) -> dict[int, set[str]]:
    """The names of the bots that each keeper was met in private by."""
    private = chat.alias("private")
    rows = session.execute(
        select(account.c.person_id, bot.c.name)
        .join(private, private.c.id == account.c.chat_id)
        .join(bot, bot.c.id == private.c.bot_id)
        .where(
            account.c.person_id.in_(select(chat.c.keeper_id).where(chat.c.keeper_id.is_not(None)))
        )
    )
    met: dict[int, set[str]] = {}
    for row in rows:
        met.setdefault(row.person_id, set()).add(row.name)
    return met
