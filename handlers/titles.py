"""What people are called beside their roles: titles, names as they chose them, last days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from content.words import Words
from handlers.tickets.reports import clip, day

NAME: Final = 60  # characters of a name that is shown


def dated(words: Words, key: str, ends_at: datetime | None, **values: str) -> str:
    """The text of `key`, or of its twin that tells the last day."""
    if ends_at is None:
        return words(key, **values)
    return words(f"{key}_until", until=last(ends_at), **values)


def last(ends_at: datetime) -> str:
    """The last day, "31/12/2026", of what ends at that moment."""
    return day(ends_at - timedelta(microseconds=1))


def titled(words: Words, role: str, place: str) -> str:
    """What somebody is, inside a sentence: "Trưởng thôn Bến Đò"."""
    return words(f"roles.role_{role}", place=inside(words, place))


def inside(words: Words, place: str) -> str:
    """The name of a place inside a sentence: "thôn Bến Đò"."""
    kind, _, name = place.partition(" ")
    kinds = words("people.place_kinds").split(", ")
    return f"{kind.lower()} {name}" if kind.lower() in kinds else place


def named(words: Words, who: str) -> str:
    """A name as somebody chose it, on one line."""
    return clip(" ".join(who.split()), NAME) or words("roles.nameless")
