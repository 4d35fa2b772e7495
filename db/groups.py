"""Groups: tied to a place and a segment by whoever holds the one-time code, and how they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, case, func, insert, literal, or_, select, update
from sqlmodel import Session

from db import announcements, audit, chats
from db.audience import below
from db.codes import digest, new_code
from db.people import staff
from db.places import get
from db.scene import Actor
from db.tables import Bot, Chat, GroupCode, Outbox, Place, table

bot, chat, group_code = table(Bot), table(Chat), table(GroupCode)
outbox, place = table(Outbox), table(Place)

TIE: Final = chats.TIE

SEGMENTS: Final = (
    "households",
    "residents",
    "party_members",
    "party_committee",
    "authorities",
    "unions",
)
ALOUD: Final = ("loudspeaker", "notice_board")  # no groups: a keeper reads out, or puts up
REACHES: Final = (*SEGMENTS, *ALOUD)
CODE_LIFE: Final = timedelta(hours=24)


class Code(NamedTuple):
    """`code` as people write it: "7KQM-3XRT"."""

    code: str
    place: str


class Tied(NamedTuple):
    """A group tied to a place; `moved`: whether it was tied elsewhere until now; `group`: what
    it is called; `created_by`: the person who asked for the code. `was`: the place that it left,
    "" for none; `left`: the people who tie groups there, but for that person. `again`: it was tied
    before, and the code was used before: nothing has changed."""

    place: str
    segment: str
    moved: bool
    group: str
    created_by: int
    was: str = ""
    left: tuple[int, ...] = ()
    again: bool = False


class CodeRefused(Exception):
    """The code is unknown, used or too old: a new one must be asked for."""


class Group(NamedTuple):
    """A tied group and how it is. `arrived`: when a message last did; `error`: the class of what
    went wrong with a later one, "" for nothing; `standing`: what the bot is there."""

    id: int
    title: str
    segment: str
    place_id: int
    place: str
    path: str
    platform: str
    arrived: datetime | None
    error: str
    standing: str = "member"


class Untied(NamedTuple):
    """The title of a group and the name of the place that it was tied to."""

    title: str
    place: str


class NoSuchGroup(Exception):
    """The group is not tied any more, or never was: look at the list again."""


def ask_code(session: Session, actor: Actor, *, place_id: int, segment: str) -> Code:
    """A new code that ties one group to the place and segment, for a day. Only its digest is
    kept. Raises NotAllowed."""
    spot = get(session, place_id)
    actor.require(TIE, spot.path)
    if segment not in SEGMENTS:
        raise ValueError(f"unknown segment; one of {', '.join(SEGMENTS)}")
    code = new_code()
    session.execute(
        insert(group_code).values(
            digest=digest(code),
            place_id=place_id,
            segment=segment,
            created_by=actor.person_id,
            created_at=actor.now,
            expires_at=actor.now + CODE_LIFE,
        )
    )
    return Code(code, spot.name)


def tie(session: Session, actor: Actor, *, code: str, labels: Mapping[str, str]) -> Tied:
    """Tie the actor's group by a code, once. A group whose platform tells no title is called by
    its segment (`labels`: what people call each) and place. Raises CodeRefused."""
    row = session.execute(
        update(group_code)
        .where(group_code.c.digest == digest(code), group_code.c.used_at.is_(None))
        .where(group_code.c.expires_at > actor.now)
        .values(used_at=actor.now, chat_id=actor.chat_id)
        .returning(group_code.c.place_id, group_code.c.segment, group_code.c.created_by)
    ).first()
    if row is None:
        return _tied_before(session, actor, code)
    if row.created_by not in staff(session, row.place_id, TIE, actor.now):
        raise CodeRefused
    spot = get(session, row.place_id)
    group = session.execute(
        select(chat.c.kind, chat.c.title, chat.c.place_id, chat.c.segment).where(
            chat.c.id == actor.chat_id
        )
    ).one()
    if group.kind != "group":
        raise CodeRefused
    title = group.title or f"{labels[row.segment]} {spot.name}"
    session.execute(
        update(chat)
        .where(chat.c.id == actor.chat_id)
        .values(place_id=spot.id, segment=row.segment, title=title)
    )
    chats.stay(session, actor.chat_id)
    if (group.place_id, group.segment) != (spot.id, row.segment):
        announcements.leave(session, actor.chat_id)
    detail = {"chat": actor.chat_id, "place": spot.id, "segment": row.segment}
    moved = group.place_id is not None
    if moved:
        detail["from"] = group.place_id
    action = "group.moved" if moved else "group.tied"
    _note(session, actor, action, {**detail, "asked_by": row.created_by})
    tied = Tied(spot.name, row.segment, moved, title, row.created_by)
    if not moved or group.place_id == spot.id:
        return tied
    left = staff(session, group.place_id, TIE, actor.now)
    others = tuple(one for one in left if one != row.created_by)
    return tied._replace(was=get(session, group.place_id).name, left=others)


def _tied_before(session: Session, actor: Actor, code: str) -> Tied:
    """Of a code that was used, said in a group that is tied. Raises CodeRefused for any other."""
    row = session.execute(
        select(place.c.name, chat.c.segment, chat.c.title, group_code.c.created_by)
        .select_from(chat)
        .join(place, place.c.id == chat.c.place_id)
        .join(group_code, group_code.c.digest == digest(code))
        .where(chat.c.id == actor.chat_id, group_code.c.used_at.is_not(None))
    ).first()
    if row is None:
        raise CodeRefused
    return Tied(row.name, row.segment, False, row.title, row.created_by, again=True)


def ties(session: Session) -> dict[str, tuple[str, str]]:
    """Place's name and segment of every tied group, by its id on its platform: for the village
    in the browser, where these ids are unique."""
    rows = session.execute(
        select(chat.c.external_id, place.c.name, chat.c.segment)
        .join(place, place.c.id == chat.c.place_id)
        .where(chat.c.kind == "group")
    )
    return {row.external_id: (row.name, row.segment or "") for row in rows}


def paths(actor: Actor) -> tuple[str, ...]:
    """The places at and below which the actor ties groups."""
    return tuple(grant.path for grant in actor.grants if actor.can(TIE, grant.path))


def overview(session: Session, actor: Actor) -> list[Group]:
    """The groups where the actor ties them, place by place. Raises NotAllowed."""
    actor.require(TIE)
    query = _groups().where(below(paths(actor))).order_by(place.c.id, chat.c.segment, chat.c.id)
    return [Group(*row) for row in session.execute(query)]


def read(session: Session, actor: Actor, chat_id: int) -> Group:
    """Raises NoSuchGroup, NotAllowed."""
    row = session.execute(_groups(chat_id).where(chat.c.id == chat_id)).first()
    if row is None:
        raise NoSuchGroup
    actor.require(TIE, row.path)
    return Group(*row)


def loose(session: Session, actor: Actor) -> list[str]:
    """The titles of groups that the bot is in and nobody has tied, for those who tie groups in all
    the place that the group's bot serves; "" where the platform tells none."""
    query = (
        select(chat.c.title)
        .join(bot, bot.c.id == chat.c.bot_id)
        .join(place, place.c.id == bot.c.place_id)
        .where(chats.LOOSE, below(paths(actor)))
        .order_by(chat.c.id)
    )
    return list(session.execute(query).scalars())


