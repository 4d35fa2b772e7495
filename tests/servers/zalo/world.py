"""Everything that is true on the server's side, and how news of it reaches bots."""

from __future__ import annotations

import unicodedata
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Literal

from tests.servers.clock import Clock
from tests.servers.zalo.ears import Ears
from tests.servers.zalo.events import Json
from tests.servers.zalo.habits import Habits
from tests.servers.zalo.hooks import Hook
from tests.servers.zalo.records import Records, Sent
from tests.servers.zalo.refusals import Refusal, bad

TAIL: Final = "zFakeFakeFakeFakeFakeFakeFakeFake"
VIETNAM: Final = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bot may; None: as much as it likes. `burst`: so many messages in so many seconds."""

    monthly: int | None = None
    users: int | None = None
    groups: int | None = None
    burst: tuple[int, float] | None = None


FREE: Final = Plan(monthly=3000, users=50, groups=3)


@dataclass(eq=False)
class Chat:
    """`bots`: ids of those that may write into it; `out`: of those that may no more."""

    id: str
    kind: Literal["PRIVATE", "GROUP"]
    bots: set[str] = field(default_factory=set)
    out: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Bot:
    """`users`: ids of the people who were heard; `spent`: messages by month (“2026-11”)."""

    token: str = field(repr=False)
    id: str
    account: str
    display: str
    plan: Plan
    ears: Ears
    hook: Hook | None = None
    revoked: bool = False
    users: set[str] = field(default_factory=set)
    turned_away: int = 0
    spent: Counter[str] = field(default_factory=Counter)
    times: deque[float] = field(default_factory=deque)

    @property
    def mention(self) -> str:
        return f"@{self.display}"


class World:
    def __init__(self, clock: Clock, habits: Habits, key: str, seed: int) -> None:
        self.clock = clock
        self.habits = habits
        self.records = Records(key)
        self.bots: dict[str, Bot] = {}  # by token
        self.chats: dict[str, Chat] = {}
        self.files: dict[str, bytes] = {}  # what people sent, by the path it is read under
        self._random = Random(seed)

    def changed(self) -> None:
        """Something happened that a test may be waiting for."""

    def new_id(self) -> str:
        return f"{self._random.getrandbits(80):020x}"

    @property
    def month(self) -> str:
        now = datetime.fromtimestamp(self.clock.time(), UTC) + VIETNAM
        return f"{now:%Y-%m}"

    # --- who and where there is

    def add_bot(self, display: str, token: str, plan: Plan) -> Bot:
        number = token.partition(":")[0] or str(self._random.randrange(10**18, 10**19))
        account, ears = f"bot.{self.new_id()[:9]}", Ears(self.changed)
        bot = Bot(token or f"{number}:{TAIL}", number, account, display, plan, ears)
        self.bots[bot.token] = bot
        return bot

    def chat_of(self, bot: Bot, given: Any) -> Chat:
        """Raises what is answered for a chat that is not there, or closed to this bot."""
        if not isinstance(given, str) or not given:
            raise bad("The chat_id must not be empty")
        chat = self.chats.get(given)
        if chat is None or bot.id not in chat.bots | chat.out:
            raise Refusal(self.habits.unknown)
        if bot.id in chat.out:
            raise Refusal(self.habits.gone)
        return chat

    def keep(self, data: bytes, ending: str) -> str:
        """The path under which it can be read."""
        path = f"/files/{self.new_id()}.{ending}"
        self.files[path] = data
        return path

    # --- what is heard

    def hear(self, bot: Bot, event: Json) -> None:
        """An event reaches this bot, or is lost."""
        if self.habits.counts_received:
            bot.spent[self.month] += 1
        if bot.hook is not None:
            bot.hook.push(event)
        else:
            bot.ears.push(event)
        self.changed()

    def admits(self, bot: Bot, person: str) -> bool:
        """Whether the plan has room for whoever writes in private."""
        most = bot.plan.users
        if person not in bot.users and most is not None and len(bot.users) >= most:
            bot.turned_away += 1
            return False
        bot.users.add(person)
        return True

    # --- what is sent

    def pay(self, bot: Bot) -> None:
        """One message more; raises a 429."""
        now = self.clock.monotonic()
        if bot.plan.burst is not None:
            count, seconds = bot.plan.burst
            while bot.times and bot.times[0] <= now - seconds:
                bot.times.popleft()
            if len(bot.times) >= count:
                raise Refusal(429)
        if bot.plan.monthly is not None and bot.spent[self.month] >= bot.plan.monthly:
            raise Refusal(429)
        bot.spent[self.month] += 1
        bot.times.append(now)

    def deliver(self, bot: Bot, chat: Chat, method: str, text: str, **more: Any) -> Json:
        """A bot's message reaches its chat."""
        records, at = self.records, self.clock.monotonic()
        number, name = len(records.sent) + 1, self.new_id()
        records.note(
            Sent(number, bot.id, chat.id, method, name, records.key_of(text), at, text, **more)
        )
        return {"message_id": name, "date": round(self.clock.time() * 1000)}


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
