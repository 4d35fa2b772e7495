"""How long the texts of an entry may be: what is longer crowds out the answer, or is not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from content.faq import LONGEST_LINE, LONGEST_SOURCES, FaqEntry
from content.remarks import Remark, file_of


class _Longest(NamedTuple):
    """Characters of a text that is not remarked on."""

    phrasing: int
    name: int
    title: int
    line: int
    sources: int
    link: int
    answer: int


_QUOTED: Final = 40  # characters by which a text is known
LONGEST: Final = _Longest(600, 80, 100, LONGEST_LINE, LONGEST_SOURCES, 300, 20_000)


def long_texts(faq: Sequence[FaqEntry]) -> Iterator[Remark]:
    for entry in faq:
        for named, text, most in _lengths(entry):
            yield from _shorten(entry, named, text, most)
        sources = "; ".join(f"{one.name}, {one.date:%d/%m/%Y}" for one in entry.sources)
        if len(sources) > LONGEST.sources:
            told = f"{len(entry.sources)} sources with {len(sources)} characters are too many"
            mend = f"leave out some or shorten their names, {LONGEST.sources} at most"
            yield Remark(f"{file_of(entry)}: {told} for an answer; {mend}", False, "[[sources]]")


def wordy(faq: Sequence[FaqEntry]) -> Iterator[Remark]:
    for entry in faq:
        for one in entry.phrasings:
            yield from _shorten(entry, f"a phrasing, “{one[:_QUOTED]}…”,", one, LONGEST.phrasing)


def _shorten(entry: FaqEntry, named: str, text: str, most: int) -> Iterator[Remark]:
    if len(text) > most:
        told = f"{named} has {len(text)} characters; shorten it, {most} at most"
        yield Remark(f"{file_of(entry)}: {told}", wrong=False, about=text[:_QUOTED])


def _lengths(entry: FaqEntry) -> Iterator[tuple[str, str, int]]:
    """What a text is called, the text, and the most of it."""
    yield from ((f"a name, “{one[:_QUOTED]}…”,", one, LONGEST.name) for one in entry.names)
    yield from (
        (f"the title “{one[:_QUOTED]}…”", one, LONGEST.title) for one in entry.title.values()
    )
    for document in entry.documents:
        yield f"a document, “{document.name[:_QUOTED]}…”,", document.name, LONGEST.line
        yield f"the link {document.url[:_QUOTED]}…", document.url, LONGEST.link
    yield "the office", entry.office, LONGEST.line
    yield "the owner", entry.owner, LONGEST.line
    yield "the list of codes", entry.code, LONGEST.line
    yield "the answer", "".join((*entry.aspects.values(), entry.english)), LONGEST.answer
