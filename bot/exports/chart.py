"""The last weeks' reports as a picture that is read on a phone, and the same in two lines of
words: for ears, and for where no picture goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.exports.summary import Summary
from content.periods import WEEKS
from content.words import Words

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH: Final = 1080  # pixels, as are all lengths below
MOST_PLACES: Final = 30
_EDGE: Final = 56
_HEAD: Final = 208
_INK, _SOFT, _LINE, _CARD = "#1D2733", "#5B6876", "#D9DEE4", "#F3F6F9"
_ANSWERED, _OPEN, _BAR = "#2E7D5B", "#E08A2C", "#3B6FB6"
_CARD_HEIGHT: Final = 150
_COLUMNS_HEIGHT: Final = 330
_NAME: Final = 380  # of a place
_DAY: Final = 48  # hours from which a wait is told in days


@dataclass(frozen=True, slots=True)
class Chart:
    """`since`: the Monday of the first week; `until`: the last day; `where`: the place."""

    summary: Summary
    since: date
    until: date
    where: str
    words: Words


def lines(chart: Chart) -> str:
    """Two lines that say what the picture shows."""
    summary, words = chart.summary, chart.words
    if not summary.total:
        return words("exports.no_reports", **_days(chart))
    busiest = summary.places.most_common(3)
    said = words(
        "exports.statistics",
        **_days(chart),
        total=summary.total,
        answered=summary.states["answered"],
        open=summary.states["open"],
        places=", ".join(f"{name} ({count})" for name, count in busiest),
    )
    if summary.median is None or summary.ninetieth is None:
        return f"{said}\n{words('exports.none_answered')}"
    half, most = wait(summary.median, words), wait(summary.ninetieth, words)
    return f"{said}\n{words('exports.waits', half=half, most=most)}"


def wait(hours: float | None, words: Words) -> str:
    """Hours, or days where there are many, as people say them."""
    if hours is None:
        return "–"
    if hours < 1:
        return words("exports.below_an_hour")
    if hours < _DAY:
        return words("exports.hours", count=round(hours))
    days = f"{hours / 24:.1f}".removesuffix(".0")
    return words("exports.days", count=days.replace(".", "," if words.language == "vi" else "."))


def draw(chart: Chart, path: Path) -> None:
    """As PNG."""
    from PIL import Image
    from PIL.ImageDraw import Draw

    rows = _rows(chart)
    picture = Image.new("RGB", (WIDTH, _height(rows)), "white")
    _Page(Draw(picture), chart).paint(rows)
    picture.save(path, "PNG", optimize=True)


def _rows(chart: Chart) -> list[tuple[str, int]]:
    """The places with most reports; of very many, the others as one."""
    ranked = chart.summary.places.most_common()
    if len(ranked) <= MOST_PLACES:
        return ranked
    others = ranked[MOST_PLACES - 1 :]
    label = chart.words("exports.other_places", count=len(others))
    return [*ranked[: MOST_PLACES - 1], (label, sum(count for _, count in others))]


def _height(rows: Sequence[tuple[str, int]]) -> int:
    places = 90 + _step(rows) * len(rows) if rows else 0
    return _HEAD + 2 * (_CARD_HEIGHT + 24) + 90 + _COLUMNS_HEIGHT + 100 + places + _EDGE


def _step(rows: Sequence[tuple[str, int]]) -> int:
    return 68 if len(rows) <= 12 else 52


def _days(chart: Chart) -> dict[str, str]:
    return {"since": _day(chart.since), "until": f"{_day(chart.until)}/{chart.until.year}"}


def _day(day: date) -> str:
    return f"{day.day}/{day.month}"


class _Page:
    def __init__(self, on: ImageDraw, chart: Chart) -> None:
        self._on = on
        self._chart = chart
        self._words = chart.words
        self._y = _EDGE

    def paint(self, rows: Sequence[tuple[str, int]]) -> None:
        self._title()
        self._cards()
        self._heading("chart_week", legend=True)
        self._weeks()
        if rows:
            self._heading("chart_place")
            self._places(rows)

    def _title(self) -> None:
        self._text(_EDGE, self._y, self._words("exports.chart_title", weeks=WEEKS), 56, bold=True)
        days = "{since} – {until}".format(**_days(self._chart))
        below = " · ".join(part for part in (self._chart.where, days) if part)
        self._text(_EDGE, self._y + 74, self._fit(below, 34, WIDTH - 2 * _EDGE), 34, _SOFT)
        self._y = _HEAD

    def _cards(self) -> None:
        summary, words = self._chart.summary, self._words
        answered, waiting = summary.states["answered"], summary.states["open"]
        self._row_of_cards(
            (words("exports.total"), str(summary.total), _INK),
            (words("exports.total_answered"), str(answered), _ANSWERED),
            (words("exports.total_open"), str(waiting), _OPEN if waiting else _INK),
        )
        self._row_of_cards(
            (words("exports.half_within"), wait(summary.median, words), _INK),
            (words("exports.most_within"), wait(summary.ninetieth, words), _INK),
        )

    def _row_of_cards(self, *cards: tuple[str, str, str]) -> None:
        gap = 24
        wide = (WIDTH - 2 * _EDGE - gap * (len(cards) - 1)) // len(cards)
        for number, (label, figure, color) in enumerate(cards):
            x = _EDGE + number * (wide + gap)
            box = (x, self._y, x + wide, self._y + _CARD_HEIGHT)
            self._on.rounded_rectangle(box, 18, fill=_CARD)
            self._text(x + 24, self._y + 20, self._fit(label, 30, wide - 48), 30, _SOFT)
            self._text(x + 24, self._y + 66, figure, 54, color, bold=True)
        self._y += _CARD_HEIGHT + gap

    def _heading(self, key: str, *, legend: bool = False) -> None:
        self._text(_EDGE, self._y + 20, self._words(f"exports.{key}"), 38, bold=True)
        if legend:
            x = WIDTH - _EDGE
            for state, color in (("open", _OPEN), ("answered", _ANSWERED)):
                label = self._words(f"exports.state_{state}")
                x -= int(self._font(30).getlength(label))
                self._text(x, self._y + 26, label, 30, _SOFT)
                self._on.rectangle((x - 38, self._y + 30, x - 12, self._y + 56), color)
                x -= 68
        self._y += 90

    def _weeks(self) -> None:
        weeks = self._chart.summary.weeks
        mondays = [self._chart.since + timedelta(weeks=number) for number in range(WEEKS)]
        counts = [(weeks[week, "answered"], weeks[week, "open"]) for week in mondays]
        highest = max(1, *(sum(pair) for pair in counts))
        floor, room = self._y + _COLUMNS_HEIGHT, _COLUMNS_HEIGHT - 44
        wide = (WIDTH - 2 * _EDGE) // WEEKS
        for number, (week, (answered, waiting)) in enumerate(zip(mondays, counts, strict=True)):
            middle = _EDGE + number * wide + wide // 2
            top = floor - round(room * (answered + waiting) / highest)
            seam = floor - round(room * answered / highest)
            left, right = middle - wide // 3, middle + wide // 3
            for upper, lower, color in ((top, seam, _OPEN), (seam, floor, _ANSWERED)):
                if upper < lower:
                    self._on.rectangle((left, upper, right, lower - 1), color)
            if answered + waiting:
                self._text(middle, top - 40, str(answered + waiting), 30, bold=True, anchor="ma")
            self._text(middle, floor + 12, _day(week), 30, _SOFT, anchor="ma")
        self._on.line((_EDGE, floor, WIDTH - _EDGE, floor), _LINE, 3)
        if not self._chart.summary.total:
            self._text(
                WIDTH // 2, floor - 190, self._words("exports.chart_empty"), 34, _SOFT, anchor="ma"
            )
        self._y = floor + 100

    def _places(self, rows: Sequence[tuple[str, int]]) -> None:
        step, highest = _step(rows), max(count for _, count in rows)
        start = _EDGE + _NAME
        room = WIDTH - _EDGE - start - int(self._font(30, bold=True).getlength(str(highest))) - 16
        for name, count in rows:
            middle = self._y + step // 2
            shown = self._fit(name, 30, _NAME - 24)
            self._text(_EDGE, middle, shown, 30, anchor="lm")
            end = start + max(4, round(room * count / highest))
            half = step // 2 - 9
            self._on.rectangle((start, middle - half, end, middle + half), _BAR)
            self._text(end + 14, middle, str(count), 30, bold=True, anchor="lm")
            self._y += step

    def _text(
        self,
        x: int,
        y: int,
        text: str,
        size: int,
        color: str = _INK,
        *,
        bold: bool = False,
        anchor: str = "la",
    ) -> None:
        self._on.text((x, y), text, color, self._font(size, bold=bold), anchor)

    def _fit(self, text: str, size: int, room: int) -> str:
        """On one line, cut where there is no more room."""
        line, font = " ".join(text.split())[:200], self._font(size)
        if font.getlength(line) <= room:
            return line
        while line and font.getlength(f"{line}…") > room:
            line = line[:-1].rstrip()
        return f"{line}…"

    def _font(self, size: int, *, bold: bool = False) -> FreeTypeFont:
        import font_roboto
        from PIL.ImageFont import truetype

        return truetype(font_roboto.RobotoBold if bold else font_roboto.Roboto, size)
