"""HTTP to one platform with one bot's token: opened in the loop that uses it, and told apart where
it breaks: what has surely not left, and what may have arrived.

Neither token nor address is in any error or `repr`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from bot.platforms.base import OutcomeUnknown, SendError, Unreachable
from bot.platforms.naming import Names

CONNECTING: Final = 10.0  # seconds until there is a connection to send by
PIECE: Final = 256 * 1024  # bytes of a file
_BROKEN: Final = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
_NO_CONNECTION: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


class Line:
    """`platform`: its name in errors; `at_once`: connections; `idle`: seconds that one is kept
    without use; `proxy`: of an HTTP proxy, "" for none."""

    def __init__(
        self,
        platform: str,
        token: str,
        base_url: str,
        *,
        at_once: int,
        idle: float,
        proxy: str = "",
    ) -> None:
        self._platform = platform
        self._token = token
        self._base = base_url.rstrip("/")
        self._at_once = at_once
        self._idle = idle
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
        if self._opened is None:
            connector = aiohttp.TCPConnector(
                limit=self._at_once, keepalive_timeout=self._idle, resolver=Names()
            )
            self._opened = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._opened

    async def post(
        self, method: str, data: Mapping[str, Any] | aiohttp.FormData, patience: float
    ) -> tuple[int, bytes]:
        """Status and body of whatever answers. Raises Unreachable, OutcomeUnknown."""
        url = f"{self._base}/bot{self._token}/{method}"
        body = data if isinstance(data, aiohttp.FormData) else _in_json(data)
        timeout = aiohttp.ClientTimeout(total=patience, connect=min(CONNECTING, patience / 2))
        try:
            async with self._session.post(
                url, data=body, timeout=timeout, proxy=self._proxy, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except _BROKEN as error:
            raise self._lost(error) from None

    async def read(self, url: str, patience: float) -> aiohttp.ClientResponse:
        """The open answer of any address; the caller closes it. Raises Unreachable."""
        timeout = aiohttp.ClientTimeout(total=patience, connect=CONNECTING)
        try:
            return await self._session.get(
                url, timeout=timeout, proxy=self._proxy, allow_redirects=False
            )
        except _BROKEN:
            raise Unreachable("the file could not be asked for") from None

    def _lost(self, error: Exception) -> SendError:
        """What a failed exchange leaves certain: without a connection nothing has left."""
        if isinstance(error, _NO_CONNECTION):
            return Unreachable(f"no connection to {self._platform}")
        if isinstance(error, aiohttp.ClientHttpProxyError):
            return Unreachable("the proxy does not let us through")
        return OutcomeUnknown(f"no answer from {self._platform} ({type(error).__name__})")


def _in_json(values: Mapping[str, Any]) -> aiohttp.BytesPayload:
    """A tenth of the work of a form, and a third of the bytes of Vietnamese in one. Half
    characters, which nothing can carry, become "?"."""
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return aiohttp.BytesPayload(body, content_type="application/json")


async def save(content: aiohttp.StreamReader, to: Path, most: int) -> None:
    """At most so many bytes of an answer. Raises Unreachable."""
    with to.open("wb") as file:  # not in a thread: a stop meanwhile would leave it open
        while most > 0:
            try:
                piece = await content.read(min(PIECE, most))
            except (aiohttp.ClientError, TimeoutError, OSError):
                raise Unreachable("the file stopped coming") from None
            if not piece:
                return
            most -= len(piece)
            await asyncio.to_thread(file.write, piece)
