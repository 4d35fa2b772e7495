"""Reports (phản ánh, kiến nghị): opened with a receipt code, answered by staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, ScalarSelect, Select, insert, or_, select, update
from sqlmodel import Session

from db import media
from db.people import staff
from db.permissions import ROLES
from db.places import Spot, get
from db.scene import Actor
from db.tables import Bot, Chat, Person, Place, Ticket, TicketEvent, table

bot, chat, event, person = table(Bot), table(Chat), table(TicketEvent), table(Person)
place, ticket = table(Place), table(Ticket)

QUESTION: Final = "question"  # the category of what was asked and handed over to staff


@dataclass(frozen=True, slots=True)
class Opened:
    """A report that is kept: its number, where it belongs, how many usable files came with it,
    and the people (`staff`) who may read it there."""

    id: int
    place: str
    place_id: int
    place_path: str
    who: str = field(repr=False)
    files: int
    staff: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report as its people and staff see it; `answer` is the newest one, by `answerer`,
    `again` what its person wrote last after that or before, `published` what bulletins may tell
    of it. `in_group`: it was made there, in the chat `chat_id`; `category`: an id of the
    content's."""

    id: int
    who: str = field(repr=False)
    person_id: int
    chat_id: int
    place: str
    place_id: int
    place_path: str
    what: str = field(repr=False)
    address: str = field(repr=False)
    latitude: float | None = field(repr=False)
    longitude: float | None = field(repr=False)
    media: tuple[int, ...]
    language: str
    state: str
    created_at: datetime
    answer: str = field(default="", repr=False)
    answerer: str = field(default="", repr=False)
    again: str = field(default="", repr=False)
    published: str = field(default="", repr=False)
    in_group: bool = False
    category: str = "other"

    @property
    def location(self) -> tuple[float, float] | None:
        """Latitude, longitude in degrees."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


class Signature(NamedTuple):
    """As whom somebody answers: a role, and the name of the place it is for."""

    role: str
    place: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A report as it stood before this answer, who answers (`by`), and the other people who
    may read it (`staff`)."""

    report: Report
    by: Signature
    staff: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reopened:
    """A report about which its person wrote again; `files`: the media ids that came along."""

    report: Report
    files: tuple[int, ...]
    staff: tuple[int, ...]


class NoSuchReport(Exception):
    """No report of that number is open to the actor."""


def code(number: int) -> str:
    """What people call a report: on the receipt, in answers, when they ask for it."""
    return f"PA-{number}"


def open_report(
    session: Session,
    actor: Actor,
    *,
    place_id: int | None,
    what: str,
    address: str,
    location: tuple[float, float] | None,
    files: Sequence[int],
    language: str,
    category: str = "other",
) -> Opened:
    """Keep a report. `place_id` None: it goes to the place the bot serves; `location`: latitude,
    longitude in degrees; `files`: media ids, of which the usable ones are kept; `category`: an
    id of the content's."""
    kept = usable(session, files)
    spot = get(session, _served(session, actor.bot_id) if place_id is None else place_id)
    who = session.execute(select(person.c.name).where(person.c.id == actor.person_id)).scalar_one()
    number = session.execute(
        insert(ticket)
        .values(
            person_id=actor.person_id,
            chat_id=actor.chat_id,
            place_id=spot.id,
            category=category,
            what=what,
            address=address,
            latitude=location[0] if location else None,
            longitude=location[1] if location else None,
            media=list(kept),
            language=language,
            state="open",
            inbox_id=actor.inbox_id,
            created_at=actor.now,
        )
        .returning(ticket.c.id)
    ).scalar_one()
    note_event(session, actor, number, "opened", "")
    return _opened(session, actor, number, spot, who, len(kept))


def usable(session: Session, files: Sequence[int]) -> tuple[int, ...]:
    """The media ids of those files that are here or still to come, in order."""
    states = media.states(session, files) if files else {}
    return tuple(file for file in files if states.get(file) in ("kept", "wanted"))


def answer(session: Session, actor: Actor, *, number: int, body: str) -> Answered:
    """Answer a report, or answer it again. Raises NoSuchReport, NotAllowed."""
    report = find(session, number)
    if report is None:
        raise NoSuchReport
    by = signature(session, actor, report.place_path)
    session.execute(update(ticket).where(ticket.c.id == number).values(state="answered"))
    note_event(session, actor, number, "answered", body)
    readers = staff(session, report.place_id, "ticket:read", actor.now)
    return Answered(report, by, tuple(one for one in readers if one != actor.person_id))


