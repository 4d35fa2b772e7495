"""Mends slips of the finger: a word nobody knows that is one slip away from one that fits.

Only where the mended word stands beside a neighbour it is known to stand beside, so that names
and foreign words stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

_LETTERS: Final = "abcdeghiklmnopqrstuvxy"  # of folded Vietnamese
_LONGEST: Final = 12  # letters of a word that is looked at; Vietnamese ones have seven at most


def mended(words: Sequence[str], knows: Callable[[str], bool]) -> tuple[str, ...]:
    """`knows`: whether a word, or a pair of them ("a b"), was ever seen."""
    found = list(words)
    for at, word in enumerate(found):
        if 1 < len(word) <= _LONGEST and word.isalpha() and not knows(word):
            found[at] = _likeliest(word, found[at - 1 : at], found[at + 1 : at + 2], knows)
    return tuple(found)


def _likeliest(
    word: str, before: Sequence[str], after: Sequence[str], knows: Callable[[str], bool]
) -> str:
    """The one with most known neighbours; of several, the first by the alphabet."""
    best, most = word, 0
    for other in sorted(set(filter(knows, _near(word)))):
        pairs = [f"{one} {other}" for one in before] + [f"{other} {one}" for one in after]
        if (fitting := sum(map(knows, pairs))) > most:
            best, most = other, fitting
    return best


def _near(word: str) -> Iterator[str]:
    """All that one slip makes of it: a letter too few, too many, another one, or two changed."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (head + letter + tail for letter in _LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
