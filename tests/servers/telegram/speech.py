"""What people say, as the Message that bots get."""

from __future__ import annotations

from typing import Any, TypedDict

from tests.servers.telegram.chats import Chat, Json
from tests.servers.telegram.texts import entities
from tests.servers.telegram.world import World


class Extras(TypedDict, total=False):
    """What may come with the words, which are then its caption. `size`: what a file claims to
    have. `forward`: whose message it was, a User or Chat object, or a bare name for somebody
    hidden. `fields`: anything else, laid over the message."""

    reply_to: int
    topic: int
    forward: Json | str
    photo: bytes
    document: tuple[str, bytes]
    voice: bytes
    video: bytes
    sticker: bool
    location: tuple[float, float]
    contact: str
    size: int
    entities: list[Json]
    fields: Json


def message(world: World, chat: Chat, author: Json, text: str, extras: Extras) -> Json:
    """`author`: the fields that say who writes. Raises LookupError for a message to reply to
    that is not there."""
    body: Json = {
        "message_id": world.new_message_id(chat),
        **author,
        "chat": chat.json,
        "date": int(world.clock.time()),
    }
    content = _content(world, extras)
    if text:
        place = "caption" if "_file" in content else "text"
        body[place] = text
        marks = extras.get("entities", entities(text))
        if marks:
            body["caption_entities" if place == "caption" else "entities"] = marks
    body |= content
    if reply_to := extras.get("reply_to"):
        body["reply_to_message"] = replied(chat, reply_to)
    if topic := extras.get("topic"):
        body |= {"message_thread_id": topic, "is_topic_message": True}
    if "forward" in extras:
        body["forward_origin"] = _origin(body["date"], extras["forward"])
    return body | extras.get("fields", {})


def replied(chat: Chat, number: int) -> Json:
    if number not in chat.messages:
        raise LookupError(f"message {number} is not in this chat: reply to one that is")
    found = chat.messages[number]
    return {key: value for key, value in found.items() if key != "reply_to_message"}


def _content(world: World, extras: Extras) -> Json:
    keep, size = world.files.keep, extras.get("size", 0)
    if "photo" in extras:
        return {"_file": keep("photo", "photo.jpg", extras["photo"], size)}
    if "document" in extras:
        name, data = extras["document"]
        return {"_file": keep("document", name, data, size)}
    if "voice" in extras:
        return {"_file": keep("voice", "voice.oga", extras["voice"], size)}
    if "video" in extras:
        return {"_file": keep("video", "video.mp4", extras["video"], size)}
    if extras.get("sticker"):
        return {"_file": keep("sticker", "sticker.webp", b"RIFF", size)}
    if "location" in extras:
        latitude, longitude = extras["location"]
        return {"location": {"latitude": latitude, "longitude": longitude}}
    if "contact" in extras:
        return {"contact": {"phone_number": extras["contact"], "first_name": "Người quen"}}
    return {}


def _origin(date: int, source: Any) -> Json:
    if isinstance(source, str):
        return {"type": "hidden_user", "date": date, "sender_user_name": source}
    if "is_bot" in source:
        return {"type": "user", "date": date, "sender_user": source}
    if source["type"] == "channel":
        return {"type": "channel", "date": date, "chat": source, "message_id": 1}
    return {"type": "chat", "date": date, "sender_chat": source}
