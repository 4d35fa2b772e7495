"""What people are called beside their roles: titles, names as they chose them, last days."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from content.words import Words
from handlers import until
from handlers.reports import clip

NAME: Final = 60  # characters of a name that is shown


def dated(words: Words, key: str, ends_at: datetime | None, **values: str) -> str:
    """The text of `key`, or of its twin that tells the last day."""
    if ends_at is None:
        return words(key, **values)
    return words(f"{key}_until", until=until.shown(ends_at), **values)


def titled(words: Words, role: str, place: str) -> str:
    """What somebody is, inside a sentence: "Trưởng thôn Bến Đò"."""
    kind, _, name = place.partition(" ")
    kinds = words("people.place_kinds").split(", ")
    there = f"{kind.lower()} {name}" if kind.lower() in kinds else place
    return words(f"roles.role_{role}", place=there)


def named(words: Words, who: str) -> str:
    """A name as somebody chose it, on one line."""
    return clip(" ".join(who.split()), NAME) or words("roles.nameless")
