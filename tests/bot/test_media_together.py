"""Fetchers that meet trouble together: one folder, a clock set back, a sweep that fails."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot import media as fetching
from bot.media import LONGEST_WAIT
from bot.platforms.base import Unreachable
from db import media
from db.errors import DatabaseError
from handlers.messages import Attachment
from tests.bot.hall import Hall
from tests.bot.shelf import Desk, Shelf
from tests.living import PNG


@pytest_asyncio.fixture
async def desk(hall: Hall, tmp_path: Path) -> AsyncIterator[Desk]:
    yield Desk(hall, tmp_path / "media")


class Slow(Shelf):
    """The file `1` comes only when the gate opens."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.gate = asyncio.Event(), asyncio.Event()

    async def fetch(self, file: Attachment, to: Path) -> None:
        if file.ref == "1":
            self.asked.set()
            await self.gate.wait()
        await super().fetch(file, to)


async def others_work() -> None:
    """Whoever is able to go on, in a thread or on the loop, has done so."""
    for _ in range(50):
        await asyncio.to_thread(lambda: None)


async def test_a_sweep_that_fails_ends_only_when_nothing_is_fetched_any_more(desk: Desk) -> None:
    """The next sweep would fetch the same file into the same place."""
    desk.shelf = slow = Slow()
    desk.fetcher = desk.new_fetcher("zalo")
    trouble = DatabaseError("the database could not save (test): wait")
    ids = await desk.sent(trouble, PNG)
    sweep = asyncio.create_task(desk.fetcher.sweep())
    await slow.asked.wait()
    await others_work()
    assert not sweep.done()
    slow.gate.set()
    with pytest.raises(DatabaseError):
        await sweep
    assert await desk.states(ids) == ["wanted", "kept"]


async def test_bytes_that_one_bot_lets_go_while_another_takes_them_in_stay(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = desk.new_fetcher("telegram")
    (gone,) = await desk.sent(PNG, by="khe")
    await other.sweep()
    await desk.hall.database.write(media.drop, gone, "refused")
    renamed, gate, keep = threading.Event(), threading.Event(), fetching._keep

    def slowly(partial: Path, kept: Path) -> None:
        keep(partial, kept)
        renamed.set()
        gate.wait(30)

    monkeypatch.setattr(fetching, "_keep", slowly)
    (taken,) = await desk.sent(PNG)
    here = asyncio.create_task(desk.fetcher.sweep())
    await asyncio.to_thread(renamed.wait, 30)
    there = asyncio.create_task(other.sweep())
    await others_work()
    gate.set()
    await asyncio.gather(here, there)
    await other.sweep()
    assert await desk.states([taken]) == ["kept"]
    assert desk.on_disk() == {hashlib.sha256(PNG).hexdigest(): PNG}


@pytest.mark.parametrize("restarted", [True, False])
async def test_with_the_clock_set_back_a_file_does_not_wait_for_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    clock = desk.hall.clock
    clock.advance(timedelta(days=1))
    ids = await desk.sent(Unreachable("no line"))
    await desk.fetcher.sweep()
    monkeypatch.setattr(clock, "_ahead", timedelta(0))
    desk.shelf.files["0"] = PNG
    if restarted:
        desk.fetcher = desk.new_fetcher("zalo")
    await desk.fetcher.sweep()
    clock.advance(timedelta(seconds=LONGEST_WAIT + 1))
    await desk.fetcher.sweep()
    assert await desk.states(ids) == ["kept"]
