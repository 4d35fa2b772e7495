"""What Telegram tells of a webhook: whether it is ours still, and whether Telegram gets through.

Told only when asked: a webhook that nobody can reach is as quiet as a village that sleeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from bot.platforms.base import Taken, Unreachable


class Webhook(NamedTuple):
    """`url`: "" for none; `waiting`: updates Telegram still has; `failed_at`: when it last could
    not hand one over, in Telegram's seconds, 0 for never; `reason`: what stood in the way, in
    words of ours, "" for unknown."""

    url: str
    waiting: int
    failed_at: int
    reason: str


def webhook_of(result: Any) -> Webhook:
    """From the result of https://core.telegram.org/bots/api#getwebhookinfo."""
    told = result if isinstance(result, dict) else {}
    url, words = told.get("url"), told.get("last_error_message")
    return Webhook(
        url if isinstance(url, str) else "",
        _count(told.get("pending_update_count")),
        _count(told.get("last_error_date")),
        _reason(words.lower() if isinstance(words, str) else ""),
    )


class Watch:
    """Over the webhook at `url`, from look to look. `ours`: at the last look it was there."""

    def __init__(self, url: str) -> None:
        self.ours = False
        self._url = url
        self._failed_at: int | None = None  # when all was last well; None: never looked
        self._called = False  # since the last look

    def called(self) -> None:
        """Telegram got through."""
        self._called = True

    def look(self, result: Any) -> None:
        """Raises Taken; Unreachable from a failure on until Telegram gets through, or until it
        has nothing more to hand over."""
        found = webhook_of(result)
        self.ours = found.url == self._url
        if not self.ours:
            raise Taken("webhook")
        called, self._called = self._called, False
        failed = self._failed_at is not None and found.failed_at != self._failed_at
        if failed and found.waiting and not called:
            raise Unreachable("Telegram cannot call us")
        self._failed_at = found.failed_at


_REASONS = {
    "wrong response": "the web server in front refuses or does not find the program",
    "refused": "nothing answers there",
    "resolve": "its name is not known",
    "ssl": "its certificate is not accepted",
    "certificate": "its certificate is not accepted",
    "time": "no answer in time",
}


def _reason(words: str) -> str:
    return next((ours for theirs, ours in _REASONS.items() if theirs in words), "")


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
