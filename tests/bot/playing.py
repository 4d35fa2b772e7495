"""A play for crashes: reports and an announcement told in scenes, and the village's verdict.

In each scene everybody does their next step at once. A step that was interrupted may be taken
again: like a person, it first looks whether it was taken already. The verdict reads nothing but
what the village recorded: what the bot's own tables say of it counts for nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Protocol, TypeAlias

from bot.platforms.entry import Entry
from bot.platforms.rendering import parts
from bot.platforms.sandbox import LIMITS
from bot.platforms.village import Upload
from content.commune import Style, load_commune
from db.ledger import NAMED
from tests.living import CONTENT, PNG

WORDS: Final = CONTENT.words("vi")
_CODE: Final = re.compile(r"PA-\d+")

Step: TypeAlias = Callable[[], Awaitable[object]]


class Stage(Protocol):
    """The village itself, or its HTTP interface."""

    async def messages(self, person: str, chat: str | None = None, after: int = 0) -> list[Entry]:
        """As the village has them."""

    async def write(
        self, person: str, chat: str, text: str, uploads: Sequence[Upload] = ()
    ) -> str: ...

    async def press(self, person: str, chat: str, message: str, callback: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Ears:
    """A group that is to get the announcement, and a member who reads it there."""

    group: str
    title: str
    style: Style
    member: str


@dataclass(frozen=True, slots=True)
class Cast:
    """`residents` report something each, of which all `staff` are told; `author` (of Telegram
    style) tells something to all groups, `choices` being pressed between text and preview."""

    residents: tuple[str, ...]
    staff: tuple[str, ...]
    author: str
    choices: tuple[str, ...]
    groups: tuple[Ears, ...]


@dataclass(frozen=True, slots=True)
class Play:
    """One performance. `after`: the last message before it; `name` tells it from others."""

    stage: Stage
    cast: Cast
    name: str = "A"
    after: int = 0

    @property
    def text(self) -> str:
        """Two messages on Zalo, one on Telegram."""
        paragraphs = (f"Mục {n}: " + "mời bà con đi họp thôn. " * 20 for n in range(6))
        return f"Tin {self.name}\n\n" + "\n\n".join(paragraphs)

    def matter(self, number: int) -> str:
        return f"Đèn đường {self.name} hỏng ở cột {number}."

    def photo(self, number: int) -> str:
        return f"{self.name}-{number}.png"

    def scenes(self) -> list[list[Step]]:
        """Each person's step, in any order within a scene; the last scene is everybody's last."""
        told = [self._report(number, who) for number, who in enumerate(self.cast.residents)]
        backwards = zip_longest(*(reversed(steps) for steps in [self._announce(), *told]))
        return [[step for step in scene if step] for scene in backwards][::-1]

    def _report(self, number: int, who: str) -> list[Step]:
        return [
            lambda: self._write(who, "phản ánh"),
            lambda: self._choose(who, WORDS("feedback.agree")),
            lambda: self._write(who, self.matter(number)),
            lambda: self._write(who, f"Đầu ngõ {number}"),
            lambda: self._send_photo(who, self.photo(number)),
            lambda: self._choose(who, WORDS("feedback.send")),
        ]

    def _announce(self) -> list[Step]:
        author = self.cast.author
        labels = (*self.cast.choices, WORDS("announcements.send"))
        return [
            lambda: self._write(author, "/thongbao"),
            lambda: self._write(author, self.text),
            *((lambda label=label: self._choose(author, label)) for label in labels),
        ]

    async def _heard(self, person: str, chat: str = "") -> list[Entry]:
        """What the bot said there during the play."""
        entries = await self.stage.messages(person, chat or person, self.after)
        return [entry for entry in entries if entry.from_bot]

    async def _own(self, person: str) -> list[Entry]:
        entries = await self.stage.messages(person, person, self.after)
        return [entry for entry in entries if not entry.from_bot]

    async def _write(self, person: str, text: str) -> None:
        if all(entry.text != text for entry in await self._own(person)):
            await self.stage.write(person, person, text)

    async def _send_photo(self, person: str, name: str) -> None:
        if not any(entry.attachments for entry in await self._own(person)):
            photo = Upload(name, "image/png", PNG)
            await self.stage.write(person, person, "", [photo])

    async def _choose(self, person: str, label: str) -> None:
        """Press the newest button of that label; where there are no buttons, type it. If it is
        not on offer, it is not needed, or was chosen before."""
        heard = await self._heard(person)
        for entry in reversed(heard):
            for offered, callback in entry.buttons:
                if offered == label:
                    await self.stage.press(person, person, entry.id, callback)
                    return
        if heard and label in heard[-1].text and not any(entry.buttons for entry in heard):
            await self._write(person, label)

    async def wrong(self) -> list[str]:
        """What was lost, doubled or hidden, in the village's eyes; none of it may be."""
        return [*await self._wrong_reports(), *await self._wrong_announcement()]

    async def _wrong_reports(self) -> list[str]:
        codes: Counter[str] = Counter()
        told = {person: await self._heard(person) for person in self.cast.staff}
        wrong = []
        for number, who in enumerate(self.cast.residents):
            mine = _codes(await self._heard(who))
            codes.update(mine)
            if len(mine) != 1:
                wrong.append(f"report {number}: the codes given are {mine}")
            for person, heard in told.items():
                if _codes([one for one in heard if self.matter(number) in one.text]) != mine:
                    wrong.append(f"report {number}: {person} was not told of {mine} alone")
                if not _arrived(self.photo(number), heard):
                    wrong.append(f"report {number}: {person} did not get its photo")
        return wrong + [f"{code} was given to {n} people" for code, n in codes.items() if n > 1]

    async def _wrong_announcement(self) -> list[str]:
        missed, wrong = set(), []
        for ears in self.cast.groups:
            wanted = parts(self.text, LIMITS[ears.style].max_text)
            came = [entry.text for entry in await self._heard(ears.member, ears.group)]
            if came != [part for part in wanted if part in came]:
                wrong.append(f"{ears.title}: twice, out of order or something else")
            if len(came) < len(wanted):
                missed.add(ears.title)
        count, names = await self._uncertain()
        if len(missed) > count or (count <= NAMED and missed - names):
            wrong.append(f"{missed} were missed, but {count} are in doubt: {names}")
        return wrong

    async def _uncertain(self) -> tuple[int, set[str]]:
        """Of how many groups the author was told that nobody knows, and their names; -1 if there
        was no report."""
        groups, by_hand = len(self.cast.groups), len(load_commune().by_hand)
        everywhere = (
            WORDS("announcements.report_all", total=groups),
            WORDS(  # where the commune has stops that keepers carry to
                "announcements.status_handed",
                reached=groups,
                total=groups + by_hand,
                handed=by_hand,
            ),
        )
        line = re.escape(WORDS("announcements.not_reached_uncertain", count=987))
        counted = re.compile(line.replace("987", r"(\d+)"))
        texts = [entry.text for entry in await self._heard(self.cast.author)]
        for text in reversed(texts):
            if found := counted.search(text):
                names = {line[2:] for line in text.splitlines() if line.startswith("– ")}
                return int(found[1]), names
            if text.startswith(everywhere):
                return 0, set()
        return -1, set()


def _codes(entries: Sequence[Entry]) -> set[str]:
    return {code for entry in entries for code in _CODE.findall(entry.text)}


def _arrived(photo: str, entries: Sequence[Entry]) -> bool:
    """As itself, or by name where it cannot be sent."""
    return any(
        photo in entry.text or photo in [one.name for one in entry.attachments] for entry in entries
    )
