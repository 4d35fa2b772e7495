"""The ledger of a released version: where each of its deliveries stands, counted and named, and
what of it its author was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import Session

from db.relay import HANDED, LATE
from db.tables import (
    Account,
    AnnouncementVersion,
    Chat,
    Delivery,
    Occurrence,
    Outbox,
    Person,
    Relay,
    table,
)

account, chat, delivery, person = table(Account), table(Chat), table(Delivery), table(Person)
occurrence, outbox, relay = table(Occurrence), table(Outbox), table(Relay)
version = table(AnnouncementVersion)

# A delivery stands where the first of these is that one of its parts stands at: under way as
# long as any part is, afterwards as far as its worst part.
STATES: Final = (
    *("sending", "queued", "handed"),
    *("uncertain", "failed", "cancelled"),
    *("relayed", "sent"),
)
UNDER_WAY: Final = ("queued", "sending")
REACHED: Final = ("relayed", "sent")
FINAL: Final = frozenset({*REACHED, "failed", "uncertain", "cancelled"})
_piece, _sent_to = outbox.alias("piece"), delivery.alias("sent_to")
_PIECES: Final = (
    select(_piece.c.id)
    .join(_sent_to, _sent_to.c.id == _piece.c.delivery_id)
    .where(_sent_to.c.version_id == version.c.id)
    .correlate(version)
)
_MOVING: Final = _PIECES.where(_piece.c.state.in_(UNDER_WAY)).exists()
# Of a version: what bots bring has settled, and only keepers have something to carry.
FOR_KEEPERS: Final = and_(~_MOVING, _PIECES.where(_piece.c.state == "handed").exists())
_UNSOUGHT: Final = and_(relay.c.told_at.is_(None), relay.c.reminded_at.is_(None))

PATIENCE: Final = timedelta(hours=24)  # with keepers, until the author hears who has not answered
NAMED: Final = 20  # groups not reached that a ledger names


class Unwritten(NamedTuple):
    """Whose turn it is to carry something, and who could not be asked. `met`: their bot can write
    to them, only not now."""

    name: str
    met: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """The ledger of a version: deliveries by state; of those that ended without reaching their
    group, and those that are carried by hand, the first `NAMED` by title, by state. `handed_at`:
    when the last of these was given to its keeper. `unasked`: how many of them nobody knows of;
    `sought`: somebody was looked for already, for all of these."""

    version_id: int
    author_chat: int | None
    status_id: int | None
    shown: str
    counts: Mapping[str, int]
    not_reached: Mapping[str, tuple[str, ...]]
    stopped: bool
    issue: bool = False  # of a bulletin
    handed_at: datetime | None = None
    unasked: int = 0
    sought: bool = True
    unwritten: tuple[Unwritten, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether its author, who follows no message about it, need not hear that all is well."""
        return self.issue and self.status_id is None and self.reached == self.total

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def count(self, *states: str) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def reached(self) -> int:
        return self.count(*REACHED)

    @property
    def over(self) -> bool:
        return all(state in FINAL for state, count in self.counts.items() if count)

    @property
    def for_keepers(self) -> bool:
        """Whether what bots bring has settled, and only keepers have something to carry."""
        return bool(self.count("handed")) and not self.count(*UNDER_WAY)

    def due(self, now: datetime) -> bool:
        """Whether its author is to be told how it ended: keepers get their time, but no more."""
        if not self.for_keepers or self.handed_at is None:
            return self.over
        return self.handed_at <= now - PATIENCE

    @property
    def mark(self) -> str:
        counts = {**self.counts, "unasked": self.unasked if self.sought else 0}
        return " ".join(f"{state}:{count}" for state, count in sorted(counts.items()) if count)


class NoSuchVersion(Exception):
    """There is no announcement version with this id: write it anew."""


def progress(session: Session, version_id: int) -> Progress:
    """Raises NoSuchVersion."""
    status = outbox.alias("status")
    row = session.execute(
        select(
            version.c.status_id,
            version.c.shown,
            version.c.stopped_at,
            status.c.chat_id,
        )
        .outerjoin(status, status.c.id == version.c.status_id)
        .where(version.c.id == version_id)
    ).one_or_none()
    if row is None:
        raise NoSuchVersion
    ledger = _ledger(version_id)
    counted = session.execute(select(ledger.c.standing, func.count()).group_by(ledger.c.standing))
    counts = {STATES[standing]: count for standing, count in counted}
    return Progress(
        version_id=version_id,
        author_chat=row.chat_id,
        status_id=row.status_id,
        shown=row.shown,
        counts=counts,
        not_reached=_not_reached(session, ledger),
        stopped=row.stopped_at is not None,
        issue=_is_issue(session, version_id),
        **(_carried(session, version_id) if "handed" in counts else {}),
    )


def _carried(session: Session, version_id: int) -> dict[str, Any]:
    """What a Progress says of what keepers have yet to carry."""
    unasked = relay.c.told_at.is_(None)
    row = session.execute(
        select(
            func.max(relay.c.handed_at),
            func.count(case((unasked, 1))),
            func.count(case((_UNSOUGHT, 1))),
        )
        .join(delivery, delivery.c.id == relay.c.delivery_id)
        .where(delivery.c.version_id == version_id, HANDED)
    ).one()
    handed_at, count, not_sought = row
    names = _unwritten(session, version_id) if count else ()
    return {
        "handed_at": handed_at,
        "unasked": count,
        "sought": not not_sought,
        "unwritten": names,
    }


