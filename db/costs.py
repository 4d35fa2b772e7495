"""What an announcement will cost the bots whose month is limited, told before it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session

from db import audience, people, quota
from db.bots import HAND
from db.claims import URGENT
from db.quota import Allowance
from db.scene import Actor
from db.tables import Bot, Chat, Place, table

bot, chat, place = table(Bot), table(Chat), table(Place)


class Purse(NamedTuple):
    """What one bot may still spend this month: of `monthly` messages `left`. `ordinary` and
    `urgent`: how many of them an announcement may take, after what already waits. `groups`: those
    of the audience that it would speak to; `errands`: people who would be asked through it to carry
    the announcement elsewhere."""

    bot: str
    platform: str
    groups: int
    monthly: int
    left: int
    ordinary: int
    urgent: int
    errands: int = 0

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
        select(bot.c.id, func.count().label("groups"))
        .select_from(chat)
        .join(bot, bot.c.id == chat.c.bot_id)
        .join(place, place.c.id == chat.c.place_id)
        .where(audience.fits(paths, segments), bot.c.id.in_(plans))
        .group_by(bot.c.id)
    ).all()
    groups = {row.id: row.groups for row in rows}
    errands = _errands(session, paths, segments, actor.now) if plans else Counter()
    limited = sorted(plans.keys() & {*groups, *errands})
    called = session.execute(
        select(bot.c.id, bot.c.name, bot.c.platform).where(bot.c.id.in_(limited))
    )
    names = {row.id: row for row in called}
    return [
        Purse(
            names[one].name,
            names[one].platform,
            groups.get(one, 0),
            *_purse(session, one, plans[one], actor.now),
            errands[one],
        )
        for one in limited
    ]


def _errands(
    session: Session, paths: Sequence[str], segments: Sequence[str], now: datetime
) -> Counter[int]:
    """How many keepers are written to, by the bot that does."""
    keepers = session.execute(
        select(chat.c.keeper_id)
        .join(bot, bot.c.id == chat.c.bot_id)
        .join(place, place.c.id == chat.c.place_id)
        .where(bot.c.platform == HAND, chat.c.keeper_id.is_not(None))
        .where(audience.fits(paths, segments))
        .distinct()
    ).scalars()
    return Counter(box.bot_id for box in people.mailboxes(session, tuple(keepers), now))


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
    ordinary = max(0, left.bulk - everything)
    return plan.monthly, left.all, ordinary, max(0, left.all - urgent)
