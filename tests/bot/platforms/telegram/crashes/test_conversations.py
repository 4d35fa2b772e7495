"""The program dies while people talk with it: between Telegram's answer, the inbox, the
acknowledgement, the handling and the reply; and nobody can tell."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

from sqlmodel import Session

from bot.clock import Clock
from db import communes
from db.communes import Settlement
from tests.blank import lay
from tests.bot.hamlet import inbox_rows
from tests.bot.platforms.telegram.crashes.broadcasting import told, wrong
from tests.bot.platforms.telegram.crashes.lives import UNHEARD, Life, Paper, Witness
from tests.bot.platforms.telegram.crashes.stage import Square, built
from tests.bot.playing import Play, Step

RESIDENTS, GROUPS, SEED = 3, 2, 7
LONGEST = 60  # moments of a life that is to die
INBOUND = (
    "getUpdates, answered",
    "acknowledge, before",
    "settle, before",
    "settle, after",
    UNHEARD,
)


def enter(session: Session, hamlet: Settlement) -> None:
    communes.settle(session, hamlet, Clock().now())


async def lived(
    paper: Paper, folder: Path, square: Square, scene: list[Step], last: int | str
) -> str:
    """Everybody's step, and its consequences; the moment of death, "" if all was done."""
    life = Life.whole(paper, folder, square.server, square.token, last)
    try:
        await asyncio.gather(*(step() for step in scene))
        return "" if await life.rests() else life.fate.moments[-1]
    finally:
        await life.end()


async def test_reports_and_announcements_survive_a_death_at_any_moment(
    tmp_path: Path, full: bool
) -> None:
    random, deaths = Random(SEED), Counter[str]()
    async with Witness(pace=None) as server:
        square, hamlet = built(server, RESIDENTS, GROUPS)
        paper = Paper.open(lay(f"sqlite:///{tmp_path / 'loalang.db'}"))
        assert isinstance(paper, Paper)
        try:
            await paper.write(enter, hamlet)
            while deaths.total() < (1000 if full else 60):
                number, after = deaths.total(), server.last_id
                play = Play(square, square.cast(RESIDENTS), f"K{number}", after)
                for scene in play.scenes():
                    named, any_other = random.choice(INBOUND), random.randint(4, LONGEST)
                    last = named if random.random() < 0.5 else any_other
                    death = await lived(paper, tmp_path, square, scene, last)
                    if death:
                        deaths[death] += 1
                        assert await lived(paper, tmp_path, square, [], 0) == ""
                assert await play.wrong() == [], f"seed {SEED}, after {number} deaths"
            rows = await paper.read(inbox_rows)
            assert {(state, body) for _, state, _, body in rows} == {("done", b"")}
            assert len(rows) == len({key for key, *_ in rows})
            words = [row for row in await paper.read(told) if not row.version]
            assert list(wrong(words, server, square.token)) == [], f"seed {SEED}"
        finally:
            await paper.close()
    assert set(INBOUND) < deaths.keys()
