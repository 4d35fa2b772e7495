"""PostgreSQL from an event loop: a bounded pool of threads, each verb in its own transaction.

Every slot has a thread and a connection of its own, and a verb takes its slot before it opens
anything; so however many verbs wait, none of them holds a connection that another one needs.
Verbs see what they would see on SQLite, where they run one after the other: writes are
SERIALIZABLE, and one that lost to another is run again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from db.errors import DatabaseError
from db.session import BoundVerb, perform

THREADS = 8

_LOST_TO_ANOTHER = {"40001", "40P01"}  # serialization failure, deadlock
_TROUBLE = ("53", "57", "58")  # classes: no room or memory, told to stop, its machine fails
_STANDS_BY = "25006"  # a server that lets nobody write: it stands by for another one
_QUOTING_VALUES = ("22", "23", "P0")  # classes of errors whose message repeats the data


class PostgresqlBackend:
    """`committed` is called in a thread with the topics of each commit."""

    def __init__(self, url: URL, committed: Callable[[set[str]], None]) -> None:
        """Raises DatabaseError."""
        self.jobs = 0
        self.commits = 0
        self._committed = committed
        self._engine = create(url, THREADS)
        self._writing = self._engine.execution_options(isolation_level="SERIALIZABLE")
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        try:
            self._engine.connect().close()
        except SQLAlchemyError as error:
            raise not_reached(url) from error
        self._slots = asyncio.Semaphore(THREADS)
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="database")
        self._closed = False
        self._counting = threading.Lock()
        self._loser = threading.Lock()

    async def write(self, verb: BoundVerb) -> Any:
        return await self._in_thread(self._write, verb, (*_TROUBLE, _STANDS_BY))

    async def read(self, verb: BoundVerb) -> Any:
        return await self._in_thread(self._read, verb, _TROUBLE)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for _ in range(THREADS):  # served in order: after everything that was asked before
            await self._slots.acquire()
        await asyncio.to_thread(self._executor.shutdown)
        self._engine.dispose()

    async def _in_thread(
        self, run: Callable[[BoundVerb], Any], verb: BoundVerb, trouble: tuple[str, ...]
    ) -> Any:
        """`trouble`: how the SQLSTATE begins where the server is to blame, not the verb."""
        if self._closed:
            raise DatabaseError("the database is closed: open it again")
        async with self._slots:
            loop = asyncio.get_running_loop()
            try:
                return await loop.run_in_executor(self._executor, run, verb)
            except DBAPIError as error:
                if _connection_lost(error):
                    raise not_reached(self._engine.url) from error
                if _sqlstate(error).startswith(trouble):
                    raise _not_served(error) from error
                raise

    def _write(self, verb: BoundVerb) -> Any:
        with self._loser:  # while one has its turn, nobody new may beat it
            pass
        try:
            return self._commit(verb)
        except DBAPIError as error:
            if not _lost_to_another(error):
                raise
        with self._loser:
            return self._commit_again(verb)

    def _commit_again(self, verb: BoundVerb) -> Any:
        """Loses at most to the writes already running in the other threads."""
        for _ in range(2 * THREADS):
            try:
                return self._commit(verb)
            except DBAPIError as error:
                if not _lost_to_another(error):
                    raise
        raise DatabaseError(
            "other programs keep changing the same rows of the database: close them"
        )

    def _commit(self, verb: BoundVerb) -> Any:
        topics: set[str] = set()
        with self._writing.begin() as connection:
            result = perform(connection, verb, topics)
        with self._counting:
            self.jobs += 1
            self.commits += 1
        if topics:
            self._committed(topics)
        return result

    def _read(self, verb: BoundVerb) -> Any:
        with self._reading.connect() as connection, connection.begin():
            return perform(connection, verb, set())


def create(url: URL, connections: int = 1) -> Engine:
    """An engine whose errors never repeat what people wrote."""
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"connect_timeout": 10, "application_name": "loalang"},
    )
    event.listen(engine, "handle_error", _without_values)
    return engine


def not_reached(url: URL) -> DatabaseError:
    return DatabaseError(
        f"cannot open the database {url.database} on the PostgreSQL server {_server(url)}: "
        "make sure that it runs, that the database exists, and that user and password are right"
    )


def _server(url: URL) -> str:
    host = url.host or url.query.get("host") or "on this machine"
    return f"{host}:{url.port}" if url.port else str(host)


def _not_served(error: DBAPIError) -> DatabaseError:
    return DatabaseError(
        f"the PostgreSQL server could not serve ({error.orig}): make sure that its disk is not "
        "full, that it is not being stopped and that it may be written to"
    )


def _sqlstate(error: DBAPIError) -> str:
    """What the server called it; nothing if it never came to the server."""
    return getattr(error.orig, "sqlstate", None) or ""


def _lost_to_another(error: DBAPIError) -> bool:
    return _sqlstate(error) in _LOST_TO_ANOTHER


def _connection_lost(error: DBAPIError) -> bool:
    refused = isinstance(error, OperationalError) and not _sqlstate(error)
    return refused or error.connection_invalidated


def _without_values(context: ExceptionContext) -> None:
    """The server repeats the offending row in its DETAIL, and some data in the message itself."""
    original = context.original_exception
    diagnosis = getattr(original, "diag", None)
    sqlstate = getattr(original, "sqlstate", None)
    if diagnosis is None or sqlstate is None:
        return
    if sqlstate.startswith(_QUOTING_VALUES):
        parts = (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name)
        message = " ".join([type(original).__name__, *(part for part in parts if part)])
    else:
        message = str(diagnosis.message_primary)
    original.args = (message,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (message,)
