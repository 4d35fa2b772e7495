"""The loopback Zalo, asked by hand: what may be sent, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import FormData

from tests.living import PNG
from tests.servers.zalo import FREE, Habits, HandClock, Person, Plan, ZaloServer
from tests.servers.zalo.asking import Asker, asking


@pytest_asyncio.fixture
async def ask() -> AsyncIterator[Asker]:
    async with ZaloServer(clock=HandClock()) as server, asking(server) as ask:
        yield ask


@pytest.fixture
def person(ask: Asker) -> Person:
    person = ask.server.person("Bà Tư")
    person.meet(ask.token)
    return person


# --- sending


async def test_words_and_their_styles_arrive(ask: Asker, person: Person) -> None:
    styles = [{"start": 0, "len": 4, "st": ["b"]}]
    answer = await ask.say(person.id, "🔴 Họp", text_styles=styles)
    [sent] = ask.server.shown(ask.token, person.id)
    assert answer["result"]["message_id"] == sent.message_id
    assert (sent.text, sent.styles) == ("🔴 Họp", tuple(styles))


@pytest.mark.parametrize(
    "style",
    [
        {"start": 0, "len": 5, "st": ["b"]},
        {"start": -1, "len": 1, "st": ["b"]},
        {"start": 0, "len": 1, "st": ["blink"]},
        {"offset": 0, "length": 1},
        "b",
    ],
)
async def test_styles_must_fit_their_words(ask: Asker, person: Person, style: Any) -> None:
    refused = await ask.refusal("sendMessage", chat_id=person.id, text="họp!", text_styles=[style])
    assert refused == (200, 400)


@pytest.mark.parametrize(
    ("text", "units", "points"),
    [
        ("", 400, 400),
        (" ", 400, 400),
        ("ạ" * 2000, 0, 0),
        ("ạ" * 2001, 400, 400),
        ("😀" * 1000, 0, 0),
        ("😀" * 1001, 400, 0),
        ("😀" * 2000, 400, 0),
    ],
)
async def test_a_text_is_as_long_as_it_is_measured(
    ask: Asker, person: Person, text: str, units: int, points: int
) -> None:
    for habits, code in ((Habits(), units), (Habits(code_points=True), points)):
        ask.server.habits = habits
        answer = await ask.say(person.id, text)
        assert answer.get("error_code", 0) == code


async def test_a_photo_is_read_from_its_address(ask: Asker, person: Person) -> None:
    url = ask.server.address(PNG, "png")
    answer = await ask("sendPhoto", chat_id=person.id, photo=url, caption="Sơ đồ")
    assert answer["result"]["message_type"] == "CHAT_PHOTO"
    [sent] = ask.server.sent
    assert (sent.text, sent.photo, sent.photo_url) == ("Sơ đồ", PNG, url)
    assert ask.server.records.fetched == [url]


@pytest.mark.parametrize("photo", ["", "data:image/png;base64,iVBO", "https://xa.example/anh.png"])
async def test_a_photo_that_cannot_be_read_is_refused(
    ask: Asker, person: Person, photo: str
) -> None:
    assert await ask.refusal("sendPhoto", chat_id=person.id, photo=photo) == (200, 400)
    missing = f"{ask.server.base_url}/files/khong-co.jpg"
    assert await ask.refusal("sendPhoto", chat_id=person.id, photo=missing) == (200, 400)
    page = f"{ask.server.base_url}/bot{ask.token}/getMe"
    assert await ask.refusal("sendPhoto", chat_id=person.id, photo=page) == (200, 400)
    assert ask.server.sent == []


async def test_nothing_is_edited_deleted_or_uploaded(ask: Asker, person: Person) -> None:
    for method in ("editMessageText", "deleteMessage", "sendDocument", "getChat", "getme"):
        assert await ask.refusal(method, chat_id=person.id) == (404, 0)
    url = f"{ask.server.base_url}/bot{ask.token}/sendMessage"
    multipart = FormData({"chat_id": person.id, "text": "chào"}, default_to_multipart=True)
    async with ask.session.post(url, data=multipart) as answer:
        assert (await answer.json())["error_code"] == 400
    async with ask.session.post(url, data={"chat_id": person.id, "text": "chào"}) as answer:
        assert (await answer.json())["ok"]


async def test_a_voice_reaches_people_but_no_group(ask: Asker, person: Person) -> None:
    group = ask.server.group("Thôn 1", [ask.token])
    for chat in (person.id, group.id):
        assert (await ask("sendVoice", chat_id=chat, voice_url="https://xa.example/a.aac"))["ok"]
    assert [sent.chat for sent in ask.server.sent] == [person.id]


async def test_whoever_is_not_there_gets_nothing(ask: Asker, person: Person) -> None:
    group = ask.server.group("Thôn 1", [ask.token])
    stranger = ask.server.person()
    group.remove(ask.token)
    person.block(ask.token)
    for chat, code in ((stranger.id, 400), ("", 400), (group.id, 404), (person.id, 404)):
        assert await ask.refusal("sendMessage", chat_id=chat, text="chào") == (200, code)
    group.add(ask.token)
    person.unblock(ask.token)
    assert (await ask.say(group.id, "chào"))["ok"]
    assert (await ask.say(person.id, "chào"))["ok"]


async def test_typing_is_only_noted(ask: Asker, person: Person) -> None:
    assert await ask("sendChatAction", chat_id=person.id, action="typing") == {"ok": True}
    assert ask.server.records.actions == [(person.id, "typing")]
    assert await ask.refusal("sendChatAction", chat_id=person.id, action="upload_photo") == (
        200,
        400,
    )


# --- envelopes and tokens


async def test_a_success_may_have_a_code(ask: Asker) -> None:
    assert "error_code" not in await ask("getMe")
    ask.server.habits = Habits(zero_code=True, shows_display=True)
    answer = await ask("getMe")
    assert (answer["ok"], answer["error_code"]) == (True, 0)
    assert answer["result"]["display_name"] == "Bot Loa Làng"


async def test_a_refusal_may_be_a_status(ask: Asker) -> None:
    assert await ask.refusal("sendMessage", chat_id="", text="chào") == (200, 400)
    ask.server.habits = Habits(errors_as_status=True)
    assert await ask.refusal("sendMessage", chat_id="", text="chào") == (400, 400)


async def test_a_token_that_is_wrong_or_was_made_anew_lets_nobody_in(ask: Asker) -> None:
    poll = asyncio.create_task(ask.refusal("getUpdates"))
    await ask.server.until(lambda: ask.server.polled(ask.token))
    ask.server.revoke(ask.token)
    assert await poll == (200, 401)
    assert await ask.refusal("getMe") == (200, 401)
    ask.token = ask.token[:-1]
    assert await ask.refusal("getMe") == (200, 401)


# --- plans


async def planned(ask: Asker, plan: Plan) -> Person:
    """A person who knows the asker's bot, which has this plan now."""
    ask.server.bots[ask.token].plan = plan
    person = ask.server.person()
    person.meet(ask.token)
    return person


