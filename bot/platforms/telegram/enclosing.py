"""Files on their way to Telegram: by what it calls them, by their bytes, or photos as plain files.

A refusal is certain, so whatever Telegram will not take one way goes another: a file it has
forgotten is uploaded again, and a photo it finds too large, or no photo at all, goes as a document.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from telegram import (
    Document,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    PhotoSize,
)

from bot.platforms.base import File, Rejected, Sent
from handlers.messages import FileKind

PLAIN: Final = "document:"  # begins the ref of a photo that went as a document

# What Telegram's own server says of a file_id; capitals stand for what it passes on.
FORGOTTEN: Final = (
    "wrong file identifier",
    "wrong remote file identifier",
    "invalid remote file identifier",
    "can't use file of type",
    "file_reference_",
    "file reference",
    "file_id_invalid",
)
# More than 10 MB, more than 10,000 of width and height together, a ratio above 20, or no picture.
NO_PHOTO: Final = (
    "too big for a photo",
    "photo_invalid_dimensions",
    "photo_save_file_invalid",
    "image_process_failed",
    "photo has unsupported extension",
)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Enclosed:
    kind: FileKind
    content: Any  # InputFile; or a PhotoSize or Document that Telegram knows

    def in_album(self) -> InputMediaPhoto | InputMediaDocument:
        return (InputMediaPhoto if self.kind == "photo" else InputMediaDocument)(self.content)


@dataclass(frozen=True, slots=True)
class _Manner:
    """`by_ref`: by what Telegram calls a file, where it does; `plain`: photos as documents."""

    by_ref: bool
    plain: bool
    in_album: bool

    async def enclose(self, file: File, opened: ExitStack) -> Enclosed:
        kind: FileKind = "document" if self.plain else file.kind
        known: FileKind = "document" if file.ref.startswith(PLAIN) else file.kind
        if self.by_ref and file.ref and known == kind:
            return Enclosed(kind, _known(file.ref.removeprefix(PLAIN), kind))
        try:
            stream = opened.enter_context(await asyncio.to_thread(file.path.open, "rb"))
        except OSError:
            raise Rejected("the file to send cannot be read") from None
        name = _CONTROLS.sub(" ", file.name).encode(errors="replace").decode()
        return Enclosed(kind, InputFile(stream, name, attach=self.in_album, read_file_handle=False))

    def after(self, refusal: str) -> _Manner | None:
        if self.by_ref and any(words in refusal for words in FORGOTTEN):
            return _Manner(False, self.plain, self.in_album)
        if not self.plain and any(words in refusal for words in NO_PHOTO):
            return _Manner(False, True, self.in_album)
        return None


async def enclosed(
    files: Sequence[File], give: Callable[[list[Enclosed]], Awaitable[Sent]]
) -> Sent:
    """`give` is called with the files until Telegram takes them. Raises SendError."""
    plain = any(file.ref.startswith(PLAIN) for file in files)
    return await _enclosed(files, give, _Manner(True, plain, len(files) > 1))


async def _enclosed(
    files: Sequence[File], give: Callable[[list[Enclosed]], Awaitable[Sent]], manner: _Manner
) -> Sent:
    with ExitStack() as opened:
        try:
            return await give([await manner.enclose(file, opened) for file in files])
        except Rejected as refusal:
            other = manner.after(str(refusal))
            if other is None:
                raise
    return await _enclosed(files, give, other)


def refs_of(messages: Sequence[Message], files: Sequence[File]) -> tuple[str, ...]:
    """What Telegram calls each file now; "" where it does not say."""
    return tuple(_ref(*pair) for pair in zip(messages, files, strict=False))


def _ref(message: Message, file: File) -> str:
    if message.photo:
        return max(message.photo, key=lambda size: size.width).file_id
    if message.document is None:
        return ""
    return (PLAIN if file.kind == "photo" else "") + message.document.file_id


def _known(ref: str, kind: FileKind) -> PhotoSize | Document:
    """Not the bare string: python-telegram-bot would look for a file of that name on this disk."""
    return PhotoSize(ref, "?", 0, 0) if kind == "photo" else Document(ref, "?")
