"""Ephemeral messages of the loopback Bot API: who may send them, and who sees them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.asker import Asker, asking, clock
from tests.servers.stage import Stage


def alone(number: int, **more: str) -> dict[str, Any]:
    return {"receiver_user_id": number, **more}


async def whisper(stage: Stage, chat: int | None = None, **more: Any) -> Any:
    """The whole answer."""
    params = more or {"ephemeral_message_parameters": alone(stage.person.id)}
    async with asking(stage.server, stage.token) as ask:
        return await ask("sendMessage", chat_id=chat or stage.group.id, text="riêng", **params)


async def pressed(stage: Stage) -> str:
    """The query of a press on a button of the bot's."""
    async with asking(stage.server, stage.token) as ask:
        markup = {"inline_keyboard": [[{"text": "Có", "callback_data": "1"}]]}
        await ask("sendMessage", chat_id=stage.group.id, text="Hỏi", reply_markup=markup)
    return stage.person.press(stage.group, stage.server.sent[-1], "Có")


async def test_an_admin_whispers_to_one_member_at_any_time(stage: Stage) -> None:
    other = stage.server.person("Ông Ba")
    stage.group.add(other)
    stage.group.promote(stage.token)
    clock(stage.server).advance(3600)
    first, second = [(await whisper(stage))["result"] for _ in range(2)]
    assert (first["message_id"], first["ephemeral_message_id"]) == (0, 1)
    assert first["receiver_user"] == stage.person.json
    assert (second["message_id"], second["ephemeral_message_id"]) == (0, 2)
    assert [one["text"] for one in stage.person.received(stage.group)] == ["riêng", "riêng"]
    assert other.received(stage.group) == []
    assert 0 not in stage.group.chat.messages


async def test_a_plain_member_whispers_only_after_a_press(stage: Stage) -> None:
    assert (await whisper(stage))["description"] == "Bad Request: BOT_NOT_ADMIN"
    query = await pressed(stage)
    given = alone(stage.person.id, callback_query_id=query)
    clock(stage.server).advance(15)
    assert (await whisper(stage, ephemeral_message_parameters=given))["ok"]
    clock(stage.server).advance(0.1)
    late = await whisper(stage, ephemeral_message_parameters=given)
    assert (late["error_code"], late["description"]) == (400, "Bad Request: QUERY_ID_INVALID")
    assert [sent.text for sent in stage.server.sent] == ["Hỏi", "riêng"]


@pytest.mark.parametrize("given", [[], {}, {"callback_query_id": "1"}])
async def test_whoever_is_not_named_is_not_whispered_to(stage: Stage, given: Any) -> None:
    stage.group.promote(stage.token)
    answer = await whisper(stage, ephemeral_message_parameters=given)
    assert (answer["error_code"], stage.server.sent) == (400, [])


async def test_nobody_is_whispered_to_in_private_or_where_they_are_not(stage: Stage) -> None:
    private = await whisper(stage, stage.person.id)
    assert private["description"] == "Bad Request: BOT_NOT_ADMIN"
    stage.group.promote(stage.token)
    stranger = alone(stage.server.person("Người lạ").id)
    assert not (await whisper(stage, ephemeral_message_parameters=stranger))["ok"]
    stage.group.remove(stage.person)
    assert not (await whisper(stage))["ok"]
    assert stage.server.sent == []


async def test_aiogram_reads_a_whisper(stage: Stage, aiogram_bot: Any) -> None:
    from aiogram.types import EphemeralMessageParameters

    stage.group.promote(stage.token)
    given = EphemeralMessageParameters(receiver_user_id=stage.person.id)
    said = await aiogram_bot.send_message(
        stage.group.id, "riêng", ephemeral_message_parameters=given
    )
    assert (said.message_id, said.ephemeral_message_id) == (0, 1)
    assert said.receiver_user.id == stage.person.id


async def test_words_without_such_a_field_are_for_all(ask: Asker) -> None:
    group = ask.server.group("Thôn 1", [ask.token])
    answer = await ask("sendMessage", chat_id=group.id, text="chung")
    assert answer["result"]["message_id"] > 0
    assert "receiver_user" not in answer["result"]
