"""People and groups as a village on Zalo knows them: they speak, choose by number, and read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Unpack

from tests.living import CONTENT
from tests.servers.zalo import Group, Person, Sent
from tests.servers.zalo.events import Extras, Json

if TYPE_CHECKING:
    from tests.bot.zalograph import Zalograph

PHOTO: Final = "(ảnh)"
_NUMBERED: Final = re.compile(r"(\d+)\. (.*)")
_LEFT_OUT: Final = [
    CONTENT.words("vi")(f"system.{key}") for key in ("photo_left_out", "photo_left_out_private")
]


@dataclass(eq=False)
class Square:
    """A group. `token`: of the bot in it."""

    village: Zalograph = field(repr=False)
    place: Group
    token: str = field(repr=False)

    def news(self) -> list[Sent]:
        """The bot's messages since they were last asked for."""
        return self.village.fresh(self.token, self.place.id)

    def reads(self) -> list[str]:
        """The words of the news."""
        return [sent.text for sent in self.news()]

    def shown(self) -> list[Sent]:
        return self.village.zalo.shown(self.token, self.place.id)


@dataclass(eq=False)
class Neighbour:
    """A person, with the bot they talk to in private."""

    village: Zalograph = field(repr=False)
    person: Person
    token: str = field(repr=False)

    async def says(
        self, text: str = "", where: Square | None = None, **extras: Unpack[Extras]
    ) -> str:
        """What the bot says to it, there; `@bot` in the text is its name."""
        self.news(where)
        self.speaks(text, where, **extras)
        await self.village.quiet()
        return "\n".join(self.reads(where))

    def speaks(self, text: str = "", where: Square | None = None, **extras: Unpack[Extras]) -> Json:
        """Says it and waits for nothing."""
        token = where.token if where else self.token
        text = text.replace("@bot", self.village.zalo.bots[token].mention)
        return self.person.say(where.place if where else token, text, **extras)

    async def presses(self, label: str, where: Square | None = None) -> str:
        """Types the number of what the newest message offers under these words, or the words."""
        return "\n".join(sent.text for sent in await self.press(label, where))

    async def press(self, label: str, where: Square | None = None) -> list[Sent]:
        """As `presses`: the messages."""
        shown = self.shown(where)
        offered = _NUMBERED.findall(shown[-1].text) if shown else []
        number = next((number for number, choice in offered if label in choice), label)
        self.news(where)
        self.speaks(number, where)
        await self.village.quiet()
        return self.news(where)

    def news(self, where: Square | None = None) -> list[Sent]:
        """What the bot said in private (or there) since last asked."""
        return where.news() if where else self.village.fresh(self.token, self.person.id)

    def reads(self, where: Square | None = None) -> list[str]:
        """The words of the news."""
        return [sent.text for sent in self.news(where)]

    def shown(self, where: Square | None = None) -> list[Sent]:
        return where.shown() if where else self.person.received(self.token)

    def through(self, token: str) -> Neighbour:
        """The same person with another bot."""
        return Neighbour(self.village, self.person, token)


def as_read(sent: Sent) -> str:
    """The words, then a sign for a photo. Zalo shows none that was not released, nor any without
    a public address: the line that says so stands for it."""
    text = sent.text
    for line in _LEFT_OUT:
        text = text.replace(line, PHOTO)
    return f"{text} {PHOTO}".strip() if sent.photo else text


async def announce(
    head: Neighbour, text: str, *choices: str, send: str = "Gửi ngay", **extras: Unpack[Extras]
) -> tuple[str, str]:
    """The preview, and what was said once it was confirmed. `choices`: labels, in order."""
    await head.says("/thongbao")
    await head.says(text, **extras)
    for label in choices or ("Hộ dân",):
        await head.presses(label)
    preview = await head.presses("Tiếp tục")
    return preview, await head.presses(send)
