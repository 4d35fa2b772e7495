"""What the search must know beside the entries: complaints, other offices' matters, small talk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from content.documents import File, Table, parse_toml
from content.faq import ASPECTS, FORMS, FaqEntry
from content.folding import abbreviations, words
from content.mourning import Mourning, parse_mourning
from content.phrases import Choice, Pattern, Patterns, Token, found, patterns, tokens, without
from content.scope import SCOPE, Note, Scope, Sets, parse_note, parse_scope, parse_sets

SMALL_TALK = ("cam_on", "chao", "thoi", "vang")

_LONGEST_SMALL_TALK = 80  # characters
_TOLD = 4  # words, at least
_DATED = re.compile(r"\d\s?(?:h|:|g|giờ|gio)(?:\s?\d{2})?\b|\d/\d|:\s.*\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Topic:
    """A matter without an entry. `advice`: language → where to go instead. `chat`: it is no
    matter at all, only said to pass the time. `hand`: the commune's own staff may help with it.
    `words`: whoever says one of them means this, whatever else is said; `scope`: what means this
    where an entry would be told that it is foreign to, and then it needs no phrasings."""

    id: str
    advice: Mapping[str, str]
    phrasings: tuple[str, ...]
    chat: bool = False
    hand: bool = False
    words: tuple[Pattern, ...] = ()
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True, slots=True)
class Topics:
    """`filler`: folded words that say nothing; `faint`: that say little about which matter;
    `light`: these two and the words of `aspects`, as spelled;
    `joints`: what stands between two questions;
    `cues`: that ask; `numbered`: after which a number names a place, and says nothing; `told`:
    examples of complaints; `rhetorical`: what only looks like a question; `ends`: the last word
    of one; `among_neighbours`: what is said to each other, `to_all`: to whoever knows;
    `asking`: what is asked of any procedure, “…” for its name; `small_talk`: kind (one of
    SMALL_TALK) → phrases; `around`: what may stand beside them; `noted`: what an entry tells of
    in its notes alone."""

    filler: frozenset[str]
    faint: frozenset[str]
    light: frozenset[str]
    joints: re.Pattern[str]
    cues: frozenset[str]
    numbered: frozenset[str]
    decline: tuple[Topic, ...]
    complaints: tuple[Pattern, ...]
    told: tuple[str, ...]
    asking: tuple[str, ...]
    questions: tuple[Pattern, ...]
    rhetorical: tuple[Pattern, ...]
    ends: tuple[Pattern, ...]
    among_neighbours: tuple[Pattern, ...]
    to_all: tuple[Pattern, ...]
    aspects: Mapping[str, tuple[Pattern, ...]]
    mourning: Mourning
    small_talk: Mapping[str, tuple[Pattern, ...]]
    around: tuple[Pattern, ...]
    noted: tuple[Note, ...] = ()

    def pleasantry(self, text: str) -> str | None:
        """Which kind of small talk the text is, if it says nothing else; of several, the one
        that stands first in SMALL_TALK."""
        if len(text) > _LONGEST_SMALL_TALK:
            return None
        said = tokens(text)
        for kind in SMALL_TALK:
            phrases = self.small_talk[kind]
            if found(said, phrases, strict=False) and not _left(said, (*phrases, *self.around)):
                return kind
        return None

    def meant(self, text: str) -> Topic | None:
        """The matter whose own words the text says."""
        said = tokens(text)
        return next((one for one in self.decline if found(said, one.words, strict=False)), None)

    def instead(self, text: str, entry: FaqEntry) -> Topic | None:
        """The matter of others that the text is, though it reads like the entry's."""
        said = tokens(text)
        return next((one for one in self.decline if one.scope.bars(said, entry)), None)

    def notes(self, text: str) -> frozenset[str]:
        """Ids of the entries that tell in their notes alone of what the text names."""
        said = tokens(text)
        found = (note.over for note in self.noted if note.words.said(said))
        return frozenset().union(*found)

    def asks(self, text: str) -> bool:
        """Whether a text is put as a question."""
        said = tokens(text)
        last = [token for token in said if token.folded and token.folded not in self.filler][-1:]
        return (
            "?" in text
            or found(said, self.questions, strict=False)
            or found(last, self.ends, strict=False)
        )

    def asks_all(self, text: str) -> bool:
        """Whether a text puts a question to whoever knows: no announcement, no talk of neighbours,
        and about what is to be done rather than how it went."""
        said = tokens(text)
        if not self.asks(text) or found(said, self.among_neighbours, strict=False):
            return False
        if _DATED.search(text) and "?" not in text:
            return False
        return bool(self.aspect(text)) or found(said, self.to_all, strict=False)

    def tells(self, text: str) -> bool:
        """Whether something is told rather than asked: what happened to somebody, perhaps."""
        return len(text.split()) >= _TOLD and not self.asks(text)

    def is_complaint(self, text: str) -> bool:
        """Something told as wrong, rather than asked about."""
        said = tokens(text)
        asked = found(without(said, self.rhetorical), self.questions, strict=False)
        return not asked and found(said, self.complaints, strict=False)

    def aspect(self, text: str, names: Iterable[Pattern] = ()) -> str | None:
        """Which of faq.ASPECTS is asked for, or faq.FORMS; of several, the one that stands first
        in the file. `names`: of procedures, which ask for nothing."""
        said = without(tokens(" ".join(words(text))), names)
        for aspect, cues in self.aspects.items():
            if found(said, cues, strict=False):
                return aspect
        return None

    def each_aspect(self, text: str, names: Iterable[Pattern] = ()) -> tuple[str, ...]:
        """The aspect of each clause that asks for one, in their order."""
        clauses = self.joints.split(text)
        found = (self.aspect(clause, names) for clause in clauses if clause)
        return tuple(dict.fromkeys(filter(None, found)))

    def only_aspect(self, text: str) -> bool:
        """Whether the text asks for an aspect and does not say of what. A word typed with marks
        must have them right: “sổ” is no part of “hồ sơ”."""
        said, short = tokens(text), abbreviations()
        if not all(one.plain or one.spelled in self.light or one.folded in short for one in said):
            return False
        cues = [cue for cues in self.aspects.values() for cue in cues]
        meant = tokens(" ".join(words(text)))
        left = _left(meant, _longest_first(cues))
        return left != list(meant) and all(
            token.folded in self.filler | self.faint for token in left
        )


