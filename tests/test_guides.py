"""What the guides print in bold can be pressed or typed, and what they quote is said: it stands in
the replies, or in what the commands say."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from content.folding import fold
from content.loader import load
from handlers import routers

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
SETTING_UP: Final = [DOCS / f"{name}.md" for name in ("telegram", "zalo")]
IN_VIETNAMESE: Final = [DOCS / f"{name}.vi.md" for name in ("telegram", "zalo")]
GUIDES: Final = sorted([*DOCS.glob("huong-dan-*.md"), *IN_VIETNAMESE])
WORDS: Final = load().words("vi")
LONGEST: Final = 40  # characters of a label
FEWEST: Final = 15  # characters that a quoted line must have of its own


def labels() -> set[str]:
    """Short texts; `…` for what is filled in."""
    keys = WORDS.keys()
    texts = (WORDS(key, **dict.fromkeys(WORDS.placeholders(key), "…")) for key in keys)
    return {text for text in texts if len(text) <= LONGEST}


@pytest.mark.parametrize("guide", [*GUIDES, *SETTING_UP], ids=lambda guide: guide.name)
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


def lines_said() -> list[re.Pattern[str]]:
    """Each line of the replies; anything short may stand where something is filled in."""
    keys = WORDS.keys()
    texts = (WORDS(key, **dict.fromkeys(WORDS.placeholders(key), "\0")) for key in keys)
    lines = {" ".join(line.split()) for text in texts for line in text.splitlines()}
    known = [re.escape(line) for line in lines if len(line.replace("\0", "")) >= FEWEST]
    return [re.compile(line.replace("\0", ".{1,40}")) for line in known]


def quoted(guide: Path) -> list[str]:
    """What stands in block quotes: each paragraph is one line of the bot's."""
    text = re.sub(r"^ +", "", guide.read_text(encoding="utf-8"), flags=re.MULTILINE)
    blocks = re.findall(r"(?:^> .*\n)+", text, re.MULTILINE)
    return [" ".join(block.replace("> ", "").split()) for block in blocks]


@pytest.mark.parametrize("guide", [*SETTING_UP, *IN_VIETNAMESE], ids=lambda guide: guide.name)
def test_what_a_guide_quotes_is_said(guide: Path) -> None:
    said, lines = quoted(guide), lines_said()
    assert len(said) > 4
    assert [one for one in said if not any(line.fullmatch(one) for line in lines)] == []


def answers_of_commands() -> str:
    """The fixed words of what can be wrong, as they stand in the program."""
    others = (ROOT / "db" / "lock.py", ROOT / "bot" / "web" / "listening.py")
    files = [*(ROOT / "bot").glob("*.py"), *others]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    words = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return "\n".join(word for word in words if isinstance(word, str))


@pytest.mark.parametrize("guide", [*SETTING_UP, *IN_VIETNAMESE], ids=lambda guide: guide.name)
def test_an_error_that_a_guide_explains_can_happen(guide: Path) -> None:
    explained = re.findall(r"^\| [✗…] (.+?) \|", guide.read_text(encoding="utf-8"), re.MULTILINE)
    said = answers_of_commands()
    assert len(explained) > 8
    assert [one for one in explained if one not in said] == []
