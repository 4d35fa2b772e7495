"""Telegram's Bot API over HTTP for one token: what left, what came back, and what is certain.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from bot.platforms.base import (
    BadToken,
    ChatGone,
    ChatMoved,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    SendError,
    Taken,
    TooManyRequests,
)
from bot.platforms.line import Line
from bot.platforms.parsing import parsed

PATIENCE: Final = 30.0  # seconds for an answer; uploads and long polls have their own
# Telegram closes what was idle for about a minute: a connection of ours never gets that old, so
# that one closed in our face never looks like a message of which nobody knows.
IDLE: Final = 20.0  # seconds
AT_ONCE: Final = 100  # connections
LONGEST_WAIT: Final = 3600.0  # seconds: what a pause asked for is believed


class Wire(Line):
    """`base_url`: Telegram's own address, or that of a Bot API server of one's own; `proxy`: of
    an HTTP proxy, "" for none."""

    def __init__(self, token: str, *, base_url: str, proxy: str = "") -> None:
        super().__init__("Telegram", token, base_url, at_once=AT_ONCE, idle=IDLE, proxy=proxy)

    async def call(self, method: str, patience: float = PATIENCE, **values: Any) -> Any:
        """The `result` of a method. Raises SendError, Taken."""
        status, body = await self.post(method, values, patience)
        return result_of(status, body)

    async def download(self, path: str, patience: float) -> aiohttp.ClientResponse:
        """The open answer to `getFile`'s path; the caller closes it. Raises Unreachable."""
        return await self.read(f"{self._base}/file/bot{self._token}/{path}", patience)


def result_of(status: int, body: bytes) -> Any:
    """The `result` of an answer. Only Telegram's own "no", in JSON, is certain; anything else
    may have been said by a machine on the way. Raises SendError, Taken."""
    answer = parsed(body)
    if not isinstance(answer, dict):
        raise OutcomeUnknown(f"an answer that is not Telegram's (HTTP {status})")
    if status == 200 and answer.get("ok") is True and "result" in answer:
        return answer["result"]
    if answer.get("ok") is not False or answer.get("error_code") != status:
        raise OutcomeUnknown(f"an answer that is not Telegram's (HTTP {status})")
    raise refusal(status, answer)


def refusal(code: int, answer: Mapping[str, Any]) -> SendError | Taken:
    """https://core.telegram.org/bots/api#responseparameters"""
    told = answer.get("description")
    description = told.lower() if isinstance(told, str) else ""
    parameters = answer.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if code == 429:
        return TooManyRequests(_pause(parameters.get("retry_after")))
    if code in (401, 404):
        return BadToken("Telegram does not know this token")
    if code == 409:
        return Taken("webhook" if "webhook" in description else "poller")
    if not 400 <= code < 500:
        return OutcomeUnknown(f"Telegram answered {code}")
    moved_to = parameters.get("migrate_to_chat_id")
    if isinstance(moved_to, int):
        return ChatMoved(str(moved_to))
    if _is_gone(code, description):
        return ChatGone("Telegram has no such chat for us")
    return Rejected(description.removeprefix("bad request: ").removeprefix("forbidden: "))


# Nobody to write to, whatever is written. Telegram's own server says nearly all of it under 403:
# blocked, deactivated, kicked, left, deleted, never started. Capitals stand for what it passes on.
GONE: Final = (
    "chat not found",
    "user not found",
    "message thread not found",
    "chat was deleted",
    "group is deactivated",
    "peer_id_invalid",
    "channel_private",
    "topic_deleted",
    "user_deleted",
)
# A chat that is still ours, where we may not say this now: told under 400, and formerly 403.
MUTED: Final = ("right", "forbidden: chat_", "restricted", "topic_closed", "write access")


def _is_gone(code: int, description: str) -> bool:
    if any(words in description for words in GONE):
        return True
    return code == 403 and not any(words in description for words in MUTED)


def _pause(asked: object) -> float:
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not asked >= 0:
        return 5.0
    return min(float(asked), LONGEST_WAIT)


async def quietly(wire: Wire, method: str, **values: Any) -> None:
    """A signal without words: losing it loses nothing."""
    try:
        await wire.call(method, **values)
    except PlatformError:
        return
