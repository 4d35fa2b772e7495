"""How people say which choice they mean, in every language we write: numbers in words, the
beginning of a label, words that give up or go on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Final

from content.folding import fold
from content.loader import Content
from content.phrases import Pattern, Patterns, patterns, tokens, wholly, without
from content.words import LANGUAGES
from db.scene import Actor
from handlers.start import open_to

_SHORTEST: Final = 3  # letters that say which label is meant
_LONGEST: Final = 60  # characters of a choice in words
_FIGURES: Final = re.compile(r"\d{1,2}")


def plain(label: str) -> str:
    """Letters and figures only: a tick or an emoji before a label is not typed."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(label))) or label


class Spoken:
    """`commands`: names, without spaces, that are no beginning of a label."""

    def __init__(self, content: Content, commands: Collection[str] = ()) -> None:
        self._content = content
        self.plain = lru_cache(maxsize=1000)(plain)  # the same labels are offered again and again
        self._commands = commands
        self._cancel_words = {fold(word) for word in self._texts("common.cancel_words")}
        self._cancel = patterns(self._texts("common.cancel_words"))
        self._leave = Patterns((*self._cancel, *patterns(self._texts("start.leave_words"))))
        self._go_on = patterns(self._texts("start.go_on_words"))
        self._small = patterns(self._texts("people.small_words"))
        self._before = Patterns((*self._small, *patterns(self._texts("system.before_number"))))
        self._make = {fold(word) for word in self._texts("system.make_words")}
        self._index: dict[Pattern, int] = {}
        for pattern, index in self._counted():
            self._index.setdefault(pattern, index)
        self._numbers = Patterns(self._index)
        self._menus: dict[frozenset[str], tuple[tuple[str, str], ...]] = {}  # by roles

    def cancels(self, text: str, *, alone: bool) -> bool:
        """`alone`: only without small words around it, as where any words are an answer."""
        if alone:
            return " ".join(re.findall(r"[a-z0-9]+", fold(text))) in self._cancel_words
        return self._says(text, self._cancel)

    def leaves(self, text: str) -> bool:
        return self._says(text, self._leave)

    def goes_on(self, text: str) -> bool:
        return self._says(text, self._go_on)

    def number(self, text: str, count: int) -> int | None:
        """The index among `count` choices that "mục 2", "số hai" or "cái cuối cùng" names."""
        left = [token for token in without(tokens(text), self._before) if token.folded]
        if len(left) == 1 and _FIGURES.fullmatch(left[0].folded) and len(tokens(text)) > 1:
            index = int(left[0].folded) - 1
            return index if 0 <= index < count else None
        for number in self._numbers.possible(left):
            index = self._index[number]
            if number.find(left, strict=False) == range(len(left)) and index < count:
                return index % count
        return None

    def label(self, text: str, labels: Sequence[str]) -> int | None:
        """The one label that begins with these words, or says the same of making something.
        `labels`: plain, as they are typed."""
        said = [token.folded for token in without(tokens(text), self._small) if token.folded]
        words = " ".join(said)
        if len(words) < _SHORTEST or fold(text).replace(" ", "") in self._commands:
            return None
        for meant in (
            [index for index, label in enumerate(labels) if f"{label} ".startswith(f"{words} ")],
            [index for index, label in enumerate(labels) if self._made(label.split(), said)],
        ):
            if len(meant) == 1:
                return meant[0]
        return None

    def main_menu(self, actor: Actor) -> Sequence[tuple[str, str]]:
        """Labels, plain, and actions of what is open to the actor, in every language."""
        roles = frozenset(grant.role for grant in actor.grants)
        if roles not in self._menus:
            menus = (open_to(actor, self._content.words(language)) for language in LANGUAGES)
            self._menus[roles] = tuple(
                (self.plain(button.label), button.action) for menu in menus for button in menu
            )
        return self._menus[roles]

    def _made(self, label: Sequence[str], said: Sequence[str]) -> bool:
        making = label[0] in self._make and said[0] in self._make
        return making and len(said) > 1 and label[1:] == said[1:]

    def _says(self, text: str, wanted: Sequence[Pattern]) -> bool:
        return len(text) <= _LONGEST and wholly(text, wanted, self._small)

    def _counted(self) -> Iterator[tuple[Pattern, int]]:
        for language in LANGUAGES:
            words = self._content.words(language)
            for index, word in enumerate(words("system.number_words").split(",")):
                yield Pattern.of(word), index
        for word in self._texts("system.first_words"):
            yield Pattern.of(word), 0
        for word in self._texts("system.last_words"):
            yield Pattern.of(word), -1

    def _texts(self, key: str) -> list[str]:
        texts = (self._content.words(language)(key) for language in LANGUAGES)
        return [word.strip() for text in texts for word in text.split(",")]
