"""One program per database, however the other one ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from db.errors import DatabaseError
from db.lock import hold

_HOLDER = """
import sys
from db.lock import hold
with hold(sys.argv[1]):
    sys.stdout.write("held\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


@pytest.fixture
def holder(database_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another program that holds the lock and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_holder_in_the_same_program_is_refused(database_url: str) -> None:
    with (
        hold(database_url),
        pytest.raises(DatabaseError, match="close it first"),
        hold(database_url),
    ):
        pytest.fail("held twice")


def test_the_lock_can_be_taken_again_once_released(database_url: str) -> None:
    with hold(database_url):
        pass
    with hold(database_url), pytest.raises(DatabaseError), hold(database_url):
        pytest.fail("held twice")


def test_a_program_that_is_killed_leaves_no_lock_behind(
    database_url: str, holder: subprocess.Popen[bytes]
) -> None:
    with pytest.raises(DatabaseError, match="another Loa Làng program"), hold(database_url):
        pytest.fail("held twice")
    holder.kill()
    holder.wait()
    _wait_until_the_server_noticed(database_url)
    with hold(database_url), pytest.raises(DatabaseError), hold(database_url):
        pytest.fail("held twice")


def test_two_databases_do_not_disturb_each_other(sqlite_url: str, tmp_path: Path) -> None:
    with hold(sqlite_url), hold(f"sqlite:///{tmp_path}/other.db"):
        assert (tmp_path / "other.db.lock").exists()


def test_a_link_to_the_file_is_the_same_database(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "loalang.db")
    with (
        hold(sqlite_url),
        pytest.raises(DatabaseError),
        hold(f"sqlite:///{tmp_path}/link.db"),
    ):
        pytest.fail("held twice")


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(DatabaseError, match="make sure that its folder exists"),
        hold(f"sqlite:///{tmp_path}/file/loalang.db"),
    ):
        pytest.fail("held")


def _wait_until_the_server_noticed(url: str) -> None:
    """PostgreSQL learns of a killed client from its socket, a moment later."""
    if not url.startswith("postgresql"):
        return
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE locktype = 'advisory' AND datname = current_database()"
    )
    with psycopg.connect(url, autocommit=True) as watcher:
        for _ in range(10_000):
            if watcher.execute(query).fetchone() == (0,):
                return
    pytest.fail("the server still holds the lock of a dead program")
