"""Who is asked to carry what by hand, when: told once, reminded once, called back.

Each verb reads what is to be said, and what it returns counts as said: the words are queued in
the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, or_, select, update
from sqlmodel import Session

from db import relay as relays
from db.people import staff
from db.permissions import roles_with
from db.relay import HANDED, SEND, Done, Stop, stop
from db.scene import Actor
from db.tables import (
    Account,
    AnnouncementVersion,
    Chat,
    Delivery,
    Outbox,
    Relay,
    Role,
    table,
)

account, chat, delivery = table(Account), table(Chat), table(Delivery)
outbox, relay, role = table(Outbox), table(Relay), table(Role)
version = table(AnnouncementVersion)

REMIND: Final = timedelta(hours=4)  # after it was told, by day
REMIND_URGENT: Final = timedelta(minutes=30)  # … at any time
FORGOTTEN: Final = timedelta(days=7)  # of what was told longer ago nobody is reminded

_told_of = version.alias("told_of")
_UNTOLD: Final = and_(relay.c.told_at.is_(None), HANDED)
_RECALLED: Final = and_(relay.c.done_at.is_(None), ~HANDED)
_LISTED: Final = or_(relay.c.done_at.is_not(None), HANDED)


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

    @property
    def code(self) -> str:
        return f"CT-{self.stops[0].delivery_id}"

    @property
    def open(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if not stop.done)


def untold(session: Session) -> list[int]:
    """Versions of which something is to be carried, and whoever carries it does not know."""
    return _versions(session, _UNTOLD)


def tell(session: Session, version_id: int, now: datetime) -> list[Errand]:
    """What is to be told of the version; it counts as told. What nobody can be asked to carry
    stays untold."""
    rows = _rows(session, delivery.c.version_id == version_id, _UNTOLD)
    chosen = _chosen(session, rows, now)
    session.execute(_mark(rows, chosen.keys()).values(reminded_at=now))
    for keeper_id in set(chosen.values()):
        given = [one for one, keeper in chosen.items() if keeper == keeper_id]
        told_now = {"keeper_id": keeper_id, "told_at": now, "reminded_at": None}
        session.execute(update(relay).where(relay.c.delivery_id.in_(given)).values(**told_now))
    told = [row for row in rows if row.delivery_id in chosen]
    return _errands(session, told, chosen)


def late(session: Session, now: datetime, *, daytime: bool) -> list[int]:
    """Versions of which somebody is to be reminded now, once."""
    return _versions(session, _late(now, daytime))


def remind(session: Session, version_id: int, now: datetime, *, daytime: bool) -> list[Errand]:
    """What is to be reminded of, each errand whole; it counts as done."""
    rows = _rows(session, delivery.c.version_id == version_id, _late(now, daytime))
    session.execute(_mark(rows).values(reminded_at=now))
    return _whole(session, rows)


def recalled(session: Session) -> list[int]:
    """Versions of which something is not to be carried any more."""
    return _versions(session, _RECALLED)


def recall(session: Session, version_id: int) -> list[Errand]:
    """What somebody was told to carry, and is not to carry any more; it is nobody's now."""
    rows = _rows(session, delivery.c.version_id == version_id, _RECALLED)
    gone = [row.delivery_id for row in rows]
    session.execute(delete(relay).where(relay.c.delivery_id.in_(gone)))
    return _errands(session, [row for row in rows if row.told_at is not None])


def pending(session: Session, now: datetime, *, daytime: bool) -> int:
    """How many deliveries somebody is to be told of now."""
    looked_at = and_(_UNTOLD, relay.c.reminded_at.is_not(None))  # and nobody was found
    news = or_(and_(_UNTOLD, ~looked_at), _late(now, daytime), _RECALLED)
    waiting = select(func.count()).select_from(relay)
    joined = waiting.join(delivery, delivery.c.id == relay.c.delivery_id)
    return int(session.execute(joined.where(news)).scalar_one())


def mine(session: Session, actor: Actor) -> list[Errand]:
    """What the actor has not yet carried everywhere, the oldest first."""
    return _whole(session, _rows(session, relay.c.keeper_id == actor.person_id, HANDED))


def confirm(
    session: Session, actor: Actor, *, deliveries: Sequence[int]
) -> tuple[Done, list[Errand]]:
    """As `relay.done`, with the actor's errands that these belong to."""
    done = relays.done(session, actor, deliveries=deliveries)
    return done, _with(session, actor, deliveries)


def reopen(
    session: Session, actor: Actor, *, deliveries: Sequence[int]
) -> tuple[tuple[Stop, ...], list[Errand]]:
    """As `relay.undo`, with the actor's errands that these belong to."""
    stops = relays.undo(session, actor, deliveries=deliveries)
    return stops, _with(session, actor, deliveries)


