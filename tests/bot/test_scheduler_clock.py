"""A clock that goes wrong and is set right: nothing is sent twice, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from content.schedule import Schedule
from db.tables import Chat, table
from tests.bot.newsroom import Newsroom, newsroom, states

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAILY = Schedule("daily", 5, 30)
FIRST = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # Monday 23/11, 5.30 in Vietnam
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
chat = table(Chat)


@pytest_asyncio.fixture
async def room(laid_url: str) -> AsyncIterator[Newsroom]:
    async with newsroom(laid_url, NOW) as room:
        yield room


async def test_a_clock_set_back_makes_no_issue_come_twice_and_loses_none(room: Newsroom) -> None:
    made = await room.begin(DAILY)
    await room.sweep_at(FIRST)
    await room.sweep_at(FIRST + 10 * DAY + HOUR)  # the clock is wrong
    await room.sweep_at(FIRST + DAY - HOUR)  # and right again
    wrong = FIRST + 10 * DAY
    assert states(await room.outcomes(made.id)) == [(FIRST, "sent", ""), (wrong, "sent", "")]
    assert "Đồng hồ của máy vừa bị lùi lại" in (await room.notices())[-1].body
    told = len(await room.notices())
    for day in range(1, 12):
        await room.sweep_at(FIRST + day * DAY + SECOND)
    outcomes = await room.outcomes(made.id)
    assert states(outcomes) == [(FIRST + day * DAY, "sent", "") for day in range(12)]
    assert len(await room.versions()) == 12
    assert len(await room.notices()) == told


async def test_a_clock_set_back_a_little_is_nothing_to_tell(room: Newsroom) -> None:
    await room.begin(DAILY)
    await room.sweep_at(FIRST + SECOND)
    await room.sweep_at(FIRST - SECOND)
    await room.sweep_at(FIRST + SECOND)
    assert len(await room.versions()) == 1
    assert await room.notices() == []


@pytest.mark.parametrize("reason", ["empty", "nobody"])
async def test_a_clock_set_back_a_little_tells_nobody_a_second_time(
    room: Newsroom, reason: str
) -> None:
    empty: dict[str, Any] = {"sections": ("day",), "text": ""} if reason == "empty" else {}
    await room.begin(DAILY, **empty)
    if reason == "nobody":
        await room.database.write(
            lambda session: session.execute(update(chat).values(segment="unions")) and None
        )
    for seconds in (1, -1, -58, 0, 2):
        await room.sweep_at(FIRST + seconds * SECOND)
    assert states(await room.outcomes()) == [(FIRST, "skipped", reason)]
    assert len(await room.notices()) == 1
    await room.sweep_at(FIRST + DAY)
    assert len(await room.outcomes()) == 2


async def test_a_single_day_missed_by_a_wrong_clock_still_comes(room: Newsroom) -> None:
    made = await room.begin(Schedule("once", 19, 0, on=date(2028, 2, 29)))
    slot = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    await room.sweep_at(slot + 365 * DAY)
    await room.sweep_at(NOW + HOUR)
    assert await room.outcomes(made.id) == []
    await room.sweep_at(slot)
    assert states(await room.outcomes(made.id)) == [(slot, "sent", "")]
