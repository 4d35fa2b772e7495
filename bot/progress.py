"""Follows announcements on their way: the living message to their author, and one report; where
no message lives and keepers have yet to answer, one more before it."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from content.words import Words
from db import announcements, errands, outbox, people
from db.announcements import Progress
from db.engine import Database, DatabaseError
from db.relay import LATE
from handlers.announcements.progress import carried, report, status
from handlers.messages import Notice, Reply

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
        if progress.due(now) and errands.forsake(session, now, version_id):
            progress = announcements.progress(session, version_id)
        words, due = self._composer.content.words("vi"), progress.due(now)
        if progress.mark != progress.shown and self._shows(session, progress, words, due):
            announcements.showed(session, version_id, progress.mark)
        if due and announcements.reported(session, version_id, now) and not progress.quiet:
            self._report(session, progress, words)

    def _shows(self, session: Session, progress: Progress, words: Words, due: bool) -> bool:
        """Whether the author sees something new. Where a message cannot be changed, that is the
        report, and once before it how far bots came, when keepers have yet to answer."""
        if progress.status_id is not None and self._edits(session, progress.author_chat):
            said = status(progress, words)
            buttons = [(button.label, button.action) for button in said.buttons]
            outbox.put_edit(session, progress.status_id, said.text, buttons, self._clock.now())
            return True
        if progress.shown == LATE:
            if progress.over:
                self._report(session, progress, words, carried(progress, words))
            return True
        if progress.status_id is None:
            return False
        early = progress.for_keepers and progress.sought and not progress.shown and not due
        if early:
            self._report(session, progress, words)
        return early

    def _edits(self, session: Session, chat_id: int | None) -> bool:
        if chat_id is None:
            return False
        limits = self._composer.limits.get(people.mailbox(session, chat_id).platform)
        return limits is not None and limits.edits

    def _report(
        self, session: Session, progress: Progress, words: Words, said: Reply | None = None
    ) -> None:
        said, version_id = said or report(progress, words), progress.version_id
        notice = Notice(
            said.text,
            people=(announcements.author(session, version_id),),
            buttons=said.buttons,
            code=f"TB-{version_id}",
            careful=bool(progress.count("uncertain")),  # sending those again may double
        )
        self._composer.notice(session, self._clock.now(), notice)
