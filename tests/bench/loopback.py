"""The server that everybody speaks to, in a process of its own, and what it saw."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import psutil
from aiohttp import ClientSession, ClientTimeout

ROOT: Final = Path(__file__).resolve().parents[2]
LOOK_EVERY: Final = 0.25  # seconds
SELDOM: Final = 8  # looks
ROUND_TRIP: Final = 0.05  # seconds of a call, where the distance to Telegram matters
JITTER: Final = 0.02


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message in a chat. `at`: monotonic seconds, the same for all processes."""

    chat: int
    key: str
    at: float


@dataclass
class Loopback:
    base_url: str
    process: Process
    client: ClientSession
    random: Random  # by the seed of the run
    ceiling: float = 0.0  # requests a second, once it was measured

    async def ask(self, what: str, **asked: Any) -> Any:
        """See `tests.servers.telegram.control`. Raises RuntimeError for what it does not take."""
        async with self.client.post(f"{self.base_url}/_/{what}", json=asked) as answer:
            told = await answer.json()
        if answer.status != 200:
            raise RuntimeError(f"/_/{what}: {told}; mend the call")
        return told

    async def bot(self, name: str) -> str:
        """The token of a new bot. Nothing that is said to it waits for it before `listening`."""
        token = str((await self.ask("bot", username=f"{name}_bot"))["token"])
        await self._asks_for(token, "poll")
        return token

    async def listening(self, token: str) -> None:
        """From now on what is said to the bot waits for it."""
        await self._asks_for(token, "message")

    async def _asks_for(self, token: str, kind: str) -> None:
        asked = {"allowed_updates": [kind], "timeout": 0, "limit": 1}
        async with self.client.post(f"{self.base_url}/bot{token}/getUpdates", json=asked) as answer:
            answer.raise_for_status()

    async def crowd(self, token: str, people: int) -> list[int]:
        """The private chats of so many people who have begun to talk to the bot, before it is
        `listening`."""
        found = await self.ask("burst", bot=token, messages=people, people=people, text="/start")
        return [int(one) for one in found["people"]]

    async def groups(self, token: str, count: int) -> list[int]:
        made = [
            await self.ask("group", title=f"Nhóm {n}", members=[token], told=False)
            for n in range(count)
        ]
        return [int(one["id"]) for one in made]

    async def prepare(self, *, limits: bool, distant: bool = False) -> None:
        """Forget what was counted; limits on or off, their buckets full; near by or far away."""
        await self.ask("pace", **({} if limits else {"off": True}))
        far = {"seconds": ROUND_TRIP, "jitter": JITTER} if distant else {"seconds": 0.0}
        await self.ask("latency", **far)
        await self.ask("reset")

    async def arrived(self, since: int = 0) -> list[Arrived]:
        return [Arrived(c, k, at) for c, k, at, _ in await self.ask("sent", since=since)]

    async def refused(self) -> int:
        """How many 429s."""
        return int((await self.ask("counts"))["too_many"])

    async def wait_for(
        self,
        wanted: Collection[tuple[int, str]],
        patience: float,
        busy: Callable[[], Awaitable[bool]],
    ) -> list[Arrived]:
        """All that has arrived, once everything wanted has, or nobody is busy any more, or the
        patience (seconds) has ended."""
        missing, found = set(wanted), list[Arrived]()
        deadline = time.monotonic() + patience
        working, looks = True, 0
        while missing and working and time.monotonic() < deadline:
            await asyncio.sleep(LOOK_EVERY)
            looks += 1
            working = looks % SELDOM > 0 or await busy()  # which costs the client something
            new = await self.arrived(len(found))
            missing.difference_update((one.chat, one.key) for one in new)
            found += new
        return found

    def cpu(self) -> float:
        """Seconds that the server itself has worked."""
        spent = psutil.Process(self.process.pid).cpu_times()
        return float(spent.user + spent.system)


@asynccontextmanager
async def loopback(seed: int) -> AsyncIterator[Loopback]:
    command = (sys.executable, "-m", "tests.servers.telegram", "--port", "0")
    options = ("--key", r"#\d+", "--seed", str(seed))
    process = await asyncio.create_subprocess_exec(
        *command, *options, cwd=ROOT, stdout=PIPE, stderr=DEVNULL
    )
    try:
        assert process.stdout
        told = json.loads(await process.stdout.readline())
        async with ClientSession(timeout=ClientTimeout(600)) as client:
            yield Loopback(told["base_url"], process, client, Random(seed))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def keys(chats: Sequence[int], first: int) -> list[tuple[int, str]]:
    """What must arrive of messages numbered from `first`, one for each chat in turn."""
    return [(chat, f"#{number}") for number, chat in enumerate(chats, first)]
