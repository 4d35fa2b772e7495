"""The wire: what an answer, or the want of one, leaves certain."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import pytest

from bot.platforms.base import (
    BadToken,
    ChatGone,
    ChatMoved,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    SendError,
    Taken,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.telegram.wire import PATIENCE, Wire, quietly, result_of
from tests.bot.platforms.telegram.booth import IMPATIENT, answer, no, script
from tests.servers.telegram import TelegramServer

TOKEN = "7000000001:" + "CANARY-token-of-the-village-bot-35x"
WORDS = "CANARY-words"
PAGE = b"<html><body>403 Forbidden</body></html>"


def judged(status: int, body: Any) -> PlatformError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(PlatformError) as caught:
        result_of(status, content)
    return caught.value


def test_the_result_is_handed_on() -> None:
    assert result_of(200, b'{"ok":true,"result":{"message_id":5}}') == {"message_id": 5}


@pytest.mark.parametrize(
    ("code", "description", "kind"),
    [
        pytest.param(401, "Unauthorized", BadToken, id="revoked"),
        pytest.param(404, "Not Found", BadToken, id="malformed token"),
        pytest.param(409, "Conflict: terminated by other getUpdates request", Taken, id="poller"),
        pytest.param(403, "Forbidden: bot was blocked by the user", ChatGone, id="blocked"),
        pytest.param(403, "Forbidden: user is deactivated", ChatGone, id="deactivated"),
        pytest.param(403, "Forbidden: bot was kicked from the group chat", ChatGone, id="kicked"),
        pytest.param(
            403, "Forbidden: bot was kicked from the supergroup chat", ChatGone, id="kicked too"
        ),
        pytest.param(
            403, "Forbidden: bot is not a member of the supergroup chat", ChatGone, id="left"
        ),
        pytest.param(403, "Forbidden: the group chat was deleted", ChatGone, id="deleted"),
        pytest.param(
            403, "Forbidden: bot can't initiate conversation with a user", ChatGone, id="not met"
        ),
        pytest.param(400, "Bad Request: chat not found", ChatGone, id="no such chat"),
        pytest.param(400, "Bad Request: private chat not found", ChatGone, id="no such person"),
        pytest.param(400, "Bad Request: user not found", ChatGone, id="no such user"),
        pytest.param(400, "Bad Request: PEER_ID_INVALID", ChatGone, id="no such peer"),
        pytest.param(400, "Bad Request: group chat was deleted", ChatGone, id="deleted, as 400"),
        pytest.param(400, "Bad Request: CHANNEL_PRIVATE", ChatGone, id="shut out"),
        pytest.param(400, "Bad Request: message thread not found", ChatGone, id="topic gone"),
        pytest.param(
            400,
            "Bad Request: not enough rights to send text messages to the chat",
            Rejected,
            id="muted",
        ),
        pytest.param(403, "Forbidden: not enough rights to send", Rejected, id="muted, as 403"),
        pytest.param(403, "Forbidden: CHAT_WRITE_FORBIDDEN", Rejected, id="capitals, as 403"),
        pytest.param(400, "Bad Request: CHAT_WRITE_FORBIDDEN", Rejected, id="capitals"),
        pytest.param(400, "Bad Request: have no rights to send a message", Rejected, id="rights"),
        pytest.param(403, "Forbidden: have no rights to send a message", Rejected, id="rights too"),
        pytest.param(400, "Bad Request: TOPIC_CLOSED", Rejected, id="topic closed"),
        pytest.param(400, "Bad Request: message text is empty", Rejected, id="content"),
        pytest.param(413, "Request Entity Too Large", Rejected, id="too large"),
        pytest.param(500, "Internal Server Error: restart", OutcomeUnknown, id="restart"),
        pytest.param(502, "Bad Gateway", OutcomeUnknown, id="gateway"),
    ],
)
def test_telegrams_own_no_is_certain(code: int, description: str, kind: type[Exception]) -> None:
    assert type(judged(code, no(code, description))) is kind


def test_a_refusal_says_telegrams_words_alone() -> None:
    assert str(judged(400, no(400, "Bad Request: message text is empty"))) == (
        "message text is empty"
    )


def test_a_group_that_moved_tells_where_to() -> None:
    told = no(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100777)
    moved = judged(400, told)
    assert isinstance(moved, ChatMoved)
    assert moved.new_id == "-100777"


@pytest.mark.parametrize(
    ("asked", "believed"),
    [
        pytest.param({"retry_after": 7}, 7, id="seconds"),
        pytest.param({"retry_after": 0}, 0, id="none"),
        pytest.param({"retry_after": 0.5}, 0.5, id="less than one"),
        pytest.param({"retry_after": 10**9}, 3600, id="for ever"),
        pytest.param({"retry_after": -1}, 5, id="negative"),
        pytest.param({"retry_after": "7"}, 5, id="a word"),
        pytest.param({"retry_after": True}, 5, id="a truth"),
        pytest.param({}, 5, id="not told"),
    ],
)
def test_a_pause_is_believed_within_reason(asked: dict[str, Any], believed: float) -> None:
    told = judged(429, no(429, "Too Many Requests", **asked))
    assert isinstance(told, TooManyRequests)
    assert told.retry_after == believed


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(403, PAGE, id="a proxy's page"),
        pytest.param(429, PAGE, id="a proxy's pause"),
        pytest.param(404, PAGE, id="a server that is not Telegram's"),
        pytest.param(502, PAGE, id="a gateway's page"),
        pytest.param(200, PAGE, id="a page of welcome"),
        pytest.param(200, b"", id="nothing"),
        pytest.param(200, b'{"ok":true,"result":{"mess', id="half"),
        pytest.param(200, b'{"ok":true}', id="no result"),
        pytest.param(200, b'{"ok":"yes","result":1}', id="another yes"),
        pytest.param(200, b"[1]", id="a list"),
        pytest.param(200, b"\xff\xfe\xfd", id="bytes"),
        pytest.param(200, b"[" * 100_000, id="a deep hole"),
        pytest.param(500, b'{"ok":true,"result":{}}', id="yes under an error"),
        pytest.param(403, b'{"error_code":403,"description":"Forbidden"}', id="a guard's JSON"),
        pytest.param(403, b'{"ok":false,"error_code":400}', id="two codes"),
        pytest.param(200, b'{"ok":false,"error_code":403}', id="no under success"),
        pytest.param(400, b'{"ok":false,"error_code":"400"}', id="a code in words"),
        pytest.param(301, b'{"ok":false,"error_code":301}', id="moved house"),
    ],
)
def test_what_telegram_did_not_say_is_not_certain(status: int, body: bytes) -> None:
    assert type(judged(status, body)) is OutcomeUnknown


async def test_values_go_as_json_in_utf_8() -> None:
    async with (
        script(answer(200, {"ok": True, "result": 1})) as told,
        Wire(TOKEN, base_url=told.base_url) as wire,
    ):
        result = await wire.call("getUpdates", limit=5, allowed_updates=("message",), text="họp")
    assert result == 1
    head, _, body = told.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(f"POST /bot{TOKEN}/getUpdates ".encode())
    assert b"application/json" in head
    assert body == '{"limit":5,"allowed_updates":["message"],"text":"họp"}'.encode()


async def test_half_a_character_breaks_nothing() -> None:
    async with (
        script(answer(200, {"ok": True, "result": 1})) as told,
        Wire(TOKEN, base_url=told.base_url) as wire,
    ):
        await wire.call("sendMessage", text="a\ud83dz")
    assert told.asked[0].endswith(b'{"text":"a?z"}')


async def lost(wire: Wire, patience: float = PATIENCE) -> SendError:
    with pytest.raises(SendError) as caught:
        await wire.call("sendMessage", patience, text=WORDS)
    return caught.value


async def test_without_a_connection_nothing_was_sent() -> None:
    async with TelegramServer() as server:
        token = server.bot()
        await server.outage()
        async with Wire(token, base_url=server.base_url) as wire:
            assert type(await lost(wire)) is Unreachable
            await server.recover()
            assert (await wire.call("getMe"))["is_bot"]


@pytest.mark.parametrize(
    ("base_url", "proxy"),
    [
        pytest.param("http://nowhere.invalid", "", id="no such host"),
        pytest.param("http://127.0.0.1:1", "", id="nobody listens"),
        pytest.param("http://[oops", "", id="no address"),
        pytest.param("http://127.0.0.1:2", "http://127.0.0.1:1", id="no proxy"),
    ],
)
async def test_who_is_not_there_got_nothing(base_url: str, proxy: str) -> None:
    async with Wire(TOKEN, base_url=base_url, proxy=proxy) as wire:
        assert type(await lost(wire)) is Unreachable


async def test_a_proxy_that_lets_nothing_through_sent_nothing() -> None:
    async with (
        script(answer(403, b"")) as told,
        Wire(TOKEN, base_url="https://127.0.0.1:1", proxy=told.base_url) as wire,
    ):
        assert type(await lost(wire)) is Unreachable
    assert told.asked[0].startswith(b"CONNECT ")
    assert b"CANARY" not in told.asked[0]


@pytest.mark.parametrize("fault", ["refuse", "reset", "half"])
async def test_a_connection_that_broke_leaves_the_outcome_open(fault: Any) -> None:
    async with TelegramServer() as server:
        server.fault(fault)
        async with Wire(server.bot(), base_url=server.base_url) as wire:
            assert type(await lost(wire)) is OutcomeUnknown


async def test_an_answer_that_never_comes_leaves_the_outcome_open() -> None:
    async with TelegramServer() as server, Wire(server.bot(), base_url=server.base_url) as wire:
        await wire.call("getMe")  # connected
        server.fault("hang")
        assert type(await lost(wire, IMPATIENT)) is OutcomeUnknown


async def test_a_signal_that_is_lost_is_lost_quietly(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with Wire(TOKEN, base_url="http://127.0.0.1:1") as wire:
            await quietly(wire, "answerCallbackQuery", callback_query_id="1")
    assert caplog.records == []


async def test_no_error_and_no_repr_holds_token_address_or_text() -> None:
    async with Wire(TOKEN, base_url="http://127.0.0.1:1") as wire:
        error = await lost(wire)
        shown = repr(wire) + repr(error) + "".join(traceback.format_exception(error))
    assert "CANARY" not in shown
    assert "127.0.0.1" not in shown
