"""`loalang export feedback`, as an operator meets it: a whole file or none, and what to do."""

from __future__ import annotations

import asyncio
import csv
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import create_engine, select, text

from bot.app import opened
from bot.cli import main
from bot.clock import Clock
from bot.exports.command import STALE, Wish, export
from db import schema
from db.scene import Actor
from db.tables import Audit, table
from tests.blank import lay
from tests.db.neighbours import NOW
from tests.db.reports import DAY, reported, tell
from tests.living import CONTENT, ROOT

SOMEBODY = Actor(1, 1, 1, 1, NOW)
FULL = 65_536  # bytes no file may go beyond: enough to read the database


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with settings, and a database of three reports."""

    async def found() -> None:
        async with opened(lay(f"sqlite:///{tmp_path}/loalang.db"), Clock()) as database:
            await database.write(_tables_are_there)
            await database.write(tell)

    asyncio.run(found())
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    config = shipped.replace('"loalang-demo"', f'"{tmp_path}"')
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    return tmp_path


def _tables_are_there(session: Any) -> None:
    assert session.execute(text("SELECT count(*) FROM ticket")).scalar_one() == 0


def order(office: Path, *more: str, format: str = "csv", out: str = "") -> list[str]:
    target = out or str(office / f"out.{format}")
    settings = ["--config", str(office / "config.toml")]
    return ["export", "feedback", "--format", format, "--out", target, *settings, *more]


def complaint(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("loalang: ")
    assert said.count("\n") == 1
    return said


def codes(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [line[0] for line in csv.reader(stream)][1:]


def audit(office: Path) -> list[Any]:
    engine = create_engine(f"sqlite:///{office}/loalang.db")
    rows = table(Audit)
    with engine.connect() as connection:
        found = list(connection.execute(select(rows.c.person_id, rows.c.action, rows.c.detail)))
    engine.dispose()
    return found


def left(office: Path) -> set[str]:
    return {path.name for path in office.iterdir() if not path.name.startswith("loalang")}


def test_all_reports_go_into_a_table_and_the_audit_knows(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(order(office)) == 0
    assert capsys.readouterr().out == f"3 reports: {office / 'out.csv'}\n"
    assert codes(office / "out.csv") == ["PA-1", "PA-2", "PA-3"]
    assert left(office) == {"config.toml", "out.csv"}
    assert (office / "out.csv").stat().st_mode & 0o777 == 0o600
    ((person, action, detail),) = audit(office)
    assert (person, action, detail["rows"], detail["names"]) == (None, "reports.exported", 3, False)


def test_a_workbook_is_written_with_names_only_where_they_are_asked_for(office: Path) -> None:
    assert main(order(office, "--names", format="xlsx")) == 0
    sheet = openpyxl.load_workbook(office / "out.xlsx")["Phản ánh"]
    assert [cell.value for cell in sheet["O"]] == ["Người gửi", *["Bác Mít"] * 3]
    assert audit(office)[0].detail["names"] is True


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--since", "22/11/2026"], ["PA-2", "PA-3"]),
        (["--until", "2026-11-22"], ["PA-1", "PA-2"]),
        (["--since", "2026-11-22", "--until", "22/11/2026"], ["PA-2"]),
        (["--place", "tren"], ["PA-1"]),
        (["--place", "xa"], ["PA-1", "PA-2", "PA-3"]),
        (["--state", "open"], ["PA-2", "PA-3"]),
        (["--category", "road"], ["PA-2"]),
    ],
)
def test_only_what_is_asked_for_is_in_it(
    office: Path, options: list[str], expected: list[str]
) -> None:
    assert main(order(office, *options)) == 0
    assert codes(office / "out.csv") == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "31/02/2026"], "--since “31/02/2026” is no day of the calendar"),
        (["--until", "tomorrow"], "--until “tomorrow” is no date: write 2026-11-01"),
        (["--since", "2/11/2026", "--until", "1/11/2026"], "exchange the two days"),
        (["--place", "trenn"], "did you mean “tren”?"),
        (["--place", "nowhere"], "use one of: duoi, tren, xa"),
        (["--category", "raod"], "did you mean “road”?"),
        (["--since", "1/1/2030"], "no report matches: nothing was written; widen --since"),
    ],
)
def test_what_cannot_be_meant_is_said_and_the_old_file_stays(
    office: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    (office / "out.csv").write_text("of yesterday")
    assert said in complaint(capsys, order(office, *options))
    assert (office / "out.csv").read_text() == "of yesterday"
    assert left(office) == {"config.toml", "out.csv"}
    assert audit(office) == []


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("{office}/nowhere/out.csv", "there is no such folder; make it first"),
        ("{office}/config.toml/out.csv", "is a file, not a folder"),
        ("{office}", "is a folder: name a file in it"),
        ("/proc/out.csv", "name another"),
    ],
)
def test_where_nothing_can_be_written_that_is_said(
    office: Path, capsys: pytest.CaptureFixture[str], out: str, said: str
) -> None:
    assert said in complaint(capsys, order(office, out=out.format(office=office)))


@pytest.mark.parametrize("kind", ["pipe", "link", "dangling"])
def test_what_is_no_file_is_never_replaced(
    office: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """A device would be gone for ever; a pipe stands for it here."""
    out = office / "out.csv"
    if kind == "pipe":
        os.mkfifo(out)
    else:
        out.symlink_to(office / ("config.toml" if kind == "link" else "nowhere"))
    before = out.lstat()
    assert "is no ordinary file; name another with --out" in complaint(capsys, order(office))
    assert out.lstat() == before
    assert audit(office) == []


def test_what_a_killed_export_left_is_removed_by_a_later_one(office: Path) -> None:
    dead, alive = office / ".loalang-export-dead", office / ".loalang-export-alive"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "table").write_text("what people reported")
    old = time.time() - STALE - 60
    os.utime(dead, (old, old))
    assert main(order(office)) == 0
    assert left(office) == {"config.toml", "out.csv", alive.name}


def test_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    settings = shipped.replace('"loalang-demo"', f'"{tmp_path}"')
    (tmp_path / "config.toml").write_text(settings, encoding="utf-8")
    assert "there is no database yet" in complaint(capsys, order(tmp_path))
    assert left(tmp_path) == {"config.toml"}


@pytest.mark.parametrize(
    ("revision", "said"),
    [(lambda known: known[0], "start this version once"), (lambda known: "9999", "newer Loa Làng")],
)
def test_a_database_of_another_version_is_left_alone(
    office: Path,
    capsys: pytest.CaptureFixture[str],
    revision: Callable[[tuple[str, ...]], str],
    said: str,
) -> None:
    engine = create_engine(f"sqlite:///{office}/loalang.db")
    with engine.begin() as connection:
        wanted = {"revision": revision(schema.revisions())}
        connection.execute(text("UPDATE loalang_version SET version_num = :revision"), wanted)
    engine.dispose()
    assert said in complaint(capsys, order(office))


def test_it_works_while_the_bot_holds_the_database(office: Path) -> None:
    async def both() -> int:
        async with opened(f"sqlite:///{office}/loalang.db", Clock()) as database:
            status = await asyncio.to_thread(main, order(office))
            told = await database.read(lambda session: session.execute(text("SELECT 1")).scalar())
            assert told == 1
            return status

    assert asyncio.run(both()) == 0


def test_it_works_on_postgresql_as_on_sqlite(laid_postgresql_url: str, tmp_path: Path) -> None:
    async def found() -> None:
        async with opened(laid_postgresql_url, Clock()) as database:
            await database.write(tell)

    asyncio.run(found())
    wish = Wish("csv", tmp_path / "out.csv", since="22/11/2026", place="xa")
    assert export(laid_postgresql_url, wish, CONTENT.words("vi"), NOW) == 2
    assert codes(tmp_path / "out.csv") == ["PA-2", "PA-3"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(office: Path, format: str) -> None:
    async def fill() -> None:
        async with opened(f"sqlite:///{office}/loalang.db", Clock()) as database:
            for number in range(100):
                await database.write(
                    reported, SOMEBODY, 1, NOW + number * DAY, what=f"{number} " * 1000
                )

    asyncio.run(fill())
    target = office / f"out.{format}"
    target.write_text("of yesterday")
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "bot.cli", *order(office, format=format)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_little_room,
    )
    assert ran.returncode == 1
    told = [line for line in ran.stderr.splitlines() if line.startswith("loalang: ")]
    assert len(told) == 1
    assert told[0].endswith(
        "the disk is full, so nothing was written; free some room and try again"
    )
    assert "Traceback" not in ran.stderr
    assert target.read_text() == "of yesterday"
    assert left(office) == {"config.toml", target.name}
    assert audit(office) == []


def _little_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL, FULL))
