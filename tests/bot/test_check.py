"""`check` looks at everything and says what to do, however much is wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.check import Finding, check
from db import schema
from tests.living import CONTENT, ROOT


def settings(folder: Path, *changes: tuple[str, str]) -> Path:
    """The shipped ones, kept in `folder`, with each first text replaced by the second."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in (('data = "loalang-demo"', f'data = "{folder / "data"}"'), *changes):
        assert old in text
        text = text.replace(old, new)
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def wrong(findings: list[Finding]) -> list[str]:
    assert all(finding.text.startswith("✗" if finding.wrong else "✓") for finding in findings)
    return [finding.text for finding in findings if finding.wrong]


def test_a_fresh_installation_is_well_and_nothing_is_made(tmp_path: Path) -> None:
    findings = check(settings(tmp_path))
    assert wrong(findings) == []
    said = "\n".join(finding.text for finding in findings)
    assert f"{len(CONTENT.faq)} procedures" in said
    assert "not made yet" in said
    assert not (tmp_path / "data").exists()


def test_settings_that_cannot_be_read_end_the_look(tmp_path: Path) -> None:
    (finding,) = check(tmp_path / "nowhere.toml")
    assert finding.wrong


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param('content = ""', 'content = "/nowhere"', "no such content", id="content"),
        pytest.param('"song-trang"', '"nowhere"', "bots.place “nowhere” is no place", id="place"),
        pytest.param("sandbox-zalo", "sandbox-fax", "the demo needs two bots", id="platform"),
        pytest.param('database = ""', 'database = "mysql://h/n"', "cannot begin with", id="url"),
    ],
)
def test_each_wrong_thing_is_found(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = settings(tmp_path)
    text = path.read_text(encoding="utf-8").replace(f"{old}\n", f"{new}\n")
    path.write_text(text.replace(f'platform = "{old}"', f'platform = "{new}"'), encoding="utf-8")
    (found,) = wrong(check(path))
    assert told in found


@pytest.mark.parametrize(
    ("name", "body", "line"),
    [
        pytest.param("replies/vi.toml", '[start]\nhello = "thiếu ngoặc\n', 2, id="TOML"),
        pytest.param("replies/vi.toml", '[start]\nmenu = "a"\nhelo = "x"\n', 3, id="unknown text"),
        pytest.param("faq/khai_sinh.md", "không có phần đầu\n", 1, id="procedure"),
    ],
)
def test_a_mistake_in_the_content_is_found_by_file_and_line(
    tmp_path: Path, name: str, body: str, line: int
) -> None:
    file = tmp_path / "ours" / name
    file.parent.mkdir(parents=True)
    file.write_text(body, encoding="utf-8")
    (found,) = wrong(check(settings(tmp_path, ('content = ""', f'content = "{tmp_path}/ours"'))))
    assert f"{name}:{line}: " in found


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = settings(tmp_path, ('content = ""', 'content = "/nowhere"'), ("song-trang", "nowhere"))
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    assert len(wrong(check(path))) == 3


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE cows (name TEXT)")
        opened.commit()


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        opened.execute(f"CREATE TABLE {schema.VERSION_TABLE} (version_num TEXT)")
        opened.execute(f"INSERT INTO {schema.VERSION_TABLE} VALUES ('9999')")  # noqa: S608
        opened.commit()


def damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(foreign, "is not a Loa Làng database", id="foreign"),
        pytest.param(newer, "made by a newer Loa Làng", id="newer"),
        pytest.param(damaged, "restore a copy", id="damaged"),
    ],
)
def test_a_database_that_is_not_for_us_is_found_and_left_alone(
    tmp_path: Path, make: object, told: str
) -> None:
    assert callable(make)
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / "loalang.db"
    make(database)
    before = database.read_bytes()
    (found,) = wrong(check(settings(tmp_path)))
    assert told in found
    assert database.read_bytes() == before
