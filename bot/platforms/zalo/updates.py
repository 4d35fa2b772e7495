"""Updates as they are kept: taken out of their wrapping, under a key of their own.

Zalo keeps nothing for us, so whatever came is kept, however strange: what tells no id is known by
its bytes, and what cannot be read at all stays as it came.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from bot.platforms.base import RawUpdate
from bot.platforms.zalo import facts

Event: TypeAlias = Mapping[str, Any]


def events_in(answer: Any) -> list[Any]:
    """Of a poll or a call: bare or wrapped, one or several."""
    wrapped = isinstance(answer, dict) and "result" in answer
    found = answer["result"] if wrapped else answer
    return [one for one in (found if isinstance(found, list) else [found]) if one]


def is_event(value: Any) -> bool:
    """An error may have a "message" too, in words."""
    return (
        isinstance(value, dict)
        and "ok" not in value
        and bool("event_name" in value or isinstance(value.get("message"), dict))
    )


def raw(event: Any) -> RawUpdate:
    """Under its chat and the number of its message there."""
    body = _bytes(event)
    chat, number = chat_of(event), id_of(_message(event).get("message_id"))
    return RawUpdate(f"{chat}:{number}", chat, body) if chat and number else unread(body, chat)


def unread(body: bytes, lane: str = "") -> RawUpdate:
    """What tells no id of its own."""
    return RawUpdate(f"sha256:{hashlib.sha256(body).hexdigest()}", lane, body)


def chat_of(event: Any) -> str:
    """The id of its chat, "" where it tells none."""
    chat = _message(event).get("chat")
    return id_of(chat.get("id")) if isinstance(chat, dict) else ""


def id_of(value: Any) -> str:
    """An id as text, also of a number; "" for what no database can keep as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 2**63 else ""
    if not isinstance(value, str) or not 0 < len(value) <= facts.LONGEST_ID:
        return ""
    return value if value.isascii() and value.isprintable() else ""


def _message(event: Any) -> Event:
    message = event.get("message") if isinstance(event, dict) else None
    return message if isinstance(message, dict) else {}


def _bytes(event: Any) -> bytes:
    """Nothing, for what nests too deep to be written, as it would be to be read."""
    try:
        return json.dumps(event, separators=(",", ":")).encode()
    except RecursionError:
        return b""
