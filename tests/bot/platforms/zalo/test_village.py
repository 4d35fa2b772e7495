"""Broken events, lost answers and a refused token through the whole program: everything is done or
set aside, and the next person is answered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Final

import pytest
import pytest_asyncio

from bot.platforms.zalo.updates import raw
from tests.bot.platforms.telegram.mischief import arrived, loud, queued
from tests.bot.platforms.zalo.test_mutations import CANARY, SEED, mutated, numbered
from tests.bot.zalograph import PATIENT, Zalograph, zalograph
from tests.servers.faults import FaultKind
from tests.servers.zalo import Plan

BROKEN: Final = 200
ASKED: Final = "khai sinh cần giấy gì"


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Zalograph]:
    async with zalograph(tmp_path, habits=PATIENT, plan=Plan()) as village:
        yield village


async def test_every_broken_event_is_done_or_set_aside_and_nobody_waits(
    village: Zalograph, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sample = Random(SEED).sample(
        [one for one in mutated() if isinstance(one, dict) and one], BROKEN
    )
    broken = [numbered(update, number) for number, update in enumerate(sample)]
    for update in broken:
        village.zalo.raw(village.zalo_token, update)
    assert "khai sinh" in await village.neighbour("Chị Cúc").says(ASKED)
    rows = await village.app.database.read(arrived)
    assert {raw(update).key for update in broken} <= {row.key for row in rows}
    states = Counter(row.state for row in rows)
    assert set(states) == {"done", "aside"}
    assert min(states.values()) > 20
    assert {row.error for row in rows if row.state == "aside"} == {"NotUnderstood"}
    assert village.zalo.lost == 0
    assert loud(caplog.records, logging.ERROR) == []
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("kind", "arrives"),
    [
        ("refuse", False),
        ("error", False),
        ("reset", True),
        ("half", True),
        ("garbage", True),
        ("error_after", True),
    ],
)
async def test_a_reply_nobody_answered_for_goes_out_once_more(
    village: Zalograph, kind: FaultKind, arrives: bool
) -> None:
    village.zalo.fault(kind, "sendmessage", status=403 if kind == "error" else 502)
    asker = village.neighbour("Chị Cúc")
    await asker.says(ASKED)
    answers = village.zalo.shown(village.zalo_token, asker.person.id)
    assert len(answers) == 1 + arrives
    assert len({sent.text for sent in answers}) == 1
    row = (await village.app.database.read(queued))[-1]
    assert (row.state, row.doubts) == ("sent", 1)


async def test_a_refused_token_is_told_to_the_admin_and_stops_no_other_bot(
    village: Zalograph, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, *_ = village.zalo_tokens.values()
    village.zalo.revoke(second)
    assert "khai sinh" in await village.neighbour("Chị Cúc").says(ASKED)
    await village.zalo.until(lambda: village.zalo.records.refusals["401 Unauthorized"] > 1)
    told = [row for row in await village.app.database.read(queued) if "từ chối mã" in row.body]
    assert len(told) == 1
    assert len(loud(caplog.records)) == 1
    assert village.zalo.polled(first)
