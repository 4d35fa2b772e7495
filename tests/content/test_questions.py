"""How well questions are answered that the search has not learned from: `questions.tsv`, written
for this by people who had not seen the phrasings. None of them may become a phrasing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation import Judged, figures, judge, read
from content.folding import fold
from content.loader import load

CONTENT = load()
TABLE = read(Path(__file__).with_name("questions.tsv"))


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge(TABLE, CONTENT.search.find)


def test_none_of_them_is_learned_from() -> None:
    learned = {fold(text) for entry in CONTENT.faq for text in entry.phrasings}
    learned |= {fold(text) for topic in CONTENT.topics.decline for text in topic.phrasings}
    told = [fold(row.question) for row in TABLE]
    assert len(set(told)) == len(told) > 500
    assert [text for text in told if text in learned and len(text.split()) > 3] == []


def test_every_procedure_is_asked_for() -> None:
    assert {entry.id for entry in CONTENT.faq} <= {label for row in TABLE for label in row.labels}


@pytest.mark.parametrize(
    ("variant", "first", "three"),
    [("plain", 0.95, 0.99), ("nodiac", 0.95, 0.99), ("typo", 0.93, 0.98)],
)
def test_the_right_procedure_is_found(
    judged: list[Judged], variant: str, first: float, three: float
) -> None:
    found = figures([one for one in judged if one.row.cells["variant"] == variant])
    assert (found.top_1.value or 0) >= first
    assert (found.top_3.value or 0) >= three


def test_what_is_answered_at_once_is_right_and_enough_is(judged: list[Judged]) -> None:
    found = figures(judged)
    assert (found.precision.value or 0) >= 0.97
    assert (found.coverage.value or 0) >= 0.78
    assert (found.strayed.value or 0) <= 0.03
