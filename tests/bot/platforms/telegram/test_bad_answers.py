"""No answer to what was sent, or one that tells nothing: a reply goes out once more, an ordinary
announcement is held and shown to whoever sent it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from bot.platforms.telegram import platform
from bot.platforms.telegram.speaking import Speaking
from bot.platforms.telegram.wire import Wire
from tests.bot.platforms.telegram.mischief import queued
from tests.bot.telegraph import Telegraph, announce, telegraph
from tests.servers.telegram import FaultKind

# What goes wrong, and whether the message is there all the same.
DOUBTFUL: Final[dict[FaultKind, bool]] = {
    "refuse": False,
    "error": False,
    "hang": False,
    "hang_after": True,
    "reset": True,
    "half": True,
    "error_after": True,
    "garbage": True,
    "no_result": True,
}
PATIENCE: Final = 2.0  # seconds
each_kind = pytest.mark.parametrize("kind", DOUBTFUL)


@pytest_asyncio.fixture
async def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Telegraph]:
    """Nobody waits half a minute for an answer here."""

    def speaking(wire: Wire) -> Speaking:
        return Speaking(wire, PATIENCE)

    monkeypatch.setattr(platform, "_load_speaking", speaking)
    async with telegraph(tmp_path) as village:
        await village.person("Chị Mơ").says("/trogiup")  # both libraries are there now
        yield village


@each_kind
async def test_a_reply_nobody_answered_for_goes_out_once_more(
    village: Telegraph, kind: FaultKind
) -> None:
    asker = village.person("Anh Khế")
    fault = village.server.fault(kind, "sendMessage", chat=asker.person.id)
    asker.speaks("khai sinh cần giấy gì")
    await village.server.until(lambda: fault.hits)
    await village.quiet()
    answers = asker.reads()
    assert len(answers) == 1 + DOUBTFUL[kind]
    assert len(set(answers)) == 1
    row = (await village.app.database.read(queued))[-1]
    assert (row.state, row.doubts) == ("sent", 1)


@each_kind
async def test_an_announcement_nobody_answered_for_is_held_and_shown(
    village: Telegraph, kind: FaultKind
) -> None:
    head, group = village.person("Bà Lúa"), village.group("Các hộ dân thôn Gò Sen")
    village.server.fault(kind, "sendMessage", chat=group.place.id)
    _, told = await announce(head, "Mai họp thôn.")
    assert "Không rõ đã tới chưa (1)" in told
    assert group.place.chat.json["title"] in told
    assert group.reads() == ["Mai họp thôn."] * DOUBTFUL[kind]
    rows = await village.app.database.read(queued)
    assert [row.state for row in rows if row.origin == "announcement"] == ["uncertain"]


async def test_a_reply_that_fails_twice_so_is_not_sent_a_third_time(village: Telegraph) -> None:
    asker = village.person("Anh Khế")
    village.server.fault("reset", "sendMessage", chat=asker.person.id, times=3)
    await asker.says("khai sinh cần giấy gì")
    assert len(asker.shown()) == 2
    row = (await village.app.database.read(queued))[-1]
    assert row.state == "uncertain"
