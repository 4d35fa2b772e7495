"""What `check` says of the groups: how what is announced comes to each, and what keeps it away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.clock import Clock
from bot.config import Config

if TYPE_CHECKING:
    from db.routes import Route

FEW: Final = 20  # groups that are each told with their route

_BY_HAND: Final = "by hand"
_CHOOSE: Final = "in private chat with a bot choose Nhóm, the group, and who carries it"


class Routes(NamedTuple):
    """`well`: of the groups that have a route a line each, or one that counts them where they are
    many; `wrong`: a line for each other one, with what to do."""

    well: tuple[str, ...]
    wrong: tuple[str, ...]


def routes_of(config: Config) -> Routes:
    """Raises DatabaseError. A database that a start has yet to make or upgrade knows of none."""
    from db.schema import stand

    if stand(config.url) != "current":
        return Routes((), ())
    return told(asyncio.run(_read(config)), {bot.name for bot in config.bots})


async def _read(config: Config) -> list[Route]:
    from db import routes
    from db.engine import Database

    database = Database.open(config.url)
    try:
        return await database.read(routes.routes, Clock().now())
    finally:
        await database.close()


def told(routes: Sequence[Route], bots: Collection[str]) -> Routes:
    """`bots`: the names of those in the settings."""
    well = [(route, _way(route, bots)) for route in routes if not _lost(route, bots)]
    wrong = tuple(
        f"group {_named(route)} gets nothing: {reason}"
        for route in routes
        if (reason := _lost(route, bots))
    )
    if len(routes) <= FEW:
        return Routes(tuple(f"group {_named(route)}: {way}" for route, way in well), wrong)
    counted = Counter(way for _, way in well)
    told = ", ".join(f"{number} {way}" for way, number in counted.items())
    return Routes((f"groups: {told}",) if told else (), wrong)


def _named(route: Route) -> str:
    return f"“{route.title}” ({route.place})"


def _way(route: Route, bots: Collection[str]) -> str:
    """Of a group that has one."""
    if _closed(route) or not route.bot:
        kept = route.mailboxes.intersection(bots)
        return _BY_HAND if kept else f"{_BY_HAND}, by whoever announces there"
    return f"by bot {route.bot}"


def _closed(route: Route) -> bool:
    return route.standing in ("out", "muted")


def _lost(route: Route, bots: Collection[str]) -> str:
    """What keeps announcements from the group, and what to do; "" for nothing."""
    if not route.bot:
        return _not_carried(route, bots)
    if route.bot not in bots:
        return (
            f"its bot {route.bot} is not in the settings; name it there again, or tie the group "
            "by another bot"
        )
    if _closed(route) and route.keeper and not _not_carried(route, bots):
        return ""
    if route.standing == "out":
        return f"bot {route.bot} is not in it any more; add the bot again, or untie the group"
    if route.standing == "muted":
        return f"bot {route.bot} may not write in it; ask the group's administrator to let it"
    return ""


def _not_carried(route: Route, bots: Collection[str]) -> str:
    """Whoever announces there helps out, if a bot knows them in private."""
    if route.mailboxes.union(route.reserve).intersection(bots):
        return ""
    if not route.keeper:
        return f"it is carried by hand, and nobody is named to do so; {_CHOOSE}"
    return (
        "no bot in the settings knows its keeper's private chat; they write to the bot once, "
        f"or else {_CHOOSE}"
    )
