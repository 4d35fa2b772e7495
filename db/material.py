"""What there is to tell in an issue of a bulletin, and only what its audience may hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import String, and_, cast, func, or_, select
from sqlmodel import Session

from db.audience import below
from db.standings import Definition
from db.tables import (
    AnnouncementVersion,
    Delivery,
    Occurrence,
    Outbox,
    Place,
    Ticket,
    TicketEvent,
    table,
)

HERE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
AT_FIRST: Final = timedelta(days=7)  # what the first issue looks back on
FARTHEST: Final = timedelta(days=35)  # what any issue looks back on
AHEAD: Final = timedelta(days=14)
AGO: Final = timedelta(days=366)  # how long before its day something may be announced
MOST_NOTES: Final = 10

delivery, occurrence, outbox = table(Delivery), table(Occurrence), table(Outbox)
place, version = table(Place), table(AnnouncementVersion)
ticket, event = table(Ticket), table(TicketEvent)


@dataclass(frozen=True, slots=True)
class Told:
    """An announcement that is told again, with the day of its release in Vietnam; `about`, among
    what lies ahead: the day it speaks of."""

    version_id: int
    day: date
    body: str
    about: date | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """How many reports of a place were answered."""

    place: str
    count: int


@dataclass(frozen=True, slots=True)
class Note:
    """What staff wrote about an answered report for everyone, naming nobody."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Material:
    """`number`: which issue of its bulletin this would be, from 1. All lists in the order they
    are told."""

    number: int
    announcements: tuple[Told, ...] = ()
    ahead: tuple[Told, ...] = ()
    answered: tuple[Answered, ...] = ()
    notes: tuple[Note, ...] = ()


def material(
    session: Session, *, definition: Definition, now: datetime, bulletin_id: int | None = None
) -> Material:
    """For the issue at `now`, since the last one that was sent (of a bulletin not made yet: of the
    last seven days). What lies ahead is not listed as an announcement as well, if the definition
    has both sections. No rights are asked: what is told went to the same people before."""
    since, number = _last_issue(session, bulletin_id, now)
    sections = frozenset(definition.sections)
    paths = _paths(session, definition.places)
    news: Sequence[Told] = ()
    ahead: Sequence[Told] = ()
    if sections & {"announcements", "ahead"}:
        heard = _heard(session, paths, definition.segments, since, now)
        today = now.astimezone(HERE).date()
        ahead = _ahead(heard, today) if "ahead" in sections else ()
        listed = {told.version_id for told in ahead}
        news = _news([row for row in heard if row.id not in listed], since, today)
    answered = "answered" in sections
    return Material(
        number=number,
        announcements=tuple(news),
        ahead=tuple(ahead),
        answered=_answered(session, paths, since, now) if answered else (),
        notes=_notes(session, paths, since, now) if answered else (),
    )


def _last_issue(session: Session, bulletin_id: int | None, now: datetime) -> tuple[datetime, int]:
    """When the last issue was sent, and the number of the next. A clock that went back may have
    left issues sent in the future: they say nothing of now."""
    row = session.execute(
        select(func.max(occurrence.c.at).filter(occurrence.c.at <= now), func.count()).where(
            occurrence.c.bulletin_id == bulletin_id, occurrence.c.state == "sent"
        )
    ).one()
    return max(row[0] or now - AT_FIRST, now - FARTHEST), row[1] + 1


def _paths(session: Session, places: Sequence[int]) -> list[str]:
    return list(session.execute(select(place.c.path).where(place.c.id.in_(places))).scalars())


def _heard(
    session: Session,
    paths: Sequence[str],
    segments: Sequence[str],
    since: datetime,
    now: datetime,
) -> list[Any]:
    """What was announced to this audience and may be told again: it reached somebody, was not
    stopped, and is not itself an issue. Since the last issue; before, only what speaks of days."""
    reached = (
        select(outbox.c.id)
        .join(delivery, delivery.c.id == outbox.c.delivery_id)
        .where(delivery.c.version_id == version.c.id, outbox.c.state == "sent")
    )
    issue = select(occurrence.c.id).where(occurrence.c.version_id == version.c.id)
    rows = session.execute(
        select(version)
        .where(version.c.released_at <= now, version.c.stopped_at.is_(None), version.c.body != "")
        .where(
            or_(
                version.c.released_at > since,
                and_(version.c.released_at > now - AGO, cast(version.c.days, String) != "[]"),
            )
        )
        .where(reached.exists(), ~issue.exists())
        .order_by(version.c.released_at, version.c.id)
    )
    return [row for row in rows.all() if _covers(session, row, paths, segments)]


def _covers(session: Session, row: Any, paths: Sequence[str], segments: Sequence[str]) -> bool:
    """Whether everyone in this audience was in that of the announcement."""
    theirs = _paths(session, row.places)
    return (
        bool(paths)
        and set(segments) <= set(row.segments)
        and all(any(path.startswith(above) for above in theirs) for path in paths)
    )


def _day(row: Any) -> date:
    day: date = row.released_at.astimezone(HERE).date()
    return day


def _news(heard: Sequence[Any], since: datetime, today: date) -> list[Told]:
    """Since the last issue, and still valid: it speaks of no day, or of one that has not
    passed."""
    return [
        Told(row.id, _day(row), row.body)
        for row in heard
        if row.released_at > since and (not row.days or max(row.days) >= today.isoformat())
    ]


def _ahead(heard: Sequence[Any], today: date) -> list[Told]:
    """By the day; of several days an announcement speaks of, the next one."""
    until = (today + AHEAD).isoformat()
    found = [
        Told(row.id, _day(row), row.body, date.fromisoformat(day))
        for row in heard
        if (day := min((day for day in row.days if day >= today.isoformat()), default=""))
        and day <= until
    ]
    return sorted(found, key=lambda told: (told.about or told.day, told.version_id))


def _answered(
    session: Session, paths: Sequence[str], since: datetime, now: datetime
) -> tuple[Answered, ...]:
    rows = session.execute(
        select(place.c.name, func.count(func.distinct(ticket.c.id)))
        .select_from(event)
        .join(ticket, ticket.c.id == event.c.ticket_id)
        .join(place, place.c.id == ticket.c.place_id)
        .where(event.c.kind == "answered", event.c.at > since, event.c.at <= now, below(paths))
        .group_by(place.c.id, place.c.name)
        .order_by(place.c.id)
    )
    return tuple(Answered(name, count) for name, count in rows)


def _notes(
    session: Session, paths: Sequence[str], since: datetime, now: datetime
) -> tuple[Note, ...]:
    rows = session.execute(
        select(place.c.name, ticket.c.published)
        .select_from(event)
        .join(ticket, ticket.c.id == event.c.ticket_id)
        .join(place, place.c.id == ticket.c.place_id)
        .where(event.c.kind.in_(("answered", "published")), ticket.c.published != "")
        .where(event.c.at > since, event.c.at <= now, below(paths))
        .group_by(ticket.c.id, ticket.c.published, place.c.name)
        .order_by(ticket.c.id)
        .limit(MOST_NOTES)
    )
    return tuple(Note(name, text) for name, text in rows)
