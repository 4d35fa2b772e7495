"""From whatever lies at the URL to the tables this version needs, or a refusal.

What to do is decided from the database itself. Alembic is slow to load, so it is loaded only when
there is something to create or upgrade. Every upgrade is one transaction; an SQLite file is
copied before it. A PostgreSQL server cannot be copied from here: run pg_dump before an upgrade.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from db import postgresql, sqlite
from db.errors import DatabaseError
from db.url import SQLITE, parse, sqlite_path

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "loalang_version"  # its presence marks a PostgreSQL database as ours
APPLICATION_ID = int.from_bytes(b"LOAL", "big")  # marks an SQLite file as ours

Standing: TypeAlias = Literal["empty", "behind", "current"]

# Rebuilding a table (Alembic's batch mode) drops the old one, which must not cascade.
_UPGRADING = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = OFF",
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """`foreign`: something is there that Loa Làng did not make. `revision`: "" if none."""

    foreign: bool = False
    revision: str = ""


def prepare(
    url: str, now: datetime, backups: Path | None = None, migrations: Path = MIGRATIONS
) -> None:
    """Create or upgrade the tables; nothing if they are as this version needs them.

    A copy of an SQLite file is kept in `backups` (beside the file if None) before an upgrade, as
    `<name>.before-<revision>-<time>.db`. Raises DatabaseError; the database is then unchanged.
    Nothing else may use the database meanwhile: see `db.lock`.
    """
    standing = stand(url, migrations)
    if standing == "current":
        return
    parsed = parse(url)
    if parsed.drivername == SQLITE:
        path = sqlite_path(parsed)
        if standing == "behind":
            _keep_copy(path, revisions(migrations)[-1], now, backups or path.parent)
        _upgrade_sqlite(path, migrations)
    else:
        if standing == "behind":
            log.warning("upgrading a PostgreSQL database: no copy of it was made from here")
        _upgrade_postgresql(parsed, migrations)


def stand(url: str, migrations: Path = MIGRATIONS) -> Standing:
    """Where the database stands, changing nothing. Raises DatabaseError for one that is newer,
    not ours, damaged or out of reach."""
    parsed = parse(url)
    if parsed.drivername == SQLITE:
        found, name = _look_sqlite(sqlite_path(parsed)), str(sqlite_path(parsed))
    else:
        found, name = _look_postgresql(parsed), str(parsed.database)
    return _judge(found, name, revisions(migrations))


def revisions(migrations: Path = MIGRATIONS) -> tuple[str, ...]:
    """The revisions that have a script, oldest first. Their numbers are their order."""
    scripts = (migrations / "versions").glob("[0-9]*.py")
    return tuple(sorted(script.name.partition("_")[0] for script in scripts))


def _judge(found: _Found, name: str, known: Sequence[str]) -> Standing:
    if found.foreign:
        raise DatabaseError(f"{name} is not a Loa Làng database: choose another path or name")
    if not found.revision:
        return "empty"
    if found.revision not in known:
        raise DatabaseError(
            f"{name} was made by a newer Loa Làng (its revision is {found.revision}, this "
            f"version knows {known[-1] if known else 'none'}): install that version, or "
            "restore a copy"
        )
    return "current" if found.revision == known[-1] else "behind"


def _look_sqlite(path: Path) -> _Found:
    if not path.exists():
        return _Found()
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as opened:
            (mark,) = opened.execute("PRAGMA application_id").fetchone()
            tables = opened.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            names = {name for (name,) in tables}
            if not names and mark in (0, APPLICATION_ID):
                return _Found()
            if mark != APPLICATION_ID or VERSION_TABLE not in names:
                return _Found(foreign=True)
            found = opened.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608
    except sqlite3.Error as error:
        raise sqlite.not_opened(path, error) from error
    return _Found(revision=found[0]) if found else _Found(foreign=True)


def _look_postgresql(url: URL) -> _Found:
    engine = postgresql.create(url)
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            if not names:
                return _Found()
            if VERSION_TABLE not in names:
                return _Found(foreign=True)
            query = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608
            found = connection.execute(query).scalar()
    except SQLAlchemyError as error:
        raise postgresql.not_reached(url) from error
    finally:
        engine.dispose()
    return _Found(revision=found) if found else _Found(foreign=True)


def _keep_copy(path: Path, revision: str, now: datetime, folder: Path) -> None:
    time = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    copy = folder / f"{path.stem}.before-{revision}-{time}.db"
    unfinished = copy.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(unfinished)) as target,
        ):
            source.backup(target)
        unfinished.rename(copy)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(
            f"no copy of {path} could be kept in {folder}, so it was not upgraded: free some "
            "space there, or choose another folder"
        ) from error
    log.info("kept a copy before the upgrade: %s", copy)


def _upgrade_sqlite(path: Path, migrations: Path) -> None:
    def run(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection, migrations)
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise DatabaseError(
                f"{path} holds rows that point to nothing, so it was not upgraded: restore a copy"
            )

    try:
        sqlite.make(path)
    except OSError as error:
        raise sqlite.not_opened(path, error) from error
    _in_one_transaction(sqlite.create(path, _UPGRADING, "BEGIN IMMEDIATE"), run)


def _upgrade_postgresql(url: URL, migrations: Path) -> None:
    _in_one_transaction(postgresql.create(url), lambda opened: migrate(opened, migrations))


def _in_one_transaction(engine: Engine, run: Callable[[Connection], None]) -> None:
    try:
        with engine.begin() as connection:
            run(connection)
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None)
        if getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            raise DatabaseError(
                "the disk is full or broken, so nothing was changed: free some space there"
            ) from error
        raise DatabaseError(
            f"the upgrade failed ({type(error).__name__}) and changed nothing: go back to the "
            "version that worked, and report this"
        ) from error
    finally:
        engine.dispose()


def migrate(connection: Connection, migrations: Path = MIGRATIONS) -> None:
    """Run the scripts that are missing, in the connection's open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
