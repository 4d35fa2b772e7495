"""Tells a denunciation (tố cáo), which has its own road in law and is never taken here."""

from __future__ import annotations

from content.documents import File, parse_toml
from content.keyboard import readings
from content.phrases import Pattern, found, patterns, tokens, without


class Denunciations:
    """Call it with a text; also True for a question about denouncing: the road is the same."""

    def __init__(
        self,
        words: tuple[Pattern, ...],
        contexts: tuple[Pattern, ...],
        harmless: tuple[Pattern, ...],
    ) -> None:
        self._words = words
        self._contexts = contexts
        self._harmless = harmless

    def __call__(self, text: str) -> bool:
        """Whether any reading of the text tells of one."""
        return any(map(self._read, readings(text)))

    def _read(self, text: str) -> bool:
        left = without(tokens(text), self._harmless)
        spelled = found(left, self._words, strict=True)
        return spelled or found(left, self._contexts, strict=False)


def parse_denunciations(file: File) -> Denunciations:
    table = parse_toml(file)
    table.only(["words", "contexts", "harmless"])
    words, contexts, harmless = (table.texts(key) for key in ("words", "contexts", "harmless"))
    return Denunciations(patterns(words), patterns(contexts), patterns(harmless))
