"""What an announcement costs the bots whose month is limited: its author sees it before sending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from content.words import Words
from db import costs
from db.costs import Purse
from handlers.announcements.draft import Draft
from handlers.router import Context

ASKED: Final = 1  # messages to a keeper besides the announcement's own


async def purses(context: Context, draft: Draft) -> list[Purse]:
    """Of the bots concerned. Raises NotAllowed."""
    if not context.plans:
        return []
    return await context.read(
        costs.purses, context.actor, draft.places, draft.segments, context.plans
    )


def said(
    words: Words, found: Sequence[Purse], messages: Mapping[str, int], urgent: bool
) -> Iterator[str]:
    """`messages`: to each group, by the bot's platform as the purses name it."""
    for purse in found:
        each = messages.get(purse.platform, 0)
        carried = purse.carries(each, urgent=urgent)
        asked = purse.errands * (each + ASKED)
        yield words(
            _key(several=len(found) > 1, asked=bool(asked)),
            platform=platform_name(words, purse.platform),
            bot=purse.bot,
            cost=thousands(carried * each + asked, words),
            left=thousands(purse.left, words),
            monthly=thousands(purse.monthly, words),
        )
        if carried < purse.groups:
            yield words("announcements.cost_by_hand", count=purse.groups - carried)


def _key(*, several: bool, asked: bool) -> str:
    if asked:
        return "announcements.cost_errands_of" if several else "announcements.cost_errands"
    return "announcements.cost_of" if several else "announcements.cost"


def platform_name(words: Words, name: str) -> str:
    key = f"announcements.platform_{name.rpartition('-')[2]}"
    return words(key) if key in words else name


def thousands(number: int, words: Words) -> str:
    """ "2.391" as the language writes it."""
    return f"{number:,}".replace(",", words("common.thousands"))
