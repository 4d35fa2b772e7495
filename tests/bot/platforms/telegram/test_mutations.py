"""Recorded updates, broken at random, through the whole program: each is done or set aside."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from tests.bot.platforms.telegram.mischief import NUMBER, arrived, loud, queued, thrust
from tests.bot.platforms.telegram.recorded import RECORDED
from tests.bot.platforms.telegram.test_hearing_bad_input import OTHERS, changed, places
from tests.bot.telegraph import telegraph

SAMPLE: Final = 300
SEED: Final = 20_260_911


def mutations() -> Iterator[tuple[str, str]]:
    """What was broken, and the update."""
    random = Random(SEED)
    found = [
        (label, update, path)
        for label, update, _ in RECORDED
        for path in places(update)
        if path != ("update_id",)
    ]
    for label, update, path in random.sample(found, SAMPLE):
        whole: Any = {**update, "update_id": NUMBER}
        yield f"{label}: {path}", json.dumps(changed(whole, path, random.choice(OTHERS)))


@pytest.mark.parametrize("chunk", [100, 1], ids=["together", "one by one"])
async def test_every_broken_update_is_done_or_set_aside_and_nobody_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, chunk: int
) -> None:
    caplog.set_level(logging.DEBUG)
    broken = list(mutations())
    async with telegraph(tmp_path) as village:
        asker = village.person("Anh Khế")
        for start in range(0, SAMPLE, chunk):
            thrust(village, *(text for _, text in broken[start : start + chunk]))
            if chunk > 1:
                assert "khai sinh" in await asker.says("khai sinh cần giấy gì")
        assert "khai sinh" in await asker.says("khai sinh cần giấy gì")
        rows = await village.app.database.read(arrived)
        sent = await village.app.database.read(queued)
    states = Counter(row.state for row in rows)
    assert set(states) == {"done", "aside"}, [row for row in rows if row.state == "received"]
    assert states["done"] > 50
    assert states["aside"] > 20
    assert {row.error for row in rows if row.state == "aside"} == {"NotUnderstood"}
    assert {row.body for row in rows if row.state == "done"} == {b""}
    assert {row.state for row in sent} <= {"sent", "failed", "cancelled"}
    assert loud(caplog.records, logging.ERROR) == []
    assert not [record for record in caplog.records if record.exc_info]
