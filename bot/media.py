"""Files that people sent: fetched after the update is committed, judged by their bytes."""

from __future__ import annotations

import asyncio
import logging
import os
import zipfile
from datetime import datetime, timedelta
from hashlib import file_digest
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from bot.platforms.base import FileGone, Platform, Unreachable
from db import media
from db.engine import Database, DatabaseError
from db.media import Wanted
from handlers.messages import Attachment, FileKind, Notice

log = logging.getLogger(__name__)

SWEEP: Final = 5.0  # seconds
AT_ONCE: Final = 4  # files fetched side by side
MAX_ATTEMPTS: Final = 10
LONGEST_WAIT: Final = 300.0  # seconds: no try is put off any further
PHOTOS: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
PDF: Final = "application/pdf"
# Office files begin as programs do that people are tricked with (APK, MSI): these names, found
# inside, tell them apart.
ZIPPED: Final = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
COMPOUND: Final = {"WordDocument": "application/msword", "Workbook": "application/vnd.ms-excel"}
PROGRAMS: Final = ("AndroidManifest.xml", "META-INF/MANIFEST.MF", "vbaProject.bin")
_COMPOUND_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")


class Fetcher:
    """One bot's files: `run` fetches until cancelled, into `folder`, named by their sha256.
    Whoever shares the folder shares `keeping`: one may let go of bytes another is taking in."""

    def __init__(
        self,
        bot_id: int,
        platform: Platform,
        database: Database,
        composer: Composer,
        clock: Clock,
        folder: Path,
        keeping: asyncio.Lock,
    ) -> None:
        self._bot_id = bot_id
        self._platform = platform
        self._database = database
        self._composer = composer
        self._clock = clock
        self._folder = folder
        self._keeping = keeping
        self._wake = asyncio.Event()
        self._last_seen: datetime | None = None  # what the clock said

    async def run(self) -> None:
        self._database.on_commit("media", self._wake.set)
        self._clock.on_move(self._wake.set)
        while True:
            try:
                while await self.sweep():
                    pass
            except DatabaseError as error:
                log.error("files wait: %s", error)
            await wait(self._wake, SWEEP)

    async def sweep(self) -> int:
        """Fetch what is due, and remove what was let go; how many files were fetched."""
        await self._mind_the_clock()
        due = await self._database.read(media.due, self._bot_id, self._clock.now(), AT_ONCE)
        fetching = (self._fetch(wanted) for wanted in due)
        for ended in await asyncio.gather(*fetching, return_exceptions=True):
            if ended is not None:  # only now: the next sweep may fetch the same files
                raise ended
        await self._clear()
        return len(due)

    async def _mind_the_clock(self) -> None:
        """What was put off while the clock was ahead must not wait until it is there again."""
        now = self._clock.now()
        if self._last_seen is None or now < self._last_seen:
            latest = now + timedelta(seconds=LONGEST_WAIT)
            await self._database.write(media.hasten, self._bot_id, latest)
        self._last_seen = now

    async def _clear(self) -> None:
        """Remove the bytes of files that were let go."""
        async with self._keeping:
            for unwanted in await self._database.read(media.unwanted, self._bot_id):
                if not unwanted.shared:
                    there = self._folder / unwanted.digest
                    await asyncio.to_thread(there.unlink, missing_ok=True)
                await self._database.write(media.forget, unwanted.id)

    async def _fetch(self, wanted: Wanted) -> None:
        partial = self._folder / f"{wanted.id}.part"
        file = Attachment(wanted.ref, _kind(wanted.kind), wanted.name)
        try:
            await self._platform.fetch(file, partial)
            await self._judge(wanted, partial)
        except Unreachable:
            await self._later(wanted)
        except FileGone:
            await self._database.write(self._drop, wanted, "lost", "start.file_lost")
        except OSError as error:
            log.error("file %d cannot be kept: %s; free some room", wanted.id, type(error).__name__)
            await self._database.write(media.postpone, wanted.id, self._in(60))
        except DatabaseError:
            raise
        except Exception as error:  # one strange file must not stop the others
            log.error("file %d cannot be judged: %s", wanted.id, type(error).__name__)
            await self._later(wanted)
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)

    async def _judge(self, wanted: Wanted, partial: Path) -> None:
        size, digest, mime = await asyncio.to_thread(_look, partial)
        if size > self._platform.limits.max_file:
            await self._database.write(self._drop, wanted, "refused", "start.file_too_big")
        elif wanted.kind == "photo" and mime not in PHOTOS:
            await self._database.write(self._drop, wanted, "refused", "start.not_a_photo")
        elif mime is None:
            await self._database.write(self._drop, wanted, "refused", "start.file_refused")
        else:
            async with self._keeping:
                await asyncio.to_thread(_keep, partial, self._folder / digest)
                await self._database.write(
                    media.keep,
                    wanted.id,
                    digest=digest,
                    size=size,
                    mime=mime,
                    kind="photo" if mime in PHOTOS else "document",
                    now=self._clock.now(),
                )

    async def _later(self, wanted: Wanted) -> None:
        if wanted.attempts + 1 >= MAX_ATTEMPTS:
            await self._database.write(self._drop, wanted, "lost", "start.file_lost")
        else:
            until = self._in(2.0**wanted.attempts)
            await self._database.write(media.postpone, wanted.id, until)

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _drop(self, session: Session, wanted: Wanted, state: str, key: str) -> None:
        """Without the file, but never without a word to whoever sent it."""
        media.drop(session, wanted.id, state)
        words = self._composer.content.words("vi")
        notice = Notice(words(key, name=wanted.name), chat=wanted.chat_id)
        self._composer.notice(session, self._clock.now(), notice)


def _kind(kind: str) -> FileKind:
    return "photo" if kind == "photo" else "document"


def _look(path: Path) -> tuple[int, str, str | None]:
    """Size in bytes, sha256, and the type its own bytes tell (None: not one we take)."""
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return path.stat().st_size, digest, _type(path)


def _type(path: Path) -> str | None:
    import puremagic

    try:
        told = {match.mime_type for match in puremagic.magic_file(path)}
    except (puremagic.PureError, ValueError):  # unknown to it, or empty
        told = set()
    return min(told & {*PHOTOS, PDF}, default=None) or _zipped(path) or _compound(path)


def _zipped(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any(name.endswith(PROGRAMS) for name in names):
        return None
    return next((mime for name, mime in ZIPPED.items() if name in names), None)


def _compound(path: Path) -> str | None:
    """Streams are named in UTF-16 in the directory of a compound file."""
    with path.open("rb") as stream:
        if stream.read(len(_COMPOUND_MAGIC)) != _COMPOUND_MAGIC:
            return None
        with mmap(stream.fileno(), 0, access=ACCESS_READ) as data:
            named = (mime for name, mime in COMPOUND.items() if _has(data, name))
            return next(named, None)


def _has(data: mmap, name: str) -> bool:
    return data.find(f"{name}\0".encode("utf-16-le")) >= 0


def _keep(partial: Path, kept: Path) -> None:
    """Durably, before the database says so."""
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    partial.replace(kept)
