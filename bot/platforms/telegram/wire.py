"""Telegram's Bot API over HTTP for one token: what left, what came back, and what is certain.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

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
    Unreachable,
)
from bot.platforms.telegram.naming import Names
from bot.platforms.telegram.parsing import parsed

PATIENCE: Final = 30.0  # seconds for an answer; uploads and long polls have their own
CONNECTING: Final = 10.0  # seconds until there is a connection to send by
# Telegram closes what was idle for about a minute: a connection of ours never gets that old, so
# that one closed in our face never looks like a message of which nobody knows.
IDLE: Final = 20.0  # seconds
AT_ONCE: Final = 100  # connections
LONGEST_WAIT: Final = 3600.0  # seconds: what a pause asked for is believed


class Wire:
    """`base_url`: Telegram's own address, or that of a Bot API server of one's own; `proxy`: of
    an HTTP proxy, "" for none. Neither token nor address is in any error or `repr`."""

    def __init__(self, token: str, *, base_url: str, proxy: str = "") -> None:
        self._token = token
        self._base = base_url.rstrip("/")
        self._proxy = proxy or None
        self._opened: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._opened is not None:
            await self._opened.close()

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Opened in the loop that uses it."""
        if self._opened is None:
            connector = aiohttp.TCPConnector(
                limit=AT_ONCE, keepalive_timeout=IDLE, resolver=Names()
            )
            self._opened = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._opened

    async def call(self, method: str, patience: float = PATIENCE, **values: Any) -> Any:
        """The `result` of a method. Raises SendError, Taken."""
        status, body = await self.post(method, values, patience)
        return result_of(status, body)

    async def post(
        self, method: str, data: Mapping[str, Any] | aiohttp.FormData, patience: float
    ) -> tuple[int, bytes]:
        """Status and body of whatever answers. Raises Unreachable, OutcomeUnknown."""
        url = f"{self._base}/bot{self._token}/{method}"
        body = data if isinstance(data, aiohttp.FormData) else in_json(data)
        timeout = aiohttp.ClientTimeout(total=patience, connect=min(CONNECTING, patience / 2))
        try:
            async with self._session.post(
                url, data=body, timeout=timeout, proxy=self._proxy, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise lost(error) from None

    async def download(self, path: str, patience: float) -> aiohttp.ClientResponse:
        """The open answer to `getFile`'s path; the caller closes it. Raises Unreachable."""
        url = f"{self._base}/file/bot{self._token}/{path}"
        timeout = aiohttp.ClientTimeout(total=patience, connect=CONNECTING)
        try:
            return await self._session.get(
                url, timeout=timeout, proxy=self._proxy, allow_redirects=False
            )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise Unreachable("the file could not be asked for") from None


def in_json(values: Mapping[str, Any]) -> aiohttp.BytesPayload:
    """A tenth of the work of a form, and a third of the bytes of Vietnamese in one. Half
    characters, which nothing can carry, become "?"."""
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return aiohttp.BytesPayload(body, content_type="application/json")


NO_CONNECTION: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


def lost(error: Exception) -> SendError:
    """What a failed exchange leaves certain: without a connection nothing has left."""
    if isinstance(error, NO_CONNECTION):
        return Unreachable("no connection to Telegram")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Unreachable("the proxy does not let us through")
    return OutcomeUnknown(f"no answer from Telegram ({type(error).__name__})")


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
