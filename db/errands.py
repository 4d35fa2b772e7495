"""Who is asked to carry what by hand, when: told once, reminded once, called back.

Each verb reads what is to be said, and what it returns counts as said: the words are queued in
the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, or_, select, update
from sqlmodel import Session

from db import carriers, requests
from db import relay as relays
from db.carriers import Carrier, Content, Takes
from db.people import Mailbox
from db.relay import FORGOTTEN, HANDED, Done, Stop, Undone, stop
from db.scene import Actor
from db.session import notify
from db.tables import AnnouncementVersion, Chat, Delivery, Outbox, Place, Relay, table

chat, delivery = table(Chat), table(Delivery)
outbox, place, relay = table(Outbox), table(Place), table(Relay)
version = table(AnnouncementVersion)

REMIND: Final = timedelta(hours=4)  # after it was told, by day
REMIND_URGENT: Final = timedelta(minutes=30)  # … at any time
STALE: Final = timedelta(hours=24)  # what nobody was told of by then is told to nobody
NO_KEEPER: Final = "NoKeeper"

_told_of = version.alias("told_of")
_UNTOLD: Final = and_(relay.c.told_at.is_(None), HANDED)
_LISTED: Final = or_(relay.c.done_by.is_not(None) & relay.c.done_at.is_not(None), HANDED)


@dataclass(frozen=True, slots=True)
class Errand:
    """What one person was asked at one time to carry of one version: the same messages to every
    stop, whose order stays. `body`: all the words of the announcement; `texts`, `files` (media
    ids): what of them is carried by hand."""

    version_id: int
    keeper_id: int
    urgent: bool
    body: str = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    files: tuple[int, ...]
    stops: tuple[Stop, ...]
    box: Mailbox | None = None  # where it can be told now

    @property
    def code(self) -> str:
        return requests.code(self.stops[0].delivery_id)

    @property
    def open(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if not stop.done)


def untold(session: Session, now: datetime) -> list[int]:
    """Versions of which something is to be carried, and whoever carries it does not know."""
    return _versions(session, _fresh(now))


def tell(
    session: Session, version_id: int, now: datetime, takes: Takes = carriers.anything
) -> list[Errand]:
    """What is to be told of the version; it counts as told. What nobody can be asked to carry
    stays untold, and is whose turn it was."""
    rows = _rows(session, delivery.c.version_id == version_id, _fresh(now))
    contents = _contents(session, [row.delivery_id for row in rows])
    found = carriers.choose(session, rows, contents, now, takes)
    chosen = {one: carrier for one, carrier in found.items() if carrier.box}
    if any(row.reminded_at is None and row.delivery_id not in chosen for row in rows):
        notify(session, "settled")
    session.execute(_mark(rows, chosen.keys()).values(reminded_at=now))
    for keeper_id in {carrier.person_id for carrier in found.values()}:
        theirs = {one for one, carrier in found.items() if carrier.person_id == keeper_id}
        _give(session, theirs, keeper_id=keeper_id)
        told_now = {"told_at": now, "reminded_at": None, "done_by": None}
        _give(session, theirs & chosen.keys(), **told_now)
    told = [row for row in rows if row.delivery_id in chosen]
    return _errands(session, told, chosen)


def stale(session: Session, now: datetime) -> bool:
    """Whether there is something to forsake."""
    return bool(_versions(session, _old(now)))


def forsake(session: Session, now: datetime, version_id: int | None = None) -> int:
    """What nobody could be told of in time has not been carried: how many deliveries."""
    old = _old(now)
    which = [old] if version_id is None else [old, delivery.c.version_id == version_id]
    ids = [row.delivery_id for row in _rows(session, *which)]
    if ids:
        session.execute(
            update(outbox)
            .where(outbox.c.delivery_id.in_(ids), outbox.c.state == "handed")
            .values(state="failed", error=NO_KEEPER)
        )
        notify(session, "settled")
    return len(ids)


def late(session: Session, now: datetime, *, daytime: bool) -> list[int]:
    """Versions of which somebody is to be reminded now, once."""
    return _versions(session, _late(now, daytime))


def remind(session: Session, version_id: int, now: datetime, *, daytime: bool) -> list[Errand]:
    """What is to be reminded of, each errand whole; it counts as done. Nobody is reminded of what
    has not yet left."""
    rows = _rows(session, delivery.c.version_id == version_id, _late(now, daytime))
    told = {(row.keeper_id, row.told_at) for row in rows}
    still = {one for one in told if requests.waiting(session, version_id, *one)}
    rows = [row for row in rows if (row.keeper_id, row.told_at) not in still]
    session.execute(_mark(rows).values(reminded_at=now))
    return _whole(session, rows)


def recalled(session: Session, now: datetime) -> list[int]:
    """Versions of which something is not to be carried any more."""
    return _versions(session, _off(now))


def recall(session: Session, version_id: int, now: datetime) -> list[Errand]:
    """What somebody was told to carry, and is not to carry any more. Of what has not left to them
    they hear nothing."""
    rows = _rows(session, delivery.c.version_id == version_id, _off(now))
    told = [row for row in rows if row.told_at is not None]
    unknown = [row.delivery_id for row in rows if row.told_at is None]
    session.execute(delete(relay).where(relay.c.delivery_id.in_(unknown)))
    session.execute(_mark(told).values(done_at=now, done_by=None))
    keys = {(row.keeper_id, row.told_at) for row in told}
    left = {one for one in keys if requests.take_back(session, version_id, *one)}
    return _errands(session, [row for row in told if (row.keeper_id, row.told_at) in left])


def pending(session: Session, now: datetime, *, daytime: bool) -> int:
    """How many deliveries somebody is to be told of now."""
    fresh = and_(_fresh(now), relay.c.reminded_at.is_(None))  # nobody has looked for anybody
    news = or_(fresh, _late(now, daytime), _off(now))
    waiting = select(func.count()).select_from(relay)
    joined = waiting.join(delivery, delivery.c.id == relay.c.delivery_id)
    return int(session.execute(joined.where(news)).scalar_one())


def mine(session: Session, actor: Actor) -> list[Errand]:
    """What the actor has not yet carried everywhere, the oldest first."""
    theirs = relay.c.keeper_id == actor.person_id
    return _whole(session, _rows(session, theirs, HANDED, _recent(actor.now)))


def confirm(
    session: Session, actor: Actor, *, deliveries: Sequence[int]
) -> tuple[Done, list[Errand]]:
    """As `relay.done`, with the actor's errands that these belong to."""
    done = relays.done(session, actor, deliveries=deliveries)
    return done, _with(session, actor, deliveries)


