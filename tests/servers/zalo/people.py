"""The people of the tests: they talk, reply and block. Everything the bots hear comes from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from tests.servers.zalo.events import Extras, Json, event
from tests.servers.zalo.records import Sent
from tests.servers.zalo.refusals import Refusal
from tests.servers.zalo.world import Bot, Chat, Plan, World, composed

if TYPE_CHECKING:
    from tests.servers.clock import Clock
    from tests.servers.zalo.habits import Habits


class Group:
    """Nobody tells a bot of its title, of who is in it, or who comes and goes."""

    def __init__(self, world: World, chat: Chat, title: str) -> None:
        self._world = world
        self.chat = chat
        self.title = title

    @property
    def id(self) -> str:
        return self.chat.id

    @property
    def bots(self) -> list[Bot]:
        return [bot for bot in self._world.bots.values() if bot.id in self.chat.bots]

    def add(self, token: str) -> None:
        """A bot. Raises LookupError where its plan has no room for another group."""
        bot, most = self._world.bots[token], self._world.bots[token].plan.groups
        chats = [one for one in self._world.chats.values() if one is not self.chat]
        others = sum(bot.id in one.bots for one in chats if one.kind == "GROUP")
        if most is not None and others >= most:
            raise LookupError(f"its plan allows {most} groups: remove it from one first")
        self.chat.bots.add(bot.id)
        self.chat.out.discard(bot.id)

    def remove(self, token: str) -> None:
        """The bot is put out, and is not told."""
        bot = self._world.bots[token]
        self.chat.bots.discard(bot.id)
        self.chat.out.add(bot.id)


class Person:
    """`where` is a bot's token (their private chat) or a Group."""

    def __init__(self, world: Village, id: str, name: str) -> None:
        self._world = world
        self.id = id
        self.name = name

    def meet(self, token: str) -> None:
        """Their private chat has begun, without a word that is heard."""
        self._private(self._world.bots[token])
        self._world.bots[token].users.add(self.id)

    def say(self, where: str | Group, text: str = "", **extras: Unpack[Extras]) -> Json:
        """The event, whether or not anybody hears it."""
        if isinstance(where, Group):
            return self._say(where.chat, self._listeners(where, text, extras), text, extras)
        bot = self._world.bots[where]
        chat = self._private(bot)
        bots = [bot] if self._world.admits(bot, self.id) else []
        return self._say(chat, bots, text, extras)

    def block(self, token: str) -> None:
        """The bot is not told, and may write no more."""
        chat, bot = self._private(self._world.bots[token]), self._world.bots[token]
        chat.bots.discard(bot.id)
        chat.out.add(bot.id)

    def unblock(self, token: str) -> None:
        chat, bot = self._world.chats[self.id], self._world.bots[token]
        chat.out.discard(bot.id)
        chat.bots.add(bot.id)

    def received(self, token: str) -> list[Sent]:
        """In private, from this bot."""
        return self._world.shown(token, self.id)

    def _private(self, bot: Bot) -> Chat:
        chat = self._world.chats.setdefault(self.id, Chat(self.id, "PRIVATE"))
        if bot.id not in chat.out:
            chat.bots.add(bot.id)
        return chat

    def _listeners(self, group: Group, text: str, extras: Extras) -> list[Bot]:
        """Those that are mentioned or replied to."""
        named = composed(text)
        replied = {
            sent.bot
            for sent in self._world.records.sent
            if sent.chat == group.id and sent.message_id == extras.get("reply_to")
        }
        return [b for b in group.bots if composed(b.mention) in named or b.id in replied]

    def _say(self, chat: Chat, bots: Sequence[Bot], text: str, extras: Extras) -> Json:
        world = self._world
        about: Json = {
            "message_id": world.new_id(),
            "date": round(world.clock.time() * 1000),
            "from": {"id": self.id, "display_name": self.name, "is_bot": False},
            "chat": {"id": chat.id, "chat_type": chat.kind},
        }
        photo = world.address(extras["photo"], "jpg") if "photo" in extras else ""
        voice = world.address(extras["voice"], "aac") if "voice" in extras else ""
        said = event(world.habits, about, text, extras, photo, voice)
        for bot in bots:
            world.hear(bot, said)
        world.changed()
        return said


class Village(World):
    """The world as tests write it."""

    def __init__(self, clock: Clock, habits: Habits, key: str, seed: int) -> None:
        super().__init__(clock, habits, key, seed)
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}

    def bot(self, display: str = "Bot Loa Làng", *, token: str = "", plan: Plan = Plan()) -> str:  # noqa: B008 (frozen)
        """Its token."""
        if not display.startswith("Bot"):
            raise ValueError("a bot's name begins with “Bot”")
        return self.add_bot(display, token, plan).token

    def person(self, name: str = "Người dân", *, id: str = "") -> Person:
        person = Person(self, id or self.new_id(), name)
        self.people[person.id] = person
        return person

    def group(self, title: str = "Nhóm", bots: Sequence[str] = (), *, id: str = "") -> Group:
        """`bots`: tokens."""
        chat = Chat(id or f"zgr-{self.new_id()}", "GROUP")
        self.chats[chat.id] = chat
        group = self.groups[chat.id] = Group(self, chat, title)
        for token in bots:
            group.add(token)
        return group

    @property
    def sent(self) -> list[Sent]:
        return self.records.sent

    @property
    def lost(self) -> int:
        """Events that nobody heard."""
        return sum(len(bot.ears.lost) for bot in self.bots.values())

    def shown(self, token: str, chat: str) -> list[Sent]:
        """What this bot said there."""
        bot = self.bots[token].id
        return [sent for sent in self.records.sent if (sent.bot, sent.chat) == (bot, chat)]

    def revoke(self, token: str) -> None:
        """The token was made anew in Zalo Bot Creator."""
        self.bots[token].revoked = True
        self.bots[token].ears.refuse_all(Refusal(401))

    def raw(self, token: str, event: Json) -> None:
        """An event of any shape at all."""
        self.hear(self.bots[token], event)

    def forget_files(self) -> None:
        """The addresses of pictures have run out."""
        self.files.clear()

    def address(self, data: bytes, ending: str) -> str:
        """Where a bot can read it."""
        return f"{self.base_url}{self.keep(data, ending)}"

    @property
    def base_url(self) -> str:
        raise NotImplementedError
