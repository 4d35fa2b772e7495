"""Whom places and segments reach, and what there is to choose."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlmodel import Session

from db import audience
from db.engine import Database
from tests.db.village import HOUSEHOLDS, Village, acting, build


@pytest_asyncio.fixture
async def village(database: Database) -> Village:
    return await database.write(build)


AUDIENCES = [
    ("one_village", "head", ["ben"], HOUSEHOLDS, {"telegram": 1, "zalo": 1}),
    ("two_villages", "cadre", ["ben", "dong"], HOUSEHOLDS, {"telegram": 2, "zalo": 2}),
    ("two_segments", "head", ["ben"], ["households", "party_members"], {"telegram": 2, "zalo": 2}),
    ("no_such_segment", "cadre", ["ben"], ["unions"], {}),
    ("no_group_there", "cadre", ["tay"], HOUSEHOLDS, {}),
    ("whole_commune", "approver", ["xa"], HOUSEHOLDS, {"telegram": 3, "zalo": 3}),
    ("commune_and_village", "approver", ["xa", "ben"], HOUSEHOLDS, {"telegram": 3, "zalo": 3}),
    ("nowhere", "cadre", [], HOUSEHOLDS, {}),
]


@pytest.mark.parametrize(
    ("name", "slugs", "segments", "platforms"),
    [case[1:] for case in AUDIENCES],
    ids=[case[0] for case in AUDIENCES],
)
async def test_the_audience_is_places_times_segments(
    database: Database,
    village: Village,
    name: str,
    slugs: list[str],
    segments: list[str],
    platforms: dict[str, int],
) -> None:
    def count(session: Session) -> audience.Audience:
        actor = acting(session, village, name)
        return audience.count(session, actor, village.ids(*slugs), segments)

    found = await database.read(count)
    assert (found.groups, dict(found.platforms)) == (sum(platforms.values()), platforms)


@pytest.mark.parametrize(
    ("slugs", "unheard"),
    [(["xa"], ("Thôn tay",)), (["ben", "dong"], ()), (["ben", "tay"], ("Thôn tay",))],
    ids=["the_whole_commune", "all_have_one", "one_has_none"],
)
async def test_villages_without_such_a_group_are_named(
    database: Database, village: Village, slugs: list[str], unheard: tuple[str, ...]
) -> None:
    def count(session: Session) -> audience.Audience:
        actor = acting(session, village, "approver")
        return audience.count(session, actor, village.ids(*slugs), HOUSEHOLDS)

    assert (await database.read(count)).unheard == unheard


async def test_what_there_is_to_choose_is_counted_by_segment(
    database: Database, village: Village
) -> None:
    def offer(session: Session) -> audience.Offer:
        return audience.offer(session, acting(session, village, "cadre"), village.ids("ben"))

    assert await database.read(offer) == ({"households": 2, "party_members": 2}, False)


WIDE: list[tuple[str, str, list[str], bool]] = [
    ("cadre_one_village", "cadre", ["ben"], False),
    ("cadre_commune", "cadre", ["xa"], True),
    ("cadre_all_villages", "cadre", ["ben", "dong", "tay"], True),
    ("approver_commune", "approver", ["xa"], False),
    ("head_of_the_only_village", "other_head", ["xa-la"], False),
]


@pytest.mark.parametrize(
    ("name", "slugs", "too_wide"), [case[1:] for case in WIDE], ids=[case[0] for case in WIDE]
)
async def test_it_is_said_where_the_whole_commune_is_more_than_one_may(
    database: Database, village: Village, name: str, slugs: list[str], too_wide: bool
) -> None:
    def ask(session: Session) -> tuple[bool, bool]:
        actor, places = acting(session, village, name), village.ids(*slugs)
        offer = audience.offer(session, actor, places)
        return offer.too_wide, audience.count(session, actor, places, HOUSEHOLDS).too_wide

    assert await database.read(ask) == (too_wide, too_wide)
