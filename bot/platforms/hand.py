"""What people carry by hand: into groups that no bot can write to, over the loudspeaker, onto the
notice board. No program speaks here; a keeper does."""

from __future__ import annotations

from typing import Final

from bot.platforms.base import Limits, Pace
from bot.platforms.zalo import facts

# As much as one message holds where it is forwarded most: Zalo.
LIMITS: Final = Limits(
    max_text=facts.SPLIT,
    buttons=False,
    edits=False,
    files=True,
    group_intake="mention",
    pace=Pace(per_second=1, burst=1, private_interval=0, group_interval=0),
)
