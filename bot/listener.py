"""How a bot goes on hearing: its platform is asked again whenever it fails, and those who lead
the place are told, once, what keeps it from hearing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from bot.logs import Seldom, where
from bot.platforms.base import (
    BadToken,
    Platform,
    PlatformError,
    RawUpdate,
    Store,
    Taken,
    TooManyRequests,
)
from content.schedule import moment
from db import bots, people
from db.engine import Database, DatabaseError
from handlers.messages import Notice

log = logging.getLogger(__name__)

Trouble: TypeAlias = Literal["away", "refused", "taken"]

FIRST_PAUSE: Final = 0.5  # seconds before asking again, doubled …
LONGEST_PAUSE: Final = 30.0  # … up to this
# Before anybody is told: a line that breaks for a while mends by itself.
PATIENCE: Final[dict[Trouble, timedelta]] = {
    "away": timedelta(minutes=10),
    "refused": timedelta(0),
    "taken": timedelta(0),
}
# Without trouble until it is believed to be over: two programs that hear for one bot take turns.
# Longer than platforms take from look to look whether they are heard still.
SETTLED: Final[dict[Trouble, timedelta]] = {
    "away": timedelta(minutes=1),
    "refused": timedelta(minutes=1),
    "taken": timedelta(minutes=5),
}


class Listener:
    """One bot's: `run` receives until cancelled, whatever its platform does."""

    def __init__(
        self, bot_id: int, platform: Platform, database: Database, composer: Composer, clock: Clock
    ) -> None:
        self._bot_id = bot_id
        self._name = str(bot_id)  # until it is read
        self._platform = platform
        self._database = database
        self._composer = composer
        self._clock = clock
        self._pause = 0.0
        self._trouble: Trouble | None = None
        self._known = False  # whether the database knows how we are
        self._told = False
        self._failed_at = clock.now()
        self._broken = Seldom(log)
        self._wake = asyncio.Event()

    async def run(self, store: Store) -> None:
        async def heard(updates: Sequence[RawUpdate]) -> None:
            await store(updates)
            await self._well()

        self._clock.on_move(self._wake.set)
        with suppress(DatabaseError):
            named = await self._database.read(bots.named)
            known = (name for name, number in named.items() if number == self._bot_id)
            self._name = next(known, self._name)
        while True:
            asked = 0.0
            try:
                await self._platform.receive(heard)
            except Exception as error:  # one bot's mistake shall not end the program for all
                self._failed_at = self._clock.now()
                asked = error.retry_after if isinstance(error, TooManyRequests) else 0.0
                if not isinstance(error, PlatformError):
                    self._broken.log(logging.ERROR, _BROKEN, self._name, where(error))
                await self._ails(_kind(error))
            self._pause = min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
            await wait(self._wake, max(asked, self._pause))

    async def _well(self) -> None:
        self._pause = 0.0
        if self._known and (self._trouble is None or self._unsettled(self._trouble)):
            return
        if self._trouble is not None:
            log.warning("bot %s hears again", self._name)
        await self._write_down(None)

    def _unsettled(self, trouble: Trouble) -> bool:
        """Whether it was here a moment ago; not by a clock that was set back meanwhile."""
        return timedelta(0) <= self._clock.now() - self._failed_at < SETTLED[trouble]

    async def _ails(self, trouble: Trouble) -> None:
        if trouble != self._trouble:
            log.error("bot %s: %s; see `loalang check`", self._name, _LOGGED[trouble])
            self._told = False
        if trouble != self._trouble or not self._told or not self._known:
            await self._write_down(trouble)

    async def _write_down(self, trouble: Trouble | None) -> None:
        self._trouble = trouble
        try:
            if trouble is None:
                await self._database.write(bots.recover, self._bot_id)
            else:
                self._told = await self._database.write(self._note, trouble)
            self._known = True
        except DatabaseError as error:
            self._known = False
            log.error("how bot %s is cannot be kept: %s", self._name, error)

    def _note(self, session: Session, trouble: Trouble) -> bool:
        """Whether those who lead the place have been told."""
        now = self._clock.now()
        ailing = bots.ail(session, self._bot_id, trouble, now)
        if ailing.told or now - ailing.since < PATIENCE[trouble]:
            return ailing.told
        words = self._composer.content.words("vi")
        kept = words("bots.kept_zalo" if self._platform.name == "zalo" else "bots.kept_telegram")
        since = moment(ailing.since, words)
        text = words(f"bots.{trouble}", bot=ailing.name, since=since, kept=kept)
        admins = people.staff(session, ailing.place_id, "role:grant", now)
        self._composer.notice(session, now, Notice(text, people=admins))
        bots.tell(session, self._bot_id)
        return True


_LOGGED: Final[dict[Trouble, str]] = {
    "away": "its platform is out of reach",
    "refused": "its token is refused",
    "taken": "another program hears for it",
}

_BROKEN: Final = "bot %s: hearing failed and is tried again: %s; report this line"


def _kind(error: Exception) -> Trouble:
    if isinstance(error, BadToken):
        return "refused"
    return "taken" if isinstance(error, Taken) else "away"
