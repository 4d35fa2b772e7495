"""The commands as an operator meets them: what they say, how they end, never a traceback."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from bot import ask, cli
from bot.cli import CommandError, described, main
from bot.config import ConfigError
from tests.bot.process import demo, first_line, run
from tests.living import ROOT
from tests.patience import PATIENCE

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped ones; in their data folder the search has learned."""
    path = settings_in(tmp_path_factory.mktemp("settings"))
    assert run("ask", "khai sinh", "--config", str(path)).status == 0
    return path


def settings_in(folder: Path) -> Path:
    path, shipped = folder / "config.toml", Path("config.toml").read_text(encoding="utf-8")
    data = folder / "data"
    path.write_text(shipped.replace('"loalang-demo"', f'"{data}"'), encoding="utf-8")
    return path


def asked_wrongly(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_help_names_every_command() -> None:
    ran = run("--help")
    assert (ran.status, ran.err) == (0, "")
    assert all(name.partition(" ")[0] in ran.out for name, _ in described())


def test_without_a_command_the_help_is_shown_and_the_status_is_not_0() -> None:
    ran = run()
    assert ran.status == 2
    assert "demo" in ran.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(("fly",), "fly", id="unknown command"),
        pytest.param(("demo", "--hight", "1"), "--hight", id="unknown option"),
        pytest.param(("demo", "--port", "abc"), "0 to 65535", id="port in words"),
        pytest.param(("demo", "--port", "70000"), "0 to 65535", id="port too high"),
        pytest.param(("demo", "--port", "-1"), "0 to 65535", id="port below 0"),
        pytest.param(("demo", "--port", "٣"), "0 to 65535", id="port in other figures"),
        pytest.param(("ask", "--file"), "--file", id="option without its value"),
    ],
)
def test_a_command_asked_wrongly_gets_one_line_and_where_to_read_on(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], named: str
) -> None:
    said = asked_wrongly(capsys, *arguments)
    assert said.count("\n") == 1
    assert named in said
    assert said.endswith("--help\n")


def test_the_first_question_learns_and_the_next_one_remembers(tmp_path: Path) -> None:
    config = ("--config", str(settings_in(tmp_path)))
    first, second = (run("ask", "lam giay khai sinh can gi", *config) for _ in range(2))
    assert first.err.startswith("learning from ")
    assert (first.status, first.err.count("\n"), second.err) == (0, 1, "")
    assert first.out == second.out
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_question_is_answered_where_nothing_can_be_kept(tmp_path: Path) -> None:
    path = settings_in(tmp_path)
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    ran = run("ask", "lam giay khai sinh can gi", "--config", str(path))
    assert "Giấy chứng sinh" in ran.out
    assert ran.status == 0
    assert "cannot be kept (" in ran.err


def test_a_question_is_answered_with_its_source(settings: Path) -> None:
    ran = run("ask", "lam giay khai sinh can gi", "--config", str(settings))
    assert (ran.status, ran.err) == (0, "")
    assert "Giấy chứng sinh" in ran.out
    assert "Nguồn:" in ran.out


def test_a_question_is_answered_as_somebody_there_reads_it(settings: Path) -> None:
    asked = ("ask", "ủy ban xã làm việc mấy giờ", "--config", str(settings))
    told, there, typo = (
        run(*asked, *more) for more in ((), ("--place", "go-sen"), ("--place", "go-sem"))
    )
    assert (told.status, there.status, there.err) == (0, 0, "")
    assert "sáng 7 giờ 30" in there.out
    assert "sáng 7 giờ 30" not in told.out  # of an invented commune that nobody asked for
    assert typo.complaint == "loalang: there is no place “go-sem”; did you mean “go-sen”?\n"


def test_a_machine_without_vietnamese_letters_can_still_be_asked(settings: Path) -> None:
    ran = run("ask", "lam giay khai sinh can gi", "--config", str(settings), env=ASCII)
    assert (ran.status, ran.err) == (0, "")
    assert "Giấy chứng sinh" in ran.out


