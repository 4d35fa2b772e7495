"""Whether "no such thing" is said of the chat. An address that moved, and a method that is no more,
are answered in the same words: believed, they would close every group there is."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from bot.platforms.base import (
    BadToken,
    ChatGone,
    Rejected,
    SendError,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.zalo import facts
from bot.platforms.zalo.wire import Wire

log = logging.getLogger(__name__)

_UNKNOWN: Final = "Zalo does not know its own %s; check zalo.base_url, and for a newer Loa Làng"


class Proof:
    """Of one bot's methods. Many who ask at once ask Zalo once."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._asking = asyncio.Lock()
        self._found: dict[str, tuple[float, SendError | None]] = {}  # until when it is believed

    async def of(self, method: str) -> None:
        """Returns if Zalo knows the method. Raises Unreachable, TooManyRequests, BadToken."""
        async with self._asking:
            until, fault = self._found.get(method, (0.0, None))
            if time.monotonic() >= until:
                fault = await self._ask(method)
                self._found[method] = (time.monotonic() + facts.PROVEN, fault)
        if fault is not None:
            raise fault.with_traceback(None) from None

    async def _ask(self, method: str) -> SendError | None:
        """What keeps it from being known."""
        try:
            await self._wire.call(method)
        except ChatGone:
            log.error(_UNKNOWN, method)
        except (BadToken, TooManyRequests) as fault:
            return fault
        except Rejected:
            return None
        except SendError:
            pass
        else:
            return None
        return Unreachable("what Zalo says of the chat is not believed: see zalo.base_url")
