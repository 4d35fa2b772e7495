"""Rows of reports as a test needs them, without a database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from db.listing import Row

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

# What formulas begin with, what hides it, what no file can hold, and ordinary words.
_SIGNS = "=+-@＝＋－＠﹦−\t\r\n \u00a0\u3000\"'`“”‘\x00\x01\x07\x0b\x0c\x1b\x7f\x85"
_HIDDEN = (
    "\u200b\u200e\u200f\u202e\u2028\u2029\u2060\ufeff\u00ad\ufff9\u0301\ufffe\uffff\ud800\udfff"
)
_WORDS = ("cmd|' /C calc'!A0", "1+1", "SUM(A1:A9)", "đèn hỏng", ",", ";", "_x0041_", "🙂", "a")


def row(number: int = 1, **changes: Any) -> Row:
    given: dict[str, Any] = {
        "id": number,
        "created_at": NOW,
        "place": "Thôn Trên",
        "category": "light",
        "state": "answered",
        "what": "Đèn đường hỏng",
        "address": "trước cổng",
        "latitude": 20.5,
        "longitude": 106.25,
        "files": 2,
        "first_answer_at": NOW + timedelta(hours=6),
        "last_answer": "Đã sửa xong",
        "language": "vi",
        "who": "Bác Mít",
    }
    return Row(**{**given, **changes})


def wild(count: int, seed: int) -> Iterator[str]:
    """Strings as nobody should write them."""
    chance = random.Random(seed)
    signs = [*_SIGNS, *_HIDDEN, *_WORDS]
    for _ in range(count):
        yield "".join(chance.choice(signs) for _ in range(chance.randrange(1, 7)))


def wild_rows(count: int, seed: int) -> Iterator[Row]:
    """Each with five such strings."""
    strings = wild(5 * count, seed)
    for number in range(1, count + 1):
        told = (next(strings) for _ in range(5))
        place, what, address, answer, who = told
        yield row(number, place=place, what=what, address=address, last_answer=answer, who=who)