def test_a_question_that_is_no_text_comes_back_as_json_all_the_same(settings: Path) -> None:
    ran = run("ask", "khai sinh \udcff", "--json", "--config", str(settings))
    assert (ran.status, ran.err) == (0, "")
    assert json.loads(ran.out)["question"] == "khai sinh \udcff"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("ask",), id="nothing asked"),
        pytest.param(("ask", ""), id="an empty question"),
        pytest.param(("ask", "khai sinh", "--file", "a.tsv"), id="a question and a table"),
        pytest.param(("ask", "--file", "nowhere.tsv"), id="no such table"),
        pytest.param(("ask", "khai sinh", "--config", "no.toml"), id="no such settings"),
        pytest.param(("faq", "eval", "nowhere.tsv"), id="no such table to measure by"),
        pytest.param(("demo", "--config", "x" * 5000), id="a name that is too long"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_advice(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)  # where nothing of the folder's is touched
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("loalang: ")
    assert said.count("\n") == 1
    assert any(advice in said for advice in ("give", "check", "name one"))


TABLE = """question\tintent\tvariant\tkind
lam giay khai sinh can gi\tkhai_sinh|khai_sinh_lai\tno marks\tshort
làm giấy khai sinh cần gì\tkhai_sinh\tmarks\tshort
đội nào vô địch\tOUT_OF_SCOPE\tmarks\tshort
chăn bò\tbo_sua\tmarks\tlong
"""


def test_a_table_is_measured(settings: Path, tmp_path: Path) -> None:
    table = tmp_path / "questions.tsv"
    table.write_text(TABLE, encoding="utf-8")
    measure = ("faq", "eval", str(table), "--config", str(settings))
    ran = run(*measure, "--by", "kind", "--json")
    assert (ran.status, ran.err.count("\n")) == (0, 1)
    assert f"{table}:5: no entry is called “bo_sua”, so it counts as wrong; " in ran.err
    found = json.loads(ran.out)
    assert found["figures"]["top_1"]["right"] == 2
    assert found["figures"]["top_1"]["n"] == 3
    assert {name: list(groups) for name, groups in found["by"].items()} == {
        "variant": ["marks", "no marks"],
        "kind": ["long", "short"],
    }
    assert found["p95_ms"] > 0
    assert run(*measure).out.startswith("top-1, in scope: ")
    assert "there is no column “size”; give" in run(*measure, "--by", "size").complaint


def test_drafts_of_no_database_are_refused_with_advice(settings: Path, tmp_path: Path) -> None:
    ran = run("faq", "drafts", "--out", str(tmp_path / "drafts"), "--config", str(settings))
    assert "start Loa Làng once" in ran.complaint


def test_check_says_that_all_is_well(settings: Path) -> None:
    ran = run("check", "--config", str(settings))
    assert (ran.status, ran.err) == (0, "")
    assert "✗" not in ran.out


def test_check_fails_when_anything_is_wrong(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text("[wbe]\nport = 1\n", encoding="utf-8")
    ran = run("check", "--config", str(settings))
    assert (ran.status, ran.err) == (1, "")
    assert "did you mean “web”?" in ran.out


def test_a_mistake_of_ours_is_one_line_without_its_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise KeyError("what Cúc wrote")

    monkeypatch.setattr(ask, "ask", broken)
    monkeypatch.chdir(tmp_path)
    assert main(("ask", "khai sinh")) == 1
    said = capsys.readouterr().err
    assert "KeyError at " in said
    assert "Cúc" not in said
    assert said.count("\n") == 1


def test_an_error_of_a_library_that_is_called_like_ours_is_not_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise sqlite3.DatabaseError("what Cúc wrote")

    monkeypatch.setattr(ask, "ask", broken)
    monkeypatch.chdir(tmp_path)
    assert main(("ask", "khai sinh")) == 1
    said = capsys.readouterr().err
    assert "this should not have happened (DatabaseError at " in said
    assert "Cúc" not in said


def test_of_several_errors_at_once_the_first_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> int:
        errors = [ConfigError("the first: mend it"), CommandError("the second: mend it")]
        raise ExceptionGroup("tasks", [ExceptionGroup("inner", errors)])

    monkeypatch.setattr(cli, "_ask", broken)
    assert main(("ask", "khai sinh")) == 1
    assert capsys.readouterr().err == "loalang: the first: mend it\n"


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_ends_quietly_while_a_page_listens(tmp_path: Path, by: signal.Signals) -> None:
    with demo(tmp_path) as running:
        page = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
        page.request("GET", "/api/events")
        listening = page.getresponse()
        assert listening.readline() == b"retry: 1000\n"
        ended = running.stop(by)
        assert listening.read() == b"\n"  # the line ends; it is not cut
        page.close()
    assert (ended.status, ended.err) == (0, "")


def test_what_is_no_request_leaves_a_line_without_its_words(tmp_path: Path) -> None:
    strange = [
        b"\x16\x03\x01secret\r\n\r\n",
        b"GET / HTTP/1.1\r\nsecret\r\n\r\n",
        b"GET /secret" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
    ]
    with demo(tmp_path) as running:
        for request in strange:
            with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE) as caller:
                caller.sendall(request)
                assert caller.recv(12) == b"HTTP/1.0 400"
        ended = running.stop(signal.SIGTERM)
    assert ended.status == 0
    assert ended.err.count("\n") <= len(strange), ended.err
    assert "secret" not in ended.err


def test_a_second_demo_on_the_same_folder_refuses_and_harms_nothing(tmp_path: Path) -> None:
    with demo(tmp_path) as running:
        for arguments in ((), ("--fresh",)):
            second = run("demo", "--port", "0", "--data", str(tmp_path), *arguments)
            assert "another Loa Làng program is using this database" in second.complaint
        assert (tmp_path / "loalang.db").exists()
        assert (tmp_path / "village" / "village.db").exists()
        ended = running.stop(signal.SIGTERM)
    assert (ended.status, ended.err) == (0, "")


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("demo", "--data", str(tmp_path), "--port", port)
    assert f"port {port} is in use" in refused.complaint
    assert "--port" in refused.complaint


@pytest.mark.parametrize("arguments", [("ask", "giấy khai sinh"), ("tour", "--fast")])
@pytest.mark.parametrize("output", ["full", "closed"])
def test_an_output_that_takes_nothing_is_one_line(
    settings: Path, output: str, arguments: tuple[str, ...]
) -> None:
    chosen = ("--config", str(settings)) if arguments[0] == "ask" else ()
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments, *chosen],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
            preexec_fn=partial(os.close, 1) if output == "closed" else None,
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith("loalang: the output cannot be written (")
    assert ran.stderr.count("\n") == 1


def test_a_reader_who_leaves_early_gets_no_traceback(settings: Path, tmp_path: Path) -> None:
    table = tmp_path / "questions.tsv"
    table.write_text("question\n" + "làm giấy khai sinh\n" * 3000, encoding="utf-8")
    ran = first_line("ask", "--json", "--file", str(table), "--config", str(settings))
    assert json.loads(ran.out)["entry"] == "khai_sinh"
    assert (ran.status, ran.err) == (1, "")
