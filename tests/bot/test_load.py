"""Many people at once, and what the program weighs."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import psutil

from tests.bot.program import Program
from tests.living import ROOT

HEAVIEST = 120.0  # MB, of the demo
GROWTH = 15.0  # MB, from five to ten thousand messages


async def test_ten_thousand_messages_are_answered_in_order_and_leave_nothing_in_memory() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.crowd", cwd=ROOT, stdout=PIPE
    )
    told, _ = await process.communicate()
    tally = json.loads(told)
    assert tally["written"] == 10_000
    assert tally["asked"] == 6_000
    assert tally["wrong"] == 0
    assert tally["finally_"] - tally["halfway"] < GROWTH


async def test_the_demo_stays_light(tmp_path: Path) -> None:
    first = await Program.start(tmp_path)
    await first.quiet()
    await first.kill()
    program = await Program.start(tmp_path)
    try:
        await program.quiet()
        assert memory(program) < HEAVIEST
        residents = [one["id"] for one in await program.people("resident")]
        for text in ("/start", "1", "giấy khai sinh cần gì", "phản ánh", "không", "đường lầy lội"):
            for _ in range(50 // len(residents) + 1):
                await asyncio.gather(*(program.write(one, one, text) for one in residents))
        await program.quiet()
        assert memory(program) < HEAVIEST
    finally:
        await program.kill()


def memory(program: Program) -> float:
    """Resident, in MB."""
    return float(psutil.Process(program.process.pid).memory_info().rss / 1e6)
