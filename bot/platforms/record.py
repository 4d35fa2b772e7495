"""The village's memory: one SQLite file and the one thread that touches it.

Jobs that wait together share one commit, each in a savepoint of its own, so that a crowd
writing at once costs one flush of the disk and a failing job harms no other.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Outcome: TypeAlias = tuple[Any, Exception | None]

_LARGEST_BATCH = 200


class RecordError(Exception):
    """The record cannot be used: closed, or its file cannot be read or written."""


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[sqlite3.Connection], Any]
    future: asyncio.Future[Any]


class Record:
    """`submit` from the event loop only; the result comes after the commit."""

    def __init__(self, path: Path, schema: str) -> None:
        self._connection = _connect(path, schema)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._work, name="village", daemon=True)
        self._thread.start()

    def submit(self, run: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        if self._closed:
            raise RecordError("the village is closed; open it again")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(run, future))
        return future

    async def close(self) -> None:
        """What was submitted before is still done."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            while len(batch) < _LARGEST_BATCH and not self._jobs.empty():
                if (job := self._jobs.get()) is None:
                    self._jobs.put(None)
                    break
                batch.append(job)
            self._settle(batch)
        self._connection.close()

    def _settle(self, batch: list[_Job]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(job) for job in batch]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.rollback()
            outcomes = [(None, _unusable(error))] * len(batch)
        for job, outcome in zip(batch, outcomes, strict=True):
            # A loop that is closed waits for nothing.
            with suppress(RuntimeError):
                job.future.get_loop().call_soon_threadsafe(_resolve, job.future, outcome)

    def _attempt(self, job: _Job) -> Outcome:
        self._connection.execute("SAVEPOINT job")
        try:
            outcome: Outcome = job.run(self._connection), None
        except Exception as error:
            self._connection.execute("ROLLBACK TO job")
            outcome = None, _unusable(error) if isinstance(error, sqlite3.Error) else error
        self._connection.execute("RELEASE job")
        return outcome


def _connect(path: Path, schema: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(schema)
    except sqlite3.Error as error:
        raise _unusable(error) from None
    return connection


def _unusable(error: sqlite3.Error) -> RecordError:
    name = type(error).__name__
    return RecordError(f"the village's record cannot be used ({name}); check its folder and disk")


def _resolve(future: asyncio.Future[Any], outcome: Outcome) -> None:
    result, error = outcome
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
