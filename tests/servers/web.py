"""HTTP/1.1 on a bare transport: a fifth of the CPU that aiohttp's server spends on a request, and
every way of breaking a connection within reach."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Final, Protocol

JSON: Final = b"application/json"
MAX_BODY: Final = 60 * 1024 * 1024
_HEAD: Final = (
    b"HTTP/1.1 %d %s\r\nServer: nginx\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
)
_LAST_CHUNK: Final = b"\r\n0\r\n\r\n"
_RESET: Final = struct.pack("ii", 1, 0)
_REASONS: Final = {status.value: status.phrase.encode() for status in HTTPStatus}


class Service(Protocol):
    connections: set[Connection]

    def date(self) -> int: ...

    def welcomes(self) -> bool: ...

    def handle(
        self, connection: Connection, verb: bytes, target: bytes, content_type: str, body: bytes
    ) -> None: ...


class Connection(asyncio.Protocol):
    """One client's connection: requests one after another. `reply` must follow each `handle`,
    at once or later; `lost` tells whether anyone still listens."""

    __slots__ = (
        "_busy", "_chunked", "_closing", "_have", "_need", "_parts", "_service", "_tail",
        "_transport", "lost", "on_lost",
    )  # fmt: skip

    def __init__(self, service: Service) -> None:
        self._service = service
        self._transport: asyncio.Transport | None = None
        self._parts: list[bytes] = []
        self._have = 0
        self._need = 0
        self._chunked = False
        self._tail = _LAST_CHUNK
        self._busy = False
        self._closing = False
        self.lost = False
        self.on_lost: Callable[[], None] | None = None

    @property
    def idle(self) -> bool:
        return not self._busy and not self._have

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._service.connections.add(self)
        if not self._service.welcomes():
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        self._service.connections.discard(self)
        if self.on_lost is not None:
            self.on_lost()

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        self._have += len(data)
        if self._chunked:
            self._tail = (self._tail + data)[-len(_LAST_CHUNK) :]
        if not self._busy and self._have >= self._need and self._tail == _LAST_CHUNK:
            self._serve()

    def _serve(self) -> None:
        while self._parts and not self._busy and not self.lost:
            data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            self._parts = [data]
            end = data.find(b"\r\n\r\n")
            if end < 0:
                return
            head = data[:end]
            low = head.lower()
            if low.find(b"\r\ntransfer-encoding: chunked") > 0:
                self._tail = data[-len(_LAST_CHUNK) :]
                self._chunked = self._tail != _LAST_CHUNK
                if self._chunked:
                    return
                body, rest = _unchunked(data[end + 4 :]), b""
            else:
                length = int(_field(head, low, b"content-length") or 0)
                self._need = end + 4 + length
                if self._have < self._need:
                    return
                body, rest = data[end + 4 : self._need], data[self._need :]
            self._parts = [rest] if rest else []
            self._have = len(rest)
            self._need = 0
            self._closing = low.find(b"\r\nconnection: close") > 0
            self._busy = True
            verb, target, _ = head[: head.find(b"\r\n")].split(b" ", 2)
            kind = _field(head, low, b"content-type").decode("latin-1")
            self._service.handle(self, verb, target, kind, body)

    def reply(self, status: int, body: bytes, kind: bytes = JSON) -> None:
        if self.lost or self._transport is None:
            return
        self._transport.write(self._head(status, len(body), kind) + body)
        self._done()

    def reply_half(self, status: int, body: bytes) -> None:
        """The whole head, half the body, and no more."""
        if self._transport is not None and not self.lost:
            head = self._head(status, len(body), JSON)
            self._transport.write(head + body[: len(body) // 2])
            self._transport.close()

    def reset(self) -> None:
        """End with a TCP RST."""
        if self._transport is not None and not self.lost:
            found = self._transport.get_extra_info("socket")
            if found is not None:
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._transport.abort()

    def close(self) -> None:
        """End as a server does that has had enough."""
        if self._transport is not None:
            self._transport.close()

    def _head(self, status: int, length: int, kind: bytes) -> bytes:
        return _HEAD % (
            status,
            _REASONS.get(status, b"Unknown"),
            _dated(self._service.date()),
            kind,
            length,
        )

    def _done(self) -> None:
        self._busy = False
        if self._closing and self._transport is not None:
            self._transport.close()
        elif self._have:
            asyncio.get_running_loop().call_soon(self._serve)


_last_date: tuple[int, bytes] = (0, b"")


def _dated(second: int) -> bytes:
    global _last_date
    if _last_date[0] != second:
        _last_date = (second, formatdate(second, usegmt=True).encode())
    return _last_date[1]


def _field(head: bytes, low: bytes, name: bytes) -> bytes:
    start = low.find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else None].strip()


def _unchunked(data: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while True:
        line = data.index(b"\r\n", at)
        size = int(data[at:line].partition(b";")[0], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(data[line + 2 : line + 2 + size])
        at = line + 2 + size + 2
