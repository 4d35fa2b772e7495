"""kill -9 of the program itself, while people talk to it without end and Zalo keeps nothing.

A kill costs at most the one answer in flight and what was said while nobody polled; what was
committed is done, once. Most lives end right after an event was handed out; every seventh lasts
until it has answered.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.bot.platforms.zalo.crashes.killing import INTO_THE_VOID, town

SEED = 20


async def test_a_kill_costs_the_answer_in_flight_and_nothing_that_was_kept(
    tmp_path: Path, full: bool
) -> None:
    kills, random = (200 if full else 20), Random(SEED)
    async with town(tmp_path, random, reports=kills // 7) as place:
        for number in range(1, kills + 1):
            await place.start()
            if number % 7:
                await place.heard(random.randint(0, 25))
            else:
                await place.answered(random.randint(1, 40))
            await place.kill()
        await place.start()
        await place.finish()
        assert await place.wrong() == [], f"seed {SEED}"
        assert place.losses.in_flight <= kills
        assert place.losses.unheard >= INTO_THE_VOID
        assert "Traceback" not in (tmp_path / "errors.txt").read_text()
