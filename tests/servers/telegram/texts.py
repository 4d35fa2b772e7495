"""Texts as Telegram counts and marks them: UTF-16 units, and the entities it finds itself."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.servers.telegram.refusals import bad

MAX_TEXT = 4096
MAX_CAPTION = 1024

_FOUND = re.compile(
    r"(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z0-9_]{3,32})\b"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?P<url>https?://[^\s]+)"
)


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def entities(text: str) -> list[dict[str, Any]]:
    """What Telegram marks of its own accord, as far as a bot cares."""
    if not any(sign in text for sign in "/@#"):
        return []
    return [
        {
            "type": found.lastgroup,
            "offset": units(text[: found.start()]),
            "length": units(found[0]),
        }
        for found in _FOUND.finditer(text)
    ]


def marked(text: str, given: Any) -> tuple[str, list[dict[str, Any]]]:
    """The text as it is kept, trimmed, with the entities given; raises a 400 when one lies
    outside it. What Telegram would find itself is only sought in what people write."""
    kept = text.rstrip()
    lead = len(kept) - len(kept.lstrip())
    kept = kept.lstrip()
    if not given:
        return kept, []
    if not isinstance(given, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    length = units(kept)
    return kept, [fit for entity in given if (fit := _fitted(entity, lead, length, units(text)))]


def _fitted(entity: Any, lead: int, length: int, whole: int) -> dict[str, Any] | None:
    try:
        offset, long = int(entity["offset"]), int(entity["length"])
        kind = str(entity["type"])
    except (TypeError, KeyError, ValueError):
        raise bad("can't parse entities: can't parse MessageEntity") from None
    if offset < 0:
        raise bad(f"receive an entity with incorrect offset {offset}")
    if long < 0:
        raise bad(f"receive an entity with incorrect length {long}")
    if offset >= whole:
        raise bad(f"entity begins after the end of the text at UTF-16 offset {offset}")
    if offset + long > whole:
        raise bad(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text at"
            f" UTF-16 offset {offset + long}"
        )
    start = max(0, offset - lead)
    end = min(length, offset + long - lead)
    if end <= start:
        return None
    return {**entity, "type": kind, "offset": start, "length": end - start}


def message_text(text: str, given: Any) -> tuple[str, list[dict[str, Any]]]:
    """Raises a 400 unless 1 to 4096 units are left after trimming."""
    kept, found = marked(text, given)
    if not kept:
        raise bad("message text is empty")
    if len(kept) > MAX_TEXT // 2 and units(kept) > MAX_TEXT:
        raise bad("message is too long")
    return kept, found


def caption(text: str, given: Any) -> tuple[str, list[dict[str, Any]]]:
    """Raises a 400 when more than 1024 units are left after trimming."""
    kept, found = marked(text, given)
    if units(kept) > MAX_CAPTION:
        raise bad("message caption is too long")
    return kept, found


def inline_keyboard(given: Any) -> dict[str, Any] | None:
    """A `reply_markup` as it is kept; raises a 400 for what Telegram cannot read. Keyboards that
    hang below no message (reply keyboards, forced replies) are taken and forgotten."""
    if given in (None, ""):
        return None
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise bad("can't parse reply keyboard markup JSON object") from None
    if not isinstance(given, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in given:
        return None
    rows = given["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad(
            'field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays'
        )
    kept = [[_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad('can\'t parse inline keyboard button: field "text" must be of type String')
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    kinds = {"callback_data", "url", "switch_inline_query", "copy_text", "web_app"} & set(button)
    if not kinds:
        raise bad(
            "can't parse inline keyboard button: text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    return button
