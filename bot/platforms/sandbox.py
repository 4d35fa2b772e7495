"""The village as a platform: the same seam as Telegram and Zalo, without token or network.

One object stands for one bot in one style. It is as strict as the platform it imitates, so
that what passes here is not refused out there.
"""

from __future__ import annotations

import asyncio
import json
import logging
import mimetypes
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from bot.platforms.base import (
    ChatGone,
    File,
    FileGone,
    Limits,
    NotUnderstood,
    Outgoing,
    OutgoingDelete,
    OutgoingEdit,
    OutgoingMessage,
    Pace,
    RawUpdate,
    Rejected,
    Sent,
    Store,
    Unreachable,
)
from bot.platforms.entry import BOT, Attached, Entry, Missing
from bot.platforms.fields import Fields
from bot.platforms.mention import is_mentioned, without_mention
from bot.platforms.record import RecordError
from bot.platforms.village import Village
from bot.platforms.zalo import facts
from content.commune import Style
from content.folding import normalize
from handlers.messages import Attachment, Chat, Incoming, Location, Message, Press, Sender

log = logging.getLogger(__name__)

Carried: TypeAlias = OutgoingMessage | OutgoingEdit | OutgoingDelete
Fault: TypeAlias = Callable[[Outgoing], Awaitable[None]]

SWIFT = Pace(per_second=1000, burst=200, private_interval=0, group_interval=0)
LIMITS: dict[Style, Limits] = {
    "telegram": Limits(
        max_text=4096, buttons=True, edits=True, files=True, group_intake="all", pace=SWIFT
    ),
    # The village refuses above MOST_TEXT; the margin is for what is counted otherwise out there.
    "zalo": replace(
        facts.LIMITS, pace=SWIFT, photos_by_url=False, monthly=None, counts_received=False
    ),
}
_MOST_TEXT = {"telegram": 4096, "zalo": facts.MOST_TEXT}  # UTF-16 units
_MOST_CAPTION = {"telegram": 1024, "zalo": facts.MOST_CAPTION}
_MOST_CALLBACK = 64  # bytes

_COMMAND = re.compile(r"(/\w+)@(\w+)\b")
_CALLBACK = re.compile(r"(.+)\.(\d{1,4})", re.ASCII)


