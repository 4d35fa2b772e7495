"""`check` counts the groups that announcements reach, and names each other one with what to do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlmodel import Session

from bot import config as settings
from bot.check import check
from bot.check_routes import told
from bot.init import Given, init
from db import bots, places
from db.engine import Database
from db.routes import Route
from db.tables import Chat, Place, table
from tests.blank import lay

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ROUTE = Route("Xóm Chài", "Thôn Bến", "thon", "member", False, frozenset())
HAND = ROUTE._replace(bot="", keeper=True, mailboxes=frozenset({"thon", "cu"}))

LOST = [
    ("no_bot", ROUTE._replace(bot="cu"), "its bot cu is not in the settings; name it there again"),
    ("out", ROUTE._replace(standing="out"), "bot thon is not in it any more; add the bot again"),
    ("muted", ROUTE._replace(standing="muted"), "bot thon may not write in it; ask the group's"),
    (
        "nobody",
        HAND._replace(keeper=False, mailboxes=frozenset()),
        "nobody is named to do so; in private chat with a bot choose Nhóm",
    ),
    ("unknown", HAND._replace(mailboxes=frozenset({"cu"})), "they write to the bot once, or else"),
]


@pytest.mark.parametrize(
    ("route", "reason"), [case[1:] for case in LOST], ids=[case[0] for case in LOST]
)
def test_a_group_without_a_route_is_named_with_what_to_do(route: Route, reason: str) -> None:
    found = told([ROUTE, route], {"thon"})
    assert found.well == ("group “Xóm Chài” (Thôn Bến): by bot thon",)
    (line,) = found.wrong
    assert line.startswith("group “Xóm Chài” (Thôn Bến) gets nothing: ")
    assert reason in line


WAYS = [
    ("its bot", ROUTE, "by bot thon"),
    ("its keeper", HAND, "by hand"),
    (
        "who announces there, as the keeper cannot be written to",
        HAND._replace(mailboxes=frozenset(), reserve=frozenset({"thon"})),
        "by hand, by whoever announces there",
    ),
    (
        "who announces there, as there is no keeper",
        HAND._replace(keeper=False, mailboxes=frozenset(), reserve=frozenset({"thon"})),
        "by hand, by whoever announces there",
    ),
    (
        "its keeper, as its bot was put out",
        ROUTE._replace(standing="out", keeper=True, mailboxes=frozenset({"thon"})),
        "by hand",
    ),
]


@pytest.mark.parametrize(("route", "way"), [one[1:] for one in WAYS], ids=[one[0] for one in WAYS])
def test_a_group_is_told_with_its_route(route: Route, way: str) -> None:
    assert told([route], {"thon"}) == ((f"group “Xóm Chài” (Thôn Bến): {way}",), ())


def test_many_groups_are_counted_by_their_route() -> None:
    routes = [ROUTE, HAND, ROUTE._replace(bot="xa", standing="admin"), HAND, ROUTE] * 4
    assert len(told(routes, {"thon", "xa"}).well) == 20
    found = told([*routes, ROUTE], {"thon", "xa"})
    assert found == (("groups: 9 by bot thon, 8 by hand, 4 by bot xa",), ())


def test_where_nothing_is_tied_nothing_is_said() -> None:
    assert told([], {"thon"}) == ((), ())


@pytest.fixture
def commune(tmp_path: Path) -> Path:
    """The settings of a commune of its own."""
    init(tmp_path / "xa", Given("Xã Mây", "A, B"), None, lambda line: None)
    return tmp_path / "xa" / "config.toml"


def tie(session: Session, *, title: str, **more: Any) -> None:
    place = session.execute(select(table(Place).c.id).limit(1)).scalar_one()
    values = {"external_id": title, "kind": "group", "segment": "households", **more}
    session.execute(insert(table(Chat)).values(title=title, place_id=place, **values))


async def serve(url: str) -> None:
    """A database as a start leaves it, with two groups."""
    database = Database.open(lay(url))

    def settle(session: Session) -> None:
        places.add(session, slug="xa-may", name="Xã Mây", kind="commune", parent=None)
        bot = bots.enter(session, name="cu", platform="telegram", place_slug="xa-may")
        tie(session, title="Xóm Chài", bot_id=bot)
        tie(session, title="Bảng tin", bot_id=bots.by_hand(session))

    await database.write(settle)
    await database.close()


def test_the_groups_in_service_are_looked_at(commune: Path) -> None:
    before = [finding.text for finding in check(commune)]
    assert not [line for line in before if "✗" in line]
    config = settings.load(commune)
    config.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(config.url))
    lost = [finding.text for finding in check(commune) if finding.wrong]
    assert [line.partition(" gets nothing: ")[0] for line in lost] == [
        "✗ group “Xóm Chài” (Xã Mây)",
        "✗ group “Bảng tin” (Xã Mây)",
    ]
