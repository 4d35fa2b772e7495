"""What there is to tell in an issue of a bulletin, and only what its audience may hear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Exists, String, cast, func, literal, or_, select
from sqlmodel import Session

from db.audience import below, sendable
from db.scene import Actor
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
OPEN: Final = frozenset({"households", "residents"})  # groups that anybody may be in

delivery, occurrence, outbox = table(Delivery), table(Occurrence), table(Outbox)
place, version = table(Place), table(AnnouncementVersion)
ticket, event = table(Ticket), table(TicketEvent)


@dataclass(frozen=True, slots=True)
class Told:
    """An announcement that is told again, with the day of its release in Vietnam; `about`, among
    what lies ahead: the day it speaks of. `hidden`: the groups read it, whoever looks at it before
    does not."""

    version_id: int
    day: date
    body: str
    about: date | None = None
    hidden: bool = False


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


def preview(
    session: Session, actor: Actor, *, definition: Definition, bulletin_id: int | None
) -> Material:
    """For whoever may send there, as if an issue went out now. Who sends to a group need not be in
    it: what others announced is `hidden`, unless it was for everybody. Raises NotAllowed."""
    sendable(session, actor, definition.places)
    reader, now = actor.person_id, actor.now
    return material(session, definition=definition, now=now, bulletin_id=bulletin_id, reader=reader)


def material(
    session: Session,
    *,
    definition: Definition,
    now: datetime,
    bulletin_id: int | None = None,
    reader: int | None = None,
) -> Material:
    """For the issue at `now`, since the last one that was sent (of a bulletin not made yet: of the
    last seven days). What lies ahead is not listed as an announcement as well, if the definition
    has both sections. No rights are asked: for the scheduler, which tells only the audience."""
    since, number = _last_issue(session, bulletin_id, now)
    sections = frozenset(definition.sections)
    paths = _paths(session, definition.places)
    news: Sequence[Told] = ()
    ahead: Sequence[Told] = ()
    if sections & {"announcements", "ahead"}:
        heard = _heard(session, paths, definition.segments, since, now)
        today = now.astimezone(HERE).date()
        ahead = _ahead(heard, today, reader) if "ahead" in sections else ()
        listed = {told.version_id for told in ahead}
        news = _news([row for row in heard if row.id not in listed], today, reader)
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
    """What was announced to everyone in this audience and may be told again: it has arrived
    somewhere, was not stopped, and is not itself an issue. What arrived since the last issue is
    `new`; of the rest, only what speaks of days."""
    new = ~_arrived(since)
    issue = select(occurrence.c.id).where(occurrence.c.version_id == version.c.id)
    rows = session.execute(
        select(version, new.label("new"))
        .where(version.c.released_at > now - AGO, version.c.stopped_at.is_(None))
        .where(version.c.body != "", or_(cast(version.c.days, String) != "[]", new))
        .where(*_covers(paths, segments), _arrived(now), ~issue.exists())
        .order_by(version.c.released_at, version.c.id)
    )
    return list(rows.all())


def _arrived(by: datetime) -> Exists:
    """Whether a message of the version had arrived anywhere by then, or was carried there."""
    return (
        select(outbox.c.id)
        .join(delivery, delivery.c.id == outbox.c.delivery_id)
        .where(delivery.c.version_id == version.c.id)
        .where(outbox.c.state.in_(("sent", "relayed")), outbox.c.sent_at <= by)
        .exists()
    )


def _covers(paths: Sequence[str], segments: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Whether everyone in this audience was in that of the version: each place was named, or one
    above it, whose ids are in its path. Their lists are read as the text they are kept as."""
    yield literal(bool(paths))
    named = func.replace(func.replace(cast(version.c.places, String), "[", " "), "]", ",")
    for path in paths:
        yield or_(*(named.contains(f" {step},") for step in path.split(".") if step))
    for segment in segments:
        yield cast(version.c.segments, String).contains(f'"{segment}"')


def _day(row: Any) -> date:
    day: date = row.released_at.astimezone(HERE).date()
    return day


def _told(row: Any, reader: int | None, about: date | None = None) -> Told:
    others = reader is not None and row.released_by != reader
    return Told(row.id, _day(row), row.body, about, others and OPEN.isdisjoint(row.segments))


def _news(heard: Sequence[Any], today: date, reader: int | None) -> list[Told]:
    """Since the last issue, and still valid: it speaks of no day, or of one that has not
    passed."""
    return [
        _told(row, reader)
        for row in heard
        if row.new and (not row.days or max(row.days) >= today.isoformat())
    ]


def _ahead(heard: Sequence[Any], today: date, reader: int | None) -> list[Told]:
    """By the day; of several days an announcement speaks of, the next one."""
    until = (today + AHEAD).isoformat()
    found = [
        _told(row, reader, date.fromisoformat(day))
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
        .where(ticket.c.state == "answered", event.c.kind == "answered")
        .where(event.c.at > since, event.c.at <= now, below(paths))
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
        .where(ticket.c.state == "answered")
        .where(event.c.at > since, event.c.at <= now, below(paths))
        .group_by(ticket.c.id, ticket.c.published, place.c.name)
        .order_by(ticket.c.id)
        .limit(MOST_NOTES)
    )
    return tuple(Note(name, text) for name, text in rows)
