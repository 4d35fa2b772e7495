"""A participant's own process: orders come in as lines of JSON, each is answered by one.

`python -m tests.bench.<family> TOKEN BASE_URL KIND`
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import psutil

Orders: TypeAlias = Mapping[str, Callable[..., Awaitable[Any]]]

AT_ONCE: Final = 10  # calls that a peer has under way where nothing else limits it

TEXT: Final = (  # of a message; {n}: its number
    "#{n} Thông báo: sáng thứ Bảy tuần này thôn mình tổng vệ sinh đường làng, mời mỗi nhà một "
    "người mang theo chổi, xẻng, có mặt tại nhà văn hóa lúc 6 giờ 30. Trưởng thôn kính báo."
)


def text(number: int) -> str:
    """A message of usual length, which the server counts under its number."""
    return TEXT.format(n=number)


def spent() -> float:
    """Seconds of CPU of this process, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def usage() -> dict[str, float]:
    return {"cpu": spent(), "rss": psutil.Process().memory_info().rss / 1e6}


async def measured(work: Awaitable[Any]) -> dict[str, float]:
    """What the work took, in seconds of CPU and of the clock."""
    cpu, wall = spent(), time.monotonic()
    await work
    return {"cpu": spent() - cpu, "wall": time.monotonic() - wall}


async def few_at_once(
    send: Callable[[int, str], Awaitable[Any]], chats: Sequence[int], first: int
) -> None:
    """`send(chat, text)` for each chat, `AT_ONCE` side by side."""
    numbered = iter(enumerate(chats, first))

    async def worker() -> None:
        for number, chat in numbered:
            await send(chat, text(number))

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


class Background:
    """What goes on while further orders come."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Any] | None = None

    def start(self, work: Any) -> float:
        """When it began, monotonic seconds."""
        self._task = asyncio.create_task(work)
        return time.monotonic()

    async def busy(self) -> bool:
        return self._task is not None and not self._task.done()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))


@asynccontextmanager
async def _lines() -> AsyncIterator[asyncio.StreamReader]:
    reader = asyncio.StreamReader(limit=2**24)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        yield reader
    finally:
        transport.close()


async def obey(orders: Orders) -> None:
    """Until nobody gives orders any more. Libraries log nothing meanwhile."""
    logging.disable(logging.CRITICAL)
    known = {"usage": usage, **orders}
    async with _lines() as lines:
        _answer({"ready": sorted(known)})
        async for line in lines:
            order = json.loads(line)
            try:
                _answer({"result": await known[order.pop("do")](**order)})
            except Exception as error:
                _answer({"error": f"{type(error).__name__}: {error}"})


def _answer(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
