"""Statistics as a picture and as two lines, for few reports, many, and none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.exports.chart import MOST_PLACES, WIDTH, Chart, draw, lines, wait
from bot.exports.summary import Summary
from db.listing import Row
from tests.bot.listed import NOW, row
from tests.living import CONTENT

WORDS = CONTENT.words("vi")
MONDAY = date(2026, 9, 28)


def chart(rows: Iterable[Row], language: str = "vi") -> Chart:
    summary = Summary()
    for one in rows:
        summary.add(one)
    return Chart(summary, MONDAY, date(2026, 11, 22), "Xã Mơ", CONTENT.words(language))


def villages(count: int) -> list[Row]:
    """The first has most reports."""
    return [
        row(place=f"Thôn {name}", created_at=NOW - timedelta(weeks=name % 8))
        for name in range(count)
        for _ in range(count - name)
    ]


@pytest.mark.parametrize("count", [0, 1, 4, 30, 60])
def test_a_picture_is_as_wide_as_a_phone_and_as_high_as_it_must_be(
    tmp_path: Path, count: int
) -> None:
    draw(chart(villages(count)), tmp_path / "c.png")
    with Image.open(tmp_path / "c.png") as picture:
        assert picture.width == WIDTH
        assert 1000 < picture.height < 3000
        last = picture.convert("L").crop((0, picture.height - 40, WIDTH, picture.height))
        assert last.getextrema() == (255, 255)  # nothing runs over the edge


def test_a_name_as_long_as_a_river_stays_on_its_line(tmp_path: Path) -> None:
    draw(chart([row(place="Tổ dân phố " * 30)]), tmp_path / "c.png")
    with Image.open(tmp_path / "c.png") as picture:
        edge = picture.convert("L").crop((WIDTH - 20, 0, WIDTH, picture.height))
        assert edge.getextrema() == (255, 255)


def test_very_many_places_share_the_last_row(tmp_path: Path) -> None:
    few, many = tmp_path / "few.png", tmp_path / "many.png"
    draw(chart(villages(MOST_PLACES)), few)
    draw(chart(villages(2 * MOST_PLACES)), many)
    with Image.open(few) as one, Image.open(many) as other:
        assert one.size == other.size


def test_the_words_say_what_the_picture_shows() -> None:
    rows = [*villages(2), row(place="Thôn 0", state="open", first_answer_at=None)]
    assert lines(chart(rows)) == (
        "Từ 28/9 đến 22/11/2026: 4 phản ánh, 3 đã trả lời, 1 đang chờ. "
        "Nhiều nhất: Thôn 0 (3), Thôn 1 (1).\n"
        "Một nửa được trả lời trong 6 giờ, 9 phần 10 trong 7,2 ngày."
    )


def test_where_there_is_nothing_the_words_say_so() -> None:
    assert "chưa có phản ánh nào" in lines(chart([]))
    waiting = row(state="open", first_answer_at=None)
    assert lines(chart([waiting])).endswith("Chưa phản ánh nào được trả lời.")


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (None, "–"),
        (0.2, "dưới 1 giờ"),
        (1, "1 giờ"),
        (47.4, "47 giờ"),
        (60, "2,5 ngày"),
        (72, "3 ngày"),
    ],
)
def test_a_wait_is_told_as_people_say_it(hours: float | None, said: str) -> None:
    assert wait(hours, WORDS) == said


def test_nine_of_ten_is_counted_from_the_quickest() -> None:
    summary = Summary()
    for hours in range(1, 11):
        summary.add(row(first_answer_at=NOW + timedelta(hours=hours)))
    assert (summary.median, summary.ninetieth) == (5.5, 9)
