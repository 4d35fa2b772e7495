"""The program dies at any moment, and the village finds nothing lost and nothing doubled."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.platforms.village import Village
from tests.bot.crashing import Life
from tests.bot.hamlet import (
    CADRE,
    HEAD,
    LEADER,
    founded,
    group,
    hamlet,
    resident,
    style_of,
    title,
)
from tests.bot.playing import WORDS, Cast, Ears, Play


def cast(residents: int, groups: int) -> Cast:
    """Everybody of the hamlet."""
    return Cast(
        residents=tuple(resident(number) for number in range(residents)),
        staff=(CADRE, LEADER, HEAD),
        author=CADRE,
        choices=(WORDS("announcements.all_groups"), WORDS("announcements.next")),
        groups=tuple(
            Ears(group(number), title(number), style, HEAD if style == "zalo" else CADRE)
            for number in range(groups)
            for style in (style_of(number),)
        ),
    )


async def perform(folder: Path, residents: int, groups: int, last: int) -> tuple[list[str], int]:
    """In each scene the program dies at its moment `last` and begins anew. What the village
    finds wrong in the end, and the number of deaths."""
    commune = hamlet(residents=residents, groups=groups)
    async with founded(folder, commune, Clock()):
        pass
    village = await Village.open(folder / "village", commune, lambda: datetime.now(UTC))
    play, deaths = Play(village, cast(residents, groups)), 0
    try:
        life = await Life.begin(folder, village)
        for scene in play.scenes():
            life.fate.meet(last)
            await asyncio.gather(*(step() for step in scene))
            if not await life.rests():
                deaths += 1
                await life.end()
                life = await Life.begin(folder, village)
                assert await life.rests()
        await life.end()
        return await play.wrong(), deaths
    finally:
        await village.close()


@pytest.mark.parametrize("last", range(1, 56, 3))
async def test_two_reports_and_an_announcement_survive_a_death_in_each_scene(
    tmp_path: Path, last: int
) -> None:
    wrong, deaths = await perform(tmp_path, residents=2, groups=4, last=last)
    assert wrong == []
    assert deaths > 0


@pytest.mark.parametrize("last", [11, 64, 142, 320])
async def test_thirty_reports_and_an_announcement_to_thirty_groups_survive_deaths(
    tmp_path: Path, last: int
) -> None:
    wrong, deaths = await perform(tmp_path, residents=30, groups=30, last=last)
    assert wrong == []
    assert deaths > 0
