"""An SQLite file with our tables and nothing in them, made once for each process of tests.

To create them step by step for every village takes as long as a short conversation in it;
`tests/db/test_schema.py` tests the steps.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from bot.clock import Clock
from db import schema
from db.url import SQLITE, parse, sqlite_path


def lay(url: str) -> None:
    """The file at this URL, unless something is there; nothing for PostgreSQL."""
    parsed = parse(url)
    if parsed.drivername == SQLITE and not (path := sqlite_path(parsed)).exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_tables())


@cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.db"
        schema.prepare(f"sqlite:///{path}", Clock().now())
        assert [found.name for found in Path(folder).iterdir()] == [path.name]  # no log beside it
        return path.read_bytes()
