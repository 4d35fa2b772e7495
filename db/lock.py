"""One program per database: a second `run` or `demo` would send everything twice.

The operating system (SQLite) or the server (PostgreSQL) lets go of the lock when the program
ends, however it ends; nothing is ever left behind that someone must remove.

One gap is known: a PostgreSQL server that restarts forgets the lock while the program goes on, so
until that program is started again a second one is not refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from db.errors import DatabaseError
from db.url import SQLITE, parse, sqlite_path

_KEY = int.from_bytes(b"loalang", "big")  # of the advisory lock: any number, always the same

_IN_USE = (
    "another Loa Làng program is using this database: close it first, or give this one a "
    "database of its own"
)


@contextmanager
def hold(url: str) -> Iterator[None]:
    """Be the only program on this database. Raises DatabaseError if it is taken."""
    parsed = parse(url)
    if parsed.drivername == SQLITE:
        with _hold_file(sqlite_path(parsed)):
            yield
    else:
        with _hold_server(parsed):
            yield


@contextmanager
def _hold_file(path: Path) -> Iterator[None]:
    lock = FileLock(f"{path}.lock", timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise DatabaseError(_IN_USE) from None
    except OSError as error:
        raise DatabaseError(
            f"cannot lock {path}: make sure that its folder exists and that this user may "
            "write there"
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _hold_server(url: URL) -> Iterator[None]:
    from db.postgresql import create, not_reached

    engine = create(url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise not_reached(url) from error
    try:
        taken = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (_KEY,))
        if not taken.scalar_one():
            raise DatabaseError(_IN_USE)
        yield
    finally:
        connection.close()
        engine.dispose()  # ends the server's session, and with it the lock
