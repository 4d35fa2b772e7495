"""What is counted, how it is judged, and when it must not be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, nan
from typing import Any, Final, TypeAlias

BURST: Final = 30  # messages a bot may send at once …
RATE: Final = 30.0  # … and then each second
NEAR: Final = 0.7  # of the server's ceiling: a client that fast measures the server

Row: TypeAlias = dict[str, Any]  # a column's name → its value; "who" comes first


class TooNear(Exception):
    """A client was so fast that the server would have been measured: nothing is reported."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What must be reached: `value` at most `limit`."""

    what: str
    value: float
    limit: float
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.value <= self.limit

    @property
    def sign(self) -> str:
        return "✓" if self.met else "✗"


@dataclass(frozen=True, slots=True)
class Report:
    """One table. `notes` say under which conditions."""

    name: str
    title: str
    rows: Sequence[Row]
    goals: Sequence[Goal] = ()
    notes: Sequence[str] = field(default=())


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed; NaN of none."""
    ordered = sorted(values)
    if not ordered:
        return nan
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def median(values: Iterable[float]) -> float:
    return percentile(values, 0.5)


def limit(messages: int) -> float:
    """Seconds that the platform's limits let so many private messages take at best."""
    return max(0.0, (messages - BURST) / RATE)


def micros(seconds: float, messages: int) -> float:
    """µs for one of the messages."""
    return round(seconds / messages * 1e6, 0) if messages else nan


def pace(seconds: float) -> float:
    """How many a second, where one takes so long; NaN where none came."""
    return round(1 / seconds, 0) if seconds else nan


def refuse_near(ceiling: float, rates: Mapping[str, float]) -> None:
    """`ceiling`, `rates`: requests a second, of the server and by client. Raises TooNear."""
    for who, rate in rates.items():
        if rate > NEAR * ceiling:
            raise TooNear(
                f"{who} made {rate:.0f} requests/s and the server itself can do {ceiling:.0f}: "
                "that measures the server; run it again on a quieter machine"
            )


def lost_and_twice(
    wanted: Iterable[tuple[int, str]], arrived: Iterable[tuple[int, str]]
) -> tuple[int, int]:
    """How many (chat, key) never arrived, and how many more often than once."""
    counts: dict[tuple[int, str], int] = {}
    for one in arrived:
        counts[one] = counts.get(one, 0) + 1
    lost = sum(one not in counts for one in wanted)
    return lost, sum(count > 1 for count in counts.values())
