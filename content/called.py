"""What matters are called: which of them a text names outright."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from content.faq import FaqEntry
from content.folding import abbreviations
from content.phrases import Patterns, Token, patterns, tokens

_Name: TypeAlias = tuple[Token, ...]


class Called:
    """The names of all entries. `patterns`: the same, the longest first, to be blotted out."""

    def __init__(self, entries: Iterable[FaqEntry]) -> None:
        self._names: dict[tuple[str, ...], list[tuple[_Name, str]]] = {}
        texts: set[str] = set()
        for entry in entries:
            texts.update(entry.names)
            for name in entry.names:
                told = tuple(_told(name))
                folded = tuple(token.folded for token in told)
                self._names.setdefault(folded, []).append((told, entry.id))
        self._longest = max(map(len, self._names), default=0)
        self.patterns: Patterns = patterns(
            sorted(texts, key=lambda text: (-len(text.split()), text))
        )

    def named(self, text: str) -> frozenset[str]:
        """Ids of the entries the text names; of names within each other the longest. A word typed
        with marks must have those of the name: đổi hộ is not đổi họ."""
        said, found, at = tuple(_told(text)), set(), 0
        while at < len(said):
            length, ids = self._at(said, at)
            found |= ids
            at += max(length, 1)
        return frozenset(found)

    def _at(self, said: Sequence[Token], at: int) -> tuple[int, set[str]]:
        for length in range(min(self._longest, len(said) - at), 0, -1):
            piece = said[at : at + length]
            names = self._names.get(tuple(token.folded for token in piece), ())
            if ids := {id for name, id in names if _same(piece, name)}:
                return length, ids
        return 0, set()


def _told(text: str) -> Iterator[Token]:
    known = abbreviations()
    for token in tokens(text):
        if meant := known.get(token.folded):
            yield from (Token(word, word) for word in meant)
        else:
            yield token


def _same(said: Sequence[Token], name: Sequence[Token]) -> bool:
    pairs = zip(said, name, strict=True)
    return all(one.plain or other.plain or one.spelled == other.spelled for one, other in pairs)