async def test_a_month_has_so_many_messages_and_then_nothing_is_said_of_when(ask: Asker) -> None:
    person = await planned(ask, replace(FREE, monthly=2))
    assert [(await ask.say(person.id, "chào"))["ok"] for _ in range(2)] == [True, True]
    assert await ask("sendMessage", chat_id=person.id, text="nữa") == {
        "ok": False,
        "description": "Quota exceeded",
        "error_code": 429,
    }
    assert ask.server.records.too_many == 1
    clock = ask.server.clock
    assert isinstance(clock, HandClock)
    clock.advance(31 * 86_400)
    assert (await ask.say(person.id, "tháng sau"))["ok"]


async def test_what_is_received_may_count_too(ask: Asker) -> None:
    person = await planned(ask, Plan(monthly=2))
    ask.server.habits = Habits(counts_received=True)
    person.say(ask.token, "chào")
    person.say(ask.token, "chào")
    assert await ask.refusal("sendMessage", chat_id=person.id, text="chào") == (200, 429)


async def test_a_burst_is_too_many(ask: Asker) -> None:
    person = await planned(ask, Plan(burst=(2, 10.0)))
    answers = [await ask.say(person.id, "chào") for _ in range(3)]
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert isinstance(ask.server.clock, HandClock)
    ask.server.clock.advance(11)
    assert (await ask.say(person.id, "chào"))["ok"]


async def test_a_plan_has_room_for_so_many_people_and_groups(ask: Asker) -> None:
    ask.server.bots[ask.token].plan = Plan(users=1, groups=1)
    first, second = ask.server.person(), ask.server.person()
    for person in (first, second, first):
        person.say(ask.token, "chào")
    assert (ask.server.lost, ask.server.bots[ask.token].turned_away) == (2, 1)
    ask.server.group("Thôn 1", [ask.token])
    with pytest.raises(LookupError):
        ask.server.group("Thôn 2", [ask.token])
