"""Puts questions that ask the same together, so that they can be read as a list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from content.folding import words

_ALIKE: Final = 0.5  # share of their words that two questions have in common


@dataclass(slots=True)
class Cluster:
    """`members`: positions in the given texts, in order; `text`: what most of them say, the
    shortest of those."""

    text: str
    members: list[int] = field(default_factory=list)


def clusters(texts: Sequence[str], ignored: Collection[str] = ()) -> list[Cluster]:
    """The largest first, of equal ones that which begins first. `ignored`: folded words that say
    nothing. A text joins the group whose first text is most like it."""
    firsts: list[frozenset[str]] = []
    groups: list[list[int]] = []
    holding: dict[str, list[int]] = defaultdict(list)  # word → groups whose first text has it
    for position, text in enumerate(texts):
        said = frozenset(words(text)) - frozenset(ignored) or frozenset(words(text))
        group = _nearest(said, firsts, holding)
        if group is None:
            group = len(groups)
            groups.append([])
            firsts.append(said)
            for word in said:
                holding[word].append(group)
        groups[group].append(position)
    made = [Cluster(_usual([texts[one] for one in group]), group) for group in groups]
    return sorted(made, key=lambda one: (-len(one.members), one.members[0]))


def _nearest(
    said: frozenset[str], firsts: Sequence[frozenset[str]], holding: dict[str, list[int]]
) -> int | None:
    shared = Counter(group for word in said for group in holding.get(word, ()))
    alike = {
        group: count / (len(said) + len(firsts[group]) - count) for group, count in shared.items()
    }
    best = max(alike, key=lambda group: (alike[group], -group), default=None)
    return best if best is not None and alike[best] >= _ALIKE else None


def _usual(texts: Sequence[str]) -> str:
    counts = Counter(texts)
    return min(counts, key=lambda text: (-counts[text], len(text), text))
