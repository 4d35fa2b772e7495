"""From a claimed row to what its platform is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bot.platforms.base import (
    File,
    Limits,
    Outgoing,
    OutgoingEdit,
    OutgoingLeave,
    OutgoingMessage,
)
from bot.platforms.rendering import utf16_length
from content.words import Words
from db.outbox import Claimed
from handlers.messages import FileKind

PhotoUrl: TypeAlias = Callable[[int], str]  # the id of a released photo → where it can be read


@dataclass(frozen=True, slots=True)
class Packer:
    """`media`: the folder of files, each under its digest; `words`: those of the marks it adds;
    `photo_url` None: the outside reaches no photo of ours."""

    limits: Limits
    media: Path
    words: Words
    photo_url: PhotoUrl | None = None

    def outgoing(self, claimed: Claimed) -> Outgoing:
        chat = claimed.chat_external_id
        if claimed.kind == "leave":
            return OutgoingLeave(chat)
        if claimed.kind == "edit":
            buttons = self._buttons(claimed, claimed.ref_id)
            return OutgoingEdit(chat, claimed.ref or "", claimed.body, buttons)
        file = self._file(claimed)
        buttons = self._buttons(claimed, claimed.id)
        text, only_for = self._text(claimed, file), claimed.only_for or ""
        return OutgoingMessage(chat, text, buttons, file, only_for=only_for)

    def _buttons(self, claimed: Claimed, menu: int | None) -> tuple[tuple[str, str], ...]:
        if not self.limits.buttons:
            return ()
        return tuple((label, f"{menu}.{n}") for n, (label, _) in enumerate(claimed.buttons))

    def _file(self, claimed: Claimed) -> File | None:
        if not claimed.media_digest:
            return None
        kind: FileKind = "photo" if claimed.media_kind == "photo" else "document"
        if kind == "document" and not self.limits.files:
            return None
        url = self._url(claimed) if kind == "photo" else ""
        if kind == "photo" and self.limits.photos_by_url and not url:
            return None
        path, name = self.media / claimed.media_digest, claimed.media_name or kind
        return File(path, name, kind, claimed.media_ref or "", url)

    def _url(self, claimed: Claimed) -> str:
        """ "" for a photo that is for nobody else to see: nothing shows it to the outside."""
        wanted = self.limits.photos_by_url and self.photo_url and claimed.released
        if not (wanted and self.photo_url and claimed.media_id is not None):
            return ""
        return self.photo_url(claimed.media_id)

    def _text(self, claimed: Claimed, file: File | None) -> str:
        text = claimed.body
        if claimed.media_digest and file is None:
            text = self._with(text, self._left_out(claimed))
        if claimed.announcement and claimed.doubts and text:
            return self._with(text, self.words("system.sent_again"))
        return text

    def _left_out(self, claimed: Claimed) -> str:
        if claimed.media_kind != "photo":
            return self.words("system.file_left_out", name=claimed.media_name or "")
        key = "photo_left_out" if claimed.chat_kind == "group" else "photo_left_out_private"
        return self.words(f"system.{key}")

    def _with(self, text: str, more: str) -> str:
        """`more` below it, unless the platform would refuse it for its length."""
        both = f"{text}\n{more}" if text else more
        return both if utf16_length(both) <= self.limits.max_text else text
