"""Reports as rows: which, what stands in them, and all as they stood at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlmodel import Session

from db import listing, snapshot
from db.engine import Database
from db.errors import DatabaseError
from db.listing import EVERYWHERE, Filters, Row, Tally
from tests.db.neighbours import NOW
from tests.db.reports import DAY, Told, reported, tell


@pytest_asyncio.fixture
async def told(database: Database) -> Told:
    return await database.write(tell)


def listed(session: Session, filters: Filters, paths: Sequence[str] = EVERYWHERE) -> list[Row]:
    return list(listing.rows(session, filters, paths))


def counts(session: Session, filters: Filters, paths: Sequence[str]) -> list[Tally]:
    return list(listing.tallies(session, filters, paths))


async def test_a_row_says_all_of_a_report_but_whose_it_is(database: Database, told: Told) -> None:
    first = (await database.read(listed, Filters()))[0]
    assert first == Row(
        id=told.numbers[0],
        created_at=NOW - DAY,
        place="Thôn Trên",
        category="light",
        state="answered",
        what="Đèn hỏng",
        address="trước cổng",
        latitude=20.5,
        longitude=-106.25,
        files=0,
        first_answer_at=NOW + timedelta(hours=6),
        last_answer="Đã sửa",
        language="vi",
        who="",
    )
    assert first.hours == 30


async def test_names_come_only_where_they_are_asked_for(database: Database, told: Told) -> None:
    rows = await database.read(listed, Filters(names=True))
    assert {row.who for row in rows} == {"Bác Mít"}


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        pytest.param({}, (0, 1, 2), id="all"),
        pytest.param({"state": "open"}, (1, 2), id="a state"),
        pytest.param({"category": "road"}, (1,), id="a category"),
        pytest.param({"since": NOW}, (1, 2), id="since, itself included"),
        pytest.param({"until": NOW}, (0,), id="until, itself not"),
        pytest.param({"since": NOW, "until": NOW + DAY}, (1,), id="a span"),
        pytest.param({"since": NOW + 2 * DAY}, (), id="none"),
    ],
)
async def test_filters_let_through_what_they_name(
    database: Database, told: Told, filters: dict[str, Any], numbers: tuple[int, ...]
) -> None:
    rows = await database.read(listed, Filters(**filters))
    assert [row.id for row in rows] == [told.numbers[number] for number in numbers]


async def test_a_place_is_meant_with_all_below_it(database: Database, told: Told) -> None:
    village = told.village
    upper = await database.read(listed, Filters(place_id=village.upper.id))
    commune = await database.read(listed, Filters(place_id=village.commune.id))
    abroad = await database.read(listed, Filters(place_id=village.abroad.id))
    assert [len(upper), len(commune), len(abroad)] == [1, 3, 0]


async def test_nothing_shows_beyond_the_places_one_may_see(database: Database, told: Told) -> None:
    village = told.village
    within = [village.upper.path]
    for place in (None, village.upper.id, village.commune.id):
        rows = await database.read(listed, Filters(place_id=place), within)
        assert [row.place for row in rows] == ["Thôn Trên"]
    assert await database.read(listed, Filters(place_id=village.lower.id), within) == []
    assert await database.read(listed, Filters(), []) == []


@pytest.mark.parametrize(
    "filters",
    [Filters(), Filters(since=NOW - DAY), Filters(since=NOW), Filters(state="answered")],
)
async def test_counting_sees_the_same_reports_without_their_words(
    database: Database, told: Told, filters: Filters
) -> None:
    for paths in (EVERYWHERE, [told.village.upper.path], []):
        rows = await database.read(listed, filters, paths)
        counted = await database.read(counts, filters, paths)
        expected = [Tally(*(getattr(row, name) for name in Tally._fields)) for row in rows]
        assert sorted(counted) == sorted(expected)
        assert sum(tally.hours or 0 for tally in counted) == sum(row.hours or 0 for row in rows)


async def test_filters_survive_being_kept() -> None:
    filters = Filters(NOW, NOW + DAY, 3, "open", "road", True)
    assert Filters.of(filters.data) == filters
    assert Filters.of(Filters().data) == Filters()


async def test_a_snapshot_shows_one_moment_however_long_it_is_read(
    database: Database, told: Told
) -> None:
    with snapshot.taken(database.url) as session:
        rows = listing.rows(session, Filters(), EVERYWHERE)
        first = next(rows)
        await database.write(reported, told.mit, told.village.upper.id)
        assert [first.id, *(row.id for row in rows)] == list(told.numbers)
    with snapshot.taken(database.url) as session:
        assert len(listed(session, Filters())) == 4


async def test_a_snapshot_cannot_be_written_to(database: Database, told: Told) -> None:
    with (
        pytest.raises(DatabaseError, match="loalang check"),
        snapshot.taken(database.url) as session,
    ):
        reported(session, told.mit, told.village.upper.id)


async def test_one_write_beside_the_program_is_saved(database: Database, told: Told) -> None:
    snapshot.write(database.url, lambda session: reported(session, told.mit, told.village.upper.id))
    assert len(await database.read(listed, Filters())) == 4
