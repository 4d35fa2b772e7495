"""What an announcement will cost the bots whose month is limited, told before it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session

from db import audience, quota
from db.claims import URGENT
from db.quota import Allowance
from db.scene import Actor
from db.tables import Bot, Chat, Place, table

bot, chat, place = table(Bot), table(Chat), table(Place)


class Purse(NamedTuple):
    """What one bot may still spend this month: of `monthly` messages `left`. `ordinary` and
    `urgent`: how many of them an announcement may take, after what already waits. `groups`: those
    of the audience that it would speak to."""

    bot: str
    platform: str
    groups: int
    monthly: int
    left: int
    ordinary: int
    urgent: int

    def carries(self, messages: int, *, urgent: bool) -> int:
        """How many of its groups get an announcement of so many messages each."""
        room = self.urgent if urgent else self.ordinary
        return min(self.groups, room // max(1, messages))


def purses(
    session: Session,
    actor: Actor,
    places: Sequence[int],
    segments: Sequence[str],
    plans: Mapping[int, Allowance],
) -> list[Purse]:
    """Of the bots with a plan that this audience would be spoken to by. Raises NotAllowed."""
    paths = audience.sendable(session, actor, places)
    rows = session.execute(
        select(bot.c.id, bot.c.name, bot.c.platform, func.count().label("groups"))
        .select_from(chat)
        .join(bot, bot.c.id == chat.c.bot_id)
        .join(place, place.c.id == chat.c.place_id)
        .where(audience.fits(paths, segments), bot.c.id.in_(plans))
        .group_by(bot.c.id, bot.c.name, bot.c.platform)
        .order_by(bot.c.id)
    ).all()
    return [
        Purse(
            row.name, row.platform, row.groups, *_purse(session, row.id, plans[row.id], actor.now)
        )
        for row in rows
    ]


def _purse(
    session: Session, bot_id: int, plan: Allowance, now: datetime
) -> tuple[int, int, int, int]:
    here = quota.entry(session, bot_id, now)
    left = here.left(plan)
    if quota.lost(here, now):
        return plan.monthly, left.all, 0, 0
    waits = quota.waiting(session, bot_id)
    everything = sum(row.messages for row in waits)
    urgent = sum(row.messages for row in waits if row.priority == URGENT)
    ordinary = max(0, left.ordinary - everything)
    return plan.monthly, left.all, ordinary, max(0, left.all - urgent)
