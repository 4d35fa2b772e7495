"""What became of the messages in hand: settled, back in the queue, or in doubt.

A message that did not go out takes its waiting edits with it: its row holds the newest words
already, and sends them when it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Row, bindparam, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db import chats, quota, requests
from db.claims import EDIT, QUEUED, SENDING, URGENT
from db.prepared import Prepared, each
from db.session import notify
from db.tables import AnnouncementVersion, Delivery, Outbox, Upload, table

delivery, outbox, upload = table(Delivery), table(Outbox), table(Upload)
version = table(AnnouncementVersion)

MAX_EDIT_DOUBTS: Final = 5

# Built once: building them costs more than running them.
_SENT: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), SENDING)
    .values(state="sent", external_id=bindparam("there"), sent_at=bindparam("at"), error=None)
)
_target = outbox.alias("target")
_there = select(_target.c.id).where(
    _target.c.id == outbox.c.ref, _target.c.state == "sent", _target.c.external_id.is_not(None)
)
_DROP_EDITS: Final = Prepared(
    update(outbox)
    .where(outbox.c.ref.in_(each("ids")), QUEUED, EDIT, ~_there.exists())
    .values(state="cancelled")
)

Result: TypeAlias = Literal["sent", "again", "failed", "unknown", "moved", "untried"]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claimed row. `again_at`: when it may be tried again."""

    id: int
    result: Result
    external_id: str | None = None
    error: str | None = None
    again_at: datetime | None = None
    moved_to: str | None = None
    ref: str | None = field(default=None, repr=False)  # what the platform calls the file now
    back: bool = False  # whether it arrived where we thought we were out


def settle(
    session: Session, results: Sequence[Settled], now: datetime, metered: int | None = None
) -> None:
    """Write down what became of rows in hand; rows that no longer are stay as they are.
    `metered`: their bot, where what it sends is counted."""
    if not results:
        return
    if metered is not None:
        _count(session, metered, results, now)
    _sent(session, [result for result in results if result.result == "sent"], now)
    for result in results:
        if result.result != "sent":
            _not_sent(session, result, now)
    _drop_edits(session, [result.id for result in results])
    notify(session, "settled")


def recover(session: Session, bot_id: int, now: datetime, metered: bool = False) -> int:
    """After a start: whatever was in hand at the stop is in doubt. How many rows. `metered`:
    what the bot sends is counted."""
    rows = session.execute(
        select(outbox.c.id).where(outbox.c.bot_id == bot_id, SENDING).order_by(outbox.c.id)
    ).scalars()
    doubts = [Settled(row, "unknown", error="Interrupted") for row in rows]
    settle(session, doubts, now, bot_id if metered else None)
    return len(doubts)


