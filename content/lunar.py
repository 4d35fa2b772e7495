"""The lunar date of a day as Vietnam reckons it (UTC+7), by which villages keep their feasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

FIRST_YEAR: Final = 1900  # what the library was made for
LAST_YEAR: Final = 2100


@dataclass(frozen=True, slots=True)
class Lunar:
    """`leap`: the second month of that number in its year. `year_name`, `day_name`: can chi, as
    "Bính Ngọ"."""

    day: int
    month: int
    leap: bool
    year_name: str
    day_name: str


def lunar(day: date) -> Lunar | None:
    """None for a day outside FIRST_YEAR to LAST_YEAR."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    from lunar_vn import can_chi, jd_from_date, solar_to_lunar  # only an issue needs it

    found = solar_to_lunar(day)
    return Lunar(
        day=found.day,
        month=found.month,
        leap=found.leap,
        year_name=can_chi.get_year_can_chi(found.year),
        day_name=can_chi.get_day_can_chi(jd_from_date(day.day, day.month, day.year)),
    )
