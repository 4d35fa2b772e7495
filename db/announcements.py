"""Announcements: the release, and what may be done about it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, insert, literal, null, select, update
from sqlmodel import Session

from db import audience, relay
from db import outbox as outbox_verbs
from db.audience import NobodyThere
from db.engine import notify
from db.ledger import (
    FINAL,
    STATES,
    UNDER_WAY,
    NoSuchVersion,
    Progress,
    author,
    follow,
    progress,
    reported,
    showed,
    unfinished,
    unreported,
)
from db.scene import Actor
from db.tables import (
    Announcement,
    AnnouncementPart,
    AnnouncementVersion,
    Bot,
    Chat,
    Delivery,
    Media,
    Occurrence,
    Outbox,
    Place,
    table,
)

__all__ = [
    "FINAL",
    "STATES",
    "UNDER_WAY",
    "Changed",
    "NoSuchVersion",
    "NobodyThere",
    "Part",
    "Progress",
    "author",
    "digest",
    "follow",
    "leave",
    "newest",
    "progress",
    "release",
    "reported",
    "resend",
    "showed",
    "stop",
    "unfinished",
    "unreported",
]

announcement, bot, chat = table(Announcement), table(Bot), table(Chat)
occurrence = table(Occurrence)
delivery, media, outbox, place = table(Delivery), table(Media), table(Outbox), table(Place)
part, version = table(AnnouncementPart), table(AnnouncementVersion)

_GONE: Final = ("refused", "lost")  # files that will never come
_TO_COME: Final = (*UNDER_WAY, "handed")


class Part(NamedTuple):
    """One message of a version on one platform: words, or a file by its media id."""

    body: str
    media_id: int | None = None


class Changed(Exception):
    """What is to be released is not what the preview showed: show it again."""


def digest(
    body: str, media: Sequence[int], places: Sequence[int], segments: Sequence[str], urgent: bool
) -> str:
    """What a confirmation is bound to."""
    shown = dumps([body, list(media), sorted(places), sorted(segments), urgent])
    return sha256(shown.encode()).hexdigest()


def release(
    session: Session,
    actor: Actor,
    *,
    body: str,
    parts: Mapping[str, Sequence[Part]],
    media: Sequence[int],
    places: Sequence[int],
    segments: Sequence[str],
    urgent: bool,
    shown: str,
    days: Sequence[str] = (),
) -> Progress:
    """Queue a version to every chosen group, in one go. `parts`: the messages by platform;
    `shown`: the digest of the preview; `days`: the ones it speaks of, ISO. Raises NotAllowed,
    Changed, NobodyThere."""
    paths = audience.require(session, actor, places, urgent=urgent)
    if digest(body, media, places, segments, urgent) != shown:
        raise Changed
    version_id = _enter_version(session, actor, body, places, segments, urgent, shown, days)
    _enter_parts(session, version_id, parts)
    _deliver(session, version_id, paths, segments)
    _fan_out(session, version_id, urgent, actor.now)
    result = progress(session, version_id)
    if not result.total:
        raise NobodyThere
    return result


def _enter_version(
    session: Session,
    actor: Actor,
    body: str,
    places: Sequence[int],
    segments: Sequence[str],
    urgent: bool,
    shown: str,
    days: Sequence[str],
) -> int:
    announcement_id = session.execute(
        insert(announcement)
        .values(author_id=actor.person_id, created_at=actor.now)
        .returning(announcement.c.id)
    ).scalar_one()
    entered = insert(version).values(
        announcement_id=announcement_id,
        number=1,
        body=body,
        places=list(places),
        segments=list(segments),
        urgent=urgent,
        days=list(days),
        digest=shown,
        released_by=actor.person_id,
        released_at=actor.now,
        shown="",
    )
    return int(session.execute(entered.returning(version.c.id)).scalar_one())


def _enter_parts(session: Session, version_id: int, parts: Mapping[str, Sequence[Part]]) -> None:
    rows = [
        {
            "version_id": version_id,
            "platform": platform,
            "part": number,
            "body": piece.body,
            "media_id": piece.media_id,
        }
        for platform, pieces in parts.items()
        for number, piece in enumerate(pieces, 1)
    ]
    if rows:
        session.execute(insert(part), rows)


def _deliver(
    session: Session, version_id: int, paths: Sequence[str], segments: Sequence[str]
) -> None:
    chosen = (
        select(literal(version_id), chat.c.id)
        .join(place, place.c.id == chat.c.place_id)
        .where(audience.fits(paths, segments))
        .order_by(chat.c.id)
    )
    session.execute(insert(delivery).from_select(["version_id", "chat_id"], chosen))


def _fan_out(session: Session, version_id: int, urgent: bool, now: datetime) -> None:
    """Part by part, so that within a chat the parts leave in order. A file on its way holds its
    message back; a file that will never come cancels it. What no bot brings is its keeper's."""
    columns = _columns(urgent, now)
    rows = (
        select(*columns.values())
        .select_from(delivery)
        .join(chat, chat.c.id == delivery.c.chat_id)
        .join(bot, bot.c.id == chat.c.bot_id)
        .join(part, and_(part.c.version_id == version_id, part.c.platform == bot.c.platform))
        .outerjoin(media, media.c.id == part.c.media_id)
        .where(delivery.c.version_id == version_id)
        .order_by(part.c.part, delivery.c.id)
    )
    session.execute(insert(outbox).from_select(list(columns), rows))
    relay.hand(session, _deliveries(version_id), now)
    notify(session, "outbox")


