"""A commune is entered whole, once, and never into another one's database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, SQLModel

from db import audience, bots, communes, conversations, people, places, routes
from db.bots import UnknownPlace
from db.communes import Inhabited, NewByHand, NewGroup, NewPerson, NewPlace, Settlement
from db.engine import Database
from db.scene import Scene
from db.tables import Chat, Place, table
from tests.db.village import LATER, NOW

SETTLEMENT = Settlement(
    places=[
        NewPlace("xa", "Xã Mơ", "commune", ""),
        NewPlace("tren", "Thôn Trên", "village", "xa"),
        NewPlace("duoi", "Thôn Dưới", "village", "xa"),
    ],
    bots=[("zalo", "sandbox-zalo", "xa"), ("telegram", "sandbox-telegram", "xa")],
    groups=[
        NewGroup("zalo", "g1", "Hộ dân Thôn Trên", "tren", "households"),
        NewGroup("telegram", "g1", "Đảng viên", "xa", "party_members"),
        NewGroup("zalo", "g2", "Chưa ai nhận", "", ""),
    ],
    people=[
        NewPerson("zalo", "sandbox-zalo", "ba-lua", "Bà Lúa", "tren", ""),
        NewPerson("telegram", "sandbox-telegram", "ong-khoai", "Ông Khoai", "duoi", "village_head"),
        NewPerson("zalo", "sandbox-zalo", "co-ngo", "Cô Ngô", "xa", "admin"),
    ],
)


def settle(session: Session, settlement: Settlement = SETTLEMENT, now: Any = NOW) -> None:
    communes.settle(session, settlement, now)


def everything(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {
        found.name: session.execute(select(func.count()).select_from(found)).scalar_one()
        for found in SQLModel.metadata.sorted_tables
    }


def scene(session: Session, who: str, platform: str) -> Scene:
    return conversations.load(
        session,
        bot_id=bots.named(session)[platform.removeprefix("sandbox-")],
        platform=platform,
        chat_id=who,
        chat_kind="private",
        account_id=who,
        now=LATER,
    )


def groups(session: Session) -> dict[str, tuple[str | None, str | None]]:
    chat, place = table(Chat), table(Place)
    found = session.execute(
        select(chat.c.title, place.c.slug, chat.c.segment)
        .outerjoin(place, place.c.id == chat.c.place_id)
        .where(chat.c.kind == "group")
    )
    return {row.title: (row.slug, row.segment) for row in found}


async def test_everything_stands_where_it_belongs(database: Database) -> None:
    await database.write(settle)
    assert await database.read(groups) == {
        "Hộ dân Thôn Trên": ("tren", "households"),
        "Đảng viên": ("xa", "party_members"),
        "Chưa ai nhận": (None, None),
    }
    tree = await database.read(lambda session: places.below(session, ""))
    assert [(spot.slug, spot.path) for spot in tree] == [
        ("xa", f"{tree[0].id}."),
        ("tren", f"{tree[0].id}.{tree[1].id}."),
        ("duoi", f"{tree[0].id}.{tree[2].id}."),
    ]


async def test_everyone_has_a_village_and_only_their_own_rights(database: Database) -> None:
    await database.write(settle)
    resident = await database.read(scene, "ba-lua", "sandbox-zalo")
    head = await database.read(scene, "ong-khoai", "sandbox-telegram")
    admin = await database.read(scene, "co-ngo", "sandbox-zalo")
    spots = {spot.slug: spot for spot in await database.read(places.below, "")}
    assert (resident.name, resident.actor.place_id) == ("Bà Lúa", spots["tren"].id)
    assert resident.actor.grants == ()
    assert head.actor.can("announcement:send", spots["duoi"].path)
    assert not head.actor.can("announcement:send", spots["tren"].path)
    assert admin.actor.can("announcement:send_wide", spots["xa"].path)


async def test_everyone_can_be_written_to(database: Database) -> None:
    await database.write(settle)
    someone = await database.read(scene, "ong-khoai", "sandbox-telegram")
    boxes = await database.read(people.mailboxes, (someone.actor.person_id,))
    assert [(box.chat_id, box.platform) for box in boxes] == [
        (someone.actor.chat_id, "sandbox-telegram")
    ]


async def test_announcements_reach_the_tied_groups(database: Database) -> None:
    await database.write(settle)
    admin = await database.read(scene, "co-ngo", "sandbox-zalo")
    commune = (await database.read(places.below, "", "commune"))[0]
    reached = await database.read(
        audience.count, admin.actor, [commune.id], ["households", "party_members"]
    )
    assert dict(reached.platforms) == {"sandbox-zalo": 1, "sandbox-telegram": 1}


async def test_entered_again_it_stays_as_it_is(database: Database) -> None:
    await database.write(settle)
    before = await database.read(everything)
    await database.write(settle, now=LATER)
    assert await database.read(everything) == before


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"places": [NewPlace("xa-2", "Xã Mận", "commune", "")]}, id="another commune"),
        pytest.param({"places": SETTLEMENT.places[:2]}, id="a village less"),
        pytest.param({"bots": [("zalo-2", "sandbox-zalo", "xa")]}, id="other bots"),
    ],
)
async def test_another_commune_is_refused_and_nothing_entered(
    database: Database, other: dict[str, Any]
) -> None:
    await database.write(settle)
    before = await database.read(everything)
    with pytest.raises(Inhabited):
        await database.write(settle, SETTLEMENT._replace(**other))
    assert await database.read(everything) == before


async def test_a_bot_of_an_unknown_place_leaves_nothing_behind(database: Database) -> None:
    nowhere = SETTLEMENT._replace(bots=[("zalo", "sandbox-zalo", "nowhere")])
    with pytest.raises(UnknownPlace, match="nowhere"):
        await database.write(settle, nowhere)
    assert set((await database.read(everything)).values()) == {0}


async def test_a_bot_is_known_by_its_name_and_is_as_the_settings_say_now(
    database: Database,
) -> None:
    await database.write(settle)
    before = await database.read(bots.named)
    again = await database.write(
        bots.enter, name="zalo", platform="sandbox-zalo", place_slug="duoi"
    )
    assert (again, await database.read(bots.named)) == (before["zalo"], before)
    villages = await database.read(places.villages_of_bot, again)
    assert [spot.slug for spot in villages] == ["duoi"]


async def test_a_commune_is_no_part_of_one_whose_number_begins_alike(database: Database) -> None:
    """Place 1 is not above place 11."""
    many = [NewPlace(f"xa-{number}", f"Xã {number}", "commune", "") for number in range(1, 12)]
    await database.write(settle, Settlement(many, [], [], []))
    tree = await database.read(places.below, "")
    first, eleventh = tree[0], tree[10]
    assert eleventh.path.startswith(first.path.rstrip("."))
    assert await database.read(places.below, first.path) == [first]
    assert await database.read(places.get, eleventh.id) == eleventh
    assert await database.read(places.named, (eleventh.id, first.id)) == [first, eleventh]


REAL = [("thon", "telegram", "xa")]


def serve(
    session: Session, new: Sequence[NewPlace] = SETTLEMENT.places, real: Any = REAL
) -> dict[str, int]:
    return communes.serve(session, new, real)


async def test_in_service_places_and_bots_are_as_they_are_written_now(database: Database) -> None:
    first = await database.write(serve)
    assert await database.write(serve) == first
    renamed = [*SETTLEMENT.places[:2], NewPlace("duoi", "Thôn Đoài", "village", "xa")]
    moved = [("thon", "telegram", "tren"), ("xa", "telegram", "xa")]
    later = await database.write(serve, [*renamed, NewPlace("moi", "Mới", "village", "xa")], moved)
    assert later["thon"] == first["thon"]
    assert later.keys() == {"thon", "xa"}
    tree = await database.read(places.below, "")
    assert [spot.name for spot in tree] == ["Xã Mơ", "Thôn Trên", "Thôn Đoài", "Mới"]
    assert tree[-1].path == f"{tree[0].path}{tree[-1].id}."
    assert await database.read(communes.served)
    assert not await database.read(communes.practised)


async def test_in_service_no_place_may_go_and_practice_stays_practice(database: Database) -> None:
    await database.write(serve)
    before = await database.read(everything)
    with pytest.raises(Inhabited):
        await database.write(serve, SETTLEMENT.places[:2])
    with pytest.raises(Inhabited):
        await database.write(settle)
    assert await database.read(everything) == before


async def test_what_was_practised_in_is_not_served(database: Database) -> None:
    await database.write(settle)
    assert await database.read(communes.practised)
    assert not await database.read(communes.served)
    with pytest.raises(Inhabited):
        await database.write(serve)


async def test_what_is_carried_by_hand_has_its_keeper(database: Database) -> None:
    board = NewByHand("Bảng tin", "duoi", "notice_board", "ong-khoai")
    await database.write(settle, SETTLEMENT._replace(by_hand=[board]))
    (route,) = [one for one in await database.read(routes.routes, NOW) if not one.bot]
    assert (route.title, route.place, route.keeper) == ("Bảng tin", "Thôn Dưới", True)
    assert route.mailboxes == frozenset({"telegram"})


async def test_what_is_carried_by_hand_is_neither_practice_nor_service(database: Database) -> None:
    await database.write(settle)
    await database.write(bots.by_hand)
    await database.write(settle)
    assert not await database.read(communes.served)
    assert (await database.read(bots.named)).keys() == {"telegram", "zalo"}
