"""Templates of bulletins: what a cadre starts from, one file each, editable without Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Final

from content.documents import File, Table, nearest, parse_toml
from content.schedule import Schedule, ScheduleRefused, understand

SECTIONS: Final = ("day", "announcements", "ahead", "answered", "faq", "text")
MOST_LATE: Final = 24 * 7  # hours

_KEYS: Final = ("title", "when", "sections", "late_hours", "needs_text")
_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)  # before any schedule that recurs
_REASONS: Final[Mapping[str, str]] = {
    "no_time": "names no time of day",
    "no_days": "names no days",
    "hour": "names a time that no clock shows",
    "weekday": "names a day no week has",
    "date": "names a date that never comes",
    "past": "is over",
    "lunar": "goes by the moon",
    "midnight": "could be the midnight before or after that day",
    "unclear": "cannot be understood",
}


@dataclass(frozen=True, slots=True)
class Template:
    """`id`: the file's name. `late_hours`: a slot missed by less is still sent. `needs_text`:
    nothing is said without words of one's own."""

    id: str
    title: str
    schedule: Schedule
    sections: tuple[str, ...]
    late_hours: int
    needs_text: bool = False


def parse_templates(files: Sequence[File]) -> tuple[Template, ...]:
    """Raises ContentError."""
    return tuple(_template(file) for file in files)


def _template(file: File) -> Template:
    table = parse_toml(file)
    table.only(_KEYS)
    return Template(
        id=PurePosixPath(file.name).stem,
        title=table.text("title"),
        schedule=_when(table),
        sections=_sections(table),
        late_hours=_late_hours(table),
        needs_text=table.flag("needs_text", default=False),
    )


def _when(table: Table) -> Schedule:
    try:
        schedule = understand(table.text("when"), _BEGINNING)
    except ScheduleRefused as error:
        reason = _REASONS[error.problem]
        problem = f"“when” {reason}; write it as “5 giờ 30 sáng, thứ Hai đến thứ Sáu”"
        raise table.wrong("when", problem) from None
    if schedule.kind == "once":
        raise table.wrong("when", "“when” comes only once; write days that come again and again")
    return schedule


def _sections(table: Table) -> tuple[str, ...]:
    sections = table.texts("sections")
    if not sections:
        raise table.wrong("sections", f"“sections” is empty; use some of {', '.join(SECTIONS)}")
    for section in sections:
        if section not in SECTIONS:
            problem = f"unknown section “{section}”; {nearest(section, SECTIONS)}"
            raise table.wrong("sections", problem)
    if len(set(sections)) < len(sections):
        raise table.wrong("sections", "“sections” names one twice; write each once")
    return sections


def _late_hours(table: Table) -> int:
    hours = table.number("late_hours")
    if not 1 <= hours <= MOST_LATE:
        raise table.wrong("late_hours", f"“late_hours” must be from 1 to {MOST_LATE}; write hours")
    return hours
