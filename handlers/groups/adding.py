"""Which bots a new group can be tied by: each with the name it is added by, and the line that is to
be copied into the group. Whoever asks may be talking to another bot than the group's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from db import bots
from db.bots import AtWork
from handlers.groups.group_list import UNTITLED, platform_name
from handlers.groups.ready import ready
from handlers.router import Context

MOST: Final = {"zalo": 3}  # groups of one bot, where its platform's free plan sets a limit


async def ways(context: Context) -> list[AtWork]:
    """Of the asker's own platform first; none where nothing is known of the bots."""
    if not context.mentions:
        return []
    found = await context.read(bots.at_work, context.mentions.keys())
    here = {one.platform for one in found if one.id == context.actor.bot_id}
    return sorted(found, key=lambda one: (one.platform not in here, one.platform, full(one)))


def full(one: AtWork) -> bool:
    return one.groups >= MOST.get(one.platform, one.groups + 1)


def plain(ways: Sequence[AtWork]) -> bool:
    """Whether the bot that is talked to is all there is to say."""
    return len(ways) < 2 and not any(full(one) or _typed(one) for one in ways)


def _typed(one: AtWork) -> bool:
    """Whether a mention is chosen from a list rather than copied, and a name goes with the code."""
    return one.platform in UNTITLED


def lacking(ways: Sequence[AtWork]) -> bool:
    """Whether all bots of a platform are in as many groups as they can be."""
    return any(one.platform not in _free(ways) for one in ways)


def _free(ways: Sequence[AtWork]) -> set[str]:
    return {one.platform for one in ways if not full(one)}


def told(context: Context, ways: Sequence[AtWork], code: str) -> str:
    """A paragraph for each bot. One that is full is to be added only where its platform has none
    else."""
    return "\n\n".join(_way(context, one, one.platform not in _free(ways), code) for one in ways)


def reason_of(context: Context, one: AtWork) -> str:
    """Why a bot that is full is not to be added."""
    mention = context.mentions.get(one.id, "").removeprefix("@")
    platform = platform_name(context.words, one.platform)
    told = {"platform": platform, "bot": mention or one.name}
    return context.words("groups.way_full", most=MOST[one.platform], **told)


def _way(context: Context, one: AtWork, alone: bool, code: str) -> str:
    words, mention = context.words, context.mentions.get(one.id, "")
    platform = platform_name(words, one.platform)
    told = {"platform": platform, "bot": mention.removeprefix("@") or one.name}
    if _typed(one):
        way = words("groups.way_typed", code=code, **told)
    else:
        way = ready(words, "groups.way", mention, code=code, **told)
    if not full(one):
        return way
    reason = reason_of(context, one)
    return f"{reason}\n{words('groups.way_all_the_same')}\n{way}" if alone else reason
