"""The words of one issue of a bulletin, as the groups read it: in Vietnamese, short, and nothing
in it that was not told or written for everyone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from content.faq import FaqEntry
from content.loader import Content
from content.lunar import lunar
from content.words import Words
from db.material import Material, Told
from db.standings import Definition
from handlers.router import HERE

LINE: Final = 160  # characters of an announcement that is told again
ROOM: Final = 330  # … of a section that lists
ENOUGH: Final = 40  # … of a sentence that says something: a heading is less

_FACTS: Final = ("noi_nop", "thoi_han")
_BULLET: Final = re.compile(r"^- ", re.MULTILINE)
_MOST_PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a section is written from. `today`: the day in Vietnam; `masked`: see `compose`."""

    content: Content
    words: Words
    definition: Definition
    material: Material
    today: date
    masked: bool

    def gist(self, told: Told) -> str:
        """Of an announcement that is told again."""
        if self.masked and told.hidden:
            return self.words("issue.hidden")
        return gist(told.body, self.words("announcements.urgent_mark"))


_Section: TypeAlias = Callable[[_Desk], str]


def compose(
    content: Content,
    definition: Definition,
    material: Material,
    now: datetime,
    *,
    masked: bool = False,
) -> str | None:
    """The sections in the definition's order, without the empty ones; None if there is nothing
    to say but the day. `masked`: without the words of what is hidden from whoever looks."""
    words = content.words("vi")
    desk = _Desk(content, words, definition, material, now.astimezone(HERE).date(), masked)
    said = {name: _SECTIONS[name](desk) for name in definition.sections}
    if not any(text for name, text in said.items() if name != "day"):
        return None
    head = [words("issue.title", title=definition.title)]
    if definition.sections[0] == "day":  # one heading, without a gap
        head.append(said.pop("day"))
    return "\n\n".join(["\n".join(head), *(text for text in said.values() if text)])


def gist(body: str, mark: str = "") -> str:
    """The beginning of an announcement on one line: whole sentences if they fit, without the
    urgent `mark`."""
    text = " ".join(body.removeprefix(mark).split())
    if len(text) <= LINE:
        return text
    end = max(text.rfind(sign, ENOUGH, LINE) for sign in (". ", "! ", "? "))
    if end >= 0:
        return text[: end + 1]
    return text[: text.rfind(" ", ENOUGH, LINE) if " " in text[ENOUGH:LINE] else LINE] + "…"


def weekday(words: Words, day: date) -> str:
    """Thứ Hai 23/11."""
    return words("issue.day", weekday=words(f"issue.weekday_{day.weekday()}"), date=f"{day:%d/%m}")


def _day(desk: _Desk) -> str:
    words, today = desk.words, desk.today
    day = words(f"issue.weekday_{today.weekday()}")
    told = words("issue.today", weekday=day, date=f"{today:%d/%m/%Y}")
    moon = lunar(today)
    if moon is None:
        return told
    key = "issue.moon_leap" if moon.leap else "issue.moon"
    number = words("issue.moon_early", day=moon.day) if moon.day <= 10 else str(moon.day)
    return f"{told} {words(key, day=number, month=moon.month, year=moon.year_name)}"


def _announcements(desk: _Desk) -> str:
    lines = [
        desk.words("issue.line", day=f"{told.day:%d/%m}", text=text)
        for told in desk.material.announcements
        if (text := desk.gist(told))
    ]
    return _listed(desk.words, "issue.announcements", lines)


def _ahead(desk: _Desk) -> str:
    lines = [
        desk.words(
            "issue.ahead_line",
            day=_near(desk, told.about or told.day),
            told=f"{told.day:%d/%m}",
            text=text,
        )
        for told in desk.material.ahead
        if (text := desk.gist(told))
    ]
    return _listed(desk.words, "issue.ahead", lines)


def _near(desk: _Desk, day: date) -> str:
    """The day, and whether it is today or tomorrow: the announcement's own “sáng mai” is of the
    day it was written."""
    named = weekday(desk.words, day)
    key = {0: "issue.day_today", 1: "issue.day_tomorrow"}.get((day - desk.today).days)
    return desk.words(key, day=named[:1].lower() + named[1:]) if key else named


def _answered(desk: _Desk) -> str:
    words, found = desk.words, desk.material.answered
    notes = [
        words("issue.line", day=note.place, text=gist(note.text)) for note in desk.material.notes
    ]
    if not found:
        return _listed(words, "issue.answered", notes)
    total = sum(one.count for one in found)
    places = "; ".join(words("issue.count", place=one.place, count=one.count) for one in found)
    places = places if len(found) > 1 else found[0].place
    few = len(found) <= _MOST_PLACES
    counted = words("issue.counted" if few else "issue.counted_all", count=total, places=places)
    return _listed(words, "issue.answered", [counted, *notes])


def _faq(desk: _Desk) -> str:
    """A procedure that is not overdue for review, the next one in each issue."""
    entries = [one for one in desk.content.faq if one.code and not one.expired(desk.today)]
    if not entries:
        return ""
    entry = entries[desk.material.number % len(entries)]
    return "\n".join(_told(entry, desk.words))


def _told(entry: FaqEntry, words: Words) -> Iterator[str]:
    """Never without its source, the day it was read there and who answers for it."""
    yield words("issue.faq", title=entry.title["vi"])
    for aspect in _FACTS:
        if text := entry.plain(aspect):
            yield f"{words(f'faq.{aspect}')}: {gist(_BULLET.sub('', text))}"
    source = entry.sources[0]
    key = "faq.source_secondary" if source.standing == "secondary" else "faq.source"
    told = words(key, name=source.name, date=f"{source.date:%d/%m/%Y}")
    yield words("faq.sources", sources=told, owner=entry.owner)
    yield words("issue.faq_more")


def _text(desk: _Desk) -> str:
    return desk.definition.text.strip()


def _listed(words: Words, heading: str, lines: Sequence[str]) -> str:
    """The first lines, as many as there is room for; how many more there were."""
    if not lines:
        return ""
    shown, room = [lines[0]], ROOM - len(lines[0])
    for line in lines[1:]:
        room -= len(line)
        if room < 0:
            shown.append(words("issue.more", count=len(lines) - len(shown)))
            break
        shown.append(line)
    return "\n".join([words(heading), *shown])


_SECTIONS: Final[Mapping[str, _Section]] = {
    "day": _day,
    "announcements": _announcements,
    "ahead": _ahead,
    "answered": _answered,
    "faq": _faq,
    "text": _text,
}
