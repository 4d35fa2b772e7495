"""What fails is told, tells no secrets, harms nobody else and leaves nobody waiting."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from db.engine import Database, DatabaseError, notify
from tests.db.notes import Row, add, add_and_notify, count, create_tables
from tests.loop import one_turn


async def test_errors_of_the_database_do_not_repeat_what_people_wrote(database: Database) -> None:
    await database.write(create_tables)
    await database.write(add, "bí mật")
    with pytest.raises(IntegrityError) as caught:
        await database.write(add, "bí mật")
    assert "bí mật" not in f"{caught.value!r} {caught.value} {caught.value.orig!r}"
    assert "words" in str(caught.value)


@pytest.mark.parametrize("end", ["commit", "rollback"])
async def test_a_verb_that_ends_the_transaction_is_undone(database: Database, end: str) -> None:
    await database.write(create_tables)

    def meddle(session: Session) -> None:
        add(session, "một")
        getattr(session, end)()

    with pytest.raises(RuntimeError, match="a verb does not"):
        await database.write(meddle)
    assert await database.read(count) == 0


async def test_a_verb_that_swallows_a_failed_flush_is_undone_and_told(database: Database) -> None:
    await database.write(create_tables)

    def add_rows_twice(session: Session) -> str:
        session.add(Row(words="một"))
        session.flush()
        session.add(Row(words="một"))
        try:
            session.flush()
        except IntegrityError:
            return "swallowed"
        return "no error"

    results = await asyncio.gather(
        *(database.write(verb) for verb in (add_rows_twice, lambda s: add(s, "hai"))),
        return_exceptions=True,
    )
    assert isinstance(results[0], RuntimeError)
    assert results[1] is None
    assert await database.read(count) == 1


async def test_a_server_that_hung_up_is_told_and_asked_again(
    postgresql_database: Database,
) -> None:
    await postgresql_database.write(create_tables)

    def hang_up(session: Session) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DatabaseError, match="make sure that it runs"):
        await postgresql_database.write(hang_up)
    await postgresql_database.write(add, "after")
    assert await postgresql_database.read(count) == 1


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        pytest.param("RAISE SQLSTATE '53100'", "disk is not full", id="the disk is full"),
        pytest.param("RAISE SQLSTATE '53200'", "could not serve", id="no memory left"),
        pytest.param("RAISE SQLSTATE '57P01'", "make sure", id="the server is being stopped"),
        pytest.param("RAISE SQLSTATE '58030'", "could not serve", id="its disk fails"),
        pytest.param(
            "SET TRANSACTION READ ONLY; INSERT INTO note (words) VALUES ('x')",
            "may be written to",
            id="another server took over",
        ),
    ],
)
async def test_trouble_of_the_server_is_told_apart_from_a_verbs_own_mistake(
    postgresql_database: Database, trouble: str, told: str
) -> None:
    await postgresql_database.write(create_tables)

    def meet(session: Session) -> None:
        session.execute(text(f"DO $$ BEGIN {trouble}; END $$"))

    with pytest.raises(DatabaseError, match=told) as caught:
        await postgresql_database.write(meet)
    assert "\n" not in str(caught.value)
    await postgresql_database.write(add, "after")
    assert await postgresql_database.read(count) == 1


async def test_a_verb_that_writes_where_it_may_only_read_is_its_own_mistake(
    database: Database,
) -> None:
    await database.write(create_tables)
    with pytest.raises(DBAPIError):
        await database.read(add, "một")


async def test_a_writer_that_dies_fails_everyone_who_waits_and_who_comes(
    sqlite_database: Database,
) -> None:
    await sqlite_database.write(create_tables)
    gate = threading.Event()

    def kill_the_thread(_: Session) -> None:
        gate.wait(5)
        raise SystemExit

    waiting = [asyncio.ensure_future(sqlite_database.write(kill_the_thread))]
    waiting += [asyncio.ensure_future(sqlite_database.write(add, f"note {i}")) for i in range(250)]
    await one_turn()
    gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(result) for result in results} == {DatabaseError}
    with pytest.raises(DatabaseError, match="restart Loa Làng"):
        await sqlite_database.write(add, "after")
    assert await sqlite_database.read(count) == 0


async def test_a_commit_that_fails_fails_the_whole_batch_and_the_next_one_is_saved(
    sqlite_database: Database,
) -> None:
    def create_owned(session: Session) -> None:
        create_tables(session)
        session.execute(text("CREATE TABLE owned (note INTEGER REFERENCES note (id))"))

    def orphan(session: Session) -> None:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(text("INSERT INTO owned VALUES (77)"))
        notify(session, "notes")

    await sqlite_database.write(create_owned)
    calls: list[str] = []
    sqlite_database.on_commit("notes", lambda: calls.append("notes"))
    with pytest.raises(DatabaseError, match="could not save"):
        await sqlite_database.write(orphan)
    await sqlite_database.write(add, "after")
    assert await sqlite_database.read(count) == 1
    assert calls == []


async def test_a_full_disk_is_told_and_survived(sqlite_database: Database) -> None:
    await sqlite_database.write(create_tables)

    def limit(session: Session, pages: int) -> None:
        session.execute(text(f"PRAGMA max_page_count = {pages}"))

    started, gate = threading.Event(), threading.Event()

    def keep_the_writer_busy(_: Session) -> None:
        started.set()
        gate.wait(5)

    await sqlite_database.write(limit, 10)
    busy = asyncio.ensure_future(sqlite_database.write(keep_the_writer_busy))
    await asyncio.to_thread(started.wait, 5)
    asked = [
        asyncio.ensure_future(sqlite_database.write(add, "small")),
        asyncio.ensure_future(sqlite_database.write(add, "x" * 200_000)),
        asyncio.ensure_future(sqlite_database.write(add, "late")),
    ]
    await one_turn()
    gate.set()
    await busy
    results = await asyncio.gather(*asked, return_exceptions=True)
    told = [str(result) for result in results if isinstance(result, DatabaseError)]
    assert len(told) == 3
    assert all("make sure that the disk is not full" in words for words in told)
    assert await sqlite_database.read(count) == 0
    await sqlite_database.write(limit, 1_000)
    await sqlite_database.write(add, "after")
    assert await sqlite_database.read(count) == 1


async def test_listeners_of_a_closed_loop_are_left_alone(database: Database) -> None:
    await database.write(create_tables)

    async def listen() -> None:
        database.on_commit("notes", lambda: None)

    await asyncio.to_thread(asyncio.run, listen())
    await database.write(add_and_notify, "một", "notes")
    assert await database.read(count) == 1


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        pytest.param("no url", "write sqlite:///loalang.db", id="not a URL"),
        pytest.param("mysql://u:secret@h/d", "write sqlite:///loalang.db", id="another database"),
        pytest.param("sqlite://", "names a file", id="in memory"),
        pytest.param("sqlite:///a.db?mode=ro", "names a file", id="options"),
        pytest.param("sqlite:////nonexistent/a.db", "its folder exists", id="no such folder"),
        pytest.param("postgresql://u:secret@127.0.0.1", "names no database", id="no name"),
        pytest.param("postgresql://u:secret@127.0.0.1:1/d", "make sure that it runs", id="no one"),
        pytest.param("postgresql://u:secret@127.0.0.1:x/d", "write sqlite", id="bad port"),
    ],
)
async def test_what_cannot_be_opened_is_refused_in_one_line(url: str, advice: str) -> None:
    with pytest.raises(DatabaseError, match=advice) as caught:
        Database.open(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loalang.db").write_text("Kính gửi bà con, " * 100)
    with pytest.raises(DatabaseError, match="choose another path"):
        Database.open(f"sqlite:///{tmp_path}/loalang.db")


async def test_a_new_file_is_for_its_owner_only(sqlite_database: Database, tmp_path: Path) -> None:
    await sqlite_database.write(create_tables)
    assert open_to_others(tmp_path) == {"loalang.db": 0, "loalang.db-wal": 0, "loalang.db-shm": 0}


def open_to_others(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o077 for path in folder.iterdir()}


async def test_trouble_with_the_disk_is_told_apart_from_a_verbs_own_mistake(
    sqlite_database: Database,
) -> None:
    def unreadable(session: Session) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise error

    with pytest.raises(DatabaseError, match="could not be read"):
        await sqlite_database.read(unreadable)
    with pytest.raises(DatabaseError, match="could not save"):
        await sqlite_database.write(unreadable)
