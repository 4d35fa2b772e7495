"""From a claimed row to what its platform is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Packer:
    """`media`: the folder of files, each under its digest; `words`: those of the marks it adds."""

    limits: Limits
    media: Path
    words: Words

    def outgoing(self, claimed: Claimed) -> Outgoing:
        chat = claimed.chat_external_id
        if claimed.kind == "leave":
            return OutgoingLeave(chat)
        if claimed.kind == "edit":
            buttons = self._buttons(claimed, claimed.ref_id)
            return OutgoingEdit(chat, claimed.ref or "", claimed.body, buttons)
        file = self._file(claimed)
        buttons = self._buttons(claimed, claimed.id)
        return OutgoingMessage(chat, self._text(claimed, file), buttons, file)

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
        path, name = self.media / claimed.media_digest, claimed.media_name or kind
        return File(path, name, kind, claimed.media_ref or "")

    def _text(self, claimed: Claimed, file: File | None) -> str:
        text = claimed.body
        if claimed.media_digest and file is None:
            text = self.words("system.file_left_out", name=claimed.media_name or "")
        if claimed.announcement and claimed.doubts and text:
            return self._marked(text)
        return text

    def _marked(self, text: str) -> str:
        """As a repetition, unless the platform would refuse it for its length."""
        marked = f"{text}\n{self.words('system.sent_again')}"
        return marked if utf16_length(marked) <= self.limits.max_text else text
