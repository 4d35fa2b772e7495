"""Tables, charts, QR codes and photo guides that somebody asked for in chat: made off the event
loop, sent through the outbox like all else, and erased when they have arrived, since they are full
of people's matters; a guide is not, and stays.

Whatever stops the program, an order is made again: what was not finished lies in a folder that
is emptied at the start, and a file counts as one to remove until its message is queued. An order
that fails is tried again after a while, and stops no other.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Final, NamedTuple

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from bot.exports import code
from bot.exports.chart import Chart, draw, lines
from bot.exports.command import tabulate
from bot.exports.summary import Summary
from bot.logs import where
from content.guides import fault, kind
from content.schedule import HERE
from content.words import Words
from db import exports, media, snapshot
from db.engine import Database, DatabaseError
from db.exports import Order, Over
from db.listing import tallies
from handlers.messages import Notice
from handlers.questions.qr import portal_link

log = logging.getLogger(__name__)

UNFINISHED: Final = "exports"  # the folder below that of files for what is being made
SWEEP: Final = 60.0  # seconds
REST: Final = timedelta(minutes=1)  # after a failure: a full disk may be emptied
MIMES: Final = {  # by the ending of a file's name
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
}
_NAMES: Final = {"qr": "ma-qr", "guide": "huong-dan"}  # of files about an entry
_NOTHING, _FAILED, _NOT_SENT = "exports.nothing", "exports.failed", "exports.not_sent"
_OWN: Final = {  # words of a kind's own, where nothing is sent
    "qr": {_NOTHING: "handing.qr_gone"},
    "guide": dict.fromkeys((_NOTHING, _FAILED, _NOT_SENT), "handing.guide_unsent"),
}


class _Made(NamedTuple):
    """`ending`: of the file's name; `words`: those that go before it, "" for none."""

    ending: str
    words: str


@dataclass(frozen=True, slots=True)
class _File:
    """What was made, on disk."""

    path: Path
    digest: str
    size: int
    made: _Made


class _Stopped(Exception):
    """The program ends: the order is made again at the next start."""


