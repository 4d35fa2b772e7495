"""Many messages at once, under the platform's limits: how close to them, and what became of
each message."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from math import nan
from typing import Final

from tests.bench.cast import Participant, cast, rested
from tests.bench.figures import Goal, Report, Row, limit, lost_and_twice, median, micros
from tests.bench.loopback import JITTER, ROUND_TRIP, Loopback, keys
from tests.bench.node import present
from tests.bench.rounds import Scale

GROUPS: Final = 60  # one message each
GROUP_ROUNDS: Final = 3  # of ours, whose median counts
HOT: Final = 40  # messages in one group
MANY: Final = 3000  # private messages that the goal is for
OTHERS: Final = 600  # private messages beside them, of ours
BREATH: Final = 2.0  # seconds before a run: a client's own limits have forgotten the one before
PATIENCE: Final = 8.0  # times the limit, and MORE seconds, until a peer is given up
MORE: Final = 30.0

ALL: Final = ("aiogram", "ptb", "ptb limited", "grammy throttled", "ours paced")
FEW: Final = ("ptb", "ours paced")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`seconds` until the last of those that are counted, and what all cost."""

    messages: int
    seconds: float
    refused: int
    lost: int
    twice: int
    cpu: float


async def play(server: Loopback, scale: Scale) -> Report:
    names = FEW if scale.one_peer else present(ALL)
    most = max(scale.ours, scale.peers, OTHERS)
    rows = []
    async with cast(server, names, people=most, groups=GROUPS) as players:
        for one in players.values():
            await released(server, one, one.crowd[-1:], breath=0)  # what loads, loads now
        await rested(players.values())
        for who in names:
            rows.append(await _row(server, players[who], scale))
    return Report("broadcast", "under the limits", rows, _goals(rows[-1]), _notes())


async def _row(server: Loopback, one: Participant, scale: Scale) -> Row:
    count = scale.ours if one.ours else scale.peers
    others = min(OTHERS, count)
    private = await released(server, one, one.crowd[:count])
    row: Row = {
        "who": one.title,
        "messages": count,
        "CPU µs": micros(private.cpu, count),
        "x limit": nan if private.lost else round(private.seconds / limit(count), 3),
        "429": private.refused,
        "lost": private.lost,
        "twice": private.twice,
    }
    rounds = min(GROUP_ROUNDS, scale.rounds) if one.ours else 1
    groups = [await released(server, one, one.groups) for _ in range(rounds)]
    lost = any(each.lost for each in groups)
    row["groups s"] = nan if lost else round(median(each.seconds for each in groups), 2)
    if (one.ours and not scale.one_peer) or scale.peer_rounds > 1:
        alone = private
        if others != count:
            alone = await released(server, one, one.crowd[:others])
        hot = await released(server, one, one.crowd[:others], hot=one.groups[0])
        lost = bool(alone.lost or hot.lost)
        row["hot x"] = nan if lost else round(hot.seconds / alone.seconds, 3)
        row["hot lost"] = hot.lost
    row["RSS MB"] = round((await one.order("usage"))["rss"])
    return row


async def released(
    server: Loopback, one: Participant, chats: list[int], *, hot: int = 0, breath: float = BREATH
) -> Outcome:
    """One message to each chat; `hot`: a group that gets `HOT` beside, which are not waited for."""
    all_chats = [*chats, *([hot] * HOT if hot else [])]
    if hot:
        server.random.shuffle(all_chats)
    await asyncio.sleep(breath)
    await server.prepare(limits=True, distant=True)
    if one.ours:
        await one.order("meet", chats=all_chats)
    before = (await one.order("usage"))["cpu"]
    first = time.monotonic_ns() // 10_000  # numbers that were never used before
    began = await one.order("broadcast", chats=all_chats, first=first)
    wanted = [(chat, key) for chat, key in keys(all_chats, first) if chat != hot]

    async def busy() -> bool:
        return bool(await one.order("busy"))

    arrived = await server.wait_for(wanted, PATIENCE * limit(len(chats)) + MORE, busy)
    cpu = (await one.order("usage"))["cpu"] - before
    await one.order("stop")
    got = [(each.chat, each.key) for each in arrived if each.chat != hot]
    last = max((each.at for each in arrived if each.chat != hot), default=nan)
    lost, twice = lost_and_twice(wanted, got)
    return Outcome(len(chats), last - began, await server.refused(), lost, twice, cpu)


def _goals(ours: Row) -> list[Goal]:
    """A pace below the limit comes near it only over many messages."""
    many = ours["messages"] >= MANY
    private = [Goal(f"{MANY} private messages beside the limit", ours["x limit"], 1.06, "x")]
    return [
        *(private if many else []),
        Goal("refused with 429, lost or twice", ours["429"] + ours["lost"] + ours["twice"], 0),
        Goal(f"{GROUPS} groups, less the round trip", ours["groups s"] - ROUND_TRIP, 1.8, "s"),
        *([Goal("others beside a hot group", ours["hot x"], 1.02, "x")] if "hot x" in ours else []),
    ]


def _notes() -> tuple[str, ...]:
    return (
        f"a call takes {ROUND_TRIP * 1000:.0f} ± {JITTER * 1000:.0f} ms; "
        "30/s (burst 30), 1/s a private chat, 20/min a group; a 429 blocks 3 s",
        f"x limit: the time beside (messages - 30)/30 s; hot x: the others' time with {HOT} "
        "queued for one group beside it without",
    )
