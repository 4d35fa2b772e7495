"""Follows announcements on their way: the living message to their author, and one report."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from content.words import Words
from db import announcements, outbox, people
from db.announcements import Progress
from db.engine import Database, DatabaseError
from handlers.announcements.talk import report, status
from handlers.messages import Notice

log = logging.getLogger(__name__)

EVERY: Final = 3.0  # seconds between edits of one living message, as platforms like it


class Follower:
    """`run` follows until cancelled. `every`: seconds between edits."""

    def __init__(
        self, database: Database, composer: Composer, clock: Clock, every: float = EVERY
    ) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._every = every
        self._wake = asyncio.Event()

    async def run(self) -> None:
        self._database.on_commit("settled", self._wake.set)
        self._clock.on_move(self._wake.set)
        while True:
            try:
                await self.sweep()
            except DatabaseError as error:
                log.error("the progress of announcements waits: %s", error)
            await wait(self._wake, 30.0)
            await asyncio.sleep(self._every)

    async def sweep(self) -> None:
        """Show every announcement's progress; report those that are over, or as good as over."""
        for version_id in await self._database.read(announcements.unreported):
            await self._database.write(self._show, version_id)

    def _show(self, session: Session, version_id: int) -> None:
        now, progress = self._clock.now(), announcements.progress(session, version_id)
        words = self._composer.content.words("vi")
        if progress.mark != progress.shown:
            self._edit(session, progress, words)
            announcements.showed(session, version_id, progress.mark)
        if not (progress.due(now) and announcements.reported(session, version_id, now)):
            return
        if not progress.quiet:
            said = report(progress, words)
            notice = Notice(
                said.text,
                people=(announcements.author(session, version_id),),
                buttons=said.buttons,
                code=f"TB-{version_id}",
                careful=bool(progress.count("uncertain")),  # sending those again may double
            )
            self._composer.notice(session, now, notice)

    def _edit(self, session: Session, progress: Progress, words: Words) -> None:
        """Where a message cannot be changed, the report at the end has to do."""
        if progress.status_id is None or progress.author_chat is None:
            return
        platform = people.mailbox(session, progress.author_chat).platform
        limits = self._composer.limits.get(platform)
        if limits is None or not limits.edits:
            return
        said = status(progress, words)
        buttons = [(button.label, button.action) for button in said.buttons]
        outbox.put_edit(session, progress.status_id, said.text, buttons, self._clock.now())
