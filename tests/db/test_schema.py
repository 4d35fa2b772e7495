"""What may lie at a database URL, and what becomes of it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from db import postgresql, schema, sqlite
from db.engine import Database
from db.errors import DatabaseError
from db.schema import MIGRATIONS, VERSION_TABLE, prepare, revisions, stand
from db.url import SQLITE, parse, sqlite_path

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)

FIRST = """
import sqlalchemy as sa
from alembic import op
revision = "0001"
down_revision = None
def upgrade() -> None:
    op.create_table("village", sa.Column("name", sa.String()))
    op.execute("INSERT INTO village VALUES ('Thôn Thử')")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade() -> None:
    op.add_column("village", sa.Column("households", sa.Integer()))
"""
BROKEN = SECOND + '    op.drop_table("nowhere")\n'


def write_migrations(folder: Path, *scripts: str) -> Path:
    """A folder of migrations like ours, with these scripts instead."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("[0-9]*", "__pycache__"))
    (folder / "versions").mkdir(exist_ok=True)
    for number, script in enumerate(scripts, start=1):
        (folder / "versions" / f"{number:04}_step.py").write_text(script)
    return folder


@pytest.fixture
def older(tmp_path: Path) -> Path:
    return write_migrations(tmp_path / "older", FIRST)


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    return write_migrations(tmp_path / "newer", FIRST, SECOND)


@contextlib.contextmanager
def connected(url: str) -> Iterator[Connection]:
    parsed = parse(url)
    if parsed.drivername == SQLITE:
        engine = sqlite.create(sqlite_path(parsed), (), "BEGIN")
    else:
        engine = postgresql.create(parsed)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def columns(url: str) -> set[str]:
    with connected(url) as connection:
        return {column["name"] for column in inspect(connection).get_columns("village")}


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*before*"))


def test_an_empty_database_gets_every_table(database_url: str, newer: Path) -> None:
    assert stand(database_url, newer) == "empty"
    prepare(database_url, NOON, migrations=newer)
    assert columns(database_url) == {"name", "households"}
    assert stand(database_url, newer) == "current"


def test_an_empty_file_counts_as_an_empty_database(sqlite_url: str, newer: Path) -> None:
    sqlite_path(parse(sqlite_url)).touch()
    prepare(sqlite_url, NOON, migrations=newer)
    assert stand(sqlite_url, newer) == "current"


def test_looking_at_a_database_that_is_not_there_makes_none(sqlite_url: str) -> None:
    assert stand(sqlite_url) == "empty"
    assert not sqlite_path(parse(sqlite_url)).exists()


def test_an_older_database_is_upgraded_and_keeps_its_rows(
    database_url: str, older: Path, newer: Path
) -> None:
    prepare(database_url, NOON, migrations=older)
    assert stand(database_url, newer) == "behind"
    prepare(database_url, NOON, migrations=newer)
    assert stand(database_url, newer) == "current"
    with connected(database_url) as connection:
        found = connection.exec_driver_sql("SELECT name, households FROM village").all()
    assert [tuple(row) for row in found] == [("Thôn Thử", None)]


@pytest.mark.parametrize("chosen", ["", "copies/here"], ids=["beside it", "in a folder"])
def test_a_copy_of_the_file_is_kept_before_an_upgrade(
    sqlite_url: str, older: Path, newer: Path, tmp_path: Path, chosen: str
) -> None:
    prepare(sqlite_url, NOON, migrations=older)
    assert copies(tmp_path) == []
    prepare(sqlite_url, NOON, backups=tmp_path / chosen if chosen else None, migrations=newer)
    folder = tmp_path / chosen
    assert copies(folder) == ["loalang.before-0002-20261122T050000Z.db"]
    kept = f"sqlite:///{folder}/{copies(folder)[0]}"
    assert stand(kept, older) == "current"
    assert columns(kept) == {"name"}


def test_without_a_copy_nothing_is_upgraded(sqlite_url: str, older: Path, newer: Path) -> None:
    prepare(sqlite_url, NOON, migrations=older)
    blocked = newer / "env.py" / "copies"
    with pytest.raises(DatabaseError, match="choose another folder"):
        prepare(sqlite_url, NOON, backups=blocked, migrations=newer)
    assert columns(sqlite_url) == {"name"}


def test_an_upgrade_of_a_server_says_that_no_copy_was_made(
    postgresql_url: str, older: Path, newer: Path, caplog: pytest.LogCaptureFixture
) -> None:
    prepare(postgresql_url, NOON, migrations=older)
    prepare(postgresql_url, NOON, migrations=newer)
    assert "no copy" in caplog.text


def test_an_upgrade_that_fails_changes_nothing(
    database_url: str, older: Path, tmp_path: Path
) -> None:
    prepare(database_url, NOON, migrations=older)
    broken = write_migrations(tmp_path / "broken", FIRST, BROKEN)
    with pytest.raises(DatabaseError, match="changed nothing"):
        prepare(database_url, NOON, migrations=broken)
    assert columns(database_url) == {"name"}
    assert stand(database_url, older) == "current"


