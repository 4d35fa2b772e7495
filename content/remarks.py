"""What is remarked on the content, and of which file."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from content.faq import FaqEntry


class Remark(NamedTuple):
    """`wrong`: it must be mended; else somebody should look at it. `text` begins with the file (or
    several, with commas) and a colon, and ends in what to do; `about`: words that stand there."""

    text: str
    wrong: bool
    about: str = ""


def placed(remark: Remark, folders: Sequence[Path]) -> Remark:
    """With the line behind each of its files where what it is about stands; `folders` that may
    hold them, the first that does counts."""
    files, colon, rest = remark.text.partition(": ")
    if not (remark.about and colon):
        return remark
    places = (_place(file, remark.about, folders) for file in files.split(", "))
    return remark._replace(text=f"{', '.join(places)}: {rest}")


def _place(file: str, about: str, folders: Sequence[Path]) -> str:
    """The file, or that of the phrasings beside it, with the line; the file alone where an editor
    or TOML writes it in another way."""
    for name in (file, str(PurePosixPath(file).with_suffix(".txt"))):
        path = next((folder / name for folder in folders if (folder / name).is_file()), None)
        text = path.read_text(encoding="utf-8", errors="replace") if path else ""
        lines = unicodedata.normalize("NFC", text).split("\n")
        for number, line in enumerate(lines, start=1):
            if about in line:
                return f"{name}:{number}"
    return file


def file_of(entry: FaqEntry) -> str:
    return f"faq/{entry.id}.md"


def lines_file(entry: FaqEntry) -> str:
    return f"faq/{entry.id}.txt"
