"""Time as the server sees it: the machine's, or moved by hand in a test of limits and ages."""

from __future__ import annotations

import time


class Clock:
    """The machine's clock. `ahead`: by how many seconds the server's calendar is wrong."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        """Unix time, as written into `date` fields and the Date header."""
        return time.time() + self.ahead


class HandClock(Clock):
    """Stands still until it is advanced."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        super().__init__()
        self._start = start
        self._passed = 0.0

    def advance(self, seconds: float) -> None:
        self._passed += seconds

    def monotonic(self) -> float:
        return self._passed

    def time(self) -> float:
        return self._start + self._passed + self.ahead
