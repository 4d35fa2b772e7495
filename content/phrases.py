"""Word patterns a cadre can read, matched with or without Vietnamese marks.

A pattern is written in proper Vietnamese; `…` stands for up to six words in between, `{water}`
for any word of the set of that name. Matched *strictly*, each word must be spelled as written, so
cháy is neither chạy nor chảy. Matched *loosely*, a word typed without any marks counts too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Final

from content.folding import fold, spell

GAP = "…"
_WIDEST_GAP = 6
_WIDEST_OPENING = 10  # words
_BETWEEN = " :,.;!-–\n\t"  # what may stand between an opening and what follows it
_PIECE = re.compile(rf"{GAP}|\{{\w+\}}|[^\s{GAP}{{]+")
_NO_SETS: Final[Mapping[str, Choice]] = MappingProxyType({})
_LONGEST = 20_000  # characters; no platform carries more in one message


@dataclass(frozen=True, slots=True)
class Token:
    """A word as spelled (tone last) and folded. `plain`: typed without marks."""

    spelled: str
    folded: str

    @property
    def plain(self) -> bool:
        return self.spelled == self.folded


_BLOT = Token("", "")


@dataclass(frozen=True, slots=True)
class Choice:
    """Words of which any will do, as spelled and folded."""

    spelled: frozenset[str]
    folded: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Choice:
        words = [token for text in texts for token in tokens(text)]
        return cls(
            frozenset(word.spelled for word in words), frozenset(word.folded for word in words)
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """Tokens to be met in this order; None is a gap."""

    parts: tuple[Token | Choice | None, ...]

    @classmethod
    def of(cls, text: str, sets: Mapping[str, Choice] = _NO_SETS) -> Pattern:
        """Raises KeyError for a set that there is not."""
        parts: list[Token | Choice | None] = []
        for piece in _PIECE.findall(text):
            if piece == GAP:
                parts.append(None)
            elif piece.startswith("{"):
                parts.append(sets[piece.strip("{}")])
            else:
                parts.extend(map(_shared, tokens(piece)))
        return cls(tuple(parts))

    @property
    def needs(self) -> tuple[str, ...]:
        """What the text must hold, folded, each once. Not kept: there are thousands of patterns."""
        folded = (part.folded for part in self.parts if isinstance(part, Token))
        return tuple(dict.fromkeys(folded))

    @property
    def words(self) -> Collection[str]:
        """One of these, folded, is met wherever the pattern is."""
        if needs := self.needs:
            return (max(needs, key=len),)
        chosen = [part.folded for part in self.parts if isinstance(part, Choice)]
        return min(chosen, key=lambda words: len(words), default=())

    def find(self, text: Sequence[Token], *, strict: bool, since: int = 0) -> range | None:
        """The positions of its first match that begins at `since` or later."""
        for start in range(since, len(text)):
            if not self._begins(text[start].folded):
                continue  # most words of a long text
            end = self._match(0, text, start, strict)
            if end is not None:
                return range(start, end)
        return None

    def _begins(self, folded: str) -> bool:
        """Whether the word may be the first."""
        first = self.parts[0] if self.parts else None
        if isinstance(first, Choice):
            return folded in first.folded
        return first is None or folded == first.folded

    def _match(self, part: int, text: Sequence[Token], at: int, strict: bool) -> int | None:
        if part == len(self.parts):
            return at
        wanted = self.parts[part]
        if wanted is None:
            for skipped in range(_WIDEST_GAP + 1):
                end = self._match(part + 1, text, at + skipped, strict)
                if end is not None:
                    return end
            return None
        if at >= len(text) or not _same(wanted, text[at], strict):
            return None
        return self._match(part + 1, text, at + 1, strict)


class Patterns(tuple[Pattern, ...]):
    """Patterns, found by a word that each needs: most have nothing to do with a text."""

    _by_word: dict[str, list[int]]

    def __new__(cls, given: Iterable[Pattern]) -> Patterns:
        made = super().__new__(cls, given)
        made._by_word = {}
        for number, pattern in enumerate(made):
            for word in pattern.words:
                made._by_word.setdefault(word, []).append(number)
        return made

    def possible(self, text: Sequence[Token]) -> list[Pattern]:
        """Those that may be met in the text, in their order."""
        known = self._by_word
        numbers = {number for token in text for number in known.get(token.folded, ())}
        if not numbers:
            return []
        there = frozenset(token.folded for token in text)
        return [self[number] for number in sorted(numbers) if there.issuperset(self[number].needs)]


@lru_cache(maxsize=64)  # many look at the same message
def tokens(text: str) -> tuple[Token, ...]:
    """The words of the text, of a very long one only the first."""
    return tuple(Token(word, fold(word)) for word in spell(text[:_LONGEST]))


def patterns(texts: Iterable[str], sets: Mapping[str, Choice] = _NO_SETS) -> Patterns:
    """Raises KeyError for a set that there is not."""
    return Patterns(Pattern.of(text, sets) for text in texts)


def without(text: Sequence[Token], unwanted: Iterable[Pattern]) -> list[Token]:
    """The text with every loose match of `unwanted` blotted out."""
    left = list(text)
    for pattern in _possible(text, unwanted):
        since = 0  # a text full of matches is still gone through once
        while (match := pattern.find(left, strict=False, since=since)) is not None:
            left[match.start : match.stop] = [_BLOT] * len(match)
            since = match.start
    return left


def found(text: Sequence[Token], wanted: Iterable[Pattern], *, strict: bool) -> bool:
    return any(pattern.find(text, strict=strict) for pattern in _possible(text, wanted))


def wholly(text: str, wanted: Iterable[Pattern], around: Iterable[Pattern] = ()) -> bool:
    """Whether the text is one or more of `wanted`, perhaps among `around`, and nothing else."""
    said = tokens(text)
    wanted = wanted if isinstance(wanted, Patterns) else tuple(wanted)
    if not found(said, wanted, strict=False):
        return False
    likely = (*_possible(said, wanted), *_possible(said, around))
    longest_first = sorted(likely, key=lambda pattern: -len(pattern.parts))
    return not any(token.folded for token in without(said, longest_first))


def after(text: str, opening: Sequence[Pattern], around: Iterable[Pattern]) -> str | None:
    """What follows the `opening` (perhaps among `around`) that the text begins with, "" where
    only `around` does; None without such a beginning."""
    if not _possible(tokens(text), opening):
        return None
    opening, around = tuple(opening), tuple(around)
    for word in islice(re.finditer(r"\S+", text), _WIDEST_OPENING):
        if wholly(text[: word.end()], opening, around):
            rest = text[word.end() :].lstrip(_BETWEEN).rstrip()
            return "" if wholly(rest, around) else rest
    return None


def _possible(text: Sequence[Token], all_patterns: Iterable[Pattern]) -> list[Pattern]:
    if isinstance(all_patterns, Patterns):
        return all_patterns.possible(text)
    present = frozenset(token.folded for token in text)
    return [one for one in all_patterns if one.words and present.issuperset(one.needs)]


@lru_cache(maxsize=4096)
def _shared(token: Token) -> Token:
    """The same one for the same word, which hundreds of patterns may hold."""
    return token


def _same(wanted: Token | Choice, token: Token, strict: bool) -> bool:
    if isinstance(wanted, Choice):
        plain = not strict and token.plain
        return token.spelled in wanted.spelled or (plain and token.folded in wanted.folded)
    if token.spelled == wanted.spelled:
        return True
    return not strict and token.plain and token.folded == wanted.folded
