"""Fixtures for tests of verbs, on each kind of database: name this module as `pytest_plugins`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from db import postgresql, sqlite
from db.url import parse
from tests.blank import lay
from tests.db.ground import Ground, break_ground, undone
from tests.db.village import Village
from tests.postgres import fresh_database


@pytest.fixture(scope="session")
def sqlite_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    path = tmp_path_factory.mktemp("ground") / "loalang.db"
    lay(f"sqlite:///{path}")
    engine = sqlite.create(path, ("PRAGMA foreign_keys = ON",), "BEGIN")
    yield break_ground(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    server, template = map(request.getfixturevalue, ("postgresql_server", "laid_template"))
    with fresh_database(server, template) as url:
        engine = postgresql.create(parse(url))
        yield break_ground(engine)
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest) -> Ground:
    found: Ground = request.getfixturevalue(f"{request.param}_ground")
    return found


@pytest.fixture
def village(ground: Ground) -> Village:
    return ground.village


@pytest.fixture
def session(ground: Ground) -> Iterator[Session]:
    with ground.engine.connect() as connection, undone(connection) as session:
        yield session
