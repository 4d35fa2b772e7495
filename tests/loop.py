"""The event loop in tests: nothing here waits for time to pass."""

from __future__ import annotations

import asyncio


async def one_turn() -> None:
    """Let everything that is ready run once."""
    loop = asyncio.get_running_loop()
    turned = loop.create_future()
    loop.call_soon(turned.set_result, None)
    await turned
