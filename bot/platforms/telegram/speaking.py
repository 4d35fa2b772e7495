"""Everything said on Telegram, by python-telegram-bot.

What people wrote goes out as plain text, with what stands out named by its place (`entities`),
never as markup. Files are in `enclosing.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, Final, TypeVar

from telegram import MessageEntity
from telegram.ext import ExtBot

from bot.platforms.base import (
    ChatGone,
    File,
    OutcomeUnknown,
    Outgoing,
    OutgoingAlbum,
    OutgoingDelete,
    OutgoingEdit,
    OutgoingLeave,
    OutgoingLocation,
    OutgoingMessage,
    OutgoingPin,
    Rejected,
    SendError,
    Sent,
)
from bot.platforms.rendering import utf16_length
from bot.platforms.telegram.enclosing import Enclosed, enclosed, refs_of
from bot.platforms.telegram.request import AiohttpRequest, Failed
from bot.platforms.telegram.wire import PATIENCE, Wire

T = TypeVar("T")

MADE_UP: Final = "0:" + "A" * 35  # the real token is the wire's alone
# It quotes at DEBUG what is sent and what is answered.
QUOTING: Final = "telegram.ext.ExtBot"
# What is the same in every message, or nothing but labels, is said as Telegram reads it: as objects
# of the library it would be built and taken apart again each time.
NO_PREVIEW: Final[Any] = {"is_disabled": True}
# As the library turns names of methods into Telegram's. It warns of one that it has itself.
SEND_MESSAGE: Final = "send_Message"
MAX_CAPTION: Final = 1024  # UTF-16 units
SHORT: Final = 14  # characters of a label that leaves room for another beside it

NOT_MODIFIED: Final = "message is not modified"
NO_TEXT: Final = "there is no text in the message to edit"
DELETED: Final = "message to delete not found"
PINNED: Final = "chat_not_modified"


class Speaking:
    """`patience`: seconds for an answer; what carries files has longer."""

    def __init__(self, wire: Wire, patience: float = PATIENCE) -> None:
        logging.getLogger(QUOTING).disabled = True
        request = AiohttpRequest(wire, patience)
        self._bot = ExtBot(MADE_UP, request=request, get_updates_request=request)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Raises SendError. Whatever else breaks on the way: nobody knows what has left."""
        try:
            return await self._send(outgoing)
        except SendError:
            raise
        except Exception as error:
            raise OutcomeUnknown(f"no answer that can be read ({type(error).__name__})") from None

    async def _send(self, outgoing: Outgoing) -> Sent:
        match outgoing:
            case OutgoingMessage(file=File() as file):
                return await self._hand_over(outgoing, file)
            case OutgoingMessage(only_for=""):
                return await self._say(outgoing)
            case OutgoingMessage():
                return await self._whisper(outgoing)
            case OutgoingAlbum():
                return await self._show(outgoing)
            case OutgoingLocation():
                return await self._locate(outgoing)
            case OutgoingEdit():
                return await self._edit(outgoing)
            case OutgoingDelete():
                return await self._delete(outgoing)
            case OutgoingPin():
                return await self._pin(outgoing)
            case OutgoingLeave():
                return await self._leave(outgoing)

    async def _whisper(self, outgoing: OutgoingMessage) -> Sent:
        """To one member of a group; said to all only where that was certainly refused. Telegram
        takes it from an admin: https://core.telegram.org/bots/api#ephemeral-messages-and-commands"""
        try:
            return await self._say(outgoing, {"receiver_user_id": int(outgoing.only_for)})
        except (Rejected, ChatGone):  # that the person is gone sounds like a chat that is
            return await self._say(outgoing)

    async def _say(self, outgoing: OutgoingMessage, alone: Any = None) -> Sent:
        """Most of what is ever sent. The library's own method would make of the answer a message
        of a hundred fields, of which we read one: that doubles its work. `alone`: who alone is
        to see it; such a message has no number."""
        chat, topic = _place(outgoing.chat)
        said = {
            "chat_id": chat,
            "text": outgoing.text,
            "entities": _bold(outgoing.bold),
            "link_preview_options": NO_PREVIEW,
            "reply_markup": keyboard(outgoing.buttons),
            "message_thread_id": topic,
            "ephemeral_message_parameters": alone,
        }
        asked = {name: value for name, value in said.items() if value is not None}
        message = await outcome(self._bot.do_api_request(SEND_MESSAGE, api_kwargs=asked))
        number = message["message_id"]
        return Sent((str(number),) if number else ())

    async def _hand_over(self, outgoing: OutgoingMessage, file: File) -> Sent:
        """The file with its caption and buttons."""
        _check_caption(outgoing.text)
        chat, topic = _place(outgoing.chat)

        async def give(files: list[Enclosed]) -> Sent:
            photo = files[0].kind == "photo"
            send: Any = self._bot.send_photo if photo else self._bot.send_document
            # A recording stays a document: as a song it would have no ref to send it again by.
            values = {} if photo else {"disable_content_type_detection": True}
            message = await outcome(
                send(
                    chat,
                    files[0].content,
                    caption=outgoing.text or None,
                    caption_entities=_bold(outgoing.bold),
                    reply_markup=keyboard(outgoing.buttons),
                    message_thread_id=topic,
                    **values,
                )
            )
            return Sent((str(message.message_id),), refs_of([message], [file]))

        return await enclosed([file], give)

    async def _show(self, outgoing: OutgoingAlbum) -> Sent:
        _check_caption(outgoing.text)
        chat, topic = _place(outgoing.chat)

        async def give(files: list[Enclosed]) -> Sent:
            media = [file.in_album() for file in files]
            messages = await outcome(
                self._bot.send_media_group(
                    chat, media, caption=outgoing.text or None, message_thread_id=topic
                )
            )
            ids = tuple(str(message.message_id) for message in messages)
            return Sent(ids, refs_of(messages, outgoing.files))

        return await enclosed(outgoing.files, give)

    async def _locate(self, outgoing: OutgoingLocation) -> Sent:
        chat, topic = _place(outgoing.chat)
        message = await outcome(
            self._bot.send_location(
                chat,
                outgoing.location.latitude,
                outgoing.location.longitude,
                message_thread_id=topic,
            )
        )
        return Sent((str(message.message_id),))

    async def _edit(self, outgoing: OutgoingEdit) -> Sent:
        """What it already says is as good as said; words under a file are its caption."""
        chat, message = _place(outgoing.chat)[0], _number(outgoing.message)
        markup = keyboard(outgoing.buttons)
        bot, words = self._bot, outgoing.text
        edit = bot.edit_message_text(
            words, chat, message, link_preview_options=NO_PREVIEW, reply_markup=markup
        )
        try:
            await unless(NOT_MODIFIED, edit)
        except Rejected as refusal:
            if NO_TEXT not in str(refusal):
                raise
            edit = bot.edit_message_caption(chat, message, caption=words, reply_markup=markup)
            await unless(NOT_MODIFIED, edit)
        return Sent((outgoing.message,))

    async def _delete(self, outgoing: OutgoingDelete) -> Sent:
        chat, message = _place(outgoing.chat)[0], _number(outgoing.message)
        await unless(DELETED, self._bot.delete_message(chat, message))
        return Sent()

    async def _pin(self, outgoing: OutgoingPin) -> Sent:
        chat, message = _place(outgoing.chat)[0], _number(outgoing.message)
        call = self._bot.pin_chat_message(chat, message, disable_notification=True)
        await unless(PINNED, call)
        return Sent((outgoing.message,))

    async def _leave(self, outgoing: OutgoingLeave) -> Sent:
        """Of a group that is closed to us we have left."""
        with suppress(ChatGone):
            await outcome(self._bot.leave_chat(_place(outgoing.chat)[0]))
        return Sent()


