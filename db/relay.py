"""What people carry by hand: into groups that no bot can write to, over the loudspeaker, onto the
notice board.

A part that is carried stands in the outbox as `handed`, and as `relayed` once its keeper says so.
A `Relay` that is not done and has no handed part any more is to be called back. Who is told of
it, and when, is the matter of `errands`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db import audience
from db.bots import HAND
from db.permissions import NotAllowed
from db.scene import Actor
from db.session import notify
from db.tables import (
    Account,
    AnnouncementVersion,
    Bot,
    Chat,
    Delivery,
    Outbox,
    Place,
    Relay,
    table,
)

account, bot, chat, delivery = table(Account), table(Bot), table(Chat), table(Delivery)
outbox, place, relay = table(Outbox), table(Place), table(Relay)
version = table(AnnouncementVersion)

SEND: Final = "announcement:send"
FORGOTTEN: Final = timedelta(days=7)  # what was handed longer ago stays as it is
IN_PLAY: Final = timedelta(days=1)  # in which what does not arrive is asked of somebody else
LATE: Final = "late"  # what its author has seen of a version that goes on after its report
REGRET: Final = timedelta(days=1)  # in which one may say that it was not carried after all

_LAST_ID: Final = 2**31 - 1
_part = outbox.alias("part")
HANDED: Final = (
    select(_part.c.id)
    .where(_part.c.delivery_id == delivery.c.id, _part.c.state == "handed")
    .correlate(delivery)
    .exists()
)
# Of a chat and its bot: no bot writes there, or it may not just now and somebody can instead.
BY_HAND: Final = or_(
    bot.c.platform == HAND,
    and_(chat.c.standing.in_(("out", "muted")), chat.c.keeper_id.is_not(None)),
)


class Stop(NamedTuple):
    """Where something is carried; `segment` as in `groups.REACHES`. `instead`: it has no keeper of
    its own who can be written to. `done`: it was carried there, says somebody."""

    delivery_id: int
    title: str
    segment: str
    instead: bool = False
    done: bool = False


class Done(NamedTuple):
    """What a person's word changed: the stops that it settled, those that had been settled
    before, and those where nothing is to be carried any more. `left`: how many of the same
    versions the person still carries."""

    stops: tuple[Stop, ...]
    before: tuple[Stop, ...]
    off: tuple[Stop, ...]
    left: int


class Undone(NamedTuple):
    """What is open now of what was said to be done, and the authors who were told that it was."""

    stops: tuple[Stop, ...]
    authors: tuple[int, ...]


class Carriers(NamedTuple):
    """Who would carry something by hand: how many people, and the number of stops that have
    nobody of their own."""

    people: int
    unkept: int


class NoSuchErrand(Exception):
    """Nothing of the kind is carried by hand: ask for the list anew."""


def hand(session: Session, deliveries: Any, now: datetime) -> None:
    """Of these deliveries (ids, or a select of them), those with handed parts are their keepers'
    from now on, who are to be told, once more if need be."""
    dialect = session.get_bind().dialect.name
    new = (postgresql if dialect == "postgresql" else sqlite).insert(relay)
    rows = (
        select(delivery.c.id, chat.c.keeper_id, literal(now, relay.c.handed_at.type))
        .join(chat, chat.c.id == delivery.c.chat_id)
        .where(delivery.c.id.in_(deliveries), HANDED)
    )
    fresh = {"keeper_id": new.excluded.keeper_id, "handed_at": new.excluded.handed_at}
    unknown = dict.fromkeys(("told_at", "reminded_at", "done_at", "done_by"))
    session.execute(
        new.from_select(["delivery_id", "keeper_id", "handed_at"], rows).on_conflict_do_update(
            index_elements=["delivery_id"], set_={**fresh, **unknown}
        )
    )
    notify(session, "relay")


def take_over(session: Session, delivery_ids: Collection[int], now: datetime) -> int:
    """What is queued of these deliveries cannot be sent by their bot, and is carried by hand. One
    with a part in the bot's hand is left alone. How many were taken over."""
    busy = select(_part.c.delivery_id).where(
        _part.c.delivery_id.in_(delivery_ids), _part.c.state == "sending"
    )
    taken = set(
        session.execute(
            update(outbox)
            .where(outbox.c.delivery_id.in_(delivery_ids), outbox.c.delivery_id.not_in(busy))
            .where(outbox.c.state == "queued")
            .values(state="handed")
            .returning(outbox.c.delivery_id)
        ).scalars()
    )
    if taken:
        hand(session, taken, now)
        notify(session, "settled")
    return len(taken)


