"""The people of the tests: they talk, press, block and leave. Everything the bots hear comes
from here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Unpack

from tests.servers.telegram.chats import Account, Bot, Chat, Json, Kind, Member
from tests.servers.telegram.places import Group, found, tell_standing
from tests.servers.telegram.records import Sent, buttons
from tests.servers.telegram.speech import Extras, message
from tests.servers.telegram.world import World, as_seen


class Person:
    """`where` is a bot's token (their private chat) or a Group."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._account = account

    @property
    def id(self) -> int:
        return self._account.id

    @property
    def json(self) -> Json:
        """The User object, to forward from."""
        return self._account.json

    def say(self, where: str | Group, text: str = "", **extras: Unpack[Extras]) -> Json:
        """The Message as it stands in the chat."""
        chat = self._chat(where)
        body = message(self._world, chat, {"from": self.json}, text, extras)
        self._world.records.note_said(chat.id, text, self._world.clock.monotonic())
        self._world.hear(chat, body, "message")
        return body

    def album(self, where: str | Group, photos: Sequence[bytes], caption: str = "") -> list[Json]:
        """Photos sent as one: as many updates with one `media_group_id`."""
        group = str(self._world.random.randrange(10**16, 10**17))
        return [
            self.say(where, caption if not at else "", photo=each, fields={"media_group_id": group})
            for at, each in enumerate(photos)
        ]

    def edit(self, where: str | Group, message_id: int, text: str) -> Json:
        """Raises LookupError for a message that is not this person's."""
        chat = self._chat(where)
        old = chat.messages.get(message_id)
        if old is None or old.get("from", {}).get("id") != self.id:
            raise LookupError(f"message {message_id} is not theirs: edit one they said")
        kept = {key: value for key, value in old.items() if not key.endswith("entities")}
        place = "caption" if "_file" in kept else "text"
        body = {**kept, place: text, "edit_date": int(self._world.clock.time())}
        self._world.hear(chat, body, "edited_message")
        return body

    def press(self, where: str | Group, on: int | Sent, button: str) -> str:
        """The callback query's id. `button`: its label or data. Raises LookupError when no such
        button can be seen there now."""
        chat = self._chat(where)
        number = on.message_id if isinstance(on, Sent) else on
        shown = chat.messages.get(number)
        offered = buttons(shown) if shown else []
        chosen = next((b for b in offered if button in (b["text"], b.get("callback_data"))), None)
        if shown is None or chosen is None or "callback_data" not in chosen:
            labels = [each["text"] for each in offered]
            raise LookupError(f"no such button on message {number}: it shows {labels}")
        return self.forge(where, number, str(chosen["callback_data"]))

    def forge(self, where: str | Group, message_id: int, data: str) -> str:
        """A callback query with any data, from any message: to its bot, or the chat's first."""
        chat = self._chat(where)
        shown = chat.messages.get(message_id)
        asked: Json = {"message_id": message_id, "chat": chat.json, "date": 0}
        bots = list(self._world.bots_in(chat))
        writer = shown["from"]["id"] if shown and "from" in shown else 0
        bot = next((each for each in bots if each.id == writer), bots[0])
        return self._press(bot, as_seen(shown, bot.id) if shown else asked, data)

    def _press(self, bot: Bot, shown: Json, data: str) -> str:
        world = self._world
        query = str(world.random.randrange(10**17, 10**18))
        world.queries[query] = (bot, world.clock.monotonic())
        world.records.note_said(shown["chat"]["id"], data, world.clock.monotonic())
        content = {"id": query, "from": self.json, "message": shown, "data": data}
        bot.updates.push("callback_query", {**content, "chat_instance": str(shown["chat"]["id"])})
        world.changed()
        return query

    def block(self, token: str) -> None:
        """The bot is told, and is refused from now on."""
        self._stand(token, "member", "kicked")
        self._account.blocked.add(self._world.bots[token].id)

    def unblock(self, token: str) -> None:
        self._account.blocked.discard(self._world.bots[token].id)
        self._stand(token, "kicked", "member")

    def _stand(self, token: str, before: str, after: str) -> None:
        bot = self._world.bots[token]
        chat = self._world.private_chat(bot, self._account)
        old, new = Member(bot.json, before), Member(bot.json, after)
        tell_standing(self._world, bot, chat, self.json, old, new)

    def deactivate(self) -> None:
        self._account.deactivated = True

    def received(self, where: str | Group) -> list[Json]:
        """What bots said in this chat, as it stands there now, and whispered to this person."""
        chat = self._chat(where)
        whispers = [each for each in chat.whispers if each["receiver_user"]["id"] == self.id]
        shown = [*chat.messages.values(), *whispers]
        return [each for each in shown if each.get("from", {}).get("is_bot")]

    def _chat(self, where: str | Group) -> Chat:
        if isinstance(where, Group):
            return where.chat
        return self._world.private_chat(self._world.bots[where], self._account)


