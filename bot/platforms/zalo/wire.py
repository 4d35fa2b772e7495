"""Zalo's Bot API over HTTP for one token: what left, what came back, and what is certain.

An API error may come under HTTP 200, and the status may say less than the body: the body counts.
What Zalo says of an error is not repeated, since it may quote what was sent.
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
    OutcomeUnknown,
    PlatformError,
    Rejected,
    SendError,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.telegram.naming import Names
from bot.platforms.telegram.parsing import parsed
from bot.platforms.zalo import facts

AT_ONCE: Final = 20  # connections
_LOST: Final = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
_NO_CONNECTION: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


class Idle(OutcomeUnknown):
    """Nothing came within the time: all is well if that was a poll."""


class Wire:
    """`base_url`: Zalo's own address, or that of an imitation on this machine. Neither token nor
    address is in any error or `repr`."""

    def __init__(self, token: str, *, base_url: str) -> None:
        self._token = token
        self._base = base_url.rstrip("/")
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
                limit=AT_ONCE, keepalive_timeout=facts.KEPT_OPEN, resolver=Names()
            )
            self._opened = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._opened

    async def call(self, method: str, patience: float = facts.PATIENCE, **values: Any) -> Any:
        """The `result` of a method, None where it has none. Raises SendError."""
        status, body = await self.post(method, values, patience)
        return result_of(status, parsed(body))

    async def post(
        self, method: str, values: Mapping[str, Any], patience: float
    ) -> tuple[int, bytes]:
        """Status and body of whatever answers. Raises Unreachable, OutcomeUnknown."""
        url = f"{self._base}/bot{self._token}/{method}"
        timeout = aiohttp.ClientTimeout(total=patience, connect=min(facts.CONNECTING, patience / 2))
        try:
            async with self._session.post(
                url, data=_in_json(values), timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except _LOST as error:
            raise _lost(error) from None

    async def read(self, url: str, patience: float) -> aiohttp.ClientResponse:
        """The open answer of any address, without the token; the caller closes it. Raises
        Unreachable."""
        timeout = aiohttp.ClientTimeout(total=patience, connect=facts.CONNECTING)
        try:
            return await self._session.get(url, timeout=timeout, allow_redirects=False)
        except _LOST:
            raise Unreachable("the file could not be asked for") from None


def result_of(status: int, answer: Any) -> Any:
    """The `result` of an answer that was read. Only Zalo's own yes or no is certain; anything else
    may have been said by a machine on the way. Raises SendError."""
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        if status == 408:
            raise Idle("nothing came within the time")
        raise OutcomeUnknown(f"an answer that is not Zalo's (HTTP {status})")
    if answer["ok"]:
        return answer.get("result")
    raise _refusal(_code(answer.get("error_code"), status))


def _code(told: object, status: int) -> int:
    """That of the body, else that of HTTP; also written as text."""
    if isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) == 3:
        return int(told)
    if isinstance(told, int) and not isinstance(told, bool) and 0 < told < 1000:
        return told
    return status


def _refusal(code: int) -> SendError:
    match facts.treatment(code):
        case "refused":
            return Rejected(f"Zalo refuses it ({code})")
        case "token":
            return BadToken("Zalo does not know this token")
        case "gone":
            return ChatGone("Zalo knows of no such thing")
        case "idle":
            return Idle("nothing came within the time")
        case "pause":
            return TooManyRequests(facts.PAUSE, whole=True)
        case "unknown":
            return OutcomeUnknown(f"Zalo answered {code}")


def _in_json(values: Mapping[str, Any]) -> aiohttp.BytesPayload:
    """Half characters, which nothing can carry, become "?"."""
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return aiohttp.BytesPayload(body, content_type="application/json")


def _lost(error: Exception) -> SendError:
    """What a failed exchange leaves certain: without a connection nothing has left."""
    if isinstance(error, _NO_CONNECTION):
        return Unreachable("no connection to Zalo")
    return OutcomeUnknown(f"no answer from Zalo ({type(error).__name__})")


async def quietly(wire: Wire, method: str, **values: Any) -> None:
    """A signal without words: losing it loses nothing."""
    try:
        await wire.call(method, **values)
    except PlatformError:
        return
