"""What the Vietnamese guides print in bold can be pressed or typed: it stands in the replies."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from content.folding import fold
from content.loader import load
from handlers import routers

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
GUIDES: Final = sorted(DOCS.glob("huong-dan-*.md"))
WORDS: Final = load().words("vi")
LONGEST: Final = 40  # characters of a label


def labels() -> set[str]:
    """Short texts; `…` for what is filled in."""
    keys = WORDS.keys()
    texts = (WORDS(key, **dict.fromkeys(WORDS.placeholders(key), "…")) for key in keys)
    return {text for text in texts if len(text) <= LONGEST}


@pytest.mark.parametrize("guide", GUIDES, ids=[guide.stem for guide in GUIDES])
def test_a_bold_word_of_a_guide_is_a_label(guide: Path) -> None:
    bold = re.findall(r"\*\*(.+?)\*\*", guide.read_text(encoding="utf-8"), re.DOTALL)
    assert len(bold) > 5
    assert {" ".join(one.split()) for one in bold} - labels() == set()


@pytest.mark.parametrize("guide", GUIDES, ids=[guide.stem for guide in GUIDES])
def test_a_command_of_a_guide_is_understood(guide: Path) -> None:
    commands = {name for router in routers() for name in router.commands}
    said = re.findall(
        r"(?:nhắn|hoặc) `/?([^`]+)`", guide.read_text(encoding="utf-8"), re.IGNORECASE
    )
    cancels = {fold(one) for one in WORDS("common.cancel_words").split(", ")}
    names = {fold(one) for one in said if not re.match(r"PA-\d", one)}
    assert {one for one in names - cancels if one.replace(" ", "") not in commands} == set()
    assert names
