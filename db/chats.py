"""Chats as their platform tells of them: what the bot is there, and where they live on.

A group that nobody ties is left after a while. A topic of a group is a chat of its own; its id is
the group's, a slash and its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlmodel import Session

from db import relay
from db.claims import EDIT, QUEUED
from db.ledger import FOR_KEEPERS
from db.people import staff
from db.scene import Actor
from db.session import notify
from db.tables import AnnouncementVersion, Chat, Delivery, Outbox, table

chat, outbox = table(Chat), table(Outbox)
delivery, version = table(Delivery), table(AnnouncementVersion)

TIE: Final = "group:tie"
TOPIC: Final = "/"
PATIENCE: Final = timedelta(hours=72)  # with a group that nobody ties

IS_TOPIC: Final = chat.c.external_id.contains(TOPIC)
IS_OUT: Final = chat.c.standing == "out"
_topic = chat.alias("topic")
_TIED_TOPIC: Final = select(_topic.c.id).where(
    _topic.c.bot_id == chat.c.bot_id,
    _topic.c.external_id.startswith(chat.c.external_id + TOPIC),
    _topic.c.place_id.is_not(None),
)
# A group that the bot is in, of which nobody has tied anything.
LOOSE: Final = and_(
    chat.c.kind == "group", chat.c.place_id.is_(None), ~IS_OUT, ~IS_TOPIC, ~_TIED_TOPIC.exists()
)
_IN: Final = {"standing": "member", "untold": False}


class Change(NamedTuple):
    """A tied group in which the bot is something else than it was. `people`: who ties groups
    there."""

    title: str
    people: tuple[int, ...]
    was: str
    standing: str


def stand(session: Session, actor: Actor, *, standing: str, before: str) -> list[Change]:
    """Keep what the bot is in the actor's chat and its topics from now on; `before`: what it was,
    as the platform says. What those who tie the groups do not know yet: of every tied one, where
    the bot is in now and `before` is something else."""
    here = session.execute(select(chat).where(chat.c.id == actor.chat_id)).one()
    topics = and_(
        chat.c.bot_id == here.bot_id,
        chat.c.external_id.startswith(here.external_id + TOPIC, autoescape=True),
    )
    found = session.execute(select(chat).where(or_(chat.c.id == here.id, topics))).all()
    changes = [
        Change(row.title, staff(session, row.place_id, TIE, actor.now), was, standing)
        for row in found
        if (was := _was(row.standing, before, standing)) != standing and row.place_id is not None
    ]
    values: dict[str, Any] = {"standing": standing}
    if standing != "out":
        values["untold"] = False  # else it is still to be told
    session.execute(update(chat).where(chat.c.id.in_([row.id for row in found])).values(**values))
    if here.kind == "private" and standing == "out" != here.standing:
        relay.shut_out(session, here.id, actor.now)
    if standing != "out" and "out" in (here.standing, before):
        stay(session, here.id)
        session.execute(update(chat).where(chat.c.id == here.id).values(met_at=actor.now))
    return changes


def _was(known: str, before: str, standing: str) -> str:
    """What the bot was. Where nothing is new to us, the platform may know of a change that we
    missed; but we are told only once that we are out."""
    return before if known == standing != "out" else known


def close(session: Session, chat_id: int, now: datetime) -> None:
    """A send found the chat closed to us: we are out of it. Of a group that is to be told; what a
    person was asked to carry is asked of somebody else."""
    closed = session.execute(
        update(chat)
        .where(chat.c.id == chat_id, ~IS_OUT)
        .values(standing="out", untold=chat.c.place_id.is_not(None))
        .returning(chat.c.kind)
    ).scalar()
    if closed == "private":
        relay.shut_out(session, chat_id, now)
    elif closed:
        notify(session, "chats")


def back(session: Session, ids: Sequence[int]) -> None:
    """These messages arrived: we are in their chats, whatever we thought."""
    found = select(outbox.c.chat_id).where(outbox.c.id.in_(ids))
    session.execute(update(chat).where(chat.c.id.in_(found), IS_OUT).values(**_IN))


def stay(session: Session, chat_id: int) -> None:
    """Somebody wants us in this chat, and so we are in it: it is not left."""
    ids = around(session, chat_id)
    leaving = and_(outbox.c.chat_id.in_(ids), outbox.c.kind == "leave", QUEUED)
    session.execute(update(outbox).where(leaving).values(state="cancelled"))
    session.execute(update(chat).where(chat.c.id.in_(ids), IS_OUT).values(**_IN))


def around(session: Session, chat_id: int) -> list[int]:
    """The chat, and the group of which it is a topic."""
    here = session.execute(select(chat).where(chat.c.id == chat_id)).one()
    names = {here.external_id, here.external_id.partition(TOPIC)[0]}
    found = select(chat.c.id).where(chat.c.bot_id == here.bot_id, chat.c.external_id.in_(names))
    return list(session.execute(found).scalars())


def untold(session: Session, bots: Collection[int]) -> list[int]:
    """Groups of these bots that a send found closed, and nobody knows."""
    found = select(chat.c.id).where(chat.c.untold, chat.c.bot_id.in_(bots))
    return list(session.execute(found).scalars())


def tell(session: Session, chat_id: int, now: datetime) -> Change | None:
    """It is told from now on. None: not yet, as an announcement to that group is still to be
    reported, which says first what did not arrive; or not any more. What only keepers still have
    to carry is not waited for."""
    report = (
        select(delivery.c.id)
        .join(version, version.c.id == delivery.c.version_id)
        .where(delivery.c.chat_id == chat.c.id, version.c.reported_at.is_(None), ~FOR_KEEPERS)
    )
    row = session.execute(
        update(chat)
        .where(chat.c.id == chat_id, chat.c.untold, ~report.exists())
        .values(untold=False)
        .returning(chat.c.title, chat.c.place_id)
    ).first()
    if row is None or row.place_id is None:
        return None
    return Change(row.title, staff(session, row.place_id, TIE, now), "member", "out")


def forsaken(session: Session, bots: Collection[int], now: datetime) -> list[int]:
    """Groups of these bots that nobody has tied in all this time."""
    found = select(chat.c.id).where(_forsaken(now), chat.c.bot_id.in_(bots))
    return list(session.execute(found).scalars())


def forsake(session: Session, chat_id: int, now: datetime) -> int | None:
    """Count the group as left, if it is still forsaken: the id of the bot that has to go."""
    return session.execute(
        update(chat)
        .where(chat.c.id == chat_id, _forsaken(now))
        .values(standing="out", met_at=None)
        .returning(chat.c.bot_id)
    ).scalar()


def _forsaken(now: datetime) -> ColumnElement[bool]:
    return and_(LOOSE, chat.c.met_at <= now - PATIENCE)


def follow(session: Session, actor: Actor, *, to: str) -> bool:
    """The actor's chat lives on under the id `to`. False: it has not moved."""
    return move(session, actor.bot_id, actor.chat_id, to)


