"""Mends slips of the finger and of the keyboard: a word nobody knows that stands for one that fits.

What a keyboard that was switched off left of the marks (giaays, gia6y1) is taken away wherever a
known word remains. All else is mended only where it stands beside a neighbour it is known to
stand beside, so that names and foreign words stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from content.folding import fold
from content.keyboard import marked

_Known: TypeAlias = Callable[[str], bool]

_LETTERS: Final = "abcdeghiklmnopqrstuvxy"  # of folded Vietnamese
_LAST: Final = "cghimnoptuy"  # what its words end with that have more than a vowel there
_MOST: Final = 30  # words nobody knows that are looked at: a text with more has no mere slips
_LONGEST: Final = 12  # letters of a word that is looked at; Vietnamese ones have seven at most
_ALIKE: Final = (  # what sounds alike where one comes from, and how the young write it
    *(("ch", "tr"), ("tr", "ch"), ("s", "x"), ("x", "s"), ("d", "gi"), ("gi", "d"), ("r", "d")),
    *(("f", "ph"), ("j", "i"), ("j", "gi"), ("j", "ch"), ("w", "qu"), ("z", "d"), ("z", "gi")),
)


def mended(words: Sequence[str], knows: _Known) -> tuple[str, ...]:
    """`knows`: whether a word, or a pair of them ("a b"), was ever seen."""
    found: list[str] = []
    unknown = 0
    for at, word in enumerate(words):
        if not 1 < len(word) <= _LONGEST or word.isdecimal():
            found.append(word)
            continue
        before, after = found[-1:], words[at + 1 : at + 2]
        if knows(word):
            found.append(_as_it_sounds(word, before, after, knows))
        elif knows(bare := fold(marked(word))):
            found.append(bare)
        elif word.isalpha() and unknown < _MOST:
            unknown += 1
            found += _likeliest(word, before, after, knows)
        else:
            found.append(word)
    return tuple(found)


def _as_it_sounds(word: str, before: Sequence[str], after: Sequence[str], knows: _Known) -> str:
    """A word that is known, but not beside these neighbours, may be one that sounds like it; or
    one that lost its last letter, if both know that."""
    if _fitting(word, before, after, knows):
        return word
    best = _best(word, _alike(word), before, after, knows)
    if best != word:
        return best
    return _best(word, (word + letter for letter in _LAST), before, after, knows, more_than=1)


def _likeliest(
    word: str, before: Sequence[str], after: Sequence[str], knows: _Known
) -> Sequence[str]:
    """One slip away; or two words that were typed as one; else the word itself."""
    best = _best(word, (*_near(word), *_alike(word)), before, after, knows)
    if best != word:
        return (best,)
    cuts = (f"{word[:at]} {word[at:]}" for at in range(2, len(word) - 1))
    return next(filter(knows, cuts), word).split()


def _best(
    word: str,
    others: Iterable[str],
    before: Sequence[str],
    after: Sequence[str],
    knows: _Known,
    more_than: int = 0,
) -> str:
    """The one with most known neighbours; of several, the first by the alphabet; else `word`."""
    best, most = word, more_than
    for other in sorted(set(filter(knows, others))):
        if (fitting := _fitting(other, before, after, knows)) > most:
            best, most = other, fitting
    return best


def _fitting(word: str, before: Sequence[str], after: Sequence[str], knows: _Known) -> int:
    pairs = [f"{one} {word}" for one in before] + [f"{word} {one}" for one in after]
    return sum(map(knows, pairs))


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


def _alike(word: str) -> Iterator[str]:
    """As it begins; a j or z wherever it stands."""
    for typed, meant in _ALIKE:
        if word.startswith(typed):
            yield meant + word[len(typed) :]
    yield word.replace("j", "i")