class Village(World):
    """Makes bots, people and places."""

    def bot(
        self,
        username: str = "loa_lang_bot",
        *,
        name: str = "Loa làng",
        privacy: bool = True,
        token: str = "",
    ) -> str:
        """Its token."""
        return self.add_bot(username, name, privacy, token).token

    def revoke(self, token: str) -> None:
        """As BotFather's /revoke: from now on 401."""
        self.bots[token].revoked = True

    def person(
        self, name: str = "Bà Tư", *, username: str = "", language: str = "vi", number: int = 0
    ) -> Person:
        """`number`: the user id, where it matters."""
        number = number or self.new_user_id()
        json: Json = {"id": number, "is_bot": False, "first_name": name}
        if username:
            json["username"] = username
        if language:
            json["language_code"] = language
        account = self.accounts[number] = Account(number, json)
        return Person(self, account)

    def group(
        self,
        title: str = "Nhóm thôn",
        members: Sequence[Person | str] = (),
        *,
        kind: Kind = "group",
        forum: bool = False,
        username: str = "",
        told: bool = True,
    ) -> Group:
        """A group, supergroup, forum or channel of these people and bots (by token), in this
        order; its owner is one more person. `told=False`: the bots are there already."""
        owner = self.person("Chủ nhóm")
        chat = found(self, title, kind, forum=forum, username=username)
        chat.members[owner.id] = Member(owner.json, "creator")
        group = Group(self, chat, owner.json)
        for member in members:
            if chat.kind == "channel" and isinstance(member, str):
                group.promote(member)
            else:
                group.add(member, told=told)
        return group

    def person_of(self, number: int) -> Person:
        return Person(self, self.accounts[number])

    def group_of(self, number: int) -> Group:
        chat = self.chats[number]
        owner = next(each.user for each in chat.members.values() if each.status == "creator")
        return Group(self, chat, owner)

    def raw(self, token: str, update: Json) -> int:
        """Any JSON object as an update of this bot."""
        number = self.bots[token].updates.push_raw(update)
        self.changed()
        return number

    def burst(
        self,
        token: str,
        messages: int,
        people: int = 1,
        *,
        text: str = "tin #{n}",
        rate: float = 0.0,
        seed: int = 0,
    ) -> list[Person]:
        """So many messages of so many new people in private, in turn: all at once, or about
        `rate` a second, at random times. `{n}` in the text counts from 1."""
        crowd = [self.person(f"Người {number}") for number in range(1, people + 1)]
        random = Random(seed)
        after = 0.0
        for number in range(1, messages + 1):
            who, words = crowd[(number - 1) % people], text.replace("{n}", str(number))
            if rate:
                after += random.expovariate(rate)
                asyncio.get_running_loop().call_later(after, who.say, token, words)
            else:
                who.say(token, words)
        return crowd

    # --- what came of it

    @property
    def sent(self) -> list[Sent]:
        """Every message that bots put into a chat, in order."""
        return self.records.sent

    @property
    def edits(self) -> list[Sent]:
        return self.records.edits

    def sent_to(self, where: Person | Group) -> list[Sent]:
        return [each for each in self.records.sent if each.chat == where.id]
