"""An invented village: its people, their chats, and its own record of what arrived.

The record judges independently of the bot: what is written is committed before anyone is
told, and an update for the bot is kept until the bot has it safe.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, TypeVar, get_args

from bot.platforms import ledger
from bot.platforms.entry import Attached, Entry, Room, Villager, Waiting
from bot.platforms.ledger import Connection
from bot.platforms.record import Record, RecordError
from content.commune import Commune, Style
from content.folding import normalize

T = TypeVar("T")
News: TypeAlias = Literal["message", "edit", "delete"]
Listener: TypeAlias = Callable[[News, Entry], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a person hands it over. `type`: what they claim it to be."""

    name: str
    type: str
    data: bytes


class Village:
    """Every call returns after the commit. Raises VillageError and RecordError."""

    def __init__(
        self, folder: Path, mentions: Mapping[Style, str], clock: Callable[[], datetime]
    ) -> None:
        self.mentions = mentions
        self.arrived: Mapping[Style, asyncio.Event] = {
            style: asyncio.Event() for style in get_args(Style)
        }
        self._cut: set[str] = set()
        self._files = folder / "files"
        self._clock = clock
        self._listeners: list[Listener] = []
        self._record = Record(folder / "village.db", ledger.SCHEMA)

    @classmethod
    async def open(cls, folder: Path, commune: Commune, clock: Callable[[], datetime]) -> Village:
        """Settles the commune's people at the first start; later starts keep what is there."""
        try:
            (folder / "files").mkdir(parents=True, exist_ok=True)
        except OSError:
            raise RecordError("the village's folder cannot be made; choose another") from None
        village = cls(folder, commune.mentions, clock)
        try:
            await village._do(lambda db: ledger.settle(db, commune))
        except BaseException:
            await village.close()
            raise
        return village

    async def close(self) -> None:
        await self._record.close()

    def listen(self, listener: Listener) -> None:
        """Call `listener` on the event loop after each committed change of a message."""
        self._listeners.append(listener)

    async def people(self) -> list[Villager]:
        return await self._do(ledger.people)

    async def chats(self, person: str) -> list[Room]:
        return await self._do(lambda db: ledger.chats(db, person))

    async def messages(self, person: str, chat: str | None = None, after: int = 0) -> list[Entry]:
        """Oldest first, of one chat or of all the person's chats, newer than message `after`."""
        return await self._do(lambda db: ledger.messages(db, person, chat, after))

    async def write(
        self,
        person: str,
        chat: str,
        text: str,
        uploads: Sequence[Upload] = (),
        location: tuple[float, float] | None = None,
        reply_to: str = "",
    ) -> str:
        """A person writes; the message's id. The bot hears of it as the style allows."""
        await self._do(lambda db: ledger.member_of(db, person, chat))
        files = [await self.keep(one.name, one.type, BytesIO(one.data)) for one in uploads]
        draft = Entry(chat, person, text, attachments=tuple(files), location=location)

        def told(written: tuple[Entry, Room, bool]) -> None:
            entry, room, heard = written
            self._tell("message", entry)
            if heard:
                self.arrived[room.style].set()

        entry, _, _ = await self._do(
            lambda db: ledger.write(db, draft, self._now(), reply_to), told
        )
        return entry.id

    async def press(self, person: str, chat: str, message: str, callback: str) -> None:
        await self._do(
            lambda db: ledger.press(db, person, chat, message, callback),
            lambda room: self.arrived[room.style].set(),
        )

    def is_cut(self, chat: str) -> bool:
        """Whether nothing of the bot's gets through to this chat."""
        return chat in self._cut

    async def cut(self, chat: str, on: bool) -> None:
        """Breaks a group's line to the bot, or mends it, so that a failed delivery can be seen.
        Until the next start at most."""
        await self._do(lambda db: ledger.group(db, chat))
        if on:
            self._cut.add(chat)
        else:
            self._cut.discard(chat)

    async def post(self, style: Style, draft: Entry) -> Entry:
        """The bot writes; the entry as recorded."""
        return await self._do(
            lambda db: ledger.post(db, style, draft, self._now()),
            lambda entry: self._tell("message", entry),
        )

    async def change(self, style: Style, draft: Entry) -> None:
        """The bot's message `draft.id` gets the draft's text and buttons."""
        await self._do(
            lambda db: ledger.change(db, style, draft, self._now()),
            lambda entry: self._tell("edit", entry),
        )

    async def remove(self, style: Style, chat: str, message: str) -> None:
        """The bot takes its message back."""
        await self._do(
            lambda db: ledger.remove(db, style, chat, message),
            lambda entry: self._tell("delete", entry),
        )

    async def keep(self, name: str, type: str, source: BinaryIO) -> Attached:
        """Stores a file durably under its hash. Raises RecordError when it cannot."""
        try:
            sha256, size = await asyncio.to_thread(_store, self._files, source)
        except OSError as error:
            problem = f"a file cannot be kept ({error.__class__.__name__}); check the disk"
            raise RecordError(problem) from None
        attached = Attached(secrets.token_hex(8), normalize(name), normalize(type), size)
        await self._do(lambda db: ledger.keep_file(db, attached, sha256))
        return attached

    async def file(self, id: str) -> tuple[str, Path]:
        """A file's name and where its bytes lie."""
        name, sha256 = await self._do(lambda db: ledger.file(db, id))
        return name, self._files / sha256

    async def waiting(self, style: Style, most: int = 100) -> list[Waiting]:
        """What the bot has not acknowledged, oldest first."""
        return await self._do(lambda db: ledger.waiting(db, style, most))

    async def acknowledge(self, style: Style, up_to: int) -> None:
        """The bot has every update of this style safe, up to this number."""
        await self._do(lambda db: ledger.acknowledge(db, style, up_to))

    async def unacknowledged(self) -> int:
        """How many updates of both styles the bot does not have safe yet."""
        return await self._do(ledger.unacknowledged)

    async def _do(
        self, run: Callable[[Connection], T], then: Callable[[T], None] | None = None
    ) -> T:
        """`then` follows the commit even when the caller has gone meanwhile."""
        future = self._record.submit(run)
        if then is not None:
            follow = then
            future.add_done_callback(lambda done: done.exception() or follow(done.result()))
        return await asyncio.shield(future)

    def _tell(self, news: News, entry: Entry | None) -> None:
        if entry is not None:
            for listener in self._listeners:
                listener(news, entry)

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat()


def _store(folder: Path, source: BinaryIO) -> tuple[str, int]:
    """The SHA-256, by which the file is called, and the size; on disk when this returns."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    sha256 = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
    path = folder / sha256
    if not path.exists():
        unfinished = folder / f"{sha256}.{secrets.token_hex(4)}"
        with unfinished.open("wb") as file:
            source.seek(0)
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return sha256, size
