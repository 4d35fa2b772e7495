"""When something happens again: once, daily, on days of the week, on a day of the month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias, cast

Kind: TypeAlias = Literal["once", "daily", "weekly", "monthly"]

LAST: Final = 0  # as `Schedule.day`: the last day of the month


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day in Vietnam, and the days it falls on. `days`: of a week, Monday 0 to Sunday
    6; `day`: of a month, 1 to 31 or LAST (a month that has no such day is left out); `on`: the
    one day."""

    kind: Kind
    hour: int
    minute: int = 0
    days: tuple[int, ...] = ()
    day: int = LAST
    on: date | None = None

    @property
    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "hour": self.hour,
            "minute": self.minute,
            "days": list(self.days),
            "day": self.day,
            "on": self.on.isoformat() if self.on else None,
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Schedule:
        return cls(
            kind=cast(Kind, data["kind"]),
            hour=data["hour"],
            minute=data["minute"],
            days=tuple(data["days"]),
            day=data["day"],
            on=date.fromisoformat(data["on"]) if data["on"] else None,
        )
