"""The queue of one bot: an update is kept until a call names a higher offset."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.servers.clock import Clock
from tests.servers.telegram.refusals import CONFLICT_POLL, Refusal

DAY: Final = 86400.0
LIVES: Final = {"callback_query": 150.0}  # seconds; everything else a day
BY_REQUEST: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(slots=True, eq=False)
class Pending:
    """`handed`: how often it was given out. `forced`: stays until it has been given out once,
    whatever the offset says."""

    id: int
    kind: str
    body: str = field(repr=False)
    until: float
    handed: int = 0
    forced: bool = False


@dataclass(slots=True, eq=False)
class Poll:
    """A call that waits. `answer(updates)` or `refuse(refusal)` ends it, once."""

    offset: int
    limit: int
    answer: Callable[[list[str]], None]
    refuse: Callable[[Refusal], None]


class Updates:
    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self.next_id = random.randrange(100_000_000, 900_000_000)
        self.pending: list[Pending] = []
        self.acknowledged: list[int] = []
        self.handed_out: list[int] = []
        self.conflicts = 0
        self.allowed: frozenset[str] | None = None
        self.poll: Poll | None = None
        self.on_push: Callable[[], None] = lambda: None

    # --- what happens

    def wants(self, kind: str) -> bool:
        return kind not in BY_REQUEST if self.allowed is None else kind in self.allowed

    def push(self, kind: str, content: Any) -> int | None:
        """The id of the update made of it, None when this bot did not ask for its kind."""
        if not self.wants(kind):
            return None
        return self.push_raw({kind: content})

    def push_raw(self, update: dict[str, Any]) -> int:
        """Any shape at all. Its own `update_id` is kept as it is, if it has one."""
        number = update.get("update_id")
        if "update_id" not in update:
            number = self.next_id
            self.next_id += 1
            update = {"update_id": number, **update}
        kind = next((key for key in update if key != "update_id"), "")
        until = self._clock.time() + LIVES.get(kind, DAY)
        place = number if isinstance(number, int) else self.next_id - 1
        self.pending.append(Pending(place, kind, encoded(update), until))
        self.on_push()
        return place

    def skip(self, count: int = 1) -> None:
        """A gap: the next ids are never seen."""
        self.next_id += count

    def jump(self) -> None:
        """As after a quiet week: the next ids are somewhere lower."""
        self.next_id = self._random.randrange(1_000, self.next_id - 1_000)

    def repeat(self, update_id: int | None = None) -> None:
        """An update that is still pending (the last, if none is named) comes twice."""
        for pending in reversed(self.pending):
            if update_id in (None, pending.id):
                twin = Pending(pending.id, pending.kind, pending.body, pending.until, 0, True)
                self.pending.append(twin)
                self.on_push()
                return
        raise LookupError("no such update is pending: repeat it before it is acknowledged")

    # --- what is asked

    def take(self, offset: int, limit: int) -> list[str]:
        """Forget what the offset confirms, give out what is left. An offset far ahead of the
        queue confirms nothing, as on the real server: it starts again at the head."""
        now = self._clock.time()
        if offset < 0:
            self._forget(self.pending[: max(0, len(self.pending) + offset)])
        elif 0 < offset <= self.next_id + 10:
            self._forget(
                each
                for each in self.pending
                if each.id < offset and not (each.forced and not each.handed)
            )
        self.pending = [each for each in self.pending if each.until > now]
        given = self.pending[:limit]
        for each in given:
            each.handed += 1
            self.handed_out.append(each.id)
        return [each.body for each in given]

    def _forget(self, confirmed: Iterable[Pending]) -> None:
        gone = set(confirmed)
        if gone:
            self.acknowledged += [each.id for each in self.pending if each in gone]
            self.pending = [each for each in self.pending if each not in gone]

    def confirm(self, pending: Pending) -> None:
        """Answered 2xx by a webhook."""
        self._forget([pending])

    @property
    def unacknowledged(self) -> list[int]:
        """Given out, and not confirmed."""
        return [each.id for each in self.pending if each.handed]

    def wait(self, poll: Poll) -> None:
        """The older of two polls ends with a conflict."""
        self.end_poll(Refusal(409, CONFLICT_POLL))
        self.poll = poll

    def end_poll(self, refusal: Refusal) -> None:
        if self.poll is not None:
            poll, self.poll = self.poll, None
            self.conflicts += 1
            poll.refuse(refusal)

    def flush(self) -> None:
        """Answer the waiting call, if there is something to tell."""
        if self.poll is not None and self.pending:
            poll = self.poll
            if given := self.take(poll.offset, poll.limit):
                self.poll = None
                poll.answer(given)
