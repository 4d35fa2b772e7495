"""The participants, each in a process of its own with a bot of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from tests.bench import node
from tests.bench.loopback import ROOT, Loopback

PATIENCE: Final = 120.0  # seconds until an order is answered, or a process has started
LOOK_EVERY: Final = 0.5  # seconds
RESTING: Final = 0.1  # of a processor, at most

# Who there is: the words for the table, the module, and which kind of it.
CAST: Final = {
    "ours swift": ("Loa Làng (durable)", "ours", "swift"),
    "ours flood": ("Loa Làng (durable)", "ours", "flood"),
    "ours paced": ("Loa Làng (durable)", "ours", "paced"),
    "raw": ("aiohttp alone", "raw", ""),
    "aiogram": ("aiogram", "aiogram_peer", ""),
    "ptb": ("PTB stock", "ptb_peer", "stock"),
    "ptb lifted": ("PTB + AIORateLimiter", "ptb_peer", "lifted"),
    "ptb limited": ("PTB + AIORateLimiter", "ptb_peer", "limited"),
    "grammy": ("grammY", "grammy", "bare"),
    "grammy throttled": ("grammY + throttler", "grammy", "throttled"),
}


@dataclass
class Participant:
    """`crowd`: private chats in which its bot may write."""

    who: str
    token: str
    process: Process
    crowd: list[int]
    groups: list[int]

    @property
    def title(self) -> str:
        return CAST[self.who][0]

    @property
    def ours(self) -> bool:
        return self.who.startswith("ours")

    async def order(self, do: str, **more: Any) -> Any:
        """Raises RuntimeError when it could not be done."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        return (await self._answer())["result"]

    async def _answer(self) -> Any:
        assert self.process.stdout
        async with asyncio.timeout(PATIENCE):
            line = await self.process.stdout.readline()
        told = json.loads(line) if line else {"error": "it ended; run it alone to see why"}
        if "error" in told:
            raise RuntimeError(f"{self.who}: {told['error']}")
        return told

    async def rest(self) -> None:
        """Until it has loaded what it loads beside, and does nothing any more."""
        before, now = 0.0, float("inf")
        while now - before > RESTING * LOOK_EVERY:
            before = (await self.order("usage"))["cpu"]
            await asyncio.sleep(LOOK_EVERY)
            now = (await self.order("usage"))["cpu"]

    async def leave(self) -> None:
        """Closing its orders ends it; whoever does not end is ended."""
        assert self.process.stdin
        self.process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def rested(players: Iterable[Participant]) -> None:
    """After they have warmed up: what they load beside would be counted too."""
    await asyncio.gather(*(one.rest() for one in players))


@asynccontextmanager
async def cast(
    server: Loopback, names: Iterable[str], *, people: int = 0, groups: int = 0
) -> AsyncIterator[dict[str, Participant]]:
    """All of them ready, by name; `people` and `groups`: how many each of them may write to."""
    entered: dict[str, Participant] = {}
    try:
        for who in names:
            token = await server.bot(who.replace(" ", "_"))
            crowd = await server.crowd(token, people)
            places = await server.groups(token, groups)
            await server.listening(token)
            process = await _begun(who, token, server.base_url)
            one = entered[who] = Participant(who, token, process, crowd, places)
        for one in entered.values():
            await one._answer()
        yield entered
    finally:
        await asyncio.gather(*(one.leave() for one in entered.values()))


async def _begun(who: str, token: str, base_url: str) -> Process:
    _, module, kind = CAST[who]
    command = [sys.executable, "-m", f"tests.bench.{module}", token, base_url, kind]
    if module == node.FAMILY:
        command = node.command(token, base_url, kind)
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=2**24,
    )
