"""Whatever else goes wrong, whoever cries for help is given the number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from db.permissions import NotAllowed
from db.scene import Actor
from handlers.messages import Outcome, Reply, effect
from tests.bot.hamlet import outbox_bodies
from tests.bot.reception import REPORT, WORDS, Reception, receiving

FIRE = "nhà ông Ba cháy to quá"


def _forbid(session: Session, actor: Actor) -> None:
    raise NotAllowed("ticket:answer")


async def breaking(*_: object) -> Outcome:
    raise LookupError


async def forbidden(*_: object) -> Outcome:
    return effect(_forbid).then(lambda _: Reply("được"))


async def _last(reception: Reception, count: int) -> list[str]:
    return (await reception.database.read(outbox_bodies))[-count:]


@pytest.mark.parametrize(
    ("told", "words", "state"),
    [
        pytest.param(breaking, "start.failed", "aside LookupError", id="the step breaks"),
        pytest.param(forbidden, "start.not_allowed", "done", id="the verb is not allowed"),
    ],
)
async def test_the_number_comes_first_where_the_answer_to_a_cry_for_help_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Any, words: str, state: str
) -> None:
    async with receiving(tmp_path) as reception:
        await reception.say(*REPORT[:2])
        monkeypatch.setattr("handlers.feedback.talk._told", told)
        await reception.say(FIRE)
        number, said = await _last(reception, 2)
        assert "114" in number
        assert said == WORDS(words)
        assert (await reception.states())[-1] == state


async def test_the_number_is_given_where_even_the_conversation_over_words_not_for_us_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving(tmp_path) as reception:
        monkeypatch.setattr("handlers.router.Dispatcher.dispatch", breaking)
        await reception.hear(reception.wire.update(FIRE, "nhóm", "group"))
        (number,) = await _last(reception, 2)
        assert "114" in number


async def test_where_the_warning_itself_breaks_the_person_is_still_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def numbers(*_: object) -> str:
        raise LookupError

    async with receiving(tmp_path) as reception:
        monkeypatch.setattr("handlers.warnings._numbers", numbers)
        await reception.say(FIRE)
        assert await reception.answers() == [WORDS("start.failed")]
