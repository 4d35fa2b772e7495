"""The tour plays a whole day, proves each scene, leaves nothing behind, and fails aloud."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot import demo
from bot.cli import main
from bot.clock import Clock
from bot.platforms.base import Outgoing, Rejected, Sent
from bot.platforms.sandbox import Sandbox
from bot.tour import stage
from bot.tour.play import play
from bot.tour.scenes import COLUMNS, SCENES
from db.ledger import FINAL
from tests.bot.process import run
from tests.living import CONTENT, ROOT
from tests.loop import one_turn
from tests.patience import PATIENCE

VI, EN = CONTENT.words("vi"), CONTENT.words("en")


WIDTHS = (60, 120)


@pytest.fixture(scope="module")
def drawn() -> dict[int, str]:
    """The whole tour by the width of its terminal."""
    return {width: asyncio.run(played(width)) for width in WIDTHS}


async def played(width: int) -> str:
    file = io.StringIO()
    await play(Console(file=file, width=width), CONTENT, fast=True)
    return file.getvalue()


def plain(text: str) -> str:
    """The words alone, without what they are framed in."""
    return " ".join(re.sub(r"[─│╭╮╰╯]", " ", text).split())


def test_every_line_fits_a_terminal_of_any_width(drawn: dict[int, str]) -> None:
    for width, text in drawn.items():
        assert max(map(cell_len, text.splitlines())) <= width


def test_each_scene_shows_its_proof(drawn: dict[int, str]) -> None:
    shown = plain(drawn[60])
    assert shown.count(VI("tour.announce_text")) >= 4  # written, previewed, and in both groups
    assert VI("announcements.report_all", total=2) in shown
    assert VI("relay.then_one") in shown
    assert VI("relay.noted") in shown
    assert "Đăng ký khai sinh" in shown
    assert VI("faq.unsure") in shown
    assert "Mã: PA-1" in shown
    assert shown.count(VI("tour.report_answer")) >= 2  # by the village head, to the resident
    assert "phan-anh.xlsx" in shown
    assert f"{VI('exports.column_code')} PA-1" in shown
    assert "Các hộ dân thôn Bến Đò · Zalo 📢 Bản tin sáng" in shown


def test_the_ledger_adds_up_to_the_groups_that_were_reached(drawn: dict[int, str]) -> None:
    for text in drawn.values():
        rows = re.findall(r"((?: +\d+){6}) *$", text, re.MULTILINE)
        counted = [list(map(int, row.split())) for row in rows]
        assert [sum(row[:-1]) for row in counted] == [row[-1] for row in counted]
        assert [row[0] for row in counted] == [2, 1, 1, 4]


def test_every_state_of_a_delivery_has_its_column() -> None:
    columns = [state for _, states in COLUMNS for state in states]
    assert sorted(columns) == sorted({*FINAL, "queued", "sending", "handed"})


def test_without_a_terminal_it_is_plain_text_and_leaves_no_folder(tmp_path: Path) -> None:
    ran = run("tour", "--english", env={"TMPDIR": str(tmp_path)})
    assert (ran.status, ran.err) == (0, "")
    assert "\x1b" not in ran.out
    shown = plain(ran.out)
    assert EN("tour.next_demo") in shown
    assert f"{VI('tour.decline_text')} {EN('tour.decline_text')}" in shown  # said, and meant
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_stops_it_is_told_so_and_nothing_stays(tmp_path: Path, by: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "tour"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        while VI("tour.announce") not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(by)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (130, "")
    assert out.splitlines()[-1] == VI("tour.stopped")
    assert list(tmp_path.iterdir()) == []


def test_where_the_answers_are_overdue_for_review_it_still_plays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    latest = max(entry.review_by for entry in CONTENT.faq)
    overdue = latest + timedelta(days=1) - Clock().now().date()
    monkeypatch.setattr(demo, "kept_clock", lambda path: Clock(max(overdue, timedelta(0))))
    assert VI("tour.question_expired") in plain(asyncio.run(played(60)))


def test_the_clock_is_moved_as_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halting where a bulletin goes out."""
    moved: list[timedelta] = []

    async def advance(self: demo.Demo, by: timedelta, then: Callable[[], None]) -> datetime:
        moved.append(by)
        return await halting(self, by, then)

    halting = demo.Demo.advance
    monkeypatch.setattr(demo.Demo, "advance", advance)
    asyncio.run(played(60))
    assert len(moved) == len(SCENES) + 2  # at noon for the answer, at dawn for the bulletin


def failed(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(("tour", "--fast")) == 1
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert "loalang check" in complaint
    return complaint


def test_a_scene_whose_message_does_not_arrive_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Sandbox.send

    async def deaf(self: Sandbox, outgoing: Outgoing) -> Sent:
        if outgoing.chat == "zgr-ben-do-ho-dan":
            raise Rejected("closed by the test")
        return await send(self, outgoing)

    monkeypatch.setattr(Sandbox, "send", deaf)
    assert f"scene 1 of the tour, “{VI('tour.announce')}”, failed" in failed(capsys)


def test_a_program_that_does_not_come_to_rest_is_not_waited_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "PATIENCE", 0.0)
    assert "did not come to rest" in failed(capsys)
    monkeypatch.setattr(stage, "ROOM", 1e30)
    assert "the disk of the temporary folder is full: free some room" in failed(capsys)


async def test_the_folder_goes_only_after_whoever_writes_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun, gone = threading.Event(), threading.Event()
    written: list[bool] = []

    def slow(path: Path) -> Clock:
        begun.set()
        gone.wait()
        written.append(path.parent.is_dir())
        return Clock()

    monkeypatch.setattr(demo, "kept_clock", slow)
    playing = asyncio.create_task(play(Console(file=io.StringIO()), CONTENT, fast=True))
    while not begun.is_set():
        await one_turn()
    playing.cancel()
    for _ in range(50):
        await one_turn()
    gone.set()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert written == [True]
