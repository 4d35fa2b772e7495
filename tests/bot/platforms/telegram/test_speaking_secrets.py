"""Neither the token nor what people wrote is in any log, error or repr, whatever Telegram says."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from bot.platforms.base import (
    Outgoing,
    OutgoingAlbum,
    OutgoingDelete,
    OutgoingEdit,
    OutgoingLeave,
    OutgoingLocation,
    OutgoingMessage,
    OutgoingPin,
    Rejected,
    SendError,
    Unreachable,
)
from bot.platforms.telegram.speaking import Speaking
from bot.platforms.telegram.wire import Wire
from handlers.messages import Location
from tests.bot.platforms.telegram.booth import answer, file, no, refusal, script
from tests.servers.telegram import TelegramServer, picture

WORDS: Final = "CANARY-words"
TOKEN: Final = "7000000001:" + "CANARY-token-of-the-village-bot-35x"
DONE: Final = {"message_id": 5, "date": 1795312000, "chat": {"id": 7, "type": "private"}}


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything any logger says, at any level."""
    told: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(f"{record.name} {record.getMessage()} {record.exc_info}")

    listener, root = Listener(), logging.getLogger()
    names = [None, *root.manager.loggerDict]
    before = {name: logging.getLogger(name).level for name in names}
    root.addHandler(listener)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield told
    root.removeHandler(listener)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def spoken(folder: Path) -> list[Outgoing]:
    enclosed = replace(file(folder, picture(), name=f"{WORDS}.jpg"), ref=WORDS)
    buttons = ((WORDS, WORDS),)
    return [
        OutgoingMessage("7", WORDS, buttons, bold=((0, 3),)),
        OutgoingMessage("7", WORDS, buttons, enclosed),
        OutgoingAlbum("7", (enclosed, enclosed), WORDS),
        OutgoingLocation("7", Location(21.5, 105.5)),
        OutgoingEdit("7", "5", WORDS, buttons),
        OutgoingDelete("7", "5"),
        OutgoingPin("7", "5"),
        OutgoingLeave("7"),
    ]


ANSWERS: Final = [
    pytest.param(answer(200, {"ok": True, "result": DONE | {"text": WORDS}}), id="sent"),
    pytest.param(answer(200, WORDS.encode()), id="garbage"),
    pytest.param(answer(200, b'{"ok":true,"result":{"' + WORDS.encode()), id="half JSON"),
    pytest.param(answer(200, {"ok": True, "result": WORDS}), id="another shape"),
    pytest.param(answer(502, WORDS.encode()), id="gateway"),
    pytest.param(answer(403, WORDS.encode()), id="guard"),
    pytest.param(answer(500, no(500, WORDS)), id="broken"),
    pytest.param(answer(403, no(403, f"Forbidden: {WORDS}")), id="closed"),
    pytest.param(answer(429, no(429, WORDS, retry_after=WORDS)), id="too many"),
    pytest.param(answer(401, no(401, WORDS)), id="not let in"),
    pytest.param(answer(200, WORDS.encode(), length=5_000), id="half an answer"),
    pytest.param(b"HTTP/9.9 " + WORDS.encode() + b"\r\n\r\n", id="no HTTP"),
    pytest.param(answer(302, b"", more=f"Location: http://{WORDS}/\r\n"), id="elsewhere"),
]


@pytest.mark.parametrize("told", ANSWERS)
async def test_no_log_and_no_error_holds_token_or_words(
    told: bytes, tmp_path: Path, log: list[str]
) -> None:
    shown: list[str] = []
    for outgoing in spoken(tmp_path):
        async with script(told) as server, Wire(TOKEN, base_url=server.base_url) as wire:
            speaking = Speaking(wire)
            shown.append(repr(speaking) + repr(speaking._bot) + repr(outgoing))
            try:
                await speaking.send(outgoing)
            except SendError as error:
                shown += [repr(error), str(error), *traceback.format_exception(error)]
    assert [line for line in [*shown, *log] if "canary" in line.lower()] == []


async def test_no_log_holds_token_or_words_when_nobody_is_there(
    tmp_path: Path, log: list[str]
) -> None:
    async with Wire(TOKEN, base_url="http://127.0.0.1:1") as wire:
        speaking = Speaking(wire)
        errors = [await refusal(speaking, outgoing) for outgoing in spoken(tmp_path)]
    assert {type(error) for error in errors} == {Unreachable}
    told = [line for error in errors for line in traceback.format_exception(error)]
    assert [line for line in [*told, *log] if "canary" in line.lower()] == []


async def test_a_refusal_quotes_telegram_and_nobody_else() -> None:
    async with TelegramServer(pace=None) as server:
        token = server.bot()
        an = server.person("An")
        an.say(token, "/start")
        async with Wire(token, base_url=server.base_url) as wire:
            outgoing = OutgoingMessage(str(an.id), WORDS * 1000)
            error = await refusal(Speaking(wire), outgoing)
    assert type(error) is Rejected
    assert "canary" not in str(error).lower()
