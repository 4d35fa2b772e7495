"""The first sheet of a workbook: what the reports come to, in counts and charts that the
spreadsheet itself draws from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from bot.exports.cells import Shown, clean, clipped
from bot.exports.summary import Summary
from content.words import Words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

OPEN, ANSWERED = "#E08A2C", "#2E7D5B"
BAR: Final = "#3B6FB6"
_WEEKS, _PLACES, _CATEGORIES = 0, 4, 7  # the first column of each table
_CHARTS: Final = 10  # the column the charts stand at
_TABLES: Final = 8  # the row the tables begin at


def fill(workbook: Workbook, sheet: Worksheet, summary: Summary, words: Words) -> None:
    """Row by row from the top, as a workbook of constant memory must be written."""
    figures = _Figures(workbook, sheet, words)
    figures.lines(_head(summary, words))
    weeks = [
        (
            f"{week:%d/%m/%Y}",
            summary.weeks[week, "answered"],
            summary.weeks[week, "open"],
        )
        for week in summary.mondays()
    ]
    places = [(clipped(clean(name)), count) for name, count in summary.places.most_common()]
    shown = Shown(words, names=False)
    kinds = [(shown.category(id), count) for id, count in summary.categories.most_common()]
    figures.tables(
        {
            _WEEKS: (("week", "answered", "open"), weeks),
            _PLACES: (("place", "count"), places),
            _CATEGORIES: (("category", "count"), kinds),
        }
    )
    figures.weeks_chart(len(weeks))
    figures.bar_chart("place", _PLACES, len(places))
    figures.bar_chart("category", _CATEGORIES, len(kinds))
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 1)


def _head(summary: Summary, words: Words) -> Sequence[tuple[str, float | None]]:
    return (
        (words("exports.total"), summary.total),
        (words("exports.total_answered"), summary.states["answered"]),
        (words("exports.total_open"), summary.states["open"]),
        (words("exports.median_hours"), summary.median),
        (words("exports.ninetieth_hours"), summary.ninetieth),
    )


class _Figures:
    def __init__(self, workbook: Workbook, sheet: Worksheet, words: Words) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._words = words
        self._title = workbook.add_format({"bold": True, "font_size": 16})
        self._bold = workbook.add_format(
            {"bold": True, "bg_color": "#DCE6F2", "text_wrap": True, "valign": "vcenter"}
        )
        self._number = workbook.add_format({"num_format": "0.#"})
        self._whole = workbook.add_format({"num_format": "0"})
        self._name = words("exports.sheet_overview")
        self._depth = 0  # pixels that charts take so far

    def lines(self, lines: Sequence[tuple[str, float | None]]) -> None:
        widths = {0: 30, 1: 11, 2: 11, 4: 26, 5: 10, 7: 26, 8: 10}
        for column, width in widths.items():
            self._sheet.set_column(column, column, width)
        self._sheet.set_row(0, 26)
        self._sheet.write_string(0, 0, self._words("exports.overview_title"), self._title)
        for row, (label, value) in enumerate(lines, 1):
            self._sheet.write_string(row, 0, label)
            if value is None:
                self._sheet.write_string(row, 1, "–")
            else:
                shape = self._whole if isinstance(value, int) else self._number
                self._sheet.write_number(row, 1, round(value, 1), shape)

    def tables(self, tables: dict[int, tuple[tuple[str, ...], Sequence[tuple[Any, ...]]]]) -> None:
        """Side by side; each its headings and its rows, a label and counts."""
        for at, (keys, _) in tables.items():
            for number, key in enumerate(keys):
                self._sheet.write_string(
                    _TABLES - 1, at + number, self._words(f"exports.head_{key}"), self._bold
                )
        for row in range(max(len(rows) for _, rows in tables.values())):
            for at, (_, rows) in tables.items():
                for number, cell in enumerate(rows[row] if row < len(rows) else ()):
                    self._cell(_TABLES + row, at + number, cell)

    def _cell(self, row: int, column: int, cell: str | int) -> None:
        if isinstance(cell, str):
            self._sheet.write_string(row, column, cell)
        else:
            self._sheet.write_number(row, column, cell, self._whole)

    def weeks_chart(self, weeks: int) -> None:
        chart = self._workbook.add_chart({"type": "column", "subtype": "stacked"})
        for column, color in ((1, ANSWERED), (2, OPEN)):
            chart.add_series(self._series(_WEEKS, column, weeks, color))
        chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
        self._place(chart, "week", {"position": "bottom"}, 320)

    def bar_chart(self, key: str, at: int, count: int) -> None:
        chart = self._workbook.add_chart({"type": "bar"})
        chart.add_series({**self._series(at, at + 1, count, BAR), "data_labels": {"value": True}})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        self._place(chart, key, {"none": True}, max(200, 90 + 26 * count))

    def _series(self, labels: int, values: int, count: int, color: str) -> dict[str, Any]:
        last = _TABLES + max(count, 1) - 1
        return {
            "name": [self._name, _TABLES - 1, values],
            "categories": [self._name, _TABLES, labels, last, labels],
            "values": [self._name, _TABLES, values, last, values],
            "fill": {"color": color},
            "gap": 60,
        }

    def _place(self, chart: Any, key: str, legend: dict[str, Any], height: int) -> None:
        """Below the charts placed so far. `height` in pixels."""
        title = self._words(f"exports.chart_{key}")
        chart.set_title({"name": title, "name_font": {"size": 13}})
        chart.set_legend(legend)
        chart.set_size({"width": 640, "height": height})
        self._sheet.insert_chart(0, _CHARTS, chart, {"y_offset": 8 + self._depth})
        self._depth += height + 16
