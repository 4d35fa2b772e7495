"""Telegram's numbers of updates: gaps, twins and a fresh start lower down; each is handled once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.bot.hamlet import inbox_rows
from tests.bot.telegraph import Telegraph, telegraph
from tests.bot.villagers import Villager
from tests.servers.telegram.updates import Updates

QUESTION = "lam giay khai sinh can gi"
ANSWER = "Giấy chứng sinh"


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Telegraph]:
    async with telegraph(tmp_path) as village:
        yield village


def updates(village: Telegraph) -> Updates:
    return village.server.bots[village.token].updates


async def answers(village: Telegraph, resident: Villager) -> int:
    """How many there were since they were last counted; every update is done by then."""
    await village.quiet()
    rows = await village.app.database.read(inbox_rows)
    assert {state for _, state, _, _ in rows} <= {"done"}
    return sum(ANSWER in text for text in resident.reads())


async def test_an_update_that_comes_twice_in_one_answer_is_handled_once(village: Telegraph) -> None:
    resident = village.person("Anh Khế")
    resident.speaks(QUESTION)
    updates(village).repeat()
    assert await answers(village, resident) == 1
    assert len(updates(village).handed_out) == 2


async def test_an_update_that_comes_again_after_the_restart_is_handled_once(
    village: Telegraph,
) -> None:
    resident = village.person("Anh Khế")
    resident.speaks(QUESTION)
    update = json.loads(updates(village).pending[-1].body)
    assert await answers(village, resident) == 1
    await village.stop()
    assert village.server.raw(village.token, update) == update["update_id"]
    resident.speaks("lệ phí bao nhiêu")
    await village.start()
    assert await answers(village, resident) == 0
    assert updates(village).handed_out.count(update["update_id"]) == 2


async def test_numbers_that_are_missing_are_not_waited_for(village: Telegraph) -> None:
    resident = village.person("Anh Khế")
    for gap in (1, 5, 5000):
        updates(village).skip(gap)
        resident.speaks(QUESTION)
        assert await answers(village, resident) == 1


async def test_after_a_quiet_week_lower_numbers_are_heard_at_once_and_after_a_restart(
    village: Telegraph,
) -> None:
    resident = village.person("Anh Khế")
    for restart in (False, True):
        resident.speaks(QUESTION)
        assert await answers(village, resident) == 1
        before = updates(village).next_id
        updates(village).jump()
        assert updates(village).next_id < before
        if restart:
            await village.stop()
            resident.speaks(QUESTION)
            await village.start()
        else:
            resident.speaks(QUESTION)
        assert await answers(village, resident) == 1


async def test_a_number_given_a_second_time_to_other_words_is_another_update(
    village: Telegraph,
) -> None:
    resident = village.person("Anh Khế")
    first = updates(village).next_id
    resident.speaks(QUESTION)
    assert await answers(village, resident) == 1
    await village.stop()
    updates(village).next_id = first
    resident.speaks(QUESTION)
    await village.start()
    assert await answers(village, resident) == 1
    assert updates(village).handed_out == [first, first]
