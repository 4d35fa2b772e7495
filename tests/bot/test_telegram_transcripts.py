"""The conversations of tests/transcripts, unchanged, over Telegram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from tests.bot.telegraph import Telegraph, telegraph
from tests.bot.villagers import files, words
from tests.living import PNG
from tests.servers.telegram.chats import Json
from tests.test_transcripts import FOLDER, MORNING, PHOTO, Play, Transcript, Turn, read

STYLE = "telegram"


class OnTelegram(Play):
    """A transcript on its way through the village on Telegram."""

    def __init__(self, village: Telegraph, roles: Mapping[str, str]) -> None:
        super().__init__(cast(Any, village), STYLE, roles)
        self.on = village

    def _network(self, what: str) -> None:
        does, _, title = what.partition(" ")
        if does == "thông":
            self.on.server.clear_faults()
            for circle in self.on.groups.values():
                circle.place.chat.deleted = False
        elif does == "mất":
            self.on.group(title).place.chat.deleted = True
        else:
            there = self.on.group(title).place.id
            self.on.server.fault("too_many", chat=there, times=0)

    async def _speak(self, turn: Turn) -> list[str]:
        """`person` and `chat` are known by name and title here."""
        person = self._person(turn.who)
        chat = self._filled(turn.where) if turn.where else person
        who, where = self.on.person(person), self.on.groups.get(chat)
        said = self._filled(turn.what)
        if said.startswith("["):
            return [shown(one) for one in await who.press(said.strip("[]"), where)]
        await self._news(person, chat)
        if said.endswith(PHOTO):
            who.speaks(said.removesuffix(PHOTO).strip(), where, photo=PNG)
        else:
            who.speaks(said, where)
        await self.on.quiet()
        return await self._news(person, chat)

    async def _news(self, person: str, chat: str) -> list[str]:
        where = self.on.groups.get(chat)
        return [shown(one) for one in self.on.person(person).news(where)]

    async def _groups(self) -> Any:
        for title, circle in self.on.groups.items():
            for one in circle.news():
                yield title, shown(one)

    def _person(self, part: str) -> str:
        return self.cast[part]


def shown(message: Json) -> str:
    """The words, then a sign for a photo."""
    return f"{words(message)} {PHOTO}".strip() if files(message) else words(message)


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.md")):
        if (transcript := read(path, STYLE)) is not None:
            yield pytest.param(transcript, id=path.stem)


@pytest.mark.parametrize("transcript", list(cases()))
async def test_telegram_answers_as_written(tmp_path: Path, transcript: Transcript) -> None:
    async with telegraph(tmp_path) as village:
        await village.until(MORNING)
        play = OnTelegram(village, transcript.cast)
        for turn in transcript.turns:
            await play.perform(turn)
