"""python-telegram-bot over our wire: what is certain comes through its wrappings unchanged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Bot, InputFile
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.platforms.base import (
    BadToken,
    ChatGone,
    ChatMoved,
    OutcomeUnknown,
    Rejected,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.telegram.request import AiohttpRequest, Failed
from bot.platforms.telegram.wire import Wire
from tests.bot.platforms.telegram.booth import answer, no, script

TOKEN = "7000000001:" + "T" * 35
MADE_UP = "0:" + "A" * 35
MESSAGE = {"message_id": 5, "date": 1795312000, "chat": {"id": 7, "type": "private"}}


@asynccontextmanager
async def bot_at(base_url: str) -> AsyncIterator[Bot]:
    async with Wire(TOKEN, base_url=base_url) as wire:
        request = AiohttpRequest(wire)
        yield ExtBot(MADE_UP, request=request, get_updates_request=request)


async def failure(status: int, body: Any) -> Failed:
    async with script(answer(status, body)) as told, bot_at(told.base_url) as bot:
        with pytest.raises(Failed) as caught:
            await bot.send_message(7, "họp")
    return caught.value


async def test_the_first_call_is_the_send_itself_and_bears_the_wires_token() -> None:
    async with (
        script(answer(200, {"ok": True, "result": MESSAGE})) as told,
        bot_at(told.base_url) as bot,
    ):
        assert (await bot.send_message(7, "họp")).message_id == 5
    (asked,) = told.asked
    assert asked.startswith(f"POST /bot{TOKEN}/sendMessage ".encode())
    assert asked.endswith('{"chat_id":7,"text":"họp"}'.encode())
    assert MADE_UP.encode() not in asked


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(403, no(403, "Forbidden: bot was blocked by the user"), ChatGone, id="403"),
        pytest.param(400, no(400, "Bad Request: chat not found"), ChatGone, id="no chat"),
        pytest.param(400, no(400, "Bad Request: TOPIC_CLOSED"), Rejected, id="400"),
        pytest.param(
            400, no(400, "Bad Request: upgraded", migrate_to_chat_id=-1007), ChatMoved, id="moved"
        ),
        pytest.param(429, no(429, "Too Many", retry_after=3), TooManyRequests, id="429"),
        pytest.param(429, no(429, "Too Many Requests"), TooManyRequests, id="429 alone"),
        pytest.param(401, no(401, "Unauthorized"), BadToken, id="401"),
        pytest.param(404, no(404, "Not Found"), BadToken, id="404"),
        pytest.param(409, no(409, "Conflict"), OutcomeUnknown, id="409"),
        pytest.param(500, no(500, "Internal Server Error"), OutcomeUnknown, id="500"),
        pytest.param(403, b"<html>no</html>", OutcomeUnknown, id="a proxy's page"),
        pytest.param(200, b"<html>yes</html>", OutcomeUnknown, id="another page"),
        pytest.param(200, no(400, "Bad Request"), OutcomeUnknown, id="no under success"),
        pytest.param(200, {"ok": True}, OutcomeUnknown, id="no result"),
    ],
)
async def test_what_is_certain_comes_through(status: int, body: Any, kind: type[Exception]) -> None:
    failed = await failure(status, body)
    assert type(failed.outcome) is kind
    assert isinstance(failed, NetworkError)
    assert not isinstance(failed, BadRequest)


async def test_the_pause_and_the_new_id_come_through() -> None:
    pause = (await failure(429, no(429, "Too Many", retry_after=17))).outcome
    moved = (await failure(400, no(400, "x", migrate_to_chat_id=-1007))).outcome
    assert isinstance(pause, TooManyRequests)
    assert pause.retry_after == 17
    assert isinstance(moved, ChatMoved)
    assert moved.new_id == "-1007"


async def test_no_connection_comes_through() -> None:
    async with bot_at("http://127.0.0.1:1") as bot:
        with pytest.raises(Failed) as caught:
            await bot.send_message(7, "họp")
    assert type(caught.value.outcome) is Unreachable


def test_an_error_that_is_not_ours_would_be_hidden() -> None:
    """Why `Failed` is one of python-telegram-bot's own: it passes those on as they are."""
    assert issubclass(Failed, TelegramError)
    assert not issubclass(Unreachable, TelegramError)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(5, id="a number"),
        pytest.param("sent", id="a word"),
        pytest.param(None, id="nothing"),
        pytest.param({}, id="no message"),
        pytest.param({"message_id": "5"}, id="an id in words"),
        pytest.param([], id="no messages"),
        pytest.param([None], id="an empty place"),
    ],
)
async def test_a_result_that_is_no_message_is_an_outcome_unknown(result: object) -> None:
    async with (
        script(answer(200, {"ok": True, "result": result})) as told,
        bot_at(told.base_url) as bot,
    ):
        with pytest.raises((Failed, TypeError, AttributeError)):
            await bot.send_message(7, "họp")


async def test_what_telegram_adds_tomorrow_does_not_make_a_sent_message_doubtful() -> None:
    more = {"reply_markup": 5, "entities": [{"type": "sung"}], "from": [], "text": None, "new": {}}
    async with (
        script(answer(200, {"ok": True, "result": MESSAGE | more})) as told,
        bot_at(told.base_url) as bot,
    ):
        assert (await bot.send_message(7, "họp")).message_id == 5


async def test_a_file_goes_up_as_multipart_under_its_vietnamese_name() -> None:
    upload = InputFile(b"danh sach", 'danh sách "1".txt')
    async with (
        script(answer(200, {"ok": True, "result": MESSAGE})) as told,
        bot_at(told.base_url) as bot,
    ):
        await bot.send_document(7, upload, caption="nửa \ud83d chữ")
    (asked,) = told.asked
    assert b"multipart/form-data" in asked
    assert 'filename="danh sách \\"1\\".txt"'.encode() in asked
    assert "nửa ? chữ".encode() in asked
    assert b"danh sach" in asked
