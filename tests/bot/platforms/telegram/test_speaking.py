"""What is said on Telegram, as it arrives there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.platforms.base import (
    ChatGone,
    ChatMoved,
    OutcomeUnknown,
    OutgoingDelete,
    OutgoingEdit,
    OutgoingLeave,
    OutgoingLocation,
    OutgoingMessage,
    OutgoingPin,
    Rejected,
    Sent,
)
from handlers.messages import Location
from tests.bot.platforms.telegram.booth import Booth, booth

SMILE = "\N{SLIGHTLY SMILING FACE}"


@pytest.fixture
async def said() -> AsyncIterator[Booth]:
    async with booth() as opened:
        yield opened


def last(said: Booth) -> dict[str, Any]:
    return said.server.sent[-1].message


async def say(said: Booth, text: str = "Mai họp thôn", chat: str = "") -> str:
    sent = await said.speaking.send(OutgoingMessage(chat or str(said.group.id), text))
    return sent.ids[0]


# --- messages


async def test_words_arrive_as_they_are_and_their_id_comes_back(said: Booth) -> None:
    sent = await said.speaking.send(OutgoingMessage(str(said.an.id), "*Họp* <b>thôn</b> _19h_"))
    assert said.texts == ["*Họp* <b>thôn</b> _19h_"]
    assert sent == Sent((str(last(said)["message_id"]),))
    assert "entities" not in last(said)


async def test_nobody_is_asked_anything_before_the_first_message(said: Booth) -> None:
    await say(said)
    assert dict(said.server.records.calls) == {"sendMessage": 1}


async def test_what_stands_out_is_bold_by_its_place(said: Booth) -> None:
    text = f"{SMILE} Khẩn: tránh bão"
    await said.speaking.send(OutgoingMessage(str(said.an.id), text, bold=((3, 5), (9, 9))))
    kept = [(one["type"], one["offset"], one["length"]) for one in last(said)["entities"]]
    assert kept == [("bold", 3, 5), ("bold", 9, 9)]


async def test_a_message_of_4096_emoji_units_passes_and_one_more_does_not(said: Booth) -> None:
    await say(said, SMILE * 2048)
    assert said.texts == [SMILE * 2048]
    error = await said.refusal(OutgoingMessage(str(said.group.id), SMILE * 2048 + "!"))
    assert type(error) is Rejected
    assert str(error) in ("message is too long", "text is too long")


async def test_half_a_character_becomes_a_question_mark(said: Booth) -> None:
    buttons = (("Đã \udc00 nhận", "1.0"),)
    await said.speaking.send(OutgoingMessage(str(said.an.id), "lỡ \ud83d chữ", buttons))
    assert said.texts == ["lỡ ? chữ"]
    assert said.server.sent[-1].buttons == ["Đã ? nhận"]


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        pytest.param(["Có", "Không"], [["Có", "Không"]], id="two short ones"),
        pytest.param(["Có", "Không", "Thôi"], [["Có", "Không"], ["Thôi"]], id="three"),
        pytest.param(["123456789012345", "Có"], [["123456789012345"], ["Có"]], id="long first"),
        pytest.param(["Có", "123456789012345"], [["Có"], ["123456789012345"]], id="long last"),
        pytest.param(["12345678901234"] * 2, [["12345678901234"] * 2], id="just short enough"),
        pytest.param(
            ["Có", "Việc khác hẳn nữa", "Không", "Thôi"],
            [["Có"], ["Việc khác hẳn nữa"], ["Không", "Thôi"]],
            id="long between",
        ),
    ],
)
async def test_two_short_buttons_share_a_row(
    said: Booth, labels: list[str], rows: list[list[str]]
) -> None:
    buttons = tuple((label, f"12.{number}") for number, label in enumerate(labels))
    await said.speaking.send(OutgoingMessage(str(said.an.id), "Chọn:", buttons))
    keyboard = last(said)["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in keyboard] == rows
    flat = [button["callback_data"] for row in keyboard for button in row]
    assert flat == [callback for _, callback in buttons]


async def test_a_place_arrives_as_a_place(said: Booth) -> None:
    outgoing = OutgoingLocation(str(said.an.id), Location(20.99, 105.84))
    sent = await said.speaking.send(outgoing)
    assert last(said)["location"] == {"latitude": 20.99, "longitude": 105.84}
    assert sent.ids == (str(last(said)["message_id"]),)


async def test_a_topic_is_a_chat_of_its_own(said: Booth) -> None:
    forum = said.server.group("Xã Khe", members=[said.token], forum=True)
    topic = forum.topic("Nước sạch")
    chat = f"{forum.id}/{topic}"
    number = await say(said, chat=chat)
    await said.speaking.send(OutgoingLocation(chat, Location(21, 105)))
    assert [sent.message["message_thread_id"] for sent in said.server.sent] == [topic] * 2
    forum.promote(said.token)
    await said.speaking.send(OutgoingEdit(chat, number, "Mai nghỉ"))
    await said.speaking.send(OutgoingPin(chat, number))
    await said.speaking.send(OutgoingDelete(chat, number))
    assert said.server.records.deleted == [(forum.id, int(number))]


async def test_a_topic_that_is_gone_is_a_chat_that_is_gone(said: Booth) -> None:
    forum = said.server.group("Xã Khe", members=[said.token], forum=True)
    error = await said.refusal(OutgoingMessage(f"{forum.id}/999", "Mai họp"))
    assert type(error) is ChatGone


# --- changes


async def test_an_edit_changes_words_and_takes_the_buttons_away(said: Booth) -> None:
    buttons = (("Có", "1.0"),)
    sent = await said.speaking.send(OutgoingMessage(str(said.an.id), "Gửi?", buttons))
    edit = OutgoingEdit(str(said.an.id), sent.ids[0], "Đã gửi")
    assert await said.speaking.send(edit) == sent
    (changed,) = said.server.edits
    assert (changed.text, changed.buttons) == ("Đã gửi", [])


async def test_an_edit_repeated_is_an_edit_done(said: Booth) -> None:
    number = await say(said)
    edit = OutgoingEdit(str(said.group.id), number, "Mai nghỉ", (("Có", "1.0"),))
    assert await said.speaking.send(edit) == await said.speaking.send(edit) == Sent((number,))
    assert len(said.server.edits) == 1


@pytest.mark.parametrize("number", ["999", "", "x"])
async def test_an_edit_of_what_is_not_there_is_refused(said: Booth, number: str) -> None:
    error = await said.refusal(OutgoingEdit(str(said.group.id), number, "Mai nghỉ"))
    assert type(error) is Rejected


async def test_an_edit_of_another_persons_words_is_refused(said: Booth) -> None:
    number = str(said.an.say(said.group, "xin chào")["message_id"])
    error = await said.refusal(OutgoingEdit(str(said.group.id), number, "Mai nghỉ"))
    assert str(error) == "message can't be edited"


async def test_what_is_deleted_is_gone_and_what_is_gone_is_deleted(said: Booth) -> None:
    delete = OutgoingDelete(str(said.group.id), await say(said))
    assert await said.speaking.send(delete) == Sent()
    assert await said.speaking.send(delete) == Sent()
    assert len(said.server.records.deleted) == 1


async def test_another_persons_words_cannot_be_deleted(said: Booth) -> None:
    number = str(said.an.say(said.group, "xin chào")["message_id"])
    error = await said.refusal(OutgoingDelete(str(said.group.id), number))
    assert type(error) is Rejected


async def test_a_message_is_pinned_without_a_sound(said: Booth) -> None:
    number = await say(said)
    said.group.promote(said.token)
    assert await said.speaking.send(OutgoingPin(str(said.group.id), number)) == Sent((number,))
    assert said.group.chat.pinned == [int(number)]


async def test_without_the_right_nothing_is_pinned(said: Booth) -> None:
    pin = OutgoingPin(str(said.group.id), await say(said))
    assert type(await said.refusal(pin)) is Rejected


async def test_a_group_is_left_once_and_for_good(said: Booth) -> None:
    leave = OutgoingLeave(str(said.group.id))
    assert await said.speaking.send(leave) == Sent()
    assert await said.speaking.send(leave) == Sent()
    assert await said.speaking.send(OutgoingLeave("-100999")) == Sent()
    assert type(await said.refusal(OutgoingMessage(leave.chat, "Mai họp"))) is ChatGone


# --- chats that are closed


async def test_who_blocked_the_bot_is_gone(said: Booth) -> None:
    said.an.block(said.token)
    assert type(await said.refusal(OutgoingMessage(str(said.an.id), "Mai họp"))) is ChatGone


async def test_who_left_telegram_is_gone(said: Booth) -> None:
    said.an.deactivate()
    assert type(await said.refusal(OutgoingMessage(str(said.an.id), "Mai họp"))) is ChatGone


async def test_a_group_that_put_the_bot_out_is_gone(said: Booth) -> None:
    said.group.remove(said.token)
    assert type(await said.refusal(OutgoingMessage(str(said.group.id), "Mai họp"))) is ChatGone


async def test_a_muted_group_is_not_gone(said: Booth) -> None:
    said.group.mute(said.token)
    error = await said.refusal(OutgoingMessage(str(said.group.id), "Mai họp"))
    assert type(error) is Rejected
    assert "rights" in str(error)


async def test_a_group_that_grew_tells_its_new_id(said: Booth) -> None:
    small = said.server.group("Thôn Cúc", members=[said.token], kind="group")
    grown = small.upgrade()
    outgoing = OutgoingMessage(str(small.id), "Mai họp")
    error = await said.refusal(outgoing)
    assert isinstance(error, ChatMoved)
    assert error.new_id == str(grown.id)
    await said.speaking.send(replace(outgoing, chat=error.new_id))
    assert said.texts == ["Mai họp"]


async def test_whatever_breaks_is_an_outcome_unknown(said: Booth) -> None:
    """A number of a kind Telegram never gives: python-telegram-bot cannot write it down."""
    outgoing = OutgoingLocation(str(said.an.id), Location(object(), 0))  # type: ignore[arg-type]
    assert type(await said.refusal(outgoing)) is OutcomeUnknown
