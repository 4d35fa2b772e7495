"""How a procedure is told: whole in private, its gist in a group; never without its source, the
day it was read there and who answers for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from content.faq import ASPECTS, CITED, LOCAL, SECTIONS, SHORT, Document, FaqEntry, Source
from content.words import Words
from handlers.messages import Button, Reply
from handlers.router import HERE, Context
from handlers.start import automatic, back

LONGEST: Final = 1_800  # characters of an answer: one message on every platform

_GIST = 300  # characters of an aspect in a group
_ENTERED: Final = "local"  # the standing of what a commune enters itself
_OPEN = "entry"  # kept without a step
_WITH_DOCUMENTS: Final = (None, "ho_so", "online")  # what is asked
_BULLET: Final = "- "
_PLACEHOLDER: Final = re.compile(f"{LOCAL.pattern}|{CITED.pattern}")


async def answer(entry: FaqEntry, aspect: str | None, context: Context) -> Reply:
    """The procedure: one aspect with the others to choose from, or all of them. It stays open
    for the next question; what is said of it again is only what is new, and its source."""
    words = context.words
    aspect = aspect if aspect in SECTIONS else None
    head = entry.title[context.language]
    values = await _values(entry, context)
    foot = _foot(entry, _vouching(entry, aspect, values, context), context)
    if not (aspect and opened(context) == entry.id):
        head = f"{head}\n{words('faq.office', office=entry.office)}"
        foot = f"{words('faq.code', code=entry.code)}\n{foot}" if entry.code else foot
    foot += automatic(context)
    room = LONGEST - len(f"{head}\n\n\n\n{foot}")
    body, left = _body(entry, aspect, values, context, room)
    if aspect in _WITH_DOCUMENTS and context.scene.private and not _expired(entry, context):
        body += _documents(entry.documents, words, room - len(body))
    more = [Button(words(f"faq.{one}"), f"faq.aspect:{entry.id}.{one}") for one in left]
    another = Button(words("faq.another"), "faq.ask")
    buttons = (*more, another, back(context))
    return Reply("\n\n".join([head, body, foot]), buttons, keep={_OPEN: entry.id})


def opened(context: Context) -> str:
    """The id of the entry shown last, if nothing else was said since; else ""."""
    return "" if context.scene.step else str(context.scene.keep.get(_OPEN, ""))


async def gist(entry: FaqEntry, aspect: str | None, context: Context) -> str:
    """One aspect, short, and the first of the sources."""
    first = next(one for one in (SHORT, *ASPECTS) if one in entry.aspects)
    values = await _values(entry, context)
    body, _ = _body(entry, aspect or first, values, context, _GIST)
    foot = _foot(entry, _vouching(entry, aspect or first, values, context)[:1], context)
    title = entry.title[context.language]
    return "\n".join([title, body, foot, context.words("faq.more_in_private")])


def filled(
    entry: FaqEntry,
    text: str,
    words: Words,
    values: Mapping[str, str],
    labels: Mapping[str, Mapping[str, str]],
) -> str:
    """A text of the entry as people read it: with what the commune has entered (`values`, by
    key), and who alone vouches for what. Lines whose values nobody has entered say so as one."""
    marks = _marks(entry, words)

    def put(found: re.Match[str]) -> str:
        return values[found[1]] if found[1] else marks[found[2]]

    lines: list[str] = []
    for lacking, group in groupby(text.split("\n"), lambda line: bool(_lacking(line, values))):
        if not lacking:
            lines += (_PLACEHOLDER.sub(put, line) for line in group)
            continue
        missed = list(group)
        keys = dict.fromkeys(key for line in missed for key in _lacking(line, values))
        told = _missed([labels[key][words.language] for key in keys], entry.office, words)
        lines.append((_BULLET if missed[0].startswith(_BULLET) else "") + told)
    return "\n".join(lines)


def _missed(labels: Sequence[str], office: str, words: Words) -> str:
    if len(labels) == 1:
        return words("faq.local_missing", label=labels[0], office=office)
    return words("faq.local_missing_many", labels="; ".join(labels), office=office)


def _lacking(line: str, values: Mapping[str, str]) -> list[str]:
    return [key for key in LOCAL.findall(line) if key not in values]


def _marks(entry: FaqEntry, words: Words) -> Mapping[str, str]:
    """What stands for `[key]`: nothing, once its source has been compared."""
    return {
        source.key: f" {words('faq.unchecked', source=source.name)}" if source.secondary else ""
        for source in entry.sources
        if source.key
    }


def _foot(entry: FaqEntry, sources: Sequence[Source], context: Context) -> str:
    if not sources:
        return context.words("faq.owner", owner=entry.owner)
    told = "; ".join(_source(source, context) for source in sources)
    return context.words("faq.sources", sources=told, owner=entry.owner)


def _vouching(
    entry: FaqEntry, aspect: str | None, values: Mapping[str, str], context: Context
) -> list[Source]:
    """Whose word the text shown is; who alone says something that is not shown is left out, and
    so is the commune, where it has entered none of what is shown."""
    if context.language != "vi":
        shown = entry.english
    elif aspect:
        shown = entry.aspects.get(aspect) or entry.aspects.get(SHORT, "")
    else:
        shown = "\n".join(entry.aspects.values())
    keys = LOCAL.findall(shown)
    silent = bool(keys) and not any(key in values for key in keys)
    sources = [one for one in entry.sources if not (silent and one.standing == _ENTERED)]
    told = [one for one in sources if not one.secondary or f"[{one.key}]" in shown]
    return told or sources


def _source(source: Source, context: Context) -> str:
    key = "faq.source_secondary" if source.secondary else "faq.source"
    return context.words(key, name=source.name, date=f"{source.date:%d/%m/%Y}")


def _documents(documents: Sequence[Document], words: Words, room: int) -> str:
    """As many as there is room for, below the body."""
    told = f"\n\n{words('faq.documents')}"
    heading = told
    for one in documents:
        line = f"\n- {one.name}: {one.url}"
        told += line if len(told) + len(line) <= room else ""
    return told if told != heading else ""


def _expired(entry: FaqEntry, context: Context) -> bool:
    return entry.expired(context.actor.now.astimezone(HERE).date())


def _body(
    entry: FaqEntry, aspect: str | None, values: Mapping[str, str], context: Context, room: int
) -> tuple[str, tuple[str, ...]]:
    """At most `room` characters, and the aspects left out or cut short. What is overdue for
    review is not told."""
    if _expired(entry, context):
        return context.words("faq.expired", office=entry.office), ()
    marks = tuple(mark for mark in _marks(entry, context.words).values() if mark)

    def told(text: str) -> str:
        return filled(entry, text, context.words, values, context.content.local.labels)

    if context.language != "vi":
        return _cut(told(entry.english), room, marks), ()
    sections = {one: _labelled(one, told(text), context) for one, text in entry.aspects.items()}
    if aspect:
        text = sections.get(aspect) or "\n".join(_instead(entry, aspect, sections, context))
        shown = aspect if aspect in sections else SHORT
        return _cut(text, room, marks), tuple(one for one in sections if one != shown)
    if len("\n".join(sections.values())) <= room:
        return "\n".join(sections.values()), ()
    cut = dict(_shared(sections, room, marks))
    return "\n".join(cut.values()), tuple(one for one in cut if cut[one] != sections[one])


async def _values(entry: FaqEntry, context: Context) -> Mapping[str, str]:
    """What the place has entered, by key."""
    return context.content.local.of(await _chain(entry, context))


async def _chain(entry: FaqEntry, context: Context) -> Sequence[str]:
    """The slugs of the places whose values count, nearest first."""
    actor, scene = context.actor, context.scene
    place_id = actor.place_id if scene.private else scene.chat_place_id
    if not entry.local or not (place_id or actor.bot_id):
        return ()
    from db import places  # a mere question needs no tables

    return await context.read(places.chain, place_id, actor.bot_id)


def _labelled(aspect: str, text: str, context: Context) -> str:
    if aspect == SHORT:
        return text
    gap = "\n" if "\n" in text else " "
    return f"{context.words(f'faq.{aspect}')}:{gap}{text}"


def _instead(
    entry: FaqEntry, aspect: str, sections: Mapping[str, str], context: Context
) -> Iterator[str]:
    """For an aspect that the entry says nothing of."""
    words = context.words
    if SHORT in sections:
        yield sections[SHORT]
    yield words("faq.no_aspect", aspect=words(f"faq.{aspect}"), office=entry.office)


def _shared(
    sections: Mapping[str, str], room: int, marks: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Each section with its part of the room; what the short ones spare, the long ones get."""
    room -= len(sections) - 1  # the line breaks
    shares: dict[str, int] = {}
    shortest = sorted(sections, key=lambda one: len(sections[one]))
    for number, one in enumerate(shortest):
        shares[one] = min(len(sections[one]), room // (len(shortest) - number))
        room -= shares[one]
    for one, text in sections.items():
        yield one, _cut(text, shares[one], marks)


def _cut(text: str, room: int, marks: Sequence[str]) -> str:
    """At most `room` characters, cut at the end of a line, a sentence or a word; never between
    a fact and the mark (one of `marks`) of who alone says so."""
    if len(text) <= room:
        return text
    piece = text[: max(room - 2, 0)]
    pause = max(piece.rfind("\n"), piece.rfind(". ") + 1, 0)
    ends = (text.find(stop, len(piece)) for stop in ("\n", ". "))
    end = min((at for at in ends if at >= 0), default=len(text))
    if pause < room // 2 and not any(mark in text[pause:end] for mark in marks):
        pause = max(piece.rfind(" "), 0) or len(piece)
    return piece[:pause].rstrip() + " …"
