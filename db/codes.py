"""One-time codes, for groups and for roles alike: made of plain signs, kept only as a digest."""

from __future__ import annotations

from hashlib import sha256
from secrets import choice
from typing import Final

CODE_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another
CODE_LENGTH: Final = 8


def new_code() -> str:
    """As people write it: "7KQM-3XRT". It holds a figure and a letter: neither two words of four
    letters ("khai sinh") nor a telephone number is a code."""
    while True:
        code = "".join(choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
        if any(sign.isdigit() for sign in code) and any(sign.isalpha() for sign in code):
            return f"{code[:4]}-{code[4:]}"


def digest(code: str) -> str:
    """Codes are compared by digest: letters and figures only, whatever the case."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return sha256(plain.encode()).hexdigest()
