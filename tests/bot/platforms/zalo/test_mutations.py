"""Events with a field missing or of another type, in every place: understood, left or refused,
without a word of theirs in the refusal; none stops the poller, and none is lost."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

import pytest
from sqlalchemy import select
from sqlmodel import Session

from bot.clock import Clock
from bot.platforms.base import NotUnderstood, RawUpdate
from bot.platforms.zalo.hearing import understood
from bot.platforms.zalo.platform import Zalo
from bot.platforms.zalo.updates import events_in, raw
from db import inbox, tables
from db.engine import Database
from db.tables import table
from handlers.messages import Message
from tests.bot.hamlet import bot_ids, founded, hamlet
from tests.bot.platforms.zalo.recorded import ID, MENTIONS, RECORDED
from tests.bot.platforms.zalo.scripted import TOKEN, Shelf, hearing, script, yes

Where: TypeAlias = tuple[str | int, ...]

COUNT: Final = 10_000
PATH: Final = set("abcdefghijklmnopqrstuvwxyzJSON_. ")
ENOUGH: Final = 120.0  # seconds
SEED: Final = 20_261_122
CANARY: Final = "chimđỏkhôngkể"
MISSING: Final = object()
OTHERS: Final[tuple[Any, ...]] = (
    MISSING,
    None,
    "",
    CANARY,
    f"@Bot Loa Làng @bot.VDthu /{CANARY}\ud800\x00",
    "x" * 5000,
    0,
    7_412_369_850,
    10**400,
    1.5,
    float("nan"),
    True,
    [],
    [CANARY],
    {},
    {CANARY: CANARY},
    {"id": ID, "chat_type": CANARY, "is_bot": CANARY},
)


def places(value: Any, above: Where = ()) -> Iterator[Where]:
    yield above
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*above, key))


def changed(value: Any, path: Where, other: Any) -> Any:
    """The same with `other` in one place."""
    if not path:
        return None if other is MISSING else other
    made, step = dict(value), path[0]
    if len(path) == 1 and other is MISSING:
        del made[step]
    else:
        made[step] = changed(made[step], path[1:], other)
    return made


def once() -> Iterator[Any]:
    for _, update, _ in RECORDED:
        for path in places(update):
            for other in OTHERS:
                yield changed(update, path, other)


def twice() -> Iterator[Any]:
    random = Random(SEED)
    while True:
        update = random.choice(RECORDED)[1]
        for _ in range(2):
            if isinstance(update, dict) and update:
                update = changed(update, random.choice(list(places(update))), random.choice(OTHERS))
        yield update


def mutated() -> Iterator[Any]:
    return islice(chain(once(), twice()), COUNT)


def check(body: bytes) -> str:
    """What became of it."""
    try:
        heard = understood(body, MENTIONS)
    except NotUnderstood as error:
        return "refused" if set(str(error)) <= PATH else "quoted"
    if heard is None:
        return "left"
    assert isinstance(heard, Message)
    said = [heard.chat.id, heard.sender.id, heard.sender.name, heard.text]
    said += [one.ref for one in heard.attachments]
    assert all("\x00" not in one and one.encode("utf-8") is not None for one in said)
    return "understood"


def test_ten_thousand_broken_events_are_understood_left_or_refused() -> None:
    counts = {"understood": 0, "left": 0, "refused": 0}
    for update in mutated():
        kept = raw(update)
        assert kept.key.isascii()
        assert kept.key.isprintable()
        assert len(kept.key) <= 210
        counts[check(kept.body)] += 1  # a quotation is no kind of its own
    assert sum(counts.values()) == COUNT
    assert min(counts.values()) > 500


def numbered(update: Any, number: int) -> Any:
    """The same as another message, where it tells which one it is."""
    message = update.get("message") if isinstance(update, dict) else None
    if not isinstance(message, dict) or not isinstance(message.get("message_id"), str):
        return update
    return update | {"message": message | {"message_id": f"m{number}"}}


def inbox_rows(session: Session) -> list[tuple[str, bytes]]:
    rows = table(tables.Inbox)
    return [(row.key, row.body) for row in session.execute(select(rows))]


class Inbox(Shelf):
    """The database as a bot's store."""

    def __init__(self, database: Database, bot_id: int) -> None:
        super().__init__()
        self._database = database
        self._bot_id = bot_id

    async def store(self, updates: Sequence[RawUpdate]) -> None:
        found = [(one.key, one.lane, one.body) for one in updates]
        await self._database.write(inbox.receive, self._bot_id, found, Clock().now())


async def test_none_stops_the_poller_and_none_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    broken = [numbered(update, number) for number, update in enumerate(mutated())]
    async with AsyncExitStack() as stack:
        zalo = await stack.enter_async_context(script(*((200, yes(one)) for one in broken)))
        database = await stack.enter_async_context(founded(tmp_path, hamlet(), Clock()))
        shelf = Inbox(database, (await bot_ids(database))["zalo"])
        platform = Zalo(TOKEN, base_url=zalo.base_url, display="Bot Loa Làng")
        async with hearing(platform, shelf) as receiving:
            await zalo.waiting.until(lambda: zalo.polls > COUNT, ENOUGH)
            assert not receiving.done()
        rows = await database.read(inbox_rows)
    events = [event for update in broken for event in events_in({"result": update})]
    assert len(events) > COUNT * 0.9
    kept = {raw(event).key: json.dumps(event) for event in reversed(events)}  # the first of each
    assert {key: json.dumps(json.loads(body)) for key, body in rows} == kept
    assert len(kept) > COUNT * 0.7
    assert CANARY not in caplog.text
