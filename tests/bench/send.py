"""What a message costs: CPU of the client for each, one after the other through all clients."""

from __future__ import annotations

import asyncio
from math import nan
from typing import Final

from tests.bench.cast import PATIENCE, Participant, cast, rested
from tests.bench.figures import (
    Goal,
    Report,
    Row,
    lost_and_twice,
    median,
    micros,
    pace,
    refuse_near,
)
from tests.bench.loopback import Loopback, keys
from tests.bench.node import present
from tests.bench.participant import AT_ONCE
from tests.bench.rounds import Scale, interleaved

SETTLING: Final = 0.3  # seconds from the last message to its mark in the outbox
FLOOD: Final = 1500  # messages of the raw client that finds the server's ceiling

ALL: Final = ("raw", "aiogram", "ptb", "ptb lifted", "grammy", "ours flood")
FEW: Final = ("aiogram", "ours flood")


async def ceiling(server: Loopback) -> float:
    """Requests a second that the server could answer if it had a processor of its own: measured
    once, by raw clients that do nothing else."""
    if not server.ceiling:
        async with cast(server, ("raw",), people=FLOOD) as floods:
            await server.prepare(limits=False)
            before = server.cpu()
            await floods["raw"].order("send", chats=floods["raw"].crowd, first=0)
            server.ceiling = FLOOD / (server.cpu() - before)
    return server.ceiling


async def play(server: Loopback, scale: Scale) -> Report:
    rounds = scale.rounds + 1 if scale.one_peer else scale.rounds
    return await sent(server, FEW if scale.one_peer else present(ALL), scale.each, rounds)


async def sent(server: Loopback, names: tuple[str, ...], count: int, rounds: int) -> Report:
    """`count` messages by each of them in each round, after as many to warm up. Raises TooNear."""
    highest = await ceiling(server)
    async with cast(server, names, people=count) as players:
        await server.prepare(limits=False)
        for one in players.values():
            await _send(server, one, one.crowd, 0)
        await rested(players.values())
        await server.prepare(limits=False)

        async def turn(who: str, number: int) -> Row:
            return await _turn(server, players[who], 1 + number * count)

        results = await interleaved(names, rounds, turn)
    rows = [_row(players[who].title, count, results[who]) for who in names]
    refuse_near(highest, {row["who"]: row["per second"] for row in rows})
    notes = (
        f"{rounds} x {count} messages each, limits off; peers have {AT_ONCE} calls under way",
        f"the server's own ceiling: {highest:.0f} requests/s",
    )
    return Report("send", "CPU of a message that is sent", rows, _goals(names, rows), notes)


async def _turn(server: Loopback, one: Participant, first: int) -> Row:
    since = len(await server.arrived())
    cpu = await _send(server, one, one.crowd, first)
    arrived = await server.arrived(since)
    lost, twice = lost_and_twice(
        keys(one.crowd, first), [(each.chat, each.key) for each in arrived]
    )
    wall = arrived[-1].at - arrived[0].at if arrived else nan
    rss = (await one.order("usage"))["rss"]
    return {"cpu": cpu, "wall": wall, "lost": lost, "twice": twice, "rss": rss}


async def _send(server: Loopback, one: Participant, chats: list[int], first: int) -> float:
    """Seconds of CPU. Ours are measured from the queue, which was written before, until all has
    been settled."""
    if not one.ours:
        return float((await one.order("send", chats=chats, first=first))["cpu"])
    goal = len(await server.arrived()) + len(chats)
    before = await one.order("queue", chats=chats, first=first)
    await server.ask("until", sent=goal, timeout=PATIENCE)
    settling = True
    while settling:
        await asyncio.sleep(SETTLING)
        after = (await one.order("usage"))["cpu"]
        settling = await one.order("busy")
    return float(after - before)


def _row(title: str, count: int, turns: list[Row]) -> Row:
    wall = median(turn["wall"] for turn in turns)
    return {
        "who": title,
        "CPU µs": micros(median(turn["cpu"] for turn in turns), count),
        "wall µs": micros(wall, count),
        "per second": pace(wall / count),
        "lost": sum(turn["lost"] for turn in turns),
        "twice": sum(turn["twice"] for turn in turns),
        "RSS MB": round(max(turn["rss"] for turn in turns)),
    }


def _goals(names: tuple[str, ...], rows: list[Row]) -> list[Goal]:
    cost = dict(zip(names, (row["CPU µs"] for row in rows), strict=True))
    goals = []
    if "ours flood" in cost and "aiogram" in cost:
        goals.append(Goal("CPU beside aiogram's", cost["ours flood"] / cost["aiogram"], 1.6, "x"))
    if "ours flood" in cost and "ptb" in cost:
        goals.append(Goal("CPU beside stock PTB's", cost["ours flood"] / cost["ptb"], 0.5, "x"))
    return goals
