"""What people write is in no log, and does not outlive its use."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from handlers.messages import Message, Outcome, Reply
from handlers.router import Context
from tests.bot.hamlet import inbox_rows
from tests.bot.reception import DENUNCIATION, REPORT, WORDS, receiving
from tests.bot.wire import BREAKING, GARBLED


async def echo(message: Message, context: Context) -> Outcome:
    return Reply(f"nghe {message.text}")


async def test_the_log_tells_no_words_and_no_names(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(message: Message, context: Context) -> Outcome:
        raise ValueError(f"{message.text} {message.sender.name}")

    monkeypatch.setattr("bot.intake.FIRST_PAUSE", 0.0)
    monkeypatch.setattr("bot.logs.EVERY", 0.0)
    caplog.set_level(logging.DEBUG, logger="bot")
    async with receiving(tmp_path, answer) as reception:
        await reception.say("chuyện riêng", GARBLED, BREAKING, chat="Chị Kín")
        reception.database.failures = 1
        await reception.say("chuyện riêng", chat="Chị Kín")
    assert len(caplog.records) >= 8
    logged = caplog.text + "".join(repr(record.args) for record in caplog.records)
    for secret in ("chuyện riêng", "Chị Kín", GARBLED, BREAKING):
        assert secret not in logged


async def test_the_words_of_an_update_are_gone_when_it_is_done(tmp_path: Path) -> None:
    async with receiving(tmp_path, echo) as reception:
        await reception.say("chuyện riêng")
        [(_, state, _, body)] = await reception.database.read(inbox_rows)
        assert (state, body) == ("done", b"")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param((), id="out of the blue"),
        pytest.param(REPORT[:2], id="as a report"),
        pytest.param(REPORT, id="after a report was told"),
    ],
)
@pytest.mark.parametrize("length", [1, 300])
async def test_nothing_of_a_denunciation_stays_on_the_disk(
    tmp_path: Path, before: tuple[str, ...], length: int
) -> None:
    async with receiving(tmp_path) as reception:
        await reception.say(*before)
        await reception.say(DENUNCIATION * length)
        assert WORDS("warnings.denunciation") in await reception.answers()
        await reception.say("xin chào")
    assert _lying_about(tmp_path, "Quỳnh Vắng") == []


def _lying_about(folder: Path, words: str) -> list[str]:
    """The files in which the words can be found, as text or as the wire wrote them."""
    forms = (words.encode(), words.encode("unicode_escape"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(form in path.read_bytes() for form in forms)]
