"""Updates fetched by long polling: kept first, acknowledged by the next call.

https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.platforms.base import OutcomeUnknown, RawUpdate, Store
from bot.platforms.telegram.wire import Wire

HEARD: Final = ("message", "edited_message", "callback_query", "my_chat_member")
HOLD: Final = 50  # seconds Telegram may keep an idle poll: its own limit
MARGIN: Final = 15.0  # seconds more until an answer is given up
REST: Final = 3.0  # seconds before asking again for what cannot be acknowledged

Signal = Callable[[Mapping[str, Any]], None]


async def poll(
    wire: Wire, store: Store, signal: Signal, offset: int | None, hold: int
) -> int | None:
    """One call: what had been stored up to `offset` is acknowledged, what comes is stored and
    then signalled. The offset for the next call; None: nothing is left to acknowledge.

    Ids of updates start anew at random after a quiet week, so nothing is asked for by its id.
    Raises SendError, Taken.
    """
    values: dict[str, Any] = {"timeout": hold, "limit": 100, "allowed_updates": HEARD}
    if offset is not None:
        values["offset"] = offset
    updates = await wire.call("getUpdates", patience=hold + MARGIN, **values)
    if not isinstance(updates, list):
        raise OutcomeUnknown("Telegram's updates are no list")
    await store([raw(update) for update in updates])
    if not updates:
        return None
    known = [one for one in updates if isinstance(one, dict)]
    for update in known:
        signal(update)
    ids = [one["update_id"] for one in known if _is_id(one.get("update_id"))]
    after = next((int(id) + 1 for id in reversed(ids) if id >= 0), None)
    if after is None or after == offset:  # the same would come again at once
        await asyncio.sleep(min(REST, hold))
        return None
    return after


def raw(update: Any) -> RawUpdate:
    """The update under a key of its own: ids of updates may come again, with other contents,
    after a quiet week. What has no id is known by its bytes."""
    body = _bytes(update)
    kind = next((kind for kind in HEARD if isinstance(update, dict) and kind in update), "")
    inner = update.get(kind) if kind else None
    inner = inner if isinstance(inner, dict) else {}
    number = update.get("update_id") if isinstance(update, dict) else None
    own = inner.get("message_id", inner.get("id", inner.get("date", "")))
    if not (_is_id(number) and (_is_id(own) or _is_word(own))):
        return unread(body)
    return RawUpdate(f"{number}.{own}"[:200], _lane(kind, inner), body)


def _bytes(update: Any) -> bytes:
    """Nothing, for what nests too deep to be written, as it would be to be read."""
    try:
        return json.dumps(update, separators=(",", ":")).encode()
    except RecursionError:
        return b""


def unread(body: bytes) -> RawUpdate:
    """What tells no id of its own: known by its bytes."""
    return RawUpdate(f"?{hashlib.sha256(body).hexdigest()}", "", body)


def _lane(kind: str, inner: Mapping[str, Any]) -> str:
    """The chat; "" for what belongs to none."""
    message = inner.get("message") if kind == "callback_query" else inner
    chat = message.get("chat") if isinstance(message, dict) else None
    number = chat.get("id") if isinstance(chat, dict) else None
    return str(number) if _is_id(number) else ""


def _is_id(value: object) -> bool:
    """A number that any database can keep."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and (value.isprintable() or not value)
