"""The ledger of what a bot has received and sent in a month, where its platform sets a limit.

It is written in the transactions that keep, settle and claim messages. What is in hand counts as
sent, so that the limit holds whatever happens to the program; the last part of a month is kept
for what is urgent. A month is one of the village's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db.claims import BULK, QUEUED, REPLY, SENDING, URGENT, Head
from db.permissions import roles_with
from db.session import notify
from db.tables import Account, Bot, Outbox, Quota, Role, table

account, role = table(Account), table(Role)
bot, outbox, quota = table(Bot), table(Outbox), table(Quota)

HERE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_PAUSE: Final = timedelta(minutes=1)  # after a refusal; doubled with each …
LONGEST_PAUSE: Final = timedelta(hours=1)  # … up to this
LONG: Final = timedelta(minutes=15)  # a pause in which announcements had better go by hand
URGENTLY: Final = 2  # refusals after which urgent ones had
MOST: Final = 80  # percent of a month at which those who lead the place are warned


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a platform lets one bot say in a month. `counts_received`: what it hears counts too;
    `reserve`: the percentage kept for what is urgent; `answers`: that kept, before it, for
    replies, notices and what keepers are asked."""

    monthly: int
    counts_received: bool = True
    reserve: int = 5
    answers: int = 5

    @property
    def kept(self) -> int:
        return -(-self.monthly * self.reserve // 100)

    @property
    def ordinary(self) -> int:
        return self.monthly - self.kept

    @property
    def bulk(self) -> int:
        return max(0, self.ordinary - -(-self.monthly * self.answers // 100))


class Entry(NamedTuple):
    """A bot's line of the ledger for a month, as in `Quota`, and how much it has in hand."""

    received: int = 0
    sent: int = 0
    warned: bool = False
    refusals: int = 0
    refused_until: datetime | None = None
    refused_told: bool = False
    in_hand: int = 0

    def used(self, plan: Allowance) -> int:
        return self.sent + self.in_hand + (self.received if plan.counts_received else 0)

    def left(self, plan: Allowance) -> Left:
        used = self.used(plan)
        bands = (plan.monthly, plan.ordinary, plan.bulk)
        return Left(*(max(0, band - used) for band in bands))

    def refused(self, now: datetime) -> datetime | None:
        """Until when the platform is left alone; not by a clock that was ahead."""
        until = self.refused_until
        return until if until and now < until <= now + LONGEST_PAUSE else None


class Left(NamedTuple):
    """Messages that may still leave this month: `all` of what is urgent, `bulk` of announcements
    that are not, `ordinary` of others."""

    all: int
    ordinary: int
    bulk: int

    def of(self, priority: int) -> int:
        if priority == URGENT:
            return self.all
        return self.bulk if priority == BULK else self.ordinary


class Room(NamedTuple):
    """What may be claimed at `now`, the deliveries that would not fit, and how many messages (of
    these, or that only the reserve is left for) may stand before what fits."""

    left: Left
    stuck: frozenset[int]
    beside: int
    now: datetime


class Spent(NamedTuple):
    """Where a bot stands this month: `used` of `monthly`."""

    bot_id: int
    name: str
    month: str
    received: int
    sent: int
    used: int
    monthly: int
    refused_until: datetime | None


_IN_HAND: Final = (
    select(func.count())
    .select_from(outbox)
    .where(outbox.c.bot_id == bindparam("bot"), SENDING)
    .scalar_subquery()
)
_ENTRY: Final = (
    select(
        quota.c.received,
        quota.c.sent,
        quota.c.warned,
        quota.c.refusals,
        quota.c.refused_until,
        quota.c.refused_told,
        _IN_HAND,
    )
    .select_from(bot)
    .outerjoin(quota, (quota.c.bot_id == bot.c.id) & (quota.c.month == bindparam("month")))
    .where(bot.c.id == bindparam("bot"))
)
_WAITING: Final = (
    select(outbox.c.priority, outbox.c.delivery_id, func.count().label("messages"))
    .where(outbox.c.bot_id == bindparam("bot"), QUEUED)
    .group_by(outbox.c.priority, outbox.c.delivery_id)
    .order_by(outbox.c.priority, outbox.c.delivery_id.nulls_first())
)
_reply = outbox.alias("reply")


def month(at: datetime) -> str:
    """ "2026-11"."""
    return f"{at.astimezone(HERE):%Y-%m}"


def turn(at: datetime) -> datetime:
    """When the next month begins."""
    here = at.astimezone(HERE)
    year, next_month = divmod(here.year * 12 + here.month, 12)
    return datetime(year, next_month + 1, 1, tzinfo=HERE).astimezone(at.tzinfo)


def received(session: Session, bot_id: int, count: int, now: datetime) -> None:
    """So many new messages were kept."""
    if count:
        _add(session, bot_id, now, received=count)


def sent(session: Session, bot_id: int, count: int, now: datetime) -> None:
    """So many messages left, or may have left."""
    if count:
        _add(session, bot_id, now, sent=count)


def entry(session: Session, bot_id: int, now: datetime) -> Entry:
    row = session.execute(_ENTRY, {"bot": bot_id, "month": month(now)}).one()
    return Entry(*row) if row.sent is not None else Entry(in_hand=row[-1])


def refuse(session: Session, bot_id: int, now: datetime) -> datetime:
    """The platform takes nothing of this bot now: until when it is left alone, longer each time.
    What left together and was refused together counts as one."""
    here = entry(session, bot_id, now)
    if until := here.refused(now):
        return until
    until = min(now + _pause(here.refusals + 1), turn(now))
    write(session, bot_id, now, refusals=here.refusals + 1, refused_until=until)
    notify(session, "quota")
    return until


def taken(session: Session, bot_id: int, now: datetime) -> None:
    """Something was sent after the last refusal was over."""
    session.execute(
        update(quota)
        .where(quota.c.bot_id == bot_id, quota.c.month == month(now))
        .where(quota.c.refused_until <= now)
        .values(refusals=0, refused_until=None)
    )


def refused_long(here: Entry) -> bool:
    """Whether the refusals have lasted; until something is sent."""
    return here.refusals > 0 and _pause(here.refusals) >= LONG


def lost(here: Entry, now: datetime, priority: int = BULK) -> bool:
    """Whether messages of this priority had better not wait until the platform is asked again."""
    if here.refused(now) is None:
        return False
    return here.refusals >= URGENTLY if priority == URGENT else refused_long(here)


def spent(session: Session, plans: Mapping[int, Allowance], now: datetime) -> list[Spent]:
    """This month of each of these bots, by the bots' ids."""
    names = session.execute(
        select(bot.c.id, bot.c.name).where(bot.c.id.in_(plans)).order_by(bot.c.id)
    ).all()
    found = []
    for bot_id, name in names:
        here, plan = entry(session, bot_id, now), plans[bot_id]
        used, until = here.used(plan), here.refused(now)
        counts = (here.received, here.sent, used, plan.monthly)
        found.append(Spent(bot_id, name, month(now), *counts, until))
    return found


def stuck(session: Session, bot_id: int, plan: Allowance, now: datetime) -> list[int]:
    """The deliveries waiting for this bot that it cannot carry this month, beside what goes
    before them; all of them while its platform refuses it for long."""
    here = entry(session, bot_id, now)
    return _stuck(waiting(session, bot_id), here.left(plan), _lost(here, now))


def room(session: Session, bot_id: int, plan: Allowance, now: datetime) -> Room | None:
    """None while the platform is left alone."""
    here = entry(session, bot_id, now)
    if here.refused(now):
        return None
    there = here.left(plan)
    waits = waiting(session, bot_id)
    stuck = frozenset(_stuck(waits, there, _lost(here, now)))
    others = sum(row.messages for row in waits if row.delivery_id is None)
    late = others if others > there.ordinary else 0
    return Room(there, stuck, len(stuck) + late, now)


def within(session: Session, room: Room, heads: Collection[Head]) -> list[Head]:
    """Those that there is room for, the most urgent first. Of a delivery that would not fit,
    nothing is begun."""
    beyond = select(outbox.c.id).where(
        outbox.c.id.in_([head.id for head in heads]), outbox.c.delivery_id.in_(room.stuck)
    )
    refused = set(session.execute(beyond).scalars()) if room.stuck else ()
    short = len(heads) > room.left.ordinary
    free = _to_those_who_warn(session, heads, room.now) if short else ()
    found: list[Head] = []
    for head in sorted(heads, key=lambda head: (head.priority, head.id)):
        most = room.left.all if head.id in free else room.left.of(head.priority)
        if head.id not in refused and len(found) < most:
            found.append(head)
    return sorted(found)


def _to_those_who_warn(session: Session, heads: Collection[Head], now: datetime) -> set[int]:
    """Of these, replies in private to people who may announce urgently (without them they could
    not), and what has to leave before such a reply."""
    waits = and_(_reply.c.origin == "reply", _reply.c.state == literal_column("'queued'"))
    here = and_(_reply.c.bot_id == outbox.c.bot_id, _reply.c.chat_id == outbox.c.chat_id)
    answers = select(_reply.c.id).where(here, waits)
    found = (
        select(outbox.c.id)
        .join(account, account.c.chat_id == outbox.c.chat_id)
        .join(role, role.c.person_id == account.c.person_id)
        .where(outbox.c.id.in_([head.id for head in heads]), answers.exists())
        .where(role.c.name.in_(roles_with("announcement:send_urgent")))
        .where(or_(role.c.ends_at.is_(None), role.c.ends_at > now))
    )
    return set(session.execute(found).scalars())


def waiting(session: Session, bot_id: int) -> Sequence[Any]:
    """What is queued: (priority, delivery or None, messages), in the order in which it leaves."""
    return session.execute(_WAITING, {"bot": bot_id}).all()


def write(session: Session, bot_id: int, now: datetime, **values: Any) -> None:
    """Into this month's line."""
    row = {"bot_id": bot_id, "month": month(now), "received": 0, "sent": 0, **values}
    session.execute(_line(session, row).on_conflict_do_update(index_elements=_KEY, set_=values))


def _add(session: Session, bot_id: int, now: datetime, **counts: int) -> None:
    row = {"bot_id": bot_id, "month": month(now), "received": 0, "sent": 0, **counts}
    more = {name: quota.c[name] + count for name, count in counts.items()}
    session.execute(_line(session, row).on_conflict_do_update(index_elements=_KEY, set_=more))
    notify(session, "quota")


_KEY: Final = ("bot_id", "month")


def _line(session: Session, row: Mapping[str, Any]) -> Any:
    dialect = session.get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(quota).values(**row)


def beside(session: Session, bot_id: int, plan: Allowance, priority: int, now: datetime) -> int:
    """How many more messages of this priority can leave this month, after what waits and can."""
    here = entry(session, bot_id, now)
    if lost(here, now, priority):
        return 0
    there, waits = here.left(plan), waiting(session, bot_id)
    stuck = {*_stuck(waits, there, _lost(here, now))}
    ahead = [row for row in waits if row.priority <= priority and row.delivery_id not in stuck]
    return there.of(priority) - sum(int(row.messages) for row in ahead)


def _lost(here: Entry, now: datetime) -> frozenset[int]:
    """The priorities of which nothing can leave for a while."""
    return frozenset(one for one in (URGENT, REPLY, BULK) if lost(here, now, one))


def _stuck(waits: Sequence[Any], there: Left, lost: Collection[int]) -> list[int]:
    found, ahead = [], 0
    for priority, delivery_id, messages in waits:
        much = priority in lost or ahead + messages > there.of(priority)
        if delivery_id is not None and much:
            found.append(int(delivery_id))
        else:
            ahead += messages
    return found


def _pause(refusals: int) -> timedelta:
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(refusals - 1, 6)))
