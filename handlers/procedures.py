"""How a procedure is told: whole in private, its gist in a group; never without its source, the
day it was read there and who answers for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from content.faq import ASPECTS, FaqEntry, Source
from handlers.messages import Button, Reply
from handlers.router import HERE, Context
from handlers.start import automatic, back

LONGEST: Final = 1_800  # characters of an answer: one message on every platform

_GIST = 300  # characters of an aspect in a group
_OPEN = "entry"  # kept without a step


def answer(entry: FaqEntry, aspect: str | None, context: Context) -> Reply:
    """The procedure: one aspect with the others to choose from, or all of them. It stays open
    for the next question; what is said of it again is only what is new, and its source."""
    words = context.words
    head, foot = entry.title[context.language], _foot(entry, entry.sources, context)
    if not (aspect and opened(context) == entry.id):
        head = f"{head}\n{words('faq.office', office=entry.office)}"
        foot = f"{words('faq.code', code=entry.code)}\n{foot}" if entry.code else foot
    foot += automatic(context)
    body, left = _body(entry, aspect, context, LONGEST - len(f"{head}\n\n\n\n{foot}"))
    more = [Button(words(f"faq.{one}"), f"faq.aspect:{entry.id}.{one}") for one in left]
    another = Button(words("faq.another"), "faq.ask")
    buttons = (*more, another, back(context))
    return Reply("\n\n".join([head, body, foot]), buttons, keep={_OPEN: entry.id})


def opened(context: Context) -> str:
    """The id of the entry shown last, if nothing else was said since; else ""."""
    return "" if context.scene.step else str(context.scene.keep.get(_OPEN, ""))


def gist(entry: FaqEntry, aspect: str | None, context: Context) -> str:
    """One aspect, short, and the first of the sources."""
    body, _ = _body(entry, aspect or ASPECTS[0], context, _GIST)
    foot = _foot(entry, entry.sources[:1], context)
    title = entry.title[context.language]
    return "\n".join([title, body, foot, context.words("faq.more_in_private")])


def _foot(entry: FaqEntry, sources: Sequence[Source], context: Context) -> str:
    told = "; ".join(_source(source, context) for source in sources)
    return context.words("faq.sources", sources=told, owner=entry.owner)


def _source(source: Source, context: Context) -> str:
    key = "faq.source_secondary" if source.standing == "secondary" else "faq.source"
    return context.words(key, name=source.name, date=f"{source.date:%d/%m/%Y}")


def _body(
    entry: FaqEntry, aspect: str | None, context: Context, room: int
) -> tuple[str, tuple[str, ...]]:
    """At most `room` characters, and the aspects left out or cut short. What is overdue for
    review is not told."""
    if entry.expired(context.actor.now.astimezone(HERE).date()):
        return context.words("faq.expired", office=entry.office), ()
    if context.language != "vi":
        return _cut(entry.english, room), ()
    sections = {one: _section(entry, one, context) for one in entry.aspects}
    if aspect in sections:
        return _cut(sections[aspect], room), tuple(one for one in sections if one != aspect)
    share = room // len(sections) - 1
    if len("\n".join(sections.values())) <= room:
        return "\n".join(sections.values()), ()
    cut = {one: _cut(text, share) for one, text in sections.items()}
    return "\n".join(cut.values()), tuple(one for one in cut if cut[one] != sections[one])


def _section(entry: FaqEntry, aspect: str, context: Context) -> str:
    text = entry.aspects[aspect]
    gap = "\n" if "\n" in text else " "
    return f"{context.words(f'faq.{aspect}')}:{gap}{text}"


def _cut(text: str, room: int) -> str:
    """At most `room` characters, cut at the end of a line, a sentence or a word."""
    if len(text) <= room:
        return text
    piece = text[: max(room - 2, 0)]
    pause = max(piece.rfind("\n"), piece.rfind(". ") + 1)
    if pause < room // 2:
        pause = max(piece.rfind(" "), 0) or len(piece)
    return piece[:pause].rstrip() + " …"
