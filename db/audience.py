"""Which groups places and segments reach, and who may write to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlmodel import Session

from db.scene import Actor
from db.tables import Bot, Chat, Place, table

bot, chat, place = table(Bot), table(Chat), table(Place)


class NobodyThere(Exception):
    """No tied group fits the chosen places and segments: choose others, or tie a group first."""


class Audience(NamedTuple):
    """Groups that places x segments reach, by platform; `too_wide`: it is the whole commune,
    and the actor may not write to that; `unheard`: names of the villages among the places that
    have no such group."""

    groups: int
    platforms: Mapping[str, int]
    too_wide: bool
    unheard: tuple[str, ...] = ()


class Offer(NamedTuple):
    """What there is to choose at some places: groups by segment; `too_wide` as in Audience."""

    segments: Mapping[str, int]
    too_wide: bool


def offer(session: Session, actor: Actor, places: Sequence[int]) -> Offer:
    """Raises NotAllowed when a place is not the actor's."""
    paths = sendable(session, actor, places)
    rows = session.execute(
        select(chat.c.segment, func.count())
        .join(place, place.c.id == chat.c.place_id)
        .where(chat.c.kind == "group", below(paths))
        .group_by(chat.c.segment)
    )
    return Offer({segment: count for segment, count in rows}, _too_wide(session, actor, places))


def count(
    session: Session, actor: Actor, places: Sequence[int], segments: Sequence[str]
) -> Audience:
    """Raises NotAllowed when a place is not the actor's."""
    paths = sendable(session, actor, places)
    rows = session.execute(
        select(bot.c.platform, func.count())
        .select_from(chat)
        .join(bot, bot.c.id == chat.c.bot_id)
        .join(place, place.c.id == chat.c.place_id)
        .where(fits(paths, segments))
        .group_by(bot.c.platform)
    )
    counted = {platform: groups for platform, groups in rows}
    too_wide = _too_wide(session, actor, places)
    return Audience(sum(counted.values()), counted, too_wide, _unheard(session, paths, segments))


def _unheard(session: Session, paths: Sequence[str], segments: Sequence[str]) -> tuple[str, ...]:
    heard = (
        select(chat.c.id)
        .where(chat.c.place_id == place.c.id, chat.c.kind == "group")
        .where(chat.c.segment.in_(segments))
    )
    rows = session.execute(
        select(place.c.name)
        .where(place.c.kind == "village", below(paths), ~heard.exists())
        .order_by(place.c.id)
    )
    return tuple(rows.scalars())


def require(session: Session, actor: Actor, places: Sequence[int], *, urgent: bool) -> list[str]:
    """All the rights a release needs; the paths of the places. Raises NotAllowed."""
    paths = sendable(session, actor, places)
    for path in paths if urgent else ():
        actor.require("announcement:send_urgent", path)
    for path in wide(session, places):
        actor.require("announcement:send_wide", path)
    return paths


def sendable(session: Session, actor: Actor, places: Sequence[int]) -> list[str]:
    """The paths of the places. Raises NotAllowed when one of them is not the actor's."""
    rows = session.execute(select(place.c.path).where(place.c.id.in_(places)))
    paths = list(rows.scalars())
    for path in paths:
        actor.require("announcement:send", path)
    return paths


def wide(session: Session, places: Sequence[int]) -> list[str]:
    """The paths of the communes (or more) that are chosen whole: by name, or by every one of
    several villages."""
    parent = place.alias("parent")
    chosen = func.count().filter(place.c.id.in_(places))
    whole = (
        select(parent.c.path)
        .join(place, place.c.parent_id == parent.c.id)
        .where(place.c.kind == "village")
        .group_by(parent.c.path)
        .having(and_(func.count() > 1, func.count() == chosen))
    )
    named = select(place.c.path).where(place.c.id.in_(places), place.c.kind != "village")
    return sorted({*session.execute(whole).scalars(), *session.execute(named).scalars()})


def _too_wide(session: Session, actor: Actor, places: Sequence[int]) -> bool:
    return not all(actor.can("announcement:send_wide", path) for path in wide(session, places))


def fits(paths: Sequence[str], segments: Sequence[str]) -> ColumnElement[bool]:
    """A condition on a chat and its place: a group for one of the segments below the paths."""
    return and_(chat.c.kind == "group", chat.c.segment.in_(segments), below(paths))


def below(paths: Sequence[str]) -> ColumnElement[bool]:
    """A condition on a place: it lies at one of the paths, or deeper."""
    return or_(literal(False), *(place.c.path.startswith(path) for path in paths))