def move(session: Session, bot_id: int, chat_id: int, to: str) -> bool:
    """The chat has another id from now on, and what was sent there can no longer be changed.
    False: it has not moved."""
    there = session.execute(
        select(chat.c.id).where(chat.c.bot_id == bot_id, chat.c.external_id == to)
    ).scalar_one_or_none()
    if there == chat_id:
        return False
    in_chat = outbox.c.chat_id == chat_id
    session.execute(update(outbox).where(in_chat, QUEUED, EDIT).values(state="cancelled"))
    session.execute(
        update(outbox).where(in_chat, outbox.c.state == "sent").values(external_id=None)
    )
    if there is None:
        session.execute(update(chat).where(chat.c.id == chat_id).values(external_id=to))
    else:
        _merge(session, chat_id, there)
    living = chat_id if there is None else there
    session.execute(update(chat).where(chat.c.id == living, IS_OUT).values(**_IN))
    return True


def _merge(session: Session, old: int, new: int) -> None:
    """We met the chat under its new id before: its messages are of there, so that what waits and
    what failed can arrive, and a group stays tied."""
    _hand_over(session, old, new)
    was = session.execute(select(chat).where(chat.c.id == old)).one()
    session.execute(
        update(chat)
        .where(chat.c.id == new, chat.c.place_id.is_(None))
        .values(
            title=was.title,
            place_id=was.place_id,
            segment=was.segment,
            keeper_id=func.coalesce(chat.c.keeper_id, was.keeper_id),
            met_at=func.coalesce(chat.c.met_at, was.met_at),
            answers=was.answers,
        )
    )
    gone = dict.fromkeys(("place_id", "segment", "keeper_id", "met_at"))
    values = {"standing": "out", "untold": False, "answers": False, **gone}
    session.execute(update(chat).where(chat.c.id == old).values(**values))


def _hand_over(session: Session, old: int, new: int) -> None:
    """What was announced in both chats stays where it was, but for what waits."""
    twin = delivery.alias("twin")
    both = select(twin.c.id).where(
        twin.c.version_id == delivery.c.version_id, twin.c.chat_id == new
    )
    session.execute(
        update(delivery).where(delivery.c.chat_id == old, ~both.exists()).values(chat_id=new)
    )
    kept = select(delivery.c.id).where(delivery.c.chat_id == old)
    waits = outbox.c.state.in_(("queued", "sending"))
    moves = or_(outbox.c.delivery_id.is_(None), outbox.c.delivery_id.not_in(kept), waits)
    session.execute(update(outbox).where(outbox.c.chat_id == old, moves).values(chat_id=new))
