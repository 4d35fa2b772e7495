"""The wire: what an answer of Zalo's, or the want of one, leaves certain."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import pytest

from bot.platforms.base import (
    BadToken,
    ChatGone,
    OutcomeUnknown,
    Rejected,
    SendError,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.parsing import parsed
from bot.platforms.zalo import facts
from bot.platforms.zalo.wire import Idle, Wire, quietly, result_of
from tests.bot.platforms.zalo.scripted import IDLE, TOKEN, no, script, yes
from tests.servers.zalo import ZaloServer

WORDS = "CANARY-words"
PAGE = b"<html><body>403 Forbidden</body></html>"


def judged(status: int, body: bytes) -> SendError:
    with pytest.raises(SendError) as caught:
        result_of(status, parsed(body))
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        pytest.param(
            200, b'{"ok":true,"result":{"message_id":"a"}}', {"message_id": "a"}, id="yes"
        ),
        pytest.param(200, b'{"ok":true,"result":5,"error_code":0}', 5, id="with a code of none"),
        pytest.param(200, b'{"ok":true}', None, id="without a result"),
        pytest.param(500, b'{"ok":true,"result":1}', 1, id="under another status"),
    ],
)
def test_yes_is_what_the_body_says(status: int, body: bytes, result: Any) -> None:
    assert result_of(status, parsed(body)) == result


@pytest.mark.parametrize("by_status", [False, True], ids=["200 and a code", "the status alone"])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, Rejected),
        (401, BadToken),
        (403, OutcomeUnknown),
        (404, ChatGone),
        (408, Idle),
        (413, Rejected),
        (426, Rejected),
        (429, TooManyRequests),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (599, OutcomeUnknown),
        (301, OutcomeUnknown),
    ],
)
def test_no_is_what_the_body_says_else_the_status(
    code: int, kind: type[Exception], by_status: bool
) -> None:
    body = b'{"ok":false,"description":"CANARY"}' if by_status else no(code, "CANARY")
    error = judged(code if by_status else 200, body)
    assert type(error) is kind
    assert "CANARY" not in str(error)


def test_the_body_counts_more_than_the_status() -> None:
    assert type(judged(404, no(400))) is Rejected
    assert type(judged(500, b'{"ok":false,"error_code":"429"}')) is TooManyRequests


@pytest.mark.parametrize("code", [0, -1, 10**30, True, "viele", None, [401], 4.01])
def test_a_strange_code_is_none(code: Any) -> None:
    body = json.dumps({"ok": False, "error_code": code}).encode()
    assert type(judged(200, body)) is OutcomeUnknown
    assert type(judged(401, body)) is BadToken


def test_too_many_is_for_the_whole_bot_since_zalo_tells_no_more() -> None:
    told = judged(200, no(429))
    assert isinstance(told, TooManyRequests)
    assert told.whole
    assert told.retry_after == facts.PAUSE


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(403, PAGE, id="a proxy's page"),
        pytest.param(401, PAGE, id="a proxy's lock"),
        pytest.param(404, PAGE, id="a server that is not Zalo's"),
        pytest.param(502, PAGE, id="a gateway's page"),
        pytest.param(200, PAGE, id="a page of welcome"),
        pytest.param(204, b"", id="nothing"),
        pytest.param(200, b'{"ok":true,"result":{"mess', id="half"),
        pytest.param(200, b'{"ok":"yes","result":1}', id="another yes"),
        pytest.param(200, b'{"ok":1,"result":1}', id="a number for yes"),
        pytest.param(200, b"[1]", id="a list"),
        pytest.param(200, b"null", id="null"),
        pytest.param(200, b"\xff\xfe\xfd", id="bytes"),
        pytest.param(200, b"[" * 100_000, id="a deep hole"),
        pytest.param(401, b'{"error_code":401}', id="a guard's JSON"),
        pytest.param(301, b"", id="moved house"),
    ],
)
def test_what_zalo_did_not_say_is_not_certain(status: int, body: bytes) -> None:
    assert type(judged(status, body)) is OutcomeUnknown


@pytest.mark.parametrize("body", [PAGE, b"", b'{"message":"Too Many Requests"}'])
def test_a_pause_is_believed_of_whoever_stands_before_zalo(body: bytes) -> None:
    told = judged(429, body)
    assert isinstance(told, TooManyRequests)
    assert told.whole


@pytest.mark.parametrize("body", [IDLE, PAGE, b""])
def test_an_idle_poll_is_known_by_code_or_status(body: bytes) -> None:
    assert type(judged(408, body)) is Idle


async def test_values_go_as_json_in_utf_8() -> None:
    async with script() as zalo, Wire(TOKEN, base_url=zalo.base_url) as wire:
        await wire.call("sendMessage", chat_id="a", text="họp 🙏 a\ud83dz")
    assert zalo.asked == [("sendMessage", {"chat_id": "a", "text": "họp 🙏 a?z"})]


async def lost(wire: Wire, patience: float = facts.PATIENCE) -> SendError:
    with pytest.raises(SendError) as caught:
        await wire.call("sendMessage", patience, chat_id="a", text=WORDS)
    return caught.value


@pytest.mark.parametrize("base_url", ["http://nowhere.invalid", "http://127.0.0.1:1", "http://[o"])
async def test_who_is_not_there_got_nothing(base_url: str) -> None:
    async with Wire(TOKEN, base_url=base_url) as wire:
        assert type(await lost(wire)) is Unreachable


@pytest.mark.parametrize("fault", ["refuse", "reset", "half", "garbage", "error", "error_after"])
async def test_an_answer_that_was_lost_leaves_the_outcome_open(fault: Any) -> None:
    async with ZaloServer() as server:
        token = server.bot()
        server.fault(fault)
        async with Wire(token, base_url=server.base_url) as wire:
            assert type(await lost(wire)) is OutcomeUnknown


async def test_an_answer_that_never_comes_leaves_the_outcome_open() -> None:
    async with ZaloServer() as server:
        token = server.bot()
        server.fault("hang")
        async with Wire(token, base_url=server.base_url) as wire:
            assert type(await lost(wire, 0.2)) is OutcomeUnknown


async def test_a_redirect_is_not_followed() -> None:
    async with (
        script((302, b""), (200, yes("never"))) as zalo,
        Wire(TOKEN, base_url=zalo.base_url) as wire,
    ):
        with pytest.raises(OutcomeUnknown):
            await wire.call(facts.POLL)
    assert zalo.polls == 1


async def test_a_signal_that_is_lost_is_lost_quietly(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with Wire(TOKEN, base_url="http://127.0.0.1:1") as wire:
            await quietly(wire, facts.SIGNAL, chat_id="a", action=facts.TYPING)
    assert caplog.records == []


async def test_no_error_and_no_repr_holds_token_address_or_text() -> None:
    async with Wire(TOKEN, base_url="http://127.0.0.1:1") as wire:
        error = await lost(wire)
        shown = repr(wire) + repr(error) + "".join(traceback.format_exception(error))
    assert "CANARY" not in shown
    assert "127.0.0.1" not in shown
