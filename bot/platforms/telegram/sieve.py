"""What of an update is handed to aiogram: the fields we read, and nothing beside them.

aiogram refuses an update as a whole when one field somewhere has a form that it does not know,
such as a new kind of sticker in the message replied to. A report must not be lost by that, so
whatever is not read is taken out first. Words are made such as can be parsed and stored, which
moves the offsets of entities: nobody reads those.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from aiogram import types

from content.folding import normalize
from handlers.messages import Untaken

# Field → what is kept below it; None: one value, not an object.
Kept: TypeAlias = Mapping[str, "Kept | None"]

_USER: Final[Kept] = dict.fromkeys(("id", "is_bot", "first_name", "last_name"))
_CHAT: Final[Kept] = dict.fromkeys(("id", "type", "title"))
_FILE: Final[Kept] = dict.fromkeys(("file_id", "file_unique_id", "file_size"))
_ENTITY: Final[Kept] = {"type": None, "offset": None, "length": None, "user": _USER}
_PLACED: Final[Kept] = {
    "message_id": None,
    "date": None,
    "chat": _CHAT,
    "message_thread_id": None,
    "is_topic_message": None,
}
_ANSWERED: Final[Kept] = {
    **_PLACED,
    "from": _USER,
    "forum_topic_created": {"name": None, "icon_color": None},
}
_MESSAGE: Final[Kept] = {
    **_PLACED,
    "from": _USER,
    "sender_chat": _CHAT,
    "is_automatic_forward": None,
    "reply_to_message": _ANSWERED,
    "text": None,
    "entities": _ENTITY,
    "caption": None,
    "media_group_id": None,
    "caption_entities": _ENTITY,
    "photo": {**_FILE, "width": None, "height": None},
    "document": {**_FILE, "file_name": None},
    "location": {"latitude": None, "longitude": None},
    "migrate_to_chat_id": None,
}
_MEMBER: Final[Kept] = {
    **dict.fromkeys(("status", "is_member", "can_send_messages")),
    "user": _USER,
}
# aiogram wants every right of a member, also those that an older server does not know. One of
# them is read here; the others are made up.
_RIGHTS: Final[Mapping[str, bool]] = {
    right: False
    for model in (types.ChatMemberRestricted, types.ChatMemberAdministrator)
    for right in model.model_fields
    if right.startswith(("can_", "is_anonymous")) and right not in _MEMBER
}
_KEPT: Final[Mapping[str, Kept]] = {
    "message": _MESSAGE,
    "edited_message": _MESSAGE,
    "callback_query": {
        "id": None,
        "from": _USER,
        "chat_instance": None,
        "message": _PLACED,
        "data": None,
    },
    "my_chat_member": {
        "chat": _CHAT,
        "from": _USER,
        "date": None,
        "old_chat_member": _MEMBER,
        "new_chat_member": _MEMBER,
    },
}


def _names(kept: Kept) -> Iterator[str]:
    for name, inner in kept.items():
        yield name
        yield from _names(inner or {})


FIELDS: Final = frozenset(_names(_KEPT))

_UNTAKEN: Final[Mapping[str, Untaken]] = {
    "contact": "contact",
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    **dict.fromkeys(
        (
            "sticker",
            "poll",
            "dice",
            "story",
            "game",
            "checklist",
            "paid_media",
            "invoice",
            "giveaway",
            "rich_message",
        ),
        "other",
    ),
}


def untaken(message: Mapping[str, Any]) -> Untaken:
    """What came that is not taken here, whatever it looks like inside."""
    return next((kind for key, kind in _UNTAKEN.items() if message.get(key) is not None), "")


def is_forwarded(message: Mapping[str, Any]) -> bool:
    return message.get("forward_origin") is not None or message.get("forward_date") is not None


def sifted(kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """The event of an update, for aiogram."""
    kept = _object(event, _KEPT[kind])
    for key in ("old_chat_member", "new_chat_member"):
        if isinstance(kept.get(key), dict):
            kept[key].update(_RIGHTS, until_date=0)
    if untaken(event):  # a moving picture is called a document as well
        kept.pop("document", None)
    return kept


def _object(values: Mapping[str, Any], kept: Kept) -> dict[str, Any]:
    return {key: _sift(values[key], inner) for key, inner in kept.items() if key in values}


def _sift(value: Any, kept: Kept | None) -> Any:
    if kept is None:
        return _plain(value)
    if isinstance(value, dict):
        return _object(value, kept)
    if isinstance(value, list):
        return [_object(one, kept) if isinstance(one, dict) else None for one in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    """One value as it can be parsed and stored; what cannot is left out, or refused later."""
    if isinstance(value, str):
        return normalize(value)
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if value is None else []
