"""Finds the bot's name in what people write: “@bot loa lang” means “@Bot Loa Làng”."""

from __future__ import annotations

from content.folding import fold

_AROUND = " \t\n,:;"


def is_mentioned(text: str, mention: str) -> bool:
    """Whether `mention` ("@" and a name) stands anywhere in `text`."""
    return any(_end(text, start, mention) is not None for start in _signs(text))


def without_mention(text: str, mention: str) -> str:
    """`text` without the mention at its beginning or else at its end."""
    text = text.strip()
    end = _end(text, 0, mention)
    if end is not None:
        return text[end:].lstrip(_AROUND)
    start = text.rfind("@")
    end = _end(text, start, mention) if start >= 0 else None
    if end is not None and not text[end:].strip(_AROUND + ".!?"):
        return text[:start].rstrip(_AROUND) + text[end:].strip()
    return text


def _signs(text: str) -> list[int]:
    return [index for index, character in enumerate(text) if character == "@"]


def _end(text: str, start: int, mention: str) -> int | None:
    """Where the mention that begins at `start` ends; None when none begins there."""
    wanted = fold(mention)
    found = ""
    for index in range(start, len(text)):
        letter = _letter(text[index])
        if found == wanted and letter:
            return None if letter.isalnum() or letter == "_" else index
        found += "" if letter == " " and found.endswith(" ") else letter
        if not wanted.startswith(found):
            return None
    return len(text) if found == wanted else None


def _letter(character: str) -> str:
    return " " if character.isspace() else fold(character)
