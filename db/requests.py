"""What keepers are sent about an errand, as the outbox knows it: taken back with it, and asked of
somebody else where it does not arrive. Its messages bear the errand's code."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, case, select, update
from sqlmodel import Session

from db.claims import QUEUED
from db.relay import HANDED
from db.session import notify
from db.tables import Account, Delivery, Outbox, Relay, table

account, delivery = table(Account), table(Delivery)
outbox, relay = table(Outbox), table(Relay)

CODE: Final = "CT-"
OF_ERRANDS: Final = and_(outbox.c.origin == "notice", outbox.c.code.startswith(CODE))


def code(delivery_id: int) -> str:
    """Of the errand whose first stop this is."""
    return f"{CODE}{delivery_id}"


def waiting(session: Session, version_id: int, keeper_id: int, told_at: datetime) -> bool:
    """Whether some of what the keeper was told then has not left."""
    mine = _mine(session, version_id, keeper_id, told_at)
    return session.execute(select(outbox.c.id).where(mine, QUEUED).limit(1)).first() is not None


def take_back(session: Session, version_id: int, keeper_id: int, told_at: datetime) -> bool:
    """Some of what the keeper was told then is not to be carried: nothing that waits is sent, and
    what is still to be carried is told anew. Whether anything has left."""
    mine = _mine(session, version_id, keeper_id, told_at)
    if not _cancel(session, mine):
        return True
    gone = and_(outbox.c.state.in_(("sending", "sent", "uncertain")), outbox.c.due_at >= told_at)
    left = session.execute(select(outbox.c.id).where(mine, gone).limit(1)).first() is not None
    anew = {"told_at": case((relay.c.reminded_at.is_(None), None), else_=relay.c.told_at)}
    session.execute(
        update(relay)
        .where(_told(version_id, keeper_id, told_at, HANDED), relay.c.done_at.is_(None))
        .values(reminded_at=None, **anew)
    )
    notify(session, "relay")
    return left


def unheard(session: Session, chat_id: int, code: str) -> None:
    """Of this errand something did not arrive in that chat: the rest is not sent, and the next in
    line is asked. After its reminder, it had arrived."""
    number = code.removeprefix(CODE)
    if not number.isascii() or not number.isdecimal():
        return
    _cancel(session, and_(outbox.c.chat_id == chat_id, outbox.c.code == code, OF_ERRANDS))
    row = session.execute(
        select(delivery.c.version_id, relay.c.keeper_id, relay.c.told_at)
        .join(relay, relay.c.delivery_id == delivery.c.id)
        .join(account, account.c.person_id == relay.c.keeper_id)
        .where(delivery.c.id == int(number), account.c.chat_id == chat_id)
        .where(relay.c.told_at.is_not(None))
    ).first()
    if row is None:
        return
    session.execute(
        update(relay)
        .where(_told(*row, HANDED), relay.c.done_at.is_(None), relay.c.reminded_at.is_(None))
        .values(told_at=None, done_by=relay.c.keeper_id)
    )
    notify(session, "relay")


def given_up(session: Session, ids: Collection[int]) -> None:
    """These messages are not sent any more; those of them that belong to errands are asked of
    somebody else."""
    rows = session.execute(
        select(outbox.c.chat_id, outbox.c.code)
        .where(outbox.c.id.in_(ids), OF_ERRANDS, outbox.c.media_id.is_(None))
        .distinct()
    ).all()
    for row in rows:
        unheard(session, row.chat_id, row.code)


def _mine(session: Session, version_id: int, keeper_id: int, told_at: datetime) -> Any:
    told = select(relay.c.delivery_id).where(_told(version_id, keeper_id, told_at))
    codes = [code(one) for one in session.execute(told).scalars()]
    homes = select(account.c.chat_id).where(account.c.person_id == keeper_id)
    there = account.c.chat_id.is_not(None)
    return and_(OF_ERRANDS, outbox.c.code.in_(codes), outbox.c.chat_id.in_(homes.where(there)))


def _told(version_id: int, keeper_id: int, told_at: datetime, *which: Any) -> Any:
    theirs = select(delivery.c.id).where(delivery.c.version_id == version_id, *which)
    told = and_(relay.c.keeper_id == keeper_id, relay.c.told_at == told_at)
    return and_(told, relay.c.delivery_id.in_(theirs))


def _cancel(session: Session, which: Any) -> bool:
    """Whether there was something that waited. What may be out already stays in doubt."""
    doubted = case((outbox.c.doubts > 0, "uncertain"), else_="cancelled")
    cancelled = update(outbox).where(which, QUEUED).values(state=doubted)
    found = session.execute(cancelled.returning(outbox.c.id)).all()
    notify(session, "settled")
    return bool(found)
