"""How the tied groups are: what arrived there or was carried there, and what went wrong since."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, literal, or_, select

from db.bots import HAND
from db.tables import Bot, Chat, Outbox, Person, Place, table

bot, chat, outbox = table(Bot), table(Chat), table(Outbox)
person, place = table(Person), table(Place)


class Group(NamedTuple):
    """A tied group and how it is. `arrived`: when a message last did, or was carried there;
    `error`: the class of what went wrong with a later one, "" for nothing; `standing`: what the bot
    is there. `keeper`: who carries by hand what no bot can bring; `handed`: a later message waits
    for their word. `answers`: the bot also answers there what was not put to it."""

    id: int
    title: str
    segment: str
    place_id: int
    place: str
    path: str
    platform: str
    arrived: datetime | None
    error: str
    standing: str = "member"
    keeper_id: int | None = None
    keeper: str = ""
    handed: bool = False
    answers: bool = False

    @property
    def by_hand(self) -> bool:
        return self.platform == HAND


def tied(only: int | None = None) -> Select[Any]:
    """The columns of `Group`, of all tied groups (`only`: what became of the messages of this
    one). What goes wrong has no time of its own, but a place in the order of messages."""
    here = literal(True) if only is None else outbox.c.chat_id == only
    amiss = and_(outbox.c.error.is_not(None), outbox.c.state.in_(("failed", "uncertain", "queued")))
    last = (
        select(
            outbox.c.chat_id,
            func.max(outbox.c.id).filter(outbox.c.state.in_(("sent", "relayed"))).label("sent"),
            func.max(outbox.c.sent_at).label("arrived"),
            func.max(outbox.c.id).filter(amiss).label("amiss"),
            func.max(outbox.c.id).filter(outbox.c.state == "handed").label("handed"),
        )
        .where(outbox.c.kind == "message", here)
        .group_by(outbox.c.chat_id)
        .subquery("last")
    )
    later = or_(last.c.sent.is_(None), last.c.amiss > last.c.sent)
    return (
        select(
            chat.c.id,
            chat.c.title,
            chat.c.segment,
            place.c.id,
            place.c.name,
            place.c.path,
            bot.c.platform,
            last.c.arrived,
            case((and_(last.c.amiss.is_not(None), later), outbox.c.error), else_="").label("error"),
            chat.c.standing,
            chat.c.keeper_id,
            func.coalesce(person.c.name, ""),
            func.coalesce(last.c.handed, 0) > func.coalesce(last.c.sent, 0),
            chat.c.answers,
        )
        .join(place, place.c.id == chat.c.place_id)
        .join(bot, bot.c.id == chat.c.bot_id)
        .outerjoin(person, person.c.id == chat.c.keeper_id)
        .outerjoin(last, last.c.chat_id == chat.c.id)
        .outerjoin(outbox, outbox.c.id == last.c.amiss)
        .where(chat.c.kind == "group")
    )
