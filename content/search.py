"""Finds the procedure a question is about, or admits that there is none.

A classifier that has learned from all phrasings (content.classifier) scores the question against
every procedure, every matter of other offices, and complaints. Its scores become chances; what
is likely enough is answered, what is between a few is asked back, and the rest is left: a wrong
answer is worse than a question back.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from content.called import Called
from content.examples import COMPLAINT, LONGEST, OTHER, Lesson, lesson, told
from content.faq import NOTES, FaqEntry
from content.features import Told
from content.learning import learned, remembered
from content.topics import Topic, Topics
from content.typos import mended

if TYPE_CHECKING:
    from content.classifier import Classifier

Decision: TypeAlias = Literal["answer", "choices", "decline", "feedback", "none"]

MOST_CANDIDATES: Final = 5
PLAINTS: Final = ("phan_anh", "rac")  # entries on how to complain: who does it is not told how

_SHARP: Final = 12.0  # how far one score must lead for its chance to be near 1
_NAMED: Final = 0.1  # what a matter gains whose name is said
_ANSWER: Final = 0.7
_SURE: Final = 0.85
_CHOICES: Final = 0.3
_DECLINE: Final = 0.5
_FEEDBACK: Final = 0.6
_NEAR: Final = 0.15  # the least share of what the likeliest leaves, for one that is near
_LEAST: Final = 0.005  # … and the least chance
_FAR: Final = 0.02  # the share of the best one's chance below which nothing is a choice
_COMPLAINING: Final = 0.001  # the least chance of a complaint, where all else says something clear


@dataclass(frozen=True, slots=True)
class Found:
    """What to do with a question. `entry`: the id to answer with, only for "answer";
    `candidates`: entry ids, best first, also where it was declined; `score`: the chance, 0..1,
    of the best; `topic`: whose matter it is instead, only for "decline"; `near`: those of the
    candidates that are worth naming where another was wrong; `likely`: those that are not far off
    the best."""

    decision: Decision
    entry: str | None = None
    candidates: tuple[str, ...] = ()
    score: float = 0.0
    topic: Topic | None = None
    near: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether it is no matter at all: neither ours, nor a complaint, nor another office's."""
        matter = self.topic is not None and not self.topic.chat
        return self.decision in ("decline", "none") and not matter

    @property
    def sure(self) -> bool:
        """Whether it may be answered even where nobody asked the bot."""
        return self.decision == "answer" and self.score >= _SURE


