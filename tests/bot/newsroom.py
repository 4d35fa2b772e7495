"""Bulletins, their scheduler and a clock that goes wherever it is set, without the program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlmodel import Session

from bot.clock import Clock
from bot.composer import Composer
from bot.platforms.sandbox import LIMITS
from bot.scheduler import Scheduler, slots
from content.schedule import Schedule
from db import bulletins
from db.engine import Database
from db.scene import Actor
from db.standings import Definition, Standing
from db.tables import Account, AnnouncementVersion, Occurrence, Outbox, table
from tests.db.village import Village, acting, build
from tests.living import CONTENT

account, occurrence = table(Account), table(Occurrence)
outbox, version = table(Outbox), table(AnnouncementVersion)


class SetClock(Clock):
    """Stands still where it was set; the machine's clock of a worn-out PC may be set anywhere."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


class Outcome(NamedTuple):
    bulletin_id: int
    slot: datetime
    state: str
    reason: str
    version_id: int | None
    at: datetime


def states(outcomes: list[Outcome]) -> list[tuple[datetime, str, str]]:
    return [(outcome.slot, outcome.state, outcome.reason) for outcome in outcomes]


class Said(NamedTuple):
    at: datetime
    body: str
    buttons: list[list[str]]
    person: str


@dataclass(frozen=True, slots=True)
class Newsroom:
    database: Database
    village: Village
    clock: SetClock
    composer: Composer = field(default_factory=lambda: Composer(CONTENT, dict(LIMITS.items())))

    def scheduler(self, database: Database | None = None) -> Scheduler:
        """As a process starts it."""
        return Scheduler(database or self.database, self.composer, self.clock)

    async def sweep_at(self, at: datetime) -> None:
        self.clock.at = at
        await self.scheduler().sweep()

    def definition(self, schedule: Schedule, **changed: Any) -> Definition:
        """A reminder to the households of a village; `late_hours`: 4."""
        words = "Bà con nhớ đổ rác trước 6 giờ tối."
        village = self.village.spots["ben"].id
        made = Definition("Lời nhắc", words, ("text",), schedule.data, (village,), _HOUSES, 4)
        return replace(made, **changed)

    async def begin(self, schedule: Schedule, who: str = "head", **changed: Any) -> Standing:
        return await self.database.write(
            lambda session: bulletins.make(
                session,
                self.actor(session, who),
                definition=self.definition(schedule, **changed),
                next_at=next(iter(slots(schedule, self.clock.at, 1)), None),
            )
        )

    def actor(self, session: Session, who: str = "head") -> Actor:
        return acting(session, self.village, who, now=self.clock.at)

    async def act(self, verb: Any, who: str = "head", **arguments: Any) -> Any:
        """Do something about a bulletin."""
        return await self.database.write(
            lambda session: verb(session, self.actor(session, who), **arguments)
        )

    async def outcomes(
        self, bulletin_id: int | None = None, at: datetime | None = None
    ) -> list[Outcome]:
        """By their slot. `at`: only what was settled then."""
        columns = (occurrence.c[name] for name in Outcome._fields)
        query = select(*columns).order_by(occurrence.c.slot)
        if bulletin_id is not None:
            query = query.where(occurrence.c.bulletin_id == bulletin_id)
        if at is not None:
            query = query.where(occurrence.c.at == at)
        rows = await self.database.read(lambda session: session.execute(query).all())
        return [Outcome(*row) for row in rows]

    async def notices(self, at: datetime | None = None) -> list[Said]:
        """What keepers of bulletins were told; `at`: only then."""
        query = (
            select(outbox.c.due_at, outbox.c.body, outbox.c.buttons, account.c.name)
            .join(account, account.c.chat_id == outbox.c.chat_id)
            .where(outbox.c.origin == "notice")
        )
        if at is not None:
            query = query.where(outbox.c.due_at == at)
        rows = await self.database.read(
            lambda session: session.execute(query.order_by(outbox.c.id)).all()
        )
        return [Said(*row) for row in rows]

    async def versions(self) -> list[int]:
        return await self.database.read(
            lambda session: list(session.execute(select(version.c.id)).scalars())
        )

    async def delivered(self) -> None:
        """What was queued has reached its groups."""
        await self.database.write(
            lambda session: (
                session.execute(
                    update(outbox)
                    .where(outbox.c.state == "queued")
                    .values(state="sent", sent_at=self.clock.at)
                )
                and None
            )
        )


_HOUSES = ("households",)


@asynccontextmanager
async def newsroom(url: str, at: datetime) -> AsyncIterator[Newsroom]:
    database = Database.open(url)
    try:
        yield Newsroom(database, await database.write(build), SetClock(at))
    finally:
        await database.close()
