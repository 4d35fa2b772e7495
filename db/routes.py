"""Routes: how what is announced comes to each tied group, by its bot or by the hands of its
keeper."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session

from db.bots import HAND
from db.permissions import roles_with
from db.tables import Account, Bot, Chat, Place, Role, table

account, bot, chat = table(Account), table(Bot), table(Chat)
place, role = table(Place), table(Role)

SEND: Final = "announcement:send"


class Route(NamedTuple):
    """`bot`: the name of the group's bot, "" where it is carried by hand; `standing`: what the bot
    is there. `keeper`: whether somebody carries by hand; `mailboxes`: the names of the bots that
    they were met in private by, `reserve`: of those that whoever may announce there was."""

    title: str
    place: str
    bot: str
    standing: str
    keeper: bool
    mailboxes: frozenset[str]
    reserve: frozenset[str] = frozenset()


def routes(session: Session, now: datetime) -> list[Route]:
    """Of all tied groups, place by place."""
    rows = session.execute(
        select(
            chat.c.title,
            place.c.name.label("place"),
            place.c.path,
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
    met, staff = _met(session), _staff(session, now)
    return [
        Route(
            row.title,
            row.place,
            "" if row.platform == HAND else row.bot,
            row.standing,
            row.keeper_id is not None,
            frozenset(met.get(row.keeper_id, ())),
            frozenset().union(*(met.get(one, ()) for one in _above(row.path, staff))),
        )
        for row in rows
    ]


def _above(path: str, staff: dict[str, set[int]]) -> set[int]:
    """Who may announce at the place of that path."""
    return {one for there, people in staff.items() if path.startswith(there) for one in people}


def _staff(session: Session, now: datetime) -> dict[str, set[int]]:
    """Who may announce, by the paths of the places where they were given that."""
    rows = session.execute(
        select(place.c.path, role.c.person_id)
        .join(place, place.c.id == role.c.place_id)
        .where(role.c.name.in_(roles_with(SEND)))
        .where(or_(role.c.ends_at.is_(None), role.c.ends_at > now))
    )
    found: dict[str, set[int]] = {}
    for row in rows:
        found.setdefault(row.path, set()).add(row.person_id)
    return found


def _met(session: Session) -> dict[int, set[str]]:
    """The names of the bots that each person who may carry was met in private by."""
    private = chat.alias("private")
    keepers = select(chat.c.keeper_id).where(chat.c.keeper_id.is_not(None))
    rows = session.execute(
        select(account.c.person_id, bot.c.name)
        .join(private, private.c.id == account.c.chat_id)
        .join(bot, bot.c.id == private.c.bot_id)
        .where(account.c.person_id.in_(keepers.union(select(role.c.person_id))))
    )
    met: dict[int, set[str]] = {}
    for row in rows:
        met.setdefault(row.person_id, set()).add(row.name)
    return met
