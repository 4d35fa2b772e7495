"""The way from async code to the database, whichever it is.

Verbs are plain functions with a `Session` first; `Database` runs them off the event loop. No
transaction is ever open while anything is awaited. A verb does nothing but read and write the
database: it may be run a second time when another one got in its way.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.engine import URL
from sqlmodel import Session

from db.errors import DatabaseError
from db.session import BoundVerb, notify
from db.sqlite import SqliteBackend
from db.url import SQLITE, parse, sqlite_path

__all__ = ["Database", "DatabaseError", "notify"]

P = ParamSpec("P")
T = TypeVar("T")


class Backend(Protocol):
    """SqliteBackend or PostgresqlBackend."""

    jobs: int
    commits: int

    async def write(self, verb: BoundVerb) -> Any: ...

    async def read(self, verb: BoundVerb) -> Any: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Listener:
    topic: str
    loop: asyncio.AbstractEventLoop
    callback: Callable[[], None]


class Database:
    """Open it with `Database.open`; use it from the event loop that will await it."""

    def __init__(self, url: URL) -> None:
        self.url = url.render_as_string(hide_password=False)  # for `db.snapshot`, never for people
        self._listeners: tuple[_Listener, ...] = ()
        self._backend = self._connect(url)

    @classmethod
    def open(cls, url: str) -> Database:
        """`sqlite:///path` or `postgresql://user@host/name`. Raises DatabaseError."""
        return cls(parse(url))

    @property
    def jobs(self) -> int:
        """Writes saved so far: one for each verb that succeeded."""
        return self._backend.jobs

    @property
    def commits(self) -> int:
        """Transactions committed so far: on SQLite several writes may share one."""
        return self._backend.commits

    async def write(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The verb's result, once it is on disk.

        Raises what the verb raises, its work undone; DatabaseError if the database could not
        save. If the wait is cancelled, the write may still happen, whole.
        """
        result: T = await self._backend.write(lambda session: verb(session, *args, **kwargs))
        return result

    async def read(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The verb's result, from one snapshot holding all that was saved before this call.
        Writing in it is an error."""
        result: T = await self._backend.read(lambda session: verb(session, *args, **kwargs))
        return result

    def on_commit(self, topic: str, callback: Callable[[], None]) -> None:
        """Call back on the running event loop after each commit that held a
        `notify(session, topic)`; once for a commit, however many verbs shared it."""
        listener = _Listener(topic, asyncio.get_running_loop(), callback)
        self._listeners = (*self._listeners, listener)

    async def close(self) -> None:
        """Finish what was asked, then close. May be called again."""
        await self._backend.close()

    def _connect(self, url: URL) -> Backend:
        if url.drivername == SQLITE:
            return SqliteBackend(sqlite_path(url), self._committed)
        from db.postgresql import PostgresqlBackend  # only who uses it pays for it

        return PostgresqlBackend(url, self._committed)

    def _committed(self, topics: set[str]) -> None:
        for listener in self._listeners:
            if listener.topic in topics:
                with contextlib.suppress(RuntimeError):  # its loop is closed
                    listener.loop.call_soon_threadsafe(listener.callback)
