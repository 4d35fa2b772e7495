"""What the loopback Bot API refuses: sizes, states of messages, and pace, by a clock of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.servers.asker import Asker, clock
from tests.servers.telegram import Pace
from tests.servers.telegram.refusals import NOT_MODIFIED


def keyboard(data: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Nút", "callback_data": data}]]}


LIMITS: dict[str, tuple[dict[str, Any], str]] = {
    "no words": ({"text": " \n "}, "message text is empty"),
    "too many units": ({"text": "😀" * 2048 + "a"}, "message is too long"),
    "data of 65 bytes": ({"text": "a", "reply_markup": keyboard("ấ" * 22)}, "BUTTON_DATA_INVALID"),
    "no data": ({"text": "a", "reply_markup": keyboard("")}, "BUTTON_DATA_INVALID"),
    "markup no JSON": (
        {"text": "a", "reply_markup": "{"},
        "can't parse reply keyboard markup JSON object",
    ),
    "entity outside": (
        {"text": "abc", "entities": [{"type": "bold", "offset": 1, "length": 3}]},
        "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4",
    ),
    "no such reply": (
        {"text": "a", "reply_parameters": {"message_id": 99}},
        "message to be replied not found",
    ),
}


@pytest.mark.parametrize("case", LIMITS)
async def test_what_does_not_fit_is_refused(ask: Asker, case: str) -> None:
    person = ask.server.person()
    person.say(ask.token, "chào")
    params, words = LIMITS[case]
    assert await ask.refusal("sendMessage", chat_id=person.id, **params) == f"Bad Request: {words}"
    assert ask.server.sent == []


async def test_what_just_fits_is_sent(ask: Asker) -> None:
    person = ask.server.person()
    person.say(ask.token, "chào")
    bold = {"type": "bold", "offset": 4094, "length": 2}
    answer = await ask(
        "sendMessage",
        chat_id=person.id,
        text="😀" * 2048,
        entities=[bold],
        reply_markup=keyboard("a" * 64),
    )
    assert answer["result"]["entities"] == [bold]


async def test_edits_say_what_is_wrong_with_them(ask: Asker) -> None:
    person = ask.server.person()
    theirs = person.say(ask.token, "chào")["message_id"]
    ours = (await ask("sendMessage", chat_id=person.id, text="một"))["result"]["message_id"]
    for number, words in (
        (ours, NOT_MODIFIED),
        (theirs, "message can't be edited"),
        (ours + 1, "message to edit not found"),
    ):
        said = await ask.refusal(
            "editMessageText", chat_id=person.id, message_id=number, text="một"
        )
        assert said == f"Bad Request: {words}"
    clock(ask.server).advance(10)
    edited = await ask("editMessageText", chat_id=person.id, message_id=ours, text="hai")
    assert edited["result"]["text"] == "hai"
    assert [each.text for each in ask.server.edits] == ["hai"]


async def test_a_query_is_answered_once_and_in_time(ask: Asker) -> None:
    person = ask.server.person()
    person.say(ask.token, "chào")
    sent = await ask("sendMessage", chat_id=person.id, text="?", reply_markup=keyboard("a"))
    number = sent["result"]["message_id"]
    first, late = (person.press(ask.token, number, "Nút") for _ in range(2))
    too_long = await ask.refusal("answerCallbackQuery", callback_query_id=first, text="a" * 201)
    assert "MESSAGE_TOO_LONG" in too_long
    assert (await ask("answerCallbackQuery", callback_query_id=first))["result"] is True
    clock(ask.server).advance(151)
    for query in (first, late, "1"):
        assert "query is too old" in await ask.refusal(
            "answerCallbackQuery", callback_query_id=query
        )
    with pytest.raises(LookupError, match="it shows"):
        person.press(ask.token, number, "Không có")


async def test_a_deletion_needs_youth_or_rights(ask: Asker) -> None:
    person = ask.server.person()
    group = ask.server.group(members=[ask.token, person])
    theirs = person.say(group, "/xoa")["message_id"]
    ours = (await ask("sendMessage", chat_id=group.id, text="một"))["result"]["message_id"]
    delete: dict[str, Any] = {"method": "deleteMessage", "chat_id": group.id}
    assert "can't be deleted" in await ask.refusal(**delete, message_id=theirs)
    clock(ask.server).advance(48 * 3600)
    assert "can't be deleted" in await ask.refusal(**delete, message_id=ours)
    assert "not enough rights" in await ask.refusal(
        "pinChatMessage", chat_id=group.id, message_id=ours
    )
    group.promote(ask.token)
    assert (await ask(**delete, message_id=theirs))["ok"]
    assert (await ask("pinChatMessage", chat_id=group.id, message_id=ours))["ok"]
    assert "to delete not found" in await ask.refusal(**delete, message_id=theirs)


# --- pace


async def test_a_private_chat_takes_three_at_once_and_then_rests(ask: Asker) -> None:
    person = ask.server.person()
    person.say(ask.token, "chào")
    say: dict[str, Any] = {"method": "sendMessage", "chat_id": person.id, "text": "a"}
    for _ in range(3):
        assert (await ask(**say))["ok"]
    refused = await ask(**say)
    assert refused["parameters"] == {"retry_after": 3}
    assert refused["description"] == "Too Many Requests: retry after 3"
    clock(ask.server).advance(2.5)
    assert (await ask(**say))["parameters"] == {"retry_after": 1}  # nothing is prolonged
    clock(ask.server).advance(0.5)
    assert (await ask(**say))["ok"]
    assert ask.server.records.too_many == 2


async def test_a_group_takes_twenty_a_minute_beside_others(ask: Asker) -> None:
    one, other = (ask.server.group(members=[ask.token]) for _ in range(2))
    for _ in range(20):
        assert (await ask("sendMessage", chat_id=one.id, text="a"))["ok"]
    assert (await ask("sendMessage", chat_id=one.id, text="a"))["error_code"] == 429
    assert (await ask("sendMessage", chat_id=other.id, text="a"))["ok"]
    clock(ask.server).advance(3)
    assert (await ask("sendMessage", chat_id=one.id, text="a"))["ok"]


async def test_a_token_takes_thirty_at_once(ask: Asker) -> None:
    people = ask.server.burst(ask.token, 31, 31)
    answers = [await ask("sendMessage", chat_id=each.id, text="a") for each in people]
    assert [each["ok"] for each in answers] == [True] * 30 + [False]
    assert (await ask("sendMessage", chat_id=people[0].id, text="a"))["error_code"] == 429
    ask.server.set_pace(replace(Pace(), burst=1000))
    assert (await ask("sendMessage", chat_id=people[0].id, text="a"))["ok"]
    ask.server.set_pace(None)
    for _ in range(40):
        assert (await ask("sendMessage", chat_id=people[0].id, text="a"))["ok"]
