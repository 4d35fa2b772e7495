"""Signs that no text may hold: what nobody sees, and what turns the words behind it around."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Of what cannot be seen, only a tab and the end of a line may stand in a text.
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def unfit(text: str) -> int | None:
    """Where its first unfit sign stands; None where there is none."""
    found = _UNFIT.search(text)
    return found.start() if found else None


def described(sign: str) -> str:
    """What an editor shows it as, if at all, and what to do about it."""
    name = unicodedata.name(sign, "a control sign")
    advice = "delete the words around it and type them anew"
    return f"holds U+{ord(sign):04X} ({name}), which nobody sees; {advice}"