def shut_out(session: Session, chat_id: int, now: datetime) -> None:
    """What was just said in that private chat has not arrived: whatever its person was asked to
    carry is to be told anew, to whoever can be written to."""
    people = select(account.c.person_id).where(account.c.chat_id == chat_id)
    handed = select(_part.c.delivery_id).where(_part.c.state == "handed")
    session.execute(
        update(relay)
        .where(relay.c.keeper_id.in_(people), relay.c.told_at.is_not(None))
        .where(relay.c.done_at.is_(None), relay.c.delivery_id.in_(handed))
        .where(relay.c.handed_at > now - IN_PLAY)
        .values(told_at=None, reminded_at=None)
    )
    notify(session, "relay")


def forgotten(now: datetime) -> ColumnElement[bool]:
    """Of a part: handed so long ago that it stays as it is."""
    old = select(relay.c.delivery_id).where(relay.c.handed_at <= now - FORGOTTEN)
    return and_(outbox.c.state == "handed", outbox.c.delivery_id.in_(old))


def done(session: Session, actor: Actor, *, deliveries: Sequence[int]) -> Done:
    """They were carried, says their keeper, or whoever may announce there. Raises NotAllowed,
    NoSuchErrand."""
    rows = session.execute(
        select(
            delivery.c.id.label("delivery_id"),
            delivery.c.version_id,
            chat.c.title,
            chat.c.segment,
            place.c.path,
            relay.c.delivery_id.label("relay"),
            relay.c.keeper_id,
            relay.c.done_at,
            relay.c.done_by,
        )
        .join(chat, chat.c.id == delivery.c.chat_id)
        .outerjoin(place, place.c.id == chat.c.place_id)
        .outerjoin(relay, relay.c.delivery_id == delivery.c.id)
        .where(delivery.c.id.in_(ids(deliveries)))
        .order_by(delivery.c.id)
    ).all()
    if not rows:
        raise NoSuchErrand
    for row in rows:
        if row.relay is None or row.keeper_id != actor.person_id:
            _may_announce(actor, row.path)
    settled = _settle(session, actor, [row.delivery_id for row in rows])
    versions = {row.version_id for row in rows}
    return Done(
        tuple(stop(row) for row in rows if row.delivery_id in settled),
        tuple(stop(row) for row in rows if row.done_by and row.delivery_id not in settled),
        tuple(stop(row) for row in rows if not row.done_by and row.delivery_id not in settled),
        _left(session, actor, versions),
    )


def undo(session: Session, actor: Actor, *, deliveries: Collection[int]) -> Undone:
    """Not carried after all, says whoever said so; their keeper has them again, and the author a
    report to come. Raises NoSuchErrand where nothing is open."""
    deliveries = ids(deliveries)
    back, authors = _reopened(session, actor, deliveries)
    rows = session.execute(
        select(delivery.c.id.label("delivery_id"), chat.c.title, chat.c.segment)
        .join(chat, chat.c.id == delivery.c.chat_id)
        .join(relay, relay.c.delivery_id == delivery.c.id)
        .where(delivery.c.id.in_(deliveries), HANDED)
        .where(or_(relay.c.keeper_id == actor.person_id, relay.c.delivery_id.in_(back)))
        .order_by(delivery.c.id)
    ).all()
    if not rows:
        raise NoSuchErrand
    return Undone(tuple(stop(row) for row in rows), tuple(authors - {actor.person_id}))