def reopen(
    session: Session, actor: Actor, *, number: int, body: str, files: Sequence[media.Seen]
) -> Reopened:
    """Its own person says more about a report, which waits for an answer again. Raises
    NoSuchReport."""
    report = find(session, number)
    if report is None or report.person_id != actor.person_id:
        raise NoSuchReport
    more = media.want(session, actor, files=files)
    values = {"state": "open", "media": [*report.media, *more]}
    session.execute(update(ticket).where(ticket.c.id == number).values(**values))
    note_event(session, actor, number, "reopened", body)
    return Reopened(report, more, staff(session, report.place_id, "ticket:read", actor.now))


def signature(session: Session, actor: Actor, path: str) -> Signature:
    """The highest role in which the actor may answer reports of a place. Raises NotAllowed."""
    actor.require("ticket:answer", path)
    held = [one for one in actor.grants if replace(actor, grants=(one,)).can("ticket:answer", path)]
    highest = max(held, key=lambda one: list(ROLES).index(one.role))
    return Signature(highest.role, get(session, highest.place_id).name)


def read(session: Session, actor: Actor, number: int) -> Report:
    """One report, for its own person and for staff of its place. Raises NoSuchReport."""
    report = find(session, number)
    if report is None or not (
        report.person_id == actor.person_id or actor.can("ticket:read", report.place_path)
    ):
        raise NoSuchReport
    return report


def mine(session: Session, actor: Actor, limit: int) -> list[Report]:
    """The actor's own reports, newest first."""
    rows = session.execute(
        _query()
        .where(ticket.c.person_id == actor.person_id)
        .order_by(ticket.c.id.desc())
        .limit(limit)
    )
    return [_report(row) for row in rows]


def unanswered(session: Session, actor: Actor, limit: int) -> list[Report]:
    """The open reports the actor may answer, oldest first."""
    paths = [grant.path for grant in actor.grants if actor.can("ticket:answer", grant.path)]
    if not paths:
        return []
    rows = session.execute(
        _query()
        .where(ticket.c.state == "open", or_(*(place.c.path.startswith(path) for path in paths)))
        .order_by(ticket.c.id)
        .limit(limit)
    )
    return [_report(row) for row in rows]


def _opened(
    session: Session, actor: Actor, number: int, spot: Spot, who: str, files: int
) -> Opened:
    readers = staff(session, spot.id, "ticket:read", actor.now)
    return Opened(number, spot.name, spot.id, spot.path, who, files, readers)


def _served(session: Session, bot_id: int) -> int:
    return int(session.execute(select(bot.c.place_id).where(bot.c.id == bot_id)).scalar_one())


def _query() -> Select[Any]:
    by = person.alias()
    answerer = select(by.c.name).join(event, event.c.person_id == by.c.id)
    return (
        select(
            ticket.c.id,
            person.c.name.label("who"),
            ticket.c.person_id,
            ticket.c.chat_id,
            place.c.name.label("place"),
            ticket.c.place_id,
            place.c.path.label("place_path"),
            ticket.c.what,
            ticket.c.address,
            ticket.c.latitude,
            ticket.c.longitude,
            ticket.c.media,
            ticket.c.language,
            ticket.c.state,
            ticket.c.created_at,
            _newest(select(event.c.body), "answered").label("answer"),
            _newest(answerer, "answered").label("answerer"),
            _newest(select(event.c.body), "reopened").label("again"),
            ticket.c.published,
            (chat.c.kind == "group").label("in_group"),
            ticket.c.category,
        )
        .join(chat, chat.c.id == ticket.c.chat_id)
        .join(person, person.c.id == ticket.c.person_id)
        .join(place, place.c.id == ticket.c.place_id)
    )


def _newest(query: Select[Any], kind: str) -> ScalarSelect[Any]:
    """Of a ticket's events of that kind the last."""
    return (
        query.where(event.c.ticket_id == ticket.c.id, event.c.kind == kind)
        .order_by(event.c.id.desc())
        .limit(1)
        .correlate(ticket)
        .scalar_subquery()
    )


def _report(row: Row[Any]) -> Report:
    found: dict[str, Any] = row._asdict()
    found["media"] = tuple(found["media"])
    for said in ("answer", "answerer", "again"):
        found[said] = found[said] or ""
    return Report(**found)


def find(session: Session, number: int) -> Report | None:
    """One report, for the verbs that ask for a right at its place."""
    row = session.execute(_query().where(ticket.c.id == number)).first()
    if row is None:
        return None
    report = _report(row)
    return replace(report, media=usable(session, report.media))


def note_event(session: Session, actor: Actor, number: int, kind: str, body: str) -> None:
    """For the record: who did what to a report. `kind`: see TicketEvent."""
    session.execute(
        insert(event).values(
            ticket_id=number, kind=kind, person_id=actor.person_id, body=body, at=actor.now
        )
    )
