"""The pages on writing answers: their examples are read as they stand, what they name is there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from bot.cli import described
from content.documents import File
from content.faq import FEWEST_PHRASINGS, SECTIONS, STANDINGS, parse_entry
from content.guides import LARGEST
from content.lint import ENOUGH_PHRASINGS, MOST_PHRASINGS
from content.loader import load
from content.local import parse_place

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
PAGES: Final = (DOCS / "faq.md", DOCS / "faq.vi.md")
CONTENT: Final = load()

on_each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def block(page: Path, beginning: str) -> str:
    """The example that begins so."""
    blocks = re.findall(r"```\n(.+?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = (one for one in blocks if one.startswith(beginning))
    return str(found)


@on_each_page
def test_the_example_of_an_entry_is_one(page: Path) -> None:
    text = block(page, "+++")
    entry = parse_entry(File("faq/cho_phien.md", text), CONTENT.local.labels)
    assert entry.local == {"dien_thoai"}
    assert [source.key for source in entry.sources if source.secondary] == ["loa"]
    assert len(entry.documents) == 1


@on_each_page
def test_the_example_of_local_values_is_one(page: Path) -> None:
    file = File("places/xa-may.toml", block(page, "owner"))
    found = parse_place(file, CONTENT.local.labels)
    assert found
    assert found.checked == date(2026, 11, 22)
    assert set(found.values) == {"gio_lam_viec", "dien_thoai"}


@on_each_page
def test_every_section_standing_and_figure_that_there_is_is_named(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [one for one in (*SECTIONS, *STANDINGS) if f"`{one}`" not in text] == []
    assert re.search(rf"(more than|đừng quá) {MOST_PHRASINGS}\b", text)
    assert re.search(rf"(from about|từ khoảng) {ENOUGH_PHRASINGS}\b", text)
    assert re.search(rf"(fewer than|có dưới) {ENOUGH_PHRASINGS}\b", text)
    assert FEWEST_PHRASINGS == 8  # in words on the page
    assert re.search(r"Eight are the least|Tám câu là ít nhất", text)


@on_each_page
def test_the_commands_of_the_page_exist(page: Path) -> None:
    known = dict(described())
    text = page.read_text(encoding="utf-8")
    for line in re.findall(r"(?m)^(?:loalang|python3 scripts/run\.py) (.+)$", text):
        name = next(one for one in known if line.startswith(f"{one} "))
        assert set(re.findall(r"--[a-z]+", line)) <= {*known[name]}, line


@on_each_page
def test_what_the_page_says_of_the_buttons_is_on_them(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    for key in ("handing.draft", "handing.guide"):
        assert f"“{CONTENT.words('vi')(key)}”" in text


@on_each_page
def test_the_page_says_how_large_a_picture_may_be(page: Path) -> None:
    most = f"{LARGEST // 1_000_000} MB"
    assert re.search(rf"(at most|không quá) {most}\b", page.read_text(encoding="utf-8"))
