"""The conversations of tests/transcripts, unchanged, over Zalo; and with the staff on Telegram.

Mixed, the same people play as on Zalo, and everybody reads what their own platform shows. Whom a
transcript has on Telegram even where it is cast for Zalo is there too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.platforms.base import Outgoing, Sent, Unreachable
from tests.bot.neighbours import Neighbour, as_read
from tests.bot.test_telegram_transcripts import shown
from tests.bot.zalograph import COMMUNE, STAFF, Zalograph, zalograph
from tests.living import PNG
from tests.test_transcripts import FOLDER, MORNING, PHOTO, Play, Transcript, Turn, read

STYLE = "zalo"
ON_TELEGRAM = {"Gỡ Zalo": "Gỡ Telegram"}  # what a label says of staff, where they are there


class OnZalo(Play):
    """A transcript on its way through the village. `person` and `chat` are known by name and
    title here."""

    def __init__(self, village: Zalograph, roles: Mapping[str, str]) -> None:
        super().__init__(cast(Any, village), STYLE, roles)
        self.on = village
        self.cut: set[str] = set()  # ids of groups
        for platform in village.app.platforms.values():
            self._watch(platform)

    def _watch(self, platform: Any) -> None:
        """No answer of Zalo's is certain to be about one chat and this moment only: a group that
        is out of reach is so before the wire."""
        send = platform.send

        async def sent(outgoing: Outgoing) -> Sent:
            if outgoing.chat in self.cut:
                raise Unreachable("closed by the transcript")
            return cast(Sent, await send(outgoing))

        platform.send = sent

    def _network(self, what: str) -> None:
        does, _, title = what.partition(" ")
        if does == "thông":
            self.cut.clear()
            for square in self.on.squares.values():
                square.place.add(square.token)
        elif does == "mất":
            self.on.square(title).place.remove(self.on.square(title).token)
        else:
            self.cut.add(self.on.square(title).place.id)

    async def _speak(self, turn: Turn) -> list[str]:
        name, said = self._person(turn.who), self._filled(turn.what)
        if name not in self.on.neighbours:
            return await self._speak_on_telegram(name, said)
        who, where = self.on.neighbour(name), self.on.squares.get(self._filled(turn.where))
        if said.startswith("["):
            return [as_read(one) for one in await who.press(said.strip("[]"), where)]
        who.news(where)
        if said.endswith(PHOTO):
            who.speaks(said.removesuffix(PHOTO).strip(), where, photo=PNG)
        else:
            who.speaks(said, where)
        await self.on.quiet()
        return [as_read(one) for one in who.news(where)]

    async def _speak_on_telegram(self, name: str, said: str) -> list[str]:
        who = self.on.person(name)
        if said.startswith("["):
            return [shown(one) for one in await who.press(said.strip("[]"))]
        who.news()
        if said.endswith(PHOTO):
            who.speaks(said.removesuffix(PHOTO).strip(), photo=PNG)
        else:
            who.speaks(said)
        await self.on.quiet()
        return [shown(one) for one in who.news()]

    async def _news(self, person: str, chat: str) -> list[str]:
        who = self.on.anybody(person)
        if isinstance(who, Neighbour):
            return [as_read(one) for one in who.news()]
        return [shown(one) for one in who.news()]

    async def _groups(self) -> Any:
        for title, square in self.on.squares.items():
            for one in square.news():
                yield title, as_read(one)

    def _person(self, part: str) -> str:
        return self.cast[part]


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.md")):
        if (transcript := read(path, STYLE)) is not None:
            here = {*transcript.cast.values()}
            cast_there = {p.name for p in COMMUNE.people if p.name in here and p.style != STYLE}
            yield pytest.param(transcript, cast_there, id=f"{path.stem}-zalo")
            parts = {part: ON_TELEGRAM.get(said, said) for part, said in transcript.cast.items()}
            if here & STAFF:  # else nobody is on Telegram
                yield pytest.param(replace(transcript, cast=parts), STAFF, id=f"{path.stem}-mixed")


@pytest.mark.parametrize(("transcript", "on_telegram"), list(cases()))
async def test_zalo_answers_as_written(
    tmp_path: Path, transcript: Transcript, on_telegram: frozenset[str]
) -> None:
    async with zalograph(tmp_path, on_telegram=on_telegram) as village:
        await village.until(MORNING)
        play = OnZalo(village, transcript.cast)
        for turn in transcript.turns:
            await play.perform(turn)
