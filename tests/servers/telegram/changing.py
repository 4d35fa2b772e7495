"""Methods that change, take away or pin what already stands in a chat."""

from __future__ import annotations

from typing import Final

from tests.servers.telegram.calls import Call
from tests.servers.telegram.chats import Chat, Json
from tests.servers.telegram.refusals import NOT_MODIFIED, QUERY_TOO_OLD, bad
from tests.servers.telegram.texts import caption, inline_keyboard, message_text, units

DELETABLE: Final = 48 * 3600  # seconds
QUERY_LIVES: Final = 150.0  # seconds
ANSWER: Final = 200  # UTF-16 units


def edit_message_text(call: Call) -> Json:
    given = call.text("text")
    text, entities = message_text(given, call.entities("entities", given))
    chat, message = _own(call)
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    return _changed(call, chat, message, {"text": text, "entities": entities})


def edit_message_caption(call: Call) -> Json:
    given = call.text("caption")
    text, entities = caption(given, call.entities("caption_entities", given))
    chat, message = _own(call)
    if "photo" not in message and "document" not in message:
        raise bad("there is no caption in the message to edit")
    return _changed(call, chat, message, {"caption": text, "caption_entities": entities})


def edit_message_reply_markup(call: Call) -> Json:
    chat, message = _own(call)
    return _changed(call, chat, message, {})


def _own(call: Call) -> tuple[Chat, Json]:
    chat = call.chat()
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad("message to edit not found")
    if chat.kind != "channel" and message["from"]["id"] != call.bot.id:
        raise bad("message can't be edited")
    return chat, message


def _changed(call: Call, chat: Chat, message: Json, fields: Json) -> Json:
    keyboard = inline_keyboard(call.params.get("reply_markup"))
    kept = {key: value for key, value in message.items() if key not in (*fields, "reply_markup")}
    edited = kept | {key: value for key, value in fields.items() if value}
    if keyboard:
        edited["reply_markup"] = keyboard
    if {**edited, "edit_date": 0} == {**message, "edit_date": 0}:
        raise bad(NOT_MODIFIED)
    pace = call.bot.meter.pace
    call.bot.meter.draw(chat.id, pace.edit if pace else 0, call.world.clock.monotonic())
    edited["edit_date"] = int(call.world.clock.time())
    chat.messages[message["message_id"]] = edited
    now = call.world.clock.monotonic()
    call.world.records.note_edit(call.bot.username, call.method, now, edited)
    return edited


def delete_message(call: Call) -> bool:
    chat = call.chat()
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad("message to delete not found")
    own = message.get("from", {}).get("id") == call.bot.id
    fresh = call.world.clock.time() - message["date"] < DELETABLE
    allowed = chat.may(call.bot.id, "can_delete_messages") and (chat.id < 0 or fresh)
    if not allowed and not (own and fresh):
        raise bad("message can't be deleted")
    del chat.messages[message["message_id"]]
    call.world.records.deleted.append((chat.id, message["message_id"]))
    return True


def pin_chat_message(call: Call) -> bool:
    chat = call.chat()
    _may_pin(call, chat)
    number = call.integer("message_id")
    if number not in chat.messages:
        raise bad("message to pin not found")
    if number not in chat.pinned:
        chat.pinned.append(number)
    return True


def unpin_chat_message(call: Call) -> bool:
    chat = call.chat()
    _may_pin(call, chat)
    number = call.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    return True


def _may_pin(call: Call, chat: Chat) -> None:
    if not chat.may(call.bot.id, "can_pin_messages"):
        raise bad("not enough rights to manage pinned messages in the chat")


def answer_callback_query(call: Call) -> bool:
    text = call.text("text")
    if units(text) > ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    bot, born = call.world.queries.get(call.text("callback_query_id"), (None, 0.0))
    if bot is not call.bot or call.world.clock.monotonic() - born > QUERY_LIVES:
        raise bad(QUERY_TOO_OLD)
    del call.world.queries[call.text("callback_query_id")]
    call.world.records.answers.append(
        {
            "id": call.text("callback_query_id"),
            "text": text,
            "alert": call.flag("show_alert"),
            "at": call.world.clock.monotonic(),
        }
    )
    return True
