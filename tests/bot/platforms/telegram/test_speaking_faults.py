"""When the way to Telegram fails: what is certain is said, and nothing is said twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from bot.platforms.base import (
    BadToken,
    File,
    OutcomeUnknown,
    Outgoing,
    OutgoingDelete,
    OutgoingEdit,
    OutgoingLeave,
    OutgoingLocation,
    OutgoingMessage,
    OutgoingPin,
    SendError,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.telegram.speaking import Speaking
from bot.platforms.telegram.wire import Wire
from handlers.messages import Location
from tests.bot.platforms.telegram.booth import (
    IMPATIENT,
    Booth,
    answer,
    booth,
    file,
    no,
    refusal,
    script,
)
from tests.servers.faults import KINDS
from tests.servers.telegram import picture

TOKEN: Final = "7000000001:" + "T" * 35
DONE: Final = {"message_id": 5, "date": 1795312000, "chat": {"id": 7, "type": "private"}}

# How often the message arrives, and what the sender is told.
FAULTS: Final[dict[str, tuple[int, type[SendError]]]] = {
    "refuse": (0, OutcomeUnknown),
    "hang": (1, OutcomeUnknown),  # when it is released
    "hang_after": (1, OutcomeUnknown),
    "reset": (1, OutcomeUnknown),
    "half": (1, OutcomeUnknown),
    "error": (0, OutcomeUnknown),
    "error_after": (1, OutcomeUnknown),
    "garbage": (1, OutcomeUnknown),
    "too_many": (0, TooManyRequests),
    "no_result": (1, OutcomeUnknown),
}
HARMLESS: Final = {"content_type", "delay"}


@pytest.fixture
async def said() -> AsyncIterator[Booth]:
    async with booth() as opened:
        yield opened


def to_an(said: Booth) -> OutgoingMessage:
    return OutgoingMessage(str(said.an.id), "Mai họp")


def test_every_fault_of_the_server_is_looked_at() -> None:
    assert {*FAULTS, *HARMLESS} == KINDS


@pytest.mark.parametrize("kind", FAULTS)
async def test_a_fault_leaves_certain_what_is_certain(kind: Any) -> None:
    arrived, expected = FAULTS[kind]
    async with booth(IMPATIENT if "hang" in kind else 10) as said:
        fault = said.server.fault(kind, "sendMessage", seconds=7)
        error = await said.refusal(to_an(said))
        fault.release()
        assert type(error) is expected
        assert len(said.server.sent) == arrived
        assert said.server.records.calls["sendMessage"] <= 1


@pytest.mark.parametrize("kind", sorted(HARMLESS))
async def test_what_only_looks_odd_is_sent(said: Booth, kind: Any) -> None:
    said.server.fault(kind, seconds=0.01)
    await said.speaking.send(to_an(said))
    assert said.texts == ["Mai họp"]


@pytest.mark.parametrize("status", [403, 404, 413, 429, 500, 502, 504])
async def test_a_machine_on_the_way_says_nothing_certain(said: Booth, status: int) -> None:
    said.server.fault("error_after", status=status)
    assert type(await said.refusal(to_an(said))) is OutcomeUnknown
    assert len(said.server.sent) == 1


async def test_the_pause_asked_for_is_passed_on(said: Booth) -> None:
    said.server.fault("too_many", seconds=7)
    error = await said.refusal(to_an(said))
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == 7


async def test_a_server_that_is_away_got_nothing_and_is_found_again(said: Booth) -> None:
    await said.speaking.send(to_an(said))
    await said.server.outage()
    # The first may still find the line that was cut; no later one does.
    await said.refusal(to_an(said))
    assert type(await said.refusal(to_an(said))) is Unreachable
    await said.server.recover()
    await said.speaking.send(to_an(said))
    assert len(said.server.sent) == 2


async def test_a_token_that_is_revoked_is_not_let_in(said: Booth) -> None:
    said.server.revoke(said.token)
    assert type(await said.refusal(to_an(said))) is BadToken


async def test_a_fault_in_an_upload_is_not_tried_again(said: Booth, tmp_path: Path) -> None:
    said.server.fault("reset", "sendPhoto")
    enclosed = replace(to_an(said), file=file(tmp_path, picture()))
    assert type(await said.refusal(enclosed)) is OutcomeUnknown
    assert len(said.server.sent) == 1


async def test_many_at_once_each_get_their_own_answer(said: Booth) -> None:
    messages = [replace(to_an(said), text=f"Tin {number}") for number in range(60)]
    said.server.fault("too_many", nth=7)
    results = await asyncio.gather(
        *(said.speaking.send(one) for one in messages), return_exceptions=True
    )
    ids = [result.ids[0] for result in results if not isinstance(result, BaseException)]
    by_id = {str(sent.message_id): sent.text for sent in said.server.sent}
    told = [
        by_id[result.ids[0]] == message.text
        for message, result in zip(messages, results, strict=True)
        if not isinstance(result, BaseException)
    ]
    assert all(told)
    assert len(set(ids)) == 59


# --- what is asked of Telegram


async def asked(outgoing: Outgoing, result: Any = DONE) -> tuple[str, dict[str, Any]]:
    """The method and its values."""
    told = answer(200, {"ok": True, "result": result})
    async with script(told) as server, Wire(TOKEN, base_url=server.base_url) as wire:
        await Speaking(wire).send(outgoing)
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    return head.split(b" ")[1].rpartition(b"/")[2].decode(), json.loads(body)


NO_PREVIEW: Final = {"is_disabled": True}
KNOWN: Final = File(Path("nowhere"), "a.txt", "document", ref="BQAC")


@pytest.mark.parametrize(
    ("outgoing", "result", "method", "values"),
    [
        pytest.param(
            OutgoingMessage("7", "<b>"),
            DONE,
            "sendMessage",
            {"chat_id": "7", "text": "<b>", "link_preview_options": NO_PREVIEW},
            id="words",
        ),
        pytest.param(
            OutgoingMessage("-1/45", "", file=KNOWN),
            DONE,
            "sendDocument",
            {
                "chat_id": "-1",
                "document": "BQAC",
                "message_thread_id": 45,
                "disable_content_type_detection": True,
            },
            id="file",
        ),
        pytest.param(
            OutgoingEdit("-1/45", "5", "Thôi"),
            DONE,
            "editMessageText",
            {
                "chat_id": "-1",
                "message_id": 5,
                "text": "Thôi",
                "link_preview_options": NO_PREVIEW,
            },
            id="edit",
        ),
        pytest.param(
            OutgoingPin("-1/45", "5"),
            True,
            "pinChatMessage",
            {"chat_id": "-1", "message_id": 5, "disable_notification": True},
            id="pin",
        ),
        pytest.param(
            OutgoingDelete("-1/45", "5"),
            True,
            "deleteMessage",
            {"chat_id": "-1", "message_id": 5},
            id="delete",
        ),
        pytest.param(OutgoingLeave("-1/45"), True, "leaveChat", {"chat_id": "-1"}, id="leave"),
    ],
)
async def test_nothing_more_is_asked_than_is_meant(
    outgoing: Outgoing, result: object, method: str, values: dict[str, Any]
) -> None:
    assert await asked(outgoing, result) == (method, values)


async def test_a_message_already_pinned_is_pinned() -> None:
    told = answer(400, no(400, "Bad Request: CHAT_NOT_MODIFIED"))
    async with script(told) as server, Wire(TOKEN, base_url=server.base_url) as wire:
        assert (await Speaking(wire).send(OutgoingPin("7", "5"))).ids == ("5",)


ODD: Final[list[Any]] = [5, "sent", None, [], {}, True, {"message_id": None}]
NUMBERED: Final[list[Any]] = [
    DONE | {"chat": 5},
    DONE | {"date": "yesterday"},
    DONE | {"photo": 5},
    DONE | {"document": {"file_name": 5}},
]


@pytest.mark.parametrize("result", ODD, ids=repr)
async def test_an_answer_of_another_shape_breaks_nothing(result: object) -> None:
    told = answer(200, {"ok": True, "result": result})
    async with script(told) as server, Wire(TOKEN, base_url=server.base_url) as wire:
        error = await refusal(Speaking(wire), OutgoingMessage("7", "Mai họp"))
    assert type(error) is OutcomeUnknown


@pytest.mark.parametrize("result", NUMBERED, ids=repr)
async def test_words_that_got_a_number_have_been_sent_whatever_else_is_told(result: object) -> None:
    told = answer(200, {"ok": True, "result": result})
    async with script(told) as server, Wire(TOKEN, base_url=server.base_url) as wire:
        assert (await Speaking(wire).send(OutgoingMessage("7", "Mai họp"))).ids == ("5",)


@pytest.mark.parametrize("result", NUMBERED, ids=repr)
async def test_of_what_is_read_whole_nobody_knows_then(result: object) -> None:
    told = answer(200, {"ok": True, "result": result})
    async with script(told) as server, Wire(TOKEN, base_url=server.base_url) as wire:
        place = OutgoingLocation("7", Location(21.0, 105.0))
        assert type(await refusal(Speaking(wire), place)) is OutcomeUnknown
