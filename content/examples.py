"""What the search learns from: the phrasings of every entry, the matters of others, complaints.

Of the short names of a matter ("giấy khai sinh") questions are made too ("giấy khai sinh cần gì"),
so that words which ask for an aspect are seen with every matter, and tell none apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle
from typing import Final

from content.faq import FaqEntry
from content.features import Example, Told
from content.folding import words
from content.phrases import tokens
from content.topics import Topics

COMPLAINT: Final = "!"
OTHER: Final = "-"  # before the id of another's matter

LONGEST: Final = 600  # characters of a question that are looked at
_NUMBER: Final = 4  # digits of a number that is somebody's, and tells nothing: 115 tells much
_MADE: Final = 0.3  # how far a question made of a name counts


def told(text: str, topics: Topics) -> Told:
    """The words of its beginning, folded ones only where they say something."""
    text = text[:LONGEST]
    folded = tuple(
        word
        for word in words(text)
        if word not in topics.filler and not (word.isdecimal() and len(word) >= _NUMBER)
    )
    return Told(folded, tuple("" if word.plain else word.spelled for word in tokens(text)))


def examples(entries: Iterable[FaqEntry], topics: Topics) -> list[Example]:
    """Labels: an entry's id, `OTHER` and the id of another's matter, `COMPLAINT`."""
    texts = [
        *((text, 1.0, entry.id) for entry in entries for text in _written(entry)),
        *((text, _MADE, id) for text, id in _made(entries, topics.asking)),
        *((text, 1.0, OTHER + topic.id) for topic in topics.decline for text in topic.phrasings),
        *((text, 1.0, COMPLAINT) for text in topics.told),
    ]
    return [Example(told(text, topics), label, weight) for text, weight, label in texts]


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