def carriers(
    session: Session, actor: Actor, places: Sequence[int], segments: Sequence[str]
) -> Carriers:
    """Of what is carried by hand whatever the bots can send. Raises NotAllowed when a place is
    not the actor's."""
    paths = audience.sendable(session, actor, places)
    people, stops, kept = session.execute(
        select(
            func.count(func.distinct(chat.c.keeper_id)),
            func.count(),
            func.count(chat.c.keeper_id),
        )
        .select_from(chat)
        .join(bot, bot.c.id == chat.c.bot_id)
        .join(place, place.c.id == chat.c.place_id)
        .where(bot.c.platform == HAND, audience.fits(paths, segments))
    ).one()
    return Carriers(people, stops - kept)


def ids(numbers: Collection[int]) -> list[int]:
    """Those that a row could have, of what somebody wrote or pressed."""
    return [number for number in numbers if 0 < number <= _LAST_ID]


def _may_announce(actor: Actor, path: str | None) -> None:
    if path is None:
        raise NotAllowed(SEND)
    actor.require(SEND, path)


def _settle(session: Session, actor: Actor, deliveries: Sequence[int]) -> set[int]:
    settled = set(
        session.execute(
            update(outbox)
            .where(outbox.c.delivery_id.in_(deliveries), outbox.c.state == "handed")
            .values(state="relayed", sent_at=actor.now)
            .returning(outbox.c.delivery_id)
        ).scalars()
    )
    session.execute(
        update(relay)
        .where(relay.c.delivery_id.in_(settled))
        .values(done_at=actor.now, done_by=actor.person_id)
    )
    theirs = select(delivery.c.version_id).where(delivery.c.id.in_(settled))
    session.execute(
        update(version)
        .where(version.c.id.in_(theirs), version.c.reported_at.is_not(None))
        .values(shown=LATE)
    )
    notify(session, "settled")
    return settled


def _reopened(
    session: Session, actor: Actor, deliveries: Collection[int]
) -> tuple[set[int], set[int]]:
    """Of these, what the actor has settled within `REGRET` and is still wanted there, which they
    need no reminder of; and the authors who had their report."""
    wanted = (
        select(delivery.c.id)
        .join(version, version.c.id == delivery.c.version_id)
        .join(chat, chat.c.id == delivery.c.chat_id)
        .where(delivery.c.id.in_(deliveries))
        .where(version.c.stopped_at.is_(None), chat.c.place_id.is_not(None))
    )
    back = set(
        session.execute(
            update(relay)
            .where(relay.c.delivery_id.in_(wanted), relay.c.done_by == actor.person_id)
            .where(relay.c.done_at > actor.now - REGRET)
            .values(done_at=None, done_by=None)
            .values(reminded_at=func.coalesce(relay.c.reminded_at, actor.now))
            .returning(relay.c.delivery_id)
        ).scalars()
    )
    session.execute(
        update(outbox)
        .where(outbox.c.delivery_id.in_(back), outbox.c.state == "relayed")
        .values(state="handed", sent_at=None)
    )
    theirs = select(delivery.c.version_id).where(delivery.c.id.in_(back))
    told = session.execute(
        update(version)
        .where(version.c.id.in_(theirs), version.c.reported_at.is_not(None))
        .values(reported_at=None)
        .returning(version.c.released_by)
    )
    notify(session, "settled")
    return back, set(told.scalars())


def _left(session: Session, actor: Actor, versions: Collection[int]) -> int:
    carried = and_(relay.c.keeper_id == actor.person_id, delivery.c.version_id.in_(versions))
    found = select(func.count()).select_from(relay)
    joined = found.join(delivery, delivery.c.id == relay.c.delivery_id)
    return int(session.execute(joined.where(carried, HANDED)).scalar_one())


def stop(row: Row[Any], *, instead: bool = False, done: bool = False) -> Stop:
    """Of a row with a delivery's id, and its chat's title and segment."""
    return Stop(row.delivery_id, row.title, row.segment or "", instead, done)
