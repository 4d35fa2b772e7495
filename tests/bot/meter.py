"""A bot whose platform counts, as the platform sees it: its way out, who is told, who carries by
hand what it cannot send. Its groups are those of one village, all of Zalo style."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from bot.courier import Courier
from bot.platforms.base import (
    Limits,
    OutcomeUnknown,
    Outgoing,
    OutgoingMessage,
    Rejected,
    Sent,
    TooManyRequests,
)
from bot.platforms.sandbox import LIMITS
from bot.quotas import Quotas, allowance
from bot.sender import Sender
from db import announcements, inbox, outbox, people, quota
from db.announcements import Part, Progress
from db.engine import Database
from db.outbox import REPLY, Draft
from db.quota import Allowance
from db.scene import Actor
from db.tables import Account, Chat, Outbox, Place, table
from tests.blank import lay
from tests.bot.hamlet import (
    CADRE,
    HOME,
    LEADER,
    bot_ids,
    enter,
    hamlet,
    outbox_states,
    style_of,
    url,
)
from tests.bot.wire import Wire
from tests.living import CONTENT
from tests.patience import PATIENCE

account, chats, place, rows = table(Account), table(Chat), table(Place), table(Outbox)


START = datetime(2026, 12, 1, 2, tzinfo=UTC)  # nine o'clock in the village


class Meter(Wire):
    """`monthly` messages in and out, whatever we think; then, or while `closed`, none. `faults`:
    how many of a hundred messages meet one."""

    name = "sandbox-zalo"

    def __init__(self, monthly: int, clock: Clock, faults: int = 0) -> None:
        super().__init__()
        self.limits: Limits = replace(LIMITS["zalo"], monthly=monthly, counts_received=True)
        self.counted: Counter[str] = Counter()  # by month
        self.arrived: list[str] = []
        self.tries = self.over = 0
        self.closed = False
        self.on_refusal: Callable[[], None] = lambda: None
        self._clock, self._faults, self._luck = clock, faults, Random(5)

    def count(self, messages: int = 1) -> None:
        self.counted[quota.month(self._clock.now())] += messages

    @property
    def used(self) -> int:
        return self.counted[quota.month(self._clock.now())]

    async def send(self, outgoing: Outgoing) -> Sent:
        assert isinstance(outgoing, OutgoingMessage)
        self.tries += 1
        if self.closed or self.used >= (self.limits.monthly or 0):
            self.over += not self.closed
            self.on_refusal()
            raise TooManyRequests(0, whole=True)
        fault = self._luck.randrange(100) < self._faults
        if fault and self._luck.random() < 0.5:
            raise Rejected("not today")
        self.count()
        self.arrived.append(outgoing.text)
        if fault:
            raise OutcomeUnknown
        return Sent((str(self.tries),))


@dataclass
class Till:
    """One bot at work; `begin` starts a part of the program, `end` stops all of them."""

    database: Database
    clock: Clock
    meter: Meter
    bot_id: int
    folder: Path
    running: list[asyncio.Task[None]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)  # something was saved

    def __post_init__(self) -> None:
        for topic in ("outbox", "settled", "relay", "quota"):
            self.database.on_commit(topic, self.news.set)

    @property
    def plan(self) -> Allowance:
        plan = allowance(self.meter.limits)
        assert plan is not None
        return plan

    @property
    def composer(self) -> Composer:
        limits = {f"sandbox-{style}": limits for style, limits in LIMITS.items()}
        return Composer(CONTENT, limits, {self.bot_id: self.plan})

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        self.running.append(asyncio.create_task(work))

    def send(self) -> None:
        words = CONTENT.words("vi")
        self.begin(
            Sender(self.bot_id, self.meter, self.database, self.clock, self.folder, words).run()
        )

    def tell(self) -> None:
        self.begin(Quotas(self.database, self.composer, self.clock, self.composer.plans).run())

    def carry(self) -> None:
        self.begin(Courier(self.database, self.composer, self.clock).run())

    async def end(self) -> None:
        for task in self.running:
            task.cancel()
        for task in self.running:
            with suppress(asyncio.CancelledError):
                await task
        self.running.clear()

    async def appoint(self) -> None:
        """The cadre, who writes on Telegram, is admin of the whole commune."""

        def grant(session: Session) -> None:
            who = select(account.c.person_id).where(account.c.external_id == CADRE)
            where = select(place.c.parent_id).where(place.c.slug == HOME)
            person, commune = session.execute(who).scalar_one(), session.execute(where).scalar_one()
            people.grant(session, person, "admin", commune, self.clock.now())

        await self.database.write(grant)

    def notices(self, session: Session) -> list[str]:
        """What was put out for people on the other platform, oldest first."""
        found = select(rows.c.body).where(rows.c.bot_id != self.bot_id, rows.c.origin == "notice")
        return list(session.execute(found.order_by(rows.c.id)).scalars())

    async def told(self) -> list[str]:
        return await self.database.read(self.notices)

    async def states(self) -> list[str]:
        return list(await self.database.read(outbox_states))

    async def put(self, *texts: str) -> None:
        """To as many people in private, one each."""
        await self.database.write(self._put, texts)

    def _put(self, session: Session, texts: Sequence[str]) -> None:
        private = session.execute(
            select(chats.c.id).where(chats.c.bot_id == self.bot_id, chats.c.kind == "private")
        ).scalars()
        people = list(private) * len(texts)
        now = self.clock.now()
        outbox.put(
            session,
            [
                Draft(self.bot_id, chat, "reply", REPLY, text, now)
                for text, chat in zip(texts, people, strict=False)
            ],
        )

    async def use(self, messages: int) -> None:
        """So many were sent before."""
        self.meter.count(messages)
        await self.database.write(quota.sent, self.bot_id, messages, self.clock.now())

    async def hear(self, first: int, messages: int, *, answered: bool) -> None:
        """People write in private; each is answered, or not."""
        updates = [(str(first + number), "an", b"{}") for number in range(messages)]
        self.meter.count(messages)

        def keep(session: Session) -> None:
            now = self.clock.now()
            inbox.receive(session, self.bot_id, updates, now, metered=True)
            self._put(session, [f"trả lời {key}" for key, _, _ in updates if answered])

        await self.database.write(keep)

    async def announce(self, *texts: str, urgent: bool = False) -> Progress:
        """To every group, one message for each text."""
        return await self.database.write(self._announce, texts, urgent)

    def _announce(self, session: Session, texts: Sequence[str], urgent: bool) -> Progress:
        places = [session.execute(select(place.c.id).where(place.c.slug == HOME)).scalar_one()]
        body, segments = "\n".join(texts), ("residents",)
        return announcements.release(
            session,
            self.author(session),
            body=body,
            parts={self.meter.name: [Part(text) for text in texts]},
            media=(),
            places=places,
            segments=segments,
            urgent=urgent,
            shown=announcements.digest(body, (), places, segments, urgent),
        )

    def author(self, session: Session) -> Actor:
        """Who may announce anything."""
        now = self.clock.now()
        person = session.execute(
            select(account.c.person_id).where(account.c.external_id == LEADER)
        ).scalar_one()
        return Actor(person, 0, 0, self.bot_id, now, grants=people.grants(session, person, now))

    async def tried(self, before: int) -> None:
        """Until the platform was asked again."""
        await self.until(lambda session: self.meter.tries > before)

    def can_send(self, session: Session) -> bool:
        """Whether something may leave, is leaving, or has left and is not settled."""
        now = self.clock.now()
        sending = select(func.count()).where(
            rows.c.bot_id == self.bot_id, rows.c.state == "sending"
        )
        return bool(session.execute(sending).scalar_one()) or outbox.affordable(
            session, self.bot_id, (), now, self.plan
        )

    async def quiet(self) -> None:
        await self.until(lambda session: not self.can_send(session))

    async def until(self, true: Callable[[Session], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await self.database.read(true):
                await wait(self.news, PATIENCE)

    async def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))
        await self.quiet()

    def stuck(self, session: Session) -> list[int]:
        return quota.stuck(session, self.bot_id, self.plan, self.clock.now())

    async def progress(self, version_id: int) -> Progress:
        return await self.database.read(announcements.progress, version_id)


@asynccontextmanager
async def metered(
    folder: Path,
    monthly: int = 100,
    *,
    groups: int = 4,
    faults: int = 0,
    kind: type[Database] = Database,
    database_url: str = "",
) -> AsyncIterator[Till]:
    """On the first of a month; nothing runs yet."""
    clock = Clock(START - datetime.now(UTC))
    commune = hamlet(residents=8, groups=2 * groups)
    tied = tuple(group for group in commune.groups if group.style == style_of(1))
    database = kind.open(lay(database_url or url(folder)))
    try:
        await enter(database, replace(commune, groups=tied), clock)
        bot_id = (await bot_ids(database))["zalo"]
        till = Till(database, clock, Meter(monthly, clock, faults), bot_id, folder)
        try:
            yield till
        finally:
            await till.end()
    finally:
        await database.close()
