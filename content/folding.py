"""One spelling for what villagers type in many: no marks, no capitals, no teencode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from content.documents import Layers, parse_toml

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TOKEN = re.compile(r"[^\W_]+")
_SPACED = {code: " " for code in (*range(0x20), 0x7F)}
# ð stands for đ in texts from old keyboards.
_D_WITH_STROKE = str.maketrans({"đ": "d", "ð": "d", "ꟈ": "d"})
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
# Beyond this a run of marks is no language, and composing it costs quadratic time.
_LONGEST_MARKS = 30
_LONGEST_LABEL = 40
_MOST_SIGNS = 7  # that one may stand for; those of a whole phrase would make pages of a message


def fold(text: str) -> str:
    """Lower case, no marks, đ as d, single spaces. Never raises, whatever the text holds."""
    return _folded_label(text) if len(text) <= _LONGEST_LABEL else _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        return " ".join(text.translate(_SPACED).lower().split())
    bare = unicodedata.normalize("NFKD", _strip(text)).lower()
    bare = _strip(unicodedata.normalize("NFKD", bare)).translate(_D_WITH_STROKE)
    return " ".join(unicodedata.normalize("NFC", bare).split())


_folded_label = lru_cache(maxsize=2000)(_folded)  # labels and listed words come again and again


class _Bare(dict[int, int | str | None]):
    """Of each sign that was met, what is left of it: of one that stands for a phrase, a space."""

    def __missing__(self, code: int) -> int | str | None:
        category = unicodedata.category(chr(code))
        gone = category[0] == "M" or category == "Cf"
        phrase = len(unicodedata.normalize("NFKD", chr(code))) > _MOST_SIGNS
        self[code] = " " if phrase or category in {"Cc", "Cs"} else None if gone else code
        return self[code]


_BARE = _Bare()


def _strip(text: str) -> str:
    """Without marks and invisible signs; controls and lone surrogates become spaces."""
    return text.translate(_BARE)


def normalize(text: str) -> str:
    """The text as it is stored: NFC, line feeds, U+FFFD for what a database cannot hold."""
    text = _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.isascii() or _longest_marks(text) > _LONGEST_MARKS:
        return text
    return unicodedata.normalize("NFC", text)


def _longest_marks(text: str) -> int:
    if not any(map(unicodedata.combining, text)):
        return 0
    runs = groupby(text, lambda character: unicodedata.combining(character) != 0)
    return max((sum(1 for _ in run) for marks, run in runs if marks), default=0)


def spell(text: str) -> list[str]:
    """Tokens that keep their marks, with the tone moved to the end: hoả and hỏa are one word."""
    if text.isascii():
        return _TOKEN.findall(text.lower())
    if _longest_marks(text) > _LONGEST_MARKS:
        return _TOKEN.findall(fold(text))
    text = unicodedata.normalize("NFC", text).lower()
    return [_tone_last(token) for token in _TOKEN.findall(_without_invisible(text))]


def _without_invisible(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


@lru_cache(maxsize=4000)  # few words are most of what is said
def _tone_last(token: str) -> str:
    if token.isascii():
        return token
    parts = unicodedata.normalize("NFD", token)
    tone = "".join(sign for sign in parts if sign in _TONES)
    bare = "".join(sign for sign in parts if sign not in _TONES)
    return unicodedata.normalize("NFC", bare) + tone


def words(text: str) -> list[str]:
    """Tokens of the folded text, abbreviations and teencode written out, by two where two
    together mean something else."""
    known, tokens = abbreviations(), _TOKEN.findall(fold(text))
    found: list[str] = []
    at = 0
    while at < len(tokens):
        both = known.get(" ".join(tokens[at : at + 2]))
        found.extend(both or known.get(tokens[at], (tokens[at],)))
        at += 2 if both else 1
    return found


@cache
def abbreviations() -> Mapping[str, tuple[str, ...]]:
    """Folded abbreviation, of one token or of two ("a b") → its folded words."""
    table = parse_toml(Layers.of([Path(__file__).parent]).one("folding.toml"))
    table.only(["abbreviations"])
    section = table.table("abbreviations")
    return {key: tuple(fold(section.text(key)).split()) for key in section}
