"""Bulletins on their way: APScheduler's triggers say when, our own table says what was done.

Its scheduler asks the machine for the time, so it only wakes us; slots are computed with the
time passed in. One bulletin is one transaction: its slots claimed, its issue queued, its owner
told of what was passed over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Any, Final

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from bot.logs import where
from content.schedule import HERE, LAST, Schedule, moment
from content.words import Words
from db import occurrences, people
from db.announcements import Part
from db.audience import NobodyThere
from db.engine import Database, DatabaseError
from db.material import material
from db.occurrences import Held
from db.permissions import NotAllowed
from handlers.bulletins.issue import compose
from handlers.messages import Button, Notice

log = logging.getLogger(__name__)

EVERY: Final = 5  # seconds between looks for what has fallen due
LONGEST: Final = 30.0  # seconds without a look, should the machine's clock confuse the other
MOST: Final = 4_000  # slots settled in one transaction: eleven years of days


def slots(schedule: Schedule, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next `count` times later than `after`, in UTC; fewer where the schedule ends."""
    return tuple(islice(_times(schedule, after), count))


def _times(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    trigger = _trigger(schedule)
    earliest = after + timedelta(microseconds=1)
    while (slot := trigger.get_next_fire_time(None, earliest)) is not None:
        if slot < earliest:  # a single day is named again and again
            return
        yield slot.astimezone(UTC)
        earliest = slot + timedelta(microseconds=1)


def _trigger(schedule: Schedule) -> BaseTrigger:
    time: dict[str, Any] = {"hour": schedule.hour, "minute": schedule.minute, "timezone": HERE}
    if schedule.kind == "once" and schedule.on is not None:
        at = datetime.combine(schedule.on, datetime.min.time(), HERE)
        return DateTrigger(at.replace(hour=schedule.hour, minute=schedule.minute))
    if schedule.kind == "weekly":
        return CronTrigger(day_of_week=",".join(map(str, schedule.days)), **time)
    if schedule.kind == "monthly":
        return CronTrigger(day="last" if schedule.day == LAST else schedule.day, **time)
    return CronTrigger(**time)


class Scheduler:
    """`run` settles slots as they come until cancelled; several may share a database."""

    def __init__(self, database: Database, composer: Composer, clock: Clock) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._wake = asyncio.Event()
        self._failing: set[int] = set()

    async def run(self) -> None:
        self._database.on_commit("bulletins", self._wake.set)
        self._clock.on_move(self._wake.set)
        async with _beating(self._wake):
            while True:
                try:
                    await self.sweep()
                except DatabaseError as error:
                    log.error("bulletins wait: %s", error)
                await wait(self._wake, LONGEST)

    async def sweep(self) -> None:
        """Settle every slot that has come. One bulletin that fails stops no other."""
        for bulletin_id in await self._database.read(occurrences.due, self._clock.now()):
            try:
                while await self._database.write(self._settle, bulletin_id, self._clock.now()):
                    pass
            except DatabaseError:
                raise
            except Exception as error:
                if bulletin_id not in self._failing:  # said once, tried every time
                    log.error("bulletin %d failed: %s", bulletin_id, where(error))
                self._failing.add(bulletin_id)
            else:
                self._failing.discard(bulletin_id)

    def _settle(self, session: Session, bulletin_id: int, now: datetime) -> bool:
        """Whether there are slots left that have come."""
        held = occurrences.hold(session, bulletin_id, now)
        if held is None:
            return False
        if held.swept_at > now:
            self._turn_back(session, held, now)
            return False
        times = _times(Schedule.of(held.definition.schedule), held.swept_at)
        come = tuple(takewhile(lambda slot: slot <= now, islice(times, MOST)))
        if len(come) == MOST:
            self._pass_over(session, held, come[:-1], now)
            occurrences.swept(session, held.id, come[-2], come[-1])
            return True
        occurrences.swept(session, held.id, now, self._next(session, held, now))
        in_time = bool(come) and now - come[-1] < timedelta(hours=held.definition.late_hours)
        self._pass_over(session, held, come[:-1] if in_time else come, now)
        if in_time:
            self._issue(session, held, come[-1], now)
        return False

    def _next(self, session: Session, held: Held, now: datetime) -> datetime | None:
        ahead = occurrences.sent_ahead(session, held.id, now)
        times = _times(Schedule.of(held.definition.schedule), now)
        return next((slot for slot in times if slot not in ahead), None)

    def _turn_back(self, session: Session, held: Held, now: datetime) -> None:
        withdrawn = occurrences.withdraw(session, held.id, now)
        sent = occurrences.sent_ahead(session, held.id, now)
        occurrences.swept(session, held.id, now, self._next(session, held, now))
        if withdrawn or sent:
            self._tell(session, held, "clock", now, first=held.swept_at, last=now)

    def _pass_over(
        self, session: Session, held: Held, slots: tuple[datetime, ...], now: datetime
    ) -> None:
        if skipped := occurrences.skip(session, held.id, slots, "late", now):
            told = "late" if len(skipped) == 1 else "late_many"
            self._tell(session, held, told, now, skipped[0], skipped[-1], len(skipped))

    def _issue(self, session: Session, held: Held, slot: datetime, now: datetime) -> None:
        """Send it, or say why not. What may be told is looked up before the slot is claimed,
        which then counts as the last issue."""
        found = material(session, definition=held.definition, now=now, bulletin_id=held.id)
        body = compose(self._composer.content, held.definition, found, now)
        claimed = occurrences.claim(session, held.id, slot, now)
        if claimed is None:
            return
        reason = self._release(session, held, claimed, body, now)
        if reason:
            occurrences.refuse(session, claimed, reason)
            if reason == "not_allowed":
                occurrences.stop(session, held.id)
            self._tell(session, held, reason, now, slot, slot)

    def _release(
        self, session: Session, held: Held, claimed: int, body: str | None, now: datetime
    ) -> str:
        """Why it was not sent, or ""."""
        if body is None:
            return "empty"
        definition = held.definition
        parts = {
            platform: [Part(piece) for piece in pieces]
            for platform, pieces in self._composer.split(body).items()
        }
        try:
            with session.begin_nested():
                owner = occurrences.actor(session, held.owner_id, now)
                progress = occurrences.release(
                    session, owner, definition.places, definition.segments, body, parts
                )
        except NotAllowed:
            return "not_allowed"
        except NobodyThere:
            return "nobody"
        occurrences.issued(session, claimed, progress.version_id)
        return ""

    def _tell(
        self,
        session: Session,
        held: Held,
        what: str,
        now: datetime,
        first: datetime,
        last: datetime,
        count: int = 1,
    ) -> None:
        """A notice to the owner, and to whoever can help; `what`: the end of its key."""
        told = (held.owner_id, *(_resumers(session, held, now) if what == "not_allowed" else ()))
        for person_id, language in people.languages(session, told).items():
            words = self._composer.content.words(language)
            title, times = held.definition.title, (moment(first, words), moment(last, words))
            text = words(
                f"bulletins.told_{what}", title=title, first=times[0], last=times[1], count=count
            )
            if what not in ("clock", "not_allowed"):
                text = f"{text} {self._then(session, held, now, words)}"
            buttons = (Button(words("bulletins.show"), f"bulletins.show:{held.id}"),)
            notice = Notice(text, people=(person_id,), buttons=buttons, code=f"BT-{held.id}")
            self._composer.notice(session, now, notice)

    def _then(self, session: Session, held: Held, now: datetime, words: Words) -> str:
        """When it goes on."""
        following = self._next(session, held, now)
        if following is None:
            return words("bulletins.told_no_next")
        return words("bulletins.told_next", next=moment(following, words))


def _resumers(session: Session, held: Held, now: datetime) -> set[int]:
    """Who may take it over: by the right to send commune-wide at all its places."""
    right = "announcement:send_wide"
    return set.intersection(
        *(set(people.staff(session, place, right, now)) for place in held.definition.places)
    )


@asynccontextmanager
async def _beating(wake: asyncio.Event) -> AsyncIterator[None]:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler  # only who runs needs it

    async def beat() -> None:
        wake.set()

    beats = AsyncIOScheduler(timezone=UTC)
    beats.add_job(beat, "interval", seconds=EVERY, coalesce=True, misfire_grace_time=None)
    beats.start()
    try:
        yield
    finally:
        beats.shutdown(wait=False)
        await asyncio.sleep(0)  # it ends in the loop's next turn
