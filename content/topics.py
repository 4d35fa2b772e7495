"""What the search must know beside the entries: complaints, other offices' matters, small talk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from content.documents import File, Table, parse_toml
from content.faq import ASPECTS
from content.folding import words
from content.phrases import Pattern, found, patterns, tokens


@dataclass(frozen=True, slots=True)
class Topic:
    """A matter without an entry. `advice`: language → where to go instead."""

    id: str
    advice: Mapping[str, str]
    phrasings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topics:
    """`filler`: folded words that say nothing; `faint`: that say little about which matter."""

    filler: frozenset[str]
    faint: frozenset[str]
    decline: tuple[Topic, ...]
    complaints: tuple[Pattern, ...]
    questions: tuple[Pattern, ...]
    aspects: Mapping[str, tuple[Pattern, ...]]

    def is_complaint(self, text: str) -> bool:
        """Something told as wrong, rather than asked about."""
        said = tokens(text)
        asked = found(said, self.questions, strict=False)
        return not asked and found(said, self.complaints, strict=False)

    def aspect(self, text: str) -> str | None:
        """Which of faq.ASPECTS is asked for; of several, the one that stands first in the file."""
        said = tokens(" ".join(words(text)))
        for aspect, cues in self.aspects.items():
            if found(said, cues, strict=False):
                return aspect
        return None


def parse_topics(file: File) -> Topics:
    table = parse_toml(file)
    table.only(["filler", "faint", "feedback", "aspects", "decline"])
    feedback = table.table("feedback")
    feedback.only(["words", "questions"])
    return Topics(
        filler=_words(table.texts("filler")),
        faint=_words(table.texts("faint")),
        decline=tuple(_topic(topic) for topic in table.tables("decline")),
        complaints=patterns(feedback.texts("words")),
        questions=patterns(feedback.texts("questions")),
        aspects=_aspects(table.table("aspects")),
    )


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in words(text))


def _topic(table: Table) -> Topic:
    table.only(["id", "advice", "phrasings"])
    advice = table.table("advice")
    advice.only(["vi", "en"])
    texts = {language: advice.text(language) for language in ("vi", "en")}
    return Topic(table.text("id"), MappingProxyType(texts), table.texts("phrasings"))


def _aspects(table: Table) -> Mapping[str, tuple[Pattern, ...]]:
    table.only(ASPECTS)
    return MappingProxyType({aspect: patterns(table.texts(aspect)) for aspect in table})
