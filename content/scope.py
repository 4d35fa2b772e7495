"""Where the entries end: who and what, named in a question, makes it a matter of others.

“Giờ làm việc” is answered, “giờ làm việc của chợ” is not ours. What is told of it stands in
`topics.toml`: a rule names words, `+` between those that must all be there, and `{set}` for each
of a set. A single word must be spelled as written, and so must what begins with `=`, for “cho” is
not “chợ”; several together may be typed without marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, TypeAlias

from content.documents import Table, nearest
from content.faq import FaqEntry
from content.phrases import Choice, Pattern, Patterns, Token, found, patterns, tokens, without

SCOPE: Final = ("foreign", "beside", "unless", "over", "own")  # the keys of one

_AS_SPELLED: Final = "="
_AND: Final = "+"
_SET: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Sets:
    """`single`: the members of one word; `longer`: those of several."""

    single: Mapping[str, Choice] = field(default_factory=dict)
    longer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def members(self, name: str) -> tuple[str, ...]:
        """As they may stand in a pattern."""
        together = (f"{{{name}}}",) if self.single[name].folded else ()
        return (*self.longer[name], *together)


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns of which any may be said: `spelled` as written, `loose` also without marks."""

    spelled: Patterns
    loose: Patterns

    def said(self, text: Sequence[Token]) -> bool:
        return found(text, self.loose, strict=False) or found(text, self.spelled, strict=True)


Rule: TypeAlias = tuple[Words, ...]  # of each one must be said


class Rules(tuple[Rule, ...]):
    """Rules, found by a word that their first part needs: most have nothing to do with a text."""

    _by_word: dict[str, list[int]]

    def __new__(cls, given: Iterable[Rule] = ()) -> Rules:
        made = super().__new__(cls, given)
        made._by_word = {}
        for number, (first, *_) in enumerate(made):
            needed = (pattern.words for pattern in (*first.spelled, *first.loose))
            for word in {word for words in needed for word in words}:
                made._by_word.setdefault(word, []).append(number)
        return made

    def met(self, said: Sequence[Token]) -> list[Rule]:
        """Those that a text meets, in their order."""
        numbers = {number for token in said for number in self._by_word.get(token.folded, ())}
        return [self[number] for number in sorted(numbers) if _meets(said, self[number])]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is foreign to entries. `beside`: blotted out before; `unless`: whoever says one of
    them is not meant; `over`: the ids of the entries it is foreign to, none for all; `own`: of
    those that tell of it themselves."""

    rules: Rules = field(default_factory=Rules)
    beside: tuple[Pattern, ...] = ()
    unless: Words = field(default_factory=lambda: _words((), Sets()))
    over: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def bars(self, said: Sequence[Token], entry: FaqEntry) -> bool:
        """Whether a text is no matter of the entry. One whose own phrasings meet the same rule
        speaks of it: a commune's entry on its market is asked for the market's hours."""
        if not self.rules or entry.id in self.own or (self.over and entry.id not in self.over):
            return False
        met = self._met(said)
        return bool(met) and not self._told(entry, Rules(met))

    def _met(self, said: Sequence[Token]) -> list[Rule]:
        met = self.rules.met(said)
        if not met or self.unless.said(said):
            return []
        return Rules(met).met(without(said, self.beside))

    def _told(self, entry: FaqEntry, rules: Rules) -> bool:
        """Whether the entry's own phrasings meet one of the rules."""
        asked = map(tokens, (*entry.names, *entry.phrasings))
        return any(any(rule in rules for rule in self._met(said)) for said in asked)


@dataclass(frozen=True, slots=True)
class Note:
    """What entries tell of in their notes alone. `over`: the ids of these entries."""

    words: Words
    over: frozenset[str]


def parse_sets(table: Table) -> Sets:
    members = {name: table.texts(name) for name in table}
    return Sets(
        {name: Choice.of(one for one in all if _single(one)) for name, all in members.items()},
        {name: tuple(one for one in all if not _single(one)) for name, all in members.items()},
    )


def parse_scope(table: Table, sets: Sets) -> Scope:
    """Raises ContentError for a set that there is none of."""
    rules = Rules(
        tuple(_words(tuple(_each(table, "foreign", part, sets)), sets) for part in line.split(_AND))
        for line in table.texts("foreign", ())
    )
    return Scope(
        rules,
        patterns(_all(table, "beside", sets), sets.single),
        _words(_all(table, "unless", sets), sets),
        frozenset(table.texts("over", ())),
        frozenset(table.texts("own", ())),
    )


def parse_note(table: Table, sets: Sets) -> Note:
    table.only(["words", "over"])
    return Note(_words(_all(table, "words", sets), sets), frozenset(table.texts("over")))


def _meets(said: Sequence[Token], rule: Rule) -> bool:
    return all(words.said(said) for words in rule)


def _words(texts: Sequence[str], sets: Sets) -> Words:
    loose = [text for text in texts if _loose(text)]
    spelled = [text.removeprefix(_AS_SPELLED) for text in texts if not _loose(text)]
    return Words(patterns(spelled, sets.single), patterns(loose, sets.single))


def _single(text: str) -> bool:
    return len(tokens(text)) == 1 and not text.startswith(_AS_SPELLED)


def _loose(text: str) -> bool:
    return len(text.split()) > 1 and not text.startswith(_AS_SPELLED)


def _all(table: Table, key: str, sets: Sets) -> tuple[str, ...]:
    return tuple(each for text in table.texts(key, ()) for each in _each(table, key, text, sets))


def _each(table: Table, key: str, text: str, sets: Sets) -> Iterator[str]:
    """The text with every member of the sets it names."""
    pieces = _SET.split(text.strip())
    for name in pieces[1::2]:
        if name not in sets.single:
            problem = f"unknown set “{{{name}}}”; {nearest(name, sets.single)}"
            raise table.wrong(key, problem)
    for chosen in product(*_options(pieces, sets)):
        yield "".join(chosen).strip()


def _options(pieces: Sequence[str], sets: Sets) -> Iterable[tuple[str, ...]]:
    """What may stand at each place: a piece between sets, or the members of one."""
    return (sets.members(one) if number % 2 else (one,) for number, one in enumerate(pieces))
