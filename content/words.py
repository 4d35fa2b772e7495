"""What the bot says, by key: one table of texts a language, filled in without reading values.

Texts come from `replies/<language>.toml`: sections are tables, a key is `section.key`,
`{name}` stands for a value, `{{` and `}}` for braces. A commune's own file replaces single
keys; it can neither invent keys nor ask for values the program does not give.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from content.documents import ContentError, File, Layers, Table, nearest, parse_toml
from content.folding import fold
from content.phrases import Pattern, patterns

LANGUAGES = ("vi", "en")

Pieces = tuple[tuple[str, str | None], ...]


class UnknownWords(LookupError):
    """The program asked for a text that is not there, or left out one of its values."""


class Words:
    """The texts of one language; call it with a key and the values of its placeholders."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._pieces = {key: split(text) for key, text in texts.items()}
        self._phrases: dict[str, tuple[Pattern, ...]] = {}
        self._folded: dict[str, frozenset[str]] = {}

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key`. Values are inserted as they are, braces included."""
        pieces = self._pieces.get(key)
        if pieces is None:
            known = nearest(key, self._pieces)
            raise UnknownWords(f"no text “{key}” in {self.language}; {known}")
        try:
            return "".join(
                literal if name is None else literal + str(values[name]) for literal, name in pieces
            )
        except KeyError as error:
            name = error.args[0]
            raise UnknownWords(f"text “{key}” needs a value for {{{name}}}; give it") from None

    def phrases(self, key: str) -> tuple[Pattern, ...]:
        """Those listed, with commas, under `key`. Read once: every message is held to them."""
        if key not in self._phrases:
            self._phrases[key] = patterns(self(key).split(","))
        return self._phrases[key]

    def folded(self, key: str) -> frozenset[str]:
        """What is listed, with commas, under `key`, folded."""
        if key not in self._folded:
            self._folded[key] = frozenset(fold(word) for word in self(key).split(","))
        return self._folded[key]

    def __contains__(self, key: object) -> bool:
        return key in self._pieces

    def keys(self) -> frozenset[str]:
        return frozenset(self._pieces)

    def placeholders(self, key: str) -> frozenset[str]:
        return _names(self._pieces[key])


def split(text: str) -> Pieces:
    """The text as (literal, placeholder or None) pairs. ValueError says what is malformed."""
    pieces: list[tuple[str, str | None]] = []
    for literal, name, layout, conversion in string.Formatter().parse(text):
        if name is not None and (not name.isidentifier() or layout or conversion):
            raise ValueError(f"“{{{name}}}” is no plain name")
        pieces.append((literal, name))
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text and where it stands."""

    text: str
    names: frozenset[str]
    file: File
    line: int

    def wrong(self, problem: str) -> ContentError:
        return self.file.wrong(self.line, problem)


def load_words(layers: Layers) -> Mapping[str, Words]:
    """`Words` by language. Raises ContentError where languages or layers do not agree."""
    layered = {language: _read(layers, language) for language in LANGUAGES}
    first = LANGUAGES[0]
    for language in LANGUAGES[1:]:
        _compare(first, layered[first][0], language, layered[language][0])
    return {language: _merge(language, *layers) for language, layers in layered.items()}


def _read(layers: Layers, language: str) -> list[dict[str, _Text]]:
    """The texts of every folder that has a file, the shipped one first."""
    name = f"replies/{language}.toml"
    return [dict(_texts(file)) for file in layers.each(name) or [layers.one(name)]]


def _merge(language: str, shipped: Mapping[str, _Text], *overrides: Mapping[str, _Text]) -> Words:
    texts = {key: text.text for key, text in shipped.items()}
    for override in overrides:
        for key, text in override.items():
            _check_override(key, text, shipped)
            texts[key] = text.text
    return Words(language, texts)


def _texts(file: File) -> Iterable[tuple[str, _Text]]:
    root = parse_toml(file)
    for section in root:
        table = root.table(section)
        for key in table:
            yield f"{section}.{key}", _text(file, table, key)


def _text(file: File, table: Table, key: str) -> _Text:
    text = unicodedata.normalize("NFC", table.text(key))
    try:
        names = _names(split(text))
    except ValueError as error:
        problem = f"“{key}”: {error}; write placeholders as {{name}}, braces as {{{{ and }}}}"
        raise table.wrong(key, problem) from None
    return _Text(text, names, file, table.line(key))


def _names(pieces: Pieces) -> frozenset[str]:
    return frozenset(name for _, name in pieces if name is not None)


def _check_override(key: str, text: _Text, shipped: Mapping[str, _Text]) -> None:
    if key not in shipped:
        raise text.wrong(f"unknown key “{key}”; {nearest(key, shipped)}")
    known = shipped[key].names
    for name in sorted(text.names - known):
        advice = nearest(name, known) if known else "this text has no placeholders"
        raise text.wrong(f"“{key}”: unknown placeholder {{{name}}}; {advice}")


def _compare(
    first: str, texts: Mapping[str, _Text], second: str, others: Mapping[str, _Text]
) -> None:
    """Raise at the first text that one language has and the other lacks, or asks otherwise."""
    for key, text in texts.items():
        if key not in others:
            raise text.wrong(f"“{key}” has no text in {second}; add it to replies/{second}.toml")
    for key, other in others.items():
        if key not in texts:
            raise other.wrong(f"“{key}” has no text in {first}; add it to replies/{first}.toml")
        theirs, ours = texts[key].names, other.names
        if theirs != ours:
            differing = ", ".join(f"{{{name}}}" for name in sorted(theirs ^ ours))
            raise other.wrong(f"“{key}”: only one language has {differing}; use the same in both")
