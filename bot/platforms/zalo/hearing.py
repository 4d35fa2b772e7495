"""From an event to what a person said. What is not promised is refused with its field's path; what
is not taken here says so, for a polite way out.

In groups only what mentions the bot or answers it arrives: all of it is said to us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.platforms.base import NotUnderstood
from bot.platforms.fields import Fields
from bot.platforms.mention import is_mentioned, without_mention
from bot.platforms.parsing import parsed
from bot.platforms.zalo import facts
from bot.platforms.zalo.updates import events_in, id_of
from content.folding import normalize
from handlers.messages import Attachment, Chat, ChatKind, Incoming, Message, Sender, Untaken

_KINDS: Final[Mapping[str, ChatKind]] = {facts.PRIVATE: "private", facts.GROUP: "group"}


def understood(body: bytes, mentions: Sequence[str]) -> Incoming | None:
    """`mentions`: all that people write to address the bot. Raises NotUnderstood."""
    found = events_in(parsed(body))
    event = Fields(found[0] if len(found) == 1 else None)
    name = event.text("event_name")
    if not name.startswith(facts.MESSAGES) or name == facts.REACTION:
        return None
    if name not in (facts.TEXT, facts.IMAGE) and not _tells_chat(event):
        return None
    message = event.inner("message")
    chat = _chat(message.inner("chat"))
    sender = _sender(message, chat)
    return None if sender is None else _message(name, message, chat, sender, mentions)


def _tells_chat(event: Fields) -> bool:
    """Of what protected people send, Zalo may tell nothing at all."""
    if "message" not in event or "chat" not in event.inner("message"):
        return False
    return "id" in event.inner("message").inner("chat")


def _message(
    name: str, message: Fields, chat: Chat, sender: Sender, mentions: Sequence[str]
) -> Message:
    """Kinds to come may have words too."""
    photos: tuple[Attachment, ...] = ()
    if name == facts.IMAGE:
        photos, words = _photos(message), message.text("caption", "")
    else:
        words = message.text("text", None if name == facts.TEXT else "")
    words = _without_mention(normalize(words), mentions)
    untaken: Untaken = "voice" if name == facts.VOICE else "other"
    if words or photos or name == facts.TEXT:
        untaken = ""
    return Message(chat, sender, words, photos, untaken=untaken)


def _photos(message: Fields) -> tuple[Attachment, ...]:
    found = (message.text(field) for field in facts.PHOTO_FIELDS if field in message)
    url = normalize(next(found, ""))
    return (Attachment(url, "photo"),) if url else ()


def _chat(fields: Fields) -> Chat:
    kind = _KINDS.get(fields.text("chat_type").upper())
    if kind is None:
        raise fields.unfit("chat_type")
    return Chat(_id(fields), kind)


def _sender(message: Fields, chat: Chat) -> Sender | None:
    """None for a bot, and for nobody."""
    if "from" not in message and "text" not in message:
        return Sender(chat.id) if chat.kind == "private" else None
    person = message.inner("from")
    if person.truth("is_bot"):
        return None
    return Sender(_id(person), normalize(person.text("display_name", "")))


def _id(fields: Fields) -> str:
    """Promised as text; a number is taken as well."""
    try:
        value: Any = fields.text("id")
    except NotUnderstood:
        value = fields.number("id")
    found = id_of(value)
    if not found:
        raise fields.unfit("id")
    return found


def _without_mention(text: str, mentions: Sequence[str]) -> str:
    if "@" in text:
        for mention in sorted(mentions, key=len, reverse=True):
            if is_mentioned(text, mention):
                return without_mention(text, mention)
    return text