def reopen(
    session: Session, actor: Actor, *, deliveries: Sequence[int]
) -> tuple[Undone, list[Errand]]:
    """As `relay.undo`, with the actor's errands that these belong to."""
    undone = relays.undo(session, actor, deliveries=deliveries)
    return undone, _with(session, actor, deliveries)


def _with(session: Session, actor: Actor, deliveries: Collection[int]) -> list[Errand]:
    carried = relay.c.keeper_id == actor.person_id, relay.c.delivery_id.in_(relays.ids(deliveries))
    return _whole(session, _rows(session, *carried, _LISTED))


def _whole(session: Session, rows: Sequence[Row[Any]]) -> list[Errand]:
    """The errands that these rows are of, with all their stops, so that a number read off an
    older message means the same one."""
    if not rows:
        return []
    ids = {row.delivery_id for row in rows}
    versions, keepers = {row.version_id for row in rows}, {row.keeper_id for row in rows}
    theirs = delivery.c.version_id.in_(versions), relay.c.keeper_id.in_(keepers)
    found = _errands(session, _rows(session, *theirs, _LISTED))
    return [one for one in found if ids & {stop.delivery_id for stop in one.stops}]


def _fresh(now: datetime) -> ColumnElement[bool]:
    return and_(_UNTOLD, relay.c.handed_at > now - STALE)


def _old(now: datetime) -> ColumnElement[bool]:
    return and_(_UNTOLD, relay.c.handed_at <= now - STALE, _recent(now))


def _recent(now: datetime) -> ColumnElement[bool]:
    return relay.c.handed_at > now - FORGOTTEN


def _off(now: datetime) -> ColumnElement[bool]:
    return and_(relay.c.done_at.is_(None), ~HANDED, _recent(now))


