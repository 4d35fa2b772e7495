"""What the program says of itself: one line an event, without words, names or secrets."""

from __future__ import annotations

import logging
import sys


def start(level: int = logging.WARNING) -> None:
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("aiohttp.access").setLevel(logging.ERROR)


def where(error: BaseException) -> str:
    """The error's class and the line it came from; never its words, which may quote people."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
