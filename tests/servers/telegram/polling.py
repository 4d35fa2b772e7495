"""`getUpdates`: answered at once, or held until there is something to tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.servers.faults import Exchange
from tests.servers.telegram.asking import allow
from tests.servers.telegram.calls import Call
from tests.servers.telegram.refusals import CONFLICT_WEBHOOK, Refusal
from tests.servers.telegram.updates import Poll

LONGEST = 50  # seconds


class Polling:
    """One call. `refused(refusal)` makes its answer and counts it."""

    def __init__(
        self, exchange: Exchange, call: Call, refused: Callable[[Refusal], tuple[int, bytes]]
    ) -> None:
        self._exchange = exchange
        self._call = call
        self._updates = call.bot.updates
        self._refused = refused
        self._poll: Poll | None = None
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        if self._call.bot.hook is not None:
            self._refuse(Refusal(409, CONFLICT_WEBHOOK))
            return
        allow(self._call)
        offset, limit = self._call.integer("offset"), self._call.integer("limit", 100)
        limit = min(100, max(1, limit))
        given = self._updates.take(offset, limit)
        timeout = min(LONGEST, self._call.integer("timeout"))
        if given or timeout <= 0:
            self._answer(given)
            return
        self._poll = Poll(offset, limit, self._answer, self._refuse)
        self._updates.wait(self._poll)
        self._timer = asyncio.get_running_loop().call_later(timeout, self._over)
        self._exchange.connection.on_lost = self._lost
        self._call.world.changed()

    def _answer(self, given: list[str]) -> None:
        self._end()
        body = '{"ok":true,"result":[' + ",".join(given) + "]}"
        self._exchange.finish(200, body.encode("utf-8", "surrogatepass"))
        self._call.world.changed()

    def _refuse(self, refusal: Refusal) -> None:
        self._end()
        self._exchange.finish(*self._refused(refusal))

    def _over(self) -> None:
        if self._updates.poll is self._poll:
            self._updates.poll = None
            self._answer([])

    def _lost(self) -> None:
        self._end()
        if self._updates.poll is self._poll:
            self._updates.poll = None
            self._call.world.changed()

    def _end(self) -> None:
        self._exchange.connection.on_lost = None
        if self._timer is not None:
            self._timer.cancel()
