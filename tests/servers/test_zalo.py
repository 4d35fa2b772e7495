"""The loopback Zalo, asked by hand: who hears what, and what is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import pytest_asyncio
from aiohttp import web

from bot.web.listening import listening
from tests.bot.telegraph import free_port
from tests.living import PNG
from tests.servers.zalo import Habits, HandClock, Person, ZaloServer
from tests.servers.zalo.asking import Asker, asking

SEAL: Final = "bi-mat-8"


@pytest_asyncio.fixture
async def ask() -> AsyncIterator[Asker]:
    async with ZaloServer(clock=HandClock()) as server, asking(server) as ask:
        yield ask


@pytest.fixture
def person(ask: Asker) -> Person:
    person = ask.server.person("Bà Tư")
    person.meet(ask.token)
    return person


def polling(ask: Asker) -> asyncio.Task[Any]:
    return asyncio.create_task(ask.update(timeout="50"))


async def hears(ask: Asker, count: int = 1) -> list[asyncio.Task[Any]]:
    """So many polls that wait."""
    before = len(ask.server.bots[ask.token].ears.polls)
    polls = [polling(ask) for _ in range(count)]
    await ask.server.until(
        lambda: len(ask.server.bots[ask.token].ears.polls) == before + count,
    )
    return polls


# --- polling


async def test_a_waiting_poll_is_answered_with_one_event(ask: Asker, person: Person) -> None:
    [poll] = await hears(ask)
    person.say(ask.token, "Xin chào")
    event = await poll
    assert event["event_name"] == "message.text.received"
    message = event["message"]
    assert (message["text"], message["from"]["display_name"]) == ("Xin chào", "Bà Tư")
    assert message["chat"] == {"id": person.id, "chat_type": "PRIVATE"}
    assert message["from"]["id"] == person.id
    assert isinstance(message["date"], int)


async def test_what_is_said_while_nobody_polls_is_lost(ask: Asker, person: Person) -> None:
    person.say(ask.token, "không ai nghe")
    assert await ask.update(timeout=0) is None
    assert (ask.server.lost, len(ask.server.bots[ask.token].ears.handed)) == (1, 0)


async def test_between_two_polls_events_wait_one_for_each_poll(ask: Asker, person: Person) -> None:
    [poll] = await hears(ask)
    for text in ("một", "hai", "ba"):
        person.say(ask.token, text)
    heard = [await poll, await ask.update(), await ask.update()]
    assert [each["message"]["text"] for each in heard] == ["một", "hai", "ba"]
    assert await ask.update(timeout=0) is None
    await ask.server.idle()


async def test_all_that_waits_may_come_as_a_list(ask: Asker, person: Person) -> None:
    ask.server.habits = Habits(lists=True)
    [poll] = await hears(ask)
    for text in ("một", "hai", "ba"):
        person.say(ask.token, text)
    assert [each["message"]["text"] for each in await poll] == ["một"]
    assert [each["message"]["text"] for each in await ask.update()] == ["hai", "ba"]


async def test_what_waits_is_lost_when_the_next_poll_is_late(ask: Asker, person: Person) -> None:
    ask.server.habits = Habits(grace=0.01)
    [poll] = await hears(ask)
    person.say(ask.token, "một")
    person.say(ask.token, "hai")
    await poll
    ears = ask.server.bots[ask.token].ears
    await ask.server.until(lambda: not ears.open)
    assert [each["message"]["text"] for each in ears.lost] == ["hai"]


async def test_whoever_polls_beside_takes_events_away(ask: Asker, person: Person) -> None:
    first, second = await hears(ask, 2)
    texts = ["một", "hai"]
    for text in texts:
        person.say(ask.token, text)
    assert [(await poll)["message"]["text"] for poll in (first, second)] == texts


async def test_a_poll_whose_reader_left_hears_nothing_more(ask: Asker, person: Person) -> None:
    [poll] = await hears(ask)
    poll.cancel()
    await ask.server.until(lambda: not ask.server.polled(ask.token))
    person.say(ask.token, "không ai nghe")
    assert ask.server.lost == 1


@pytest.mark.parametrize("status", [408, 200])
async def test_an_idle_poll_is_an_error_of_its_own(ask: Asker, status: int) -> None:
    ask.server.habits = Habits(idle_status=status)
    assert await ask.refusal("getUpdates", timeout="0") == (status, 408)
    assert await ask.refusal("getUpdates", timeout=0.01) == (status, 408)


# --- webhooks


class Receiver:
    """Answers with `statuses` in turn, then 200."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses = statuses
        self.bodies: list[Any] = []
        self.secrets: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        self.secrets.append(request.headers["X-Bot-Api-Secret-Token"])
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest_asyncio.fixture
async def receiver(ask: Asker) -> AsyncIterator[Receiver]:
    receiver, port, app = Receiver([]), free_port(), web.Application()
    app.router.add_post("/hook", receiver.answer)
    async with listening(app, port, "web.port"):
        url = f"http://127.0.0.1:{port}/hook"
        assert (await ask("setWebhook", url=url, secret_token=SEAL))["ok"]
        yield receiver


