"""Our tables with nothing in them, made once for each process of tests.

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


def lay(url: str) -> str:
    """The URL. The file at it has our tables then, unless something was there before; what is on
    PostgreSQL stays as it is."""
    parsed = parse(url)
    if parsed.drivername == SQLITE and not (path := sqlite_path(parsed)).exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_tables())
    return url


@cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.db"
        schema.prepare(f"sqlite:///{path}", Clock().now())
        assert [found.name for found in Path(folder).iterdir()] == [path.name]  # no log beside it
        return path.read_bytes()
