"""How a procedure is told: whole in private, its gist in a group; never without its source, the
day it was read there and who answers for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from content.faq import (
    ASPECTS,
    CITED,
    FORMS,
    LOCAL,
    LONGEST_LINE,
    LONGEST_SOURCES,
    SECTIONS,
    SHORT,
    FaqEntry,
    Source,
)
from content.local import PlaceValues
from content.words import Words
from handlers.messages import Button, Reply
from handlers.router import HERE, Context
from handlers.start import automatic, back

LONGEST: Final = 1_800  # characters of an answer: one message on every platform

_GIST = 300  # characters of an aspect in a group
_ENTERED: Final = "local"  # the standing of what a commune enters itself
_OPEN = "entry"  # kept without a step
_WITH_DOCUMENTS: Final = ((), ("ho_so",), ("online",))  # what is asked
_FEE: Final = "le_phi"
_AMOUNT: Final = "muc_"  # how the keys of sums of money begin, among what a commune enters
_BULLET: Final = "- "
_GAP: Final = "\n\n"
_MENU: Final = 20  # characters of buttons for which LONGEST leaves room, besides the usual ones
_NUMBERED: Final = 4  # characters of a line with a button, besides its label
_PLACEHOLDER: Final = re.compile(f"{LOCAL.pattern}|{CITED.pattern}")


@dataclass(frozen=True, slots=True)
class _Local:
    """What the places of somebody have entered: `values` by key, `entered` who did."""

    values: Mapping[str, str]
    entered: Mapping[str, PlaceValues]


async def answer(entry: FaqEntry, aspect: str | None, context: Context, *more: str) -> Reply:
    """The procedure: one aspect, or several (`more`), with the others to choose from; or all of
    them. It stays open for the next question; what is said of it again is only what is new, and
    its source."""
    words = context.words
    asked = tuple(one for one in dict.fromkeys((aspect, *more)) if one in (*SECTIONS, FORMS))
    head = _line(entry.title[context.language])
    local = await _local(entry, context)
    foot = _foot(entry, _vouching(entry, asked, local, context), context)
    if not (asked and opened(context) == entry.id):
        head = f"{head}\n{words('faq.office', office=_line(entry.office))}"
        foot = f"{words('faq.code', code=_line(entry.code))}\n{foot}" if entry.code else foot
    foot += automatic(context)
    room = LONGEST - len(f"{head}{_GAP}{_GAP}{foot}")
    body, left = _fitting(entry, asked, local.values, context, room)
    another = Button(words("faq.another"), "faq.ask")
    buttons = (*left, another, back(context))
    return Reply(_GAP.join([head, body, foot]), buttons, keep={_OPEN: entry.id})


def _fitting(
    entry: FaqEntry,
    asked: tuple[str, ...],
    values: Mapping[str, str],
    context: Context,
    room: int,
) -> tuple[str, list[Button]]:
    """At most `room` characters, less where the buttons for what is left out, as lines below the
    text, would not fit beside it."""
    fits = room + _MENU
    while True:
        body, left = _with_forms(entry, asked, values, context, room)
        labels = [context.words(_heading(entry, one)) for one in left]
        over = len(body) + sum(len(label) + _NUMBERED for label in labels) - fits
        if over <= 0 or room < _GIST:
            actions = [f"faq.aspect:{entry.id}.{one}" for one in left]
            return body, list(map(Button, labels, actions))
        room -= over


def _with_forms(
    entry: FaqEntry,
    asked: tuple[str, ...],
    values: Mapping[str, str],
    context: Context,
    room: int,
) -> tuple[str, tuple[str, ...]]:
    """As `_body`, with the forms where they belong and there is room for them."""
    body, left = _body(entry, asked, values, context, room)
    if not entry.documents or FORMS in asked or _expired(entry, context):
        return body, left
    forms, whole = "", False
    if asked in _WITH_DOCUMENTS and context.scene.private:
        heading = context.words("faq.documents")
        forms, whole = _forms(entry, heading, room - len(body) - len(_GAP))
    body += f"{_GAP}{forms}" if forms else ""
    return body, left if whole else (*left, FORMS)


def opened(context: Context) -> str:
    """The id of the entry shown last, if nothing else was said since; else ""."""
    return "" if context.scene.step else str(context.scene.keep.get(_OPEN, ""))


def still_open(context: Context) -> Mapping[str, str]:
    """What to keep, so that the entry stays open for the question after this one."""
    shown = opened(context)
    return {_OPEN: shown} if shown else {}


async def gist(entry: FaqEntry, aspect: str | None, context: Context) -> str:
    """One aspect, short, the first of the sources, and the places whose word it gives."""
    first = next(one for one in (SHORT, *ASPECTS) if one in entry.aspects)
    local = await _local(entry, context)
    asked = (aspect or first,)
    body, _ = _body(entry, asked, local.values, context, _GIST)
    sources = _vouching(entry, asked, local, context)
    places = [one for one in sources[1:] if isinstance(one, PlaceValues)]
    foot = _foot(entry, [*sources[:1], *places], context)
    title = _line(entry.title[context.language])
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


def _foot(entry: FaqEntry, sources: Sequence[Source | PlaceValues], context: Context) -> str:
    owner = _line(entry.owner)
    if not sources:
        return context.words("faq.owner", owner=owner)
    told = _cut("; ".join(_source(source, context) for source in sources), LONGEST_SOURCES, ())
    return context.words("faq.sources", sources=told, owner=owner)


def _vouching(
    entry: FaqEntry, asked: tuple[str, ...], local: _Local, context: Context
) -> list[Source | PlaceValues]:
    """Whose word the text shown is: the places for what they have entered, the entry's sources for
    the rest. Who alone says something that is not shown is left out."""
    shown = _shown(entry, asked, context)
    keys = LOCAL.findall(shown)
    places = {local.entered[key].owner: local.entered[key] for key in keys if key in local.entered}
    own = not keys or any(line and not LOCAL.search(line) for line in shown.split("\n"))
    if places and not own:
        return list(places.values())
    sources = [one for one in entry.sources if own or one.standing != _ENTERED]
    told = [one for one in sources if not one.secondary or f"[{one.key}]" in shown]
    return [*(told or sources), *places.values()]


def _shown(entry: FaqEntry, asked: tuple[str, ...], context: Context) -> str:
    """The text that is told of, whole, as it is written."""
    told = [one for one in asked if not (one == FORMS and entry.documents)]
    if asked and not told:
        return ""
    if context.language != "vi":
        return entry.english
    aspects = entry.aspects
    if told:
        return "\n".join(aspects.get(one) or aspects.get(SHORT, "") for one in told)
    return "\n".join(aspects.values())


def _source(source: Source | PlaceValues, context: Context) -> str:
    if isinstance(source, PlaceValues):
        date = f"{source.checked:%d/%m/%Y}"
        return context.words("faq.source_local", owner=source.owner, date=date)
    key = "faq.source_secondary" if source.secondary else "faq.source"
    return context.words(key, name=source.name, date=f"{source.date:%d/%m/%Y}")


def _forms(entry: FaqEntry, heading: str, room: int) -> tuple[str, bool]:
    """As many of the forms and links as there is room for, "" for none; and whether that is all."""
    lines = [f"\n- {one.name}: {one.url}" for one in entry.documents]
    told = heading
    for line in lines:
        told += line if len(told) + len(line) <= room else ""
    return "" if told == heading else told, len(told) == len(heading) + sum(map(len, lines))


def _expired(entry: FaqEntry, context: Context) -> bool:
    return entry.expired(context.actor.now.astimezone(HERE).date())


def _body(
    entry: FaqEntry,
    asked: tuple[str, ...],
    values: Mapping[str, str],
    context: Context,
    room: int,
) -> tuple[str, tuple[str, ...]]:
    """At most `room` characters, and the aspects left out or cut short. What is overdue for
    review is not told."""
    if _expired(entry, context):
        return context.words("faq.expired", office=_line(entry.office)), ()
    marks = tuple(mark for mark in _marks(entry, context.words).values() if mark)

    def told(text: str) -> str:
        return filled(entry, text, context.words, values, context.content.local.labels)

    forms = ""
    if FORMS in asked and entry.documents:
        forms, _ = _forms(entry, context.words("faq.forms"), room)
    if context.language != "vi":
        return forms or _cut(told(entry.english), room, marks), ()
    sections = {
        one: text if one == SHORT else _labelled(context.words(_heading(entry, one)), text)
        for one, text in ((one, told(text)) for one, text in entry.aspects.items())
    }
    if asked:
        lines = {one: sections[one] for one in asked if one in sections}
        for one in asked:
            if one not in sections and not (one == FORMS and forms):
                lines |= _instead(entry, one, sections, context)
        gap = _GAP if len(asked) > 1 else "\n"
        text = _cut(gap.join(lines.values()), room - len(forms) - len(_GAP), marks)
        body = _GAP.join(part for part in (forms, text) if part)
        return body, tuple(one for one in sections if one not in lines)
    if len("\n".join(sections.values())) <= room:
        return "\n".join(sections.values()), ()
    cut = dict(_shared(sections, room, marks))
    return "\n".join(cut.values()), tuple(one for one in cut if cut[one] != sections[one])


async def _local(entry: FaqEntry, context: Context) -> _Local:
    known, chain = context.content.local, await _chain(entry, context)
    return _Local(known.of(chain), known.entered(chain))


async def _chain(entry: FaqEntry, context: Context) -> Sequence[str]:
    """The slugs of the places whose values count, nearest first."""
    actor, scene = context.actor, context.scene
    place_id = actor.place_id if scene.private else scene.chat_place_id
    if not entry.local or not (place_id or actor.bot_id):
        return ()
    from db import places  # a mere question needs no tables

    return await context.read(places.chain, place_id, actor.bot_id)


def _heading(entry: FaqEntry, aspect: str) -> str:
    """The key of what a section is called: with a fee may stand what the commune pays."""
    values = LOCAL.findall(entry.aspects.get(aspect, ""))
    paid = aspect == _FEE and any(key.startswith(_AMOUNT) for key in values)
    return "faq.le_phi_muc" if paid else f"faq.{aspect}"


def _labelled(label: str, text: str) -> str:
    gap = "\n" if "\n" in text else " "
    return f"{label}:{gap}{text}"


def _instead(
    entry: FaqEntry, aspect: str, sections: Mapping[str, str], context: Context
) -> dict[str, str]:
    """Section → text, for an aspect that the entry says nothing of."""
    words = context.words
    short = {SHORT: sections[SHORT]} if SHORT in sections else {}
    none = words("faq.no_aspect", aspect=words(f"faq.{aspect}"), office=entry.office)
    return short | {aspect: none}


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


def _line(text: str) -> str:
    """Never so long that it leaves the answer no room."""
    return _cut(text, LONGEST_LINE, ())


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
