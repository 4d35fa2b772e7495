"""The months of bots whose platform limits them: those who lead the place hear, once, when one
is nearly used up, and when a platform takes nothing more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from bot.platforms.base import Limits
from content.schedule import HERE, moment
from content.words import Words
from db import overdue, people, shortage
from db.engine import Database, DatabaseError
from db.quota import Allowance
from db.shortage import Shortage
from handlers.announcements.costs import thousands
from handlers.messages import Notice

log = logging.getLogger(__name__)

EVERY: Final = 60.0  # seconds between looks without news


def allowance(limits: Limits) -> Allowance | None:
    """What a platform lets one bot say in a month; None: as much as it likes."""
    return Allowance(limits.monthly, limits.counts_received) if limits.monthly else None


class Quotas:
    """`run` watches the bots of `plans` until cancelled."""

    def __init__(
        self,
        database: Database,
        composer: Composer,
        clock: Clock,
        plans: Mapping[int, Allowance],
    ) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._plans = dict(plans)
        self._wake = asyncio.Event()

    async def run(self) -> None:
        self._database.on_commit("quota", self._wake.set)
        self._clock.on_move(self._wake.set)
        while self._plans:
            try:
                await self.sweep()
            except DatabaseError as error:
                log.error("the quotas wait: %s", error)
            await wait(self._wake, EVERY)

    async def sweep(self) -> None:
        """Tell what has come to pass, and drop replies that are too old."""
        now = self._clock.now()
        for bot_id, plan in self._plans.items():
            if await self._database.read(shortage.untold, bot_id, plan, now):
                await self._database.write(self._tell, bot_id, plan, now)
            if stale := await self._database.read(overdue.stale, bot_id, plan, now):
                await self._database.write(overdue.give_up, stale)
                log.warning("%d messages waited too long for a month that is spent", len(stale))

    def _tell(self, session: Session, bot_id: int, plan: Allowance, now: datetime) -> None:
        found = shortage.tell(session, bot_id, plan, now)
        if found is None:
            return
        log.warning("bot %s: %s; see `loalang check`", found.bot, _LOGGED[found.kind])
        admins = people.staff(session, found.place_id, "role:grant", now)
        text = told(found, self._composer.content.words("vi"))
        last = found.kind != "most"  # of what may still leave
        self._composer.notice(session, now, Notice(text, people=admins), urgent=last)


def told(found: Shortage, words: Words) -> str:
    """In words for those who lead the place."""
    return words(
        f"bots.month_{found.kind}",
        bot=found.bot,
        used=thousands(found.used, words),
        monthly=thousands(found.monthly, words),
        last=thousands(found.last, words),
        answers=thousands(found.last - found.kept, words),
        kept=thousands(found.kept, words),
        time=moment(found.until, words),
        date=f"{found.until.astimezone(HERE):%d/%m}",
    )


_LOGGED: Final = {
    "most": "most of its month is used",
    "spent": "what is left of its month is for answers and urgent messages",
    "refused": "its platform takes no messages now",
}
