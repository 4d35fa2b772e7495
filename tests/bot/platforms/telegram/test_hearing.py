"""Every kind of update is understood as what a person said or did, or is nothing for us."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest
from aiogram.client.session.aiohttp import AiohttpSession

from bot.platforms.base import NotUnderstood, OutcomeUnknown
from bot.platforms.telegram.hearing import Hearing
from bot.platforms.telegram.me import me_of
from handlers.messages import Incoming, Message
from tests.bot.platforms.telegram import updates as u
from tests.bot.platforms.telegram.recorded import GROUP, LUA, PRIVATE, RECORDED
from tests.bot.platforms.telegram.updates import Json


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    return Hearing(u.ME)


def test_the_labels_of_the_recorded_updates_are_unique() -> None:
    assert len({label for label, _, _ in RECORDED}) == len(RECORDED)


@pytest.mark.parametrize(
    ("update", "understood"),
    [case[1:] for case in RECORDED],
    ids=[case[0] for case in RECORDED],
)
async def test_an_update_is_understood(
    hearing: Hearing, update: Json, understood: Incoming | None
) -> None:
    assert await hearing.understand(update) == understood


async def test_a_link_to_our_account_calls_us_by_any_name(hearing: Hearing) -> None:
    link = {"type": "text_mention", "offset": 0, "length": 8, "user": u.BOT}
    first = await hearing.understand(u.group("Loa Làng ơi, giấy đâu", entities=[link]))
    amid = await hearing.understand(u.group("hỏi loa xem", entities=[link | {"offset": 4}]))
    other = await hearing.understand(u.group("Khế ơi", entities=[link | {"user": u.KHE}]))
    assert first == Message(GROUP, LUA, "ơi, giấy đâu")
    assert amid == Message(GROUP, LUA, "hỏi loa xem")
    assert other == Message(GROUP, LUA, "Khế ơi", addressed=False)


async def test_a_bot_without_a_name_is_not_called_by_every_sign(hearing: Hearing) -> None:
    nameless = Hearing(replace(u.ME, name=""))
    heard = await nameless.understand(u.group("giá 5k @ chợ"))
    assert heard == Message(GROUP, LUA, "giá 5k @ chợ", addressed=False)


async def test_half_characters_and_nulls_become_what_a_database_can_hold(hearing: Hearing) -> None:
    spoiled: Json = {"id": 5, "is_bot": False, "first_name": "L\ud83dúa\x00"}
    update = u.private("đèn\ud800 hỏng\x00", by=spoiled)
    document = u.private(document=u.DOCUMENT | {"file_name": "\udc00.pdf"})
    heard, sheet = await hearing.understand(update), await hearing.understand(document)
    assert isinstance(heard, Message)
    assert isinstance(sheet, Message)
    assert (heard.text, heard.sender.name) == ("đèn\ufffd hỏng\ufffd", "L\ufffdúa\ufffd")
    assert sheet.attachments[0].name == "\ufffd.pdf"


async def test_an_album_is_as_many_messages_as_it_has_pictures(hearing: Hearing) -> None:
    pictures = [[u.file(f"photo-{n}", 900, width=9, height=9)] for n in (1, 2, 3)]
    captions = ["Rác ở mương", None, None]
    album = [
        u.private(photo=photo, media_group_id="77", **({"caption": words} if words else {}))
        for photo, words in zip(pictures, captions, strict=True)
    ]
    heard = [await hearing.understand(update) for update in album]
    assert [(one.text, one.attachments[0].ref) for one in heard if isinstance(one, Message)] == [
        ("Rác ở mương", "photo-1"),
        ("", "photo-2"),
        ("", "photo-3"),
    ]


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({"reply_to_message": {"sticker": {"type": "hologram"}}}, id="sticker"),
        pytest.param({"external_reply": {"origin": {"type": "dream"}}}, id="origin"),
        pytest.param({"link_preview_options": 5, "reply_markup": "x"}, id="decoration"),
        pytest.param({"via_bot": {}, "sender_boost_count": "many"}, id="sender"),
        pytest.param({"forward_origin": {"type": "dream"}}, id="forward"),
    ],
)
async def test_what_is_new_at_telegram_beside_the_words_does_not_lose_the_words(
    hearing: Hearing, beside: Json
) -> None:
    if "reply_to_message" in beside:
        beside = {"reply_to_message": u.message("", by=u.KHE) | beside["reply_to_message"]}
    heard = await hearing.understand(u.private("Đèn hỏng", **beside))
    assert heard == Message(PRIVATE, LUA, "Đèn hỏng")


@pytest.mark.parametrize(
    ("update", "path"),
    [
        (u.private("x") | {"message": []}, "message"),
        (u.private("x", chat={"id": 5}), "message.chat.type"),
        (u.private(location={"latitude": 20.5}), "message.location.longitude"),
        (u.private(photo=[u.PHOTO[0], {"file_id": 5}]), "message.photo.1.file_id"),
        (u.standing(u.MEMBER, {"user": u.BOT}), "my_chat_member.new_chat_member"),
        (
            u.standing(u.MEMBER, {"user": u.BOT, "status": "restricted"}),
            "my_chat_member.new_chat_member.is_member",
        ),
        (u.press("812.3", u.inaccessible({"id": 5})), "callback_query.message.chat.type"),
    ],
)
async def test_a_field_that_is_not_as_promised_is_named_by_its_path(
    hearing: Hearing, update: Json, path: str
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        await hearing.understand(update)
    assert str(refused.value) == path
    assert refused.value.__context__ is None


async def test_updates_are_understood_side_by_side(hearing: Hearing) -> None:
    heard = await asyncio.gather(*(hearing.understand(u.private(f"{n}")) for n in range(200)))
    assert [one.text for one in heard if isinstance(one, Message)] == [str(n) for n in range(200)]


async def test_nothing_is_logged_and_no_connection_opened(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(AiohttpSession, "create_session", opened.append)
    caplog.set_level(logging.DEBUG)
    hearing = Hearing(u.ME)
    for _, update, _ in RECORDED:
        await hearing.understand(update)
    assert [record for record in caplog.records if record.name.startswith("aiogram")] == []
    assert not opened


async def test_a_mistake_of_ours_tells_aiograms_log_nothing(
    hearing: Hearing, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Đèn hỏng")

    monkeypatch.setattr("bot.platforms.telegram.hearing.told", broken)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RuntimeError):
        await hearing.understand(u.private("Đèn hỏng"))
    assert "Đèn hỏng" not in caplog.text


def test_telegram_says_who_we_are() -> None:
    assert me_of(u.BOT | {"can_join_groups": True}) == u.ME


@pytest.mark.parametrize(
    "result",
    [None, [], {}, u.BOT | {"id": True}, u.BOT | {"id": -1}, u.BOT | {"username": None}],
)
def test_an_answer_that_does_not_say_who_we_are_is_no_answer(result: object) -> None:
    with pytest.raises(OutcomeUnknown, match="does not say"):
        me_of(result)
