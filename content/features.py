"""What of a text tells its matter: its words, pairs of them, and groups of letters.

Words say what a text is about; letters say it still where a word is misspelled, cut short or
glued to the next. Both are folded, since many type no marks. Where marks are typed they tell
more: vâng is not vắng. Each kind counts for itself, so that none drowns another.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import NamedTuple

_SIZES = (2, 3, 4)  # letters in a group


class Told(NamedTuple):
    """The words of a text: `folded`, abbreviations written out; `spelled`, as they were typed,
    those without marks as ""."""

    folded: tuple[str, ...]
    spelled: tuple[str, ...] = ()


class Example(NamedTuple):
    """`weight`: above 0, 1 for an example written by hand."""

    told: Told
    label: str
    weight: float = 1.0


class Features(NamedTuple):
    """How often each occurs: words ("a") with pairs ("a b"); groups of letters ("#ab", a space as
    "_"); words and pairs with their marks ("^ắ")."""

    words: Counter[str]
    letters: Counter[str]
    marked: Counter[str]


def features(told: Told) -> Features:
    words: Counter[str] = Counter(told.folded)
    words.update(f"{first} {second}" for first, second in pairwise(told.folded))
    line = "_".join(["", *told.folded, ""])
    letters: Counter[str] = Counter()
    for size in _SIZES:
        letters.update(["#" + line[at : at + size] for at in range(len(line) - size + 1)])
    marked = Counter(f"^{word}" for word in told.spelled if word)
    marked.update(
        f"^{first} {second}" for first, second in pairwise(told.spelled) if first and second
    )
    return Features(words, letters, marked)