def test_a_disk_that_is_full_is_said_to_be_full(sqlite_url: str, tmp_path: Path) -> None:
    big = FIRST + '    op.execute("INSERT INTO village VALUES (hex(zeroblob(3000000)))")\n'  # noqa: S608
    migrations = write_migrations(tmp_path / "big", big)
    script = (
        "import resource, signal, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from db.errors import DatabaseError\n"
        "from db.schema import prepare\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "try:\n"
        "    prepare(sys.argv[1], datetime.now(UTC), migrations=Path(sys.argv[2]))\n"
        "except DatabaseError as error:\n"
        "    print(error)\n"
    )
    command = [sys.executable, "-c", script, sqlite_url, str(migrations)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert told.startswith("the disk is full or broken")


def test_a_database_from_a_newer_version_is_refused(
    database_url: str, older: Path, newer: Path
) -> None:
    prepare(database_url, NOON, migrations=newer)
    with pytest.raises(DatabaseError, match=r"newer Loa Làng .*0002.*0001.*restore a copy"):
        prepare(database_url, NOON, migrations=older)


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(["CREATE TABLE shop (id INTEGER)"], id="tables of others"),
        pytest.param(
            ["CREATE TABLE alembic_version (version_num TEXT)"], id="another program's Alembic"
        ),
        pytest.param([f"CREATE TABLE {VERSION_TABLE} (version_num TEXT)"], id="no revision"),
    ],
)
def test_a_database_of_another_program_is_refused(
    database_url: str, newer: Path, statements: list[str]
) -> None:
    with connected(database_url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    with pytest.raises(DatabaseError, match="not a Loa Làng database: choose another"):
        prepare(database_url, NOON, migrations=newer)


def test_an_empty_file_marked_by_another_program_is_refused(sqlite_url: str, newer: Path) -> None:
    with contextlib.closing(sqlite3.connect(sqlite_path(parse(sqlite_url)))) as opened:
        opened.execute("PRAGMA application_id = 1196444487")
    with pytest.raises(DatabaseError, match="not a Loa Làng database"):
        prepare(sqlite_url, NOON, migrations=newer)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"Dear reader, this is no database. " * 40, id="a text"),
        pytest.param(b"SQLite format 3\0" + b"\xff" * 4096, id="a damaged file"),
    ],
)
def test_what_is_no_sqlite_file_is_refused_and_left_alone(
    sqlite_url: str, newer: Path, content: bytes
) -> None:
    path = sqlite_path(parse(sqlite_url))
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match="choose another path"):
        prepare(sqlite_url, NOON, migrations=newer)
    assert path.read_bytes() == content


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(DatabaseError, match=r"127\.0\.0\.1:1: make sure that it runs"):
        prepare("postgresql://u:secret@127.0.0.1:1/d", NOON)


def test_alembic_is_not_loaded_when_there_is_nothing_to_do(sqlite_url: str, newer: Path) -> None:
    prepare(sqlite_url, NOON, migrations=newer)
    program = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from db.schema import prepare\n"
        "prepare(sys.argv[1], datetime.now(UTC), migrations=Path(sys.argv[2]))\n"
        "sys.exit('alembic' in sys.modules or 'psycopg' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, sqlite_url, str(newer)], cwd=ROOT, check=True)


async def test_a_prepared_database_serves(database_url: str, newer: Path) -> None:
    prepare(database_url, NOON, migrations=newer)
    database = Database.open(database_url)
    found = await database.read(
        lambda session: session.connection().exec_driver_sql("SELECT name FROM village").scalar()
    )
    await database.close()
    assert found == "Thôn Thử"


def test_the_file_names_are_the_revisions_in_order() -> None:
    from alembic.script import ScriptDirectory

    chain = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert revisions() == tuple(reversed(chain))


def test_the_script_writes_migrations_that_make_our_tables(
    database_url: str, tmp_path: Path
) -> None:
    folder = write_migrations(tmp_path / "migrations")
    script = [sys.executable, str(ROOT / "scripts" / "migration"), "first tables"]
    subprocess.run(
        [*script, "--migrations", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    assert revisions(folder) == ("0001",)
    prepare(database_url, NOON, migrations=folder)
    assert differences(database_url) == []


@pytest.mark.skipif(not revisions(), reason="no migration yet: run scripts/migration baseline")
def test_our_migrations_make_our_tables(database_url: str) -> None:
    prepare(database_url, NOON)
    assert differences(database_url) == []


def differences(url: str) -> list[object]:
    """What Alembic would still change to make the database match db/tables.py."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    import db.tables  # noqa: F401 - fills the metadata

    with connected(url) as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE}
        )
        return list(compare_metadata(context, SQLModel.metadata))