class Sandbox:
    """Faults are for tests: `before` the record's commit, or `after` it, they may raise."""

    def __init__(
        self,
        village: Village,
        *,
        style: Style,
        pace: Pace = SWIFT,
        before: Fault | None = None,
        after: Fault | None = None,
    ) -> None:
        self.name = f"sandbox-{style}"
        self.style: Style = style
        self.limits = replace(LIMITS[style], pace=pace)
        self._village = village
        self.mention = village.mentions[style]
        self.link = ""
        self._before = before
        self._after = after

    async def receive(self, store: Store) -> None:
        arrived = self._village.arrived[self.style]
        while True:
            arrived.clear()
            try:
                waiting = await self._village.waiting(self.style)
                if not waiting:
                    await arrived.wait()
                    continue
                await store([RawUpdate(one.key, one.lane, one.body) for one in waiting])
                await self._village.acknowledge(self.style, waiting[-1].number)
            except RecordError as error:
                log.error("the village waits: %s", error)
                await asyncio.sleep(1.0)

    async def understand(self, update: RawUpdate) -> Incoming | None:
        body = _parse(update.body)
        chat, sender = _chat(body.inner("chat")), _sender(body.inner("from"))
        if "press" in body:
            return _press(chat, sender, body.inner("press"))
        if "message" in body:
            return self._message(chat, sender, body.inner("message"))
        return None

    async def send(self, outgoing: Outgoing) -> Sent:
        carried = self._check(outgoing)
        if self._before is not None:
            await self._before(outgoing)
        try:
            sent = await self._deliver(carried)
        except RecordError:
            raise Unreachable("the village's record cannot be written") from None
        if self._after is not None:
            await self._after(outgoing)
        return sent

    async def fetch(self, file: Attachment, to: Path) -> None:
        try:
            _, path = await self._village.file(file.ref)
            await asyncio.to_thread(shutil.copyfile, path, to)
        except (Missing, FileNotFoundError):
            raise FileGone("the village has no such file") from None
        except RecordError:
            raise Unreachable("the village's record cannot be read") from None

    async def aclose(self) -> None:
        """The village is closed by whoever opened it."""

    def _message(self, chat: Chat, sender: Sender, fields: Fields) -> Message:
        text = normalize(fields.text("text"))
        addressed = self.style == "zalo" or chat.kind == "private" or fields.truth("answers_bot")
        if self.style == "telegram" and text.startswith("/"):
            text, ours = self._command(text)
            addressed = addressed or ours
        elif is_mentioned(text, self.mention):
            text, addressed = without_mention(text, self.mention), True
        return Message(
            chat=chat,
            sender=sender,
            text=text,
            attachments=tuple(_attachment(one) for one in fields.each("attachments")),
            location=_location(fields),
            addressed=addressed,
        )

    def _command(self, text: str) -> tuple[str, bool]:
        """`/hoi@loalang_bot giấy` is `/hoi giấy`; a command for another bot stays as it is."""
        command = _COMMAND.match(text)
        if command is None:
            return text, True
        if f"@{command[2]}".lower() != self.mention.lower():
            return text, False
        return command[1] + text[command.end() :], True

    def _check(self, outgoing: Outgoing) -> Carried:
        if self._village.is_cut(outgoing.chat):
            raise Rejected("this group's line was cut on the page")
        if not isinstance(outgoing, Carried):
            raise Rejected("this is not done in the village")
        if isinstance(outgoing, OutgoingMessage):
            self._check_file(outgoing)
        elif not self.limits.edits:
            raise Rejected("messages cannot be changed or deleted here")
        if not isinstance(outgoing, OutgoingDelete):
            self._check_text(outgoing)
            self._check_buttons(outgoing.buttons)
        return outgoing

    def _check_file(self, outgoing: OutgoingMessage) -> None:
        if outgoing.file is None:
            return
        if outgoing.file.kind == "document" and not self.limits.files:
            raise Rejected("files cannot be sent here, only photos")

    def _check_text(self, outgoing: OutgoingMessage | OutgoingEdit) -> None:
        captioned = isinstance(outgoing, OutgoingMessage) and outgoing.file is not None
        most = (_MOST_CAPTION if captioned else _MOST_TEXT)[self.style]
        if not captioned and not outgoing.text.strip():
            raise Rejected("the text is empty")
        try:
            units = len(outgoing.text.encode("utf-16-le")) // 2
        except UnicodeEncodeError:
            raise Rejected("the text holds half a character") from None
        if units > most:
            raise Rejected("the text is too long")

    def _check_buttons(self, buttons: tuple[tuple[str, str], ...]) -> None:
        if buttons and not self.limits.buttons:
            raise Rejected("there are no buttons here")
        for label, callback in buttons:
            if not label.strip():
                raise Rejected("a button has no label")
            if not 1 <= len(callback.encode()) <= _MOST_CALLBACK:
                raise Rejected("a button's callback must have 1 to 64 bytes")

    async def _deliver(self, outgoing: Carried) -> Sent:
        try:
            if isinstance(outgoing, OutgoingMessage):
                return await self._post(outgoing)
            if isinstance(outgoing, OutgoingDelete):
                await self._village.remove(self.style, outgoing.chat, outgoing.message)
                return Sent()
            draft = Entry(
                outgoing.chat, BOT, outgoing.text, id=outgoing.message, buttons=outgoing.buttons
            )
            await self._village.change(self.style, draft)
            return Sent((outgoing.message,))
        except Missing:
            if isinstance(outgoing, OutgoingMessage):
                raise ChatGone("there is no such chat here") from None
            raise Rejected("there is no such message of ours") from None

    async def _post(self, outgoing: OutgoingMessage) -> Sent:
        files = () if outgoing.file is None else (await self._upload(outgoing.file),)
        draft = Entry(
            outgoing.chat, BOT, outgoing.text, buttons=outgoing.buttons, attachments=files
        )
        return Sent(((await self._village.post(self.style, draft)).id,))

    async def _upload(self, file: File) -> Attached:
        type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        try:
            with await asyncio.to_thread(file.path.open, "rb") as stream:
                return await self._village.keep(file.name, type, stream)
        except OSError:
            raise Rejected("the file to send cannot be read") from None


def _parse(body: bytes) -> Fields:
    try:
        values: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise NotUnderstood("the body is not JSON") from None
    return Fields(values)


def _chat(fields: Fields) -> Chat:
    kind = fields.text("kind")
    if kind == "private":
        return Chat(fields.text("id"), "private")
    if kind == "group":
        return Chat(fields.text("id"), "group", normalize(fields.text("title", "")))
    raise fields.unfit("kind")


def _sender(fields: Fields) -> Sender:
    return Sender(fields.text("id"), normalize(fields.text("name", "")))


def _press(chat: Chat, sender: Sender, fields: Fields) -> Press:
    callback = _CALLBACK.fullmatch(fields.text("data"))
    if callback is None:
        raise fields.unfit("data")
    return Press(chat, sender, callback[1], int(callback[2]))


def _attachment(fields: Fields) -> Attachment:
    kind = fields.text("kind")
    size = fields.number("size")
    name = normalize(fields.text("name", ""))
    if kind == "photo":
        return Attachment(fields.text("file"), "photo", name, int(size))
    if kind == "document":
        return Attachment(fields.text("file"), "document", name, int(size))
    raise fields.unfit("kind")


def _location(fields: Fields) -> Location | None:
    if "location" not in fields:
        return None
    latitude, longitude = fields.numbers("location", 2)
    return Location(latitude, longitude)
