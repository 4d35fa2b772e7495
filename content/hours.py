"""The time of day that words name: "5 rưỡi sáng", "17h30", "12 giờ đêm".

Without a word for the part of the day an hour counts as said; only 1 to 4 are in the afternoon,
unless written as 03:00. "trưa" alone is 11:30.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Final, NamedTuple


class NoSuchHour(Exception):
    """No clock shows this time: say one from 0:00 to 23:59."""


class SeveralHours(Exception):
    """More than one time is named: say one."""


class Said(NamedTuple):
    """An hour as said, not yet of the clock. `exact`: written with a leading zero."""

    hour: int
    minute: int
    exact: bool = False


PARTS: Final[Mapping[str, str]] = {
    "sang": "morning",
    "morning": "morning",
    "am": "morning",
    "trua": "noon",
    "noon": "noon",
    "chieu": "afternoon",
    "afternoon": "afternoon",
    "pm": "afternoon",
    "toi": "evening",
    "evening": "evening",
    "dem": "night",
    "khuya": "night",
    "night": "night",
}
# The hours of the clock that an hour as said stands for, by part of the day.
_CLOCK: Final[Mapping[str, Mapping[int, int]]] = {
    "": {**{hour: hour for hour in range(24)}, **{hour: hour + 12 for hour in range(1, 5)}},
    "morning": {**{hour: hour for hour in range(12)}, 12: 0},
    "noon": {10: 10, 11: 11, 12: 12, 13: 13, 14: 14, 1: 13, 2: 14},
    "afternoon": {12: 12, **{hour: hour % 12 + 12 for hour in (*range(1, 12), *range(13, 24))}},
    "evening": {12: 0, **{hour: hour % 12 + 12 for hour in (*range(5, 12), *range(17, 24))}},
    "night": {12: 0, **{hour: hour for hour in (*range(5), *range(20, 24))}}
    | {hour: hour + 12 for hour in range(8, 12)},
}
_NUMBERS: Final[Mapping[str, int]] = {
    "muoi mot": 11,
    "muoi hai": 12,
    "muoi lam": 15,
    "ba muoi": 30,
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
}
_NAMES: Final = "|".join(PARTS)
_ALONE: Final = r"(?<![\w/.:-])"
_IN_WORDS: Final = re.compile(
    rf"\b({'|'.join(_NUMBERS)})(?= gio\b)|(?<=\bgio )(ba muoi|muoi lam)\b"
)
_TIMES: Final = tuple(
    re.compile(_ALONE + pattern)
    for pattern in (
        r"(?P<hour>\d{1,3}) ?(?:gio\b|g(?![a-z])|h(?![a-z])|:)"
        r"(?: ?(?P<minute>\d{1,2})(?!\d| ?[/-]| ?thang\b)(?: ?phut\b| ?p\b)?"
        r"| ?(?P<half>ruoi)\b| kem (?P<less>\d{1,2})\b)?",
        rf"(?P<hour>\d{{1,2}})\.(?P<minute>\d{{2}})(?= ?(?:{_NAMES})\b)",
        rf"(?<!\bthu )(?<!\bngay )(?<!\bmung )(?P<hour>\d{{1,2}})"
        rf"(?: (?P<half>ruoi))?(?= ?(?:{_NAMES})\b)",
    )
)
_SPECIAL: Final = (
    (re.compile(r"\b(?:nua dem|midnight)\b"), "00:00"),
    (re.compile(r"(?<=\d) ?([ap])\.?m\b\.?"), r" \1m"),
)
_PART: Final = re.compile(rf"\b(?:{_NAMES})\b")


def take(text: str) -> tuple[Said | None, str]:
    """The time in a folded text, and the text with @ where it stood. Raises SeveralHours."""
    for pattern, canonical in _SPECIAL:
        text = pattern.sub(canonical, text)
    text = _IN_WORDS.sub(lambda found: str(_NUMBERS[found[0]]), text)
    for pattern in _TIMES:
        if found := pattern.search(text):
            rest = f"{text[: found.start()]} @ {text[found.end() :]}"
            if any(again.search(rest) for again in _TIMES):
                raise SeveralHours
            return _said(found.groupdict()), " ".join(rest.split())
    return None, text


def _said(found: Mapping[str, str | None]) -> Said:
    hour = found["hour"] or ""
    minute = 30 if found.get("half") else int(found.get("minute") or 0)
    if less := found.get("less"):
        late = (int(hour) * 60 - int(less)) % (24 * 60)
        return Said(*divmod(late, 60))
    return Said(int(hour), minute, exact=len(hour) == 2 and hour[0] == "0")


def part(text: str) -> tuple[str, str]:
    """The part of the day a folded text names ("" for none), and the text without it. Raises
    SeveralHours."""
    parts = {PARTS[found] for found in _PART.findall(text)}
    if len(parts) > 1:
        raise SeveralHours
    return (parts.pop() if parts else ""), " ".join(_PART.sub(" ", text).split())


def clock(said: Said | None, part: str) -> time | None:
    """None when no hour was said, unless it is noon. Raises NoSuchHour."""
    if said is None:
        return time(11, 30) if part == "noon" else None
    hour = said.hour if said.exact and not part else _CLOCK[part].get(said.hour)
    if hour is None or not (0 <= hour < 24 and said.minute < 60):
        raise NoSuchHour
    return time(hour, said.minute)
