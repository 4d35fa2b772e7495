"""Tables as a commune's office opens them: read back, whole, and never a formula in them."""

from __future__ import annotations

import csv
import gc
import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from bot.exports import sheets
from bot.exports.cells import LONGEST, clean, harmless
from bot.exports.sheets import TooManyRows, write_csv, write_xlsx
from db.listing import Row
from tests.bot.listed import NOW, row, wild, wild_rows
from tests.living import CONTENT

WORDS = CONTENT.words("vi")
WILD_ROWS = 20_000  # with five strings each


def table(path: Path, rows: Iterable[Row], *, names: bool = False) -> list[list[str]]:
    """A CSV file as it reads."""
    write_csv(path / "t.csv", rows, WORDS, names=names)
    with (path / "t.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def workbook(path: Path, rows: Iterable[Row], *, names: bool = False, **how: Any) -> Any:
    write_xlsx(path / "t.xlsx", rows, WORDS, names=names, aside=path)
    return openpyxl.load_workbook(path / "t.xlsx", **how)


def bare(text: str) -> str:
    """Without what a spreadsheet may drop or not show before the first sign."""
    return text.lstrip("".join(c for c in set(text) if c in "\"'`“”‘’" or _unseen(c)))


def _unseen(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "CZM"


def begins_a_formula(cell: str) -> bool:
    if cell.startswith("'"):
        return False
    folded = unicodedata.normalize("NFKC", bare(cell)[:1]).replace("−", "-")
    return cell[:1] in {"\t", "\r", "\n"} or folded in {"=", "+", "-", "@"}


def opens_a_formula(piece: str) -> bool:
    """Of a file cut at another separator: quotes may be dropped, too, but the apostrophe."""
    shown = "".join(itertools.dropwhile(lambda sign: sign in '"`“”‘’«»' or _unseen(sign), piece))
    return unicodedata.normalize("NFKC", shown[:1]).replace("−", "-") in {"=", "+", "-", "@"}


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        " =1",
        "\u200f=1",
        "＝1",
        "\t1",
        "\n",
        "-5",
        "+84",
        "@a",
        "\ufeff\u202e−1",
        "'=1",
    ],
)
def test_what_may_be_taken_for_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\n=1+2;x", "a\n'=1+2;x"),
        (";=1+2", ";'=1+2"),
        ('a;"=1', "a;\"'=1"),
        ("a,\u200b =1", "a,\u200b '=1"),
        ("a\t\t-1;+1", "a\t\t'-1;'+1"),
        ("thôn “a”,@b", "thôn “a”,'@b"),
    ],
)
def test_nor_where_another_separator_would_cut_a_cell(text: str, kept: str) -> None:
    assert harmless(text) == kept


