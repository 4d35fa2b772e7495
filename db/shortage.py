"""What those who lead a place are told of a bot's month: that most of it is used, that nothing is
left for ordinary announcements, that its platform takes nothing more. Each is told once."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias

from sqlalchemy import select
from sqlmodel import Session

from db import quota
from db.quota import MOST, Allowance, Entry
from db.tables import Bot, table

bot = table(Bot)

Kind: TypeAlias = Literal["most", "spent", "refused"]

# It is told a little before.
_LAST_WORDS: Final = 10
_LAST_SHARE: Final = 100  # … or a hundredth of a small month


class Shortage(NamedTuple):
    """`last`: messages that ordinary announcements leave to others, `kept` of them for what is
    urgent; `until`: when the bot tries again, or when the next month begins."""

    kind: Kind
    bot: str
    place_id: int
    used: int
    monthly: int
    last: int
    kept: int
    until: datetime


def untold(session: Session, bot_id: int, plan: Allowance, now: datetime) -> bool:
    """Whether something changed that `tell` is to note."""
    here = quota.entry(session, bot_id, now)
    return _news(here, plan) is not None or _over(here, plan)


def tell(session: Session, bot_id: int, plan: Allowance, now: datetime) -> Shortage | None:
    """Claim the telling: the shortage for the one that may tell it."""
    here = quota.entry(session, bot_id, now)
    if _over(here, plan):
        quota.write(session, bot_id, now, refused_told=False)
    kind = _news(here, plan)
    if kind is None:
        return None
    quota.write(session, bot_id, now, **{"warned" if kind == "most" else "refused_told": True})
    row = session.execute(select(bot.c.name, bot.c.place_id).where(bot.c.id == bot_id)).one()
    until = here.refused_until if kind == "refused" else None
    used = min(here.used(plan), plan.monthly)
    counts = used, plan.monthly, plan.monthly - plan.bulk, plan.kept
    return Shortage(kind, row.name, row.place_id, *counts, until or quota.turn(now))


def _news(here: Entry, plan: Allowance) -> Kind | None:
    trouble = _trouble(here, plan)
    if trouble is not None:
        return None if here.refused_told else trouble
    most = here.used(plan) * 100 >= plan.monthly * MOST
    return "most" if most and not here.warned else None


def _over(here: Entry, plan: Allowance) -> bool:
    """Told of, and past."""
    return here.refused_told and _trouble(here, plan) is None


def _trouble(here: Entry, plan: Allowance) -> Kind | None:
    if quota.refused_long(here):
        return "refused"
    few = min(_LAST_WORDS, plan.monthly // _LAST_SHARE)
    return "spent" if here.left(plan).bulk <= few else None
