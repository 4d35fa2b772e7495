"""Words of danger to life: the emergency number comes before anything else the bot does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from content.documents import File, Table, nearest, parse_toml
from content.folding import abbreviations, fold
from content.keyboard import readings
from content.phrases import (
    Choice,
    Patterns,
    Token,
    found,
    patterns,
    tokens,
    wholly,
    without,
)

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 20_000  # characters; no platform carries more in one message


@dataclass(frozen=True, slots=True)
class Number:
    """An emergency number. `name`: language → who answers there."""

    number: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Danger:
    """What seems to be happening, and whom to call, the most apt first."""

    kind: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class _Signs:
    """`words` count when spelled with their marks, `contexts` also without."""

    words: Patterns
    contexts: Patterns

    def met(self, said: Sequence[Token]) -> bool:
        return found(said, self.words, strict=True) or found(said, self.contexts, strict=False)


@dataclass(frozen=True, slots=True)
class _Rule:
    """`alone`: what counts where a text says nothing else. `lasting`: it is no better for lying
    back, nor for papers being asked for."""

    danger: Danger
    signs: _Signs
    alone: Patterns
    lasting: bool


class Dangers:
    """Call it with a text. What matches `harmless` is not looked at; `quiet` says that it is over,
    or that papers are meant, unless a sign of `now` is met too."""

    def __init__(
        self, rules: Sequence[_Rule], harmless: Patterns, quiet: _Signs, now: _Signs
    ) -> None:
        self._rules = rules
        self._harmless = harmless
        self._quiet = quiet
        self._now = now

    def __call__(self, text: str) -> Danger | None:
        """The first danger in any reading of the text."""
        read = dict.fromkeys((*readings(text), _written_out(text)))
        return next(filter(None, map(self._read, read)), None)

    def _read(self, text: str) -> Danger | None:
        said = tokens(text)
        left = without(said, self._harmless)
        for rule in self._rules:
            if wholly(text, rule.alone):
                return rule.danger
            if rule.signs.met(left) and (rule.lasting or not self._over(said, left)):
                return rule.danger
        return None

    def _over(self, said: Sequence[Token], left: Sequence[Token]) -> bool:
        return self._quiet.met(said) and not self._now.met(left)


def parse_dangers(file: File) -> Dangers:
    table = parse_toml(file)
    table.only(["sets", "harmless", "quiet", "now", "numbers", "danger"])
    named = table.table("sets")
    sets = {name: Choice.of(named.texts(name)) for name in named}
    harmless = _patterns(table, "harmless", sets)
    for signs in (table.table("quiet"), table.table("now")):
        signs.only(["words", "contexts"])
    quiet, now = (_signs(table.table(key), sets) for key in ("quiet", "now"))
    numbers = _numbers(table.table("numbers"))
    rules = tuple(_rule(rule, numbers, sets) for rule in table.tables("danger"))
    return Dangers(rules, harmless, quiet, now)


def _written_out(text: str) -> str:
    """The text without the abbreviations of phones; all else as it is spelled."""
    known = abbreviations()
    return _WORD.sub(lambda word: " ".join(known.get(fold(word[0]), (word[0],))), text[:_LONGEST])


def _patterns(table: Table, key: str, sets: Mapping[str, Choice]) -> Patterns:
    try:
        return patterns(table.texts(key, ()), sets)
    except KeyError as error:
        name = str(error.args[0])
        problem = f"“{{{name}}}” is no name in [sets]; {nearest(name, sets)}"
        raise table.wrong(key, problem) from None


def _signs(table: Table, sets: Mapping[str, Choice]) -> _Signs:
    return _Signs(_patterns(table, "words", sets), _patterns(table, "contexts", sets))


def _numbers(table: Table) -> Mapping[str, Number]:
    numbers = {}
    for key in table:
        names = table.table(key)
        names.only(["vi", "en"])
        name = MappingProxyType({language: names.text(language) for language in ("vi", "en")})
        numbers[key] = Number(key, name)
    return numbers


def _rule(table: Table, numbers: Mapping[str, Number], sets: Mapping[str, Choice]) -> _Rule:
    table.only(["kind", "numbers", "words", "contexts", "alone", "lasting"])
    chosen = table.texts("numbers")
    for number in chosen:
        if number not in numbers:
            problem = f"“{number}” has no name in [numbers]; {nearest(number, numbers)}"
            raise table.wrong("numbers", problem)
    danger = Danger(table.text("kind"), tuple(numbers[number] for number in chosen))
    lasting = table.flag("lasting", default=False)
    return _Rule(danger, _signs(table, sets), _patterns(table, "alone", sets), lasting)
