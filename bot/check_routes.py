"""What `check` says of the groups: how what is announced comes to each, and what keeps it away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.config import Config

if TYPE_CHECKING:
    from db.routes import Route

_BY_HAND: Final = "by hand"


class Routes(NamedTuple):
    """`well`: the groups that have a route, counted, "" for none; `wrong`: a line for each other
    one, with what to do."""

    well: str
    wrong: tuple[str, ...]


def routes_of(config: Config) -> Routes:
    """Raises DatabaseError. A database that a start has yet to make or upgrade knows of none."""
    from db.schema import stand

    if stand(config.url) != "current":
        return Routes("", ())
    return told(asyncio.run(_read(config)), {bot.name for bot in config.bots})


async def _read(config: Config) -> list[Route]:
    from db import routes
    from db.engine import Database

    database = Database.open(config.url)
    try:
        return await database.read(routes.routes)
    finally:
        await database.close()


def told(routes: Collection[Route], bots: Collection[str]) -> Routes:
    """`bots`: the names of those in the settings."""
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    for route in routes:
        if reason := _lost(route, bots):
            wrong.append(f"group “{route.title}” ({route.place}) gets nothing: {reason}")
        else:
            counted[f"by bot {route.bot}" if route.bot else _BY_HAND] += 1
    well = ", ".join(f"{number} {way}" for way, number in counted.items())
    return Routes(f"groups: {well}" if well else "", tuple(wrong))


def _lost(route: Route, bots: Collection[str]) -> str:
    """What keeps announcements from the group, and what to do; "" for nothing."""
    if not route.bot:
        return _not_carried(route, bots)
    if route.bot not in bots:
        return (
            f"its bot {route.bot} is not in the settings; name it there again, or tie the group "
            "by another bot"
        )
    if route.standing == "out":
        return f"bot {route.bot} is not in it any more; add the bot again, or untie the group"
    if route.standing == "muted":
        return f"bot {route.bot} may not write in it; ask the group's administrator to let it"
    return ""


def _not_carried(route: Route, bots: Collection[str]) -> str:
    choose = "in private chat with a bot choose Nhóm, the group, and who carries it"
    if not route.keeper:
        return f"it is carried by hand, and nobody is named to do so; {choose}"
    if not route.mailboxes.intersection(bots):
        return (
            "no bot in the settings knows its keeper's private chat; they write to the bot once, "
            f"or else {choose}"
        )
    return ""
