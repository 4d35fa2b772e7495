"""Methods that put a new message into a chat."""

from __future__ import annotations

from typing import Any, Final

from tests.servers.telegram.calls import Call
from tests.servers.telegram.chats import Account, Chat, Json
from tests.servers.telegram.files import Stored, described
from tests.servers.telegram.refusals import bad
from tests.servers.telegram.texts import caption, message_text

ACTED: Final = 15.0  # seconds after a press in which whoever pressed may be whispered to
ALBUM_KINDS: Final = ("photo", "document")


def send_message(call: Call) -> Json:
    given = call.text("text")
    text, entities = message_text(given, call.entities("entities", given))
    chat, fields = call.start("text messages")
    fields["text"] = text
    if entities:
        fields["entities"] = entities
    if to := _receiver(call, chat):
        return call.world.whisper(call.bot, chat, call.method, fields, to)
    return call.world.deliver(call.bot, chat, call.method, fields)


def _receiver(call: Call, chat: Chat) -> Account | None:
    """Who alone is to see it, None for all. An admin may whisper to any member at any time, any
    bot to whoever pressed a button of it just now. What a plain member is refused with, and a bot
    in private, was told by people who tried; the other words are guessed.
    https://core.telegram.org/bots/api#ephemeral-messages-and-commands"""
    given = call.nested("ephemeral_message_parameters", "ephemeral message parameters JSON object")
    if given is None:
        return None
    if not isinstance(given, dict) or "receiver_user_id" not in given:
        raise bad("can't parse ephemeral message parameters JSON object")
    number = int(given["receiver_user_id"])
    query = given.get("callback_query_id")
    group = chat.kind in ("group", "supergroup")
    if not (group and (query or chat.is_admin(call.bot.id))):
        raise bad("BOT_NOT_ADMIN")
    bot, born = call.world.queries.get(str(query), (None, 0.0))
    if query and (bot is not call.bot or call.world.clock.monotonic() - born > ACTED):
        raise bad("QUERY_ID_INVALID")
    member = chat.members.get(number)
    if member is None or not member.present or number not in call.world.accounts:
        raise bad("USER_NOT_PARTICIPANT")
    return call.world.accounts[number]


def send_photo(call: Call) -> Json:
    return _send_file(call, "photo")


def send_document(call: Call) -> Json:
    return _send_file(call, "document")


def _send_file(call: Call, kind: str) -> Json:
    stored = call.file(kind)
    text = call.text("caption")
    words = _captioned(text, call.entities("caption_entities", text))
    chat, fields = call.start(f"{kind}s")
    fields |= described(stored, call.bot.id) | words
    return call.world.deliver(call.bot, chat, call.method, fields)


def _captioned(text: str, given: Any) -> Json:
    kept, entities = caption(text, given)
    words: Json = {"caption": kept} if kept else {}
    if entities:
        words["caption_entities"] = entities
    return words


def send_media_group(call: Call) -> list[Json]:
    items = call.nested("media", "media JSON object")
    if not isinstance(items, list) or not 2 <= len(items) <= 10:
        raise bad("wrong number of media in the album: it must include 2-10 items")
    content = [_album_item(call, item) for item in items]
    kinds = {stored.kind for stored, _ in content}
    if len(kinds) > 1:
        raise bad("documents can't be mixed with other media types")
    item_weight = call.bot.meter.pace.album_item if call.bot.meter.pace else 0
    weight = max(1.0, len(items) * item_weight)
    chat, fields = call.start(f"{kinds.pop()}s", weight=weight)
    group = str(call.world.random.randrange(10**16, 10**17))
    fields["media_group_id"] = group
    return [
        call.world.deliver(
            call.bot, chat, call.method, fields | described(stored, call.bot.id) | words
        )
        for stored, words in content
    ]


def _album_item(call: Call, item: Any) -> tuple[Stored, Json]:
    if not isinstance(item, dict) or item.get("type") not in ALBUM_KINDS:
        raise bad("can't parse InputMedia: invalid type specified")
    stored = call.file(str(item["type"]), item.get("media") or "")
    return stored, _captioned(str(item.get("caption") or ""), item.get("caption_entities"))


def send_location(call: Call) -> Json:
    try:
        latitude, longitude = float(call.text("latitude")), float(call.text("longitude"))
    except ValueError:
        raise bad("latitude is empty") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad("wrong location specified")
    chat, fields = call.start("locations")
    fields["location"] = {"latitude": latitude, "longitude": longitude}
    return call.world.deliver(call.bot, chat, call.method, fields)


def send_chat_action(call: Call) -> bool:
    chat = call.chat()
    if not call.text("action"):
        raise bad("wrong parameter action in request")
    call.world.records.actions.append((chat.id, call.text("action")))
    return True
