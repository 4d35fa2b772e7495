"""What became of the messages in hand: settled, back in the queue, or in doubt.

A message that did not go out takes its waiting edits with it: its row holds the newest words
already, and sends them when it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Row, and_, bindparam, select, update
from sqlmodel import Session

from db.claims import EDIT, QUEUED, SENDING, URGENT
from db.session import notify
from db.tables import AnnouncementVersion, Chat, Delivery, Outbox, table

chat, delivery, outbox = table(Chat), table(Delivery), table(Outbox)
version = table(AnnouncementVersion)

MAX_EDIT_DOUBTS: Final = 5

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


def settle(session: Session, results: Sequence[Settled], now: datetime) -> None:
    """Write down what became of rows in hand; rows that no longer are stay as they are."""
    if not results:
        return
    _sent(session, [result for result in results if result.result == "sent"], now)
    for result in results:
        if result.result != "sent":
            _not_sent(session, result, now)
    _drop_edits(session, [result.id for result in results])
    notify(session, "settled")


def recover(session: Session, bot_id: int, now: datetime) -> int:
    """After a start: whatever was in hand at the stop is in doubt. How many rows."""
    rows = session.execute(
        select(outbox.c.id).where(outbox.c.bot_id == bot_id, SENDING).order_by(outbox.c.id)
    ).scalars()
    doubts = [Settled(row, "unknown", error="Interrupted") for row in rows]
    settle(session, doubts, now)
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


def _sent(session: Session, results: Sequence[Settled], now: datetime) -> None:
    if not results:
        return
    session.execute(
        update(outbox)
        .where(outbox.c.id == bindparam("row"), SENDING)
        .values(state="sent", external_id=bindparam("there"), sent_at=now, error=None),
        [{"row": result.id, "there": result.external_id} for result in results],
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
    if result.result == "moved" and not _move(session, row, result.moved_to):
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
    """Nobody knows whether it went out. An edit does no harm twice; a reply, a notice and an
    urgent announcement are repeated once; an ordinary announcement is held and shown."""
    if kind == "edit":
        if doubts >= MAX_EDIT_DOUBTS:
            return {"state": "failed"}
    elif doubts >= 1 or (announcement and priority != URGENT):
        return {"state": "uncertain"}
    return {"state": "queued", "due_at": now, "doubts": doubts + 1}


def _given_up(session: Session, row: Row[Any]) -> bool:
    """Whether nobody wants it sent any more: its announcement was stopped meanwhile, a newer
    edit of the same message waits, or the message it edits cannot be named any more."""
    if row.kind == "message":
        return row.stopped_at is not None
    newer = select(outbox.c.id).where(outbox.c.ref == row.ref, QUEUED, EDIT)
    there = select(outbox.c.external_id).where(outbox.c.id == row.ref)
    return session.execute(newer).first() is not None or session.execute(there).scalar_one() is None


def _drop_edits(session: Session, ids: Sequence[int]) -> None:
    """Of these messages, those that cannot be changed where they are lose their edits."""
    target = outbox.alias("target")
    there = select(target.c.id).where(
        target.c.id == outbox.c.ref, target.c.state == "sent", target.c.external_id.is_not(None)
    )
    session.execute(
        update(outbox)
        .where(outbox.c.ref.in_(ids), QUEUED, EDIT, ~there.exists())
        .values(state="cancelled")
    )


def _move(session: Session, row: Row[Any], moved_to: str | None) -> bool:
    """The chat has another id from now on, and what was sent there can no longer be changed.
    False: it has not moved."""
    there = session.execute(
        select(chat.c.id).where(chat.c.bot_id == row.bot_id, chat.c.external_id == moved_to)
    ).scalar_one_or_none()
    if moved_to is None or there == row.chat_id:
        return False
    in_chat = outbox.c.chat_id == row.chat_id
    session.execute(update(outbox).where(in_chat, QUEUED, EDIT).values(state="cancelled"))
    session.execute(
        update(outbox).where(in_chat, outbox.c.state == "sent").values(external_id=None)
    )
    if there is None:
        session.execute(update(chat).where(chat.c.id == row.chat_id).values(external_id=moved_to))
    else:
        _merge(session, row.chat_id, there)
    return True


def _merge(session: Session, old: int, new: int) -> None:
    """We met the chat under its new id before: what waits goes there, and a group stays tied."""
    waiting = and_(outbox.c.chat_id == old, outbox.c.state.in_(("queued", "sending")))
    session.execute(update(outbox).where(waiting).values(chat_id=new))
    tie = session.execute(
        select(chat.c.title, chat.c.place_id, chat.c.segment).where(chat.c.id == old)
    ).one()
    session.execute(
        update(chat)
        .where(chat.c.id == new, chat.c.place_id.is_(None))
        .values(title=tie.title, place_id=tie.place_id, segment=tie.segment)
    )
    session.execute(update(chat).where(chat.c.id == old).values(place_id=None, segment=None))
