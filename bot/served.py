"""Which places the settings are for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.config import Config
from content.commune import FILE, Commune, commune_of
from content.documents import nearest


class PlaceError(Exception):
    """There is no such place. The message ends in which there are."""


def served(config: Config, commune: Commune) -> tuple[str, ...]:
    """Slugs: of the places that bots serve; while there is no bot, of a commune of one's own."""
    slugs = [place.slug for place in commune.places]
    if config.bots:
        return tuple(dict.fromkeys(bot.place for bot in config.bots if bot.place in slugs))
    if not (config.content and (Path(config.content) / FILE).exists()):
        return ()
    return tuple(place.slug for place in commune.places if place.kind == "commune")


def chain_of(config: Config, slug: str | None) -> Sequence[str]:
    """The slugs of the place and of all above it, nearest first; None: of the first that is
    served, if any. Raises PlaceError, and ContentError for a commune that cannot be read."""
    commune = commune_of(config.content)
    if slug is None:
        slug = next(iter(served(config, commune)), "")
        return commune.chain(slug) if slug else ()
    slugs = [place.slug for place in commune.places]
    if slug not in slugs:
        raise PlaceError(f"there is no place “{slug}”; {nearest(slug, slugs)}")
    return commune.chain(slug)
