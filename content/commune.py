"""Reads a commune: its places, and the people and groups to practise with, written once for the
village the bot is tried in and for the bot's own database. The shipped one is invented."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

from content.documents import ContentError, File, Table, parse_toml, read

Role: TypeAlias = Literal["resident", "village_head", "cadre", "approver", "admin"]
Style: TypeAlias = Literal["telegram", "zalo"]
PlaceKind: TypeAlias = Literal["province", "commune", "village"]
Segment: TypeAlias = Literal[
    "residents", "households", "party_members", "party_committee", "authorities", "unions"
]
Aloud: TypeAlias = Literal["loudspeaker", "notice_board"]

FILE = "commune.toml"  # of a content folder
DEMO = Path(__file__).parent / "demo" / FILE
_ABOVE = {"province": "", "commune": "province", "village": "commune"}
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Place:
    """`parent`: the slug of the place above, "" for the topmost."""

    slug: str
    name: str
    kind: PlaceKind
    parent: str


@dataclass(frozen=True, slots=True)
class Person:
    """`place`: a slug; `style`: whose app this person uses. The id is also the id of their
    account and of their private chat with the bot."""

    id: str
    name: str
    role: Role
    place: str
    style: Style


@dataclass(frozen=True, slots=True)
class Group:
    """`members`: ids of people of the same style. A group that is not tied has neither
    `place` nor `segment` ("")."""

    id: str
    title: str
    place: str
    segment: Segment | Literal[""]
    style: Style
    members: tuple[str, ...]
    tied: bool


@dataclass(frozen=True, slots=True)
class ByHand:
    """What no bot is in. `keeper`: the id of who carries announcements there."""

    title: str
    place: str
    segment: Segment | Aloud
    keeper: str


@dataclass(frozen=True, slots=True)
class Commune:
    """`title`: the bot's name in a private chat; `mentions`: how groups address it, by style.
    Places stand parents first."""

    title: str
    mentions: Mapping[Style, str]
    places: tuple[Place, ...]
    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    by_hand: tuple[ByHand, ...] = ()

    def place(self, slug: str) -> Place:
        return next(place for place in self.places if place.slug == slug)

    def chain(self, slug: str) -> tuple[str, ...]:
        """The slugs of the place and of all above it, nearest first."""
        parent = self.place(slug).parent
        return (slug, *(self.chain(parent) if parent else ()))

    def person(self, id: str) -> Person:
        return next(person for person in self.people if person.id == id)


def commune_of(folder: str) -> Commune:
    """The commune of a content folder that has one; else, and for "", the shipped one. Raises
    ContentError."""
    own = Path(folder) / FILE
    return load_commune(own if folder and own.exists() else DEMO)


def load_commune(path: Path = DEMO) -> Commune:
    """Raises ContentError, which names the file, the line and what to do."""
    table = parse_toml(_read(path))
    table.only(["bot", "places", "people", "groups", "by_hand"])
    bot = table.table("bot")
    bot.only(["title", *get_args(Style)])
    return Commune(
        title=bot.text("title"),
        mentions={style: bot.text(style) for style in get_args(Style)},
        places=(places := _places(table)),
        people=(people := _people(table, places)),
        groups=_groups(table, places, people),
        by_hand=_by_hand(table, places, people),
    )


def _read(path: Path) -> File:
    if not os.path.lexists(path):
        problem = "cannot be read; check that it is there and that you may read it"
        raise ContentError(path.name, 1, problem)
    return read(path.parent, path.name)


def _places(table: Table) -> tuple[Place, ...]:
    kinds: dict[str, str] = {}
    places = []
    for row in table.tables("places"):
        row.only(["slug", "name", "kind", "parent"])
        slug = _new_id(row, "slug", kinds)
        kind = cast(PlaceKind, _choice(row, "kind", PlaceKind))
        parent = row.text("parent", default="")
        topmost = kind == "commune" and not parent
        if kinds.get(parent, "") != _ABOVE[kind] and not topmost:
            above = _ABOVE[kind]
            where = f"a {above} written above it" if above else "nothing"
            raise row.wrong("parent", f"a {kind} stands under {where}; correct its parent")
        kinds[slug] = kind
        places.append(Place(slug, row.text("name"), kind, parent))
    return tuple(places)


def _people(table: Table, places: tuple[Place, ...]) -> tuple[Person, ...]:
    people: dict[str, Person] = {}
    for row in table.tables("people"):
        row.only(["id", "name", "role", "place", "style"])
        id = _new_id(row, "id", people)
        people[id] = Person(
            id=id,
            name=row.text("name"),
            role=cast(Role, _choice(row, "role", Role)),
            place=_place(row, places),
            style=cast(Style, _choice(row, "style", Style)),
        )
    return tuple(people.values())


def _groups(
    table: Table, places: tuple[Place, ...], people: tuple[Person, ...]
) -> tuple[Group, ...]:
    styles = {person.id: person.style for person in people}
    groups: dict[str, Group] = {}
    for row in table.tables("groups"):
        row.only(["id", "title", "place", "segment", "style", "members", "tied"])
        style = cast(Style, _choice(row, "style", Style))
        tied = _tied(row)
        members = row.texts("members")
        for member in members:
            if styles.get(member) != style:
                raise row.wrong("members", f"“{member}” is nobody on {style}; remove that id")
        id = _new_id(row, "id", {**styles, **groups})
        groups[id] = Group(
            id=id,
            title=row.text("title"),
            place=_place(row, places) if tied else "",
            segment=cast(Segment, _choice(row, "segment", Segment)) if tied else "",
            style=style,
            members=members,
            tied=tied,
        )
    return tuple(groups.values())


def _by_hand(
    table: Table, places: tuple[Place, ...], people: tuple[Person, ...]
) -> tuple[ByHand, ...]:
    staff = {person.id for person in people if person.role != "resident"}
    found = []
    for row in table.tables("by_hand") if "by_hand" in table else ():
        row.only(["title", "place", "segment", "keeper"])
        if (keeper := row.text("keeper")) not in staff:
            raise row.wrong("keeper", f"“{keeper}” holds no role; name the id of somebody who does")
        kind = cast(Segment | Aloud, _choice(row, "segment", Literal[Segment, Aloud]))
        found.append(ByHand(row.text("title"), _place(row, places), kind, keeper))
    return tuple(found)


def _tied(row: Table) -> bool:
    tied = row.values.get("tied")
    if not isinstance(tied, bool):
        raise row.wrong("tied", "“tied” must be true or false; write one of them")
    for key in ("place", "segment"):
        if not tied and key in row:
            raise row.wrong(key, f"an untied group has no {key}; remove it or set tied = true")
    return tied


def _new_id(row: Table, key: str, taken: Mapping[str, object]) -> str:
    value = row.text(key)
    if not _ID.fullmatch(value):
        raise row.wrong(key, f"“{key}” may hold a–z, 0–9 and single hyphens; rename it")
    if value in taken:
        raise row.wrong(key, f"“{value}” is taken; choose another {key}")
    return value


def _choice(row: Table, key: str, choices: Any) -> str:
    value = row.text(key)
    known: tuple[str, ...] = get_args(choices)
    if value not in known:
        raise row.wrong(key, f"unknown {key} “{value}”; use one of: {', '.join(known)}")
    return value


def _place(row: Table, places: tuple[Place, ...]) -> str:
    value = row.text("place")
    if all(place.slug != value for place in places):
        raise row.wrong("place", f"unknown place “{value}”; use a slug from [[places]]")
    return value
