"""The days an announcement speaks of: for whoever reads it late, and for the bulletins that tell it
again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from content.days import days, passing
from handlers.bulletins.issue import weekday
from handlers.router import HERE, Context


def told_days(text: str, context: Context) -> tuple[str, ...]:
    """The days a text speaks of, ISO: until the last is over, bulletins tell it again."""
    today = context.actor.now.astimezone(HERE).date()
    return tuple(day.isoformat() for day in days(text, today))


def day_named(text: str, context: Context) -> Iterator[str]:
    """Which day “tomorrow” is: for whoever reads it late."""
    if found := passing(text, context.actor.now.astimezone(HERE).date()):
        said, day = found
        named = weekday(context.words, day)
        yield context.words("announcements.name_day", said=said, day=named)


def told_until(text: str, context: Context) -> Iterator[str]:
    today = context.actor.now.astimezone(HERE).date().isoformat()
    found = told_days(text, context)
    if found and found[-1] > today:
        last = date.fromisoformat(found[-1])
        yield context.words("announcements.told_until", date=f"{last:%d/%m}")
