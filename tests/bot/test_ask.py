"""`ask` says what the bot would say, one answer for each row, whatever the table holds."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from bot.ask import TableError, ask, ask_file
from tests.living import CONTENT

HARD = "zalgo \u0323\u0301\u0300" * 50


def table(folder: Path, body: str | bytes) -> Path:
    path = folder / "questions.tsv"
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


def judged(question: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(ask(CONTENT, question, as_json=True))
    return found


def test_a_question_without_marks_gets_the_procedure_with_its_source() -> None:
    answer = ask(CONTENT, "lam giay khai sinh can gi", as_json=False)
    assert "1.001193" in answer
    assert "Nguồn:" in answer


def test_where_there_is_a_choice_the_choices_are_said() -> None:
    answer = ask(CONTENT, "mất giấy khai sinh", as_json=False)
    assert "• Bản sao trích lục, bản sao giấy khai sinh" in answer
    assert "• Đăng ký lại khai sinh" in answer


def test_what_a_commune_enters_itself_is_told_to_be_missing() -> None:
    answer = ask(CONTENT, "ủy ban xã làm việc mấy giờ", as_json=False)
    label = CONTENT.local.labels["gio_lam_viec"]["vi"]
    assert label in answer
    assert "chưa ghi vào đây" in answer


def test_where_the_resident_lives_its_values_are_told() -> None:
    question, values = "ủy ban xã làm việc mấy giờ", CONTENT.local.places["song-trang"].values
    answer = ask(CONTENT, question, ("ben-do", "song-trang", "huong-dong"), as_json=False)
    assert values["gio_lam_viec"] in answer
    assert values["gio_lam_viec"] not in ask(CONTENT, question, ("huong-dong",), as_json=False)


def test_a_table_is_asked_there_too(tmp_path: Path) -> None:
    path = table(tmp_path, "question\nủy ban xã làm việc mấy giờ\nlàm giấy khai sinh cần gì\n")
    first, second = ask_file(CONTENT, path, ("song-trang",), as_json=False)
    assert CONTENT.local.places["song-trang"].values["gio_lam_viec"] in first
    assert "1.001193" in second


@pytest.mark.parametrize("words", ["/phananh", "PA-12", "/nhom", "đăng ký 7KQM-3XRT"])
def test_there_too_no_database_is_needed(words: str) -> None:
    assert ask(CONTENT, words, ("song-trang",), as_json=False)


def test_danger_comes_before_everything() -> None:
    assert "114" in ask(CONTENT, "nhà ông Ba cháy to quá", as_json=False)


@pytest.mark.parametrize(
    "words", ["/phananh", "phản ánh của tôi", "PA-12", "/thongbao", "/nhom", "đăng ký 7KQM-3XRT"]
)
def test_what_needs_the_running_program_is_answered_as_a_question(words: str) -> None:
    assert ask(CONTENT, words, as_json=False)


def test_json_tells_the_decision_the_candidates_and_the_language() -> None:
    found = judged("lam giay khai sinh can gi")
    assert list(found) == ["question", "decision", "entry", "candidates", "score", "language"]
    assert (found["decision"], found["entry"], found["language"]) == ("answer", "khai_sinh", "vi")
    assert judged("hôm nay trời đẹp quá")["entry"] is None


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("", id="nothing"),
        pytest.param("\0khai\0sinh\0", id="NUL"),
        pytest.param("\ud800 khai sinh", id="lone surrogate"),
        pytest.param(HARD, id="zalgo"),
        pytest.param("\u202ehnis iahk\u202c", id="right to left"),
        pytest.param("khai sinh " * 10_000, id="100,000 characters"),
    ],
)
def test_whatever_is_asked_comes_back_as_it_was(question: str) -> None:
    assert judged(question)["question"] == question
    assert isinstance(ask(CONTENT, question, as_json=False), str)


def test_a_table_gives_one_line_for_each_row_in_its_order(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        '\ufeffid\tquestion\tnote\n1\tlàm khai sinh\tx\n2\t\tx\n3\n4\t"kết hôn cần gì\tx\r\n',
    )
    found = [json.loads(line) for line in ask_file(CONTENT, path, as_json=True)]
    assert [one["question"] for one in found] == ["làm khai sinh", "", "", '"kết hôn cần gì']


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param("hỏi\tnote\nkhai sinh\tx\n", "add that header", id="no such column"),
        pytest.param("", "add that header", id="empty"),
        pytest.param(random.Random(7).randbytes(3000), "save it as UTF-8", id="binary garbage"),
        pytest.param("question\n" + "a" * 200_000, "make the line shorter", id="a line too long"),
    ],
)
def test_a_table_that_cannot_be_read_says_what_to_do(
    tmp_path: Path, body: str | bytes, told: str
) -> None:
    path = table(tmp_path, body)
    with pytest.raises(TableError, match=told) as raised:
        list(ask_file(CONTENT, path, as_json=True))
    assert str(raised.value).startswith(str(path))


@pytest.mark.parametrize("name", ["nowhere.tsv", ""])
def test_a_table_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(TableError, match=r"cannot be read .*; check the name"):
        list(ask_file(CONTENT, tmp_path / name, as_json=True))
