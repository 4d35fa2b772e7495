"""Updates that Telegram brings to us, and two bots in one program."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from sqlmodel import Session

from bot.config import WebConfig
from bot.platforms.telegram import platform
from db import inbox
from db.errors import DatabaseError
from db.tables import Inbox, table
from tests.bot.platforms.telegram.mischief import queued
from tests.bot.telegraph import Telegraph, free_port, telegraph
from tests.loop import one_turn
from tests.patience import PATIENCE

ASKED = "lam giay khai sinh can gi"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
POISON = [b"", b"\xff\xfe", b"[]", b"null", b'"tin"', b"{", b"[" * 20_000, b'{"update_id": 1}']


def states(session: Session) -> list[str]:
    rows = table(Inbox).c
    return list(session.execute(select(rows.state).order_by(rows.id)).scalars())


async def post(village: Telegraph, body: bytes, secret: str | None = None) -> int:
    """The status of the answer to a call that comes with the secret Telegram was given."""
    hook = village.server.bots[village.token].hook
    headers = dict(hook._headers) if secret is None else {HEADER: secret} if secret else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(hook.url, data=body, headers=headers) as answer,
    ):
        return answer.status


async def post_broken(village: Telegraph) -> int:
    """As `post`, of a body that says it is gzip and is none."""
    hook = village.server.bots[village.token].hook
    headers = dict(hook._headers) | {"Content-Encoding": "gzip"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(hook.url, data=b"no gzip at all", headers=headers) as answer,
    ):
        return answer.status


async def set_there(village: Telegraph) -> None:
    await village.server.until(lambda: bool(village.server.bots[village.token].hook))


async def test_a_body_that_is_not_what_it_says_is_refused_as_the_callers_fault(
    tmp_path: Path,
) -> None:
    async with telegraph(tmp_path, webhook=True) as village:
        await set_there(village)
        assert await post_broken(village) == 400
        assert "khai sinh" in await village.person("Anh Khế").says(ASKED)


async def test_what_telegram_brings_is_answered_and_nothing_is_fetched(tmp_path: Path) -> None:
    async with telegraph(tmp_path, webhook=True) as village:
        assert "khai sinh" in await village.person("Anh Khế").says(ASKED)
        assert village.server.records.calls["getUpdates"] == 0
        hook = village.server.bots[village.token].hook
        assert hook.url.endswith("/telegram/xa")
        assert len(hook._headers[HEADER]) >= 32
        await village.stop()
        assert village.server.bots[village.token].hook is None


async def test_two_bots_are_called_each_at_its_own_address(tmp_path: Path) -> None:
    async with telegraph(tmp_path, bots=("xa", "thon"), webhook=True) as village:
        resident = village.person("Anh Khế")
        for token in village.tokens.values():
            assert "khai sinh" in await resident.through(token).says(ASKED)
        hooks = [village.server.bots[token].hook for token in village.tokens.values()]
        assert [hook.url.rpartition("/")[2] for hook in hooks] == ["xa", "thon"]
        assert hooks[0]._headers != hooks[1]._headers
        foreign = hooks[1]._headers[HEADER]
        assert await post(village, b'{"update_id": 1}', foreign) == 403


@pytest.mark.parametrize("secret", ["", "khong-phai", "không phải".encode().decode("latin-1")])
async def test_whoever_does_not_know_the_secret_is_turned_away(tmp_path: Path, secret: str) -> None:
    async with telegraph(tmp_path, webhook=True) as village:
        await set_there(village)
        assert await post(village, b'{"update_id": 1, "message": {}}', secret) == 403
        assert await village.app.database.read(states) == []


async def test_what_cannot_be_kept_gets_no_200_and_comes_again_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def full(*_: Any) -> Sequence[Any]:
        tries.append(1)
        raise DatabaseError("the disk is full (test): make room")

    async with telegraph(tmp_path, webhook=True) as village:
        await set_there(village)
        resident, updates = village.person("Anh Khế"), village.server.bots[village.token].updates
        with monkeypatch.context() as broken:
            broken.setattr(inbox, "receive", full)
            resident.speaks(ASKED)
            async with asyncio.timeout(PATIENCE):
                while len(tries) < 2:
                    await one_turn()
            assert (len(updates.pending), updates.acknowledged) == (1, [])
            await village.stop()
        assert len(updates.pending) == 1
        await village.start()
        await village.quiet()
        assert [text.count("Nguồn: ") for text in resident.reads()] == [1]


async def test_what_could_not_be_kept_for_a_while_is_kept_at_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, tries = inbox.receive, []

    def once_full(*given: Any) -> Sequence[Any]:
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseError("the disk is full (test): make room")
        return keep(*given)

    async with telegraph(tmp_path, webhook=True) as village:
        monkeypatch.setattr(inbox, "receive", once_full)
        answer = await village.person("Anh Khế").says(ASKED)
        assert answer.count("Nguồn: ") == 1
        assert len(tries) == 2


async def test_what_is_brought_twice_is_answered_once(tmp_path: Path) -> None:
    async with telegraph(tmp_path, webhook=True) as village:
        resident = village.person("Anh Khế")
        await resident.says("xin chào")
        said = resident.person.json | {"type": "private"}
        message = {"message_id": 9_000, "date": 1, "from": resident.person.json, "chat": said}
        update = json.dumps({"update_id": 5, "message": {**message, "text": ASKED}}).encode()
        found = await asyncio.gather(*[post(village, update) for _ in range(5)])
        assert found == [200] * 5
        await village.quiet()
        assert [text.count("Nguồn: ") for text in resident.reads()] == [1]


async def test_poison_is_set_aside_and_others_are_answered(tmp_path: Path) -> None:
    async with telegraph(tmp_path, webhook=True) as village:
        await set_there(village)
        assert [await post(village, body) for body in POISON] == [200] * len(POISON)
        village.server.raw(village.token, {"message": {"chat": "nowhere"}})
        assert "khai sinh" in await village.person("Anh Khế").says(ASKED)
        found = await village.app.database.read(states)
        assert found == ["aside"] * (len(POISON) - 1) + ["done", "aside", "done"]


@pytest.mark.parametrize("strange", ["9" * 5_000, "[" * 2_000 + "]" * 2_000])
async def test_one_value_that_python_would_not_take_costs_itself_alone(
    tmp_path: Path, strange: str
) -> None:
    async with telegraph(tmp_path, webhook=True) as village:
        resident = village.person("Anh Khế")
        await resident.says("xin chào")
        said = resident.person.json | {"type": "private"}
        message = {"message_id": 9_000, "date": 1, "from": resident.person.json, "chat": said}
        update = json.dumps({"update_id": 5, "message": {**message, "text": ASKED, "new": 7}})
        assert await post(village, update.replace(": 7}", f": {strange}}}").encode()) == 200
        await village.quiet()
        assert [text.count("Nguồn: ") for text in resident.reads()] == [1]


@pytest.mark.parametrize("webhook", [True, False], ids=["to fetching", "to being called"])
async def test_the_other_way_of_hearing_takes_over_what_came_meanwhile(
    tmp_path: Path, webhook: bool
) -> None:
    async with telegraph(tmp_path, webhook=webhook) as village:
        resident = village.person("Anh Khế")
        assert "khai sinh" in await resident.says(ASKED)
        for now in (not webhook, webhook):
            await village.stop()
            resident.speaks(ASKED)
            hear_by(village, webhook=now)
            await village.start()
            await village.quiet()
            assert ["Nguồn: " in text for text in resident.reads()] == [True]
            assert "khai sinh" in await resident.says(ASKED)
            assert (village.server.bots[village.token].hook is not None) is now


def hear_by(village: Telegraph, *, webhook: bool) -> None:
    port = free_port()
    web = WebConfig(port, f"http://127.0.0.1:{port}") if webhook else WebConfig(0)
    bots = tuple(replace(bot, webhook=webhook) for bot in village.config.bots)
    village.config = replace(village.config, web=web, bots=bots)


async def test_a_webhook_of_ours_that_outlived_a_kill_does_not_stop_the_fetching(
    tmp_path: Path,
) -> None:
    async with telegraph(tmp_path, webhook=True) as village:
        bot = village.server.bots[village.token]
        await set_there(village)
        left = bot.hook.url
        await village.stop()
        async with aiohttp.ClientSession() as session:
            api = f"{village.server.base_url}/bot{village.token}"
            async with session.post(f"{api}/setWebhook", data={"url": left}) as answer:
                assert answer.status == 200
        bots = tuple(replace(one, webhook=False) for one in village.config.bots)
        village.config = replace(village.config, bots=bots)
        await village.start()
        assert "khai sinh" in await village.person("Anh Khế").says(ASKED)
        assert bot.hook is None
        assert village.person("Nguyễn Văn Mẫu").reads() == []


async def test_a_webhook_set_elsewhere_is_told_once_and_when_it_is_gone_we_hear_again(
    tmp_path: Path,
) -> None:
    async with telegraph(tmp_path) as village:
        admin, bot = village.person("Nguyễn Văn Mẫu"), village.server.bots[village.token]
        assert "khai sinh" in await village.person("Anh Khế").says(ASKED)
        async with aiohttp.ClientSession() as session:
            api = f"{village.server.base_url}/bot{village.token}"
            gone = {"url": f"http://127.0.0.1:{free_port()}/cu"}
            async with session.post(f"{api}/setWebhook", data=gone) as answer:
                assert answer.status == 200
            await village.server.until(lambda: bool(admin.shown()))
            village.app.clock.advance(timedelta(minutes=2))
            async with session.post(f"{api}/deleteWebhook") as answer:
                assert answer.status == 200
        assert bot.hook is None
        village.app.clock.advance(timedelta(minutes=2))
        assert "khai sinh" in await village.person("Anh Khế").says(ASKED)
        (told,) = admin.reads()
        assert "chương trình khác" in told


async def test_a_webhook_that_another_program_takes_again_and_again_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    between = timedelta(seconds=platform.LOOK_AFTER)
    monkeypatch.setattr(platform, "LOOK_AFTER", 0.01)
    async with telegraph(tmp_path, webhook=True) as village:
        admin, bot = village.person("Nguyễn Văn Mẫu"), village.server.bots[village.token]
        await set_there(village)
        ours = bot.hook.url
        theirs = {"url": f"http://127.0.0.1:{free_port()}/cu"}
        for _ in range(4):
            async with aiohttp.ClientSession() as session:
                api = f"{village.server.base_url}/bot{village.token}"
                async with session.post(f"{api}/setWebhook", data=theirs) as answer:
                    assert answer.status == 200
            await until_ours(village, ours)
            village.app.clock.advance(between)
            await looks(village, 2)
        village.app.clock.advance(between * 5)
        assert "khai sinh" in await village.person("Anh Khế").says(ASKED)
        (told,) = admin.reads()
        assert "chương trình khác" in told


async def until_ours(village: Telegraph, url: str) -> None:
    """The clock moves, so that nobody pauses."""
    async with asyncio.timeout(PATIENCE):
        while village.server.bots[village.token].hook.url != url:
            village.app.clock.advance(timedelta(0))
            await one_turn()


async def looks(village: Telegraph, times: int) -> None:
    """Our program has looked at its webhook so often again."""
    calls = village.server.records.calls
    enough = calls["getWebhookInfo"] + times
    await village.server.until(lambda: calls["getWebhookInfo"] >= enough)


async def test_a_webhook_nobody_can_call_is_told_after_a_while_and_ends_when_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "LOOK_AFTER", 0.01)
    async with telegraph(tmp_path, webhook=True) as village:
        admin, resident = village.person("Nguyễn Văn Mẫu"), village.person("Anh Khế")
        bot = village.server.bots[village.token]
        await set_there(village)
        await looks(village, 2)
        through, bot.hook._headers = bot.hook._headers, {}
        resident.speaks(ASKED)
        await village.server.until(lambda: bot.hook.last_error)
        assert (len(bot.updates.pending), bot.updates.acknowledged) == (1, [])
        await pass_by(village, 6)
        assert await outbox_words(village) == []
        await pass_by(village, 10)
        (notice,) = await outbox_words(village)
        assert "không liên lạc được" in notice
        bot.hook._headers = through
        await village.quiet()
        assert [text.count("Nguồn: ") for text in resident.reads()] == [1]
        await pass_by(village, 20)
        await village.quiet()
        assert admin.reads() == [notice]
        assert village.server.records.calls["setWebhook"] == 1


async def pass_by(village: Telegraph, minutes: int) -> None:
    for _ in range(minutes):
        village.app.clock.advance(timedelta(minutes=1))
        await looks(village, 1)


async def outbox_words(village: Telegraph) -> list[str]:
    return [row.body for row in await village.app.database.read(queued)]


async def test_a_refused_token_leaves_the_other_bot_at_work_and_its_leaders_told_once(
    tmp_path: Path,
) -> None:
    async with telegraph(tmp_path, bots=("xa", "thon")) as village:
        admin, resident = village.person("Nguyễn Văn Mẫu"), village.person("Anh Khế")
        other = village.tokens["thon"]
        assert "khai sinh" in await resident.through(other).says(ASKED)
        await village.stop()
        village.server.revoke(other)
        await village.start()
        assert "khai sinh" in await resident.says(ASKED)
        await village.server.until(lambda: bool(admin.shown()))
        await village.advance(timedelta(hours=1))
        assert "khai sinh" in await resident.says(ASKED)
        (told,) = admin.reads()
        assert "thon" in told
        village.server.bots[other].revoked = False
        village.app.clock.advance(timedelta(minutes=2))
        assert "khai sinh" in await resident.through(other).says(ASKED)
        assert admin.reads() == []


async def test_one_person_is_the_same_with_both_bots(tmp_path: Path) -> None:
    async with telegraph(tmp_path, bots=("xa", "thon")) as village:
        resident, head = village.person("Anh Khế"), village.person("Bà Lúa")
        second = resident.through(village.tokens["thon"])
        for said in ("phản ánh", "đồng ý", "Đèn đường hỏng", "Đầu ngõ", "không có ảnh"):
            await resident.says(said)
        assert "PA-1" in await resident.presses("Gửi")
        assert "PA-1" in await second.says("phản ánh của tôi đến đâu rồi")
        resident.news()
        await head.presses("Trả lời")
        await head.says("Chiều nay thợ điện đến")
        await head.presses("Gửi")
        assert resident.reads() == []
        (answer,) = second.reads()  # where they spoke last
        assert "Chiều nay thợ điện đến" in answer
