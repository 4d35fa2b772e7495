"""JSON of which one strange value costs itself, and not everything that came with it.

Python refuses a whole answer for a number of 5,000 figures in it, or for lists a thousand deep:
an answer with a hundred people's words would be asked for again, and refused, for ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

DEEPEST: Final = 100  # levels that are kept
LONGEST: Final = 20  # characters of a number that is kept
_STRUCTURE: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


def parsed(body: bytes) -> Any:
    """None for what is no JSON; null in the place of what Python would not take."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    try:
        text = b"".join(_shallow(body)).decode(errors="replace")
        return json.loads(text, parse_int=_number)
    except (ValueError, RecursionError):
        return None


def _number(figures: str) -> int | None:
    return int(figures) if len(figures) <= LONGEST else None


def _shallow(body: bytes) -> Iterator[bytes]:
    """The parts of the body that are not too deep, with null for each that is."""
    depth, kept_from = 0, 0
    for found in _STRUCTURE.finditer(body):
        match body[found.start()]:
            case 0x5B | 0x7B:  # [ {
                depth += 1
                if depth == DEEPEST:
                    yield body[kept_from : found.start()] + b"null"
            case 0x5D | 0x7D:  # ] }
                if depth == DEEPEST:
                    kept_from = found.end()
                depth -= 1
    if depth < DEEPEST:
        yield body[kept_from:]
