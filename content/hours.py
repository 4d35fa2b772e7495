"""The time of day that words name: "5 rưỡi sáng", "17h30", "12 giờ đêm".

Without a word for the part of the day an hour counts as said; only 1 to 4 are in the afternoon,
unless written as 03:00. "trưa" alone is 11:30.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Final, NamedTuple

from content.spelling import NAMES, PARTS


class NoSuchHour(Exception):
    """No clock shows this time: say one from 0:00 to 23:59."""


class SeveralHours(Exception):
    """More than one time is named: say one."""


class Said(NamedTuple):
    """An hour as said, not yet of the clock. `minute`: below 0 before the hour. `exact`: written
    with a leading zero."""

    hour: int
    minute: int
    exact: bool = False


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
_ALONE: Final = r"(?<![\w/.:-])"
_NOT_A_DAY: Final = (
    r"(?<!\bthu )(?<!\bmung )(?<!\bmong )(?:(?<!\bngay )|(?<=\bhang ngay )|(?<=\bmoi ngay ))"
)
_TIMES: Final = tuple(
    re.compile(_ALONE + pattern)
    for pattern in (
        r"(?P<hour>\d{1,3}) ?(?:gio\b|g(?![a-z])|h(?![a-z])|:(?=\d\d))"
        r"(?: ?(?P<minute>\d\d|(?<! )\d|\d(?= ?phut\b))(?!\d| ?/|[-.]\d| ?thang\b)"
        r"(?: ?p(?:hut|h)?\b)?"
        r"| ?(?P<half>ruoi)\b| kem (?P<less>\d{1,2})\b(?: ?p(?:hut|h)?\b)?)?",
        rf"(?P<hour>\d{{1,2}})\.(?P<minute>\d{{2}})(?= ?(?:{NAMES})\b)",
        rf"{_NOT_A_DAY}(?P<hour>\d{{1,2}}) (?P<half>ruoi)\b",
        rf"{_NOT_A_DAY}(?<!\d )(?<!\d,)(?<!\d, )(?<!\bva )(?P<hour>\d{{1,2}})(?= ?(?:{NAMES})\b)",
    )
)
_MIDNIGHT: Final = re.compile(r"\b(?:nua dem|midnight)\b")
_GLUED: Final = re.compile(r"(?<=\d) ?([ap])m\b")
_PART: Final = re.compile(rf"\b(?:rang )?(?P<part>{NAMES})\b(?: som\b)?")
_DASHED: Final = re.compile(rf"(?P<time>@ (?:(?:{NAMES}) )?)- | - (?=@)")


def take(text: str) -> tuple[Said | None, str]:
    """The time in a canonical text, and the text with @ where it stood. Raises SeveralHours."""
    text = _GLUED.sub(r" \1m", _MIDNIGHT.sub("12 gio dem", text))
    for pattern in _TIMES:
        if found := pattern.search(text):
            rest = f"{text[: found.start()]} @ {text[found.end() :]}"
            if any(again.search(rest) for again in _TIMES):
                raise SeveralHours
            return _said(found.groupdict()), _DASHED.sub(r"\g<time> , ", " ".join(rest.split()))
    return None, text


def _said(found: Mapping[str, str | None]) -> Said:
    hour, less = found["hour"] or "", found.get("less")
    minute = -int(less) if less else 30 if found.get("half") else int(found.get("minute") or 0)
    return Said(int(hour), minute, exact=len(hour) == 2 and hour[0] == "0")


def part(text: str) -> tuple[str, str]:
    """The part of the day a canonical text names ("" for none), and the text without it. Raises
    SeveralHours."""
    parts = {PARTS[found["part"]] for found in _PART.finditer(text)}
    if len(parts) > 1:
        raise SeveralHours
    return (parts.pop() if parts else ""), " ".join(_PART.sub(" ", text).split())


def clock(said: Said | None, part: str) -> time | None:
    """None when no hour was said, unless it is noon. Raises NoSuchHour."""
    if said is None:
        return time(11, 30) if part == "noon" else None
    hour = said.hour if said.exact and not part else _CLOCK[part].get(said.hour)
    if hour is None or not (0 <= hour < 24 and -60 < said.minute < 60):
        raise NoSuchHour
    if said.minute < 0 and hour == 0 and part in ("", "morning"):  # the day before, or 11:45
        raise NoSuchHour
    return time(*divmod((hour * 60 + said.minute) % (24 * 60), 60))
