"""A commune made to measure, and the bot's own database of it, without a web page around them.

Everything is invented. People and groups take turns between the styles: even numbers Telegram,
odd ones Zalo. Staff are in all groups of their style, so that they can read them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session

from bot.clock import Clock
from bot.demo import BOTS, settlement_of
from bot.platforms.entry import Entry
from bot.platforms.village import Village
from content.commune import Commune, Group, Person, Place, Style
from db import bots, communes
from db.engine import Database
from db.tables import Inbox, Outbox, table
from tests.blank import lay

CADRE, HEAD, LEADER = "can-bo", "truong-thon", "lanh-dao"
COMMUNE, HOME = "song-trang", "thon"

inbox, outbox = table(Inbox), table(Outbox)


def style_of(number: int) -> Style:
    return "zalo" if number % 2 else "telegram"


def resident(number: int) -> str:
    return f"dan-{number}"


def group(number: int) -> str:
    return f"nhom-{number}"


def title(number: int) -> str:
    return f"Nhóm số {number}"


def hamlet(*, residents: int = 2, groups: int = 2) -> Commune:
    """One village with a cadre and a leader (Telegram) and a head (Zalo). `groups`: an even
    number; resident n is in group n modulo `groups`."""
    people = [
        Person(CADRE, "Trần Thị Mẫu", "cadre", HOME, "telegram"),
        Person(LEADER, "Phạm Văn Mẫu", "approver", COMMUNE, "telegram"),
        Person(HEAD, "Lê Văn Mẫu", "village_head", HOME, "zalo"),
        *(
            Person(resident(n), f"Người Dân {n}", "resident", HOME, style_of(n))
            for n in range(residents)
        ),
    ]
    return Commune(
        title="Loa Thử",
        mentions={"telegram": "@loathu_bot", "zalo": "@Bot Loa Thử"},
        places=(
            Place("tinh", "Tỉnh Mẫu", "province", ""),
            Place(COMMUNE, "Xã Mẫu", "commune", "tinh"),
            Place(HOME, "Thôn Mẫu", "village", COMMUNE),
        ),
        people=tuple(people),
        groups=tuple(_group(n, residents, groups) for n in range(groups)),
    )


def _group(number: int, residents: int, groups: int) -> Group:
    style = style_of(number)
    staff = HEAD if style == "zalo" else CADRE
    members = (staff, *(resident(n) for n in range(number, residents, groups)))
    return Group(group(number), title(number), HOME, "residents", style, members, tied=True)


async def enter(database: Database, commune: Commune, clock: Clock) -> None:
    """Where nothing is but our tables."""
    await database.write(communes.settle, settlement_of(commune), clock.now())


@asynccontextmanager
async def founded(folder: Path, commune: Commune, clock: Clock) -> AsyncIterator[Database]:
    """The bot's database of the commune, in `folder`."""
    database = Database.open(lay(url(folder)))
    try:
        await enter(database, commune, clock)
        yield database
    finally:
        await database.close()


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'loalang.db'}"


async def bot_ids(database: Database) -> dict[Style, int]:
    ids = await database.read(bots.named)
    return {style: ids[name] for style, name in BOTS.items()}


async def said(village: Village, person: str, chat: str = "") -> list[Entry]:
    """What the bot said there, oldest first; by default to the person in private."""
    return [entry for entry in await village.messages(person, chat or person) if entry.from_bot]


def inbox_rows(session: Session) -> list[tuple[str, str, str | None, bytes]]:
    """(key, state, error, body) of every update, in order."""
    rows = session.execute(
        select(inbox.c.key, inbox.c.state, inbox.c.error, inbox.c.body).order_by(inbox.c.id)
    )
    return [tuple(row) for row in rows]


def outbox_bodies(session: Session) -> list[str]:
    """The words of every message ever queued, in order."""
    return list(session.execute(select(outbox.c.body).order_by(outbox.c.id)).scalars())


def outbox_states(session: Session) -> Sequence[str]:
    return list(session.execute(select(outbox.c.state).order_by(outbox.c.id)).scalars())