class FaqSearch:
    """Learns at its first use, or remembers what was learned."""

    def __init__(
        self, entries: Sequence[FaqEntry], topics: Topics, folder: Path | None = None
    ) -> None:
        """`folder`: where what is learned is kept; None: nowhere."""
        self._topics = topics
        self._others = {topic.id: topic for topic in topics.decline}
        self._known = tuple(entries)
        self._entries = {entry.id: entry for entry in entries}
        self._called = Called(entries)
        self._folder = folder
        self._classifier: Classifier | None = None
        self._learning = Lock()

    async def ready(self) -> None:
        """Learns off the event loop, if nothing is learned yet."""
        if self._classifier is None:
            await asyncio.to_thread(self._learned)

    def recall(self) -> None:
        """What was learned before, without learning anew."""
        with self._learning:
            if self._classifier is None:
                self._classifier = remembered(self._lesson(), self._folder)

    def _learned(self) -> Classifier:
        if self._classifier is not None:
            return self._classifier
        with self._learning:
            if self._classifier is None:
                self._classifier = learned(self._lesson(), self._folder)
            return self._classifier

    def _lesson(self) -> Lesson:
        return lesson(self._known, self._topics)

    def find(self, text: str) -> Found:
        """Never raises; the same for the same text always."""
        said = told(text, self._topics.filler, self._topics.cues)
        if not any(sign.isalpha() for word in said.folded for sign in word):
            return Found("none")
        meant = said._replace(folded=self._mended(said.folded))
        ranked = self._chances(meant, self.named(text) | self._named_anew(said, meant))
        found, chances = self._within(text, self._decide(text, ranked)), dict(ranked)
        least = max(_LEAST, _NEAR * (1 - ranked[0][1]))
        far = _FAR * max((chances[one] for one in found.candidates), default=0.0)
        near = tuple(one for one in found.candidates if chances[one] >= least)
        likely = tuple(one for one in found.candidates if chances[one] >= far)
        return replace(found, near=near, likely=likely)

    def named(self, text: str) -> frozenset[str]:
        """Ids of the entries that the text calls by name."""
        return self._called.named(text[:LONGEST])

    def _named_anew(self, said: Told, meant: Told) -> frozenset[str]:
        """Ids of the entries that only the mended words name. They have no marks to tell names
        apart: what was named before stays with how it was typed."""
        if said == meant:
            return frozenset()
        before, after = (self._called.named(" ".join(one.folded)) for one in (said, meant))
        return after - before

    def _mended(self, words: Sequence[str]) -> tuple[str, ...]:
        """Without those that turn out to say nothing, as the number of a house."""
        filler, numbered, knows = self._topics.filler, self._topics.numbered, self._learned().knows
        found = mended(words, lambda word: word in filler or knows(word))
        return tuple(
            word
            for before, word in pairwise(("", *found))
            if word not in filler and not (word.isdecimal() and before in numbered)
        )

    def knows(self, word: str) -> bool:
        """Whether a folded word occurs in any phrasing."""
        return self._learned().knows(word)

    def aspect(self, text: str) -> str | None:
        """The aspect asked for (one of faq.ASPECTS, or faq.FORMS), if the text names one;
        faq.NOTES where the answer tells there alone of what it names."""
        if self._noted(text):
            return NOTES
        return self._topics.aspect(text[:LONGEST], self._called.patterns)

    def each_aspect(self, text: str) -> tuple[str, ...]:
        """The aspects asked for clause by clause: “cần gì, bao lâu”. As `aspect`."""
        if self._noted(text):
            return (NOTES,)
        return self._topics.each_aspect(text[:LONGEST], self._called.patterns)

    def next_aspect(self, text: str) -> str | None:
        """The aspect asked for where nothing else is said: “trên VNeID” names no matter then."""
        return self._topics.aspect(text[:LONGEST]) if self.only_aspect(text) else None

    def only_aspect(self, text: str) -> bool:
        """Whether the text names an aspect, and nothing it could be of."""
        return self._topics.only_aspect(text[:LONGEST])

    def _noted(self, text: str) -> bool:
        """Whether the entry that is told, or the likeliest of a choice, has notes on it."""
        noted = self._topics.notes(text[:LONGEST])
        return bool(noted) and not noted.isdisjoint(_told_first(self.find(text)))

    def _chances(self, said: Told, named: Collection[str]) -> list[tuple[str, float]]:
        """(label, chance) of all labels, the likeliest first. `named`: ids called by name."""
        classifier = self._learned()
        weights = {
            label: math.exp(_SHARP * (score + _NAMED * (label in named)))
            for label, score in zip(classifier.labels, classifier.scores(said), strict=True)
        }
        total = sum(weights.values())
        ranked = sorted(weights.items(), key=lambda one: -one[1])
        return [(label, weight / total) for label, weight in ranked]

    def _within(self, text: str, found: Found) -> Found:
        """The same, unless it would tell an entry what it is foreign to."""
        if found.topic or found.decision == "feedback" or not found.candidates:
            return found
        topic = self._topics.instead(text[:LONGEST], self._entries[found.candidates[0]])
        return replace(found, decision="decline", entry=None, topic=topic) if topic else found

    def _decide(self, text: str, ranked: Sequence[tuple[str, float]]) -> Found:
        label, chance = ranked[0]
        candidates = tuple(one for one, _ in ranked if one in self._entries)[:MOST_CANDIDATES]
        if topic := self._topics.meant(text):
            return Found("decline", None, candidates, chance, topic)
        complains = self._topics.is_complaint(text) and (
            chance < _ANSWER or dict(ranked)[COMPLAINT] >= _COMPLAINING
        )
        if label in self._entries and chance >= _ANSWER and not (complains and label in PLAINTS):
            return Found("answer", label, candidates, chance)
        if complains or (label == COMPLAINT and chance >= _FEEDBACK):
            return Found("feedback", None, candidates, chance)
        if label in self._entries and chance >= _CHOICES:
            return Found("choices", None, candidates, chance)
        topic = self._others.get(label.removeprefix(OTHER)) if chance >= _DECLINE else None
        return Found("decline", None, candidates, chance, topic)


def _told_first(found: Found) -> tuple[str, ...]:
    return found.candidates[:1] if found.decision in ("answer", "choices") else ()
