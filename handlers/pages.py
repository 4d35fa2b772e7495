"""Long lists, a page at a time: every line has its button, and a small screen holds few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from content.words import Words
from handlers.messages import Button

LABEL: Final = 24  # characters of a button

T = TypeVar("T")


def page(
    found: Sequence[T], number: int, size: int, action: str, words: Words
) -> tuple[Sequence[T], tuple[Button, ...]]:
    """The page of that number, from 0 (beyond the end: the last one), and the way to the next:
    `action` with its number."""
    number = min(number, max(len(found) - 1, 0) // size)
    shown, after = found[number * size : (number + 1) * size], number + 1
    more = Button(words("common.more"), f"{action}:{after}")
    return shown, (more,) if len(found) > after * size else ()
