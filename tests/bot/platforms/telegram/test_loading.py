"""A library that cannot be loaded for a while costs time, and nothing that anybody said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.base import Unreachable
from bot.platforms.telegram import loading, platform
from bot.platforms.telegram.loading import Loading
from tests.bot.platforms.telegram.mischief import arrived, loud, queued
from tests.bot.telegraph import telegraph
from tests.loop import one_turn
from tests.patience import PATIENCE

ASKED = "lam giay khai sinh can gi"
BREAKS = [MemoryError(), ImportError("no module of that name")]
each_break = pytest.mark.parametrize("error", BREAKS, ids=lambda error: type(error).__name__)


class Shelf:
    """A library that comes once `broken` is None."""

    def __init__(self, load: Callable[..., Any], error: Exception) -> None:
        self.broken: Exception | None = error
        self.tries = 0
        self._load = load

    def __call__(self, *given: Any) -> Any:
        self.tries += 1
        if self.broken:
            raise self.broken
        return self._load(*given)

    async def tried(self, times: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.tries < times:
                await one_turn()


@pytest.fixture(autouse=True)
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(loading, "LONGEST_PAUSE", 0.002)


@each_break
async def test_while_aiogram_cannot_be_loaded_what_people_say_waits(
    tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(platform._load_hearing, error)
    monkeypatch.setattr(platform, "_load_hearing", shelf)
    async with telegraph(tmp_path) as village:
        asker = village.person("Anh Khế")
        asker.speaks(ASKED)
        await shelf.tried(3)
        shelf.broken = None
        await village.quiet()
        assert [text.count("Nguồn: ") for text in asker.reads()] == [1]
        assert [row.state for row in await village.app.database.read(arrived)] == ["done"]


@each_break
async def test_while_the_library_that_speaks_cannot_be_loaded_answers_wait(
    tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(platform._load_speaking, error)
    monkeypatch.setattr(platform, "_load_speaking", shelf)
    async with telegraph(tmp_path) as village:
        asker = village.person("Anh Khế")
        asker.speaks(ASKED)
        async with asyncio.timeout(PATIENCE):
            while not any(row.error for row in await village.app.database.read(queued)):
                await one_turn()
        (row,) = await village.app.database.read(queued)
        assert (row.error, row.doubts) == ("Unreachable", 0)
        shelf.broken, tries = None, shelf.tries
        await shelf.tried(tries + 1)
        village.app.clock.advance(timedelta(minutes=2))
        await village.quiet()
        assert [text.count("Nguồn: ") for text in asker.reads()] == [1]


async def test_a_hundred_tries_are_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf(lambda: "there", MemoryError("of what people wrote"))
    with caplog.at_level(logging.DEBUG):
        loaded = Loading("aiogram", shelf)
        waiting = asyncio.create_task(loaded.at_last())
        await shelf.tried(100)
        with pytest.raises(Unreachable, match="aiogram is not loaded"):
            await loaded.now()
        shelf.broken = None
        assert await waiting == "there"
    assert await loaded.now() == "there"
    (line,) = loud(caplog.records)
    assert "MemoryError" in line
    assert "wrote" not in line


async def test_pauses_between_tries_grow_to_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    shelf = Shelf(lambda: "there", MemoryError())
    pauses: list[float] = []

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            shelf.broken = None

    monkeypatch.setattr("bot.platforms.telegram.loading.asyncio.sleep", noted)
    assert await Loading("aiogram", shelf).at_last() == "there"
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
