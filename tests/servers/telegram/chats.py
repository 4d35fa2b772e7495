"""Bots and the chats they know: what is true, without what may be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tests.servers.telegram.pace import Meter
from tests.servers.telegram.refusals import bad, forbidden
from tests.servers.telegram.updates import Updates

Json = dict[str, Any]
Kind = Literal["private", "group", "supergroup", "channel"]

ANONYMOUS: Final[Json] = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT: Final[Json] = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
TELEGRAM: Final[Json] = {"id": 777000, "is_bot": False, "first_name": "Telegram"}

RIGHTS: Final = (
    "can_be_edited", "can_manage_chat", "can_change_info", "can_delete_messages",
    "can_invite_users", "can_restrict_members", "can_pin_messages", "can_promote_members",
    "can_manage_video_chats", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "is_anonymous", "can_send_welcome_messages",
)  # fmt: skip
PERMISSIONS: Final = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
    "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews", "can_react_to_messages",
    "can_edit_tag", "can_change_info", "can_invite_users", "can_pin_messages",
    "can_manage_topics",
)  # fmt: skip


@dataclass(slots=True)
class Member:
    """Where a person or bot stands in a chat."""

    user: Json
    status: str = "member"
    rights: frozenset[str] = frozenset()

    @property
    def present(self) -> bool:
        return self.status not in ("left", "kicked")

    @property
    def json(self) -> Json:
        body: Json = {"user": self.user, "status": self.status}
        if self.status == "administrator":
            body |= {right: right in self.rights for right in RIGHTS}
        elif self.status == "restricted":
            body |= {permission: permission in self.rights for permission in PERMISSIONS}
            body |= {"is_member": True, "until_date": 0}
        elif self.status == "kicked":
            body["until_date"] = 0
        elif self.status == "creator":
            body["is_anonymous"] = False
        return body


@dataclass(slots=True, eq=False)
class Chat:
    """`messages`: by id, as last seen; `whispers`: those that one member alone sees. `muted`:
    nobody but admins may write."""

    id: int
    kind: Kind
    json: Json
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    whispers: list[Json] = field(default_factory=list)
    topics: dict[int, str] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    muted: bool = False
    moved_to: int = 0
    deleted: bool = False
    last_bot: int = 0
    last_id: int = 0

    def standing(self, user: int) -> str:
        member = self.members.get(user)
        return member.status if member else "left"

    def is_admin(self, user: int) -> bool:
        return self.standing(user) in ("administrator", "creator")

    def may(self, user: int, right: str) -> bool:
        member = self.members.get(user)
        if self.kind == "private" or (member and member.status == "creator"):
            return True
        return bool(member and member.status == "administrator" and right in member.rights)


@dataclass(slots=True, eq=False)
class Account:
    """A person as Telegram knows them. `blocked`: the bots this person does not hear."""

    id: int
    json: Json
    blocked: set[int] = field(default_factory=set)
    deactivated: bool = False


@dataclass(slots=True, eq=False)
class Bot:
    token: str = field(repr=False)
    id: int
    username: str
    json: Json
    privacy: bool
    updates: Updates
    meter: Meter
    revoked: bool = False
    private: dict[int, Chat] = field(default_factory=dict)
    commands: Json = field(default_factory=dict)
    hook: Any = None  # tests.servers.telegram.hooks.Hook while one is set


def reachable(bot: Bot, chat: Chat, people: dict[int, Account], *, write: bool = True) -> None:
    """Raises what Telegram answers where this bot may not even look, or (`write`) not write."""
    if chat.kind == "private":
        person = people[chat.id]
        if person.deactivated:
            raise forbidden("user is deactivated")
        if write and bot.id in person.blocked:
            raise forbidden("bot was blocked by the user")
        return
    if write and chat.moved_to:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to)
    if write and chat.deleted:
        raise forbidden("the group chat was deleted")
    standing = chat.standing(bot.id)
    name = f"{chat.kind} chat"
    if standing == "kicked":
        raise forbidden(f"bot was kicked from the {name}")
    if standing == "left" and not chat.moved_to:
        raise forbidden(f"bot is not a member of the {name}")


def writable(bot: Bot, chat: Chat, content: str) -> None:
    """Raises a 400 where this bot is in the chat but may not send such `content`."""
    if chat.kind == "private":
        return
    member = chat.members[bot.id]
    muted = (chat.muted and not chat.is_admin(bot.id)) or member.status == "restricted"
    if chat.kind == "channel" and not chat.is_admin(bot.id):
        raise bad("need administrator rights in the channel chat")
    if muted:
        raise bad(f"not enough rights to send {content} to the chat")
