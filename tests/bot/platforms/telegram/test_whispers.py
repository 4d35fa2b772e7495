"""Words for one member of a group: said to all only where Telegram certainly would not whisper."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from bot.platforms.base import (
    BadToken,
    ChatGone,
    ChatMoved,
    OutcomeUnknown,
    OutgoingMessage,
    Sent,
    TooManyRequests,
)
from bot.platforms.telegram.speaking import Speaking
from bot.platforms.telegram.wire import Wire
from tests.bot.platforms.telegram.booth import Booth, answer, booth, no, refusal, script

TOKEN: Final = "7000000001:" + "T" * 35
WORDS: Final = "Vừa trả lời ở trên ạ."
MESSAGE: Final = {"date": 1795312000, "chat": {"id": -7, "type": "supergroup"}}
WHISPERED: Final = {"ok": True, "result": {"message_id": 0, "ephemeral_message_id": 3} | MESSAGE}
SAID: Final = {"ok": True, "result": {"message_id": 5} | MESSAGE}


@pytest.fixture
async def said() -> AsyncIterator[Booth]:
    async with booth() as opened:
        opened.group.promote(opened.token)
        yield opened


def to_an(said: Booth) -> OutgoingMessage:
    return OutgoingMessage(str(said.group.id), WORDS, only_for=str(said.an.id))


def calls(said: Booth) -> int:
    return said.server.records.calls["sendMessage"]


async def test_a_whisper_is_seen_by_the_one_it_is_for_and_stands_nowhere(said: Booth) -> None:
    other = said.server.person("Bình")
    said.group.add(other)
    assert await said.speaking.send(to_an(said)) == Sent()
    (heard,) = said.an.received(said.group)
    assert (heard["text"], heard["receiver_user"]["id"]) == (WORDS, said.an.id)
    assert other.received(said.group) == []
    assert calls(said) == 1


async def test_a_whisper_in_a_topic_stays_in_it(said: Booth) -> None:
    forum = said.server.group("Xã Khe", [said.an, said.token], forum=True)
    topic = forum.topic("Nước sạch")
    forum.promote(said.token)
    chat = f"{forum.id}/{topic}"
    await said.speaking.send(OutgoingMessage(chat, WORDS, only_for=str(said.an.id)))
    (heard,) = said.an.received(forum)
    assert (heard["message_thread_id"], heard["message_id"]) == (topic, 0)


@pytest.mark.parametrize("why", ["no admin", "gone"])
async def test_where_whispering_is_refused_it_is_said_to_all_once(said: Booth, why: str) -> None:
    if why == "gone":
        said.group.remove(said.an)
    else:
        said.group.demote(said.token)
    sent = await said.speaking.send(to_an(said))
    (message,) = said.server.sent
    assert "receiver_user" not in message.message
    assert sent == Sent((str(message.message_id),))
    assert (message.text, calls(said)) == (WORDS, 2)


@pytest.mark.parametrize("kind", ["reset", "error", "error_after", "garbage", "half"])
async def test_a_whisper_of_which_nobody_knows_is_not_said_again(said: Booth, kind: Any) -> None:
    said.server.fault(kind, "sendMessage")
    assert type(await said.refusal(to_an(said))) is OutcomeUnknown
    assert calls(said) == 1


async def test_what_is_said_to_all_instead_may_be_lost_from_sight_too(said: Booth) -> None:
    said.group.demote(said.token)
    said.server.fault("reset", "sendMessage", nth=2)
    assert type(await said.refusal(to_an(said))) is OutcomeUnknown
    assert len(said.server.sent) == 1


async def test_a_pause_is_no_refusal(said: Booth) -> None:
    said.server.fault("too_many", "sendMessage", seconds=7)
    assert type(await said.refusal(to_an(said))) is TooManyRequests
    assert (calls(said), said.server.sent) == (1, [])


async def test_a_revoked_token_is_told_at_once(said: Booth) -> None:
    said.server.revoke(said.token)
    assert type(await said.refusal(to_an(said))) is BadToken


async def test_a_group_that_is_closed_is_gone_for_whispers_too(said: Booth) -> None:
    said.group.remove(said.token)
    assert type(await said.refusal(to_an(said))) is ChatGone


async def test_a_group_that_grew_is_whispered_in_under_its_new_id(said: Booth) -> None:
    small = said.server.group("Thôn Cúc", [said.an, said.token])
    small.promote(said.token)
    grown = small.upgrade()
    error = await said.refusal(OutgoingMessage(str(small.id), WORDS, only_for=str(said.an.id)))
    assert isinstance(error, ChatMoved)
    assert error.new_id == str(grown.id)
    assert calls(said) == 1


async def asked(*answers: bytes) -> tuple[Sent, list[dict[str, Any]]]:
    """What came of a whisper, and the values of each call."""
    async with script(*answers) as server, Wire(TOKEN, base_url=server.base_url) as wire:
        sent = await Speaking(wire).send(OutgoingMessage("-7", WORDS, only_for="42"))
    return sent, [json.loads(one.partition(b"\r\n\r\n")[2]) for one in server.asked]


async def test_nothing_more_is_asked_than_whom_it_is_for() -> None:
    plain = {"chat_id": "-7", "text": WORDS, "link_preview_options": {"is_disabled": True}}
    alone = plain | {"ephemeral_message_parameters": {"receiver_user_id": 42}}
    assert await asked(answer(200, WHISPERED)) == (Sent(), [alone])
    refused = answer(400, no(400, "Bad Request: BOT_NOT_ADMIN"))
    assert await asked(refused, answer(200, SAID)) == (Sent(("5",)), [alone, plain])


async def test_a_server_that_knows_no_whispers_says_it_to_all() -> None:
    """A Bot API server of one's own, older than they are, passes over what it does not know."""
    sent, calls = await asked(answer(200, SAID))
    assert (sent, len(calls)) == (Sent(("5",)), 1)


@pytest.mark.parametrize("words", ["user not found", "PEER_ID_INVALID", "USER_NOT_PARTICIPANT"])
async def test_that_nobody_is_there_to_whisper_to_closes_no_group(words: str) -> None:
    refused = answer(400, no(400, f"Bad Request: {words}"))
    assert (await asked(refused, answer(200, SAID)))[0] == Sent(("5",))


async def test_what_is_no_answer_of_telegrams_is_no_refusal() -> None:
    page = answer(400, b"<html>Bad Request</html>")
    async with script(page) as server, Wire(TOKEN, base_url=server.base_url) as wire:
        error = await refusal(Speaking(wire), OutgoingMessage("-7", WORDS, only_for="42"))
    assert type(error) is OutcomeUnknown
    assert len(server.asked) == 1
