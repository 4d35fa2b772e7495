"""What an update costs that is answered: CPU of the bot for each, in a burst and in a trickle."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import nan
from typing import Final

from tests.bench.cast import PATIENCE, Participant, cast, rested
from tests.bench.figures import Goal, Report, Row, median, micros, pace, refuse_near
from tests.bench.loopback import Loopback
from tests.bench.node import present
from tests.bench.rounds import Scale, interleaved
from tests.bench.send import SETTLING, ceiling

RATE: Final = 20.0  # updates a second of the trickle
EACH: Final = 10  # messages of each person in a burst
IN_TRICKLE: Final = 2  # … and in the trickle
WARM_UP: Final = 40  # updates, each of somebody new: later all are known
TRICKLES: Final = 2  # rounds of the trickle at most: it takes its time

SAID: Final = "/trogiup"
BURST: Final = ("aiogram", "ptb", "grammy", "ours swift")
TRICKLE: Final = ("aiogram", "ptb", "grammy", "ours paced")


async def play(server: Loopback, scale: Scale) -> Report:
    count = scale.each // 2
    burst, trickle = (_few(names, scale) for names in (BURST, TRICKLE))
    highest = await ceiling(server)
    together = list(dict.fromkeys((*burst, *trickle)))
    async with cast(server, together) as players:
        await server.prepare(limits=False)
        for one in players.values():
            await one.order("listen")
            await _answered(server, one, max(WARM_UP, count // EACH), 1, 0.0)
        await rested(players.values())

        async def at_once(who: str, _: int) -> Row:
            return await _answered(server, players[who], count, EACH, 0.0)

        async def slowly(who: str, _: int) -> Row:
            updates = int(RATE * scale.seconds)
            return await _answered(server, players[who], updates, IN_TRICKLE, RATE)

        bursts = await interleaved(burst, scale.rounds, at_once)
        trickles = await interleaved(trickle, min(TRICKLES, scale.peer_rounds), slowly)
        both = zip(burst, trickle, strict=True)
        rows = [_row(players[b].title, bursts[b], trickles[t]) for b, t in both]
    refuse_near(highest, {row["who"]: row["burst/s"] for row in rows})
    return Report("inbound", "an update and its reply", rows, _goals(rows), _notes(count, scale))


def _few(names: Sequence[str], scale: Scale) -> tuple[str, ...]:
    return (names[0], names[-1]) if scale.one_peer else present(names)


async def _answered(
    server: Loopback, one: Participant, updates: int, each: int, rate: float
) -> Row:
    """So many updates, by people who say `each` of them, and all replies."""
    await server.prepare(limits=False)
    before = await one.order("usage")
    people = max(1, updates // each)
    said = {"messages": updates, "people": people, "text": SAID, "rate": rate}
    await server.ask("burst", bot=one.token, **said)
    told = await server.ask("until", sent=updates, timeout=PATIENCE)
    await asyncio.sleep(SETTLING)
    used = await one.order("usage")
    arrived = await server.arrived()
    asked = [at for _, _, at in await server.ask("said")]
    return {
        "cpu": (used["cpu"] - before["cpu"]) / updates,
        "commits": (used.get("commits", 0) - before.get("commits", 0)) / updates,
        "wall": (arrived[-1].at - asked[0]) / updates if arrived else nan,
        "lost": max(0, updates - told["sent"]),
        "more": max(0, len(arrived) - updates),
        "rss": used["rss"],
    }


def _row(title: str, bursts: list[Row], trickles: list[Row]) -> Row:
    wall = median(turn["wall"] for turn in bursts)
    both = [*bursts, *trickles]
    return {
        "who": title,
        "burst CPU µs": micros(median(turn["cpu"] for turn in bursts), 1),
        "20/s CPU µs": micros(median(turn["cpu"] for turn in trickles), 1),
        "burst commits": round(median(turn["commits"] for turn in bursts), 2),
        "20/s commits": round(median(turn["commits"] for turn in trickles), 2),
        "burst/s": pace(wall),
        "lost": sum(turn["lost"] for turn in both),
        "twice": sum(turn["more"] for turn in both),
        "RSS MB": round(max(turn["rss"] for turn in both)),
    }


def _goals(rows: list[Row]) -> list[Goal]:
    aiogram, ours = rows[0], rows[-1]
    burst, trickle = "burst CPU µs", "20/s CPU µs"
    goals = [
        Goal("burst beside aiogram's", ours[burst] / aiogram[burst], 2.0, "x"),
        Goal("20/s beside aiogram's", ours[trickle] / aiogram[trickle], 6.0, "x"),
        Goal("commits of an update at 20/s", ours["20/s commits"], 3),
    ]
    if len(rows) > 2:
        goals.insert(1, Goal("burst beside PTB's", ours[burst] / rows[1][burst], 1.0, "x"))
    return goals


def _notes(count: int, scale: Scale) -> tuple[str, ...]:
    return (
        f"{scale.rounds} x {count} updates in a burst, {RATE:.0f}/s for {scale.seconds} s; "
        f"limits off, and ours without its pace in the burst",
        f"ours answers {SAID} with its menu; the others echo it, and keep nothing",
    )
