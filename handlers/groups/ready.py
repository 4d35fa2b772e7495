"""What is to be said to the bot in a group, ready to copy: with the name that it hears by there."""

from __future__ import annotations

from content.words import Words


def ready(words: Words, key: str, mention: str, **values: object) -> str:
    """The text of `key`, or of its twin with the bot's name, where that is known."""
    if not mention:
        return words(key, **values)
    return words(f"{key}_at", mention=mention, **values)
