"""What the search learns from: the phrasings of every entry, the matters of others, complaints.

Of the short names of a matter ("giấy khai sinh") questions are made too ("giấy khai sinh cần gì"),
so that words which ask for an aspect are seen with every matter, and tell none apart. In “có giấy
khai sinh rồi, giờ nhập khẩu cho con cần gì” the second clause is what is asked: it counts twice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, cycle
from typing import Final, NamedTuple

from content.faq import FaqEntry
from content.features import Example, Told
from content.folding import abbreviations, fold, words
from content.phrases import tokens
from content.topics import Topics

COMPLAINT: Final = "!"
OTHER: Final = "-"  # before the id of another's matter

LONGEST: Final = 600  # characters of a question that are looked at
_NUMBER: Final = 4  # digits of a number that is somebody's, and tells nothing: 115 tells much
_CLAUSE: Final = re.compile(r"[.?!;,:\n]+")
_FEWEST: Final = 3  # words of a clause
_MADE: Final = 0.3  # how far a question made of a name counts


class Lesson(NamedTuple):
    """What is learned from: (text, how far it is believed, label). Labels: an entry's id, `OTHER`
    and the id of another's matter, `COMPLAINT`. `filler`: words that say nothing; `cues`: that
    ask."""

    texts: tuple[tuple[str, float, str], ...]
    filler: frozenset[str]
    cues: frozenset[str]

    def mark(self) -> str:
        """Letters and digits; others for whatever else would be learned."""
        short = sorted(abbreviations().items())
        found = hashlib.sha256(repr((sorted(self.filler), sorted(self.cues), short)).encode())
        for one in self.texts:  # at once they would be a megabyte
            found.update(repr(one).encode())
        return found.hexdigest()[:16]


def lesson(entries: Sequence[FaqEntry], topics: Topics) -> Lesson:
    texts = (
        *((text, 1.0, entry.id) for entry in entries for text in _written(entry)),
        *((text, _MADE, id) for text, id in _made(entries, topics.asking)),
        *((text, 1.0, OTHER + topic.id) for topic in topics.decline for text in topic.phrasings),
        *((text, 1.0, COMPLAINT) for text in topics.told),
    )
    return Lesson(texts, topics.filler, topics.cues)


def examples(lesson: Lesson) -> list[Example]:
    return [
        Example(told(text, lesson.filler, lesson.cues), label, weight)
        for text, weight, label in lesson.texts
    ]


def told(text: str, filler: Collection[str], cues: Collection[str]) -> Told:
    """The words of its beginning, folded ones only where they say something; then once more those
    of the clause that asks."""
    text = text[:LONGEST]
    parts = [_told(part, filler) for part in (text, _asking(text, cues))]
    return Told(*(tuple(chain.from_iterable(kind)) for kind in zip(*parts, strict=True)))


def _told(text: str, filler: Collection[str]) -> Told:
    folded = tuple(
        word
        for word in words(fold(text)[:LONGEST])  # which may be several times as long
        if word not in filler and not (word.isdecimal() and len(word) >= _NUMBER)
    )
    return Told(folded, tuple("" if word.plain else word.spelled for word in tokens(text)))


def _asking(text: str, cues: Collection[str]) -> str:
    """The clause with most words that ask, the last of several; "" where there is no other."""
    clauses = [one for one in _CLAUSE.split(text) if len(one.split()) >= _FEWEST]
    if len(clauses) < 2:
        return ""
    return max(reversed(clauses), key=lambda one: sum(word in cues for word in words(one)))


def _written(entry: FaqEntry) -> Iterator[str]:
    yield from entry.phrasings
    yield from entry.title.values()
    yield from entry.names


def _made(entries: Iterable[FaqEntry], asking: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of each name one question, with the id of its entry; all ways of asking take turns."""
    ways = cycle(asking)
    for entry in entries:
        for name in entry.names:
            yield next(ways).replace("…", name), entry.id
