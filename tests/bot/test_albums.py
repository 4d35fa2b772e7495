"""Several pictures sent as one are one message to a conversation, however they arrive."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot import intake
from bot.platforms.base import RawUpdate
from handlers.messages import Attachment, Incoming, Message, Outcome, Reply
from handlers.router import Context
from tests.bot.reception import receiving
from tests.bot.wire import BREAKING, GARBLED, Wire


class Pictures(Wire):
    """A text "album:words" is a picture of that album."""

    async def understand(self, update: RawUpdate) -> Incoming | None:
        incoming = await super().understand(update)
        assert isinstance(incoming, Message)
        album, found, words = incoming.text.partition(":")
        if not found:
            return incoming
        picture = Attachment(f"picture {update.key}", "photo")
        return replace(incoming, text=words, attachments=(picture,), album=album)


async def count(message: Message, context: Context) -> Outcome:
    return Reply(f"{len(message.attachments)}: {json.dumps(message.text, ensure_ascii=False)}")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "ALBUM_PAUSE", 0.05)


async def answers(folder: Path, *texts: str) -> list[str]:
    """To messages of one chat that arrive together; every update must be settled."""
    wire = Pictures()
    async with receiving(folder, count, wire) as reception:
        await reception.hear(*(wire.update(text) for text in texts))
        assert len(await reception.states()) == len(texts)
        return await reception.answers()


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["a:đèn hỏng", "a:", "a:"], ['3: "đèn hỏng"']),
        (["a:", "a:đầu ngõ", "a:cuối ngõ"], ['3: "đầu ngõ\\ncuối ngõ"']),
        (["a:", "a:", "b:", "b:"], ['2: ""', '2: ""']),
        (["a:", "b:", "a:"], ['1: ""', '1: ""', '1: ""']),
        (["chào", "a:", "a:", "cảm ơn"], ['0: "chào"', '2: ""', '0: "cảm ơn"']),
        (["a:", GARBLED, "a:"], ['1: ""', '1: ""']),
        (["a:", BREAKING, "a:"], ['1: ""', '1: ""']),
    ],
    ids=["caption", "captions", "two", "mixed", "among others", "not understood", "breaking"],
)
async def test_an_album_is_one_message(tmp_path: Path, texts: list[str], said: list[str]) -> None:
    assert await answers(tmp_path, *texts) == said


async def test_what_comes_a_moment_later_still_belongs_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "ALBUM_PAUSE", 0.5)
    wire = Pictures()
    async with receiving(tmp_path, count, wire) as reception:
        await wire.deliver(wire.update("a:đèn hỏng"))
        await reception.hear(wire.update("a:"))
        assert await reception.answers() == ['2: "đèn hỏng"']


async def test_the_albums_of_two_people_are_two(tmp_path: Path) -> None:
    wire = Pictures()
    async with receiving(tmp_path, count, wire) as reception:
        await reception.hear(wire.update("a:", "an"), wire.update("a:", "binh"))
        assert await reception.answers() == ['1: ""', '1: ""']


async def test_an_album_that_cannot_be_handled_is_set_aside_as_a_whole(tmp_path: Path) -> None:
    async def fail(message: Message, context: Context) -> Outcome:
        raise LookupError

    wire = Pictures()
    async with receiving(tmp_path, fail, wire) as reception:
        await reception.hear(wire.update("a:"), wire.update("a:"), wire.update("a:"))
        assert await reception.states() == ["aside LookupError"] * 3
        assert len(await reception.answers()) == 1