def untie(session: Session, actor: Actor, *, chat_id: int) -> Untied:
    """The group gets no announcements any more, and it (of a topic: its group) has all the time
    again to be tied. Raises NoSuchGroup, NotAllowed."""
    found = session.execute(
        select(chat.c.title, chat.c.segment, chat.c.place_id, place.c.name, place.c.path)
        .join(place, place.c.id == chat.c.place_id)
        .where(chat.c.id == chat_id, chat.c.kind == "group")
    ).first()
    if found is None:
        raise NoSuchGroup
    actor.require(TIE, found.path)
    loose = {"place_id": None, "segment": None, "untold": False}
    session.execute(update(chat).where(chat.c.id == chat_id).values(**loose))
    around = chat.c.id.in_(chats.around(session, chat_id))
    session.execute(update(chat).where(around, chat.c.met_at.is_not(None)).values(met_at=actor.now))
    announcements.leave(session, chat_id)
    detail = {"chat": chat_id, "place": found.place_id, "segment": found.segment}
    _note(session, actor, "group.untied", detail)
    return Untied(found.title, found.name)


def _note(session: Session, actor: Actor, action: str, detail: Mapping[str, Any]) -> None:
    audit.note(session, at=actor.now, person_id=actor.person_id, action=action, detail=detail)


def _groups(only: int | None = None) -> Select[Any]:
    """Tied groups with what became of their messages (`only`: of this chat's); what goes wrong has
    no time of its own, but a place in the order of messages."""
    here = literal(True) if only is None else outbox.c.chat_id == only
    amiss = and_(outbox.c.error.is_not(None), outbox.c.state.in_(("failed", "uncertain", "queued")))
    last = (
        select(
            outbox.c.chat_id,
            func.max(outbox.c.id).filter(outbox.c.state == "sent").label("sent"),
            func.max(outbox.c.sent_at).label("arrived"),
            func.max(outbox.c.id).filter(amiss).label("amiss"),
        )
        .where(outbox.c.kind == "message", here)
        .group_by(outbox.c.chat_id)
        .subquery("last")
    )
    later = or_(last.c.sent.is_(None), last.c.amiss > last.c.sent)
    return (
        select(
            chat.c.id,
            chat.c.title,
            chat.c.segment,
            place.c.id,
            place.c.name,
            place.c.path,
            bot.c.platform,
            last.c.arrived,
            case((and_(last.c.amiss.is_not(None), later), outbox.c.error), else_="").label("error"),
            chat.c.standing,
        )
        .join(place, place.c.id == chat.c.place_id)
        .join(bot, bot.c.id == chat.c.bot_id)
        .outerjoin(last, last.c.chat_id == chat.c.id)
        .outerjoin(outbox, outbox.c.id == last.c.amiss)
        .where(chat.c.kind == "group")
    )
