"""Finds the procedure a question is about, or admits that there is none.

Every phrasing is a vector of folded words, word pairs and letter groups, weighted by how few
topics use them. A question is as close to a topic as to its nearest phrasing, blended with
the topic as a whole. Matters of other offices compete as topics of their own, so that they win
instead of the nearest procedure. A wrong answer is worse than a question back: thresholds
are high.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from content.faq import FaqEntry
from content.folding import words
from content.topics import CHAT, Topic, Topics

Decision: TypeAlias = Literal["answer", "choices", "decline", "feedback", "none"]
Vector: TypeAlias = Mapping[str, float]

MOST_CANDIDATES = 5

_LONGEST = 600  # characters of a question that are looked at
_WORD, _PAIR, _LETTERS = 1.0, 1.0, 0.4
_FAINT = 0.2  # words that ask for an aspect, not for a topic
_STRANGE = 0.3  # words that no topic knows, against the rarest known one
_NEAREST = 0.75  # share of the nearest phrasing; the rest is the topic as a whole
_ANSWER, _CHOICES = 0.5, 0.3
_MARGIN = 0.06  # an answer must lead the next topic by this much


@dataclass(frozen=True, slots=True)
class Found:
    """What to do with a question. `entry`: the id to answer with, only for "answer";
    `candidates`: entry ids, best first, also where it was declined; `score`: 0..1 of the best
    of all topics; `topic`: whose matter it is instead, only for "decline"."""

    decision: Decision
    entry: str | None = None
    candidates: tuple[str, ...] = ()
    score: float = 0.0
    topic: Topic | None = None

    @property
    def nothing(self) -> bool:
        """Whether it is no matter at all: neither ours, nor a complaint, nor another office's."""
        matter = self.topic is not None and self.topic.id != CHAT
        return self.decision in ("decline", "none") and not matter


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A topic's score; `entry` is None for a matter of others."""

    score: float
    entry: FaqEntry | None
    topic: Topic | None


class FaqSearch:
    """Ranks by an index over all phrasings, built here once."""

    def __init__(self, entries: Sequence[FaqEntry], topics: Topics) -> None:
        self._topics = topics
        self._owners: list[FaqEntry | Topic] = [*entries, *topics.decline]
        texts = [(*entry.phrasings, *entry.title.values()) for entry in entries]
        texts += [topic.phrasings for topic in topics.decline]
        counted = [[self._count(text) for text in group] for group in texts]
        self._rarity = _rarity(counted)
        self._unknown = _STRANGE * math.log(len(counted) + 1)
        self._phrasings = _Index(
            (owner, self._weigh(counts)) for owner, group in enumerate(counted) for counts in group
        )
        self._wholes = _Index(
            (owner, self._weigh(sum(group, Counter()))) for owner, group in enumerate(counted)
        )

    def find(self, text: str) -> Found:
        """Never raises; the same for the same text always."""
        sample = text[:_LONGEST]
        counts = self._count(sample)
        if not any(sign.isalpha() for sign in sample):
            return Found("none")
        ranked = self._rank(self._weigh(counts))
        return self._decide(sample, ranked)

    def aspect(self, text: str) -> str | None:
        """The aspect asked for (one of faq.ASPECTS), if the text names one."""
        return self._topics.aspect(text[:_LONGEST])

    def only_aspect(self, text: str) -> bool:
        """Whether the text names an aspect, and nothing it could be of."""
        return self._topics.only_aspect(text[:_LONGEST])

    def _decide(self, text: str, ranked: Sequence[_Ranked]) -> Found:
        entries = [one.entry.id for one in ranked if one.entry is not None and one.score > 0]
        candidates = tuple(entries[:MOST_CANDIDATES])
        best = ranked[0] if ranked else _Ranked(0.0, None, None)
        runner_up = ranked[1].score if len(ranked) > 1 else 0.0
        clear = best.score >= _ANSWER and best.score - runner_up >= _MARGIN
        if clear and best.entry is not None:
            return Found("answer", best.entry.id, candidates, best.score)
        if self._topics.is_complaint(text):
            return Found("feedback", None, candidates, best.score)
        if best.entry is not None and best.score >= _CHOICES:
            return Found("choices", None, candidates, best.score)
        topic = best.topic if best.score >= _ANSWER else None
        return Found("decline", None, candidates, best.score, topic)

    def _rank(self, question: Vector) -> list[_Ranked]:
        nearest = self._phrasings.closeness(question)
        wholes = self._wholes.closeness(question)
        ranked = []
        for owner, subject in enumerate(self._owners):
            score = _NEAREST * nearest.get(owner, 0.0) + (1 - _NEAREST) * wholes.get(owner, 0.0)
            entry = subject if isinstance(subject, FaqEntry) else None
            topic = subject if isinstance(subject, Topic) else None
            ranked.append(_Ranked(min(score, 1.0), entry, topic))
        return sorted(ranked, key=lambda one: -one.score)

    def _count(self, text: str) -> Counter[str]:
        told = [word for word in words(text) if word not in self._topics.filler]
        return _features(told, self._topics.faint)

    def _weigh(self, counts: Mapping[str, int]) -> Vector:
        """Weights by rarity, of length 1."""
        weights = {
            feature: self._share(feature)
            * self._rarity.get(feature, self._unknown)
            * math.sqrt(count)
            for feature, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {feature: weight / length for feature, weight in weights.items()}

    def _share(self, feature: str) -> float:
        if feature.startswith("#"):
            return _LETTERS
        first, _, second = feature.partition(" ")
        faint = self._topics.faint
        share = _PAIR if second else _WORD
        return share * _FAINT if first in faint and (not second or second in faint) else share


class _Index:
    """Vectors by feature, so that only what a question shares is multiplied."""

    def __init__(self, vectors: Iterable[tuple[int, Vector]]) -> None:
        self._owners: list[int] = []
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (owner, vector) in enumerate(vectors):
            self._owners.append(owner)
            for feature, weight in vector.items():
                self._postings[feature].append((number, weight))

    def closeness(self, question: Vector) -> dict[int, float]:
        """Owner → cosine with the nearest of its vectors, 0..1; others are left out."""
        sums: dict[int, float] = defaultdict(float)
        for feature, weight in question.items():
            for number, other in self._postings.get(feature, ()):
                sums[number] += weight * other
        best: dict[int, float] = {}
        for number, closeness in sums.items():
            owner = self._owners[number]
            best[owner] = max(best.get(owner, 0.0), closeness)
        return best


def _features(told: Sequence[str], faint: frozenset[str]) -> Counter[str]:
    """Words, pairs ("a b") and groups of three and four letters ("#abc", spaces kept)."""
    counts: Counter[str] = Counter(told)
    counts.update(f"{first} {second}" for first, second in pairwise(told))
    line = "_".join(["", *(word for word in told if word not in faint), ""])
    for size in (3, 4):
        counts.update("#" + line[at : at + size] for at in range(len(line) - size + 1))
    return counts


def _rarity(groups: Sequence[Sequence[Mapping[str, int]]]) -> dict[str, float]:
    """Feature → how few topics use it: 0 for all of them."""
    used: Counter[str] = Counter()
    for group in groups:
        used.update({feature for counts in group for feature in counts})
    return {feature: math.log((len(groups) + 1) / count) for feature, count in used.items()}
