"""Which waiting messages may be taken in hand, and the taking.

Within a chat, rows of one priority leave in the order of their ids: a row that waits for its time
holds back those behind it. Held rows (`due_at` null) and edits stand outside that order. No chat
ever has two rows in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlmodel import Session

from db.tables import Chat, Media, Outbox, table

chat, media, outbox = table(Chat), table(Media), table(Outbox)
target = outbox.alias("target")  # the message that an edit changes

URGENT: Final = 0
REPLY: Final = 1
BULK: Final = 2

# Spelled out, not bound: only so do the planners know that the partial indexes fit.
QUEUED: Final = outbox.c.state == literal_column("'queued'")
SENDING: Final = outbox.c.state == literal_column("'sending'")
EDIT: Final = outbox.c.kind == literal_column("'edit'")


class Head(NamedTuple):
    """The next row of a chat within its priority."""

    id: int
    chat: int
    kind: Literal["private", "group"]  # of the chat
    priority: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in hand. `ref`: the platform's id of the message an edit changes."""

    id: int
    chat: int
    chat_external_id: str
    chat_kind: Literal["private", "group"]
    kind: str
    priority: int
    body: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...] = field(repr=False)
    ref: str | None
    ref_id: int | None
    attempts: int
    doubts: int
    announcement: bool
    media_digest: str | None
    media_kind: str | None
    media_name: str | None = field(repr=False)


def _first(*which: ColumnElement[bool], priorities: Sequence[int]) -> Select[Any]:
    """The ids of the first messages, one a chat and priority, whenever they are due."""
    return (
        select(func.min(outbox.c.id))
        .where(*which, QUEUED, ~EDIT, outbox.c.due_at.is_not(None))
        .where(outbox.c.priority.in_(priorities))
        .group_by(outbox.c.chat_id, outbox.c.priority)
        .correlate(None)
    )


def _edits(*which: ColumnElement[bool]) -> Select[Any]:
    """The ids of the first edits that are due, one a chat, of messages that are there."""
    return (
        select(func.min(outbox.c.id))
        .join(target, target.c.id == outbox.c.ref)
        .where(*which, QUEUED, EDIT, _DUE, target.c.state == "sent")
        .group_by(outbox.c.chat_id)
        .correlate(None)
    )


def _heads(ids: Select[Any]) -> Select[Any]:
    return (
        select(outbox.c.id, outbox.c.chat_id, chat.c.kind, outbox.c.priority)
        .join(chat, chat.c.id == outbox.c.chat_id)
        .where(outbox.c.id.in_(ids), _DUE)
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(bindparam("limit"))
    )


# Built once: putting them together takes longer than running them.
_hand = outbox.alias("hand")
_DUE: Final = outbox.c.due_at <= bindparam("now")
_FREE: Final = and_(
    outbox.c.bot_id == bindparam("bot"),
    outbox.c.chat_id.not_in(bindparam("blocked", expanding=True)),
    outbox.c.chat_id.not_in(
        select(_hand.c.chat_id).where(
            _hand.c.bot_id == bindparam("bot"), _hand.c.state == literal_column("'sending'")
        )
    ),
)
_AWAITED_HEADS: Final = _heads(_first(_FREE, priorities=(URGENT, REPLY)))
_BULK_HEADS: Final = _heads(_first(_FREE, priorities=(BULK,)))
_EDIT_HEADS: Final = _heads(_edits(_FREE))
_ALL_DUE: Final = select(func.count()).where(
    QUEUED,
    _DUE,
    or_(
        outbox.c.id.in_(_first(priorities=(URGENT, REPLY, BULK))),
        outbox.c.id.in_(_edits()),
    ),
)


def heads(
    session: Session, bot_id: int, blocked: Collection[int], now: datetime, limit: int
) -> list[Head]:
    """What may be claimed: at most one row a chat, the most urgent; up to `limit` that people
    wait for and up to `limit` of bulk."""
    values = {"bot": bot_id, "blocked": list(blocked), "now": now, "limit": limit}
    found: dict[int, Head] = {}
    for statement in (_AWAITED_HEADS, _BULK_HEADS):
        for row in session.execute(statement, values):
            found.setdefault(row.chat_id, Head(*row))
    others = values | {"blocked": [*blocked, *found]}
    edits = [Head(*row) for row in session.execute(_EDIT_HEADS, others)]
    return sorted([*found.values(), *edits])


def claim(
    session: Session,
    bot_id: int,
    blocked: Collection[int],
    now: datetime,
    limit: int,
    choose: Callable[[Sequence[Head]], Sequence[Head]],
) -> list[Claimed]:
    """Take in hand what `choose` picks of the heads. In hand means: might have been sent."""
    chosen = choose(heads(session, bot_id, blocked, now, limit)) if limit > 0 else ()
    if not chosen:
        return []
    ids = [head.id for head in chosen]
    session.execute(update(outbox).where(outbox.c.id.in_(ids), QUEUED).values(state="sending"))
    return _in_hand(session, ids)


def unsettled(session: Session, now: datetime) -> int:
    """Rows in hand, and the first of each chat that are due. Rows behind one that waits for its
    time wait with it."""
    in_hand = session.execute(select(func.count()).where(SENDING)).scalar_one()
    return int(in_hand + session.execute(_ALL_DUE, {"now": now}).scalar_one())


def _in_hand(session: Session, ids: Sequence[int]) -> list[Claimed]:
    rows = session.execute(
        select(
            outbox.c.id,
            outbox.c.chat_id,
            chat.c.external_id,
            chat.c.kind.label("chat_kind"),
            outbox.c.kind,
            outbox.c.priority,
            outbox.c.body,
            outbox.c.buttons,
            target.c.external_id.label("target"),
            outbox.c.ref,
            outbox.c.attempts,
            outbox.c.doubts,
            outbox.c.delivery_id,
            media.c.digest,
            media.c.kind.label("media_kind"),
            media.c.name,
        )
        .join(chat, chat.c.id == outbox.c.chat_id)
        .outerjoin(target, target.c.id == outbox.c.ref)
        .outerjoin(media, media.c.id == outbox.c.media_id)
        .where(outbox.c.id.in_(ids), SENDING)
        .order_by(outbox.c.id)
    )
    return [_claimed(row) for row in rows]


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        id=row.id,
        chat=row.chat_id,
        chat_external_id=row.external_id,
        chat_kind=row.chat_kind,
        kind=row.kind,
        priority=row.priority,
        body=row.body,
        buttons=tuple((label, action) for label, action in row.buttons),
        ref=row.target,
        ref_id=row.ref,
        attempts=row.attempts,
        doubts=row.doubts,
        announcement=row.delivery_id is not None,
        media_digest=row.digest,
        media_kind=row.media_kind,
        media_name=row.name,
    )
