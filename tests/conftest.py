"""Databases for whoever needs one: empty, or with our tables laid. Every test that takes
`database_url` or `laid_url` runs on both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import Clock
from db import schema
from tests.blank import lay
from tests.postgres import Server, fresh_database, require_binaries, running_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="ten times as many crashes")


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether as much is tried as before a release."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    with running_server(require_binaries()) as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that does not exist yet."""
    return f"sqlite:///{tmp_path}/loalang.db"


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """An empty database of its own."""
    with fresh_database(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def laid_sqlite_url(sqlite_url: str) -> str:
    return lay(sqlite_url)


@pytest.fixture(scope="session")
def laid_template(postgresql_server: Server) -> Iterator[str]:
    with fresh_database(postgresql_server) as url:
        schema.prepare(url, Clock().now())
        yield url.rpartition("/")[2]


@pytest.fixture
def laid_postgresql_url(postgresql_server: Server, laid_template: str) -> Iterator[str]:
    with fresh_database(postgresql_server, laid_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def laid_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind in turn, with our tables and nothing in them."""
    url: str = request.getfixturevalue(f"laid_{request.param}_url")
    return url
