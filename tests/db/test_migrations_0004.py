"""From 0003 to 0004: the table of chats is made anew on SQLite, with all that points at it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, MetaData, insert, select

from db.schema import VERSION_TABLE, prepare, revisions
from db.tables import Account, Chat, Link, Outbox, Quota, Relay, table
from tests.db.test_schema import connected, differences
from tests.db.test_upgrades import NOON, only_up_to, row_of

BEFORE: Final = "0003"
NEW: Final = (Relay, Quota, Link)
chat, account, outbox = table(Chat), table(Account), table(Outbox)


def fill(connection: Connection) -> None:
    """A row in every table; all of them belong together."""
    metadata = MetaData()
    metadata.reflect(connection)
    for one in metadata.sorted_tables:
        if one.name != VERSION_TABLE:
            connection.execute(insert(one).values(row_of(one)))


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


def test_nobody_carries_anything_yet_and_nothing_is_counted(upgraded: str) -> None:
    with connected(upgraded) as connection:
        assert connection.execute(select(chat.c.keeper_id)).scalars().all() == [None]
        for one in NEW:
            assert connection.execute(select(table(one))).all() == []


def test_whoever_pointed_at_a_chat_still_does(upgraded: str) -> None:
    with connected(upgraded) as connection:
        joined = select(chat.c.id).join(account, account.c.chat_id == chat.c.id)
        joined = joined.join(outbox, outbox.c.chat_id == chat.c.id)
        assert connection.execute(joined).scalars().all() == [1]
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
