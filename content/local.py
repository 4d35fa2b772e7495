"""What differs from place to place: office hours, telephones, fees set by the province.

`local.toml` names what there is (`key` → its labels); `places/<slug>.toml` holds what a place has
entered of it. An entry's text asks for a value as `{key}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from types import MappingProxyType

from content.documents import File, Layers, Table, nearest, parse_toml

LANGUAGES = ("vi", "en")

_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class PlaceValues:
    """`values`: key → text; `owner`: who in the place answers for them, as of the day
    `checked`."""

    owner: str
    checked: date
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LocalValues:
    """`labels`: key → language → what people call it; `places`: slug → what it entered."""

    labels: Mapping[str, Mapping[str, str]]
    places: Mapping[str, PlaceValues]

    def of(self, chain: Sequence[str]) -> Mapping[str, str]:
        """key → text at the first of the slugs, nearest first; what it lacks, the next may have."""
        return {key: place.values[key] for key, place in self.entered(chain).items()}

    def entered(self, chain: Sequence[str]) -> Mapping[str, PlaceValues]:
        """key → the place whose value `of` gives."""
        found: dict[str, PlaceValues] = {}
        for slug in reversed(chain):
            if slug in self.places:
                found |= dict.fromkeys(self.places[slug].values, self.places[slug])
        return found

    def missing(self, chain: Sequence[str]) -> tuple[str, ...]:
        """The keys that none of the slugs has, in the order of `local.toml`."""
        known = self.of(chain)
        return tuple(key for key in self.labels if key not in known)


def load_local(layers: Layers) -> LocalValues:
    """A commune's own `local.toml` adds keys to ours. Raises ContentError."""
    labels: dict[str, Mapping[str, str]] = {}
    for file in layers.each("local.toml") or [layers.one("local.toml")]:
        labels |= _labels(file)
    places = {
        PurePosixPath(file.name).stem: found
        for file in layers.matching("places/*.toml")
        if (found := parse_place(file, labels))
    }
    return LocalValues(MappingProxyType(labels), MappingProxyType(places))


def parse_place(file: File, known: Mapping[str, object]) -> PlaceValues | None:
    """None: nothing has been entered yet. `known`: the keys there are. Raises ContentError."""
    table = parse_toml(file)
    table.only(["owner", "checked", "values"])
    values = table.table("values") if "values" in table else None
    if values is None or not values.values:
        return None
    for key in values:
        if key not in known:
            raise values.wrong(key, f"unknown local value “{key}”; {nearest(key, known)}")
    texts = {key: unicodedata.normalize("NFC", values.text(key).strip()) for key in values}
    return PlaceValues(table.text("owner"), table.day("checked"), MappingProxyType(texts))


def _labels(file: File) -> dict[str, Mapping[str, str]]:
    table = parse_toml(file)
    return {key: _label(table, key) for key in table}


def _label(table: Table, key: str) -> Mapping[str, str]:
    if not _KEY.fullmatch(key):
        raise table.wrong(key, f"“{key}” is no name of a local value; use a-z, 0-9 and _ only")
    label = table.table(key)
    label.only(LANGUAGES)
    return MappingProxyType({language: label.text(language) for language in LANGUAGES})
