"""What one bot hears by polling: nothing is kept for it, and nothing is acknowledged.

An event answers the poll that has waited longest. Between two polls it waits for a moment; where
nobody polls, it is lost, and so it is where nobody reads the answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from tests.servers.zalo.events import Json
from tests.servers.zalo.refusals import Refusal

Answer: TypeAlias = Callable[[list[Json]], None]


class Poll:
    """A call that waits. One of `answer(events)` and `refuse(refusal)` ends it, once."""

    def __init__(self, answer: Answer, refuse: Callable[[Refusal], None]) -> None:
        self.answer = answer
        self.refuse = refuse


class Ears:
    """`handed`: what answered a poll or was taken by a webhook; `lost`: what nobody heard."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.polls: deque[Poll] = deque()
        self.queue: deque[Json] = deque()
        self.handed: list[Json] = []
        self.lost: list[Json] = []
        self._patience: asyncio.TimerHandle | None = None

    @property
    def open(self) -> bool:
        """Whether somebody polls, or did so a moment ago."""
        return bool(self.polls) or self._patience is not None

    def push(self, event: Json) -> None:
        if self.polls:
            self.handed.append(event)
            self.polls.popleft().answer([event])
        elif self.open:
            self.queue.append(event)
        else:
            self.lost.append(event)

    def take(self, *, everything: bool) -> list[Json]:
        """What waits: one event, or all of them."""
        count = len(self.queue) if everything else min(1, len(self.queue))
        taken = [self.queue.popleft() for _ in range(count)]
        self.handed += taken
        return taken

    def wait(self, poll: Poll) -> None:
        self._stop_waiting()
        self.polls.append(poll)

    def answered(self, grace: float) -> None:
        """Another poll may come."""
        self._stop_waiting()
        if grace > 0:
            self._patience = asyncio.get_running_loop().call_later(grace, self.forsake)

    def leave(self, poll: Poll) -> None:
        """Its client is gone."""
        if poll in self.polls:
            self.polls.remove(poll)

    def refuse_all(self, refusal: Refusal) -> None:
        while self.polls:
            self.polls.popleft().refuse(refusal)

    def forsake(self) -> None:
        """Nobody will come for what waits."""
        self._stop_waiting()
        self.lost += self.queue
        self.queue.clear()
        self._changed()

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
