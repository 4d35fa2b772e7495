"""Polling: what was received is stored before anything else is asked, whatever happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest

from bot.platforms.base import (
    BadToken,
    OutcomeUnknown,
    PlatformError,
    RawUpdate,
    Taken,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.zalo import facts, polling
from bot.platforms.zalo.platform import Zalo
from tests.bot.platforms.zalo.recorded import text
from tests.bot.platforms.zalo.scripted import (
    IDLE,
    TOKEN,
    Script,
    Shelf,
    hearing,
    no,
    script,
    yes,
)
from tests.loop import one_turn
from tests.patience import PATIENCE
from tests.servers.zalo import Habits, ZaloServer

PAGE = b"<html>Xin chao</html>"
OURS = "https://xa.example/zalo/xa"


def said(number: int) -> dict[str, Any]:
    return text(f"tin {number}", message_id=f"m{number}")


def words(shelf: Shelf) -> list[str]:
    return [json.loads(update.body)["message"]["text"] for update in shelf.kept]


async def ended(zalo: Script, shelf: Shelf) -> Exception:
    """What receiving ends with."""
    platform = Zalo(TOKEN, base_url=zalo.base_url)
    try:
        with pytest.raises(PlatformError) as raised:
            await platform.receive(shelf.store)
    finally:
        await platform.aclose()
    return raised.value


async def test_each_update_is_stored_before_the_next_poll() -> None:
    async with script((200, yes(said(1))), (200, yes(said(2)))) as zalo:
        shelf = Shelf()
        shelf.open.clear()
        async with hearing(Zalo(TOKEN, base_url=zalo.base_url), shelf):
            await shelf.until(lambda: shelf.calls == 1)
            for _ in range(50):
                await one_turn()
            assert zalo.polls == 1
            shelf.open.set()
            await zalo.until(lambda: zalo.polls == 3)
            assert words(shelf) == ["tin 1", "tin 2"]
        first, *others = zalo.asked
        assert first[0] == "getMe"
        assert others[0][0] == "getWebhookInfo"
        assert others[1] == ("getUpdates", {"timeout": "30"})


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, IDLE), (408, IDLE), (408, PAGE), (408, b""), (200, yes(None)), (200, yes([]))],
)
async def test_an_idle_poll_is_no_trouble_and_is_followed_by_the_next(
    status: int, body: bytes
) -> None:
    async with script((status, body), (200, yes(said(1)))) as zalo:
        shelf = Shelf()
        async with hearing(Zalo(TOKEN, base_url=zalo.base_url), shelf):
            await zalo.until(lambda: zalo.polls == 3)
        assert words(shelf) == ["tin 1"]
        assert shelf.calls == 2  # that nothing came was said as well


@pytest.mark.parametrize(
    ("body", "count"),
    [
        pytest.param(yes(said(1)), 1, id="one"),
        pytest.param(yes([said(1), said(2)]), 2, id="a list"),
        pytest.param(json.dumps(said(1)).encode(), 1, id="bare"),
        pytest.param(json.dumps([said(1), said(2)]).encode(), 2, id="a bare list"),
        pytest.param(json.dumps({"result": said(1)}).encode(), 1, id="without a yes"),
        pytest.param(json.dumps({"ok": True, "error_code": 0, "result": said(1)}).encode(), 1),
        pytest.param(yes({"strange": 1}), 1, id="no event"),
        pytest.param(yes("tin"), 1, id="a word"),
        pytest.param(yes([[1], 5, said(2)]), 3, id="a strange list"),
    ],
)
async def test_whatever_comes_is_kept(body: bytes, count: int) -> None:
    async with script((200, body)) as zalo:
        shelf = Shelf()
        async with hearing(Zalo(TOKEN, base_url=zalo.base_url), shelf) as receiving:
            await zalo.until(lambda: zalo.polls == 2)
            assert not receiving.done()
        assert len(shelf.kept) == len({update.key for update in shelf.kept}) == count


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(200, no(401), BadToken, id="refused"),
        pytest.param(401, no(401), BadToken, id="refused by status"),
        pytest.param(200, no(403), Unreachable, id="a trouble of theirs"),
        pytest.param(500, PAGE, Unreachable, id="a gateway"),
        pytest.param(200, PAGE, Unreachable, id="a page of welcome"),
        pytest.param(204, b"", Unreachable, id="nothing"),
        pytest.param(200, no(400), Unreachable, id="a refusal"),
        pytest.param(404, no(404), Unreachable, id="nowhere"),
        pytest.param(200, b'{"message":"Unauthorized"}', Unreachable, id="a guard"),
        pytest.param(200, b'{"ok":false,"message":{"text":"x"}}', Unreachable, id="a strange no"),
        pytest.param(302, b"", Unreachable, id="moved house"),
    ],
)
async def test_what_ends_hearing_for_a_while(
    status: int, body: bytes, kind: type[Exception]
) -> None:
    async with script((200, yes(said(1))), (status, body)) as zalo:
        shelf = Shelf()
        assert type(await ended(zalo, shelf)) is kind
        assert words(shelf) == ["tin 1"]


async def test_too_many_polls_are_followed_by_a_short_pause() -> None:
    async with script((200, no(429))) as zalo:
        told = await ended(zalo, Shelf())
        assert isinstance(told, TooManyRequests)
        assert told.retry_after == facts.POLL_PAUSE


@pytest.mark.parametrize("body", [yes(said(1))[:-9], b"{}x", b'[{"event_name":"m'])
async def test_what_cannot_be_read_is_kept_as_it_came(body: bytes) -> None:
    async with script((200, body)) as zalo:
        shelf = Shelf()
        assert type(await ended(zalo, shelf)) is Unreachable
    (kept,) = shelf.kept
    assert kept.body == body
    assert kept.lane == ""
    assert kept.key.startswith("sha256:")


@pytest.mark.parametrize("fault", ["refuse", "reset", "half", "garbage", "error"])
async def test_a_poll_that_breaks_is_told_and_the_next_hears_again(fault: Any) -> None:
    async with ZaloServer() as server:
        token, person, shelf = server.bot(), server.person(), Shelf()
        server.fault(fault, "getupdates")
        platform = Zalo(token, base_url=server.base_url)
        broken = asyncio.create_task(platform.receive(shelf.store))
        async with asyncio.timeout(PATIENCE):
            while not broken.done():
                person.say(token, "mất tin")
                await one_turn()
        assert isinstance(broken.exception(), Unreachable | OutcomeUnknown)
        async with hearing(platform, shelf):
            await server.until(lambda: server.polled(token))
            person.say(token, "còn đây")
            await shelf.until(lambda: shelf.kept and words(shelf)[-1] == "còn đây")


async def test_nobody_there_is_told() -> None:
    platform = Zalo(TOKEN, base_url="http://127.0.0.1:1")
    with pytest.raises(Unreachable):
        await platform.receive(Shelf().store)
    await platform.aclose()


@pytest.mark.parametrize("habits", [Habits(), Habits(errors_as_status=True, zero_code=True)])
async def test_a_hundred_messages_said_in_a_row_are_all_heard(habits: Habits) -> None:
    async with ZaloServer(habits=habits) as server:
        token, person, shelf = server.bot(), server.person(), Shelf()
        async with hearing(Zalo(token, base_url=server.base_url), shelf):
            await server.until(lambda: server.polled(token))
            for number in range(100):
                person.say(token, f"tin {number}")
            await shelf.until(lambda: len(shelf.kept) == 100)
        assert words(shelf) == [f"tin {number}" for number in range(100)]
        assert server.lost == 0
        assert server.accepted <= 3  # one to poll, one to show that we write


async def test_a_webhook_of_our_own_is_taken_back() -> None:
    async with ZaloServer() as server:
        token, person, shelf = server.bot(), server.person(), Shelf()
        await set_webhook(server, token, OURS)
        async with hearing(Zalo(token, base_url=server.base_url, hook_url=OURS), shelf):
            await server.until(lambda: server.polled(token))
            person.say(token, "dạ")
            await shelf.until(lambda: shelf.kept)
        assert words(shelf) == ["dạ"]
        assert server.bots[token].hook is None


@pytest.mark.parametrize("ours", ["", OURS])
async def test_a_webhook_of_a_stranger_is_left_and_told(ours: str) -> None:
    async with ZaloServer() as server:
        token, shelf = server.bot(), Shelf()
        await set_webhook(server, token, "https://other.example/")
        platform = Zalo(token, base_url=server.base_url, hook_url=ours)
        with pytest.raises(Taken, match="webhook"):
            await platform.receive(shelf.store)
        await platform.aclose()
        hook = server.bots[token].hook
        assert hook is not None
        assert hook.url == "https://other.example/"
        assert server.records.calls["getUpdates"] == 0
        assert shelf.calls == 0


@pytest.mark.parametrize("code", [400, 404])
async def test_who_is_not_told_of_webhooks_polls_all_the_same(code: int) -> None:
    async with ZaloServer() as server:
        token, shelf = server.bot(), Shelf()
        server.fault("error", "getwebhookinfo", status=code)
        async with hearing(Zalo(token, base_url=server.base_url), shelf):
            await server.until(lambda: server.polled(token))
        assert server.records.calls["getWebhookInfo"] == 1
        assert server.records.calls["getUpdates"] >= 1


async def set_webhook(server: ZaloServer, token: str, url: str) -> None:
    other = Zalo(token, base_url=server.base_url)
    await other._wire.call(facts.SET_WEBHOOK, url=url, secret_token="x" * 8)
    await other.aclose()


async def test_a_store_that_breaks_gets_the_same_again_before_the_next_poll() -> None:
    shelf, tries = Shelf(), 0

    async def store(updates: Sequence[RawUpdate]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError("broken")
        await shelf.store(updates)

    async with script((200, yes(said(1))), (200, yes(said(2)))) as zalo:
        platform = Zalo(TOKEN, base_url=zalo.base_url)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="broken"):
                await platform.receive(store)
        assert zalo.polls == 1
        receiving = asyncio.create_task(platform.receive(store))
        await zalo.until(lambda: zalo.polls == 3)
        receiving.cancel()
        with suppress(asyncio.CancelledError):
            await receiving
        await platform.aclose()
    assert words(shelf) == ["tin 1", "tin 2"]


async def test_a_stop_keeps_what_is_being_stored() -> None:
    async with script((200, yes(said(1)))) as zalo:
        shelf = Shelf()
        shelf.open.clear()
        async with hearing(Zalo(TOKEN, base_url=zalo.base_url), shelf) as receiving:
            await shelf.until(lambda: shelf.calls == 1)
            receiving.cancel()
            await one_turn()
            assert not receiving.done()
            shelf.open.set()
            with pytest.raises(asyncio.CancelledError):
                await receiving
    assert words(shelf) == ["tin 1"]
    assert zalo.polls == 1


async def test_a_stop_keeps_an_answer_that_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "ON_ITS_WAY", 20.0)
    async with script() as zalo:
        shelf = Shelf()
        async with hearing(Zalo(TOKEN, base_url=zalo.base_url), shelf) as receiving:
            await zalo.until(lambda: zalo.polls == 1)
            receiving.cancel()
            await one_turn()
            zalo.say((200, yes(said(1))))
            with pytest.raises(asyncio.CancelledError):
                await receiving
    assert words(shelf) == ["tin 1"]
    assert zalo.polls == 1


async def test_a_stop_does_not_wait_for_a_store_that_never_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "LAST_WORD", 0.0)
    async with script((200, yes(said(1)))) as zalo:
        shelf = Shelf()
        shelf.open.clear()
        async with hearing(Zalo(TOKEN, base_url=zalo.base_url), shelf) as receiving:
            await shelf.until(lambda: shelf.calls == 1)
            receiving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await receiving


@pytest.mark.parametrize(
    "answer", [lambda n: IDLE, lambda n: yes(said(1))], ids=["nothing", "the same"]
)
async def test_who_answers_nothing_new_at_once_for_ever_is_not_asked_in_a_circle(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[int], bytes]
) -> None:
    monkeypatch.setattr(polling, "REST", 3600.0)
    monkeypatch.setattr(polling, "SOON", 3600.0)
    async with script(*((200, answer(number)) for number in range(100))) as zalo:
        shelf = Shelf()
        async with hearing(Zalo(TOKEN, base_url=zalo.base_url), shelf):
            await shelf.until(lambda: shelf.calls >= polling.FRUITLESS)
            for _ in range(100):
                await one_turn()
            assert polling.FRUITLESS <= zalo.polls <= polling.FRUITLESS + 1


async def test_who_has_news_is_asked_without_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "REST", 3600.0)
    monkeypatch.setattr(polling, "SOON", 3600.0)
    shelf = Shelf()
    async with (
        script(*((200, yes(said(number))) for number in range(100))) as zalo,
        hearing(Zalo(TOKEN, base_url=zalo.base_url), shelf),
    ):
        await zalo.until(lambda: zalo.polls == 101)
    assert len(shelf.kept) == 100