async def outcome(call: Awaitable[T]) -> T:
    """What became of python-telegram-bot's call. Raises SendError."""
    try:
        return await call
    except Failed as failed:
        raise failed.outcome from None


async def unless(already: str, call: Awaitable[object]) -> None:
    """`already`: Telegram's words for what was so before. Raises SendError."""
    try:
        await outcome(call)
    except Rejected as refusal:
        if already not in str(refusal):
            raise


def keyboard(buttons: tuple[tuple[str, str], ...]) -> Any:
    """One below the other, for small screens and large letters; two short ones share a row.
    https://core.telegram.org/bots/api#inlinekeyboardmarkup"""
    rows: list[list[dict[str, str]]] = []
    room = False
    for label, callback in buttons:
        button = {"text": label, "callback_data": callback}
        short = len(label) <= SHORT
        if room and short:
            rows[-1].append(button)
            room = False
        else:
            rows.append([button])
            room = short
    return {"inline_keyboard": rows} if rows else None


def _place(chat: str) -> tuple[str, int | None]:
    """The group, and its topic, which is a chat of its own to us."""
    group, _, topic = chat.partition("/")
    return group, int(topic) if topic.isdecimal() else None


def _number(message: str) -> int:
    if not message.isdecimal():
        raise Rejected("message identifier is not specified")
    return int(message)


def _bold(places: tuple[tuple[int, int], ...]) -> list[MessageEntity] | None:
    return [MessageEntity(MessageEntity.BOLD, *place) for place in places] or None


def _check_caption(text: str) -> None:
    """Before anything is uploaded for nothing."""
    if utf16_length(text) > MAX_CAPTION:
        raise Rejected("message caption is too long")
