"""Updates that Zalo brings to us: 200 once they are kept, and only then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.platforms.base import RawUpdate, Taken, Unreachable
from bot.platforms.zalo import facts
from bot.platforms.zalo.platform import Zalo
from bot.platforms.zalo.webhook import fault_of, secret_of
from tests.bot.platforms.zalo.recorded import ID, text
from tests.bot.platforms.zalo.scripted import TOKEN, Shelf, hearing
from tests.servers.zalo import Habits, ZaloServer

POISON = [b"", b"\xff\xfe", b"[]", b"null", b'"tin"', b"{", b"[" * 20_000, b'{"message": 1}']


@asynccontextmanager
async def called(server: ZaloServer) -> AsyncIterator[tuple[str, Zalo, TestClient[Any, Any]]]:
    """A bot that Zalo calls, at the address it was told."""
    token = server.bot()
    platforms: list[Zalo] = []

    async def hook(request: web.Request) -> web.Response:
        return await platforms[0].hook(request)

    application = web.Application()
    application.router.add_post("/zalo/xa", hook)
    web_server = TestServer(application)
    await web_server.start_server(access_log=None)
    async with TestClient(web_server) as client:
        url = str(web_server.make_url("/zalo/xa"))
        platforms.append(Zalo(token, base_url=server.base_url, hook_url=url, called=True))
        yield token, platforms[0], client


async def post(client: TestClient[Any, Any], body: bytes, secret: str) -> int:
    headers = {facts.SECRET_HEADER: secret} if secret else {}
    async with client.post("/zalo/xa", data=body, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize("wrapped", [False, True], ids=["flat", "wrapped"])
async def test_what_zalo_brings_is_kept_and_nothing_is_fetched(wrapped: bool) -> None:
    async with ZaloServer(habits=Habits(wrapped=wrapped)) as server:
        async with called(server) as (token, platform, _):
            person, shelf = server.person(), Shelf()
            async with hearing(platform, shelf):
                await server.until(lambda: server.bots[token].hook)
                said = person.say(token, "mất nước")
                await shelf.until(lambda: shelf.kept)
                await server.until(lambda: server.bots[token].ears.handed)
        assert server.records.calls["getUpdates"] == 0
        assert json.loads(shelf.kept[0].body) == said
        assert shelf.kept[0].key == f"{person.id}:{said['message']['message_id']}"
        assert server.bots[token].hook  # it stays: Zalo may call again


async def test_who_does_not_know_the_secret_is_sent_away() -> None:
    async with ZaloServer() as server, called(server) as (token, platform, client):
        shelf, body = Shelf(), json.dumps(text("x")).encode()
        async with hearing(platform, shelf):
            await server.until(lambda: server.bots[token].hook)
            for secret in ("", "x", secret_of("another"), token, "ạ"):
                with suppress(ValueError):  # what no header can carry
                    assert await post(client, body, secret) == 403
            assert not shelf.kept
            assert await post(client, body, secret_of(token)) == 200
        assert len(shelf.kept) == 1


def test_the_secret_is_as_zalo_wants_it_and_tells_nothing_of_the_token() -> None:
    least, most = facts.SECRET_LENGTHS
    secret = secret_of(TOKEN)
    assert least <= len(secret) <= most
    assert not set(TOKEN.split(":")) & {secret}
    assert secret != secret_of(TOKEN + "x")


async def test_before_anybody_listens_nothing_is_taken() -> None:
    async with ZaloServer() as server, called(server) as (token, platform, client):
        assert await post(client, b"{}", secret_of(token)) == 503
        await platform.aclose()


async def test_what_cannot_be_kept_is_not_taken(caplog: pytest.LogCaptureFixture) -> None:
    async def store(updates: Sequence[RawUpdate]) -> None:
        if updates:
            raise ValueError("CANARY")

    async with ZaloServer() as server, called(server) as (token, platform, client):
        receiving = asyncio.create_task(platform.receive(store))
        await server.until(lambda: server.bots[token].hook)
        body = json.dumps(text("CANARY")).encode()
        assert await post(client, body, secret_of(token)) == 503
        receiving.cancel()
        with suppress(asyncio.CancelledError):
            await receiving
        await platform.aclose()
    assert "ValueError" in caplog.text
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize("body", POISON)
async def test_whatever_zalo_brings_is_kept(body: bytes) -> None:
    async with ZaloServer() as server, called(server) as (token, platform, client):
        shelf = Shelf()
        async with hearing(platform, shelf):
            await server.until(lambda: server.bots[token].hook)
            assert await post(client, body, secret_of(token)) == 200
        (kept,) = shelf.kept
        assert kept.lane == ""
        assert kept.key.startswith("sha256:")


async def test_a_webhook_that_was_taken_from_us_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "LOOK_AFTER", 0.0)
    async with ZaloServer() as server, called(server) as (_, platform, _):
        shelf = Shelf()
        receiving = asyncio.create_task(platform.receive(shelf.store))
        await shelf.until(lambda: shelf.calls > 2)
        await platform._wire.call(
            facts.SET_WEBHOOK, url="https://other.example/", secret_token="x" * 8
        )
        with pytest.raises(Taken, match="webhook"):
            await receiving
        await platform.aclose()


def at_least(shelf: Shelf, calls: int) -> bool:
    return shelf.calls >= calls


async def test_a_webhook_that_is_there_is_not_set_again() -> None:
    async with ZaloServer() as server, called(server) as (_, platform, _):
        shelf = Shelf()
        for looks in (1, 2):
            receiving = asyncio.create_task(platform.receive(shelf.store))
            await shelf.until(partial(at_least, shelf, looks))
            receiving.cancel()
            with suppress(asyncio.CancelledError):
                await receiving
        assert server.records.calls["setWebhook"] == 1
        await platform.aclose()


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        ({"verification": {"ok": True, "outcome": "webhook.ok"}}, ""),
        ({"verification": {"ok": False, "outcome": "webhook.err.tls"}}, "webhook.err.tls"),
        ({"verification": {"ok": False, "outcome": "bà con ơi"}}, "webhook.err.other"),
        ({"verification": {"ok": False, "outcome": ["x"]}}, "webhook.err.other"),
        ({"verification": []}, ""),
        ({}, ""),
        (None, ""),
        ([1], ""),
    ],
)
def test_what_zalos_own_try_came_to_is_told_in_its_code_alone(result: Any, fault: str) -> None:
    assert fault_of(result) == fault


async def test_a_try_that_failed_is_told_and_made_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "LOOK_AFTER", 0.0)
    async with ZaloServer(habits=Habits(outcome="webhook.err.dns")) as server:
        async with called(server) as (_, platform, _):
            shelf = Shelf()
            for _ in range(3):
                with pytest.raises(Unreachable, match=r"webhook\.err\.dns"):
                    await platform.receive(shelf.store)
            assert shelf.calls == 0
            server.habits = Habits()
            async with hearing(platform, shelf):
                await shelf.until(lambda: shelf.calls)
        assert server.records.calls["setWebhook"] == 4
    assert caplog.text.count("webhook.err.dns") == 1


async def test_who_gets_through_all_the_same_is_heard() -> None:
    async with ZaloServer(habits=Habits(outcome="webhook.err.timeout")) as server:
        async with called(server) as (token, platform, _):
            person, shelf = server.person(), Shelf()
            with pytest.raises(Unreachable):
                await platform.receive(shelf.store)
            person.say(token, "mất nước")
            await shelf.until(lambda: shelf.kept)
            async with hearing(platform, shelf):
                await shelf.until(lambda: shelf.calls > 1)
        assert server.records.calls["setWebhook"] == 1


async def test_that_we_write_is_shown_in_private_once_while_it_lasts() -> None:
    async with ZaloServer() as server:
        token, person, shelf = server.bot(), server.person(id=ID), Shelf()
        group = server.group("Thôn Khe", [token])
        server.fault("error", "sendchataction", times=1, status=502)
        other = server.person()
        platform = Zalo(token, base_url=server.base_url, monthly=None)
        async with hearing(platform, shelf):
            await server.until(lambda: server.polled(token))
            person.say(token, "một")
            person.say(group, "@Bot Loa Làng hai")
            other.say(token, "ba")
            person.say(token, "bốn")
            other.say(token, photo=b"x")
            await shelf.until(lambda: len(shelf.kept) == 5)
            await server.until(lambda: server.records.calls["sendChatAction"] == 2)
            await server.idle()
            assert server.records.actions == [(other.id, "typing")]


async def test_a_month_that_ends_is_not_spent_on_showing_that_we_write() -> None:
    async with ZaloServer() as server:
        token, person, shelf = server.bot(), server.person(), Shelf()
        async with hearing(Zalo(token, base_url=server.base_url, monthly=3000), shelf):
            await server.until(lambda: server.polled(token))
            person.say(token, "một")
            await shelf.until(lambda: shelf.kept)
            await server.idle()
        assert server.records.calls["sendChatAction"] == 0


async def test_a_sticker_is_not_written_about() -> None:
    async with ZaloServer() as server:
        token, person, shelf = server.bot(), server.person(), Shelf()
        async with hearing(Zalo(token, base_url=server.base_url, monthly=None), shelf):
            await server.until(lambda: server.polled(token))
            person.say(token, sticker=True)
            await shelf.until(lambda: shelf.kept)
            await server.idle()
            assert server.records.calls["sendChatAction"] == 0
