"""A report as the cells of a table, whatever the file: what stands in each, and made harmless.

What people wrote may begin like a formula. A spreadsheet must never take it for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

import regex

from content.categories import label
from content.schedule import HERE
from content.words import Words
from db.listing import Row
from db.tickets import code

Cell: TypeAlias = str | int | float | datetime | None

LONGEST: Final = 32_767  # characters a spreadsheet takes in one cell
WHO: Final = "who"
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NEWLINE: Final = re.compile("\r\n?|[\x85\u2028\u2029]")
# A formula's first sign, perhaps behind what a spreadsheet would drop or not show. It may stand
# within, too: a file opened with another separator is cut there.
_SIGN: Final = r"[=+\-@＝＋－＠﹦﹢﹣﹫−]"
_DROPPED: Final = r"""\s\p{Z}\p{C}\p{M}"'`‘’“”«»"""
_FORMULA: Final = regex.compile(rf"[{_DROPPED}]*{_SIGN}|[\t\n]")
_GAP: Final = regex.compile(rf"(?<![;,{_DROPPED}])[;,{_DROPPED}]++(?={_SIGN})")
_CUTS: Final = frozenset(';,\t\n"')


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in characters."""

    key: str
    width: int
    kind: Literal["short", "long", "time", "number", "whole"]


_COLUMNS: Final = (
    Column("code", 10, "short"),
    Column("made_at", 16, "time"),
    Column("place", 20, "short"),
    Column("category", 22, "short"),
    Column("state", 14, "short"),
    Column("what", 60, "long"),
    Column("address", 28, "long"),
    Column("latitude", 11, "number"),
    Column("longitude", 11, "number"),
    Column("files", 9, "whole"),
    Column("first_answer_at", 16, "time"),
    Column("hours", 12, "number"),
    Column("last_answer", 60, "long"),
    Column("language", 10, "short"),
    Column(WHO, 24, "short"),
)


def columns(*, names: bool) -> tuple[Column, ...]:
    """`names`: with the people's."""
    return tuple(column for column in _COLUMNS if names or column.key != WHO)


def headings(chosen: Iterable[Column], words: Words) -> list[str]:
    return [words(f"exports.column_{column.key}") for column in chosen]


class Shown:
    """Rows as cells in the order of the columns: times in Vietnam, without their zone."""

    def __init__(self, words: Words, *, names: bool) -> None:
        self._words = words
        self._names = names
        self._labels: dict[str, str] = {}  # of categories
        self._states = {state: words(f"exports.state_{state}") for state in ("open", "answered")}

    def __call__(self, row: Row) -> tuple[Cell, ...]:
        cells = (
            code(row.id),
            _local(row.created_at),
            clean(row.place),
            self.category(row.category),
            self._states.get(row.state, row.state),
            clean(row.what),
            clean(row.address),
            row.latitude,
            row.longitude,
            row.files,
            row.first_answer_at and _local(row.first_answer_at),
            None if row.hours is None else round(row.hours, 1),
            clean(row.last_answer),
            row.language,
        )
        return (*cells, clean(row.who)) if self._names else cells

    def category(self, id: str) -> str:
        if id not in self._labels:
            self._labels[id] = label(id, self._words)
        return self._labels[id]


def clean(text: str) -> str:
    """Without what no file can hold; line ends as \\n."""
    if text.isprintable():
        return text
    return _UNFIT.sub("\ufffd", _NEWLINE.sub("\n", text))


def harmless(text: str) -> str:
    """With an apostrophe before what a spreadsheet could take for a formula."""
    suspect = not text[:1].isalnum() and _FORMULA.match(text)
    guarded = _GAP.sub(_guarded, text)
    return f"'{guarded}" if suspect else guarded


def _guarded(gap: regex.Match[str]) -> str:
    return gap[0] if _CUTS.isdisjoint(gap[0]) else f"{gap[0]}'"


def clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _local(moment: datetime) -> datetime:
    return moment.astimezone(HERE).replace(tzinfo=None, microsecond=0)
