"""A choice between a few procedures, where a question may be of any of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from content.faq import FaqEntry
from content.search import Found
from handlers.messages import Button, Reply
from handlers.questions.keeping import QUESTION
from handlers.router import Context
from handlers.start import automatic, back

MOST_CHOICES: Final = 3


def choices(ids: Iterable[str], asked: Sequence[str], context: Context) -> tuple[Button, ...]:
    """The entries of these ids to choose from, at most MOST_CHOICES, at the aspects `asked`."""
    return tuple(
        Button(
            entry.title[context.language],
            ".".join((f"faq.aspect:{entry.id}", *asked)) if asked else f"faq.entry:{entry.id}",
        )
        for entry in known(ids, context)
    )


def known(ids: Iterable[str], context: Context) -> list[FaqEntry]:
    """The entries of these ids, at most MOST_CHOICES."""
    found = (context.content.entry(id) for id in ids)
    return [entry for entry in found if entry is not None][:MOST_CHOICES]


def which(found: Found, asked: Sequence[str], number: int, context: Context) -> Reply:
    """`number`: of the question that is kept, 0 for none."""
    words = context.words
    none = Button(words("faq.none_of_these"), f"faq.none:{number}" if number else "faq.ask")
    text = words("faq.which") + automatic(context)
    buttons = (*choices(found.likely, asked, context), none, back(context))
    return Reply(text, buttons, keep={QUESTION: number} if number else {})
