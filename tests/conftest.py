"""Databases for whoever needs one: every test that takes `database_url` runs on both kinds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

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
    with fresh_database(postgresql_server, f"test_{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
