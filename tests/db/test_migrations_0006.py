"""From 0005 to 0006: a message may be for one alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from db.schema import prepare, revisions
from db.tables import Outbox, table
from tests.db.test_migrations_0004 import fill
from tests.db.test_schema import connected, differences
from tests.db.test_upgrades import NOON, only_up_to

BEFORE: Final = "0005"
outbox = table(Outbox)


@pytest.fixture
def upgraded(database_url: str, tmp_path: Path) -> str:
    """A database with rows of before."""
    assert BEFORE in revisions()
    prepare(database_url, NOON, tmp_path, only_up_to(BEFORE, tmp_path / "older"))
    with connected(database_url) as connection:
        fill(connection)
    prepare(database_url, NOON, tmp_path)
    return database_url


def test_with_rows_in_them_the_tables_become_what_they_are_from_nothing(upgraded: str) -> None:
    assert differences(upgraded) == []


def test_what_was_queued_before_is_for_all(upgraded: str) -> None:
    with connected(upgraded) as connection:
        assert connection.execute(select(outbox.c.only_for)).scalars().all() == [None]
