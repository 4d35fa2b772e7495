"""Takes out of a question what would tell who asked, so that it can be kept for those who write
the answers: numbers, addresses, links and names. Rather too much than too little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from content.accounts import without_accounts
from content.folding import fold
from content.names import SURNAMES, Names
from content.said import Said

MASK: Final = "•••"
LONGEST: Final = 600  # characters of a question that are kept

_LOOKED_AT = 4_000  # characters; what comes after them is not kept
_FEWEST_DIGITS = 4

_ENDINGS: Final = frozenset(  # of the names of machines
    ("com", "vn", "net", "org", "info", "me", "io", "gov", "edu", "ly", "link", "app", "xyz", "gl")
)
_PIECE = re.compile(r"\S+")
_AROUND = ".,;:!?()[]<>“”\"'"  # what may stand around an address
_DIGITS = re.compile(rf"[+(]?\d(?:[\W_]{{0,3}}\d){{{_FEWEST_DIGITS - 1},}}")
_APART = re.compile(  # 001 và 234 và 567
    r"(?<!\d)\d{3,4}(?:\W{1,3}[^\W\d_]{1,6}\W{1,3}\d{2,4}){2,}"
)
_LIKE_DIGITS = re.compile(
    r"(?<![^\W_])(?=\d*[oil])(?=(?:[oil]{0,4}\d){3})[\doil]{5,}(?![^\W_])", re.I
)
_PLATE = re.compile(r"(?<!\w)\d{2}[a-z]{1,2}\d?[-\s.]?\d{3}\.?\d{2}(?!\w)", re.I)
_FEWEST_SPOKEN = 6
_JOINED_NAME = re.compile(r"(?<!\w)([^\W\d_]{2,10})(?:[_.][^\W\d_]{1,10}){2,4}(?!\w)")
_MENTION = re.compile(r"@\s*\w[\w.]*")
_WORD = re.compile(r"[^\W_]+")

_SPOKEN: Final = frozenset(
    _WORD.findall("khong ko linh mot hai ba bon tu nam lam sau bay tam chin muoi")
)


class Masking:
    """`known` gives the folded words that are no names; it is asked where they are needed."""

    def __init__(self, known: Callable[[], Iterable[str]]) -> None:
        self._names = Names(known)

    def masked(self, text: str) -> str:
        """The text, a MASK in place of each piece of personal data; of a very long one only the
        beginning. Marks and capitals stay as they are."""
        text = _cleaned(text[:_LOOKED_AT])
        text = without_accounts(_without_addresses(text), MASK)
        text = _without_joined_names(text)
        for hidden in (_PLATE, _LIKE_DIGITS, _APART, _DIGITS):
            text = hidden.sub(MASK, text)
        said = Said(text)
        spans = sorted({*self._names.spans(said), *_mentions(text), *_spoken(said)})
        return _blotted(text, spans)

    def without_names(self, text: str, mask: str) -> str:
        """The text with `mask` in place of each name, all else as it is."""
        return _blotted(text, sorted(set(self._names.spans(Said(text)))), mask)

    def kept(self, text: str) -> str:
        """Masked, folded and at most LONGEST characters."""
        folded = _without_addresses(fold(self.masked(text)))  # where folding brings them together
        for hidden in (_MENTION, _DIGITS):
            folded = hidden.sub(f"{MASK} ", folded)
        return " ".join(folded.split())[:LONGEST].rstrip()


def _spoken(said: Said) -> Iterator[tuple[int, int]]:
    """Numbers said in words, or in words and digits."""
    start, signs = 0, 0
    for at in range(len(said) + 1):
        word = said.folded[at] if at < len(said) else ""
        if word.isdecimal() or word in _SPOKEN:
            signs += len(word) if word.isdecimal() else 1
            continue
        if signs >= _FEWEST_SPOKEN:
            yield said.span(start, at)
        start, signs = at + 1, 0


def _without_joined_names(text: str) -> str:
    """nguyen_van_an"""
    return _JOINED_NAME.sub(lambda found: MASK if fold(found[1]) in SURNAMES else found[0], text)


def _without_addresses(text: str) -> str:
    """No e-mail addresses, no links."""
    if not any(sign in text for sign in (".", "@", "://")):
        return text
    return _PIECE.sub(lambda found: _masked_address(found[0]), re.sub(r"\s@\s", "@", text))


def _masked_address(piece: str) -> str:
    bare = piece.strip(_AROUND)
    host = re.split(r"[/?:]", bare.lower(), maxsplit=1)[0]
    name, _, ending = host.rpartition(".")
    mail = "@" in bare[1:] and "." in bare
    if bare.lower() == host and host.endswith(".gov.vn") and not mail:
        return piece
    if mail or "://" in bare or host.startswith("www.") or (name and ending in _ENDINGS):
        return piece.replace(bare, MASK)
    return piece


def _mentions(text: str) -> Iterator[tuple[int, int]]:
    """ "@lua", and "@Bà Lúa" with all its capitals."""
    for found in _MENTION.finditer(text):
        stop = found.end()
        while (more := re.compile(r" \w+").match(text, stop)) and more[0][1].isupper():
            stop = more.end()
        yield found.start(), stop


def _cleaned(text: str) -> str:
    """One spelling of each sign, and none that cannot be seen."""
    pieces = []
    for sign in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(sign)
        if category == "Cc" and sign not in "\n\t":
            pieces.append(" ")
        elif category == "No":  # ❶
            pieces.append(str(unicodedata.digit(sign, sign)))
        elif category not in ("Cf", "Cs"):
            pieces.append(sign)
    return "".join(pieces)


def _blotted(text: str, spans: Iterable[tuple[int, int]], mask: str = MASK) -> str:
    pieces, done = [], 0
    for start, stop in spans:
        if stop <= done:
            continue
        if start >= done:
            pieces += [text[done:start], mask]
        done = stop
    return "".join([*pieces, text[done:]])
