"""`faq eval` counts what the search would say; its figures can be checked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.ask import TableError
from bot.evaluation import (
    THRESHOLDS,
    Judged,
    Report,
    Row,
    Share,
    as_json,
    columns,
    confusions,
    figures,
    judge,
    p95,
    point,
    read,
    report,
    strangers,
    told,
)
from content.search import Decision, Found


def one(
    intent: str,
    decision: Decision,
    *candidates: str,
    score: float = 0.9,
    question: str = "?",
    **cells: str,
) -> Judged:
    row = Row(question, tuple(intent.split("|")), {"question": question, "intent": intent, **cells})
    entry = candidates[0] if decision == "answer" else None
    return Judged(row, Found(decision, entry, candidates, score), 0.001)


def share(right: int, n: int) -> Share:
    return Share(right, n)


def table(folder: Path, body: str) -> Path:
    path = folder / "questions.tsv"
    path.write_text(body, encoding="utf-8")
    return path


def test_the_first_and_the_third_place_count_whatever_was_decided() -> None:
    found = figures(
        [
            one("cuoi", "answer", "cuoi", "sinh"),
            one("cuoi", "choices", "sinh", "tu", "cuoi"),
            one("cuoi", "decline", "cuoi"),
            one("cuoi", "choices", "sinh", "tu", "mat", "cuoi"),
            one("cuoi", "none"),
        ]
    )
    assert (found.top_1, found.top_3) == (share(2, 5), share(3, 5))
    assert found.coverage == share(1, 5)


@pytest.mark.parametrize(
    ("intent", "right"), [("rac", 1), ("phan_anh", 1), ("sinh|rac", 1), ("sinh", 0)]
)
def test_an_offered_report_is_right_for_complaints_alone(intent: str, right: int) -> None:
    found = figures([one(intent, "feedback", "mat", "tu")])
    assert (found.top_1, found.top_3) == (share(right, 1), share(right, 1))
    assert (found.precision, found.coverage) == (share(0, 0), share(0, 1))


def test_only_an_answer_is_direct_and_may_be_wrong_anywhere() -> None:
    found = figures(
        [
            one("cuoi", "answer", "cuoi"),
            one("cuoi|sinh", "answer", "sinh"),
            one("cuoi", "answer", "sinh", "cuoi"),
            one("cuoi", "choices", "cuoi"),
            one("OUT_OF_SCOPE", "answer", "cuoi"),
            one("OUT_OF_SCOPE", "decline", "cuoi"),
            one("rac", "feedback", "rac"),
        ]
    )
    assert found.precision == share(2, 4)
    assert found.coverage == share(3, 5)
    assert found.strayed == share(1, 2)
    assert found.top_1 == share(4, 5)


def test_what_may_as_well_be_answered_as_not_counts_by_its_answers_alone() -> None:
    either = "OUT_OF_SCOPE|cuoi"
    judged = [
        one(either, "answer", "cuoi"),
        one(either, "answer", "sinh"),
        one(either, "decline", "sinh"),
        one(either, "none"),
        one("cuoi", "answer", "cuoi"),
        one("OUT_OF_SCOPE", "decline"),
    ]
    found = figures(judged)
    assert found.precision == share(2, 3)
    assert (found.top_1, found.coverage) == (share(1, 1), share(1, 1))
    assert found.strayed == share(0, 1)
    assert confusions(judged) == ((either, "sinh", 1),)
    assert figures([one("OUT_OF_SCOPE|OUT_OF_SCOPE", "answer", "x")]).strayed == share(1, 1)


def test_wilson_gives_the_known_limits() -> None:
    """As in R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998."""
    for right, n, low, high in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)]:
        assert share(right, n).interval == pytest.approx((low, high), abs=5e-5)
    assert share(0, 20).interval == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert share(29, 29).interval == pytest.approx((0.8830, 1.0), abs=5e-5)
    assert (share(0, 0).value, share(0, 0).interval) == (None, None)


def test_confusions_are_what_was_not_first_and_what_should_not_have_been_told() -> None:
    found = confusions(
        [
            one("cuoi", "choices", "sinh", "cuoi"),
            one("cuoi", "answer", "sinh"),
            one("cuoi", "answer", "cuoi"),
            one("cuoi", "feedback", "cuoi2"),
            one("sinh", "none"),
            one("OUT_OF_SCOPE", "answer", "tu"),
            one("OUT_OF_SCOPE", "choices", "tu"),
        ]
    )
    assert found == (
        ("cuoi", "sinh", 2),
        ("OUT_OF_SCOPE", "tu", 1),
        ("cuoi", "feedback", 1),
        ("sinh", "(nothing)", 1),
    )


def test_ten_confusions_are_told() -> None:
    assert len(confusions([one(f"e{n}", "answer", "cuoi") for n in range(12)])) == 10


def test_a_point_of_the_curve_tells_all_that_reach_it() -> None:
    judged = [
        one("cuoi", "answer", "cuoi", score=0.8),
        one("cuoi", "choices", "sinh", score=0.4),
        one("OUT_OF_SCOPE", "choices", "sinh", score=0.4),
        one("cuoi", "decline", "cuoi", score=0.9),
        one("rac", "feedback", "rac", score=0.9),
    ]
    assert point(judged, 0.3) == (0.3, share(1, 3), share(2, 4))
    assert point(judged, 0.4) == (0.4, share(1, 3), share(2, 4))
    assert point(judged, 0.45) == (0.45, share(1, 1), share(1, 4))
    assert point(judged, 0.95) == (0.95, share(0, 0), share(0, 4))
    assert (THRESHOLDS[0], THRESHOLDS[-1], len(THRESHOLDS)) == (0.3, 0.95, 14)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], 0.0), ([3.0], 3.0), (list(range(1, 101)), 95), (list(range(1, 21)), 19)],
)
def test_p95_is_by_nearest_rank(values: list[float], expected: float) -> None:
    assert p95(values[::-1]) == expected


def test_every_question_is_asked_in_turn_and_timed() -> None:
    asked: list[str] = []
    ticks = iter([10.0, 10.5, 20.0, 20.25])

    def find(text: str) -> Found:
        asked.append(text)
        return Found("none")

    rows = [Row("a", ("cuoi",), {}), Row("b", ("cuoi",), {})]
    judged = judge(rows, find, lambda: next(ticks))
    assert asked == ["a", "b"]
    assert [one.seconds for one in judged] == [0.5, 0.25]
    assert report(judged).p95 == 500


def small() -> Report:
    judged = [
        one("cuoi", "answer", "cuoi", variant="có dấu"),
        one("cuoi", "answer", "sinh", variant="không dấu"),
        one("OUT_OF_SCOPE", "decline", variant=""),
    ]
    return report(judged, ("variant",))


def test_groups_are_told_apart() -> None:
    groups = small().groups["variant"]
    assert {value: inner.top_1 for value, inner in groups.items()} == {
        "": share(0, 0),
        "có dấu": share(1, 1),
        "không dấu": share(0, 1),
    }


def test_the_lines_hold_every_share_with_its_interval_and_its_n() -> None:
    lines = list(told(small()))
    assert lines[0].split() == ["top-1,", "in", "scope:", "50.0%", "[", "9.5%–", "90.5%]", "(1/2)"]
    assert any("cuoi → sinh" in line for line in lines)
    assert "  (empty)" in lines
    assert sum(line.startswith("    outside ") for line in lines) == 1
    assert sum(line.startswith("  0.") for line in lines) == len(THRESHOLDS)


def test_json_holds_the_same() -> None:
    found = json.loads(as_json(small()))
    assert list(found) == ["figures", "p95_ms", "by", "confusions", "curve"]
    top = found["figures"]["top_1"]
    assert (top["right"], top["n"], top["share"]) == (1, 2, 0.5)
    assert found["figures"]["strayed"]["share"] == 0
    assert found["by"]["variant"][""]["top_1"] == {
        "right": 0,
        "n": 0,
        "share": None,
        "low": None,
        "high": None,
    }
    assert found["confusions"] == [{"intent": "cuoi", "predicted": "sinh", "times": 1}]
    assert found["curve"][0]["threshold"] == 0.3


def test_a_table_is_read_with_all_its_columns(tmp_path: Path) -> None:
    body = (
        "\ufeffintent\tquestion\tkind\nkhai_sinh | khai_tu\tlàm giấy\tngắn\n\nOUT_OF_SCOPE\talo\n"
    )
    first, second = read(table(tmp_path, body))
    assert (first.question, first.labels) == ("làm giấy", ("khai_sinh", "khai_tu"))
    assert first.cells["kind"] == "ngắn"
    assert (first.in_scope, second.in_scope, second.cells["kind"]) == (True, False, "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("question\na\n", "no column “intent” in its first line; add", id="column"),
        pytest.param("question\tintent\tkind\tintent\na\tx\ty\tz\n", "two columns are", id="twice"),
        pytest.param("question\tintent\n", "holds no question; add one", id="no row"),
        pytest.param("question\tintent\na\tx\nb\n", ":3: no intent; fill it in", id="no intent"),
        pytest.param("question\tintent\na\t | \n", ":2: no intent; fill it in", id="bar alone"),
        pytest.param("question\tintent\n\n \tx\n", ":3: no question; fill it in", id="no question"),
    ],
)
def test_a_wrong_table_is_told_in_a_line(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(TableError) as caught:
        read(table(tmp_path, body))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_labels_of_no_entry_are_named_once_with_their_first_line(tmp_path: Path) -> None:
    body = "question\tintent\na\tcuoi|Tam_tru\nb\tmay\n\nc\tmay | tam_tru\nd\tout_of_scope\n"
    found = list(strangers(read(table(tmp_path, body)), ["cuoi", "tam_tru"]))
    assert found == [
        "2: no entry is called “Tam_tru”, so it counts as wrong; did you mean “tam_tru”?",
        "3: no entry is called “may” (and in 1 more), so it counts as wrong; "
        "or is it OUT_OF_SCOPE?",
        "6: no entry is called “out_of_scope”, so it counts as wrong; did you mean “OUT_OF_SCOPE”?",
    ]
    assert list(strangers([Row("a", ("cuoi", "OUT_OF_SCOPE"), {})], ["cuoi"])) == []


def test_columns_are_the_usual_ones_that_there_are_and_the_one_asked_for() -> None:
    rows = [Row("a", ("cuoi",), dict.fromkeys(("question", "intent", "variant", "kind"), ""))]
    assert columns(rows, None) == ("variant",)
    assert columns(rows, "kind") == ("variant", "kind")
    assert columns(rows, "variant") == ("variant",)
    with pytest.raises(TableError, match="no column “size”; give one of question, intent"):
        columns(rows, "size")
