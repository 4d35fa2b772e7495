"""People and groups as a village on Telegram knows them: they speak, press, and read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack

from tests.servers.telegram import Group, Person
from tests.servers.telegram.chats import Json
from tests.servers.telegram.records import buttons
from tests.servers.telegram.speech import Extras

if TYPE_CHECKING:
    from tests.bot.telegraph import Telegraph


@dataclass(eq=False)
class Circle:
    """A group, or one topic of it. `place`: as the server has it; `token`: of the bot in it."""

    village: Telegraph = field(repr=False)
    place: Group
    token: str = field(repr=False)
    topic: int = 0

    def news(self) -> list[Json]:
        """The bot's messages since they were last asked for, as they stand now."""
        return self.village.news((self.token, self.place.id, self.topic), self.shown())

    def reads(self) -> list[str]:
        """The words of the news."""
        return [words(message) for message in self.news()]

    def shown(self) -> list[Json]:
        said = self.village.said_by(self.token, self.place.chat.messages.values())
        return [one for one in said if one.get("message_thread_id", 0) == self.topic]


@dataclass(eq=False)
class Villager:
    """A person, with the bot they talk to in private."""

    village: Telegraph = field(repr=False)
    person: Person
    token: str = field(repr=False)

    async def says(
        self, text: str = "", where: Circle | None = None, **extras: Unpack[Extras]
    ) -> str:
        """What the bot says to it, there; `@bot` in the text is its name."""
        self.news(where)
        self.speaks(text, where, **extras)
        await self.village.quiet()
        return "\n".join(self.reads(where))

    def speaks(self, text: str = "", where: Circle | None = None, **extras: Unpack[Extras]) -> Json:
        """Says it and waits for nothing."""
        token = where.token if where else self.token
        if where and where.topic:
            extras["topic"] = where.topic
        text = text.replace("@bot", f"@{self.village.server.bots[token].username}")
        return self.person.say(where.place if where else token, text, **extras)

    async def presses(self, label: str, where: Circle | None = None) -> str:
        """The newest button whose label contains these words; what the bot says to that, or how
        the message of the button reads when it has changed instead."""
        return "\n".join(map(words, await self.press(label, where)))

    async def press(self, label: str, where: Circle | None = None) -> list[Json]:
        """As `presses`: the messages."""
        self.news(where)
        pressed = self.push(label, where)
        await self.village.quiet()
        number = pressed["message_id"]
        here = [one for one in self.shown(where) if one["message_id"] == number]
        return self.news(where) or [one for one in here if one != pressed]

    def push(self, label: str, where: Circle | None = None) -> Json:
        """Presses and waits for nothing; the message of the button."""
        shown = self.shown(where)
        for message in reversed(shown):
            for button in buttons(message):
                if label in button["text"]:
                    place = where.place if where else self.token
                    self.person.press(place, message["message_id"], button["text"])
                    return message
        raise LookupError(f"no button “{label}”; the last words: {words(shown[-1])}")

    def news(self, where: Circle | None = None) -> list[Json]:
        """What the bot said in private (or there) since last asked, as it stands now."""
        if where:
            return where.news()
        return self.village.news((self.token, self.person.id), self.shown())

    def reads(self, where: Circle | None = None) -> list[str]:
        """The words of the news."""
        return [words(message) for message in self.news(where)]

    def shown(self, where: Circle | None = None) -> list[Json]:
        if where:
            return where.shown()
        return self.village.said_by(self.token, self.person.received(self.token))

    def through(self, token: str) -> Villager:
        """The same person with another bot."""
        return Villager(self.village, self.person, token)


def words(message: Json) -> str:
    """The text, or the caption."""
    return str(message.get("text", message.get("caption", "")))


def files(message: Json) -> list[str]:
    """The file_id of its photo (the largest size) or its document."""
    found = [message["photo"][-1]] if "photo" in message else []
    return [one["file_id"] for one in (*found, *filter(None, [message.get("document")]))]


async def announce(
    head: Villager, text: str, *choices: str, send: str = "Gửi ngay", **extras: Unpack[Extras]
) -> tuple[str, str]:
    """The preview, and what was said once it was confirmed. `choices`: labels, in order."""
    await head.says("/thongbao")
    await head.says(text, **extras)
    for label in choices or ("Hộ dân",):
        await head.presses(label)
    preview = await head.presses("Tiếp tục")
    return preview, await head.presses(send)
