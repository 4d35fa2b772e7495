"""A resident sends files to a platform that holds them, or says why not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from bot.media import Fetcher
from bot.platforms.base import Outgoing, RawUpdate, Store
from bot.platforms.sandbox import LIMITS
from content.commune import Style
from db import media
from db.media import Seen
from handlers.messages import Attachment, FileKind
from tests.bot.hall import Hall


class Shelf:
    """A platform that holds files, or says why not."""

    name = "sandbox-zalo"
    limits = replace(LIMITS["zalo"], max_file=2000)
    mention = link = ""

    def __init__(self) -> None:
        self.files: dict[str, bytes | Exception] = {}
        self.fetched: list[str] = []

    async def fetch(self, file: Attachment, to: Path) -> None:
        self.fetched.append(file.ref)
        found = self.files[file.ref]
        if isinstance(found, Exception):
            raise found
        await asyncio.to_thread(to.write_bytes, found)

    async def receive(self, store: Store) -> NoReturn:
        raise NotImplementedError

    async def understand(self, update: RawUpdate) -> NoReturn:
        raise NotImplementedError

    async def send(self, outgoing: Outgoing) -> NoReturn:
        raise NotImplementedError

    async def aclose(self) -> None: ...


class Desk:
    """A resident sends files, and the fetcher fetches them into `folder`."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        folder.mkdir()
        self.keeping = asyncio.Lock()
        self.hall, self.folder, self.shelf = hall, folder, Shelf()
        self.fetcher = self.new_fetcher("zalo")

    def new_fetcher(self, style: Style) -> Fetcher:
        """Of the same folder; both styles hear what is on the shelf."""
        bot, hall = self.hall.bots[style], self.hall
        return Fetcher(
            bot, self.shelf, hall.database, hall.composer, hall.clock, self.folder, self.keeping
        )

    async def sent(
        self, *files: bytes | Exception, kind: FileKind = "photo", by: str = "cuc"
    ) -> tuple[int, ...]:
        refs = [str(len(self.shelf.files) + number) for number in range(len(files))]
        self.shelf.files.update(zip(refs, files, strict=True))
        actor = (await self.hall.scene(by)).actor
        seen = [Seen(ref, kind, f"{ref}.png") for ref in refs]
        return await self.hall.database.write(media.want, actor, files=seen)

    async def states(self, ids: Sequence[int]) -> list[str]:
        found = await self.hall.database.read(media.states, ids)
        return [found[one] for one in ids]

    async def told(self) -> list[str]:
        return [row.body for row in await self.hall.rows("cuc")]

    def on_disk(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}
