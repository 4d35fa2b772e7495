"""Whether somebody tells of a death in the family. “Mẹ em mất” is one, “mẹ em mất ví” is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from content.documents import Table
from content.folding import words
from content.phrases import Patterns, Token, found, patterns, tokens

_CLAUSE = re.compile(r"[.?!;,:\n]+")
_LONGEST = 600  # characters that are looked at
_APART = 4  # words between who died and that they did


@dataclass(frozen=True, slots=True)
class Mourning:
    """`kin`: who is mourned; `beside`: what may stand between them and the word of death;
    `died`: says it alone; `gone`: says so only before the end of a clause or one of `then`;
    `things`: of which one is told as lost, where they stand before; `long_ago`: no news; `entries`:
    ids of what a family in mourning may need."""

    entries: tuple[str, ...]
    kin: Patterns
    beside: frozenset[str]
    died: Patterns
    gone: Patterns
    then: Patterns
    things: Patterns
    long_ago: Patterns

    def told(self, text: str) -> bool:
        """Of a recent death, as far as the text says."""
        whole = tokens(text[:_LONGEST])
        if not (found(whole, self.died, strict=False) or found(whole, self.gone, strict=False)):
            return False
        if found(whole, self.long_ago, strict=False) or _year(whole):
            return False
        return any(self._tells(tokens(clause)) for clause in _CLAUSE.split(text[:_LONGEST]))

    def _tells(self, said: Sequence[Token]) -> bool:
        things = _begin(said, self.things)
        for kin in self.kin.possible(said):
            since = 0
            while who := kin.find(said, strict=False, since=since):
                if who.start > things:
                    break
                if self._died(said, who.stop):
                    return True
                since = who.stop
        return False

    def _died(self, said: Sequence[Token], at: int) -> bool:
        for _ in range(_APART + 1):
            if self._word(said, at):
                return True
            if at >= len(said) or said[at].folded not in self.beside:
                return False
            at += 1
        return False

    def _word(self, said: Sequence[Token], at: int) -> bool:
        if _here(said, at, self.died) is not None:
            return True
        end = _here(said, at, self.gone)
        if end is None:
            return False
        return end == len(said) or _here(said, end, self.then) is not None


def parse_mourning(table: Table) -> Mourning:
    """Raises ContentError for a key that is missing or unknown."""
    keys = ("kin", "died", "gone", "then", "things", "long_ago")
    table.only((*keys, "beside", "entries"))
    beside = frozenset(word for text in table.texts("beside") for word in words(text))
    entries = tuple(table.texts("entries"))
    return Mourning(entries, beside=beside, **{key: patterns(table.texts(key)) for key in keys})


def _here(said: Sequence[Token], at: int, wanted: Patterns) -> int | None:
    """Where one of `wanted` ends that begins at `at`."""
    for pattern in wanted:
        piece = said[at : at + len(pattern.parts)]
        if pattern.find(piece, strict=False) is not None:
            return at + len(pattern.parts)
    return None


def _begin(said: Sequence[Token], wanted: Patterns) -> int:
    """Where the first of `wanted` begins, or the end."""
    met = (pattern.find(said, strict=False) for pattern in wanted.possible(said))
    return min((one.start for one in met if one is not None), default=len(said))


def _year(said: Sequence[Token]) -> bool:
    return any(one.folded.isdecimal() and len(one.folded) == 4 for one in said)