def _late(now: datetime, daytime: bool) -> ColumnElement[bool]:
    urgent = and_(_told_of.c.urgent, relay.c.told_at <= now - REMIND_URGENT)
    ordinary = relay.c.told_at <= now - REMIND
    waits = and_(relay.c.reminded_at.is_(None), relay.c.done_at.is_(None), HANDED)
    found = select(_told_of.c.id).where(_told_of.c.id == delivery.c.version_id)
    late = found.where(or_(urgent, ordinary) if daytime else urgent)
    return and_(relay.c.told_at > now - FORGOTTEN, waits, late.exists())


def _versions(session: Session, which: ColumnElement[bool]) -> list[int]:
    found = (
        select(delivery.c.version_id)
        .join(relay, relay.c.delivery_id == delivery.c.id)
        .where(which)
        .distinct()
        .order_by(delivery.c.version_id)
    )
    return list(session.execute(found).scalars())


def _rows(session: Session, *which: ColumnElement[bool]) -> list[Row[Any]]:
    """The deliveries that are carried, with what an errand says of them."""
    found: Select[Any] = (
        select(
            relay.c.delivery_id,
            relay.c.keeper_id,
            relay.c.told_at,
            relay.c.reminded_at,
            relay.c.done_at,
            relay.c.done_by,
            delivery.c.version_id,
            chat.c.title,
            chat.c.segment,
            chat.c.keeper_id.label("own"),
            place.c.path,
            version.c.body,
            version.c.urgent,
            version.c.released_by,
        )
        .join(delivery, delivery.c.id == relay.c.delivery_id)
        .join(chat, chat.c.id == delivery.c.chat_id)
        .outerjoin(place, place.c.id == chat.c.place_id)
        .join(version, version.c.id == delivery.c.version_id)
        .where(*which)
        .order_by(delivery.c.version_id, relay.c.delivery_id)
    )
    return list(session.execute(found).all())


def _mark(rows: Sequence[Row[Any]], but: Collection[int] = ()) -> Any:
    ids = [row.delivery_id for row in rows if row.delivery_id not in but]
    return update(relay).where(relay.c.delivery_id.in_(ids))


def _give(session: Session, deliveries: Collection[int], **values: Any) -> None:
    session.execute(update(relay).where(relay.c.delivery_id.in_(deliveries)).values(**values))


def _errands(
    session: Session, rows: Sequence[Row[Any]], chosen: Mapping[int, Carrier] | None = None
) -> list[Errand]:
    """One for each keeper, version and time it was told, where the same messages go to every stop.
    `chosen`: by delivery, where they have just been."""
    contents = _contents(session, [row.delivery_id for row in rows])
    bundles: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in rows:
        carrier = chosen[row.delivery_id] if chosen else Carrier(row.keeper_id)
        key = (row.version_id, carrier, contents.get(row.delivery_id, ()), row.told_at)
        bundles.setdefault(key, []).append(row)
    return [_errand(*key[:3], rows=bundle) for key, bundle in bundles.items()]


def _errand(version_id: int, carrier: Carrier, content: Content, *, rows: list[Row[Any]]) -> Errand:
    keeper = carrier.person_id
    return Errand(
        version_id,
        keeper,
        rows[0].urgent,
        rows[0].body,
        tuple(text for text, _ in content if text),
        tuple(file for _, file in content if file is not None),
        tuple(stop(row, instead=row.own != keeper, done=bool(row.done_at)) for row in rows),
        carrier.box,
    )


def _contents(session: Session, deliveries: Sequence[int]) -> dict[int, Content]:
    """By delivery, the words and files of the parts carried by hand, in their order."""
    rows = session.execute(
        select(outbox.c.delivery_id, outbox.c.body, outbox.c.media_id)
        .where(outbox.c.delivery_id.in_(deliveries), outbox.c.state.in_(("handed", "relayed")))
        .order_by(outbox.c.delivery_id, outbox.c.part)
    )
    found: dict[int, Content] = {}
    for delivery_id, body, media_id in rows:
        found[delivery_id] = (*found.get(delivery_id, ()), (body, media_id))
    return found
