"""Writes and reads on both kinds of database: whole or not at all, one commit for many."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import Session

from db.engine import Database, DatabaseError
from tests.db.notes import (
    Row,
    add,
    add_and_notify,
    add_one_to,
    add_then_fail,
    count,
    create_tables,
    ids,
    times,
)
from tests.loop import one_turn

NOON = datetime(2026, 11, 22, 5, 0, 0, 250, tzinfo=UTC)


async def test_what_is_written_can_be_read(database: Database) -> None:
    await database.write(create_tables)
    await database.write(add, "một", at=NOON)
    assert await database.read(count) == 1


async def test_of_fifty_writes_the_ten_that_fail_leave_the_other_forty(database: Database) -> None:
    await database.write(create_tables)
    verbs = [add_then_fail if i % 5 == 0 else add for i in range(50)]
    results = await asyncio.gather(
        *(database.write(verb, f"note {i}") for i, verb in enumerate(verbs)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, ValueError) for result in results) == 10
    assert sum(result is None for result in results) == 40
    assert await database.read(count) == 40
    assert database.jobs == 41


async def test_a_broken_constraint_undoes_only_its_own_write(database: Database) -> None:
    await database.write(create_tables)
    results = await asyncio.gather(
        *(database.write(add, words) for words in ("một", "một", "hai")), return_exceptions=True
    )
    assert sum(isinstance(result, IntegrityError) for result in results) == 1
    assert await database.read(count) == 2


async def test_writes_that_wait_share_a_commit(sqlite_database: Database) -> None:
    await sqlite_database.write(create_tables)
    gate = threading.Event()
    first = asyncio.ensure_future(sqlite_database.write(lambda _: gate.wait(5)))
    rest = [asyncio.ensure_future(sqlite_database.write(add, f"note {i}")) for i in range(50)]
    await one_turn()
    gate.set()
    await asyncio.gather(first, *rest)
    assert sqlite_database.jobs == 52
    assert sqlite_database.commits <= 4  # tables; the first with whoever came in time; the rest


async def test_a_write_alone_costs_one_commit(database: Database) -> None:
    await database.write(create_tables)
    before = database.commits
    await database.write(add, "một")
    await database.read(count)
    assert database.commits == before + 1


async def test_listeners_are_called_after_the_commit_and_on_the_loop(database: Database) -> None:
    await database.write(create_tables)
    calls: list[tuple[int, bool]] = []
    here = threading.get_ident()
    heard = asyncio.Event()

    def listener() -> None:
        calls.append((database.commits, threading.get_ident() == here))
        heard.set()

    before = database.commits
    database.on_commit("notes", listener)
    await database.write(add_and_notify, "một", "other")
    await database.write(add_and_notify, "hai", "notes")
    await heard.wait()
    assert calls == [(before + 2, True)]


async def test_an_undone_write_calls_no_listener(database: Database) -> None:
    await database.write(create_tables)
    calls: list[str] = []
    database.on_commit("notes", lambda: calls.append("notes"))
    heard = asyncio.Event()
    database.on_commit("end", heard.set)
    with pytest.raises(ValueError, match="on purpose"):
        await database.write(add_then_fail, "một")
    await database.write(add_and_notify, "hai", "end")
    await heard.wait()
    assert calls == []


async def test_a_read_sees_what_was_written_before_it_was_asked(database: Database) -> None:
    await database.write(create_tables)
    for expected in range(1, 30):
        await database.write(add, f"note {expected}")
        assert await database.read(count) == expected


async def test_a_read_cannot_write(database: Database) -> None:
    await database.write(create_tables)
    with pytest.raises(DBAPIError):
        await database.read(add, "một")
    assert await database.read(count) == 0


async def test_a_read_that_fails_leaves_the_others_whole(database: Database) -> None:
    await database.write(create_tables)
    results = await asyncio.gather(
        database.read(count), database.read(add, "x"), database.read(count), return_exceptions=True
    )
    assert results[0] == results[2] == 0
    assert isinstance(results[1], DBAPIError)


async def test_a_cancelled_wait_disturbs_nobody(database: Database) -> None:
    await database.write(create_tables)
    gate = threading.Event()

    def add_late(session: Session) -> None:
        gate.wait(5)
        add(session, "late")

    running = asyncio.ensure_future(database.write(add_late))
    queued = asyncio.ensure_future(database.write(add, "queued"))
    kept = asyncio.ensure_future(database.write(add, "kept"))
    await one_turn()
    running.cancel()
    queued.cancel()
    gate.set()
    await kept
    with pytest.raises(asyncio.CancelledError):
        await running
    await database.write(add, "after")
    assert await database.read(count) >= 2


async def test_more_verbs_than_threads_all_finish(database: Database) -> None:
    await database.write(create_tables)

    async def one(number: int) -> int:
        await database.write(add, f"note {number}")
        return await database.read(count)

    counts = await asyncio.gather(*(one(number) for number in range(100)))
    assert max(counts) == 100


async def test_verbs_that_read_and_write_the_same_row_lose_no_update(database: Database) -> None:
    await database.write(create_tables)
    await database.write(add, "counter")
    (start,) = await database.read(ids)
    await asyncio.gather(*(database.write(add_one_to, "counter") for _ in range(150)))
    assert await database.read(ids) == [start + 150]


async def test_times_come_back_aware_in_utc_and_in_order(database: Database) -> None:
    await database.write(create_tables)
    in_hanoi = timezone(timedelta(hours=7))
    later = NOON + timedelta(microseconds=1)
    await database.write(add, "later", at=later.astimezone(in_hanoi))
    await database.write(add, "noon", at=NOON)
    await database.write(add, "even", at=NOON.replace(microsecond=0))
    found = await database.read(times)
    assert found == [NOON.replace(microsecond=0), NOON, later]
    assert {time.tzinfo for time in found if time} == {UTC}


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    await database.write(create_tables)
    with pytest.raises(StatementError, match="timezone"):
        await database.write(add, "naive", at=NOON.replace(tzinfo=None))


async def test_a_verb_that_swallows_a_failed_savepoint_goes_on(database: Database) -> None:
    await database.write(create_tables)

    def add_twice(session: Session) -> str:
        add(session, "một")
        try:
            with session.begin_nested():
                add(session, "một")
        except IntegrityError:
            return "was there"
        return "new"

    assert await database.write(add_twice) == "was there"
    assert await database.read(count) == 1


async def test_rows_can_be_used_after_the_write(database: Database) -> None:
    await database.write(create_tables)

    def add_row(session: Session) -> Row:
        row = Row(words="một", at=NOON)
        session.add(row)
        return row

    row = await database.write(add_row)
    assert (row.id, row.words, row.at) == (1, "một", NOON)


async def test_closing_finishes_what_was_asked(database_url: str) -> None:
    database = Database.open(database_url)
    await database.write(create_tables)
    asked = [asyncio.ensure_future(database.write(add, f"note {i}")) for i in range(30)]
    await one_turn()
    await database.close()
    await database.close()
    await asyncio.gather(*asked)
    with pytest.raises(DatabaseError, match="open it again"):
        await database.read(count)
    again = Database.open(database_url)
    assert await again.read(count) == 30
    await again.close()
