"""From 0004 to 0005: chats get a switch, and there is room for questions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from db.schema import prepare, revisions
from db.tables import Account, Chat, FaqDraft, Question, QuestionList, table
from tests.db.test_migrations_0004 import fill
from tests.db.test_schema import connected, differences
from tests.db.test_upgrades import NOON, only_up_to

BEFORE: Final = "0004"
NEW: Final = (Question, QuestionList, FaqDraft)
account, chat = table(Account), table(Chat)


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


def test_nothing_was_asked_yet_and_no_group_is_answered_unasked(upgraded: str) -> None:
    with connected(upgraded) as connection:
        assert connection.execute(select(chat.c.answers)).scalars().all() == [False]
        for one in NEW:
            assert connection.execute(select(table(one))).all() == []


def test_whoever_pointed_at_a_chat_still_does(upgraded: str) -> None:
    with connected(upgraded) as connection:
        joined = select(chat.c.id).join(account, account.c.chat_id == chat.c.id)
        assert connection.execute(joined).scalars().all() == [1]
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
