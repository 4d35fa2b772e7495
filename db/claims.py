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
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlmodel import Session

from db.prepared import Prepared, each
from db.tables import Chat, Media, Outbox, Upload, table

chat, media, outbox, upload = table(Chat), table(Media), table(Outbox), table(Upload)
target = outbox.alias("target")  # the message that an edit changes

URGENT: Final = 0
REPLY: Final = 1
BULK: Final = 2

# Begins the `ref` of a file that is a copy of a picture in the content: no secret of anybody's.
GUIDE: Final = "guide "

# Spelled out, not bound: only so do the planners know that the partial indexes fit.
QUEUED: Final = outbox.c.state == literal_column("'queued'")
SENDING: Final = outbox.c.state == literal_column("'sending'")
EDIT: Final = outbox.c.kind == literal_column("'edit'")


class Head(NamedTuple):
    """The next row of a chat within its priority. `upload`: its file, if the bot's platform has
    not had it yet."""

    id: int
    chat: int
    kind: Literal["private", "group"]  # of the chat
    priority: int
    upload: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in hand. `ref`: the platform's id of the message an edit changes; `out`: it goes to
    a tied group or private chat that the bot counts as closed to it; `only_for`: as in Outbox."""

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
    media_id: int | None
    media_ref: str | None = field(repr=False)  # what the platform calls the file
    media_digest: str | None
    media_kind: str | None
    media_name: str | None = field(repr=False)
    out: bool = False
    released: bool = False  # the file: an announcement has carried it, or the content holds it
    only_for: str | None = None


def _first(*which: ColumnElement[bool], priorities: Sequence[int]) -> Select[Any]:
    """The ids of the first messages, one a chat and priority, whenever they are due."""
    return (
        select(func.min(outbox.c.id))
        .where(*which, QUEUED, ~EDIT, outbox.c.due_at.is_not(None))
        .where(outbox.c.priority.in_([literal_column(str(one)) for one in priorities]))
        .group_by(outbox.c.chat_id, outbox.c.priority)
        .correlate(None)
    )


def _edits(*which: ColumnElement[bool]) -> Select[Any]:
    """The ids of the first edits that are due, one a chat, of messages that are there."""
    return (
        select(func.min(outbox.c.id))
        .join(target, target.c.id == outbox.c.ref)
        .where(*which, QUEUED, EDIT, _DUE, target.c.state == "sent")
        .where(outbox.c.priority == literal_column(str(REPLY)))  # as all edits; told to planners
        .group_by(outbox.c.chat_id)
        .correlate(None)
    )


def _heads(*which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(outbox.c.id, outbox.c.chat_id, chat.c.kind, outbox.c.priority, _TO_UPLOAD)
        .join(chat, chat.c.id == outbox.c.chat_id)
        .outerjoin(upload, _UPLOADED)
        .where(*which, _DUE)
        .where(or_(_TO_UPLOAD.is_(None), outbox.c.media_id.not_in(each("uploading"))))
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(bindparam("limit"))
    )


# Built once: putting them together takes longer than running them.
_hand = outbox.alias("hand")
_UPLOADED: Final = and_(upload.c.bot_id == outbox.c.bot_id, upload.c.media_id == outbox.c.media_id)
_TO_UPLOAD: Final = case((upload.c.ref.is_(None), outbox.c.media_id))
_DUE: Final = outbox.c.due_at <= bindparam("now")
_FREE: Final = and_(
    outbox.c.bot_id == bindparam("bot"),
    outbox.c.chat_id.not_in(each("blocked")),
    outbox.c.chat_id.not_in(
        select(_hand.c.chat_id).where(
            _hand.c.bot_id == bindparam("bot"), _hand.c.state == literal_column("'sending'")
        )
    ),
)
# Of bulk there may be thousands: the first that are free are looked up in their order, without
# asking every chat for its own.
_BULK: Final = outbox.c.priority == literal_column(str(BULK))
_earlier = outbox.alias("earlier")
_before = select(_earlier.c.id).where(
    _earlier.c.bot_id == outbox.c.bot_id,
    _earlier.c.state == literal_column("'queued'"),
    _earlier.c.kind != literal_column("'edit'"),
    _earlier.c.due_at.is_not(None),
    _earlier.c.priority == literal_column(str(BULK)),
    _earlier.c.chat_id == outbox.c.chat_id,
    _earlier.c.id < outbox.c.id,
)
_AWAITED: Final = outbox.c.id.in_(_first(_FREE, priorities=(URGENT, REPLY)))
_AWAITED_HEADS: Final = Prepared(_heads(_AWAITED))
_BULK_HEADS: Final = Prepared(_heads(_FREE, ~_before.exists(), QUEUED, ~EDIT, _BULK))
_EDIT_HEADS: Final = Prepared(_heads(outbox.c.id.in_(_edits(_FREE))))
_TAKE: Final = Prepared(
    update(outbox).where(outbox.c.id.in_(each("ids")), QUEUED).values(state="sending")
)
_OURS: Final = or_(chat.c.place_id.is_not(None), chat.c.kind == "private")
_told = outbox.alias("told")
_TOLD: Final = select(_told.c.id).where(
    _told.c.media_id == outbox.c.media_id, _told.c.delivery_id.is_not(None)
)
_SHOWN: Final = or_(media.c.ref.startswith(GUIDE), _TOLD.exists())
_CLAIMED: Final = Prepared(
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
        outbox.c.media_id,
        upload.c.ref.label("media_ref"),
        media.c.digest,
        media.c.kind.label("media_kind"),
        media.c.name,
        and_(chat.c.standing == "out", _OURS).label("out"),
        and_(outbox.c.media_id.is_not(None), _SHOWN).label("released"),
        outbox.c.only_for,
    )
    .join(chat, chat.c.id == outbox.c.chat_id)
    .outerjoin(target, target.c.id == outbox.c.ref)
    .outerjoin(media, media.c.id == outbox.c.media_id)
    .outerjoin(upload, _UPLOADED)
    .where(outbox.c.id.in_(each("ids")), SENDING)
    .order_by(outbox.c.id)
)
_ALL_DUE: Final = select(func.count()).where(
    QUEUED,
    _DUE,
    outbox.c.bot_id.not_in(bindparam("but", expanding=True)),
    or_(
        outbox.c.id.in_(_first(priorities=(URGENT, REPLY, BULK))),
        outbox.c.id.in_(_edits()),
    ),
)


def heads(
    session: Session,
    bot_id: int,
    blocked: Collection[int],
    now: datetime,
    limit: int,
    uploading: Collection[int] = (),
) -> list[Head]:
    """What may be claimed: at most one row a chat, the most urgent; up to `limit` that people
    wait for and up to `limit` of bulk. Nothing with a file that is just being uploaded."""
    values = {"bot": bot_id, "blocked": list(blocked), "now": now, "limit": limit}
    values["uploading"] = list(uploading)
    found: dict[int, Head] = {}
    for statement in (_AWAITED_HEADS, _BULK_HEADS):
        for row in statement.rows(session, values):
            found.setdefault(row.chat_id, Head(*row))
    others = values | {"blocked": [*blocked, *found]}
    edits = [Head(*row) for row in _EDIT_HEADS.rows(session, others)]
    return sorted([*found.values(), *edits])


def claim(
    session: Session,
    bot_id: int,
    blocked: Collection[int],
    now: datetime,
    limit: int,
    choose: Callable[[Sequence[Head]], Sequence[Head]],
    uploading: Collection[int] = (),
) -> list[Claimed]:
    """Take in hand what `choose` picks of the heads. In hand means: might have been sent."""
    found = heads(session, bot_id, blocked, now, limit, uploading) if limit > 0 else ()
    chosen = choose(found) if found else ()
    if not chosen:
        return []
    ids = [head.id for head in chosen]
    _TAKE.run(session, {"ids": ids})
    return _in_hand(session, ids)


def unsettled(session: Session, now: datetime, but: Collection[int] = ()) -> int:
    """Rows in hand, and the first of each chat that are due. Rows behind one that waits for its
    time wait with it. `but`: bots whose rows count only while in hand."""
    in_hand = session.execute(select(func.count()).where(SENDING)).scalar_one()
    due = session.execute(_ALL_DUE, {"now": now, "but": list(but)})
    return int(in_hand + due.scalar_one())


def _in_hand(session: Session, ids: Sequence[int]) -> list[Claimed]:
    return [_claimed(row) for row in _CLAIMED.rows(session, {"ids": ids})]


def _claimed(row: Any) -> Claimed:
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
        media_id=row.media_id,
        media_ref=row.media_ref,
        media_digest=row.digest,
        media_kind=row.media_kind,
        media_name=row.name,
        out=bool(row.out),
        released=bool(row.released),
        only_for=row.only_for,
    )
