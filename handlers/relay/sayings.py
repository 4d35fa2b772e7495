"""How people say that something was carried: “chuyển rồi” is said of groups, “đọc loa rồi” of
loudspeakers, “xong rồi ạ” of all there is. A question, or one more word such as “chưa”, says
nothing of the kind."""

from __future__ import annotations

import re
from typing import Final

from content.folding import normalize
from content.phrases import found, tokens, wholly
from handlers.people import listed
from handlers.relay.wording import WAYS
from handlers.router import Context

ANY: Final = "any"
_LONGEST: Final = 60  # characters
_BETWEEN: Final = re.compile(r"[,.;!\n]+|\b(?:và|va|and)\b")


def ways(text: str, context: Context) -> frozenset[str]:
    """Of WAYS, those in which things were carried; only ANY: whatever there is. Empty where the
    text says anything else."""
    if len(text) > _LONGEST or "?" in text or not _likely(text, context):
        return frozenset()
    said = {_way(piece, context) for piece in _BETWEEN.split(normalize(text)) if tokens(piece)}
    if None in said:
        return frozenset()
    told = {way for way in said if way}
    return frozenset(told - {ANY} or told)


def _likely(text: str, context: Context) -> bool:
    """Nearly every message says nothing of the kind."""
    said = tokens(text)
    return any(
        found(said, listed(context, f"relay.say_{way}"), strict=False) for way in (*WAYS, ANY)
    )


def _way(piece: str, context: Context) -> str | None:
    """ "" of small words alone; None of words that say something else."""
    small = (*listed(context, "people.small_words"), *listed(context, "relay.small_words"))
    for way in WAYS:
        around = (*small, *listed(context, f"relay.at_{way}"))
        if wholly(piece, listed(context, f"relay.say_{way}"), around):
            return way
    if wholly(piece, listed(context, f"relay.say_{ANY}"), small):
        return ANY
    return "" if wholly(piece, small) else None
