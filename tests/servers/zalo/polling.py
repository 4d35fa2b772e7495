"""`getUpdates`: answered with one event, or held until there is one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from tests.servers.faults import Exchange
from tests.servers.zalo.ears import Poll
from tests.servers.zalo.events import Json
from tests.servers.zalo.methods import POLLING_BESIDE, Call
from tests.servers.zalo.refusals import IDLE, Refusal, bad

if TYPE_CHECKING:
    from tests.servers.zalo.server import ZaloServer

USUAL: Final = 30.0  # seconds, where the call names none
LONGEST: Final = 60.0


class Polling:
    """One call of `bot`'s."""

    def __init__(self, server: ZaloServer, exchange: Exchange, call: Call) -> None:
        self._server = server
        self._exchange = exchange
        self._ears = call.bot.ears
        self._hooked = call.bot.hook is not None
        self._timeout = _seconds(call.params.get("timeout"))
        self._poll = Poll(self._answer, self._refuse)
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        if self._hooked:
            self._finish(bad(POLLING_BESIDE))
        elif waiting := self._ears.take(everything=self._server.habits.lists):
            self._answer(waiting)
        elif self._timeout <= 0:
            self._over()
        else:
            self._ears.wait(self._poll)
            self._timer = asyncio.get_running_loop().call_later(self._timeout, self._over)
            self._exchange.connection.on_lost = self._lost
        self._server.changed()

    def _answer(self, events: list[Json]) -> None:
        self._end()
        self._ears.answered(self._server.habits.grace)
        lists = self._server.habits.lists
        self._exchange.finish(*self._server.success(events if lists else events[0]))
        self._server.changed()

    def _over(self) -> None:
        """Nothing was said: an error, and quite normal."""
        self._ears.leave(self._poll)
        self._ears.answered(self._server.habits.grace)
        self._finish(Refusal(IDLE, status=self._server.habits.idle_status))

    def _refuse(self, refusal: Refusal) -> None:
        self._finish(refusal)

    def _finish(self, refusal: Refusal) -> None:
        self._end()
        self._exchange.finish(*self._server.refused(refusal))

    def _lost(self) -> None:
        self._end()
        self._ears.leave(self._poll)
        self._server.changed()

    def _end(self) -> None:
        self._exchange.connection.on_lost = None
        if self._timer is not None:
            self._timer.cancel()


def _seconds(given: object) -> float:
    """A number, or a number in words: both are in use."""
    try:
        return min(LONGEST, float(str(given)))
    except ValueError:
        return USUAL
