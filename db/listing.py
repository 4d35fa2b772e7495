"""Reports as the rows of a table, read from one snapshot. Nothing of a denunciation can be among
them: it is never kept as a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlmodel import Session

from db import places
from db.tables import Person, Ticket, TicketEvent, table

event, person, ticket = table(TicketEvent), table(Person), table(Ticket)

EVERYWHERE: Final = ("",)  # as paths: every place
CHUNK: Final = 500  # rows fetched at a time
_DAYS: Final = ("since", "until")
_COLUMNS: Final = (
    "id",
    "created_at",
    "place_id",
    "category",
    "state",
    "what",
    "address",
    "latitude",
    "longitude",
    "media",
    "language",
)
_COUNTED: Final = ("created_at", "place_id", "category", "state")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which reports: made at `since` or later and before `until` (aware), at a place and below
    it (`place_id`), of a state and category. `names`: with the names of the people."""

    since: datetime | None = None
    until: datetime | None = None
    place_id: int | None = None
    state: str | None = None
    category: str | None = None
    names: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """As JSON."""
        days = {"since": self.since, "until": self.until}
        moments = {name: day.astimezone(UTC).isoformat() for name, day in days.items() if day}
        return asdict(self) | {"since": None, "until": None} | moments

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Filters:
        days = {name: data[name] and datetime.fromisoformat(data[name]) for name in _DAYS}
        return cls(**{**data, **days})


class Row(NamedTuple):
    """A report as a table shows it; times are aware. `who` is "" unless names were asked for."""

    id: int
    created_at: datetime
    place: str
    category: str
    state: str
    what: str
    address: str
    latitude: float | None
    longitude: float | None
    files: int
    first_answer_at: datetime | None
    last_answer: str
    language: str
    who: str

    @property
    def hours(self) -> float | None:
        return _hours(self.created_at, self.first_answer_at)


class Tally(NamedTuple):
    """What of a report is counted."""

    created_at: datetime
    place: str
    category: str
    state: str
    first_answer_at: datetime | None

    @property
    def hours(self) -> float | None:
        return _hours(self.created_at, self.first_answer_at)


def _hours(created_at: datetime, first_answer_at: datetime | None) -> float | None:
    """By the calendar, until the first answer."""
    if first_answer_at is None:
        return None
    return (first_answer_at - created_at).total_seconds() / 3600


def rows(session: Session, filters: Filters, paths: Sequence[str]) -> Iterator[Row]:
    """The reports at places below `paths`, oldest first, fetched a chunk at a time."""
    names = _places(session, paths, filters.place_id)
    query = _query(filters, _limits(filters, paths, names))
    found = session.execute(query, execution_options={"yield_per": CHUNK})
    for chunk in found.partitions():
        for row in chunk:
            yield Row(
                row.id,
                row.created_at,
                names.get(row.place_id, ""),
                row.category,
                row.state,
                row.what,
                row.address,
                row.latitude,
                row.longitude,
                len(row.media),
                row.first_answer_at,
                row.last_answer or "",
                row.language,
                row.who,
            )


def tallies(session: Session, filters: Filters, paths: Sequence[str]) -> Iterator[Tally]:
    """The same reports to be counted, in any order."""
    names = _places(session, paths, filters.place_id)
    answers = select(event.c.ticket_id, func.min(event.c.at).label("at"))
    answers = answers.where(event.c.kind == "answered").group_by(event.c.ticket_id)
    if filters.since:  # no answer is older than its report
        answers = answers.where(event.c.at >= filters.since.astimezone(UTC))
    first = answers.subquery()
    query = (
        select(*(ticket.c[name] for name in _COUNTED), first.c.at)
        .outerjoin(first, first.c.ticket_id == ticket.c.id)
        .where(*_conditions(filters, _limits(filters, paths, names)))
    )
    found = session.execute(query, execution_options={"yield_per": CHUNK})
    for created_at, place_id, category, state, at in found:
        yield Tally(created_at, names.get(place_id, ""), category, state, at)


def _limits(filters: Filters, paths: Sequence[str], names: Mapping[int, str]) -> list[int] | None:
    """Ids of the places to choose from; None: wherever."""
    everywhere = filters.place_id is None and tuple(paths) == EVERYWHERE
    return None if everywhere else list(names)


def _places(session: Session, paths: Sequence[str], place_id: int | None) -> dict[int, str]:
    """Names by id. A chosen place counts as far as it lies below one of the paths."""
    within = "" if place_id is None else places.get(session, place_id).path
    names: dict[int, str] = {}
    for path in paths:
        if not (within.startswith(path) or path.startswith(within)):
            continue
        deeper = max(path, within, key=len)
        names.update({spot.id: spot.name for spot in places.below(session, deeper)})
    return names


def _query(filters: Filters, place_ids: list[int] | None) -> Select[Any]:
    """`place_ids` None: wherever."""
    answers = (event.c.ticket_id == ticket.c.id, event.c.kind == "answered")
    first = select(func.min(event.c.at)).where(*answers).correlate(ticket).scalar_subquery()
    last = (
        select(event.c.body)
        .where(*answers)
        .order_by(event.c.id.desc())
        .limit(1)
        .correlate(ticket)
        .scalar_subquery()
    )
    columns = [ticket.c[name] for name in _COLUMNS]
    query = select(*columns, first.label("first_answer_at"), last.label("last_answer"))
    if filters.names:
        query = query.add_columns(person.c.name.label("who"))
        query = query.join(person, person.c.id == ticket.c.person_id)
    else:
        query = query.add_columns(literal("").label("who"))
    return query.where(*_conditions(filters, place_ids)).order_by(ticket.c.id)


def _conditions(filters: Filters, place_ids: list[int] | None) -> Iterator[ColumnElement[bool]]:
    if filters.since:
        yield ticket.c.created_at >= filters.since.astimezone(UTC)
    if filters.until:
        yield ticket.c.created_at < filters.until.astimezone(UTC)
    if place_ids is not None:
        yield ticket.c.place_id.in_(place_ids)
    if filters.state:
        yield ticket.c.state == filters.state
    if filters.category:
        yield ticket.c.category == filters.category
