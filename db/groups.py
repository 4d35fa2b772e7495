"""Groups: tied to a place and a segment by whoever holds the one-time code, or carried by hand,
and how they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlmodel import Session

from db import announcements, audit, bots, chats
from db.audience import below
from db.codes import digest, new_code
from db.group_health import Group, tied
from db.people import staff
from db.places import get
from db.scene import Actor
from db.tables import Bot, Chat, GroupCode, Place, table

bot, chat = table(Bot), table(Chat)
group_code, place = table(GroupCode), table(Place)

TIE: Final = chats.TIE
SEND: Final = "announcement:send"  # who may carry by hand what is announced there

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
    before, and the code was used before: nothing has changed. `made_up`: nobody has said what the
    group is called. `tied_by`: how many groups its bot is tied to; `by_hand`: id and title of what
    is carried by hand for the same people, and may be this very group."""

    place: str
    segment: str
    moved: bool
    group: str
    created_by: int
    was: str = ""
    left: tuple[int, ...] = ()
    again: bool = False
    chat_id: int = 0
    made_up: bool = False
    platform: str = ""
    tied_by: int = 1
    by_hand: tuple[tuple[int, str], ...] = ()


class CodeRefused(Exception):
    """The code is unknown, used or too old: a new one must be asked for."""


class Untied(NamedTuple):
    """The title of a group and the name of the place that it was tied to."""

    title: str
    place: str
    by_hand: bool = False


class Added(NamedTuple):
    """What is carried by hand from now on; `others`: groups of a bot's for the same people, one of
    which may be the same."""

    chat_id: int
    place: str
    others: tuple[str, ...] = ()


class NoSuchGroup(Exception):
    """The group is not tied any more, or never was: look at the list again."""


class NotKeeper(Exception):
    """Nobody who may announce there: choose another keeper."""


class CarriedAlready(Exception):
    """The same is carried by hand already: look at the list, or call it something else."""


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


def open_among(session: Session, codes: Sequence[str], now: datetime) -> str:
    """One of these that may still tie a group, or ""."""
    digests = {digest(code): code for code in codes}
    found = session.execute(
        select(group_code.c.digest)
        .where(group_code.c.digest.in_(digests))
        .where(group_code.c.used_at.is_(None), group_code.c.expires_at > now)
        .limit(1)
    ).scalar()
    return digests[found] if found else ""


def tie(
    session: Session, actor: Actor, *, code: str, labels: Mapping[str, str], title: str = ""
) -> Tied:
    """Tie the actor's group by a code, once. A group whose platform tells no title is called
    `title`, or else by its segment (`labels`: what people call each) and place. Raises
    CodeRefused."""
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
    group = session.execute(select(chat).where(chat.c.id == actor.chat_id)).one()
    if group.kind != "group":
        raise CodeRefused
    there = get(session, group.place_id) if group.place_id is not None else None
    told = group.title
    if there and told == f"{labels.get(group.segment)} {there.name}":
        told = ""  # made up where it was
    called = title or told or f"{labels[row.segment]} {spot.name}"
    values = {"place_id": spot.id, "segment": row.segment, "title": called}
    if there and there.id != spot.id:
        values |= {"keeper_id": None, "answers": False}
    session.execute(update(chat).where(chat.c.id == actor.chat_id).values(**values))
    chats.stay(session, actor.chat_id)
    if (group.place_id, group.segment) != (spot.id, row.segment):
        announcements.leave(session, actor.chat_id, actor.now)
    detail = {"chat": actor.chat_id, "place": spot.id, "segment": row.segment}
    if there:
        detail["from"] = there.id
    action = "group.moved" if there else "group.tied"
    _note(session, actor, action, {**detail, "asked_by": row.created_by})
    result = Tied(
        spot.name,
        row.segment,
        there is not None,
        called,
        row.created_by,
        chat_id=actor.chat_id,
        made_up=not (title or told),
        **_beside(session, group.bot_id, spot.id, row.segment),
    )
    if not there or there.id == spot.id:
        return result
    left = staff(session, there.id, TIE, actor.now)
    others = tuple(one for one in left if one != row.created_by)
    return result._replace(was=there.name, left=others)


def _beside(session: Session, bot_id: int, place_id: int, segment: str) -> dict[str, Any]:
    """What else is tied: by the bot, and by hand for the same people."""
    count = select(func.count()).select_from(chat).where(chat.c.place_id.is_not(None))
    by_bot = count.where(chat.c.bot_id == bot_id, chat.c.kind == "group").scalar_subquery()
    row = session.execute(select(bot.c.platform, by_bot).where(bot.c.id == bot_id)).one()
    twins = _twins(session, place_id, segment, bot.c.platform == bots.HAND)
    return {"platform": row[0], "tied_by": row[1], "by_hand": twins}


