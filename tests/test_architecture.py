"""The house as it stands: who imports whom, and that nothing is left undocumented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import cli, config
from handlers import routers

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("bot", "handlers", "content", "db")
MAY_IMPORT = {
    "bot": {"bot", "handlers", "content", "db"},
    "handlers": {"handlers", "content", "db"},
    "content": {"content"},
    "db": {"db"},
}
# Who alone may know a library: prefixes of module names.
ONLY_IN = {
    "aiogram": ("bot.platforms.telegram",),
    "telegram": ("bot.platforms.telegram",),
    "apscheduler": ("bot.scheduler",),
    "langdetect": ("content.language",),
    "sqlalchemy": ("db.",),
    "alembic": ("db.",),
    "psycopg": ("db.",),
    "aiohttp": ("bot.",),
    "lunar_vn": ("content.",),
    "xlsxwriter": ("bot.exports.",),
    "PIL": ("bot.exports.",),
    "font_roboto": ("bot.exports.",),
    "rich": ("bot.tour",),
    "numpy": ("content.training",),
    "segno": ("bot.exports.",),
}
# `Session` names the first argument of a verb, in rooms that pass verbs on.
SESSION_ONLY = {"sqlmodel"}


def modules() -> Iterator[tuple[str, Path]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path


def imports(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or "", tuple(alias.name for alias in node.names)


MODULES = list(modules())


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_a_room_imports_only_rooms_below_it(module: str, path: Path) -> None:
    room = module.partition(".")[0]
    found = {name.partition(".")[0] for name, _ in imports(path)} & set(ROOMS)
    assert found <= MAY_IMPORT[room]


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_a_library_is_known_only_where_it_belongs(module: str, path: Path) -> None:
    for name, imported in imports(path):
        library = name.partition(".")[0]
        if library in ONLY_IN:
            assert f"{module}.".startswith(ONLY_IN[library]), f"{module} imports {name}"
        if library in SESSION_ONLY and not module.startswith("db"):
            assert imported == ("Session",), f"{module} imports more of {name} than its Session"


def test_no_import_goes_in_a_circle() -> None:
    known = {name for name, _ in MODULES}
    edges: dict[str, set[str]] = {}
    for name, path in MODULES:
        edges[name] = set()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                members = {f"{node.module}.{alias.name}" for alias in node.names} & known
                edges[name] |= members or ({node.module} & known)
            elif isinstance(node, ast.Import):
                edges[name] |= {alias.name for alias in node.names} & known
    assert not _circle(edges)


def _circle(edges: dict[str, set[str]]) -> list[str]:
    done: set[str] = set()

    def visit(name: str, above: list[str]) -> list[str]:
        if name in above:
            return [*above[above.index(name) :], name]
        if name in done:
            return []
        for other in sorted(edges[name]):
            if found := visit(other, [*above, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(edges) if (found := visit(name, []))), [])


def test_what_only_some_paths_need_is_not_loaded_at_start() -> None:
    script = (
        "import sys, bot.cli, bot.demo, bot.ask, bot.check, bot.service, handlers\n"
        "handlers.dispatcher()\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "aiohttp" in loaded
    heavy = {"aiogram", "telegram", "alembic", "httpx", "PIL", "rich", "xlsxwriter"}
    assert not heavy & set(loaded)


INNER = {
    "web": config.WebConfig,
    "telegram": config.TelegramConfig,
    "zalo": config.ZaloConfig,
    "bots": config.BotConfig,
}


def settings(kind: Any = config.Config, above: str = "") -> Iterator[str]:
    for field in fields(kind):
        inner = INNER.get(field.name)
        if inner is not None and is_dataclass(inner):
            yield from settings(inner, f"{field.name}.")
        else:
            yield above + field.name


@pytest.mark.parametrize("setting", list(settings()))
def test_every_setting_is_documented_and_stands_in_the_commented_file(setting: str) -> None:
    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    commented = (ROOT / "config.toml").read_text(encoding="utf-8")
    assert f"| `{setting}` |" in documented
    assert re.search(rf"(?m)^#* ?{setting.rpartition('.')[2]} = ", commented)


def test_every_command_and_option_is_documented() -> None:
    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for command, options in cli.described():
        assert f"| `loalang {command}" in documented
        for option in options:
            assert f"`{option}" in documented


def test_every_command_in_chat_is_documented() -> None:
    """By one of its names; none is documented that does not exist."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"(?<=`/)[a-z]+(?=`)", page.partition("## Settings")[0]))
    known = [router.commands for router in routers()]
    assert documented <= {name for commands in known for name in commands}
    for commands in known:
        for handler in commands.values():
            assert documented & {name for name, other in commands.items() if other is handler}


def test_nobody_reads_the_machines_clock_but_the_clock() -> None:
    allowed = {"bot.clock", "bot.ask", "bot.check"}
    for name, path in MODULES:
        text = path.read_text(encoding="utf-8")
        if "datetime.now(" in text or "date.today(" in text:
            assert name in allowed, f"{name} asks the machine for the time"
