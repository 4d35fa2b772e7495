"""aiogram's routers turn raw updates into what people said and did.

Nobody but a person is heard: who writes in the name of a group or a channel, forwards into a
group what others wrote, or is a bot, cannot be held to an account of ours. Importing this module
loads aiogram, which takes seconds.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from aiogram import Dispatcher, Router, types
from aiogram.dispatcher.event.bases import UNHANDLED
from pydantic import ValidationError

from bot.platforms.base import NotUnderstood
from bot.platforms.telegram.addressing import told
from bot.platforms.telegram.me import Me
from bot.platforms.telegram.polling import HEARD
from bot.platforms.telegram.sieve import FIELDS, is_forwarded, sifted, untaken
from handlers.messages import (
    Attachment,
    Chat,
    ChatKind,
    Edit,
    Incoming,
    Location,
    Membership,
    Message,
    Moved,
    Press,
    Sender,
    Standing,
    Untaken,
)

LARGEST: Final = 20_000_000  # bytes: what Telegram gives a bot of a file
NOBODY: Final = Sender("")  # something happened, and no person can be named who did it
TELEGRAM: Final = 777000  # the account of Telegram itself, which forwards channels into groups

_KINDS: Final[dict[str, ChatKind]] = {
    "private": "private",
    "group": "group",
    "supergroup": "group",
}
_STANDINGS: Final[dict[str, Standing]] = {
    "creator": "admin",
    "administrator": "admin",
    "member": "member",
    "left": "out",
    "kicked": "out",
}
_EVENTS: Final[dict[str, type[types.TelegramObject]]] = {
    "message": types.Message,
    "edited_message": types.Message,
    "callback_query": types.CallbackQuery,
    "my_chat_member": types.ChatMemberUpdated,
}
_CALLBACK: Final = re.compile(r"(.+)\.(\d{1,4})", re.ASCII)


class Hearing:
    """Its filters are not used: each would cost a thread. Nor is its own way in, which makes of an
    update more than one event, and asks of it what nobody here wants to know."""

    def __init__(self, me: Me) -> None:
        # It logs errors with their words: we tell ours ourselves.
        logging.getLogger("aiogram").setLevel(logging.CRITICAL + 1)
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.include_routers(_messages(me), _presses(), _memberships())

    async def understand(self, update: dict[str, Any]) -> Incoming | None:
        """None: nothing for us. Raises NotUnderstood."""
        kind = next((kind for kind in HEARD if update.get(kind) is not None), None)
        if kind is None:
            return None
        event = update[kind]
        if not isinstance(event, dict):
            raise NotUnderstood(kind)
        try:
            read = _EVENTS[kind].model_validate(sifted(kind, event))
        except ValidationError as error:
            path = _path(kind, error)
        else:
            heard = await self._dispatcher.propagate_event(
                kind, read, forwarded=is_forwarded(event), untaken=untaken(event)
            )
            return None if heard is UNHANDLED else heard
        raise NotUnderstood(path)  # without the cause, which quotes what people wrote


def _path(kind: str, error: ValidationError) -> str:
    """Where the first field stands that is not as Telegram promises."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    steps = (str(step) for step in first["loc"] if step in FIELDS or isinstance(step, int))
    return ".".join((kind, *steps))


def _messages(me: Me) -> Router:
    router = Router()

    @router.message()
    async def said(message: types.Message, forwarded: bool, untaken: Untaken) -> Incoming | None:
        chat, sender = _chat(message), _person(message)
        if chat and message.migrate_to_chat_id:
            return Moved(chat, sender or NOBODY, str(message.migrate_to_chat_id))
        if chat is None or sender is None or (forwarded and chat.kind == "group"):
            return None
        attachments, location = _attachments(message), _location(message)
        if not (message.text or message.caption or attachments or location or untaken):
            return None  # the group's own news: who came, what was pinned
        text, addressed = told(message, me)
        album = message.media_group_id or ""
        return Message(chat, sender, text, attachments, location, addressed, untaken, album)

    @router.edited_message()
    async def changed(message: types.Message) -> Incoming | None:
        chat, sender = _chat(message), _person(message)
        if chat is None or sender is None or not (message.text or message.caption):
            return None
        return Edit(chat, sender, str(message.message_id), told(message, me)[0])

    return router


def _presses() -> Router:
    router = Router()

    @router.callback_query()
    async def pressed(press: types.CallbackQuery) -> Incoming | None:
        """A button that is not ours, of another program before us or made up, is nothing for us:
        it has the shape Telegram promises, and nobody shall fill what is set aside with it."""
        chat = _chat(press.message) if press.message else None
        callback = _CALLBACK.fullmatch(press.data or "")
        if chat is None or callback is None or press.from_user.is_bot:
            return None
        return Press(chat, _sender(press.from_user), callback[1], int(callback[2]))

    return router


def _memberships() -> Router:
    router = Router()

    @router.my_chat_member()
    async def changed(change: types.ChatMemberUpdated) -> Incoming | None:
        kind = _KINDS.get(change.chat.type)
        before, standing = _standing(change.old_chat_member), _standing(change.new_chat_member)
        if kind is None:
            return None
        sender = NOBODY if change.from_user.is_bot else _sender(change.from_user)
        chat = Chat(str(change.chat.id), kind, change.chat.title or "")
        return Membership(chat, sender, standing, before)

    return router


def _chat(message: types.Message | types.InaccessibleMessage) -> Chat | None:
    """A topic of a group is a chat of its own; a channel is none."""
    kind = _KINDS.get(message.chat.type)
    if kind is None:
        return None
    id, title = str(message.chat.id), message.chat.title or ""
    if kind == "private" or not isinstance(message, types.Message):
        return Chat(id, kind, title if kind == "group" else "")
    if not (message.is_topic_message and message.message_thread_id):
        return Chat(id, kind, title)
    began = message.reply_to_message and message.reply_to_message.forum_topic_created
    title = f"{title} · {began.name}" if began else ""  # the group's is not its name
    return Chat(f"{id}/{message.message_thread_id}", kind, title)


def _person(message: types.Message) -> Sender | None:
    """Whose words these are, if a person answers for them."""
    user = message.from_user
    if user is None or user.is_bot or user.id == TELEGRAM:
        return None
    if message.sender_chat is not None or message.is_automatic_forward:
        return None
    return _sender(user)


def _sender(user: types.User) -> Sender:
    return Sender(str(user.id), user.full_name)


def _attachments(message: types.Message) -> tuple[Attachment, ...]:
    if message.photo:
        fitting = [size for size in message.photo if (size.file_size or 0) <= LARGEST]
        best = max(fitting or message.photo, key=lambda size: size.width * size.height)
        return (Attachment(best.file_id, "photo", "", best.file_size),)
    if message.document:
        file = message.document
        return (Attachment(file.file_id, "document", file.file_name or "", file.file_size),)
    return ()


def _location(message: types.Message) -> Location | None:
    place = message.location
    return Location(place.latitude, place.longitude) if place else None


def _standing(member: types.ChatMemberUnion) -> Standing:
    if isinstance(member, types.ChatMemberRestricted):
        if not member.is_member:
            return "out"
        return "member" if member.can_send_messages else "muted"
    return _STANDINGS[member.status]
