"""Updates with a field missing or of another type, in every place: understood, left or refused,
without a word of theirs in the refusal."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import pytest

from bot.platforms.base import NotUnderstood
from bot.platforms.telegram.hearing import Hearing
from handlers.messages import Edit, Incoming, Membership, Message, Moved, Press
from tests.bot.platforms.telegram import updates as u
from tests.bot.platforms.telegram.recorded import RECORDED
from tests.bot.platforms.telegram.updates import Json

Path: TypeAlias = tuple[str | int, ...]

CANARY: Final = "chim\u0111\u1ecfkh\u00f4ngk\u1ec3"
NUMBER: Final = 7_412_369_850
MISSING: Final = object()
OTHERS: Final[tuple[Any, ...]] = (
    MISSING,
    None,
    "",
    CANARY,
    f"@{u.ME.username} /{CANARY}\ud800\x00",
    "x" * 5000,
    0,
    NUMBER,
    10**400,
    1.5,
    float("nan"),
    True,
    [],
    [CANARY],
    [None],
    {},
    {CANARY: CANARY},
    {"id": NUMBER, "type": CANARY, "status": CANARY},
)


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    return Hearing(u.ME)


@pytest.fixture(autouse=True)
def strict(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning is a failure, and nothing is logged."""
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert CANARY not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("aiogram")]


def places(value: Any, above: Path = ()) -> Iterator[Path]:
    if above:
        yield above
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, one in inner:
        yield from places(one, (*above, key))


def changed(value: Any, path: Path, other: Any) -> Any:
    """The same with `other` in one place."""
    made = dict(value) if isinstance(value, dict) else list(value)
    step: Any = path[0]
    if len(path) > 1:
        made[step] = changed(made[step], path[1:], other)
    elif other is MISSING:
        del made[step]
    else:
        made[step] = other
    return made


def sung(value: Any) -> Any:
    """With the canary in every string but those by which Telegram tells parts apart, and in
    every number that may be anybody's."""
    if isinstance(value, dict):
        return {k: one if k in ("type", "status") else sung(one) for k, one in value.items()}
    if isinstance(value, list):
        return [sung(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and value > 100_000:
        return NUMBER
    return value + CANARY if isinstance(value, str) else value


def shape(value: Any) -> str:
    """The same for updates that differ in their words only."""
    if isinstance(value, dict):
        return str(sorted((key, shape(one)) for key, one in value.items()))
    if isinstance(value, list):
        return str([shape(one) for one in value])
    return type(value).__name__


SHAPES: Final = {shape(update): (label, update) for label, update, _ in RECORDED}
each_shape = pytest.mark.parametrize(
    "update", [update for _, update in SHAPES.values()], ids=[label for label, _ in SHAPES.values()]
)


async def holds(hearing: Hearing, update: Json) -> bool:
    """Whether its answer is what any answer must be: understood, left, or refused without a word
    of the update."""
    try:
        heard = await hearing.understand(update)
    except NotUnderstood as error:
        refused = error
    else:
        return heard is None or is_fit(heard)
    assert CANARY not in repr(refused)
    assert str(NUMBER) not in repr(refused)
    assert set(str(refused)) <= set("abcdefghijklmnopqrstuvwxyz_.0123456789")
    return refused.__context__ is None


def is_fit(heard: Incoming) -> bool:
    """Whether all its words can be stored."""
    assert isinstance(heard, Message | Press | Edit | Membership | Moved)
    said = [heard.chat.id, heard.chat.title, heard.sender.id, heard.sender.name]
    if isinstance(heard, Message | Edit):
        said.append(heard.text)
    if isinstance(heard, Message):
        said += [part for one in heard.attachments for part in (one.ref, one.name)]
    return all(one.encode() is not None and "\x00" not in one for one in said)


@each_shape
async def test_whatever_a_field_holds_is_understood_left_or_refused(
    hearing: Hearing, update: Json
) -> None:
    for path in places(update):
        for value in OTHERS:
            assert await holds(hearing, changed(update, path, value))


@each_shape
async def test_no_refusal_quotes_the_update(hearing: Hearing, update: Json) -> None:
    quotable = sung(update)
    assert await holds(hearing, quotable)
    for path in places(quotable):
        for value in (MISSING, CANARY, [NUMBER]):
            assert await holds(hearing, changed(quotable, path, value))


@pytest.mark.parametrize("update", [None, [], "x", 5])
async def test_the_event_itself_may_be_anything(hearing: Hearing, update: Any) -> None:
    for kind in ("message", "edited_message", "callback_query", "my_chat_member"):
        assert await holds(hearing, {"update_id": 1, kind: update})


async def test_what_stands_deep_inside_is_left(hearing: Hearing) -> None:
    deep: Any = CANARY
    for _ in range(900):
        deep = [deep]
    for name in ("text", "photo", "entities", "reply_to_message", "chat", "from", "sticker"):
        event = u.message("Đèn hỏng") | {name: deep}
        assert await holds(hearing, u.update("message", event))


async def test_updates_survive_the_way_through_bytes(hearing: Hearing) -> None:
    for _, update, heard in RECORDED:
        assert await hearing.understand(json.loads(json.dumps(update))) == heard