def _twins(
    session: Session, place_id: int, segment: str, where: ColumnElement[bool]
) -> tuple[tuple[int, str], ...]:
    """Id and title of the groups for the same people that are tied in that way."""
    found = (
        select(chat.c.id, chat.c.title)
        .join(bot, bot.c.id == chat.c.bot_id)
        .where(chat.c.kind == "group", chat.c.place_id == place_id, chat.c.segment == segment)
        .where(where)
        .order_by(chat.c.id)
    )
    return tuple((row.id, row.title) for row in session.execute(found))


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
    query = tied().where(below(paths(actor))).order_by(place.c.id, chat.c.segment, chat.c.id)
    return [Group(*row) for row in session.execute(query)]


def read(session: Session, actor: Actor, chat_id: int) -> Group:
    """Raises NoSuchGroup, NotAllowed."""
    row = session.execute(tied(chat_id).where(chat.c.id == chat_id)).first()
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
    again to be tied; what was carried by hand is forgotten. Raises NoSuchGroup, NotAllowed."""
    found = session.execute(
        select(
            chat.c.title,
            chat.c.segment,
            chat.c.place_id,
            place.c.name,
            place.c.path,
            bot.c.platform,
        )
        .join(place, place.c.id == chat.c.place_id)
        .join(bot, bot.c.id == chat.c.bot_id)
        .where(chat.c.id == chat_id, chat.c.kind == "group")
    ).first()
    if found is None:
        raise NoSuchGroup
    actor.require(TIE, found.path)
    by_hand = found.platform == bots.HAND
    loose: dict[str, Any] = {"place_id": None, "segment": None}
    loose |= {"untold": False, "keeper_id": None, "answers": False}
    if by_hand:
        loose["standing"] = "out"
    session.execute(update(chat).where(chat.c.id == chat_id).values(**loose))
    around = chat.c.id.in_(chats.around(session, chat_id))
    session.execute(update(chat).where(around, chat.c.met_at.is_not(None)).values(met_at=actor.now))
    announcements.leave(session, chat_id, actor.now)
    detail = {"chat": chat_id, "place": found.place_id, "segment": found.segment}
    _note(session, actor, "group.untied", detail)
    return Untied(found.title, found.name, by_hand)


def rename(session: Session, actor: Actor, *, chat_id: int, title: str) -> str:
    """The group is called `title` from now on, until its platform says otherwise; returns what it
    was called. Raises NoSuchGroup, NotAllowed."""
    was = read(session, actor, chat_id)
    session.execute(update(chat).where(chat.c.id == chat_id).values(title=title))
    _note(session, actor, "group.renamed", {"chat": chat_id})
    return was.title


def add_by_hand(
    session: Session, actor: Actor, *, place_id: int, segment: str, title: str, keeper_id: int
) -> Added:
    """A group without a bot, a loudspeaker or a notice board: a person carries there what is
    announced. Raises NotAllowed, NotKeeper, CarriedAlready."""
    spot = get(session, place_id)
    actor.require(TIE, spot.path)
    if segment not in REACHES:
        raise ValueError(f"unknown segment; one of {', '.join(REACHES)}")
    if keeper_id not in staff(session, place_id, SEND, actor.now):
        raise NotKeeper
    by_hand = bots.by_hand(session)
    values = {"bot_id": by_hand, "place_id": place_id, "segment": segment, "title": title}
    same = (chat.c[name] == value for name, value in values.items())
    if session.execute(select(exists().where(*same))).scalar_one():
        raise CarriedAlready
    twins = _twins(session, place_id, segment, bot.c.platform != bots.HAND)
    values |= {"external_id": bots.carried(), "kind": "group"}
    added = insert(chat).values(**values, keeper_id=keeper_id).returning(chat.c.id)
    chat_id = int(session.execute(added).scalar_one())
    detail = {"chat": chat_id, "place": place_id, "segment": segment, "keeper": keeper_id}
    _note(session, actor, "group.by_hand", detail)
    return Added(chat_id, spot.name, tuple(called for _, called in twins))


def _note(session: Session, actor: Actor, action: str, detail: Mapping[str, Any]) -> None:
    audit.note(session, at=actor.now, person_id=actor.person_id, action=action, detail=detail)
