"""Groups: tied to a place and a segment by whoever holds the one-time code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from secrets import choice
from typing import Final, NamedTuple

from sqlalchemy import func, insert, literal, or_, select, update
from sqlmodel import Session

from db.people import staff
from db.places import get
from db.scene import Actor
from db.tables import Chat, GroupCode, Place, table

chat, group_code, place = table(Chat), table(GroupCode), table(Place)

SEGMENTS: Final = (
    "households",
    "residents",
    "party_members",
    "party_committee",
    "authorities",
    "unions",
)
CODE_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another
CODE_LENGTH: Final = 8
CODE_LIFE: Final = timedelta(hours=24)


class Invitation(NamedTuple):
    """`code` as people write it: "7KQM-3XRT"."""

    code: str
    place: str


class Tied(NamedTuple):
    """A group tied to a place; `moved`: whether it was tied elsewhere until now; `group`: what
    it is called; `created_by`: the person who asked for the code."""

    place: str
    segment: str
    moved: bool
    group: str
    created_by: int


class CodeRefused(Exception):
    """The code is unknown, used or too old: a new one must be asked for."""


class GroupCount(NamedTuple):
    place: str
    segment: str
    groups: int


def invite(session: Session, actor: Actor, *, place_id: int, segment: str) -> Invitation:
    """A new code that ties one group to the place and segment, for a day. Only its digest is
    kept. Raises NotAllowed."""
    spot = get(session, place_id)
    actor.require("group:tie", spot.path)
    if segment not in SEGMENTS:
        raise ValueError(f"unknown segment; one of {', '.join(SEGMENTS)}")
    code = _new_code()
    session.execute(
        insert(group_code).values(
            digest=_digest(code),
            place_id=place_id,
            segment=segment,
            created_by=actor.person_id,
            created_at=actor.now,
            expires_at=actor.now + CODE_LIFE,
        )
    )
    return Invitation(code, spot.name)


def tie(session: Session, actor: Actor, *, code: str, labels: Mapping[str, str]) -> Tied:
    """Tie the actor's group by a code, once. A group whose platform tells no title is called by
    its segment (`labels`: what people call each) and place. Raises CodeRefused."""
    row = session.execute(
        update(group_code)
        .where(group_code.c.digest == _digest(code), group_code.c.used_at.is_(None))
        .where(group_code.c.expires_at > actor.now)
        .values(used_at=actor.now, chat_id=actor.chat_id)
        .returning(group_code.c.place_id, group_code.c.segment, group_code.c.created_by)
    ).first()
    if row is None or row.created_by not in staff(session, row.place_id, "group:tie", actor.now):
        raise CodeRefused
    spot = get(session, row.place_id)
    group = session.execute(
        select(chat.c.kind, chat.c.title, chat.c.place_id).where(chat.c.id == actor.chat_id)
    ).one()
    if group.kind != "group":
        raise CodeRefused
    title = group.title or f"{labels[row.segment]} {spot.name}"
    session.execute(
        update(chat)
        .where(chat.c.id == actor.chat_id)
        .values(place_id=spot.id, segment=row.segment, title=title)
    )
    moved = group.place_id is not None
    return Tied(spot.name, row.segment, moved, title, row.created_by)


def overview(session: Session, paths: tuple[str, ...]) -> list[GroupCount]:
    """How many groups are tied, by place and segment, below the given paths."""
    rows = session.execute(
        select(place.c.name, chat.c.segment, func.count())
        .join(chat, chat.c.place_id == place.c.id)
        .where(chat.c.kind == "group")
        .where(or_(literal(False), *(place.c.path.startswith(path) for path in paths)))
        .group_by(place.c.id, place.c.name, chat.c.segment)
        .order_by(place.c.id, chat.c.segment)
    )
    return [GroupCount(*row) for row in rows]


def _new_code() -> str:
    """It holds a figure and a letter: neither two words of four letters ("khai sinh") nor a
    telephone number is a code."""
    while True:
        code = "".join(choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
        if any(sign.isdigit() for sign in code) and any(sign.isalpha() for sign in code):
            return f"{code[:4]}-{code[4:]}"


def _digest(code: str) -> str:
    """Codes are compared by digest: letters and figures only, whatever the case."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return sha256(plain.encode()).hexdigest()
