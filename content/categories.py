"""What a report is about, told from its words: enough to count by, and never a judgement.

A category scores a point for each word of the phrases met; the highest score wins, and where
none scores the report is of OTHER. Phrases are met with or without marks; a single word, which
without its marks may be any of several, only as it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from content.documents import File, Table, nearest, parse_toml
from content.phrases import Patterns, Token, found, patterns, tokens
from content.words import Words

OTHER: Final = "other"

_SECTION: Final = "categories."


@dataclass(frozen=True, slots=True)
class _Category:
    id: str
    words: Patterns

    def score(self, text: Sequence[Token]) -> int:
        likely = self.words.possible(text)
        met = (one for one in likely if found(text, (one,), strict=len(one.parts) == 1))
        return sum(len(one.needs) for one in met)


class Categories:
    """Call it with a text; the id of its category comes back."""

    def __init__(self, categories: tuple[_Category, ...]) -> None:
        self._categories = categories

    def __call__(self, text: str) -> str:
        words = tokens(text)
        best = max(self._categories, key=lambda one: one.score(words), default=None)
        return best.id if best and best.score(words) else OTHER


def parse_categories(file: File, words: Words) -> Categories:
    """`words`: the replies, where each category has its name. Raises ContentError."""
    root = parse_toml(file)
    root.only(["category"])
    return Categories(tuple(_category(table, words) for table in root.tables("category")))


def ids(words: Words) -> list[str]:
    """Of all categories that have a name."""
    keys = words.keys()
    return sorted(key.removeprefix(_SECTION) for key in keys if key.startswith(_SECTION))


def label(id: str, words: Words) -> str:
    """The category's name; of one that is gone from the content, its id."""
    key = f"{_SECTION}{id}"
    return words(key) if key in words else id


def _category(table: Table, words: Words) -> _Category:
    table.only(["id", "words"])
    id = table.text("id")
    if id not in ids(words):
        known = nearest(id, ids(words))
        problem = f"“{id}” has no name in [categories] of the replies; {known}"
        raise table.wrong("id", problem)
    return _Category(id, patterns(table.texts("words")))
