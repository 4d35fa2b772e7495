"""A hall for each test that asks for one, copied from one that was settled once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.bot.hall import Hall
from tests.bot.hall import hall as open_hall


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database file of a hall in which nothing has happened yet."""

    async def settle(folder: Path) -> None:
        async with open_hall(folder):
            pass

    folder = tmp_path_factory.mktemp("settled")
    asyncio.run(settle(folder))
    return folder / "loalang.db"


@pytest_asyncio.fixture
async def hall(settled: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    shutil.copy(settled, tmp_path)
    async with open_hall(tmp_path) as hall:
        yield hall
