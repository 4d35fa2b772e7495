"""What came out at the other end: every message as its reader got it, and how often."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """`bot`: its username. `at`: seconds of the server's monotonic clock. `message`: the whole
    Message at that time."""

    bot: str
    chat: int
    method: str
    message_id: int
    key: str
    at: float
    message: Json = field(repr=False)

    @property
    def text(self) -> str:
        """The text, or the caption."""
        return str(self.message.get("text", self.message.get("caption", "")))

    @property
    def buttons(self) -> list[str]:
        """Labels in reading order."""
        return [button["text"] for button in buttons(self.message)]

    @property
    def files(self) -> list[str]:
        """The file_id of each file, a photo's largest size."""
        photo = self.message.get("photo")
        document = self.message.get("document")
        found = [photo[-1]] if photo else [document] if document else []
        return [each["file_id"] for each in found]


def buttons(message: Json) -> list[Json]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


class Records:
    """`key`: what a text is counted under, its first match if there is one, else all of it."""

    def __init__(self, key: str = "") -> None:
        self._key = re.compile(key) if key else None
        self.sent: list[Sent] = []
        self.edits: list[Sent] = []
        self.deleted: list[tuple[int, int]] = []
        self.answers: list[Json] = []
        self.actions: list[tuple[int, str]] = []
        self.said: list[tuple[int, str, float]] = []
        self.counts: Counter[tuple[int, str]] = Counter()
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.too_many = 0

    def clear(self) -> None:
        for kept in (self.sent, self.edits, self.deleted, self.answers, self.actions, self.said):
            kept.clear()
        for count in (self.counts, self.calls, self.refusals):
            count.clear()
        self.too_many = 0

    def key_of(self, text: str) -> str:
        found = self._key.search(text) if self._key else None
        return found[0] if found else text

    def note_said(self, chat: int, text: str, at: float) -> None:
        """A person wrote this, or pressed a button with such data."""
        self.said.append((chat, self.key_of(text), at))

    def note(self, bot: str, method: str, at: float, message: Json) -> None:
        text = message.get("text") or message.get("caption") or ""
        key = self.key_of(text)
        chat = message["chat"]["id"]
        self.sent.append(Sent(bot, chat, method, message["message_id"], key, at, message))
        self.counts[chat, key] += 1

    def note_edit(self, bot: str, method: str, at: float, message: Json) -> None:
        text = message.get("text") or message.get("caption") or ""
        chat, number = message["chat"]["id"], message["message_id"]
        self.edits.append(Sent(bot, chat, method, number, self.key_of(text), at, message))

    @property
    def twice(self) -> dict[tuple[int, str], int]:
        """What a chat got more than once, and how often."""
        return {place: count for place, count in self.counts.items() if count > 1}
