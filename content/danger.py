"""Words of danger to life: the emergency number comes before anything else the bot does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from content.documents import File, Table, nearest, parse_toml
from content.keyboard import readings
from content.phrases import Pattern, found, patterns, tokens, wholly, without


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
class _Rule:
    danger: Danger
    words: tuple[Pattern, ...]
    contexts: tuple[Pattern, ...]
    alone: tuple[Pattern, ...]


class Dangers:
    """Call it with a text. `words` count when spelled with their marks, `contexts` also
    without, `alone` where a text says nothing else; what matches `harmless` is not looked at."""

    def __init__(self, rules: tuple[_Rule, ...], harmless: tuple[Pattern, ...]) -> None:
        self._rules = rules
        self._harmless = harmless

    def __call__(self, text: str) -> Danger | None:
        """The first danger in any reading of the text."""
        return next(filter(None, map(self._read, readings(text))), None)

    def _read(self, text: str) -> Danger | None:
        left = without(tokens(text), self._harmless)
        for rule in self._rules:
            if found(left, rule.words, strict=True) or found(left, rule.contexts, strict=False):
                return rule.danger
            if wholly(text, rule.alone):
                return rule.danger
        return None


def parse_dangers(file: File) -> Dangers:
    table = parse_toml(file)
    table.only(["numbers", "harmless", "danger"])
    numbers = _numbers(table.table("numbers"))
    rules = tuple(_rule(rule, numbers) for rule in table.tables("danger"))
    return Dangers(rules, patterns(table.texts("harmless")))


def _numbers(table: Table) -> Mapping[str, Number]:
    numbers = {}
    for key in table:
        names = table.table(key)
        names.only(["vi", "en"])
        name = MappingProxyType({language: names.text(language) for language in ("vi", "en")})
        numbers[key] = Number(key, name)
    return numbers


def _rule(table: Table, numbers: Mapping[str, Number]) -> _Rule:
    table.only(["kind", "numbers", "words", "contexts", "alone"])
    chosen = table.texts("numbers")
    for number in chosen:
        if number not in numbers:
            problem = f"“{number}” has no name in [numbers]; {nearest(number, numbers)}"
            raise table.wrong("numbers", problem)
    danger = Danger(table.text("kind"), tuple(numbers[number] for number in chosen))
    words, contexts = table.texts("words"), table.texts("contexts")
    alone = table.texts("alone", ())
    return _Rule(danger, patterns(words), patterns(contexts), patterns(alone))
