"""No text lies in the replies that nobody says any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from content.loader import load
from db.groups import REACHES

ROOT: Final = Path(__file__).resolve().parents[2]
WORDS: Final = load().words("vi")
KEYS: Final = WORDS.keys()
SECTIONS: Final = frozenset(key.partition(".")[0] for key in KEYS)
PUT_TOGETHER: Final = {"exports.period_since_until"}  # of words that are joined
OPEN: Final = "categories."  # whose keys are the list of what there is


def spoken(path: Path) -> tuple[set[str], set[str]]:
    """The strings of a module; and what it builds of parts, as regular expressions."""
    strings, built = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)"
                for part in node.values
            )
            built.add("".join(parts))
    return strings, built


def of_content() -> Iterator[str]:
    """Names in the content: parts of an answer, kinds of small talk …"""
    for path in (ROOT / "content").rglob("*.*"):
        if path.suffix == ".py":
            yield from spoken(path)[0]
        elif path.suffix in (".toml", ".md") and path.parent.name != "replies":
            yield from re.findall(r"(?m)^\W*(\w+)\]*(?: *=.*)?$", path.read_text(encoding="utf-8"))


def test_every_text_is_said_somewhere() -> None:
    """A key stands in the program, or is built there: of a section and a name that the module or
    the content has; or of another key and an ending."""
    rooms = ("bot", "handlers", "content", "db")
    modules = [spoken(path) for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    everywhere = set().union(*(strings for strings, _ in modules))
    known = {*of_content(), *REACHES}

    def said(key: str) -> bool:
        return (
            key.startswith(OPEN)
            or key in everywhere
            or any(
                _builds(pattern, key, strings | known, everywhere)
                for strings, built in modules
                for pattern in built
            )
        )

    assert sorted(key for key in KEYS - PUT_TOGETHER if not said(key)) == []


def _builds(pattern: str, key: str, near: set[str], everywhere: set[str]) -> bool:
    """`near`: the names a key of nothing but its section and a name may end in."""
    found = re.fullmatch(pattern, key)
    if found is None:
        return False
    if pattern.startswith("(.+)_"):
        return found[1] in WORDS and found[1] in everywhere
    section, _, rest = pattern.partition(r"\.")
    names = near if rest == "(.+)" else near | everywhere
    return section in SECTIONS and all(name in names or name.isdigit() for name in found.groups())
