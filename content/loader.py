"""Everything the bot knows by heart, read once at start: words, procedures, warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from content.bulletins import Template, parse_templates
from content.categories import Categories, parse_categories
from content.danger import Dangers, parse_dangers
from content.denunciation import Denunciations, parse_denunciations
from content.documents import ContentError, Layers
from content.faq import FaqEntry, parse_entries, with_phrasings
from content.guides import Guides, find_guides
from content.language import Languages
from content.local import LocalValues, load_local
from content.masking import Masking
from content.names import no_names
from content.search import FaqSearch
from content.topics import Topics, parse_topics
from content.words import Words, load_words

__all__ = ["SHIPPED", "Content", "ContentError", "load"]

SHIPPED = Path(__file__).parent


class Content:
    """What lies in the content folders. `danger`, `denunciation` and `categories` are called
    with a text; `search` and `masking` are built at their first use."""

    def __init__(
        self,
        words: Mapping[str, Words],
        faq: tuple[FaqEntry, ...],
        local: LocalValues,
        topics: Topics,
        danger: Dangers,
        denunciation: Denunciations,
        categories: Categories,
        bulletins: tuple[Template, ...],
        guides: Guides,
        memory: Path | None = None,
    ) -> None:
        """`memory`: the folder that keeps what the search has learned; None: it is not kept."""
        self._words = words
        self.faq = faq
        self.local = local
        self.topics = topics
        self.danger = danger
        self.denunciation = denunciation
        self.categories = categories
        self.bulletins = bulletins
        self.guides = guides
        self.languages = Languages()
        self._memory = memory

    def words(self, language: str) -> Words:
        """The texts of this language; English for every language we do not write."""
        return self._words.get(language) or self._words["en"]

    def entry(self, id: str) -> FaqEntry | None:
        return next((entry for entry in self.faq if entry.id == id), None)

    @cached_property
    def search(self) -> FaqSearch:
        return FaqSearch(self.faq, self.topics, self._memory)

    @cached_property
    def masking(self) -> Masking:
        return Masking(lambda: no_names(self.faq, self.topics))


def load(folders: Sequence[Path] = (SHIPPED,), memory: Path | None = None) -> Content:
    """Read the folders, the shipped one first; `memory` as in Content. Raises ContentError at
    the first mistake."""
    layers = Layers.of(folders)
    words, local = load_words(layers), load_local(layers)
    entries = parse_entries(layers.matching("faq/*.md"), local.labels)
    faq = with_phrasings(entries, layers.matching("faq/*.txt"))
    return Content(
        words=words,
        faq=faq,
        local=local,
        topics=parse_topics(layers.one("topics.toml")),
        danger=parse_dangers(layers.one("danger.toml")),
        denunciation=parse_denunciations(layers.one("denunciation.toml")),
        categories=parse_categories(layers.one("categories.toml"), words["vi"]),
        bulletins=parse_templates(layers.matching("bulletins/*.toml")),
        guides=find_guides(layers, [entry.id for entry in faq]),
        memory=memory,
    )
