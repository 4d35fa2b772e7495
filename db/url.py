"""One URL names the database; everything that opens it reads the URL here, so that the program,
its lock and its migrations cannot disagree about what it means.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from db.errors import DatabaseError

SQLITE = "sqlite"
POSTGRESQL = "postgresql+psycopg"

_EXAMPLES = "write sqlite:///loalang.db or postgresql://user@host/name"


def parse(url: str) -> URL:
    """The URL with its driver made explicit: drivername is SQLITE or POSTGRESQL.

    Raises DatabaseError without quoting the URL, which may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseError(f"the database URL cannot be read: {_EXAMPLES}") from None
    if parsed.drivername == SQLITE:
        return _parse_sqlite(parsed)
    if parsed.drivername in ("postgresql", POSTGRESQL):
        return _parse_postgresql(parsed)
    raise DatabaseError(f"a database URL cannot begin with {parsed.drivername}: {_EXAMPLES}")


def sqlite_path(url: URL) -> Path:
    """The file of a SQLITE url, absolute and with links followed."""
    return Path(url.database or "").expanduser().resolve()


def _parse_sqlite(url: URL) -> URL:
    if url.host or url.query or not url.database or url.database == ":memory:":
        raise DatabaseError(
            "an SQLite URL names a file and nothing else: write sqlite:///loalang.db, "
            "or sqlite:////var/lib/loalang/loalang.db for an absolute path"
        )
    return url


def _parse_postgresql(url: URL) -> URL:
    if not url.database:
        raise DatabaseError(
            "the PostgreSQL URL names no database: write postgresql://user@host/name"
        )
    return url.set(drivername=POSTGRESQL)
