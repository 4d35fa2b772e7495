"""Files people sent: noted in the update's transaction, fetched after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update
from sqlmodel import Session

from db.claims import GUIDE, QUEUED
from db.scene import Actor
from db.session import notify
from db.tables import Chat, Media, Outbox, Upload, table

chat, media, outbox, upload = table(Chat), table(Media), table(Outbox), table(Upload)


class Seen(NamedTuple):
    """A file as its platform names it; kind: photo or document."""

    ref: str
    kind: str
    name: str


class Wanted(NamedTuple):
    id: int
    ref: str
    kind: str
    name: str
    attempts: int
    chat_id: int
    chat_external_id: str


class Released(NamedTuple):
    """A photo that went out with an announcement, or a guide; `mime` as its bytes told when it was
    kept."""

    digest: str
    mime: str


class Unwanted(NamedTuple):
    """`shared`: somebody else's kept file has the same bytes."""

    id: int
    digest: str
    shared: bool


def want(session: Session, actor: Actor, *, files: Sequence[Seen]) -> tuple[int, ...]:
    """Note the files to be fetched; their ids, in order."""
    ids = tuple(
        int(
            session.execute(
                insert(media)
                .values(
                    bot_id=actor.bot_id,
                    chat_id=actor.chat_id,
                    ref=file.ref,
                    kind=file.kind,
                    name=file.name,
                    state="wanted",
                    attempts=0,
                    due_at=actor.now,
                )
                .returning(media.c.id)
            ).scalar_one()
        )
        for file in files
    )
    if ids:
        notify(session, "media")
    return ids


def due(session: Session, bot_id: int, now: datetime, limit: int) -> list[Wanted]:
    rows = session.execute(
        select(
            media.c.id,
            media.c.ref,
            media.c.kind,
            media.c.name,
            media.c.attempts,
            media.c.chat_id,
            chat.c.external_id,
        )
        .join(chat, chat.c.id == media.c.chat_id)
        .where(media.c.bot_id == bot_id, media.c.state == "wanted", media.c.due_at <= now)
        .order_by(media.c.id)
        .limit(limit)
    )
    return [Wanted(*row) for row in rows]


def released(session: Session, media_id: int) -> Released | None:
    """None: no such photo, or one that is neither a photo guide nor carried out of the house by an
    announcement."""
    told = select(outbox.c.id).where(
        outbox.c.media_id == media.c.id, outbox.c.delivery_id.is_not(None)
    )
    row = session.execute(
        select(media.c.digest, media.c.mime).where(
            media.c.id == media_id,
            media.c.kind == "photo",
            media.c.state == "kept",
            or_(media.c.ref.startswith(GUIDE), told.exists()),
        )
    ).first()
    return Released(*row) if row else None


def states(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(select(media.c.id, media.c.state).where(media.c.id.in_(ids)))
    return {row.id: row.state for row in rows}


def keep(
    session: Session, media_id: int, *, digest: str, size: int, mime: str, kind: str, now: datetime
) -> None:
    """The bytes are on disk: messages that waited for them may go. If the file was let go
    meanwhile, its bytes are now unwanted."""
    kept = session.execute(
        update(media)
        .where(media.c.id == media_id, media.c.state == "wanted")
        .values(state="kept", digest=digest, size=size, mime=mime, kind=kind)
        .returning(media.c.id)
    ).first()
    if kept is None:
        session.execute(update(media).where(media.c.id == media_id).values(digest=digest))
        notify(session, "media")
        return
    session.execute(
        update(outbox)
        .where(outbox.c.media_id == media_id, QUEUED, outbox.c.due_at.is_(None))
        .values(due_at=now)
    )
    notify(session, "outbox")


def drop(session: Session, media_id: int, state: str) -> None:
    """Refused or lost: messages that waited for the file are cancelled."""
    session.execute(update(media).where(media.c.id == media_id).values(state=state))
    session.execute(
        update(outbox)
        .where(outbox.c.media_id == media_id, outbox.c.state.in_(("queued", "handed")))
        .values(state="cancelled")
    )
    notify(session, "settled")
    notify(session, "media")


def discard(session: Session, actor: Actor, *, files: Sequence[int]) -> None:
    """Let go of files sent in the actor's chat for something that was given up."""
    mine = select(media.c.id).where(media.c.id.in_(files), media.c.chat_id == actor.chat_id)
    for media_id in session.execute(mine).scalars().all():
        drop(session, media_id, "refused")


def unwanted(session: Session, bot_id: int) -> list[Unwanted]:
    """Files let go whose bytes are still on disk."""
    same = media.alias("same")
    shared = select(same.c.id).where(same.c.digest == media.c.digest, same.c.state == "kept")
    rows = session.execute(
        select(media.c.id, media.c.digest, shared.exists())
        .where(media.c.bot_id == bot_id, media.c.digest.is_not(None))
        .where(media.c.state.in_(("refused", "lost")))
    )
    return [Unwanted(*row) for row in rows]


def forget(session: Session, media_id: int) -> None:
    """Its bytes are gone."""
    session.execute(delete(upload).where(upload.c.media_id == media_id))
    session.execute(update(media).where(media.c.id == media_id).values(digest=None))


def postpone(session: Session, media_id: int, until: datetime) -> None:
    session.execute(
        update(media)
        .where(media.c.id == media_id)
        .values(attempts=media.c.attempts + 1, due_at=until)
    )


def hasten(session: Session, bot_id: int, latest: datetime) -> None:
    """Nothing waits beyond `latest`: it was put off while the clock ran ahead."""
    session.execute(
        update(media)
        .where(media.c.bot_id == bot_id, media.c.state == "wanted", media.c.due_at > latest)
        .values(due_at=latest)
    )


def waiting(session: Session, now: datetime) -> int:
    return int(
        session.execute(
            select(func.count())
            .select_from(media)
            .where(media.c.state == "wanted", media.c.due_at <= now)
        ).scalar_one()
    )
