"""What goes wrong with the loopback Zalo by script: what was done, and what the client sees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.loop import one_turn
from tests.servers.zalo import FaultKind, Person, ZaloServer
from tests.servers.zalo.asking import Asker, asking


@pytest_asyncio.fixture
async def ask() -> AsyncIterator[Asker]:
    async with ZaloServer() as server, asking(server) as ask:
        yield ask


@pytest.fixture
def person(ask: Asker) -> Person:
    person = ask.server.person()
    person.meet(ask.token)
    return person


async def attempt(ask: Asker, person: Person) -> str:
    """What a client makes of one sendMessage."""
    try:
        answer = await ask.say(person.id, "a")
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
    return f"{ask.status} {answer['ok']} {answer.get('error_code', '')}".strip()


FAULTS: dict[FaultKind, tuple[str, int]] = {
    "refuse": ("closed", 0),
    "reset": ("reset", 1),
    "half": ("half", 1),
    "error": ("502 no JSON", 0),
    "error_after": ("502 no JSON", 1),
    "garbage": ("200 no JSON", 1),
    "too_many": ("200 False 429", 0),
    "content_type": ("200 True", 1),
    "no_result": ("200 True", 1),
    "delay": ("200 True", 1),
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_a_fault_strikes_once_and_does_what_it_says(
    ask: Asker, person: Person, kind: FaultKind
) -> None:
    fault = ask.server.fault(kind, "sendMessage", seconds=0.01)
    await ask("getMe")
    assert (await attempt(ask, person), len(ask.server.sent)) == FAULTS[kind]
    assert fault.hits == 1
    assert await attempt(ask, person) == "200 True"
    assert ask.server.concurrent == 0


async def test_an_error_of_zalos_own_is_said_in_its_words(ask: Asker, person: Person) -> None:
    ask.server.fault("error", "sendMessage", status=403, times=0)
    assert await ask("sendMessage", chat_id=person.id, text="a") == {
        "ok": False,
        "description": "Internal server error",
        "error_code": 403,
    }
    ask.server.clear_faults()
    ask.server.fault("error_after", "sendMessage", status=200)
    assert await attempt(ask, person) == "200 no JSON"
    assert len(ask.server.sent) == 1


async def test_a_fault_may_be_meant_for_one_chat(ask: Asker, person: Person) -> None:
    other = ask.server.person()
    other.meet(ask.token)
    ask.server.fault("error", chat=person.id, nth=2)
    seen = [await attempt(ask, who) for who in (person, other, person, other)]
    assert seen == ["200 True", "200 True", "502 no JSON", "200 True"]


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


async def test_an_event_whose_answer_is_lost_is_gone(ask: Asker, person: Person) -> None:
    ask.server.fault("reset", "getUpdates", nth=2)
    assert await ask.update(timeout=0) is None
    person.say(ask.token, "mất trên đường")
    with pytest.raises(aiohttp.ClientOSError):
        await ask.update()
    assert await ask.update(timeout=0) is None
    assert (len(ask.server.bots[ask.token].ears.handed), ask.server.lost) == (1, 0)


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


async def test_connections_are_counted(ask: Asker, person: Person) -> None:
    for _ in range(5):
        await attempt(ask, person)
    assert ask.server.accepted == 1
    ask.server.close_idle()
    await one_turn()
    await attempt(ask, person)  # perhaps before the client has noticed
    assert await attempt(ask, person) == "200 True"
    assert ask.server.accepted == 2
