"""Poison at any place of a batch is set aside, while whoever wrote beside it is answered."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from bot.platforms import parsing
from bot.platforms.telegram.polling import raw
from tests.bot.platforms.telegram.mischief import (
    NUMBER,
    all_handled,
    arrived,
    deep,
    loud,
    polls,
    some_turns,
    thrust,
)
from tests.bot.telegraph import Telegraph, Villager, telegraph
from tests.loop import one_turn
from tests.patience import PATIENCE

QUESTION: Final = "khai sinh cần giấy gì"
CANARY: Final = "chimhoàngyến"
PERSON: Final[dict[str, Any]] = {"id": 77, "is_bot": False, "first_name": CANARY}
CHAT: Final[dict[str, Any]] = {"id": 77, "type": "private", "first_name": CANARY}
SAID: Final[dict[str, Any]] = {
    "message_id": 5,
    "date": 1_790_000_000,
    "chat": CHAT,
    "from": PERSON,
    "text": CANARY,
}


def update(number: object = NUMBER, kind: str = "message", **changes: Any) -> str:
    """As JSON; a field changed to `...` is missing."""
    inner = {key: value for key, value in (SAID | changes).items() if value is not ...}
    return json.dumps({"update_id": number, kind: inner})


def spliced(field: str, text: str) -> str:
    """The update with JSON that Python would not write."""
    return update(**{field: "SPLICE"}).replace('"SPLICE"', text)


POISON: Final[dict[str, str]] = {
    "null": "null",
    "a string": f'"{CANARY}"',
    "a number": "7",
    "true": "true",
    "a list": f'["{CANARY}"]',
    "an empty object": "{}",
    "an id alone": '{"update_id": 4000000000}',
    "a kind nobody knows": json.dumps({"update_id": NUMBER, "telepathy": SAID}),
    "a kind that is a string": json.dumps({"update_id": NUMBER, "message": CANARY}),
    "a kind that is null": json.dumps({"update_id": NUMBER, "message": None}),
    "no chat": update(chat=...),
    "no date": update(date=...),
    "no id of the message": update(message_id=...),
    "a chat that is a string": update(chat=CANARY),
    "a chat of no kind": update(chat={"id": 77, "type": CANARY}),
    "a person without a name": update(NUMBER, "message", **{"from": {"id": 77}}),
    "text that is a list": update(text=[CANARY]),
    "text that is a number": update(text=7),
    "1 MB of text": update(text="Đường ngập. " * 80_000),
    "nothing but NUL": update(text="\0"),
    "NUL in the id": update(message_id="5\0"),
    "half a character": update(text="\ud800"),
    "half a character in the id": update(message_id="\ud800"),
    "half a character in the id of a press": update(kind="callback_query", id="\ud800"),
    "an id of a megabyte": update(message_id="9" * 1_000_000),
    "an id that is an object": update(message_id={CANARY: CANARY}),
    "a chat id of 4,000 figures": spliced("chat", f'{{"id": {"9" * 4000}}}'),
    "a message id of 4,000 figures": spliced("message_id", "9" * 4000),
    "a message id of 5,000 figures": spliced("message_id", "9" * 5000),
    "a date of 10,000 figures": spliced("date", "9" * 10_000),
    "no number": spliced("date", "NaN"),
    "endless": spliced("date", "-Infinity"),
    "too large a fraction": spliced("date", "1e999"),
    "10,000 deep": spliced("sticker", deep(10_000, f'"{CANARY}"')),
    "10,000 deep in the text": spliced("text", deep(10_000, f'"{CANARY}"')),
    "100,000 deep in objects": spliced("sticker", '{"a":' * 100_000 + "1" + "}" * 100_000),
    "10,000 deep and nothing else": deep(10_000),
    "no id of the update": json.dumps({"message": SAID}),
    "a string for an id": update("x"),
    "a negative id": update(-5),
    "a list for an id": update([1]),
    "true for an id": update(True),
    "an id of 300 figures": update(10**300),
    "an id of 5,000 figures": json.dumps({"message": SAID})[:-1] + f',"update_id":{"9" * 5000}}}',
}


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Telegraph]:
    """Whoever the poison says wrote it has a chat with the bot."""
    async with telegraph(tmp_path) as village:
        village.server.person(CANARY, number=PERSON["id"]).received(village.token)
        yield village


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "between", "last"])
async def test_whoever_writes_beside_poison_is_answered_within_one_poll(
    village: Telegraph,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    place: int,
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.polling.REST", 0.0)
    caplog.set_level(logging.DEBUG)
    updates = village.server.bots[village.token].updates
    askers = [village.person("Anh Khế"), village.person("Cô Mới")]
    for label, poison in POISON.items():
        handed = len(updates.handed_out)
        speaking: list[Callable[[], object]] = [partial(asker.speaks, QUESTION) for asker in askers]
        poisoned = updates.next_id + place
        speaking.insert(place, partial(thrust, village, poison))
        for speaks in speaking:
            speaks()
        await answers(village, askers)
        updates.pending.clear()
        await village.quiet()
        for asker in askers:
            assert "khai sinh" in "".join(asker.reads()), label
        once = Counter(updates.handed_out[handed:]) - Counter({poisoned: 10**6})
        assert set(once.values()) == {1}, label
    rows = await village.app.database.read(arrived)
    assert {row.state for row in rows} == {"done", "aside"}
    assert {row.error for row in rows if row.state == "aside"} == {"NotUnderstood"}
    lines = loud(caplog.records)
    assert len(lines) == 1
    assert "not understood" in lines[0]
    assert CANARY[:6] not in caplog.text


async def answers(village: Telegraph, askers: list[Villager]) -> None:
    """One more for each of them."""
    said = len(village.server.sent)
    wanted = {asker.person.id for asker in askers}
    await village.server.until(lambda: wanted <= {one.chat for one in village.server.sent[said:]})


async def test_however_deep_it_is_it_stops_nobody(village: Telegraph) -> None:
    """About where Python gives up, which depends on who calls it."""
    asker = village.person("Anh Khế")
    thrust(village, *(spliced("sticker", deep(levels)) for levels in range(880, 1000)))
    assert "khai sinh" in await asker.says(QUESTION)
    thrust(village, *(spliced("text", deep(levels)) for levels in range(880, 1000)))
    assert "khai sinh" in await asker.says(QUESTION)
    rows = await village.app.database.read(arrived)
    assert {row.state for row in rows} == {"done", "aside"}


@pytest.mark.parametrize(
    "bodies",
    [
        pytest.param(["null", '"x"', "[]"], id="no objects"),
        pytest.param([json.dumps({"message": SAID})], id="an object without an id"),
        pytest.param([update(-5), update(-1)], id="negative ids"),
        pytest.param([update(10**17)], id="an id that acknowledges nothing"),
    ],
)
async def test_what_cannot_be_acknowledged_does_not_make_it_spin(
    village: Telegraph, monkeypatch: pytest.MonkeyPatch, bodies: list[str]
) -> None:
    monkeypatch.setattr("bot.listener.FIRST_PAUSE", 0.0)
    monkeypatch.setattr("bot.platforms.telegram.polling.REST", 60.0)
    updates = village.server.bots[village.token].updates
    before = polls(village)
    updates.next_id = -1 if "-5" in bodies[0] else updates.next_id
    thrust(village, *bodies)
    await village.server.until(lambda: updates.unacknowledged)
    async with asyncio.timeout(PATIENCE):
        while not await village.app.database.read(arrived):
            await one_turn()
    await all_handled(village)
    await some_turns(village)
    assert polls(village) - before <= 3
    rows = await village.app.database.read(arrived)
    assert len(rows) == len(bodies)
    assert {row.state for row in rows} <= {"aside", "done"}


def test_what_is_too_deep_to_be_written_down_is_kept_without_its_words() -> None:
    nested: Any = CANARY
    for _ in range(5000):
        nested = [nested]
    kept = raw({"update_id": 5, "message": {"message_id": 1, "text": nested}})
    assert (kept.key, kept.body) == ("5.1", b"")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a":[1,2]}', {"a": [1, 2]}, id="as usual"),
        pytest.param(f'{{"a":{"9" * 5000},"b":2}}', {"a": None, "b": 2}, id="a long number"),
        pytest.param(f'{{"a":{deep(5000)},"b":"]"}}', "shallow", id="deep"),
        pytest.param(f'[{deep(5000)},{deep(5000)},"x\\"[["]', "twice", id="deep twice"),
        pytest.param("<html>", None, id="no JSON"),
        pytest.param("[" * 5000, None, id="without an end"),
        pytest.param('"\\"' * 300_000, None, id="a text without an end"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_what_is_strange_in_json_costs_itself_alone(text: str, value: Any) -> None:
    told = parsing.parsed(text.encode())
    if value == "shallow":
        assert told["b"] == "]"
    elif value == "twice":
        assert len(told) == 3
        assert told[2] == 'x"[['
    else:
        assert told == value
