"""Events with a field missing or of another type, in every place: understood, left or refused,
without a word of theirs in the refusal; none stops the poller, and none is lost."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from itertools import chain, islice
from random import Random
from typing import Any, Final, TypeAlias

import pytest

from bot.platforms.base import NotUnderstood
from bot.platforms.zalo.hearing import understood
from bot.platforms.zalo.platform import Zalo
from bot.platforms.zalo.updates import raw
from handlers.messages import Message
from tests.bot.platforms.zalo.recorded import ID, MENTIONS, RECORDED
from tests.bot.platforms.zalo.scripted import TOKEN, Shelf, hearing, script, yes

Path: TypeAlias = tuple[str | int, ...]

COUNT: Final = 10_000
PATH: Final = set("abcdefghijklmnopqrstuvwxyzJSON_. ")
POLLED: Final = 200
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


def places(value: Any, above: Path = ()) -> Iterator[Path]:
    yield above
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*above, key))


def changed(value: Any, path: Path, other: Any) -> Any:
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


async def test_none_stops_the_poller_and_none_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sample = Random(SEED).sample(list(mutated()), POLLED)
    broken = [update for update in sample if update and not isinstance(update, list)]
    async with script(*((200, yes(update)) for update in broken)) as zalo:
        shelf = Shelf()
        platform = Zalo(TOKEN, base_url=zalo.base_url, display="Bot Loa Làng")
        async with hearing(platform, shelf) as receiving:
            await zalo.until(lambda: zalo.polls == len(broken) + 1)
            assert not receiving.done()
            found = [check(update.body) for update in shelf.kept]
    assert len(found) == len(broken) > POLLED * 0.8
    assert [json.dumps(json.loads(one.body)) for one in shelf.kept] == list(map(json.dumps, broken))
    assert CANARY not in caplog.text
