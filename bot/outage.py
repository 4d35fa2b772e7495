"""How long a way out stays closed while its platform is out of reach."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

LONGEST_BACKOFF: Final = 60.0  # seconds between tries
FIRST_PAUSE: Final = 1.0  # … the first of them


class Outage:
    """Longer each time, until it is over."""

    def __init__(self) -> None:
        self._pause = timedelta(0)
        self._until: datetime | None = None

    def lasts(self, now: datetime) -> timedelta:
        """Those that left together and failed together count as one."""
        if self._until is None or not self._until - self._pause <= now < self._until:
            longest = timedelta(seconds=LONGEST_BACKOFF)
            self._pause = min(longest, self._pause * 2 or timedelta(seconds=FIRST_PAUSE))
            self._until = now + self._pause
        return self._until - now

    def over(self) -> None:
        self._pause, self._until = timedelta(0), None
