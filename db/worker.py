"""A thread that owns one connection, and the queue of verbs that wait for it.

SQLite has one writer at a time, so a standing thread that takes everything waiting costs less
than a pool, and lets verbs share a commit. A thread that dies must not leave anyone waiting:
whoever waits, and whoever comes later, is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

from db.errors import DatabaseError
from db.session import BoundVerb

LARGEST_BATCH = 200

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Job:
    """One verb waiting for its turn, then its result or its error."""

    verb: BoundVerb
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


Handle: TypeAlias = Callable[[list[Job]], None]


class Worker:
    """`handle` gets every batch in this thread, gives each job a result or an error and calls
    `settle`; if it raises, the thread is dead. `close` runs last, in this thread."""

    def __init__(self, name: str, handle: Handle, close: Callable[[], None]) -> None:
        self._name = name
        self._handle = handle
        self._close = close
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._current: list[Job] = []
        self._refusal = ""
        self._closing = False
        self._dead = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"database {name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    async def run(self, verb: BoundVerb) -> Any:
        """The verb's result. Cancelling the wait does not stop the verb."""
        if self._refusal:
            raise DatabaseError(self._refusal)
        job = Job(verb, asyncio.get_running_loop().create_future())
        self._queue.put(job)
        if self._dead.is_set():  # perhaps since the check above: nobody else will answer
            self._fail_waiting()
        return await job.future

    async def close(self) -> None:
        """Let everything queued finish, then end the thread. May be called again."""
        if not self._closing:
            self._closing = True
            self._refusal = self._refusal or "the database is closed: open it again"
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            while self._take():
                self._handle(self._current)
        except BaseException as error:
            self._die(error)
        finally:
            self._close()

    def _take(self) -> bool:
        """Wait for work and take all that waits, up to LARGEST_BATCH. False: time to end."""
        first = self._queue.get()
        self._current = batch = [] if first is None else [first]
        while batch and len(batch) < LARGEST_BATCH and not self._queue.empty():
            job = self._queue.get()
            if job is None:
                self._queue.put(None)
                break
            batch.append(job)
        return bool(batch)

    def _die(self, error: BaseException) -> None:
        self._refusal = (
            f"the database {self._name} has stopped ({type(error).__name__}): "
            "restart Loa Làng, and if it stops again run `loalang check`"
        )
        self._dead.set()
        log.critical("%s", self._refusal)
        self._fail(self._current)
        self._fail_waiting()

    def _fail_waiting(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                job = self._queue.get_nowait()
                self._fail([job] if job else [])

    def _fail(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            job.error = DatabaseError(self._refusal)
        settle(jobs)


def settle(jobs: Iterable[Job]) -> None:
    """Answer the waiting tasks, each on its own event loop. Callable from any thread."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[Job]] = defaultdict(list)
    for job in jobs:
        by_loop[job.future.get_loop()].append(job)
    for loop, settled in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_answer, settled)


def _answer(jobs: list[Job]) -> None:
    for job in jobs:
        if job.future.done():  # cancelled
            continue
        if job.error is None:
            job.future.set_result(job.result)
        elif isinstance(job.error, StopIteration):  # a future refuses it
            job.future.set_exception(RuntimeError("a verb raised StopIteration"))
        else:
            job.future.set_exception(job.error)
