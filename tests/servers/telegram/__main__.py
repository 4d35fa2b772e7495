"""The server in a process of its own: one line of JSON says where it is; SIGTERM ends it."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from tests.servers.telegram.pace import Pace
from tests.servers.telegram.server import TelegramServer


async def main(port: int, key: str, seed: int, pace: Pace | None) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with TelegramServer(port=port, key=key, seed=seed, pace=pace) as server:
        sys.stdout.write(json.dumps({"base_url": server.base_url, "port": server.port}) + "\n")
        sys.stdout.flush()
        await over.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.servers.telegram")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="", help="what a text is counted under: a pattern")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-pace", action="store_true", help="nothing is too fast")
    given = parser.parse_args()
    asyncio.run(main(given.port, given.key, given.seed, None if given.no_pace else Pace()))