def release(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Give back rows in hand that were certainly not tried."""
    settle(session, [Settled(row, "untried") for row in ids], now)


def release_others(session: Session, bot_id: int, known: Collection[int], now: datetime) -> None:
    """Give back all rows in hand but the `known`: a claim whose answer was lost took them, so
    nobody has tried them."""
    rows = session.execute(
        select(outbox.c.id)
        .where(outbox.c.bot_id == bot_id, SENDING, outbox.c.id.not_in(known))
        .order_by(outbox.c.id)
    ).scalars()
    release(session, list(rows), now)


def hasten(session: Session, bot_id: int, latest: datetime) -> None:
    """Nothing waits beyond `latest`: it was put off while the clock ran ahead."""
    session.execute(
        update(outbox)
        .where(outbox.c.bot_id == bot_id, QUEUED, outbox.c.due_at > latest)
        .values(due_at=latest)
    )


def _count(session: Session, bot_id: int, results: Sequence[Settled], now: datetime) -> None:
    """In the bot's ledger: what left, or may have left."""
    ids = [result.id for result in results if result.result in ("sent", "unknown")]
    found = select(func.count()).where(outbox.c.id.in_(ids), SENDING)
    quota.sent(session, bot_id, session.execute(found).scalar_one(), now)
    if any(result.result == "sent" for result in results):
        quota.taken(session, bot_id, now)


def _sent(session: Session, results: Sequence[Settled], now: datetime) -> None:
    if not results:
        return
    session.execute(
        _SENT, [{"row": one.id, "there": one.external_id, "at": now} for one in results]
    )
    _uploaded(session, [result for result in results if result.ref])
    if found := [result.id for result in results if result.back]:
        chats.back(session, found)


def _uploaded(session: Session, results: Sequence[Settled]) -> None:
    dialect = session.get_bind().dialect.name
    new = (postgresql if dialect == "postgresql" else sqlite).insert(upload)
    for result in results:
        row = select(outbox.c.bot_id, outbox.c.media_id, literal(result.ref)).where(
            outbox.c.id == result.id, outbox.c.media_id.is_not(None)
        )
        session.execute(
            new.from_select(["bot_id", "media_id", "ref"], row).on_conflict_do_update(
                index_elements=["bot_id", "media_id"], set_={"ref": new.excluded.ref}
            )
        )


def _not_sent(session: Session, result: Settled, now: datetime) -> None:
    row = session.execute(
        select(outbox, version.c.stopped_at)
        .outerjoin(delivery, delivery.c.id == outbox.c.delivery_id)
        .outerjoin(version, version.c.id == delivery.c.version_id)
        .where(outbox.c.id == result.id, SENDING)
    ).first()
    if row is None:
        return
    if result.result == "failed" and result.error == "ChatGone":
        chats.close(session, row.chat_id, now)
    if result.result == "moved" and not _moved(session, row, result.moved_to):
        values: dict[str, Any] = {"state": "failed"}
    else:
        values = _becomes(row, result, now)
    if values["state"] == "queued" and _given_up(session, row):
        values = {"state": "cancelled"}
    if row.kind == "message" and values["state"] in ("failed", "cancelled"):
        doubted = row.doubts or result.result == "unknown"
        values = {"state": "uncertain"} if doubted else values  # it may have gone out before
    session.execute(
        update(outbox).where(outbox.c.id == row.id).values(error=result.error, **values)
    )
    if values["state"] in ("failed", "uncertain") and row.origin == "notice":
        requests.given_up(session, [row.id])


def _becomes(row: Row[Any], result: Settled, now: datetime) -> dict[str, Any]:
    match result.result:
        case "failed":
            return {"state": "failed"}
        case "unknown":
            return doubtful(row.kind, row.doubts, row.priority, row.delivery_id is not None, now)
        case "untried":
            return {"state": "queued", "due_at": now}
        case _:
            due_at = result.again_at or now
            return {"state": "queued", "due_at": due_at, "attempts": row.attempts + 1}


def doubtful(
    kind: str, doubts: int, priority: int, announcement: bool, now: datetime
) -> dict[str, Any]:
    """Nobody knows whether it went out. An edit or a farewell does no harm twice; a reply, a
    notice and an urgent announcement are repeated once; an ordinary announcement is held and
    shown."""
    if kind != "message":
        if doubts >= MAX_EDIT_DOUBTS:
            return {"state": "failed"}
    elif doubts >= 1 or (announcement and priority != URGENT):
        return {"state": "uncertain"}
    return {"state": "queued", "due_at": now, "doubts": doubts + 1}


def _given_up(session: Session, row: Row[Any]) -> bool:
    """Whether nobody wants it sent any more: its announcement was stopped meanwhile, a newer
    edit of the same message waits, or the message it edits cannot be named any more."""
    if row.kind != "edit":
        return row.stopped_at is not None
    newer = select(outbox.c.id).where(outbox.c.ref == row.ref, QUEUED, EDIT)
    there = select(outbox.c.external_id).where(outbox.c.id == row.ref)
    return session.execute(newer).first() is not None or session.execute(there).scalar_one() is None


def _drop_edits(session: Session, ids: Sequence[int]) -> None:
    """Of these messages, those that cannot be changed where they are lose their edits."""
    _DROP_EDITS.run(session, {"ids": ids})


def _moved(session: Session, row: Row[Any], to: str | None) -> bool:
    """Whether it can be sent to where the chat is now; perhaps it is known to be there already."""
    if to is not None:
        chats.move(session, row.bot_id, row.chat_id, to)
    return to is not None