class Exporter:
    """`run` makes what is ordered until cancelled, in `folder`, where files are named by their
    sha256. Whoever shares the folder shares `keeping`."""

    def __init__(
        self,
        database: Database,
        composer: Composer,
        clock: Clock,
        folder: Path,
        keeping: asyncio.Lock,
    ) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._folder = folder
        self._unfinished = folder / UNFINISHED
        self._keeping = keeping
        self._wake = asyncio.Event()
        self._stop = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._failing: set[int] = set()
        self._carried = True  # perhaps a table is on its way

    async def run(self) -> None:
        self._database.on_commit("exports", self._wake.set)
        self._database.on_commit("settled", self._settled)
        self._clock.on_move(self._wake.set)
        try:
            await asyncio.to_thread(shutil.rmtree, self._unfinished, ignore_errors=True)
            while True:
                try:
                    self._carried = True
                    await self.sweep()
                    self._carried = await self._database.read(exports.carried)
                except DatabaseError as error:
                    log.error("tables wait: %s", error)
                await wait(self._wake, SWEEP)
        finally:
            self._stop.set()
            await asyncio.to_thread(self._thread.shutdown)

    def _settled(self) -> None:
        """A message arrived: of interest while a table is on its way."""
        if self._carried:
            self._wake.set()

    async def sweep(self) -> int:
        """Let go of what has arrived, and make what is wanted; how many attempts that took."""
        for over in await self._database.read(exports.over):
            await self._alone(over.export_id, self._database.write(self._erase, over))
        wanted = await self._database.read(exports.wanted, self._clock.now())
        for export_id in wanted:
            await self._alone(export_id, self._attempt(export_id))
        return len(wanted)

    async def _alone(self, export_id: int, doing: Awaitable[None]) -> None:
        """One that fails stops no other."""
        try:
            await doing
        except DatabaseError:
            raise
        except Exception as error:
            self._complain(export_id, error)

    async def _attempt(self, export_id: int) -> None:
        if not await self._database.write(exports.begin, export_id):
            await self._database.write(self._end, export_id, "failed", _FAILED)
            return
        now = self._clock.now()
        try:
            await self._fulfil(await self._database.read(exports.order, export_id, now))
        except Exception as error:  # told to whoever asked, after the last attempt
            self._complain(export_id, error)
            await self._database.write(self._fail, export_id)

    def _complain(self, export_id: int, error: Exception) -> None:
        if export_id not in self._failing:  # said once, tried again
            log.error("export %d failed: %s", export_id, where(error))
        self._failing.add(export_id)

    async def _fulfil(self, order: Order) -> None:
        if order.refused:
            await self._database.write(self._end, order.id, "failed", "start.not_allowed")
            return
        loop = asyncio.get_running_loop()
        file = await loop.run_in_executor(self._thread, self._make, order)
        if file is None:
            await self._database.write(self._end, order.id, "erased", _NOTHING)
            return
        try:
            await self._hand_over(order, file)
        finally:
            await asyncio.to_thread(file.path.unlink, missing_ok=True)

    async def _hand_over(self, order: Order, file: _File) -> None:
        now, ending = self._clock.now(), file.made.ending
        name = f"phan-anh-{now.astimezone(HERE):%Y-%m-%d}"
        if order.entry:
            name = f"{_NAMES[order.kind]}-{order.entry}"
        async with self._keeping:
            media_id = await self._database.write(
                exports.announce,
                order,
                digest=file.digest,
                size=file.size,
                mime=MIMES[ending],
                name=f"{name}.{ending}",
                now=now,
            )
            await asyncio.to_thread(file.path.replace, self._folder / file.digest)
            await self._database.write(self._send, order, media_id, file.made.words)

    def _make(self, order: Order) -> _File | None:
        """In the thread of its own. None: there is nothing to show."""
        self._unfinished.mkdir(mode=0o700, exist_ok=True)
        path = self._unfinished / f"{order.id}.part"
        ways = {"chart": self._picture, "qr": self._code, "guide": self._guide}
        made = ways.get(order.kind, self._table)(order, path)
        if made is None:
            return None
        with path.open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
        return _File(path, digest, path.stat().st_size, made)

    def _table(self, order: Order, path: Path) -> _Made | None:
        url, words = self._database.url, self._words(order)
        count = tabulate(
            url, order.kind, order.filters, words, path, paths=order.paths, turn=self._pause
        )
        return _Made(order.kind, words("exports.ready", count=count)) if count else None

    def _picture(self, order: Order, path: Path) -> _Made:
        summary, since, until = Summary(), order.filters.since, order.filters.until
        with snapshot.taken(self._database.url) as session:
            for report in tallies(session, order.filters, order.paths):
                self._pause()
                summary.add(report)
        last = (until or self._clock.now()).astimezone(HERE).date() - timedelta(days=1)
        first = since.astimezone(HERE).date() if since else last
        chart = Chart(summary, first, last, order.where, self._words(order))
        draw(chart, path)
        return _Made("png", lines(chart))

    def _code(self, order: Order, path: Path) -> _Made | None:
        entry = self._composer.content.entry(order.entry)
        link = portal_link(entry) if entry else ""
        if entry is None or not link:
            return None
        title = entry.title[order.language]
        code.draw(link, title, path)
        return _Made("png", self._words(order)("handing.qr_ready", title=title, link=link))

    def _guide(self, order: Order, path: Path) -> _Made | None:
        """The words went before: what is left to send is the picture as it lies there now."""
        picture = self._composer.content.guides.pictures.get(order.entry)
        if picture is None or fault(picture):
            return None
        shutil.copyfile(picture, path)
        return _Made(kind(path), "")

    def _pause(self) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _words(self, order: Order) -> Words:
        return self._composer.content.words(order.language)

    def _send(self, session: Session, order: Order, media_id: int, words: str) -> None:
        exports.made(session, order.id, media_id)
        notice = Notice(words, chat=order.chat_id, media=(media_id,))
        self._composer.notice(session, self._clock.now(), notice)

    def _fail(self, session: Session, export_id: int) -> None:
        if exports.fail(session, export_id, self._clock.now() + REST):
            self._end(session, export_id, "failed", _FAILED)

    def _end(self, session: Session, export_id: int, state: str, key: str) -> None:
        """Without a file, but never without a word to whoever asked."""
        ended = exports.end(session, export_id, state)
        words = self._composer.content.words(ended.language)
        told = words(_OWN.get(ended.kind, {}).get(key, key))
        notice = Notice(told, chat=ended.chat_id)
        self._composer.notice(session, self._clock.now(), notice)

    def _erase(self, session: Session, over: Over) -> None:
        """The bytes go with the next sweep of the fetcher."""
        if not over.kept:
            media.drop(session, over.media_id, "refused")
        if over.sent:
            exports.end(session, over.export_id, "erased")
        else:
            self._end(session, over.export_id, "erased", _NOT_SENT)
