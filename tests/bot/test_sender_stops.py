"""The sender at a stop, at a start, while the database cannot save and when the clock goes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session

from bot import sender
from bot.clock import Clock
from bot.platforms.base import BadToken, Pace
from db import outbox
from db.engine import Database, DatabaseError
from db.tables import Outbox, table
from tests.bot.hamlet import CADRE, group, outbox_states, resident
from tests.bot.outlet import Outlet, speaking
from tests.loop import one_turn
from tests.patience import PATIENCE

AN, BINH, CHI = (resident(number) for number in (0, 2, 4))  # all of Telegram style
GROUP = group(0)
rows = table(Outbox)


async def test_a_stop_waits_for_what_is_under_way_and_writes_it_down(tmp_path: Path) -> None:
    async with speaking(tmp_path) as outlet:
        gate = outlet.weather.gates[AN] = asyncio.Event()
        await outlet.put(AN, "một", "hai")
        await outlet.weather.waiting.wait()
        outlet.running.cancel()
        gate.set()
        await outlet.stop()
        assert await outlet.states() == ["sent", "queued"]
        await outlet.start()
        await outlet.quiet()
        assert await outlet.texts(AN) == ["một", "hai"]


async def test_a_stop_gives_back_what_was_claimed_but_not_begun(tmp_path: Path) -> None:
    slow = Pace(per_second=2, burst=1, private_interval=0, group_interval=0)
    async with speaking(tmp_path, pace=slow) as outlet:
        for person in (AN, BINH, CHI):
            await outlet.put(person, "một")
        await outlet.until(lambda session: "sending" in outbox_states(session)[1:])
        await outlet.stop()
        assert "sending" not in await outlet.states()
        await outlet.start()
        await outlet.quiet()
        assert [await outlet.texts(person) for person in (AN, BINH, CHI)] == [["một"]] * 3


class Slow(Database):
    """The next claim is saved, but its news comes late."""

    claimed: asyncio.Event
    gate: asyncio.Event | None = None

    async def write(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        result = await super().write(verb, *args, **kwargs)
        if self.gate and verb is outbox.exchange and result:
            self.claimed.set()
            await self.gate.wait()
        return result


async def test_a_stop_in_the_moment_of_a_claim_leaves_no_announcement_in_doubt(
    tmp_path: Path,
) -> None:
    async with speaking(tmp_path, kind=Slow) as outlet:
        database = outlet.database
        assert isinstance(database, Slow)
        database.claimed, database.gate = asyncio.Event(), asyncio.Event()
        await outlet.announce("họp thôn")
        await database.claimed.wait()
        outlet.running.cancel()
        await one_turn()
        database.gate.set()
        await outlet.stop()
        await outlet.start()
        await outlet.quiet()
        assert await outlet.texts(CADRE, GROUP) == ["họp thôn"]
        assert await outlet.states() == ["sent"]


async def test_what_a_stop_had_to_abandon_is_in_doubt_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "LAST_WORDS", 0.0)
    async with speaking(tmp_path) as outlet:
        outlet.weather.gates |= {AN: asyncio.Event(), GROUP: asyncio.Event()}
        await outlet.put(AN, "một")
        await outlet.weather.waiting.wait()
        outlet.weather.waiting.clear()
        await outlet.announce("họp thôn")
        await outlet.weather.waiting.wait()
        await outlet.stop()
        outlet.weather.gates.clear()
        await outlet.start()
        await outlet.quiet()
        assert await outlet.states() == ["sent", "uncertain"]
        assert await outlet.texts(AN) == ["một"]
        assert await outlet.texts(CADRE, GROUP) == []


class Failing(Database):
    """The sender's next `failures` writes cannot be saved."""

    failures = 0

    async def write(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        if self.failures and verb in (outbox.exchange, outbox.recover):
            self.failures -= 1
            raise DatabaseError("the database could not save (test): wait")
        return await super().write(verb, *args, **kwargs)


async def test_a_result_that_cannot_be_saved_waits_and_is_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "SWEEP", 0.01)
    async with speaking(tmp_path, kind=Failing) as outlet:
        database = outlet.database
        assert isinstance(database, Failing)
        gate = outlet.weather.gates[AN] = asyncio.Event()
        await outlet.put(AN, "một", "hai")
        await outlet.weather.waiting.wait()
        database.failures = 5
        gate.set()
        await outlet.quiet()
        assert database.failures == 0
        assert await outlet.texts(AN) == ["một", "hai"]
        assert await outlet.states() == ["sent", "sent"]


