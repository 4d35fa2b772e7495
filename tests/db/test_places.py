"""The places above a place."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import Session

from db import places
from db.tables import Bot, table
from tests.db.village import Village

pytest_plugins = "tests.db.ground_fixtures"


@pytest.mark.parametrize(
    ("slug", "chain"),
    [
        ("ben", ("ben", "xa", "tinh")),
        ("xa-la", ("xa-la", "xa-ben", "tinh")),
        ("xa-ben", ("xa-ben", "tinh")),
    ],
)
def test_a_chain_goes_from_a_place_upward(
    session: Session, village: Village, slug: str, chain: tuple[str, ...]
) -> None:
    bot_id = village.bots["zalo"]
    assert places.chain(session, village.spots[slug].id, bot_id) == chain


def test_without_a_place_the_chain_begins_where_the_bot_serves(
    session: Session, village: Village
) -> None:
    bot, bot_id = table(Bot), village.bots["zalo"]
    assert places.chain(session, None, bot_id) == ("xa", "tinh")
    session.execute(update(bot).where(bot.c.id == bot_id).values(place_id=village.spots["dong"].id))
    assert places.chain(session, None, bot_id) == ("dong", "xa", "tinh")
    assert places.chain(session, None, 10_000) == ()


def test_ids_that_begin_alike_are_no_places_above(session: Session, village: Village) -> None:
    found = [
        places.add(session, slug=f"moi-{n}", name="Thôn", kind="village", parent=village.commune)
        for n in range(100)
    ]
    for spot in found:
        chain = places.chain(session, spot.id, village.bots["zalo"])
        assert chain == (spot.slug, "xa", "tinh")