def _columns(urgent: bool, now: datetime) -> dict[str, Any]:
    """What is written to the outbox, by column."""
    return {
        "bot_id": chat.c.bot_id,
        "chat_id": chat.c.id,
        "kind": literal("message"),
        "origin": literal("announcement"),
        "priority": literal(outbox_verbs.URGENT if urgent else outbox_verbs.BULK),
        "delivery_id": delivery.c.id,
        "part": part.c.part,
        "body": part.c.body,
        "buttons": literal([], outbox.c.buttons.type),
        "code": literal(""),
        "media_id": part.c.media_id,
        "state": case(
            (media.c.state.in_(_GONE), "cancelled"),
            (relay.BY_HAND, "handed"),
            else_="queued",
        ),
        "due_at": _due(now),
        "attempts": literal(0),
        "doubts": literal(0),
    }


def _due(now: datetime) -> Any:
    return case((media.c.state == "wanted", null()), else_=literal(now, outbox.c.due_at.type))


def stop(session: Session, actor: Actor, *, version_id: int) -> Progress:
    """Take back what has not left yet. Raises NotAllowed, NoSuchVersion."""
    _own(session, actor, version_id)
    waiting = outbox.c.delivery_id.in_(_deliveries(version_id))
    session.execute(
        update(version)
        .where(version.c.id == version_id)
        .where(select(outbox.c.id).where(waiting, outbox.c.state.in_(_TO_COME)).exists())
        .values(stopped_at=actor.now)
    )
    _take_back(session, waiting)
    return progress(session, version_id)


def resend(
    session: Session, actor: Actor, *, version_id: int, states: Sequence[str]
) -> tuple[Progress, int]:
    """Queue again the parts in these states, only those, and only to groups that are still of its
    audience; how many deliveries that touches. It needs the rights of a release. Raises
    NotAllowed, NoSuchVersion."""
    _own(session, actor, version_id)
    row = session.execute(
        select(version.c.places, version.c.segments, version.c.urgent).where(
            version.c.id == version_id
        )
    ).one()
    paths = audience.require(session, actor, row.places, urgent=row.urgent)
    there = audience.fits(paths, row.segments)
    touched = _requeue(session, version_id, states, there, actor.now)
    if touched:
        session.execute(
            update(version)
            .where(version.c.id == version_id)
            .values(reported_at=None, stopped_at=None, status_id=None, shown="")
        )
        notify(session, "outbox")
    return progress(session, version_id), len(touched)


def newest(session: Session, actor: Actor) -> int | None:
    """The last version the actor released by hand, None if there is none."""
    issue = select(occurrence.c.id).where(occurrence.c.version_id == version.c.id)
    return session.execute(
        select(func.max(version.c.id)).where(
            version.c.released_by == actor.person_id, ~issue.exists()
        )
    ).scalar()


def leave(session: Session, chat_id: int, now: datetime) -> None:
    """The group is of no audience any more, or of another: what still waits for it is taken
    back."""
    here = outbox.c.chat_id == chat_id, outbox.c.delivery_id.is_not(None)
    _take_back(session, *here, ~relay.forgotten(now))


def _take_back(session: Session, *which: ColumnElement[bool]) -> None:
    """What has not left; keepers are told not to carry it."""
    session.execute(
        update(outbox)
        .where(*which, outbox.c.state.in_(("queued", "handed")))
        .values(state=case((outbox.c.doubts > 0, "uncertain"), else_="cancelled"))
    )
    notify(session, "settled")
    notify(session, "relay")


def _requeue(
    session: Session,
    version_id: int,
    states: Sequence[str],
    there: ColumnElement[bool],
    now: datetime,
) -> set[int]:
    """The deliveries touched. A file that is still on its way holds its message back again; what
    no bot brings is its keeper's again."""
    chats = select(chat.c.id).join(place, place.c.id == chat.c.place_id).where(there)
    file = select(media.c.id).where(media.c.id == outbox.c.media_id)
    kept = select(chat.c.id).join(bot, bot.c.id == chat.c.bot_id).where(relay.BY_HAND)
    by_hand = outbox.c.chat_id.in_(kept)
    there_is_none = file.where(media.c.state.in_(_GONE)).exists()
    again = (
        update(outbox)
        .where(outbox.c.delivery_id.in_(_deliveries(version_id)))
        .where(outbox.c.state.in_(states), ~there_is_none)
        .where(outbox.c.chat_id.in_(chats))
        .values(
            state=case((by_hand, "handed"), else_="queued"),
            due_at=case(
                (file.where(media.c.state == "wanted").exists(), null()),
                else_=literal(now, outbox.c.due_at.type),
            ),
            attempts=0,
            doubts=case((outbox.c.state == "uncertain", 1), else_=0),  # it may be out already
            error=None,
        )
        .returning(outbox.c.delivery_id)
    )
    touched = set(session.execute(again).scalars())
    relay.hand(session, touched, now)
    return touched


def _own(session: Session, actor: Actor, version_id: int) -> None:
    """Its author, or whoever may send commune-wide there, decides about a version on its way."""
    if author(session, version_id) == actor.person_id:
        return
    places = session.execute(
        select(version.c.places).where(version.c.id == version_id)
    ).scalar_one()
    for path in audience.sendable(session, actor, places):
        actor.require("announcement:send_wide", path)


def _deliveries(version_id: int) -> Any:
    return select(delivery.c.id).where(delivery.c.version_id == version_id)
