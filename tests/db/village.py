"""A small commune to announce in: three villages, their groups, and people with rights.

Everything is invented. Ids come back by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from db import announcements, people, places
from db.announcements import Part, Progress
from db.places import Spot
from db.scene import Actor
from db.tables import Bot, Chat, Outbox, table

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)

BODY = "Ngày mai mất nước từ 8 giờ."
HOUSEHOLDS = ["households"]
PARTS = {
    "telegram": [Part("một")],
    "zalo": [Part("(1/2) một"), Part("(2/2) hai")],
}

bot, chat, outbox = table(Bot), table(Chat), table(Outbox)


@dataclass(frozen=True, slots=True)
class Village:
    """`groups`: by "<place slug> <segment> <bot>"; `people`: by role."""

    commune: Spot
    other_commune: Spot
    spots: dict[str, Spot]
    bots: dict[str, int]
    groups: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def ids(self, *slugs: str) -> list[int]:
        return [self.spots[slug].id for slug in slugs]


def build(session: Session) -> Village:
    """Everything, where only our tables are."""
    province = places.add(session, slug="tinh", name="Tỉnh Mẫu", kind="province", parent=None)
    commune = places.add(session, slug="xa", name="Xã Mẫu", kind="commune", parent=province)
    other = places.add(session, slug="xa-ben", name="Xã Bên", kind="commune", parent=province)
    spots = {"xa": commune, "xa-ben": other}
    for slug, parent in {"ben": commune, "dong": commune, "tay": commune, "xa-la": other}.items():
        spots[slug] = places.add(
            session, slug=slug, name=f"Thôn {slug}", kind="village", parent=parent
        )
    bots = {
        platform: _id(
            session, insert(bot).values(name=platform, platform=platform, place_id=commune.id)
        )
        for platform in ("telegram", "zalo")
    }
    village = Village(commune, other, spots, bots)
    for slug in ("ben", "dong", "xa-la", "xa"):
        for segment in ("households", "party_members"):
            for platform in bots:
                tied_group(session, village, slug, segment, platform)
    _people(session, village)
    return village


def _people(session: Session, village: Village) -> None:
    roles = {
        "head": ("village_head", "ben"),
        "cadre": ("cadre", "xa"),
        "approver": ("approver", "xa"),
        "stranger": ("approver", "xa-ben"),
        "other_head": ("village_head", "xa-la"),
        "resident": ("", "ben"),
    }
    for name, (role, slug) in roles.items():
        _, _, person = people.meet(
            session,
            bot_id=village.bots["telegram"],
            platform="telegram",
            chat_id=f"private {name}",
            chat_kind="private",
            chat_title="",
            account_id=name,
            name=name,
            now=NOW,
        )
        village.people[name] = person
        if role:
            people.grant(session, person, role, village.spots[slug].id, NOW)


def tied_group(
    session: Session, village: Village, slug: str, segment: str, platform: str, number: int = 1
) -> int:
    name = f"{slug} {segment} {platform}"
    village.groups[name] = _id(
        session,
        insert(chat).values(
            bot_id=village.bots[platform],
            external_id=f"{name} {number}",
            kind="group",
            title=name,
            place_id=village.spots[slug].id,
            segment=segment,
        ),
    )
    return village.groups[name]


def acting(
    session: Session, village: Village, name: str, chat_id: int = 0, now: datetime = NOW
) -> Actor:
    """The person as intake reads them."""
    person = village.people[name]
    return Actor(
        person_id=person,
        account_id=1,
        chat_id=chat_id,
        bot_id=village.bots["telegram"],
        now=now,
        grants=people.grants(session, person, now),
    )


def released(
    session: Session,
    /,
    village: Village,
    slugs: Sequence[str] = ("ben", "dong"),
    *,
    name: str = "cadre",
    segments: Sequence[str] = ("households",),
    parts: Any = None,
    **more: Any,
) -> Progress:
    arguments: dict[str, Any] = {
        "body": BODY,
        "media": [],
        "places": village.ids(*slugs),
        "segments": list(segments),
        "urgent": False,
        **more,
    }
    shown = arguments.pop("shown", None) or announcements.digest(**arguments)
    return announcements.release(
        session, acting(session, village, name), parts=parts or PARTS, shown=shown, **arguments
    )


def rows(session: Session, *columns: str) -> list[tuple[Any, ...]]:
    """These columns of the announcements' outbox rows, in the order of their ids."""
    found = session.execute(
        select(*(outbox.c[column] for column in columns))
        .where(outbox.c.delivery_id.is_not(None))
        .order_by(outbox.c.id)
    )
    return [tuple(row) for row in found]


def set_states(session: Session, /, chat_id: int, **states: str) -> None:
    """What the sender would write: the state by part, as `part_1="sent"`."""
    for name, state in states.items():
        part = int(name.removeprefix("part_"))
        session.execute(
            update(outbox)
            .where(outbox.c.chat_id == chat_id, outbox.c.part == part)
            .values(state=state, attempts=3, doubts=1, error="Unreachable")
        )


def _id(session: Session, statement: Any) -> int:
    return int(session.execute(statement.returning(statement.table.c.id)).scalar_one())
