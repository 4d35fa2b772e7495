"""What the program says of itself: one line an event, without words, names or secrets."""

from __future__ import annotations

import logging
import sys


def start(level: int = logging.WARNING) -> None:
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("aiohttp.access").setLevel(logging.ERROR)
