"""Rows into files that a commune's office opens: CSV, and an Excel workbook.

Rows are taken as they come and never gathered: the largest table costs no more memory than a
small one. The caller gives a file to write, and a folder for what XlsxWriter lays aside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from bot.exports.cells import Cell, Shown, clipped, columns, harmless, headings
from bot.exports.summary import Summary
from content.words import Words
from db.listing import Row

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS: Final = 1_048_575  # of a sheet, below its heading
_TIME: Final = "dd/mm/yyyy hh:mm"


class TooManyRows(Exception):
    """More than a sheet can hold."""


def write_csv(path: Path, rows: Iterable[Row], words: Words, *, names: bool) -> int:
    """UTF-8 with BOM, as Excel wants it; how many rows."""
    chosen, shown, count = columns(names=names), Shown(words, names=names), 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.writer(stream, quoting=csv.QUOTE_ALL)
        table.writerow(headings(chosen, words))
        for row in rows:
            table.writerow([_text(cell) for cell in shown(row)])
            count += 1
    return count


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return "" if cell is None else harmless(str(cell))


def write_xlsx(path: Path, rows: Iterable[Row], words: Words, *, names: bool, aside: Path) -> int:
    """A sheet of counts and charts, and one of the rows; how many rows. Raises TooManyRows."""
    from xlsxwriter import Workbook

    from bot.exports.overview import fill

    options = {
        "constant_memory": True,
        "tmpdir": str(aside),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with path.open("w+b") as stream:
        sink = _Sink(stream)
        workbook = Workbook(sink, options)
        try:
            overview = workbook.add_worksheet(words("exports.sheet_overview"))
            summary = Summary()
            sheet = _Sheet(workbook, words, names=names)
            sheet.fill(rows, summary)
            fill(workbook, overview, summary, words)
            _close(workbook)
        except BaseException:
            sink.sealed = True
            _let_go(workbook)
            raise
    return summary.total


def _close(workbook: Workbook) -> None:
    from xlsxwriter.exceptions import FileCreateError

    try:
        workbook.close()
    except FileCreateError as error:
        cause = error.args[0]
        raise cause if isinstance(cause, OSError) else OSError(str(error)) from None


def _let_go(workbook: Workbook) -> None:
    """The files it laid aside are still open, perhaps with words a full disk did not take."""
    for sheet in workbook.worksheets():
        with suppress(OSError, ValueError):
            sheet.row_data_fh.close()


class _Sink(io.RawIOBase):
    """The file a workbook is written to. Once `sealed` it takes nothing more: a workbook that
    failed tries again when it is forgotten, and would complain of a full disk to nobody."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0
        self.sealed = False

    def write(self, data: Any) -> int:
        if not self.sealed:
            self._stream.write(data)
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        if self.sealed:
            self._at = offset if whence == 0 else self._at
        else:
            self._at = self._stream.seek(offset, whence)
        return self._at

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        if not self.sealed:
            self._stream.flush()

    def seekable(self) -> bool:
        return True


class _Sheet:
    """The sheet of the rows."""

    def __init__(self, workbook: Workbook, words: Words, *, names: bool) -> None:
        self._sheet: Worksheet = workbook.add_worksheet(words("exports.sheet_rows"))
        self._columns = columns(names=names)
        self._shown = Shown(words, names=names)
        top = {"valign": "top"}
        formats = {
            "short": workbook.add_format({**top, "text_wrap": True}),
            "long": workbook.add_format({**top, "text_wrap": True}),
            "time": workbook.add_format({**top, "num_format": _TIME, "align": "left"}),
            "number": workbook.add_format({**top, "num_format": "0.0"}),
            "whole": workbook.add_format({**top, "num_format": "0"}),
        }
        degrees = workbook.add_format({**top, "num_format": "0.00000"})
        self._formats = [
            degrees if column.key in ("latitude", "longitude") else formats[column.kind]
            for column in self._columns
        ]
        self._head(workbook, headings(self._columns, words))

    def _head(self, workbook: Workbook, labels: Sequence[str]) -> None:
        bold = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DCE6F2"}
        )
        for number, column in enumerate(self._columns):
            self._sheet.set_column(number, number, column.width)
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        self._sheet.set_row(0, 32)
        for number, words in enumerate(labels):
            self._sheet.write_string(0, number, words, bold)

    def fill(self, rows: Iterable[Row], summary: Summary) -> None:
        for row in rows:
            summary.add(row)
            if summary.total > MOST_ROWS:
                raise TooManyRows
            for number, cell in enumerate(self._shown(row)):
                self._write(summary.total, number, cell)
        self._sheet.autofilter(0, 0, max(1, summary.total), len(self._columns) - 1)

    def _write(self, row: int, number: int, cell: Cell) -> None:
        shape = self._formats[number]
        if isinstance(cell, str):
            if cell:
                self._sheet.write_string(row, number, clipped(cell), shape)
        elif isinstance(cell, datetime):
            self._sheet.write_datetime(row, number, cell, shape)
        elif cell is not None:
            self._sheet.write_number(row, number, cell, shape)
