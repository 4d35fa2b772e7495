"""The program dies at any moment of a broadcast, and nobody misses or reads twice what is not
flagged."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.bot.platforms.telegram.crashes.broadcasting import station
from tests.bot.platforms.telegram.crashes.lives import UNHEARD


@pytest.mark.parametrize(("at_once", "deaths"), [(1, 500), (4, 380), (30, 120)])
async def test_a_broadcast_survives_a_death_at_any_moment(
    tmp_path: Path, at_once: int, deaths: int, full: bool
) -> None:
    wanted, seed = (10 * deaths if full else deaths), 2026 + at_once
    random = Random(seed)
    async with station(tmp_path, at_once) as village:
        while len(village.deaths) - village.deaths.count("") < wanted:
            await village.live(random)
            if random.random() < 0.1:
                await village.finish()
        await village.finish()
        assert await village.wrong() == [], f"seed {seed}"
        assert village.most_in_flight >= at_once
    reached = {"sendMessage, before", UNHEARD, "sendMessage, answered", "send, after"}
    assert reached < set(village.deaths)
