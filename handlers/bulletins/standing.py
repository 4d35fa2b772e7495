"""A bulletin as it stands, in words, with all that may be done to it."""

from __future__ import annotations

from collections.abc import Iterator

from content.schedule import Schedule, described
from content.words import Words
from db import announcements
from db.announcements import NoSuchVersion
from db.standings import Standing
from handlers.bulletins.timing import days_ahead, moment
from handlers.messages import Button, Reply
from handlers.pages import LABEL
from handlers.router import Context
from handlers.tickets.reports import quote


def name(standing: Standing) -> str:
    """Reminders of one village are told apart by their words."""
    known = standing.definition
    return quote(known.text, LABEL) if known.sections == ("text",) else known.title


def state(standing: Standing, words: Words) -> str:
    """Whether it runs, and when it goes out next."""
    if standing.state == "paused":
        return words("bulletins.is_paused")
    if standing.next_at is None:
        return words("bulletins.is_over")
    if standing.definition.schedule["kind"] == "once" and not standing.skipped_next:
        return words("bulletins.is_once")  # its one day stands beside it
    key = "bulletins.is_skipped" if standing.skipped_next else "bulletins.is_next"
    return words(key, time=moment(words, standing.next_at))


async def became(standing: Standing, context: Context) -> str:
    """What became of its last issue."""
    words, last = context.words, standing.last
    if last is None:
        return words("bulletins.last_none")
    time = moment(words, last.slot)
    if last.state != "sent" or last.version_id is None:
        return words(f"bulletins.last_{last.reason or 'late'}", time=time)
    try:
        told = await context.read(announcements.progress, last.version_id)
    except NoSuchVersion:
        return words("bulletins.last_none")
    return words("bulletins.last_sent", time=time, reached=told.reached, total=told.total)


def detail(standing: Standing, last: str, context: Context, note: str = "") -> Reply:
    """Everything about it. `last`: see `became`."""
    lines = "\n".join(_lines(standing, last, context))
    text = "\n\n".join(part for part in (note, lines) if part)
    return Reply(text, tuple(_buttons(standing, context.words)))


def _lines(standing: Standing, last: str, context: Context) -> Iterator[str]:
    words, known = context.words, standing.definition
    schedule = Schedule.of(known.schedule)
    yield words("bulletins.title", title=known.title)
    yield words("bulletins.is_when", when=described(schedule, words))
    segments = ", ".join(words(f"segments.{segment}") for segment in known.segments)
    yield words("bulletins.is_to", places=", ".join(standing.places), segments=segments)
    sections = [words(f"bulletins.section_{name}") for name in known.sections]
    yield words("bulletins.is_made_of", sections=", ".join(sections))
    if standing.owner_id != context.actor.person_id:
        yield words("bulletins.is_of", owner=standing.owner)
    now = state(standing, words)
    yield f"{now[:1].upper()}{now[1:]}."
    days = days_ahead(context, schedule) if standing.state == "active" else ()
    if len(days) > 1:
        yield words("bulletins.is_then", days=", ".join(days[1:]))
    yield last


def _buttons(standing: Standing, words: Words) -> Iterator[Button]:
    yield _button("preview", standing, words)
    yield _button("ask", standing, words)
    if standing.state == "paused":
        yield _button("resume", standing, words)
    else:
        if standing.next_at is not None:
            slot = f".{int(standing.next_at.timestamp())}"
            yield _button("unskip" if standing.skipped_next else "skip", standing, words, slot)
        yield _button("pause", standing, words)
    for name in ("retime", "retext", "remove"):
        yield _button(name, standing, words)
    yield Button(words("bulletins.list"), "bulletins.list")


def _button(name: str, standing: Standing, words: Words, more: str = "") -> Button:
    return Button(words(f"bulletins.do_{name}"), f"bulletins.{name}:{standing.id}{more}")
