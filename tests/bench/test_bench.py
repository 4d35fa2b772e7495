"""The arithmetic of the benchmarks, and that they lose and double nothing themselves."""

from __future__ import annotations

import json
import math
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import node, send
from tests.bench.figures import (
    Goal,
    Report,
    TooNear,
    limit,
    lost_and_twice,
    micros,
    pace,
    percentile,
    refuse_near,
)
from tests.bench.loopback import loopback
from tests.bench.rounds import interleaved, rotated
from tests.bench.table import as_json, judged, show

REPORT = Report(
    "send",
    "CPU of a message",
    [{"who": "aiogram", "CPU µs": 650.0, "lost": 0}, {"who": "Loa Làng", "CPU µs": 900.0}],
    [Goal("beside aiogram's", 900 / 650, 1.6, "x"), Goal("lost", 1, 0)],
    ("a quiet machine",),
)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, 1), (0.01, 1), (0.5, 50), (0.505, 51), (0.99, 99), (1.0, 100)],
)
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile(range(100, 0, -1), share) == expected


def test_a_percentile_of_one_is_that_one_and_of_none_is_no_number() -> None:
    assert percentile([7.0], 0.99) == 7.0
    assert math.isnan(percentile([], 0.5))


def test_who_never_got_a_reply_counts_as_having_waited_for_ever() -> None:
    assert percentile([0.1] * 98 + [math.inf] * 2, 0.99) == math.inf


@pytest.mark.parametrize(("messages", "seconds"), [(0, 0), (30, 0), (60, 1), (3000, 99)])
def test_the_limit_lets_a_burst_pass_and_then_thirty_a_second(
    messages: int, seconds: float
) -> None:
    assert limit(messages) == seconds


def test_the_cost_of_a_message_is_in_microseconds() -> None:
    assert micros(0.6, 1000) == 600
    assert math.isnan(micros(0.6, 0))
    assert math.isnan(micros(math.nan, 10))


def test_a_pace_is_of_what_came() -> None:
    assert pace(0.02) == 50
    assert math.isnan(pace(0))
    assert math.isnan(pace(math.nan))


def test_a_client_near_the_servers_ceiling_is_not_reported() -> None:
    refuse_near(5000, {"aiogram": 3500})
    with pytest.raises(TooNear, match=r"^raw made 3501 .* run it again on a quieter machine$"):
        refuse_near(5000, {"aiogram": 900, "raw": 3501})


def test_what_never_came_is_lost_and_what_came_again_is_counted_once() -> None:
    wanted = [(1, "#1"), (2, "#2"), (3, "#3")]
    assert lost_and_twice(wanted, [(1, "#1"), (3, "#3"), (3, "#3"), (3, "#3")]) == (1, 1)
    assert lost_and_twice(wanted, wanted) == (0, 0)


def test_a_message_in_the_wrong_chat_is_lost() -> None:
    assert lost_and_twice([(1, "#1")], [(2, "#1")]) == (1, 0)


def test_every_participant_begins_a_round_once() -> None:
    orders = [rotated(("a", "b", "c"), number) for number in range(3)]
    assert orders == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"]]


async def test_rounds_let_each_play_once_in_turn() -> None:
    played: list[tuple[str, int]] = []

    async def play(who: str, number: int) -> int:
        played.append((who, number))
        return number

    assert await interleaved(("a", "b"), 2, play) == {"a": [0, 1], "b": [0, 1]}
    assert played == [("a", 0), ("b", 0), ("b", 1), ("a", 1)]


def test_a_goal_is_judged_beside_its_limit() -> None:
    assert [judged(goal) for goal in REPORT.goals] == [
        "✓ beside aiogram's: 1.38 x (at most 1.6)",
        "✗ lost: 1  (at most 0)",
    ]


def test_the_table_and_the_json_say_the_same() -> None:
    console = Console(file=StringIO(), record=True, width=100)
    show(REPORT, console)
    shown = console.export_text()
    assert "650" in shown
    assert "a quiet machine" in shown
    told = json.loads(as_json([REPORT], cores=2))
    assert told["cores"] == 2
    assert [row["CPU µs"] for row in told["reports"][0]["rows"]] == [650.0, 900.0]
    assert [goal["met"] for goal in told["reports"][0]["goals"]] == [True, False]


def test_what_is_no_number_is_null_in_the_json_and_no_goal_is_met_by_it() -> None:
    bad = Report("x", "", [{"who": "a", "s": math.nan}], [Goal("s", math.inf, 1)])
    told = json.loads(as_json([bad], load=(math.nan, 1.0)), parse_constant=pytest.fail)
    assert told["load"] == [None, 1.0]
    assert told["reports"][0]["rows"] == [{"who": "a", "s": None}]
    (goal,) = told["reports"][0]["goals"]
    assert (goal["value"], goal["met"], goal["sign"]) == (None, False, "✗")


def test_a_peer_whose_packages_are_not_there_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(node.VARIABLE, str(tmp_path))
    assert node.present(send.ALL) == tuple(who for who in send.ALL if who != "grammy")


def test_a_peer_whose_packages_are_there_takes_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("node_modules/grammy", "node_modules/@grammyjs/transformer-throttler"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "node").touch(mode=0o755)
    monkeypatch.setenv(node.VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert node.present(send.ALL) == send.ALL


async def test_a_small_run_loses_nothing_and_doubles_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def without_rest(_: object) -> None:
        """Nobody's cost is judged here."""

    monkeypatch.setattr(send, "rested", without_rest)
    async with loopback(seed=1) as server:
        server.ceiling = math.inf  # nobody is judged by their speed here
        report = await send.sent(server, ("raw", "ours flood"), 20, 1)
    assert [(row["lost"], row["twice"]) for row in report.rows] == [(0, 0), (0, 0)]
