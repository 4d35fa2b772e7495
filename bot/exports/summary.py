"""What many reports come to: counted while they stream by, never kept."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from statistics import median
from typing import Final

from content.schedule import HERE
from db.listing import Row, Tally

_SLOW: Final = 0.9  # the share of reports that “most” are


@dataclass(slots=True)
class Summary:
    """`weeks`: by the Monday they begin on, and by state; `hours`: until first answers."""

    total: int = 0
    states: Counter[str] = field(default_factory=Counter)
    weeks: Counter[tuple[date, str]] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    hours: array[float] = field(default_factory=lambda: array("d"))

    def add(self, row: Row | Tally) -> None:
        self.total += 1
        self.states[row.state] += 1
        self.weeks[monday(row.created_at.astimezone(HERE).date()), row.state] += 1
        self.places[row.place] += 1
        self.categories[row.category] += 1
        if row.hours is not None:
            self.hours.append(row.hours)

    @property
    def median(self) -> float | None:
        """Hours to the first answer, of those that have one."""
        return median(self.hours) if self.hours else None

    @property
    def ninetieth(self) -> float | None:
        """Nine of ten first answers came within so many hours."""
        if not self.hours:
            return None
        ranked = sorted(self.hours)
        return ranked[ceil(_SLOW * len(ranked)) - 1]

    def mondays(self) -> list[date]:
        """Every week from the first report's to the last one's, also those without any."""
        if not self.weeks:
            return []
        first, last = min(self.weeks)[0], max(self.weeks)[0]
        return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