def _unwritten(session: Session, version_id: int) -> tuple[Unwritten, ...]:
    home = account.join(chat, chat.c.id == account.c.chat_id)
    mine = and_(account.c.person_id == person.c.id, chat.c.standing != "out")
    met = select(account.c.id).select_from(home).where(mine).correlate(person).exists()
    rows = session.execute(
        select(person.c.name, met)
        .join(relay, relay.c.keeper_id == person.c.id)
        .join(delivery, delivery.c.id == relay.c.delivery_id)
        .where(delivery.c.version_id == version_id, HANDED)
        .where(relay.c.told_at.is_(None), relay.c.reminded_at.is_not(None))
        .group_by(person.c.id, person.c.name)
        .order_by(person.c.id)
        .limit(NAMED)
    )
    return tuple(Unwritten(name, bool(there)) for name, there in rows)


def _is_issue(session: Session, version_id: int) -> bool:
    found = select(occurrence.c.id).where(occurrence.c.version_id == version_id).limit(1)
    return session.execute(found).first() is not None


def _ledger(version_id: int) -> Subquery:
    """Each delivery with where it stands, as an index of STATES; a chat without a part for its
    platform has failed."""
    ranks = {state: rank for rank, state in enumerate(STATES)}
    return (
        select(
            delivery.c.id,
            delivery.c.chat_id,
            func.min(case(ranks, value=outbox.c.state, else_=ranks["failed"])).label("standing"),
        )
        .outerjoin(outbox, outbox.c.delivery_id == delivery.c.id)
        .where(delivery.c.version_id == version_id)
        .group_by(delivery.c.id, delivery.c.chat_id)
        .subquery("ledger")
    )


def _not_reached(session: Session, ledger: Subquery) -> dict[str, tuple[str, ...]]:
    missed_states = {"handed", *FINAL} - {*REACHED}
    ended = [rank for rank, state in enumerate(STATES) if state in missed_states]
    last = ledger.c.standing == STATES.index("handed")  # they may still arrive
    rows = session.execute(
        select(ledger.c.standing, chat.c.title)
        .join(chat, chat.c.id == ledger.c.chat_id)
        .where(ledger.c.standing.in_(ended))
        .order_by(last, ledger.c.standing, ledger.c.id)
        .limit(NAMED)
    )
    missed: dict[str, tuple[str, ...]] = {}
    for standing, title in rows:
        state = STATES[standing]
        missed[state] = (*missed.get(state, ()), title)
    return missed


def follow(session: Session, version_id: int, status_id: int) -> None:
    """The outbox message `status_id` shows this version's progress from now on; if only keepers
    have something to carry, it says so already."""
    this = version.c.id == version_id
    for_keepers = session.execute(select(version.c.id).where(this, FOR_KEEPERS)).first()
    shown = progress(session, version_id).mark if for_keepers else ""
    session.execute(update(version).where(this).values(status_id=status_id, shown=shown))


def unreported(session: Session) -> list[int]:
    """Versions on their way, settled and not yet reported to their author, or carried on since."""
    rows = session.execute(
        select(version.c.id)
        .where(or_(version.c.reported_at.is_(None), version.c.shown == LATE))
        .order_by(version.c.id)
    )
    return list(rows.scalars())


def unfinished(session: Session, now: datetime) -> int:
    """How many versions have settled and wait for their report; those that keepers still have
    time to carry wait only until their author was shown that."""
    carried = (
        select(delivery.c.id)
        .join(relay, relay.c.delivery_id == delivery.c.id)
        .where(delivery.c.version_id == version.c.id, HANDED)
    )
    in_time = carried.where(relay.c.handed_at > now - PATIENCE).exists()
    sought = ~carried.where(_UNSOUGHT).exists()
    waiting = select(func.count()).select_from(version).where(version.c.reported_at.is_(None))
    before = [version.c.shown.contains(f"{state}:") for state in UNDER_WAY]
    unseen = and_(version.c.status_id.is_not(None), or_(version.c.shown == "", *before))
    over = and_(~_MOVING, ~in_time)
    settled = waiting.where(or_(over, and_(FOR_KEEPERS, sought, unseen)))
    return int(session.execute(settled).scalar_one())


def showed(session: Session, version_id: int, mark: str) -> None:
    """Its author was shown these counts."""
    session.execute(update(version).where(version.c.id == version_id).values(shown=mark))


def reported(session: Session, version_id: int, now: datetime) -> bool:
    """Claim the report to the author: True for the one that may give it."""
    return (
        session.execute(
            update(version)
            .where(version.c.id == version_id, version.c.reported_at.is_(None))
            .values(reported_at=now)
            .returning(version.c.id)
        ).first()
        is not None
    )


def author(session: Session, version_id: int) -> int:
    """The person who released it. Raises NoSuchVersion."""
    found = session.execute(
        select(version.c.released_by).where(version.c.id == version_id)
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchVersion
    return int(found)
