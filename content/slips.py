"""What people most often mistype in the TOML of a file, told from the line that cannot be read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final, NamedTuple

DAYS: Final = ("review_by", "valid_from", "valid_until", "date", "checked")  # keys of days

_KEY: Final = re.compile(r"\s*(?P<name>[\w.-]+)\s*=\s*(?P<value>.*?)\s*(?:#.*)?")
_COLON: Final = re.compile(r"\s*[\w.-]+\s*:")
_STRAIGHT: Final = re.compile(r'"[^"]*"')
_CURLY: Final = re.compile("[“”„‟«»‘’‚″＂]")
_CROWDED: Final = re.compile(r'"[^"]*"\s*[^\s,\]}#=.]')
_PLAIN: Final = re.compile(r"[\[{\"'].*|true|false|0|[1-9]\d*")
_HEADER: Final = re.compile(r"\s*\[\[?[\w.]+\]\]?\s*")
_EXAMPLE: Final = date(2026, 11, 1)


class Slip(NamedTuple):
    """What stands there, and what to do."""

    wrong: str
    mend: str


def slip(line: str, above: str, reason: str) -> Slip:
    """`line`: where reading broke off; `above`: the one before it; `reason`: as `tomllib` says it,
    kept where nothing is known that reads more easily."""
    if reason.startswith("Cannot "):  # overwrite, declare, mutate: all good, but for the name
        return Slip("this name stands here for the second time", "keep one of the two")
    return _mistyped(line, above) or Slip(reason, "check the quotes, commas and brackets here")


def _mistyped(line: str, above: str) -> Slip | None:
    bare = _STRAIGHT.sub("", line)
    key = _KEY.fullmatch(line)
    if key and key["name"] in DAYS and str(_meant(key["value"])) != key["value"]:
        return Slip("not a day", how_to_write(key["value"]))
    if _CURLY.search(bare) or (line.count('"') % 2 and _CURLY.search(line)):
        return Slip("curly quotes, as Word makes them", 'write straight ones: "')
    if any(_unseen(sign) for sign in bare):
        return Slip("a blank or sign that cannot be seen", "delete this line and type it anew")
    if _COLON.match(line):
        return Slip("a colon", "write = between the name and the value")
    if key and not key["value"]:
        return Slip("no value", "write it behind the =, or take the line away")
    if key and not _PLAIN.fullmatch(key["value"]):
        return Slip("a text without quotes", f'write {key["name"]} = "…"')
    if _HEADER.fullmatch(line):
        return Slip("the list above has no end", "write ] on a line below its last text")
    if _STRAIGHT.fullmatch(above.strip()) and line.strip().startswith('"'):
        return Slip("no comma", "write one at the end of the line above")
    if _CROWDED.search(line):
        return Slip('a " inside a text, or no comma', "write “ ” inside, and a comma after each")
    return None


def how_to_write(value: object) -> str:
    """Of what was meant for a day."""
    meant = _meant(value) if isinstance(value, str) else None
    return f"write the day as {meant or _EXAMPLE} (year-month-day, no quotes)"


def _meant(value: str) -> date | None:
    """The day that figures such as 1/11/2026 or 2026.11.1 tell."""
    figures = re.findall(r"\d+", value)
    if len(figures) != 3 or max(map(len, figures)) > 4:
        return None
    first, month, last = map(int, figures)
    year, day = (first, last) if len(figures[0]) == 4 else (last, first)
    try:
        return date(year, month, day) if year >= 1000 else None
    except ValueError:
        return None


def _unseen(sign: str) -> bool:
    return sign not in " \t" and unicodedata.category(sign) in ("Zs", "Cf", "Cc")
