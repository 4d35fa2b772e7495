"""A group, forum or channel as a test holds it: who is in it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

from tests.servers.telegram.chats import (
    ANONYMOUS,
    CHANNEL_BOT,
    RIGHTS,
    TELEGRAM,
    Bot,
    Chat,
    Json,
    Kind,
    Member,
)
from tests.servers.telegram.speech import Extras, message
from tests.servers.telegram.world import World

if TYPE_CHECKING:
    from tests.servers.telegram.people import Person

ADMIN_RIGHTS = frozenset(RIGHTS) - {"can_be_edited", "can_promote_members", "is_anonymous"}


class Group:
    def __init__(self, world: World, chat: Chat, owner: Json) -> None:
        self._world = world
        self.chat = chat
        self.owner = owner

    @property
    def id(self) -> int:
        return self.chat.id

    @property
    def json(self) -> Json:
        """The Chat object, to forward from."""
        return self.chat.json

    # --- people and bots come and go

    def add(self, who: Person | str, by: Person | None = None, *, told: bool = True) -> None:
        """A person, or a bot by its token. `told=False`: nobody hears of it."""
        bot = self._world.bots.get(who) if isinstance(who, str) else None
        user = bot.json if bot else who.json if not isinstance(who, str) else None
        if user is None:
            raise LookupError("no bot has this token: make it with `server.bot()` first")
        actor = by.json if by else self.owner
        if bot:
            self._stand(bot, Member(user), actor, told=told)
        else:
            self.chat.members[user["id"]] = Member(user)
        if told and self.chat.kind != "channel":
            self._service({"from": actor}, new_chat_members=[user])

    def remove(self, who: Person | str, by: Person | None = None) -> None:
        """A bot is kicked, a person leaves."""
        actor = by.json if by else self.owner
        if isinstance(who, str):
            bot = self._world.bots[who]
            self._stand(bot, Member(bot.json, "kicked"), actor)
        else:
            self.chat.members[who.id].status = "left"
            self._service({"from": who.json}, left_chat_member=who.json)

    def promote(self, token: str, rights: Sequence[str] = (), by: Person | None = None) -> None:
        """Admin, with all common rights unless some are named."""
        bot = self._world.bots[token]
        given = frozenset(rights) or ADMIN_RIGHTS
        self._stand(bot, Member(bot.json, "administrator", given), by.json if by else self.owner)

    def demote(self, token: str, by: Person | None = None) -> None:
        bot = self._world.bots[token]
        self._stand(bot, Member(bot.json), by.json if by else self.owner)

    def mute(self, token: str = "", by: Person | None = None) -> None:
        """The bot may not write. In a basic group (or without a token) nobody but admins may,
        and no update tells of it."""
        if not token or self.chat.kind == "group":
            self.chat.muted = True
            return
        bot = self._world.bots[token]
        self._stand(bot, Member(bot.json, "restricted"), by.json if by else self.owner)

    def unmute(self, token: str = "", by: Person | None = None) -> None:
        self.chat.muted = False
        if token and self.chat.standing(self._world.bots[token].id) == "restricted":
            self.demote(token, by)

    def _stand(self, bot: Bot, new: Member, actor: Json, *, told: bool = True) -> None:
        old = self.chat.members.get(bot.id, Member(bot.json, "left"))
        self.chat.members[bot.id] = new
        if told:
            tell_standing(self._world, bot, self.chat, actor, old, new)

    # --- what becomes of it

    def upgrade(self) -> Group:
        """To a supergroup with another id, of which both chats tell."""
        old = self.chat
        new = self._world.new_chat("supergroup", old.json["title"])
        new.members = old.members
        old.members = dict(old.members)
        old.moved_to = new.id
        self._service({"from": ANONYMOUS, "sender_chat": old.json}, migrate_to_chat_id=new.id)
        group = Group(self._world, new, self.owner)
        group._service({"from": ANONYMOUS, "sender_chat": new.json}, migrate_from_chat_id=old.id)
        return group

    def delete(self) -> None:
        self.chat.deleted = True

    def topic(self, name: str) -> int:
        """The thread id of a new topic of a forum."""
        service = self._service(
            {"from": self.owner}, forum_topic_created={"name": name, "icon_color": 7322096}
        )
        self.chat.topics[service["message_id"]] = name
        return int(service["message_id"])

    # --- what is said by nobody in particular

    def say_as_admin(self, text: str, **extras: Unpack[Extras]) -> Json:
        """By an admin who stays anonymous."""
        return self._say({"from": ANONYMOUS, "sender_chat": self.chat.json}, text, extras)

    def say_as_channel(self, channel: Group, text: str, **extras: Unpack[Extras]) -> Json:
        """By somebody who writes in a channel's name."""
        return self._say({"from": CHANNEL_BOT, "sender_chat": channel.json}, text, extras)

    def linked_post(self, channel: Group, text: str, **extras: Unpack[Extras]) -> Json:
        """What the linked channel posted, brought here by Telegram itself."""
        author = {"from": TELEGRAM, "sender_chat": channel.json, "is_automatic_forward": True}
        return self._say(author, text, {**extras, "forward": channel.json})

    def post(self, text: str, **extras: Unpack[Extras]) -> Json:
        """In a channel."""
        body = message(self._world, self.chat, {"sender_chat": self.chat.json}, text, extras)
        self._world.hear(self.chat, body, "channel_post")
        return body

    def _say(self, author: Json, text: str, extras: Extras) -> Json:
        body = message(self._world, self.chat, author, text, extras)
        self._world.hear(self.chat, body, "message")
        return body

    def _service(self, author: Json, **fields: Any) -> Json:
        return self._say(author, "", {"fields": fields})


def tell_standing(
    world: World, bot: Bot, chat: Chat, actor: Json, old: Member, new: Member
) -> None:
    """`my_chat_member`."""
    bot.updates.push(
        "my_chat_member",
        {
            "chat": chat.json,
            "from": actor,
            "date": int(world.clock.time()),
            "old_chat_member": old.json,
            "new_chat_member": new.json,
        },
    )
    world.changed()


def found(world: World, title: str, kind: Kind, *, forum: bool, username: str) -> Chat:
    """A new place of this kind."""
    chat = world.new_chat("supergroup" if forum else kind, title, username)
    if forum:
        chat.json["is_forum"] = True
    return chat
