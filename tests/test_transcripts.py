"""Conversations written by hand, replayed over the living village in each style they are cast for.

A transcript is Markdown. A table casts it: its first column names a part, the others who or what
that is in each style; `{part}` stands for it anywhere below. Then, paragraph by paragraph:

    **part**: words            the person writes, in private
    **part** @ group's title: … … in that group; a mention of the bot is `@bot`
    **part**: [Label]          presses the button (or types its number, where there are none)
    **part**: words (ảnh)      with a photo
    **part** nghe              listens: what came in private since the last answer heard there
    **mạng** chặn group        from now on that group cannot be reached; `**mạng** mất group`: it
                               is closed to the bot for good; `**mạng** thông`: all can be again
    **các nhóm** nghe          everything the bot has said in any group since last asked
    > expected                 one line for each message of the bot, in order; in groups, the
                               title and a colon first; `> (im lặng)` for none. A press that is
                               answered in place is answered by its own message

`…` stands for any words or none. `<name>` catches a word, and stands for it further down.
Everything else in a file is for its readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from bot.platforms.base import ChatGone, Outgoing, Unreachable
from bot.platforms.sandbox import Sandbox
from content.commune import load_commune
from tests.living import PNG, Living, living

FOLDER: Final = Path(__file__).parent / "transcripts"
STYLES: Final = ("telegram", "zalo")
COMMUNE: Final = load_commune()
PHOTO: Final = "(ảnh)"
MORNING: Final = 9  # o'clock, when every transcript begins
SILENCE: Final = "(im lặng)"
_TURN: Final = re.compile(
    r"\*\*(?P<who>[^*]+)\*\*(?: @ (?P<where>[^:]+))?(?P<does>:| )(?P<what>.*)"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """`who` does `what`, and then the bot says what is `expected`."""

    line: int
    who: str
    where: str
    what: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    cast: Mapping[str, str]
    turns: tuple[Turn, ...]


def read(path: Path, style: str) -> Transcript | None:
    """None: the transcript is not cast for that style."""
    cast: dict[str, str] = {}
    turns: list[Turn] = []
    head: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not head:
            head = [cell.lower() for cell in cells]
        elif line.startswith("|") and style in head and not cells[0].startswith("-"):
            cast[cells[0]] = cells[head.index(style)]
        elif line.startswith(">"):
            last = turns.pop()
            turns.append(
                Turn(last.line, last.who, last.where, last.what, (*last.expected, line[1:].strip()))
            )
        elif found := _TURN.fullmatch(line):
            turns.append(
                Turn(number, found["who"], found["where"] or "", found["what"].strip(), ())
            )
    return Transcript(cast, tuple(turns)) if style in head else None


@dataclass
class Play:
    """A transcript on its way through the village."""

    village: Living
    style: str
    cast: Mapping[str, str]
    caught: dict[str, str] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)  # the newest message known, by chat
    blocked: dict[str, type[Exception]] = field(default_factory=dict)

    async def perform(self, turn: Turn) -> None:
        if turn.who == "mạng":
            self._network(self._filled(turn.what))
            return
        if turn.who == "các nhóm":
            said = [f"{title}: {text}" async for title, text in self._groups()]
        elif turn.what == "nghe":
            said = await self._news(self._person(turn.who), self._person(turn.who))
        else:
            said = await self._speak(turn)
        self._compare(turn, said)

    def open_network(self) -> None:
        """Every message passes by here before it arrives."""

        async def pass_by(outgoing: Outgoing) -> None:
            if outgoing.chat in self.blocked:
                raise self.blocked[outgoing.chat]("closed by the transcript")

        for platform in self.village.app.platforms.values():
            assert isinstance(platform, Sandbox)
            platform._before = pass_by

    def _network(self, what: str) -> None:
        does, _, title = what.partition(" ")
        if does == "thông":
            self.blocked.clear()
        else:
            group = _group(title)
            self.blocked[group] = {"chặn": Unreachable, "mất": ChatGone}[does]

    async def _speak(self, turn: Turn) -> list[str]:
        person = self._person(turn.who)
        chat = _group(self._filled(turn.where)) if turn.where else person
        mention = COMMUNE.mentions["zalo" if self.style == "zalo" else "telegram"]
        words = self._filled(turn.what).replace("@bot", mention)
        await self._news(person, chat)
        if words.startswith("["):
            await self.village.press(person, words.strip("[]"), chat)
            return await self._news(person, chat) or await self._changed(person, chat)
        else:
            files = (("anh.png", "image/png", PNG),) if words.endswith(PHOTO) else ()
            await self.village.say(person, words.removesuffix(PHOTO).strip(), chat, files)
        return await self._news(person, chat)

    async def _news(self, person: str, chat: str) -> list[str]:
        """What the bot has said there since last asked."""
        found = await self.village.heard(person, chat, str(self.heard.get(chat, 0)))
        self.heard[chat] = max([self.heard.get(chat, 0), *(int(one["id"]) for one in found)])
        return [_shown(message) for message in found]

    async def _changed(self, person: str, chat: str) -> list[str]:
        """A press that is answered in place: what its message reads now."""
        newest = (await self.village.heard(person, chat))[-1]
        return [_shown(newest)] if newest["edited_at"] else []

    async def _groups(self) -> Any:
        for group in COMMUNE.groups:
            for text in await self._news(group.members[0], group.id):
                yield group.title, text

    def _compare(self, turn: Turn, said: list[str]) -> None:
        wanted = [] if turn.expected == (SILENCE,) else list(turn.expected)
        where = f"line {turn.line}, {turn.who}: {turn.what}"
        assert wanted or turn.expected, f"{where}: nothing is expected; write > {SILENCE}"
        assert len(said) == len(wanted), f"{where}: the bot said {said}"
        for text, words in zip(said, wanted, strict=True):
            found = re.fullmatch(_pattern(self._filled(words)), " ".join(text.split()))
            assert found, f"{where}\n  expected: {words}\n  heard: {text}"
            self.caught.update(found.groupdict())

    def _person(self, part: str) -> str:
        name = self.cast[part]
        return next(person.id for person in COMMUNE.people if person.name == name)

    def _filled(self, words: str) -> str:
        for part, value in self.cast.items():
            words = words.replace(f"{{{part}}}", value)
        for name, value in self.caught.items():
            words = words.replace(f"<{name}>", value)
        return words


def _group(title: str) -> str:
    return next(group.id for group in COMMUNE.groups if group.title == title)


def _shown(message: dict[str, Any]) -> str:
    """The words, then a sign for each photo."""
    return " ".join([message["text"], *[PHOTO] * len(message["attachments"])]).strip()


def _pattern(words: str) -> str:
    """A regular expression of an expectation; spaces are as good as line breaks."""
    pattern = re.escape(words).replace("…", ".*").replace(r"\ ", " ")
    pattern = re.sub(r" ?\.\* ?", ".*", pattern)
    return re.sub(r"<(\w+)>", r"(?P<\1>\\S+)", pattern)


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.md")):
        for style in STYLES:
            if (transcript := read(path, style)) is not None:
                yield pytest.param(transcript, style, id=f"{path.stem}-{style}")


@pytest.mark.parametrize(("transcript", "style"), list(cases()))
async def test_the_village_answers_as_written(
    tmp_path: Path, transcript: Transcript, style: str
) -> None:
    async with living(tmp_path) as village:
        await village.until(MORNING)  # far from the times the transcripts speak of
        play = Play(village, style, transcript.cast)
        play.open_network()
        for turn in transcript.turns:
            await play.perform(turn)


def test_every_transcript_is_cast_and_says_something() -> None:
    for path in FOLDER.glob("*.md"):
        found = [read(path, style) for style in STYLES]
        assert any(found), f"{path.name} is cast for no style"
        assert all(one is None or len(one.turns) > 1 for one in found)
