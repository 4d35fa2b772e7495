"""What the tests of bad input do to a village on Telegram, and what they look at afterwards."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from db.tables import Inbox, Outbox, table
from tests.bot.telegraph import Telegraph
from tests.loop import one_turn
from tests.patience import PATIENCE
from tests.servers.telegram.updates import Pending

NUMBER: Final = 4_000_000_000
TURNS: Final = 300
inbox, outbox = table(Inbox), table(Outbox)


class Arrived(NamedTuple):
    """A row of the inbox."""

    key: str
    state: str
    error: str | None
    body: bytes


class Queued(NamedTuple):
    """A row of the outbox."""

    origin: str
    body: str
    state: str
    error: str | None
    doubts: int
    attempts: int


def arrived(session: Session) -> list[Arrived]:
    columns = inbox.c.key, inbox.c.state, inbox.c.error, inbox.c.body
    return [Arrived(*row) for row in session.execute(select(*columns).order_by(inbox.c.id))]


def queued(session: Session) -> list[Queued]:
    columns = [outbox.c[name] for name in Queued._fields]
    return [Queued(*row) for row in session.execute(select(*columns).order_by(outbox.c.id))]


def thrust(village: Telegraph, *bodies: str) -> None:
    """These words as updates: nothing checks that they are any. NUMBER in them becomes the id of
    the next."""
    updates = village.server.bots[village.token].updates
    for text in bodies:
        body = text.replace(str(NUMBER), str(updates.next_id))
        until = village.server.clock.time() + 3600
        updates.pending.append(Pending(updates.next_id, "", body, until))
        updates.next_id += 1
    updates.on_push()
    village.server.changed()


def loud(records: Sequence[logging.LogRecord], level: int = logging.WARNING) -> list[str]:
    """The lines of ours an operator would see."""
    ours = ("bot", "db", "handlers", "content", "asyncio", "aiohttp", "aiogram", "telegram")
    return [
        record.getMessage()
        for record in records
        if record.levelno >= level and record.name.partition(".")[0] in ours
    ]


def calls(village: Telegraph) -> int:
    """All that was asked of the server, refused or not."""
    return village.server.records.calls.total() + village.server.records.refusals.total()


def polls(village: Telegraph) -> int:
    return village.server.records.calls["getUpdates"]


async def some_turns(village: Telegraph) -> None:
    """So many that whoever spins has shown it."""
    for _ in range(TURNS):
        await village.app.database.read(lambda session: None)
        await one_turn()


async def all_handled(village: Telegraph) -> None:
    """Nothing of what was fetched waits, whatever Telegram still has."""
    async with asyncio.timeout(PATIENCE):
        while not await village.app.settled():
            await one_turn()


def deep(levels: int, inside: Any = "1") -> str:
    """JSON that nests so many lists."""
    return "[" * levels + str(inside) + "]" * levels
