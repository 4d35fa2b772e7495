"""What people and groups are called in a village made to practise in, and how its bot is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from content.documents import Layers, Table, parse_toml
from content.words import split

_DEMO: Final = Path(__file__).parent / "demo"
_STYLES: Final = ("telegram", "zalo")
_NAMES: Final = {
    "cadre": {"number"},
    "villager": {"number", "village"},
    "group": {"village", "app"},
}


@dataclass(frozen=True, slots=True)
class Practice:
    """`cadre` holds {number}; `villager` {number} and {village}; `group` {village} and {app}.
    `bot`: its title, and how groups address it by style; `apps`: what a style is called."""

    cadre: str
    villager: str
    group: str
    bot: Mapping[str, str]
    apps: Mapping[str, str]


def load_practice(folder: Path = _DEMO) -> Practice:
    """Raises ContentError."""
    table = parse_toml(Layers.of((folder,)).one("practice.toml"))
    table.only([*_NAMES, "bot", "apps"])
    return Practice(
        **{key: _text(table, key) for key in _NAMES},
        bot=_texts(table.table("bot"), ("title", *_STYLES)),
        apps=_texts(table.table("apps"), _STYLES),
    )


def _text(table: Table, key: str) -> str:
    text = table.text(key)
    try:
        names = {name for _, name in split(text)} - {None}
    except ValueError:
        names = set()
    if names != _NAMES[key]:
        known = " and ".join(f"{{{name}}}" for name in sorted(_NAMES[key]))
        raise table.wrong(key, f"“{key}” must hold {known} and nothing else in braces; write them")
    return text


def _texts(table: Table, keys: tuple[str, ...]) -> Mapping[str, str]:
    table.only(keys)
    return {key: table.text(key) for key in keys}
