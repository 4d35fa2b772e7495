"""What the program says of itself: one line an event, without words, names or secrets."""

from __future__ import annotations

import logging
import sys
import time
from typing import Final

EVERY: Final = 60.0  # seconds between lines of one kind


def start(level: int = logging.WARNING) -> None:
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("aiohttp.access").setLevel(logging.ERROR)


class Seldom:
    """One line of one kind, then none for a while; the next says how many were left out."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._next = 0.0
        self._left_out = 0

    def log(self, level: int, message: str, *values: object) -> None:
        if time.monotonic() < self._next:
            self._left_out += 1
            return
        more = f" (and {self._left_out} more before)" if self._left_out else ""
        self._log.log(level, message + more, *values)
        self._next, self._left_out = time.monotonic() + EVERY, 0


def where(error: BaseException) -> str:
    """The error's class and the line it came from; never its words, which may quote people."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
