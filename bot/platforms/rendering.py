"""Words in the shape a platform can carry: cut to its limit, numbered, with a menu in the text.

Both platforms count UTF-16 code units, where most emoji count two. A cut falls where a reader
would pause, never inside what a reader sees as one character.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import regex

# In such text every code point is one UTF-16 unit and one grapheme cluster: composed Vietnamese
# and common punctuation. No CR (CRLF is one cluster), no joiners, no combining marks.
_PLAIN = re.compile("[\t\n -~\u00a1-\u02ff\u1e00-\u1eff\u2010-\u2027\u20ab]*")
# \X alone counts back through a run of flags at every step, which is quadratic: flags go first.
_CLUSTER = regex.compile(
    r"[\U0001f1e6-\U0001f1ff]{2}(?![\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}])|\X"
)

# White space between two pieces, from the best place to cut to the worst. No-break spaces are not
# among it, nor is the space after a list number ("2. ") a sentence's end.
_PARAGRAPH = re.compile(r"\n(?:[^\S\n]*\n)+")
_LINE = re.compile(r"\n")
_SENTENCE = re.compile(
    r"(?:(?<=[.!?…;])|(?<=[.!?…;][)\]\"'”’»]))(?<!\n\d\.)(?<!\n\d\d\.)[^\S\u00a0\u2007\u202f]+"
)
_WORD = re.compile(r"[^\S\u00a0\u2007\u202f]+")

# Looking for a better cut costs steps that grow with the pieces to come: few people read beyond.
_LOOK_AHEAD = 8


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Where a text may be cut: ascending offsets in code points.

    `units[n]`: the UTF-16 units before code point n. `clusters`: the beginnings of grapheme
    clusters, and the end. `pauses`: paragraph, line and sentence breaks; `words`: all breaks at
    white space.
    """

    units: Sequence[int]
    clusters: Sequence[int]
    pauses: tuple[Sequence[int], ...]
    words: Sequence[int]


def utf16_length(text: str) -> int:
    """The length as platforms count it; a lone surrogate counts one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` UTF-16 units which, joined, are the text; none of an empty one.

    A word or a grapheme cluster is cut only if it alone exceeds the limit. A surrogate pair never
    is: under a limit of 1, a code point of two units still makes a piece.
    """
    if limit < 1:
        raise ValueError("a piece holds at least one UTF-16 unit: give a limit of 1 or more")
    if utf16_length(text) <= limit:
        return [text] if text else []
    cuts = _cuts(text)
    pieces, start = [], 0
    while start < len(text):
        end = _next_cut(cuts, start, limit)
        pieces.append(text[start:end])
        start = end
    return pieces


def parts(text: str, limit: int, numbered: bool = True) -> tuple[str, ...]:
    """Messages of at most `limit` UTF-16 units, without white space at their ends.

    Several begin with "(1/3) ", within the limit; where that would take more than half of the
    limit, it is left out. No words, no messages.
    """
    whole = text.strip()
    digits = 1
    while numbered and utf16_length(whole) > limit >= 2 * _prefix_length(digits):
        found = _stripped(whole, limit - _prefix_length(digits))
        if len(found) < 10**digits:
            return tuple(f"({n}/{len(found)}) {part}" for n, part in enumerate(found, 1))
        digits += 1
    return tuple(_stripped(whole, limit))


def menu(text: str, labels: Sequence[str], hint: str = "") -> str:
    """The text, a blank line, a numbered line for each label, and one that says how to choose."""
    if not labels:
        return text
    choices = [f"{n}. {' '.join(label.split())}" for n, label in enumerate(labels, 1)]
    return "\n".join([*([text, ""] if text else []), *choices, *([hint] if hint else [])])


def _prefix_length(digits: int) -> int:
    return len("(/) ") + 2 * digits


def _stripped(text: str, limit: int) -> list[str]:
    return [piece for raw in split(text, limit) if (piece := raw.strip())]


def _cuts(text: str) -> _Cuts:
    units: Sequence[int] = range(len(text) + 1)
    if max(text) > "\uffff":
        units = list(accumulate((2 if sign > "\uffff" else 1 for sign in text), initial=0))
    clusters: Sequence[int] = range(len(text) + 1)
    if not _PLAIN.fullmatch(text):
        clusters = [*(found.start() for found in _CLUSTER.finditer(text)), len(text)]
    pauses = tuple(list(_breaks(gap, text, clusters)) for gap in (_PARAGRAPH, _LINE, _SENTENCE))
    return _Cuts(units, clusters, pauses, list(_breaks(_WORD, text, clusters)))


def _breaks(gap: re.Pattern[str], text: str, clusters: Sequence[int]) -> Iterator[int]:
    """Both ends of each gap: where its white space no longer fits, it opens the next piece."""
    for found in gap.finditer(text):
        for offset in found.span():
            if clusters[bisect_left(clusters, offset)] == offset:
                yield offset


def _next_cut(cuts: _Cuts, start: int, limit: int) -> int:
    """The end of the piece that begins at `start`: the coarsest pause that leaves it half full
    and costs no further piece, else the latest cut."""
    units = cuts.units
    latest = _latest_cut(cuts, start, limit)
    if units[-1] - units[start] > _LOOK_AHEAD * limit:
        return latest
    fewest = _pieces_from(cuts, latest, limit)
    for offsets in cuts.pauses:
        pause = _last(offsets, latest)
        if _half_full(cuts, start, pause, limit) and _pieces_from(cuts, pause, limit) == fewest:
            return pause
    return latest


def _latest_cut(cuts: _Cuts, start: int, limit: int) -> int:
    """The latest pause that leaves the piece half full, else the last word, cluster or code point
    that fits."""
    units = cuts.units
    reach = bisect_right(units, units[start] + limit) - 1
    if reach == len(units) - 1:
        return reach
    end = _last(cuts.clusters, reach)
    if end <= start:
        return max(reach, start + 1)
    pause = max(_last(offsets, end) for offsets in cuts.pauses)
    if _half_full(cuts, start, pause, limit):
        return pause
    word = _last(cuts.words, end)
    return word if word > start else end


def _half_full(cuts: _Cuts, start: int, end: int, limit: int) -> bool:
    return 2 * (cuts.units[end] - cuts.units[start]) >= limit


def _pieces_from(cuts: _Cuts, start: int, limit: int) -> int:
    count = 0
    while start < len(cuts.units) - 1:
        start = _latest_cut(cuts, start, limit)
        count += 1
    return count


def _last(offsets: Sequence[int], end: int) -> int:
    """The last offset up to `end`; 0 if there is none."""
    index = bisect_right(offsets, end)
    return offsets[index - 1] if index else 0
