"""The tables as they are read, and the same as one JSON object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite, isnan
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Goal, Report


def show(report: Report, console: Console) -> None:
    shown = Table(title=f"{report.name}: {report.title}", title_justify="left")
    columns = list(dict.fromkeys(key for row in report.rows for key in row))
    for column in columns:
        shown.add_column(column, justify="left" if column == "who" else "right")
    for row in report.rows:
        shown.add_row(*(_cell(row.get(column, "")) for column in columns))
    console.print(shown)
    for goal in report.goals:
        console.print(judged(goal))
    for note in report.notes:
        console.print(f"  {note}", style="dim", highlight=False)
    console.print()


def judged(goal: Goal) -> str:
    return f"{goal.sign} {goal.what}: {goal.value:.3g} {goal.unit} (at most {goal.limit:g})"


def as_json(reports: Sequence[Report], **about: Any) -> str:
    """One line. What is no number, or without end, is null."""
    told = [
        {
            **asdict(report),
            "goals": [{**asdict(one), "met": one.met, "sign": one.sign} for one in report.goals],
        }
        for report in reports
    ]
    return json.dumps(_finite({**about, "reports": told}), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value


def _cell(value: object) -> str:
    if isinstance(value, float):
        if isnan(value):
            return "–"
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)
