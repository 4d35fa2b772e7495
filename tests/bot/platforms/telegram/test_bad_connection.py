"""Telegram refuses the bot, gives its ear to another, is away for an hour, or has a wrong clock:
what waits goes out afterwards, once and in order, and the admin has been told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.bot.platforms.telegram.mischief import calls, loud, queued, some_turns
from tests.bot.telegraph import Telegraph, telegraph
from tests.loop import one_turn
from tests.patience import PATIENCE

ADMIN = "Nguyễn Văn Mẫu"


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Telegraph]:
    async with telegraph(tmp_path) as village:
        yield village


async def told(village: Telegraph, words: str) -> int:
    """How many notices with these words stand in the outbox."""
    return sum(words in row.body for row in await village.app.database.read(queued))


async def pass_by(village: Telegraph, minutes: int, each: int = 5) -> None:
    """Time, in which everybody who waits tries again, at least once each step."""
    for _ in range(minutes // each):
        tried = calls(village)
        village.app.clock.advance(timedelta(minutes=each))
        if not village.server.down:
            await village.server.until(partial(more_calls, village, tried))
        for _ in range(20):
            await village.app.database.read(lambda session: None)


def more_calls(village: Telegraph, than: int) -> bool:
    return calls(village) > than


async def ask(village: Telegraph, *names: str) -> None:
    """Each writes three messages in a row; nobody waits for an answer."""
    for name in names:
        person = village.person(name)
        person.news()
        for text in ("khai sinh cần giấy gì", "/trogiup", "tạm trú cần giấy gì"):
            person.speaks(text)


def answered(village: Telegraph, *names: str) -> None:
    """All three, once, in their order."""
    for name in names:
        first, second, third = village.person(name).reads()
        assert "khai sinh" in first
        assert "/hoi" in second or "Danh sách" in second or "phản ánh" in second
        assert "tạm trú" in third


async def waiting(village: Telegraph, rows: int) -> None:
    """Until so many messages wait in the outbox, and none is in hand."""
    async with asyncio.timeout(PATIENCE):
        while True:
            states = [row.state for row in await village.app.database.read(queued)]
            if states.count("queued") >= rows and "sending" not in states:
                return
            await one_turn()


PEOPLE = ("Anh Khế", "Cô Nhài", "Bác Gạo")


async def test_a_token_that_is_wrong_from_the_start_is_told_once_and_loses_nothing(
    village: Telegraph, caplog: pytest.LogCaptureFixture
) -> None:
    await village.stop()
    await ask(village, *PEOPLE)
    bot = village.server.bots[village.token]
    bot.revoked = True
    await village.start()
    await pass_by(village, 120)
    assert await told(village, "bị từ chối mã truy cập") == 1
    assert len(loud(caplog.records)) == 1
    bot.revoked = False
    await pass_by(village, 5)
    await village.quiet()
    answered(village, *PEOPLE)
    (notice,) = village.person(ADMIN).reads()
    assert "bị từ chối mã truy cập" in notice
    assert not village.server.records.twice


async def test_a_token_revoked_at_work_is_told_once_and_what_waits_goes_out_in_order(
    village: Telegraph, caplog: pytest.LogCaptureFixture
) -> None:
    await village.person("Chị Hồng").says("/trogiup")
    bot = village.server.bots[village.token]
    await ask(village, *PEOPLE)
    bot.revoked = True
    await waiting(village, 9)
    await pass_by(village, 120)
    assert await told(village, "bị từ chối mã truy cập") == 1
    assert len(loud(caplog.records)) <= 2
    bot.revoked = False
    await pass_by(village, 5)
    await village.quiet()
    answered(village, *PEOPLE)
    assert len(village.person(ADMIN).reads()) == 1


async def call(village: Telegraph, method: str, **values: object) -> int:
    """As another program with our token; the HTTP status."""
    url = f"{village.server.base_url}/bot{village.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=values) as answer:
        await answer.read()
        return answer.status


async def test_of_a_second_program_that_polls_admins_are_told_once_and_polling_goes_on(
    village: Telegraph, caplog: pytest.LogCaptureFixture
) -> None:
    """Telegram ends the older poll: the two take turns, each hearing now and then."""
    await village.person("Chị Hồng").says("/trogiup")
    for turn in range(6):
        other = asyncio.create_task(call(village, "getUpdates", timeout=50, offset=-1))
        assert await other == 409
        village.server.person("Chú Mới").say(village.token, f"lượt {turn}")
        await village.quiet()
    assert len(loud(caplog.records)) <= 2
    assert await told(village, "chương trình") == 1
    await ask(village, *PEOPLE)
    await village.quiet()
    answered(village, *PEOPLE)


async def test_of_a_webhook_of_another_program_admins_are_told_once_and_polling_goes_on(
    village: Telegraph, caplog: pytest.LogCaptureFixture
) -> None:
    await village.person("Chị Hồng").says("/trogiup")
    assert await call(village, "setWebhook", url="http://127.0.0.1:9/other") == 200
    await ask(village, *PEOPLE)
    await pass_by(village, 120)
    assert await told(village, "chương trình") == 1
    assert len(loud(caplog.records)) <= 2
    assert await call(village, "deleteWebhook") == 200
    await pass_by(village, 5)
    await village.quiet()
    answered(village, *PEOPLE)


async def test_an_hour_without_telegram_leaves_everything_for_afterwards(
    village: Telegraph, caplog: pytest.LogCaptureFixture
) -> None:
    await village.person("Chị Hồng").says("/trogiup")
    fault = village.server.fault("too_many", "sendMessage", times=0)
    await ask(village, *PEOPLE)
    await waiting(village, 9)
    await village.server.outage()
    fault.cancelled = True
    await pass_by(village, 60)
    assert await told(village, "không liên lạc được") == 1
    await ask(village, "Chú Dừa")
    await village.server.recover()
    await pass_by(village, 5)
    await village.quiet()
    assert len(loud(caplog.records)) <= 4
    answered(village, *PEOPLE, "Chú Dừa")
    assert not village.server.records.twice


@pytest.mark.parametrize("days", [-400, 400])
async def test_a_server_whose_date_is_wrong_changes_nothing(
    village: Telegraph, days: int, caplog: pytest.LogCaptureFixture
) -> None:
    village.server.clock.ahead = timedelta(days=days).total_seconds()
    await ask(village, *PEOPLE)
    await village.quiet()
    answered(village, *PEOPLE)
    assert loud(caplog.records) == []


async def test_a_chat_that_is_to_wait_keeps_no_other_waiting_and_its_order(
    village: Telegraph,
) -> None:
    server, slow = village.server, village.person("Anh Khế")
    fault = server.fault("too_many", "sendMessage", chat=slow.person.id, times=0)
    await ask(village, *PEOPLE)
    await server.until(lambda: len(server.sent) == 6)
    assert fault.hits
    assert not server.sent_to(slow.person)
    fault.cancelled = True
    await server.until(lambda: len(server.sent) == 9)
    answered(village, *PEOPLE)


async def test_a_storm_of_refusals_loses_nothing_and_mixes_nothing_up(village: Telegraph) -> None:
    server = village.server
    fault = server.fault("too_many", "sendMessage", times=8, probability=0.7, seed=4)
    await ask(village, *PEOPLE)
    await server.until(lambda: len(server.sent) == 9)
    await village.quiet()
    answered(village, *PEOPLE)
    assert fault.hits == 8


async def test_a_pause_that_telegram_asks_for_before_the_next_poll_is_kept(
    village: Telegraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.listener.FIRST_PAUSE", 0.0)
    await village.person("Chị Hồng").says("/trogiup")
    fault = village.server.fault("too_many", "getUpdates", times=0, seconds=3000)
    await ask(village, *PEOPLE)
    await village.server.until(lambda: fault.hits)
    await some_turns(village)
    assert fault.hits == 1
    fault.cancelled = True
    village.app.clock.advance(timedelta(hours=1))
    await village.quiet()
    answered(village, *PEOPLE)
