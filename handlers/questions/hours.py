"""When staff answer: in the office hours that the place has entered, or at least in some."""

from __future__ import annotations

from typing import Final

from db import places
from handlers.router import Context

OFFICE: Final = "gio_lam_viec"  # the local value


async def promise(context: Context, place_id: int | None) -> str:
    """One sentence, as true at night as at noon. `place_id` None: the place the bot serves."""
    chain = await context.read(places.chain, place_id, context.actor.bot_id)
    told = context.content.local.of(chain).get(OFFICE)
    if told is None:
        return context.words("handing.hours_unknown")
    return context.words("handing.hours", hours=told)
