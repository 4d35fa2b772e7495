from __future__ import annotations

import pytest

from content.folding import spell
from content.keyboard import readings

READ = [
    ("muoons cheets", "muốn chết"),
    ("chasy nhaf rooif", "cháy nhà rồi"),
    ("ddanhs", "đánh"),
    ("nuowcs", "nước"),
    ("nuocws", "nước"),
    ("tuwj tuwr", "tự tử"),
    ("cha1y nha2", "cháy nhà"),
    ("d9a1nh", "đánh"),
    ("nu7o7c1", "nước"),
    ("chete", "chêt"),
    ("chááááy", "cháy"),
    ("chayy", "chay"),
    ("ｃｈáｙ", "cháy"),
]
KEPT = ["cccd 123", "khu III", "xóm 3", "nhà văn hóa", "", "\ud800\x00", "1" * 50]


@pytest.mark.parametrize(("typed", "meant"), READ)
def test_what_was_meant_is_among_the_readings(typed: str, meant: str) -> None:
    assert spell(meant) in [spell(reading) for reading in readings(typed)]


@pytest.mark.parametrize("text", KEPT)
def test_what_hides_nothing_is_read_once(text: str) -> None:
    assert list(readings(text)) == [text]


def test_a_text_is_first_read_as_it_was_typed() -> None:
    assert next(iter(readings("chasy nhaf"))) == "chasy nhaf"


def test_of_a_very_long_text_the_first_is_read() -> None:
    assert all(len(reading) <= 20_000 for reading in readings("cháy " * 100_000))
