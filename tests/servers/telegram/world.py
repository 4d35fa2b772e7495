"""Everything that is true on the server's side, and how news of it reaches bots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.servers.clock import Clock
from tests.servers.telegram.chats import Account, Bot, Chat, Json, Member, reachable
from tests.servers.telegram.files import Files, described
from tests.servers.telegram.pace import Meter, Pace
from tests.servers.telegram.records import Records
from tests.servers.telegram.refusals import bad, forbidden
from tests.servers.telegram.updates import Updates

TAIL = "AAFakeFakeFakeFakeFakeFakeFakeFakeX"  # as long as a real token's


class World:
    """`pace=None`: nothing is too fast."""

    def __init__(self, clock: Clock, pace: Pace | None, key: str, seed: int) -> None:
        self.clock = clock
        self.pace = pace
        self.random = Random(seed)
        self.files = Files()
        self.records = Records(key)
        self.bots: dict[str, Bot] = {}
        self.accounts: dict[int, Account] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, tuple[Bot, float]] = {}
        self.last_id = 0
        self._last_user = 5_000_000_000
        self._last_group = 4_000_000_000

    def changed(self) -> None:
        """Something happened that a test may be waiting for."""

    # --- who and where there is

    def add_bot(self, username: str, name: str, privacy: bool, token: str) -> Bot:
        number = int(token.partition(":")[0]) if token else self.new_user_id()
        json: Json = {"id": number, "is_bot": True, "first_name": name, "username": username}
        bot = Bot(
            token or f"{number}:{TAIL}",
            number,
            username,
            json,
            privacy,
            Updates(self.clock, self.random),
            Meter(self.pace),
        )
        self.bots[bot.token] = bot
        return bot

    def new_user_id(self) -> int:
        self._last_user += self.random.randrange(1, 1000)
        return self._last_user

    def new_chat(self, kind: Any, title: str, username: str = "") -> Chat:
        self._last_group += self.random.randrange(1, 1000)
        number = -self._last_group if kind == "group" else -1_000_000_000_000 - self._last_group
        json: Json = {"id": number, "title": title, "type": kind}
        if username:
            json["username"] = username
        chat = self.chats[number] = Chat(number, kind, json)
        return chat

    def private_chat(self, bot: Bot, account: Account) -> Chat:
        """Made on the first word."""
        chat = bot.private.get(account.id)
        if chat is None:
            json = {key: account.json[key] for key in account.json if key not in UNSEEN_IN_CHAT}
            chat = Chat(account.id, "private", {**json, "type": "private"})
            chat.members = {bot.id: Member(bot.json), account.id: Member(account.json)}
            bot.private[account.id] = chat
        return chat

    def chat_of(self, bot: Bot, given: Any, *, write: bool = True) -> Chat:
        """Raises what Telegram answers for a chat that is not there, or closed to this bot."""
        if given in (None, ""):
            raise bad("chat_id is empty")
        try:
            number = int(given)
        except ValueError:
            number = next(
                (c.id for c in self.chats.values() if f"@{c.json.get('username')}" == given), 0
            )
        chat = bot.private.get(number) if number > 0 else self.chats.get(number)
        if chat is None:
            raise self._unmet(bot, number)
        reachable(bot, chat, self.accounts, write=write)
        return chat

    def _unmet(self, bot: Bot, number: int) -> Exception:
        met = number in self.accounts and any(
            number in chat.members and bot.id in chat.members for chat in self.chats.values()
        )
        if met:
            return forbidden("bot can't initiate conversation with a user")
        return bad("chat not found")

    # --- messages

    def new_message_id(self, chat: Chat) -> int:
        """Private chats and groups count together, supergroups and channels each for itself."""
        if chat.kind in ("supergroup", "channel"):
            chat.last_id += 1
            return chat.last_id
        self.last_id += 1
        return self.last_id

    def deliver(self, bot: Bot, chat: Chat, method: str, fields: Json) -> Json:
        """A bot's message reaches its chat."""
        message: Json = {
            "message_id": self.new_message_id(chat),
            "from": bot.json,
            "chat": chat.json,
            "date": int(self.clock.time()),
            **fields,
        }
        if chat.kind == "channel":
            message["sender_chat"] = chat.json
            del message["from"]
        chat.messages[message["message_id"]] = message
        chat.last_bot = bot.id
        self.records.note(bot.username, method, self.clock.monotonic(), message)
        return message

    def whisper(self, bot: Bot, chat: Chat, method: str, fields: Json, to: Account) -> Json:
        """A bot's message reaches one member of the chat, and leaves nothing there."""
        message: Json = {
            "message_id": 0,
            "ephemeral_message_id": len(chat.whispers) + 1,
            "receiver_user": to.json,
            "from": bot.json,
            "chat": chat.json,
            "date": int(self.clock.time()),
            **fields,
        }
        chat.whispers.append(message)
        self.records.note(bot.username, method, self.clock.monotonic(), message)
        return message

    def hear(self, chat: Chat, message: Json, kind: str) -> None:
        """A person's message reaches the bots that are to see it."""
        chat.messages[message["message_id"]] = message
        bots = list(self.bots_in(chat))
        for bot in bots:
            if sees(bot, chat, message, len(bots)):
                bot.updates.push(kind, as_seen(message, bot.id))
        self.changed()

    def bots_in(self, chat: Chat) -> Iterator[Bot]:
        for bot in self.bots.values():
            member = chat.members.get(bot.id)
            if member and member.present and not bot.revoked:
                yield bot


UNSEEN_IN_CHAT = ("is_bot", "language_code", "is_premium")
SERVICE = frozenset((
    "new_chat_members", "left_chat_member", "new_chat_title", "pinned_message",
    "migrate_to_chat_id", "migrate_from_chat_id", "group_chat_created",
    "supergroup_chat_created", "forum_topic_created", "forum_topic_closed",
))  # fmt: skip
_COMMAND = re.compile(r"/[A-Za-z0-9_]+(?:@([A-Za-z0-9_]+))?")


def sees(bot: Bot, chat: Chat, message: Json, bots: int) -> bool:
    """Privacy mode, by core.telegram.org/bots/features#privacy-mode: commands meant for the bot,
    general commands if it was the last bot to speak (or is the only one), replies to it, service
    messages, private chats, channels; an admin sees all. That a mention reaches it too is what
    BotFather says at /setprivacy."""
    if not bot.privacy or chat.kind in ("private", "channel") or chat.is_admin(bot.id):
        return True
    if not SERVICE.isdisjoint(message):
        return True
    if message.get("reply_to_message", {}).get("from", {}).get("id") == bot.id:
        return True
    words = message.get("text") or message.get("caption") or ""
    if command := _COMMAND.match(words):
        if command[1]:
            return command[1].lower() == bot.username.lower()
        return bots == 1 or chat.last_bot == bot.id
    return f"@{bot.username}".lower() in words.lower()


def as_seen(message: Json, bot: int) -> Json:
    """A message in which a file has the file_id it has for this bot."""
    stored = message.get("_file")
    reply = message.get("reply_to_message")
    if stored is None and not (reply and "_file" in reply):
        return message
    seen = {key: value for key, value in message.items() if key != "_file"}
    if stored is not None:
        seen |= described(stored, bot)
    if reply and "_file" in reply:
        seen["reply_to_message"] = as_seen(reply, bot)
    return seen
