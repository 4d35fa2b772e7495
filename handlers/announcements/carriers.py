"""Through how many people an announcement goes by hand: its author sees it before sending."""

from __future__ import annotations

from db import relay
from db.audience import Audience
from db.bots import HAND
from db.relay import Carriers
from handlers.announcements.draft import Draft
from handlers.router import Context


async def by_hand(context: Context, draft: Draft, found: Audience) -> str:
    """ "" where nothing is carried. Raises NotAllowed."""
    stops = found.platforms.get(HAND, 0)
    if not stops:
        return ""
    there = await context.read(relay.carriers, context.actor, draft.places, draft.segments)
    return context.words(_key(there), groups=stops, people=there.people, unkept=there.unkept)


def _key(there: Carriers) -> str:
    if not there.unkept:
        return "announcements.by_hand"
    return "announcements.by_hand_unkept" if there.people else "announcements.by_hand_nobody"
