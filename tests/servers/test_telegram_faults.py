"""What goes wrong by script, and webhooks: each fault, what was done of the call, and what the
client sees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.loop import one_turn
from tests.servers.asker import Asker, asking
from tests.servers.telegram import FaultKind, Person, TelegramServer


@pytest_asyncio.fixture
async def ask() -> AsyncIterator[Asker]:
    async with TelegramServer(pace=None) as server, asking(server) as ask:
        yield ask


@pytest.fixture
def person(ask: Asker) -> Person:
    person = ask.server.person()
    person.say(ask.token, "chào")
    return person


async def attempt(ask: Asker, person: Person, text: str = "a") -> str:
    """What a client makes of one sendMessage."""
    try:
        answer = await ask("sendMessage", chat_id=person.id, text=text)
    except json.JSONDecodeError:
        return f"{ask.status} no JSON"
    except aiohttp.ServerDisconnectedError:
        return "closed"
    except aiohttp.ClientPayloadError:
        return "half"
    except aiohttp.ClientConnectorError:
        return "refused"
    except aiohttp.ClientOSError:
        return "reset"
    return f"{ask.status} {'result' in answer}"


FAULTS: dict[FaultKind, tuple[str, int]] = {
    "refuse": ("closed", 0),
    "reset": ("reset", 1),
    "half": ("half", 1),
    "error": ("502 no JSON", 0),
    "error_after": ("502 no JSON", 1),
    "garbage": ("200 no JSON", 1),
    "too_many": ("429 False", 0),
    "content_type": ("200 True", 1),
    "no_result": ("200 False", 1),
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_a_fault_strikes_once_and_does_what_it_says(
    ask: Asker, person: Person, kind: FaultKind
) -> None:
    fault = ask.server.fault(kind, "sendMessage")
    await ask("getMe")
    assert (await attempt(ask, person), len(ask.server.sent)) == FAULTS[kind]
    assert fault.hits == 1
    assert await attempt(ask, person) == "200 True"
    assert ask.server.concurrent == 0


async def test_a_fault_may_be_meant_for_the_nth_call_of_a_chat(ask: Asker, person: Person) -> None:
    other = ask.server.person()
    other.say(ask.token, "chào")
    ask.server.fault("error", "sendMessage", chat=person.id, nth=2, status=500)
    seen = [await attempt(ask, who) for who in (person, other, person, other, person)]
    assert seen == ["200 True", "200 True", "500 False", "200 True", "200 True"]


async def test_a_fault_by_chance_is_the_same_each_time(ask: Asker, person: Person) -> None:
    seen = []
    for _ in range(2):
        fault = ask.server.fault("error", "sendMessage", probability=0.3, seed=7, times=0)
        seen.append([await attempt(ask, person) for _ in range(20)])
        fault.release()
    assert seen[0] == seen[1]
    assert {*seen[0]} == {"200 True", "502 no JSON"}


@pytest.mark.parametrize(("kind", "done"), [("hang", 0), ("hang_after", 1)])
async def test_what_hangs_goes_on_when_it_is_told(
    ask: Asker, person: Person, kind: FaultKind, done: int
) -> None:
    fault = ask.server.fault(kind, "sendMessage", times=0)
    calls = [asyncio.create_task(attempt(ask, person)) for _ in range(3)]
    await ask.server.until(lambda: fault.holding == 3)
    assert (len(ask.server.sent), ask.server.concurrent) == (3 * done, 3)
    fault.release()
    assert await asyncio.gather(*calls) == ["200 True"] * 3
    assert len(ask.server.sent) == 3


async def test_a_call_that_was_given_up_is_no_longer_under_way(ask: Asker, person: Person) -> None:
    fault = ask.server.fault("hang", "sendMessage")
    call = asyncio.create_task(attempt(ask, person))
    await ask.server.until(lambda: fault.holding == 1)
    call.cancel()
    await ask.server.until(lambda: ask.server.concurrent == 0)
    fault.release()
    await ask.server.until(lambda: len(ask.server.sent) == 1)  # the server did it all the same
    assert ask.server.concurrent == 0


async def test_a_slow_call_is_counted_as_one_of_several(ask: Asker, person: Person) -> None:
    ask.server.set_latency(0.01, 0.005)
    ask.server.fault("delay", "sendMessage", seconds=0.01)
    assert {*await asyncio.gather(*(attempt(ask, person) for _ in range(5)))} == {"200 True"}
    assert ask.server.most_concurrent == 5
    assert ask.server.concurrent == 0


async def test_getupdates_has_faults_too(ask: Asker, person: Person) -> None:
    updates = ask.server.bots[ask.token].updates
    ask.server.fault("reset", "getUpdates")
    with pytest.raises(aiohttp.ClientOSError):
        await ask.updates()
    assert len(updates.unacknowledged) == 1
    assert len(await ask.updates()) == 1


async def test_a_refusal_of_everything_comes_before_anything_is_read(
    ask: Asker, person: Person
) -> None:
    ask.server.fault("refuse")
    assert await attempt(ask, person) in ("closed", "reset")
    assert not ask.server.records.calls
    assert await attempt(ask, person) == "200 True"


async def test_an_outage_ends_on_the_same_port(ask: Asker, person: Person) -> None:
    port = ask.server.port
    assert await attempt(ask, person) == "200 True"
    await ask.server.outage()
    await one_turn()
    await attempt(ask, person)  # perhaps upon the connection that was cut
    assert await attempt(ask, person) == "refused"
    await ask.server.recover()
    assert ask.server.port == port
    assert await attempt(ask, person) == "200 True"


async def test_the_date_may_be_wrong(ask: Asker) -> None:
    ask.server.clock.ahead = -86_400 * 365
    url = f"{ask.server.base_url}/bot{ask.token}/getMe"
    async with ask.session.get(url) as answer:
        assert str(answer.headers["Date"]).split()[3] < "2026"


async def test_idle_connections_can_be_closed(ask: Asker, person: Person) -> None:
    await ask("getMe")
    [connection] = ask.server.connections
    ask.server.close_idle()
    await one_turn()
    assert connection.lost
    await attempt(ask, person)  # perhaps before the client has noticed
    assert await attempt(ask, person) == "200 True"


# --- webhooks


class Receiver:
    """Answers with `statuses` in turn, then 200."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses = statuses
        self.got: list[tuple[str, Any]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        self.got.append((secret, await request.json()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver([])
    runner = web.ServerRunner(web.Server(receiver.take))  # type: ignore[arg-type]
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_a_webhook_gets_each_update_until_it_says_yes(
    ask: Asker, receiver: Receiver, person: Person
) -> None:
    updates = ask.server.bots[ask.token].updates
    receiver.statuses = [500, 302]
    hook = {"url": receiver.url, "max_connections": 1}
    bad_secret, secret = {"secret_token": "có dấu"}, {"secret_token": "abc_-1"}
    assert "unallowed" in (await ask("setWebhook", **hook, **bad_secret))["description"]
    await ask("setWebhook", **hook, **secret)
    person.say(ask.token, "hai")
    await ask.server.until(lambda: len(updates.acknowledged) == 2)
    assert [body["message"]["text"] for _, body in receiver.got] == ["chào"] * 3 + ["hai"]
    assert {header for header, _ in receiver.got} == {"abc_-1"}
    info = (await ask("getWebhookInfo"))["result"]
    assert "Wrong response from the webhook: 302" in info["last_error_message"]
    assert (info["url"], info["pending_update_count"]) == (receiver.url, 0)


async def test_polling_and_a_webhook_exclude_each_other(ask: Asker, receiver: Receiver) -> None:
    updates = ask.server.bots[ask.token].updates
    poll = asyncio.create_task(ask("getUpdates", timeout=50))
    await ask.server.until(lambda: updates.poll is not None)
    await ask("setWebhook", url=receiver.url)
    assert "terminated by setWebhook" in (await poll)["description"]
    assert "while webhook is active" in (await ask("getUpdates"))["description"]
    await ask("deleteWebhook")
    assert await ask.updates() == []


async def test_pending_updates_can_be_dropped_with_the_webhook(ask: Asker, person: Person) -> None:
    assert (await ask("setWebhook", url="https://noi-khac.invalid/x"))["ok"]
    info = (await ask("getWebhookInfo"))["result"]
    assert (info["url"], info["pending_update_count"]) == ("https://noi-khac.invalid/x", 1)
    assert "HTTPS" in (await ask("setWebhook", url="http://noi-khac.invalid/x"))["description"]
    await ask("deleteWebhook", drop_pending_updates=True)
    assert await ask.updates() == []
