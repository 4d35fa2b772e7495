"""How long a person waits for the bot's word while it is busy telling everybody something."""

from __future__ import annotations

import asyncio
from typing import Final

from tests.bench.cast import Participant, cast, rested
from tests.bench.figures import Goal, Report, Row, percentile
from tests.bench.loopback import JITTER, ROUND_TRIP, Loopback
from tests.bench.node import present
from tests.bench.rounds import Scale, rotated

MESSAGES: Final = 600  # of the broadcast …
QUICK: Final = 60  # … where time is short
IDLE_GAP: Final = 0.2  # seconds between two who ask while nothing else goes on
PATIENCE: Final = 90.0  # seconds until a reply is given up

ASKED: Final = "làm giấy khai sinh cần gì"
ALL: Final = ("aiogram", "ptb limited", "grammy throttled", "ours paced")
FEW: Final = ("ptb limited", "ours paced")


async def play(server: Loopback, scale: Scale) -> Report:
    names = FEW if scale.one_peer else present(ALL)
    messages = QUICK if scale.one_peer else MESSAGES
    idle: dict[str, list[float]] = {who: [] for who in names}
    busy: dict[str, list[float]] = {who: [] for who in names}
    async with cast(server, names, people=messages) as players:
        for one in players.values():
            await one.order("listen")
            await _asked(server, one, 2, IDLE_GAP)
        await rested(players.values())
        for number in range(scale.rounds):
            for who in rotated(names, number):
                one = players[who]
                if not one.ours and number >= scale.peer_rounds:
                    continue
                await server.prepare(limits=True, distant=True)
                idle[who] += await _asked(server, one, scale.probes, IDLE_GAP)
                busy[who] += await _while_telling(server, one, scale.probes, messages)
        rows = [_row(players[who], idle[who], busy[who]) for who in names]
    notes = (
        f"seconds from the update to its reply; {messages} messages are being sent meanwhile; "
        f"a call takes {ROUND_TRIP * 1000:.0f} ± {JITTER * 1000:.0f} ms; each asks once, and is "
        "asked about by nobody else",
        f"ours answers a question of procedure (“{ASKED}”), the others echo it",
    )
    return Report("reply", "to one while all are told", rows, _goals(rows[-1]), notes)


async def _while_telling(
    server: Loopback, one: Participant, probes: int, messages: int
) -> list[float]:
    await server.prepare(limits=True, distant=True)
    await one.order("broadcast", chats=one.crowd[:messages], first=1)
    gap = messages / 30 / (probes + 2)
    found = await _asked(server, one, probes, gap)
    await one.order("stop")
    return found


async def _asked(server: Loopback, one: Participant, probes: int, gap: float) -> list[float]:
    """Seconds that each of so many new people waited; infinite for who got no answer. They ask
    at moments about `gap` seconds apart."""
    since = len(await server.arrived())
    asked: dict[int, float] = {}
    for _ in range(probes):
        who = int((await server.ask("person", name="Người hỏi"))["id"])
        asked[who] = (await server.ask("say", person=who, where=one.token, text=ASKED))["at"]
        await asyncio.sleep(gap * server.random.uniform(0.7, 1.3))
    answered: dict[int, float] = {}
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while len(answered) < probes and asyncio.get_running_loop().time() < deadline:
        for each in await server.arrived(since):
            if each.chat in asked:
                answered.setdefault(each.chat, each.at)
        await asyncio.sleep(IDLE_GAP)
    return [answered.get(who, float("inf")) - at for who, at in asked.items()]


def _row(one: Participant, idle: list[float], busy: list[float]) -> Row:
    return {
        "who": one.title,
        "people": len(busy),
        "idle p50": round(percentile(idle, 0.5), 3),
        "idle p99": round(percentile(idle, 0.99), 3),
        "busy p50": round(percentile(busy, 0.5), 3),
        "busy p99": round(percentile(busy, 0.99), 3),
        "never": sum(wait == float("inf") for wait in busy),
    }


def _goals(ours: Row) -> list[Goal]:
    return [Goal("p99 above the idle p99", ours["busy p99"] - ours["idle p99"], 0.05, "s")]