def _with(session: Session, actor: Actor, deliveries: Collection[int]) -> list[Errand]:
    carried = relay.c.keeper_id == actor.person_id, relay.c.delivery_id.in_(deliveries)
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
            relay.c.done_at,
            delivery.c.version_id,
            chat.c.title,
            chat.c.segment,
            chat.c.keeper_id.label("own"),
            chat.c.place_id,
            version.c.body,
            version.c.urgent,
            version.c.released_by,
        )
        .join(delivery, delivery.c.id == relay.c.delivery_id)
        .join(chat, chat.c.id == delivery.c.chat_id)
        .join(version, version.c.id == delivery.c.version_id)
        .where(*which)
        .order_by(delivery.c.version_id, relay.c.delivery_id)
    )
    return list(session.execute(found).all())


def _mark(rows: Sequence[Row[Any]], but: Collection[int] = ()) -> Any:
    ids = [row.delivery_id for row in rows if row.delivery_id not in but]
    return update(relay).where(relay.c.delivery_id.in_(ids))


def _chosen(session: Session, rows: Sequence[Row[Any]], now: datetime) -> dict[int, int]:
    """Who carries each delivery: its keeper; else who may announce at that very place; else its
    author, or whoever may announce there. Only people with a private chat."""
    near = _near(session, {row.place_id for row in rows}, now)
    wanted = {row.delivery_id: _wanted(row, near) for row in rows}
    reachable = _reachable(session, set(chain.from_iterable(wanted.values())))
    found: dict[int, int] = {}
    for row in rows:
        asked = (one for one in wanted[row.delivery_id] if one in reachable)
        keeper = next(asked, None) or _anybody(session, row.place_id, now)
        if keeper is not None:
            found[row.delivery_id] = keeper
    return found


def _wanted(row: Row[Any], near: Mapping[int, Sequence[int]]) -> list[int]:
    own = [] if row.own is None else [row.own]
    return [*own, *near.get(row.place_id, ()), row.released_by]


def _near(session: Session, places: Collection[int], now: datetime) -> dict[int, list[int]]:
    """By place, the people whose role there lets them announce."""
    rows = session.execute(
        select(role.c.place_id, role.c.person_id)
        .where(role.c.place_id.in_(places), role.c.name.in_(roles_with(SEND)))
        .where(or_(role.c.ends_at.is_(None), role.c.ends_at > now))
        .order_by(role.c.id)
    )
    found: dict[int, list[int]] = {}
    for place_id, person_id in rows:
        found.setdefault(place_id, []).append(person_id)
    return found


def _anybody(session: Session, place_id: int | None, now: datetime) -> int | None:
    if place_id is None:
        return None
    above = staff(session, place_id, SEND, now)
    reachable = _reachable(session, above)
    return next((one for one in above if one in reachable), None)


def _reachable(session: Session, people: Collection[int]) -> set[int]:
    """Who of them has a private chat that is not closed to us."""
    there = account.c.person_id.in_(people), chat.c.standing != "out"
    found = select(account.c.person_id).join(chat, chat.c.id == account.c.chat_id)
    return set(session.execute(found.where(*there)).scalars())


def _errands(
    session: Session, rows: Sequence[Row[Any]], keepers: Mapping[int, int] | None = None
) -> list[Errand]:
    """One for each keeper, version and time it was told, where the same messages go to every stop.
    `keepers`: by delivery, where they have just been chosen."""
    contents = _contents(session, [row.delivery_id for row in rows])
    bundles: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in rows:
        keeper = keepers[row.delivery_id] if keepers else row.keeper_id
        key = (row.version_id, keeper, contents.get(row.delivery_id, ()), row.told_at)
        bundles.setdefault(key, []).append(row)
    return [_errand(*key[:3], rows=bundle) for key, bundle in bundles.items()]


def _errand(
    version_id: int, keeper: int, content: Sequence[tuple[str, int | None]], *, rows: list[Row[Any]]
) -> Errand:
    return Errand(
        version_id,
        keeper,
        rows[0].urgent,
        rows[0].body,
        tuple(text for text, _ in content if text),
        tuple(file for _, file in content if file is not None),
        tuple(stop(row, instead=row.own != keeper, done=bool(row.done_at)) for row in rows),
    )


def _contents(
    session: Session, deliveries: Sequence[int]
) -> dict[int, tuple[tuple[str, int | None], ...]]:
    """By delivery, the words and files of the parts carried by hand, in their order."""
    rows = session.execute(
        select(outbox.c.delivery_id, outbox.c.body, outbox.c.media_id)
        .where(outbox.c.delivery_id.in_(deliveries), outbox.c.state.in_(("handed", "relayed")))
        .order_by(outbox.c.delivery_id, outbox.c.part)
    )
    found: dict[int, tuple[tuple[str, int | None], ...]] = {}
    for delivery_id, body, media_id in rows:
        found[delivery_id] = (*found.get(delivery_id, ()), (body, media_id))
    return found
