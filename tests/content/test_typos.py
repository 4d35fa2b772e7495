from __future__ import annotations

import pytest

from content.typos import mended

KNOWN = frozenset(
    [
        "khai",
        "sinh",
        "thuong",
        "tru",
        "tam",
        "khai sinh",
        "thuong tru",
        "tam tru",
        "xin",
        "xin khai",
    ]
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("khai sih", "khai sinh"),  # a letter too few
        ("khaii sinh", "khai sinh"),  # too many
        ("khai sunh", "khai sinh"),  # another one
        ("kahi sinh", "khai sinh"),  # two changed
        ("thuog tru", "thuong tru"),
        ("xin khia sinh", "xin khai sinh"),
        ("tuong tru", "thuong tru"),
        ("khai sinh", "khai sinh"),
        ("sih", "sih"),  # no neighbour to go by
        ("anh sih", "anh sih"),  # none that is known
        ("kahi sih", "kahi sih"),  # both are off
        ("khai 123", "khai 123"),
        ("khai x", "khai x"),
        ("khaij sinhs", "khai sinh"),  # Telex, typed with the keyboard off
        ("thwuowngf", "thwuowngf"),
        ("thuwowngf trus", "thuong tru"),
        ("taam1", "taam1"),  # neither Telex nor VNI
        ("tam5", "tam"),  # VNI needs no neighbour
        ("thuong7 tru1", "thuong tru"),
        ("jiw", "jiw"),
        ("khaisinh", "khai sinh"),  # a space too few
        ("xin khaisinh", "xin khai sinh"),
        ("zu tru", "zu tru"),
        ("tam chu", "tam tru"),  # as it sounds in the North
        ("", ""),
    ],
)
def test_a_slip_is_mended_beside_a_known_neighbour(said: str, meant: str) -> None:
    assert mended(said.split(), KNOWN.__contains__) == tuple(meant.split())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("xin kha sinh", "xin khai sinh"),  # both neighbours know it
        ("kha sinh", "kha sinh"),  # one may be chance
        ("kha tru", "kha tru"),
    ],
)
def test_a_last_letter_is_missed_only_between_two_that_know_it(said: str, meant: str) -> None:
    assert mended(said.split(), (KNOWN | {"kha"}).__contains__) == tuple(meant.split())


def test_a_long_word_is_left_alone() -> None:
    asked: list[str] = []

    def knows(word: str) -> bool:
        asked.append(word)
        return False

    assert mended(["khai", "x" * 600], knows) == ("khai", "x" * 600)
    assert len(asked) < 1_000


def test_among_many_words_that_nobody_knows_none_is_a_slip() -> None:
    slipped = ["kahi", "sinh"]
    assert mended(["qqqqq"] * 25 + slipped, KNOWN.__contains__)[-2:] == ("khai", "sinh")
    assert mended(["qqqqq"] * 30 + slipped, KNOWN.__contains__)[-2:] == ("kahi", "sinh")
    assert mended(["khai"] * 300 + slipped, KNOWN.__contains__)[-2:] == ("khai", "sinh")


def test_words_that_nobody_knows_cost_no_more_where_there_are_many() -> None:
    asked: list[str] = []

    def knows(word: str) -> bool:
        asked.append(word)
        return False

    mended(["abcdefg"] * 50, knows)
    few = len(asked)
    mended(["abcdefg"] * 550, knows)
    assert len(asked) - 2 * few <= 2 * 500  # itself, and without what a keyboard left of marks