async def test_a_start_waits_for_a_database_that_cannot_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "SWEEP", 0.01)
    async with speaking(tmp_path, kind=Failing) as outlet:
        await outlet.stop()
        database = outlet.database
        assert isinstance(database, Failing)
        database.failures = 3
        await outlet.put(AN, "một")
        await outlet.start()
        await outlet.quiet()
        assert await outlet.texts(AN) == ["một"]


class Unheard(Database):
    """The next `lost` claims are saved, but the news of it never comes."""

    lost = 0
    then: Callable[[], object] = bool

    async def write(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        result = await super().write(verb, *args, **kwargs)
        if self.lost and verb is outbox.exchange and result:
            self.lost -= 1
            self.then()
            raise DatabaseError("the connection was lost (test): wait")
        return result


@pytest.mark.parametrize("lost", [1, 3])
async def test_what_a_claim_took_unheard_goes_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    monkeypatch.setattr(sender, "SWEEP", 0.01)
    async with speaking(tmp_path, kind=Unheard) as outlet:
        database = outlet.database
        assert isinstance(database, Unheard)
        gate = outlet.weather.gates[AN] = asyncio.Event()
        await outlet.put(AN, "một", "hai")
        await outlet.weather.waiting.wait()
        database.lost = lost
        await outlet.announce("họp thôn")
        await outlet.until(lambda session: outbox_states(session)[2] == "sent")
        gate.set()
        await outlet.quiet()
        assert database.lost == 0
        assert await outlet.texts(AN) == ["một", "hai"]
        assert await outlet.texts(CADRE, GROUP) == ["họp thôn"]
        assert await outlet.states() == ["sent"] * 3


async def test_a_stop_after_a_claim_unheard_leaves_no_announcement_in_doubt(
    tmp_path: Path,
) -> None:
    async with speaking(tmp_path, kind=Unheard) as outlet:
        database = outlet.database
        assert isinstance(database, Unheard)
        database.lost, database.then = 1, outlet.running.cancel
        await outlet.announce("họp thôn")
        await asyncio.wait({outlet.running}, timeout=PATIENCE)
        assert database.lost == 0
        assert await outlet.states() == ["queued"]


async def _put_off_tomorrow(outlet: Outlet) -> None:
    """A message that could not be sent for a while, while the clock was a day ahead."""
    outlet.clock.advance(timedelta(days=1))
    outlet.weather.before[AN] = [BadToken()]
    await outlet.put(AN, "một")
    await outlet.quiet()


async def test_a_start_with_the_clock_set_back_leaves_nothing_waiting_for_long(
    tmp_path: Path,
) -> None:
    async with speaking(tmp_path) as outlet:
        await _put_off_tomorrow(outlet)
        await outlet.stop()
        outlet.clock = Clock()
        await outlet.start()
        await outlet.until(lambda session: _soon(session, outlet))
        await outlet.later(sender.LONGEST_WAIT + 1)
        assert await outlet.texts(AN) == ["một"]


async def test_a_clock_set_back_meanwhile_leaves_nothing_waiting_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with speaking(tmp_path) as outlet:
        await _put_off_tomorrow(outlet)
        monkeypatch.setattr(outlet.clock, "_ahead", timedelta(0))
        outlet.clock.advance(timedelta(0))
        await outlet.until(lambda session: _soon(session, outlet))
        await outlet.later(sender.LONGEST_WAIT + 1)
        assert await outlet.texts(AN) == ["một"]


def _soon(session: Session, outlet: Outlet) -> bool:
    """Whether no message waits longer than one is ever put off."""
    now = outlet.clock.now()
    due: list[datetime] = list(session.execute(select(rows.c.due_at)).scalars())
    return max(due) <= now + timedelta(seconds=sender.LONGEST_WAIT)
