"""Updates as Telegram sends them, with invented people, groups and files.

https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from typing import Any, TypeAlias

from bot.platforms.telegram.me import Me

Json: TypeAlias = dict[str, Any]

ME = Me(900001, "loalang_thu_bot", "Loa Làng")

BOT: Json = {"id": ME.id, "is_bot": True, "first_name": ME.name, "username": ME.username}
LUA: Json = {
    "id": 7000000001,
    "is_bot": False,
    "first_name": "Bà",
    "last_name": "Lúa",
    "username": "ba_lua_thu",
    "language_code": "vi",
}
KHE: Json = {"id": 700002, "is_bot": False, "first_name": "Khế"}
ANONYMOUS: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
TELEGRAM: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
CHANNEL_BOT: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
OTHER_BOT: Json = {"id": 900002, "is_bot": True, "first_name": "Bot khác", "username": "khac_bot"}

PRIVATE: Json = {
    "id": LUA["id"],
    "first_name": "Bà",
    "last_name": "Lúa",
    "username": "ba_lua_thu",
    "type": "private",
}
BASIC: Json = {
    "id": -500001,
    "title": "Hộ dân Gò Sen",
    "type": "group",
    "all_members_are_administrators": True,
}
GROUP: Json = {"id": -1001000000001, "title": "Các hộ dân Gò Sen", "type": "supergroup"}
FORUM: Json = {
    "id": -1001000000002,
    "title": "Thôn Bến Đò",
    "is_forum": True,
    "type": "supergroup",
}
CHANNEL: Json = {"id": -1001000000003, "title": "Kênh xã", "type": "channel"}

DAY = 1795312800  # 22/11/2026

_numbers = iter(range(731000001, 732000000))


def update(kind: str, event: Json) -> Json:
    return {"update_id": next(_numbers), kind: event}


def message(text: str = "", *, by: Json | None = LUA, chat: Json = PRIVATE, **fields: Any) -> Json:
    """The message itself; its commands and mentions are marked as Telegram marks them."""
    event: Json = {"message_id": 41, "chat": chat, "date": DAY, **fields}
    if by is not None:
        event["from"] = by
    if text:
        event["text"] = text
        if marked := marks(text):
            event["entities"] = marked
    return event


def marks(text: str) -> list[Json]:
    found: list[Json] = []
    at = 0
    for word in text.split(" "):
        name = word.rstrip(",.:?")
        if name.isascii() and len(name) > 1 and name[0] in "/@":
            kind = "bot_command" if name[0] == "/" else "mention"
            found.append({"type": kind, "offset": at, "length": len(name)})
        at += len(word.encode("utf-16-le", "surrogatepass")) // 2 + 1
    return found


def private(text: str = "", **fields: Any) -> Json:
    return update("message", message(text, **fields))


def group(text: str = "", *, chat: Json = GROUP, **fields: Any) -> Json:
    return update("message", message(text, chat=chat, **fields))


def topic(text: str = "", **fields: Any) -> Json:
    """In the topic 45 of the forum, where everything replies to the topic's first line."""
    placed = {"message_thread_id": 45, "is_topic_message": True, "reply_to_message": BEGINNING}
    return group(text, chat=FORUM, **(placed | fields))


def said_by_bot(text: str, chat: Json = GROUP, **fields: Any) -> Json:
    return message(text, by=BOT, chat=chat, **fields)


BEGINNING: Json = {
    "message_id": 45,
    "from": BOT,
    "chat": FORUM,
    "date": DAY - 9000,
    "message_thread_id": 45,
    "forum_topic_created": {"name": "Hỏi đáp", "icon_color": 7322096},
    "is_topic_message": True,
}


def file(id: str, size: int | None, **fields: Any) -> Json:
    sized = {} if size is None else {"file_size": size}
    return {"file_id": id, "file_unique_id": f"u{id}", **sized, **fields}


PHOTO: list[Json] = [
    file("photo-small", 1200, width=90, height=67),
    file("photo-large", 98000, width=1280, height=960),
    file("photo-middle", 21000, width=320, height=240),
]
HUGE_PHOTO: list[Json] = [
    file("photo-fits", 19_000_000, width=4000, height=3000),
    file("photo-huge", 20_000_001, width=8000, height=6000),
]
DOCUMENT = file("document-1", 52000, file_name="Danh sa\u0301ch.xlsx", mime_type="application/x")
RIVER: Json = {"latitude": 20.5, "longitude": 106.25}
VENUE: Json = {"location": RIVER, "title": "Nhà văn hóa", "address": "Thôn Gò Sen"}
CONTACT: Json = {"phone_number": "+84000000000", "first_name": "Khế", "user_id": KHE["id"]}
VOICE = file("voice-1", 9000, duration=4, mime_type="audio/ogg")
VIDEO = file("video-1", 9000000, width=640, height=480, duration=12)
STICKER = file("sticker-1", 9000, width=512, height=512, type="regular", is_animated=False)
STICKER |= {"is_video": False, "emoji": "🙂"}
POLL: Json = {"id": "1", "question": "Họp tối nay?", "options": [], "type": "regular"}
ORIGIN: Json = {"type": "user", "sender_user": KHE, "date": DAY - 60}


def press(data: str | None, hangs_on: Json | None, by: Json = LUA, **fields: Any) -> Json:
    event: Json = {"id": "31", "from": by, "chat_instance": "-81", **fields}
    if hangs_on is not None:
        event["message"] = hangs_on
    if data is not None:
        event["data"] = data
    return update("callback_query", event)


def inaccessible(chat: Json) -> Json:
    return {"message_id": 12, "chat": chat, "date": 0}


OWNER: Json = {"user": BOT, "status": "creator", "is_anonymous": False}
ADMIN: Json = {
    "user": BOT,
    "status": "administrator",
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": False,
    "can_restrict_members": False,
    "can_promote_members": False,
    "can_change_info": False,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_pin_messages": True,
    "can_manage_topics": False,
}
MEMBER: Json = {"user": BOT, "status": "member"}
LEFT: Json = {"user": BOT, "status": "left"}
KICKED: Json = {"user": BOT, "status": "kicked", "until_date": 0}


def restricted(*, member: bool, speaks: bool) -> Json:
    rights = (
        "audios",
        "documents",
        "photos",
        "videos",
        "video_notes",
        "voice_notes",
        "polls",
        "other_messages",
    )
    more = (
        "can_add_web_page_previews",
        "can_react_to_messages",
        "can_edit_tag",
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_manage_topics",
    )
    return {
        "user": BOT,
        "status": "restricted",
        "is_member": member,
        "can_send_messages": speaks,
        **dict.fromkeys((f"can_send_{right}" for right in rights), speaks),
        **dict.fromkeys(more, False),
        "until_date": 0,
    }


def standing(before: Json, now: Json, chat: Json = GROUP, by: Json = LUA) -> Json:
    event = {
        "chat": chat,
        "from": by,
        "date": DAY,
        "old_chat_member": before,
        "new_chat_member": now,
    }
    return update("my_chat_member", event)
