"""An open database of each kind, closed when the test ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from db.engine import Database


@pytest_asyncio.fixture
async def database(laid_url: str) -> AsyncIterator[Database]:
    """With our tables and nothing in them."""
    opened = Database.open(laid_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def laid_sqlite_database(laid_sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database.open(laid_sqlite_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """Without our tables."""
    opened = Database.open(sqlite_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def postgresql_database(postgresql_url: str) -> AsyncIterator[Database]:
    """Without our tables."""
    opened = Database.open(postgresql_url)
    yield opened
    await opened.close()
