"""A place to speak from: a bot on the loopback Bot API; and a server that answers by script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.platforms.base import File, Outgoing, SendError
from bot.platforms.telegram.speaking import Speaking
from bot.platforms.telegram.wire import Wire
from handlers.messages import FileKind
from tests.patience import PATIENCE
from tests.servers.telegram import Group, Person, TelegramServer

IMPATIENT = 0.2  # for what never answers
KEPT = 200_000  # bytes of a body


@dataclass(frozen=True)
class Booth:
    server: TelegramServer
    token: str
    speaking: Speaking
    an: Person
    group: Group

    @property
    def texts(self) -> list[str]:
        return [sent.text for sent in self.server.sent]

    async def refusal(self, outgoing: Outgoing) -> SendError:
        return await refusal(self.speaking, outgoing)


@asynccontextmanager
async def booth(patience: float = PATIENCE) -> AsyncIterator[Booth]:
    async with TelegramServer(pace=None) as server:
        token = server.bot()
        an = server.person("An")
        an.say(token, "/start")
        group = server.group("Thôn Khe", members=[an, token])
        async with Wire(token, base_url=server.base_url) as wire:
            await wire.call("getMe")  # connected: what is slow from now on is the answer
            server.records.calls.clear()
            yield Booth(server, token, Speaking(wire, patience), an, group)


async def refusal(speaking: Speaking, outgoing: Outgoing) -> SendError:
    """What `send` raises, and nothing but a SendError."""
    try:
        await speaking.send(outgoing)
    except SendError as error:
        return error
    raise AssertionError("it was sent")


def file(folder: Path, data: bytes, kind: FileKind = "photo", name: str = "a.jpg") -> File:
    """Under its own name on disk, as the media folder keeps files by digest."""
    path = folder / f"{len(list(folder.iterdir()))}"
    path.write_bytes(data)
    return File(path, name, kind)


@dataclass
class Script:
    """Answers each call with the next of `answers`; keeps what was asked."""

    base_url: str
    answers: list[bytes]
    asked: list[bytes]


def answer(status: int, body: Any, *, more: str = "", length: int | None = None) -> bytes:
    """An HTTP answer; `body`: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    size = len(content) if length is None else length
    return f"HTTP/1.1 {status} X\r\nContent-Length: {size}\r\n{more}\r\n".encode() + content


def no(code: int, description: str, **parameters: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return body | ({"parameters": parameters} if parameters else {})


@asynccontextmanager
async def script(*answers: bytes) -> AsyncIterator[Script]:
    told = Script("", list(answers), [])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while told.answers:
            head = await reader.readuntil(b"\r\n\r\n")
            size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            told.asked.append(head + await _read(reader, int(size or 0)))
            writer.write(told.answers.pop(0))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    told.base_url = f"http://{host}:{port}"
    async with server:
        yield told


async def _read(reader: asyncio.StreamReader, size: int) -> bytes:
    """A body; of a large one only its end is kept."""
    kept = b""
    while size > 0:
        kept = (kept + await reader.readexactly(min(size, 65536)))[-KEPT:]
        size -= 65536
    return kept