def parse_topics(file: File) -> Topics:
    table = parse_toml(file)
    table.only(
        [
            "filler",
            "faint",
            "joining",
            "cues",
            "numbered",
            "asking",
            "among_neighbours",
            "to_all",
            "small_talk",
            "feedback",
            "aspects",
            "mourning",
            "decline",
            "sets",
            "noted",
        ]
    )
    sets = parse_sets(table.table("sets")) if "sets" in table else Sets()
    feedback = table.table("feedback")
    feedback.only(["things", "words", "questions", "rhetorical", "ends", "examples"])
    things = {"things": Choice.of(feedback.texts("things"))}
    talk = table.table("small_talk")
    talk.only(["around", *SMALL_TALK])
    aspects = table.table("aspects")
    faint = (*table.texts("filler"), *table.texts("faint"))
    return Topics(
        filler=_words(table.texts("filler")),
        faint=_words(table.texts("faint")),
        light=_spelled((*faint, *(cue for key in aspects for cue in aspects.texts(key)))),
        joints=_joints(table.texts("joining")),
        cues=_words(table.texts("cues")),
        numbered=_words(table.texts("numbered")),
        decline=tuple(_topic(topic, sets) for topic in table.tables("decline")),
        complaints=patterns(feedback.texts("words"), things),
        told=feedback.texts("examples"),
        asking=table.texts("asking"),
        questions=patterns(feedback.texts("questions")),
        rhetorical=patterns(feedback.texts("rhetorical", ())),
        ends=patterns(feedback.texts("ends", ())),
        among_neighbours=patterns(table.texts("among_neighbours")),
        aspects=_aspects(aspects),
        mourning=parse_mourning(table.table("mourning")),
        to_all=patterns(table.texts("to_all")),
        small_talk={kind: _longest_first(patterns(talk.texts(kind))) for kind in SMALL_TALK},
        around=patterns(talk.texts("around")),
        noted=_noted(table, sets),
    )


def _left(said: Sequence[Token], unwanted: Iterable[Pattern]) -> list[Token]:
    return [token for token in without(said, unwanted) if token.folded]


def _longest_first(phrases: Iterable[Pattern]) -> tuple[Pattern, ...]:
    """So that no phrase is broken by a shorter one in it."""
    return Patterns(sorted(phrases, key=lambda phrase: -len(phrase.parts)))


def _joints(joining: Iterable[str]) -> re.Pattern[str]:
    words = "|".join(map(re.escape, joining))
    return re.compile(rf"[.?!;,:\n]+|\b(?:{words})\b", re.IGNORECASE)


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in words(text))


def _spelled(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(token.spelled for text in texts for token in tokens(text))


def _noted(table: Table, sets: Sets) -> tuple[Note, ...]:
    notes = table.tables("noted") if "noted" in table else ()
    return tuple(parse_note(note, sets) for note in notes)


def _topic(table: Table, sets: Sets) -> Topic:
    table.only(["id", "chat", "hand", "words", "advice", "phrasings", *SCOPE])
    advice = table.table("advice")
    advice.only(["vi", "en"])
    texts = {language: advice.text(language) for language in ("vi", "en")}
    return Topic(
        table.text("id"),
        MappingProxyType(texts),
        table.texts("phrasings", () if "foreign" in table else None),
        chat=table.flag("chat", default=False),
        hand=table.flag("hand", default=False),
        words=patterns(table.texts("words", ())),
        scope=parse_scope(table, sets),
    )


def _aspects(table: Table) -> Mapping[str, tuple[Pattern, ...]]:
    table.only([*ASPECTS, FORMS])
    return MappingProxyType({aspect: patterns(table.texts(aspect)) for aspect in table})