@pytest.mark.parametrize(
    "text",
    ["", "Đèn hỏng", "1=1", "a@b", "ngõ 5-7", "“Đèn” hỏng = tối", "sáng - tối; 5-7, nhà số 3"],
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_what_no_file_can_hold_is_replaced_and_lines_are_kept() -> None:
    assert clean("a\x00b\ud800c\uffff") == "a\ufffdb\ufffdc\ufffd"
    assert clean("một\r\nhai\rba\u2028bốn") == "một\nhai\nba\nbốn"


def test_a_hundred_thousand_wild_strings_give_no_formula(tmp_path: Path) -> None:
    written = table(tmp_path, wild_rows(WILD_ROWS, seed=1), names=True)
    assert len(written) == WILD_ROWS + 1
    assert not [cell for line in written for cell in line if begins_a_formula(cell)]
    raw = (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    for cut in ';,\t\n"':
        assert not [piece for piece in raw.split(cut) if opens_a_formula(piece)]
    sheet = workbook(tmp_path, wild_rows(WILD_ROWS, seed=1), names=True, read_only=True)
    told = _told(sheet.worksheets[1].iter_rows(min_row=2))
    for found, meant in zip(told, wild_rows(WILD_ROWS, seed=1), strict=True):
        kept = [meant.place, meant.what, meant.address, meant.last_answer, meant.who]
        assert found == [clean(text) for text in kept]
    sheet.close()


def _told(rows: Iterable[Any]) -> Iterator[list[str]]:
    """The cells of words; none of all the cells is a formula."""
    for line in rows:
        assert "f" not in {cell.data_type for cell in line}
        yield [unescape(line[number].value) for number in (2, 5, 6, 12, 14)]


def test_a_table_says_everything_in_its_place(tmp_path: Path) -> None:
    heading, line = table(tmp_path, [row(what="Hố ga\nmất nắp, “sâu”")], names=True)
    assert dict(zip(heading, line, strict=True)) == {
        "Mã": "PA-1",
        "Gửi lúc": "2026-11-22 10:00",
        "Địa bàn": "Thôn Trên",
        "Loại việc": "Điện – đèn đường",
        "Trạng thái": "Đã trả lời",
        "Nội dung": "Hố ga\nmất nắp, “sâu”",
        "Ở đâu": "trước cổng",
        "Vĩ độ": "20.5",
        "Kinh độ": "106.25",
        "Số ảnh, tệp": "2",
        "Trả lời đầu lúc": "2026-11-22 16:00",
        "Số giờ chờ": "6.0",
        "Trả lời mới nhất": "Đã sửa xong",
        "Ngôn ngữ": "vi",
        "Người gửi": "Bác Mít",
    }
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_without_names_there_is_no_column_for_them(tmp_path: Path) -> None:
    assert "Bác Mít" not in str(table(tmp_path, [row()]))
    sheet = workbook(tmp_path, [row()]).worksheets[1]
    assert "Bác Mít" not in [cell.value for line in sheet.iter_rows() for cell in line]


def test_cells_of_a_workbook_have_their_types(tmp_path: Path) -> None:
    sheet = workbook(tmp_path, [row(latitude=None, longitude=None)]).worksheets[1]
    values = [cell.value for cell in sheet[2]]
    assert values[1] == datetime(2026, 11, 22, 10, 0)  # noqa: DTZ001 - as cells are
    assert sheet["B2"].is_date
    assert values[7:10] == [None, None, 2]
    assert values[11] == 6.0
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:N2"


def test_too_long_a_text_is_clipped_where_a_cell_ends(tmp_path: Path) -> None:
    sheet = workbook(tmp_path, [row(what="đ" * (LONGEST + 1))]).worksheets[1]
    assert sheet["F2"].value == "đ" * (LONGEST - 1) + "…"
    assert table(tmp_path, [row(what="đ" * (LONGEST + 1))])[1][5] == "đ" * (LONGEST + 1)


def test_the_first_sheet_counts_and_draws(tmp_path: Path) -> None:
    week = timedelta(weeks=1)
    rows = [
        row(1),
        row(2, place="Thôn Dưới", first_answer_at=NOW + timedelta(hours=2)),
        row(3, created_at=NOW - 2 * week, state="open", first_answer_at=None, category="road"),
    ]
    sheet = workbook(tmp_path, rows).worksheets[0]
    figures = {line[0].value: line[1].value for line in sheet["A2:B6"]}
    assert list(figures.values()) == [3, 2, 1, 4, 6]
    weeks = [tuple(cell.value for cell in line) for line in sheet["A9:C11"]]
    assert weeks == [("02/11/2026", 0, 1), ("09/11/2026", 0, 0), ("16/11/2026", 2, 0)]
    assert [cell.value for cell in sheet["E"]][8:10] == ["Thôn Trên", "Thôn Dưới"]
    assert [cell.value for cell in sheet["I"]][8:10] == [2, 1]
    assert len(sheet._charts) == 3


def test_a_workbook_is_written_as_the_rows_come_and_not_gathered(tmp_path: Path) -> None:
    """So that the largest one takes no more memory than a small one."""
    aside = tmp_path / "aside"
    aside.mkdir()

    def rows() -> Iterator[Row]:
        yield from (row(number) for number in range(1, 2001))
        assert sum(path.stat().st_size for path in aside.iterdir()) > 500_000

    assert write_xlsx(tmp_path / "t.xlsx", rows(), WORDS, names=False, aside=aside) == 2000
    assert list(aside.iterdir()) == []


def test_more_rows_than_a_sheet_holds_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    with pytest.raises(TooManyRows):
        write_xlsx(tmp_path / "t.xlsx", map(row, range(3)), WORDS, names=False, aside=tmp_path)


def test_a_disk_that_fills_at_the_very_end_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as refused:
        write_xlsx(Path("/dev/full"), [row()], WORDS, names=False, aside=tmp_path)
    del refused
    gc.collect()  # a workbook that complains when it is forgotten would fail this test


def test_the_wild_strings_are_wild() -> None:
    assert sum(begins_a_formula(clean(text)) for text in wild(1000, seed=2)) > 100
