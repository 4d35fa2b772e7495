"""The pictures that are shipped beside answers: they say what the answer says, in letters that can
be read, and are what their sources draw."""

from __future__ import annotations

import re
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from content.loader import load

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = sorted((ROOT / "scripts" / "guides").glob("*.html"))
CONTENT: Final = load()
WIDTH: Final = 720  # pixels: twice those of a phone
LARGEST: Final = 80_000  # bytes
SMALLEST: Final = 28  # pixels of a letter
TALLEST: Final = 2.1  # times its width: on a phone it is seen whole

of_each = pytest.mark.parametrize("source", SOURCES, ids=[path.stem for path in SOURCES])


def sayings(html: str) -> list[str]:
    """What stands in the page, by paragraph, without its numbers and drawings."""
    body = re.sub(r"<figure>.+?</figure>", "", html.partition("</style>")[2], flags=re.DOTALL)
    paragraphs = re.findall(r"<(p|h1|footer)\b[^>]*>(.+?)</\1>", body, re.DOTALL)
    told = [re.sub(r"<[^>]+>", "", text.replace("<br>", " ")) for _, text in paragraphs]
    assert re.sub(r"\s", "", re.sub(r"<[^>]+>", "", body)) == re.sub(r"\s", "", "".join(told))
    return [" ".join(text.split()) for text in told]


def test_every_picture_has_a_source() -> None:
    assert [path.stem for path in SOURCES] == sorted(CONTENT.guides.pictures)
    assert (CONTENT.guides.faults, CONTENT.guides.covered) == ((), ())


@of_each
def test_a_picture_says_nothing_but_what_its_entry_says(source: Path) -> None:
    entry = CONTENT.entry(source.stem)
    assert entry is not None
    origin = [f"Nguồn: {one.name}, ngày {one.date:%d/%m/%Y}" for one in entry.sources]
    words = "\n".join([entry.title["vi"], *map(entry.plain, entry.aspects), *origin])
    told = sayings(source.read_text(encoding="utf-8"))
    assert len(told) > 4
    assert [text for text in told if text not in words] == []
    assert origin[0] in told


@of_each
def test_a_picture_is_what_its_source_draws(source: Path) -> None:
    with Image.open(CONTENT.guides.pictures[source.stem]) as picture:
        assert picture.info["Source"] == sha256(source.read_bytes()).hexdigest(), (
            "run scripts/guides.py"
        )


@of_each
def test_a_picture_is_small_and_its_letters_are_large(source: Path) -> None:
    path = CONTENT.guides.pictures[source.stem]
    with Image.open(path) as picture:
        assert picture.width == WIDTH
        assert picture.height <= TALLEST * WIDTH
    assert path.stat().st_size <= LARGEST
    style = source.read_text(encoding="utf-8").partition("</style>")[0]
    sizes = re.findall(r"(?:font-size|font): ?(\d+)px", style)
    assert min(map(int, sizes)) >= SMALLEST


def test_pictures_go_into_the_package() -> None:
    """It holds all of these folders but what git ignores."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "content" in wheel["packages"]
    assert not wheel.keys() & {"exclude", "only-include", "artifacts"}
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert not {"*.png", "*.jpg", "content/"} & set(ignored)
