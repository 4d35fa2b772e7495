"""The only way out: messages wait here, are claimed, sent and settled.

queued ─ claim ─▶ sending ─ settle ─▶ sent | failed | uncertain, or queued again
   └──── stop ──▶ cancelled

Waiting is the matter of this file; `claims` and `outcomes` hold the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Row, and_, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db import quota
from db.claims import BULK, EDIT, QUEUED, REPLY, URGENT, Claimed, Head, claim, heads, unsettled
from db.outcomes import Result, Settled, recover, release, settle
from db.prepared import Prepared
from db.quota import Allowance
from db.scene import Actor
from db.session import notify
from db.tables import Account, Chat, Outbox, table

__all__ = [
    "BULK",
    "REPLY",
    "URGENT",
    "Claimed",
    "Draft",
    "Head",
    "Result",
    "Settled",
    "affordable",
    "asker",
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
    "waiting",
]

account, chat, outbox = table(Account), table(Chat), table(Outbox)


_PUT: Final = insert(outbox).returning(outbox.c.id, sort_by_parameter_order=True)
_WRITTEN: Final = (
    "bot_id",
    "chat_id",
    "kind",
    "origin",
    "priority",
    "body",
    "buttons",
    "code",
    "media_id",
    "only_for",
    "due_at",
    "state",
    "attempts",
    "doubts",
)
_PUT_ONE: Final = Prepared(insert(outbox).returning(outbox.c.id), *_WRITTEN)
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to be queued. `due_at` None: held until its file has arrived. `only_for`: as
    in Outbox."""

    bot_id: int
    chat_id: int
    origin: str
    priority: int
    body: str = field(repr=False)
    due_at: datetime | None
    buttons: tuple[tuple[str, str], ...] = ()
    code: str = ""
    media_id: int | None = None
    only_for: str | None = None


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
            "only_for": draft.only_for,
            "due_at": draft.due_at,
            "state": "queued",
            "attempts": 0,
            "doubts": 0,
        }
        for draft in drafts
    ]
    if len(rows) <= _FEW:
        ids = [int(_PUT_ONE.first(session, row).id) for row in rows]
    else:
        ids = [int(row_id) for row_id in session.execute(_PUT, rows).scalars()]
    notify(session, "outbox")
    return ids


def asker(session: Session, actor: Actor) -> str | None:
    """What the platform calls the account that acts, if the bot is an admin of this group."""
    found = session.execute(
        select(account.c.external_id)
        .join(chat, chat.c.id == actor.chat_id)
        .where(account.c.id == actor.account_id)
        .where(chat.c.kind == "group", chat.c.standing == "admin")
    )
    return found.scalar_one_or_none()


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
    plan: Allowance | None = None,
) -> list[Claimed]:
    """Settle what was sent and claim what comes next, in one transaction. `plan`: that of a bot
    whose month is limited; nothing is claimed beyond it."""
    if plan is None:
        settle(session, settled, now)
        return claim(session, bot_id, blocked, now, limit, choose, uploading)
    settle(session, settled, now, bot_id)
    room = quota.room(session, bot_id, plan, now) if limit else None
    if room is None:
        return []
    if room.stuck:
        notify(session, "relay")  # others carry it
    there = partial(quota.within, session, room)
    limit += room.beside
    return claim(
        session, bot_id, blocked, now, limit, lambda found: choose(there(found)), uploading
    )


def waiting(session: Session, now: datetime, plans: Mapping[int, Allowance]) -> int:
    """As `unsettled`; of the bots with a plan, what may leave now, and what others are to carry."""
    found = unsettled(session, now, plans)
    for bot_id, plan in plans.items():
        found += len(quota.stuck(session, bot_id, plan, now))
        found += affordable(session, bot_id, (), now, plan)
    return found


def affordable(
    session: Session, bot_id: int, blocked: Collection[int], now: datetime, plan: Allowance
) -> bool:
    """Whether something may be claimed of what waits for a bot whose month is limited."""
    room = quota.room(session, bot_id, plan, now)
    if room is None:
        return False
    found = heads(session, bot_id, blocked, now, 1 + room.beside)
    return bool(quota.within(session, room, found))