@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_webhook_is_called_flat_or_wrapped(
    ask: Asker, person: Person, receiver: Receiver, wrapped: bool
) -> None:
    ask.server.habits = Habits(wrapped=wrapped)
    said = person.say(ask.token, "chào")
    await ask.server.idle()
    assert receiver.bodies == [{"ok": True, "result": said} if wrapped else said]
    assert receiver.secrets == [SEAL]
    assert len(ask.server.bots[ask.token].ears.handed) == 1


@pytest.mark.parametrize(("tries", "lost"), [(1, 1), (2, 0)])
async def test_an_event_that_the_webhook_did_not_take_is_lost(
    ask: Asker, person: Person, receiver: Receiver, tries: int, lost: int
) -> None:
    ask.server.habits = Habits(tries=tries)
    receiver.statuses = [503]
    person.say(ask.token, "chào")
    await ask.server.idle()
    assert (ask.server.lost, len(receiver.bodies)) == (lost, tries)


async def test_nobody_polls_beside_a_webhook(
    ask: Asker, person: Person, receiver: Receiver
) -> None:
    assert await ask.refusal("getUpdates") == (200, 400)
    assert (await ask("getWebhookInfo"))["result"]["url"].endswith("/hook")
    assert (await ask("deleteWebhook"))["result"]["url"] == ""
    assert await ask.update(timeout=0) is None


async def test_a_waiting_poll_ends_when_a_webhook_is_set(ask: Asker) -> None:
    poll = asyncio.create_task(ask("getUpdates", timeout=50))
    await ask.server.until(lambda: ask.server.polled(ask.token))
    await ask("setWebhook", url="https://khong-co.example/", secret_token=SEAL)
    assert not (await poll)["ok"]


async def test_without_a_webhook_there_is_nothing_to_tell_of(ask: Asker) -> None:
    assert await ask.refusal("getWebhookInfo") == (404, 0)
    assert (await ask("deleteWebhook"))["ok"]


@pytest.mark.parametrize(
    ("url", "secret"),
    [("", SEAL), ("http://xa.example/", SEAL), ("https://xa.example/", "ngan")],
)
async def test_a_webhook_needs_an_address_and_a_secret(ask: Asker, url: str, secret: str) -> None:
    assert await ask.refusal("setWebhook", url=url, secret_token=secret) == (200, 400)


# --- groups


async def test_in_a_group_a_bot_hears_only_what_names_it_or_answers_it(
    ask: Asker, person: Person
) -> None:
    group = ask.server.group("Thôn 1", [ask.token])
    assert (await ask.say(group.id, "Chào bà con"))["ok"]
    [sent] = ask.server.sent
    polls = await hears(ask, 3)
    person.say(group, "nói với nhau thôi")
    person.say(group, "", photo=PNG)
    person.say(group, "@Bot Loa Làng phản ánh")
    person.say(group, "Ảnh đây @Bot Loa Làng", photo=PNG)
    person.say(group, "vâng", reply_to=sent.message_id)
    heard = [(await poll)["message"] for poll in polls]
    assert [each.get("text", each.get("caption")) for each in heard] == [
        "@Bot Loa Làng phản ánh",
        "Ảnh đây @Bot Loa Làng",
        "vâng",
    ]
    for each in heard:
        assert each["chat"] == {"id": group.id, "chat_type": "GROUP"}
        assert group.id.startswith("zgr-")
    assert ask.server.lost == 0


async def test_each_bot_of_a_group_hears_its_own_name(ask: Asker, person: Person) -> None:
    other = ask.server.bot("Bot Xã Bên")
    group = ask.server.group("Thôn 1", [ask.token, other])
    person.say(group, "@Bot Xã Bên chào")
    lost = {bot.display: len(bot.ears.lost) for bot in ask.server.bots.values()}
    assert lost == {"Bot Loa Làng": 0, "Bot Xã Bên": 1}


# --- events


async def test_a_picture_comes_as_an_address_that_runs_out(ask: Asker, person: Person) -> None:
    for habits in (Habits(), Habits(photo_key="photo")):
        ask.server.habits = habits
        [poll] = await hears(ask)
        person.say(ask.token, "ổ gà", photo=PNG)
        event = await poll
        assert event["event_name"] == "message.image.received"
        assert event["message"]["caption"] == "ổ gà"
        url = event["message"][habits.photo_key]
        async with ask.session.get(url) as answer:
            assert (answer.status, await answer.read()) == (200, PNG)
    ask.server.forget_files()
    async with ask.session.get(url) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("extras", "kind"),
    [({"sticker": True}, "sticker"), ({"voice": b"aac"}, "voice"), ({"file": True}, "unsupported")],
)
async def test_other_kinds_have_names_of_their_own(
    ask: Asker, person: Person, extras: Any, kind: str
) -> None:
    [poll] = await hears(ask)
    said = person.say(ask.token, "", **extras)
    assert said["event_name"] == f"message.{kind}.received"
    assert await poll == said


async def test_what_is_not_shown_may_come_without_any_message(ask: Asker, person: Person) -> None:
    ask.server.habits = Habits(bare=True, links="unsupported")
    assert person.say(ask.token, "", file=True) == {"event_name": "message.unsupported.received"}
    assert "message" not in person.say(ask.token, "xem https://xa.example")
