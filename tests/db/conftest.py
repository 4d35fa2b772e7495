"""An open database of each kind, closed when the test ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from db.engine import Database


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Open and empty: not even our tables."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database.open(sqlite_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def postgresql_database(postgresql_url: str) -> AsyncIterator[Database]:
    opened = Database.open(postgresql_url)
    yield opened
    await opened.close()
