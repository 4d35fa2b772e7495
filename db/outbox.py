"""The only way out: messages wait here, are claimed, sent and settled.

queued ─ claim ─▶ sending ─ settle ─▶ sent | failed | uncertain, or queued again
   └──── stop ──▶ cancelled

Waiting is the matter of this file; `claims` and `outcomes` hold the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db.claims import BULK, EDIT, QUEUED, REPLY, URGENT, Claimed, Head, claim, heads, unsettled
from db.outcomes import Result, Settled, recover, release, settle
from db.session import notify
from db.tables import Chat, Outbox, table

__all__ = [
    "BULK",
    "REPLY",
    "URGENT",
    "Claimed",
    "Draft",
    "Head",
    "Result",
    "Settled",
    "claim",
    "exchange",
    "heads",
    "offered",
    "offered_by_code",
    "put",
    "put_edit",
    "put_leave",
    "recover",
    "release",
    "settle",
    "unsettled",
]

chat, outbox = table(Chat), table(Outbox)


# Built once: building it costs more than running it.
_PUT: Final = insert(outbox).returning(outbox.c.id, sort_by_parameter_order=True)


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to be queued. `due_at` None: held until its file has arrived."""

    bot_id: int
    chat_id: int
    origin: str
    priority: int
    body: str = field(repr=False)
    due_at: datetime | None
    buttons: tuple[tuple[str, str], ...] = ()
    code: str = ""
    media_id: int | None = None


def put(session: Session, drafts: Sequence[Draft]) -> list[int]:
    """Queue the drafts in order; their ids."""
    if not drafts:
        return []
    rows = [
        {
            "bot_id": draft.bot_id,
            "chat_id": draft.chat_id,
            "kind": "message",
            "origin": draft.origin,
            "priority": draft.priority,
            "body": draft.body,
            "buttons": [list(pair) for pair in draft.buttons],
            "code": draft.code,
            "media_id": draft.media_id,
            "due_at": draft.due_at,
            "state": "queued",
            "attempts": 0,
            "doubts": 0,
        }
        for draft in drafts
    ]
    ids = [int(row_id) for row_id in session.execute(_PUT, rows).scalars()]
    notify(session, "outbox")
    return ids


def put_leave(session: Session, bot_id: int, chat_id: int, now: datetime) -> None:
    """Go out of the group, after what is queued for it."""
    session.execute(
        insert(outbox).values(
            bot_id=bot_id,
            chat_id=chat_id,
            kind="leave",
            origin="notice",
            priority=REPLY,
            body="",
            buttons=[],
            code="",
            due_at=now,
            state="queued",
            attempts=0,
            doubts=0,
        )
    )
    notify(session, "outbox")


def put_edit(
    session: Session, ref: int, body: str, buttons: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Change our message `ref`: a message not sent yet is changed in place, and a newer queued
    edit replaces an older one. The row `ref` always holds what its message reads in the end."""
    reads = {"body": body, "buttons": [list(pair) for pair in buttons]}
    target = session.execute(
        update(outbox)
        .where(outbox.c.id == ref)
        .values(**reads)
        .returning(
            outbox.c.bot_id,
            outbox.c.chat_id,
            outbox.c.origin,
            outbox.c.state,
            outbox.c.external_id,
        )
    ).one()
    if target.state == "sending" or (target.state == "sent" and target.external_id is not None):
        _queue_edit(session, ref, target, reads, now)


def _queue_edit(
    session: Session, ref: int, target: Row[Any], reads: Mapping[str, Any], now: datetime
) -> None:
    dialect = session.get_bind().dialect.name
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(outbox)
    session.execute(
        statement.values(
            bot_id=target.bot_id,
            chat_id=target.chat_id,
            origin=target.origin,
            kind="edit",
            priority=REPLY,
            ref=ref,
            state="queued",
            due_at=now,
            code="",
            attempts=0,
            doubts=0,
            **reads,
        ).on_conflict_do_update(
            index_elements=["ref"],
            index_where=and_(QUEUED, EDIT),
            set_={**reads, "doubts": 0},
        )
    )
    notify(session, "outbox")


def offered(
    session: Session, menu_id: int, bot_id: int, chat_external_id: str
) -> tuple[tuple[str, str], ...] | None:
    """The (label, action) pairs our message `menu_id` offered in that chat; None: no such."""
    row = session.execute(
        select(outbox.c.buttons)
        .join(chat, chat.c.id == outbox.c.chat_id)
        .where(outbox.c.id == menu_id, outbox.c.bot_id == bot_id)
        .where(chat.c.external_id == chat_external_id)
    ).first()
    return tuple((label, action) for label, action in row[0]) if row else None


def offered_by_code(
    session: Session, code: str, bot_id: int, chat_external_id: str
) -> tuple[int, tuple[tuple[str, str], ...]] | None:
    """The newest message in that chat that carries `code` and offers choices."""
    rows = session.execute(
        select(outbox.c.id, outbox.c.buttons)
        .join(chat, chat.c.id == outbox.c.chat_id)
        .where(outbox.c.code == code, outbox.c.bot_id == bot_id)
        .where(chat.c.external_id == chat_external_id)
        .order_by(outbox.c.id.desc())
        .limit(10)
    )
    for row in rows:
        if row.buttons:
            return row.id, tuple((label, action) for label, action in row.buttons)
    return None


def exchange(
    session: Session,
    bot_id: int,
    settled: Sequence[Settled],
    blocked: Collection[int],
    now: datetime,
    limit: int,
    choose: Callable[[Sequence[Head]], Sequence[Head]],
    uploading: Collection[int] = (),
) -> list[Claimed]:
    """Settle what was sent and claim what comes next, in one transaction."""
    settle(session, settled, now)
    return claim(session, bot_id, blocked, now, limit, choose, uploading)
