"""What people say, as the event that a bot gets."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias, TypedDict

from tests.servers.zalo.habits import Habits

Json: TypeAlias = dict[str, Any]
_LINK: Final = re.compile(r"https?://")


class Extras(TypedDict, total=False):
    """What may come with the words, which are then its caption. `file`: anything that bots are
    not shown, as a document or a contact. `reply_to`: the id of a message of the bot's."""

    photo: bytes
    sticker: bool
    voice: bytes
    file: bool
    reply_to: str


def event(habits: Habits, about: Json, text: str, extras: Extras, photo: str, voice: str) -> Json:
    """`about`: the fields of every message; `photo` and `voice`: addresses."""
    if extras.get("file") or (habits.links == "unsupported" and _LINK.search(text)):
        return _unsupported(habits, about)
    if photo:
        said = {habits.photo_key: photo, "message_type": "CHAT_PHOTO"}
        return _event("image", about | said | ({"caption": text} if text else {}))
    if voice:
        return _event("voice", about | {"voice_url": voice})
    if extras.get("sticker"):
        where = "https://stickers.zaloapp.com/9a8b7c"
        return _event("sticker", about | {"sticker": "9a8b7c", "url": where})
    return _event("text", about | {"text": text})


def _unsupported(habits: Habits, about: Json) -> Json:
    return _event("unsupported", None if habits.bare else about)


def _event(kind: str, message: Json | None) -> Json:
    named: Json = {"event_name": f"message.{kind}.received"}
    return named if message is None else named | {"message": message}


def identity(event: Any) -> str:
    """The message's id, "" where there is none."""
    message = event.get("message") if isinstance(event, dict) else None
    found = message.get("message_id") if isinstance(message, dict) else None
    return found if isinstance(found, str) else ""
