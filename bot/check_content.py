"""What `check` says of the content: whether it can be told, and what of it should be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from bot.config import Config
from content.commune import Commune, commune_of
from content.documents import Layers, nearest
from content.faq import parse_entries
from content.lint import Remark, lessened, lint
from content.loader import SHIPPED, Content, load

_SHOWN: Final = 12  # local values that are named


class Told(NamedTuple):
    """`well`: what there is, in one line; `remarks`: what must be mended first."""

    well: str
    remarks: tuple[Remark, ...]


def content_of(config: Config, today: date) -> Told:
    """Raises ContentError for what keeps the bot from starting."""
    own = Path(config.content) if config.content else None
    content = load((SHIPPED, own) if own else (SHIPPED,))
    commune = commune_of(config.content)
    remarks = [
        *lint(content, today),
        *_strangers(own or SHIPPED, commune),
        *_missing(content, commune, config),
        *(_lessened(content, own) if own else ()),
    ]
    texts, bulletins = len(content.words("vi").keys()), len(content.bulletins)
    well = f"content: {len(content.faq)} procedures, {bulletins} kinds of bulletins, {texts} texts"
    return Told(well, tuple(sorted(remarks, key=lambda remark: not remark.wrong)))


def _lessened(content: Content, own: Path) -> list[Remark]:
    files = Layers.of((SHIPPED,)).matching("faq/*.md")
    replaced = [file for file in files if (own / file.name).is_file()]
    return lessened(content.faq, parse_entries(replaced, content.local.labels))


def _strangers(folder: Path, commune: Commune) -> Iterator[Remark]:
    """Files of local values that no place will ever read."""
    slugs = [place.slug for place in commune.places]
    for path in sorted(folder.glob("places/*.toml")):
        if path.stem not in slugs:
            advice = f"{nearest(path.stem, slugs)} or take the file away"
            yield Remark(f"places/{path.name}: no place of the commune; {advice}", wrong=True)


def _missing(content: Content, commune: Commune, config: Config) -> Iterator[Remark]:
    """Of each place that a bot serves."""
    asked = {key for entry in content.faq for key in entry.local}
    slugs = [place.slug for place in commune.places]
    for slug in dict.fromkeys(bot.place for bot in config.bots if bot.place in slugs):
        missing = [key for key in content.local.missing(_chain(commune, slug)) if key in asked]
        if missing:
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            named = f"{', '.join(missing[:_SHOWN])}{more}"
            text = f"{commune.place(slug).name} has not entered {named}; add them to its [values]"
            yield Remark(f"places/{slug}.toml: {text}", wrong=False)


def _chain(commune: Commune, slug: str) -> Sequence[str]:
    """The place and those above it, the nearest first."""
    found = []
    while slug:
        found.append(slug)
        slug = commune.place(slug).parent
    return found
