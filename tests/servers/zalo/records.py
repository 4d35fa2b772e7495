"""What came out at the other end: every message as its reader got it, and how often."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sent:
    """`number`: its place among all; `bot`: an id; `at`: seconds of the server's monotonic clock.
    `photo`: the bytes found at `photo_url`, b"" where there is none; `text` is then its caption."""

    number: int
    bot: str
    chat: str
    method: str
    message_id: str
    key: str
    at: float
    text: str = field(repr=False)
    styles: tuple[dict[str, Any], ...] = ()
    photo: bytes = field(default=b"", repr=False)
    photo_url: str = field(default="", repr=False)


class Records:
    """`key`: what a text is counted under, its first match if there is one, else all of it."""

    def __init__(self, key: str = "") -> None:
        self._key = re.compile(key) if key else None
        self.sent: list[Sent] = []
        self.actions: list[tuple[str, str]] = []  # chat, action
        self.fetched: list[str] = []  # addresses of photos that were read
        self.counts: Counter[tuple[str, str]] = Counter()
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.too_many = 0

    def note(self, sent: Sent) -> None:
        self.sent.append(sent)
        self.counts[sent.chat, sent.key] += 1

    def key_of(self, text: str) -> str:
        found = self._key.search(text) if self._key else None
        return found[0] if found else text

    @property
    def twice(self) -> dict[tuple[str, str], int]:
        """What a chat got more than once, and how often."""
        return {place: count for place, count in self.counts.items() if count > 1}
