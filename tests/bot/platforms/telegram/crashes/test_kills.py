"""kill -9 of the program itself, while people talk to it without end.

Most lives end before aiogram is loaded: what is polled, stored and acknowledged, and what the
outbox still holds to be sent, need it not. Every seventh life lasts until it has understood and
answered, and is killed in the middle of that.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.bot.platforms.telegram.crashes.killing import town

SEED = 20


async def test_whoever_was_heard_is_answered_once_whatever_kills_the_program(
    tmp_path: Path, full: bool
) -> None:
    kills, random = (200 if full else 20), Random(SEED)
    async with town(tmp_path, random, reports=kills // 10) as place:
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
        assert "Traceback" not in (tmp_path / "errors.txt").read_text()
