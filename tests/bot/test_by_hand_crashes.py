"""The program dies while it hands an announcement out: every delivery is accounted for afterwards,
and keepers were asked once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, insert, select
from sqlmodel import Session

from bot.clock import Clock
from bot.platforms.village import Village
from db import announcements, bots, people
from db.announcements import Part
from db.scene import Actor
from db.tables import Account, Chat, Outbox, Place, table
from tests.bot.crashing import Life
from tests.bot.hamlet import CADRE, HEAD, HOME, founded, hamlet, said
from tests.living import CONTENT

account, chat, outbox, place = table(Account), table(Chat), table(Outbox), table(Place)
WORDS: Final = CONTENT.words("vi")
TEXT: Final = "Mai họp thôn lúc 8 giờ."
WITH_BOTS, BY_HAND = 4, 8  # groups; half of them on each platform, carried by either keeper


def announced(session: Session) -> int:
    """To all groups of the hamlet: the version."""
    keepers = [_person(session, CADRE), _person(session, HEAD)]
    home = session.execute(select(place.c.id).where(place.c.slug == HOME)).scalar_one()
    for number in range(BY_HAND):
        values = {
            "bot_id": bots.by_hand(session),
            "external_id": f"hand:{number}",
            "kind": "group",
            "title": f"Xóm {number}",
            "place_id": home,
            "segment": "residents",
            "keeper_id": keepers[number % 2],
        }
        session.execute(insert(chat).values(**values))
    now = datetime.now(UTC)
    author = Actor(keepers[0], 0, 0, 0, now, grants=people.grants(session, keepers[0], now))
    pieces = [Part(TEXT)]
    parts = dict.fromkeys(("sandbox-telegram", "sandbox-zalo", "hand"), pieces)
    shown = announcements.digest(TEXT, [], [home], ["residents"], False)
    progress = announcements.release(
        session,
        author,
        body=TEXT,
        parts=parts,
        media=[],
        places=[home],
        segments=["residents"],
        urgent=False,
        shown=shown,
    )
    return progress.version_id


def _person(session: Session, name: str) -> int:
    found = select(account.c.person_id).where(account.c.external_id == name)
    return int(session.execute(found).scalar_one())


def asked(session: Session) -> int:
    """How many messages to be passed on were ever queued."""
    found = select(func.count()).where(outbox.c.origin == "notice", outbox.c.body == TEXT)
    return int(session.execute(found).scalar_one())


@pytest.mark.parametrize("last", [*range(1, 24, 2), 0])
async def test_each_keeper_is_asked_once_whenever_the_program_dies(
    tmp_path: Path, last: int
) -> None:
    commune = hamlet(groups=WITH_BOTS)
    async with founded(tmp_path, commune, Clock()) as database:
        version_id = await database.write(announced)
    village = await Village.open(tmp_path / "village", commune, lambda: datetime.now(UTC))
    life = await Life.begin(tmp_path, village)
    life.fate.meet(last)
    died = not await life.rests()
    if died:
        await life.end()
        life = await Life.begin(tmp_path, village)
        assert await life.rests()
    assert died == bool(last)
    progress = await life.app.database.read(announcements.progress, version_id)
    assert progress.count("handed") == BY_HAND
    assert progress.count("sent", "uncertain") == WITH_BOTS
    assert await life.app.database.read(asked) == 2
    await life.end()
    for keeper in (CADRE, HEAD):
        texts = [entry.text for entry in await said(village, keeper)]
        assert TEXT in texts
        assert any(WORDS("relay.then") in text for text in texts)
    await village.close()
