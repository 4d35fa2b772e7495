"""`loalang faq eval`: how well the search answers a table of questions whose matter is known."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from statistics import NormalDist
from time import perf_counter
from typing import Any, Final, NamedTuple

from bot.ask import TableError, rows
from content.folding import fold
from content.search import PLAINTS, Found

OUT_OF_SCOPE: Final = "OUT_OF_SCOPE"
NEEDED: Final = ("question", "intent")
THRESHOLDS: Final = tuple(round(0.3 + 0.05 * step, 2) for step in range(14))

_USUAL: Final = ("variant", "source")  # columns whose values are told apart
_WORST: Final = 10
_TOP: Final = 3
_NOBODY: Final = "(nothing)"
_Z: Final = NormalDist().inv_cdf(0.975)


class Row(NamedTuple):
    """A question of the table. `labels`: each of them would be right; `cells`: column → text;
    `line`: where it stands."""

    question: str
    labels: tuple[str, ...]
    cells: Mapping[str, str]
    line: int = 0

    @property
    def in_scope(self) -> bool:
        """Neither in scope nor outside is what may as well be answered as not."""
        return OUT_OF_SCOPE not in self.labels

    @property
    def outside(self) -> bool:
        return set(self.labels) == {OUT_OF_SCOPE}


class Judged(NamedTuple):
    """What became of a row; `seconds` is how long it took."""

    row: Row
    found: Found
    seconds: float

    @property
    def ranked(self) -> tuple[str, ...]:
        """Ids of entries, best first, whatever was decided."""
        found = self.found
        if not found.entry:
            return found.candidates
        return (found.entry, *(one for one in found.candidates if one != found.entry))

    def within(self, places: int) -> bool:
        """Whether one of the labels is among the first `places`."""
        labels = set(self.row.labels)
        taken = self.found.decision == "feedback" and bool(labels.intersection(PLAINTS))
        return taken or bool(labels.intersection(self.ranked[:places]))

    @property
    def answered(self) -> bool:
        return self.found.decision == "answer"

    @property
    def right(self) -> bool:
        return self.found.entry in self.row.labels

    @property
    def predicted(self) -> str:
        """The entry in the first place; "feedback" where a report was offered."""
        if self.found.decision == "feedback":
            return "feedback"
        return self.ranked[0] if self.ranked else _NOBODY


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `n`."""

    right: int
    n: int

    @classmethod
    def of(cls, verdicts: Collection[bool]) -> Share:
        return cls(sum(verdicts), len(verdicts))

    @property
    def value(self) -> float | None:
        """None: of nothing."""
        return self.right / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's, which holds 95 % of the time. E. B. Wilson, "Probable Inference", 1927."""
        if not self.n:
            return None
        share, weight = self.right / self.n, _Z * _Z / self.n
        middle = (share + weight / 2) / (1 + weight)
        spread = math.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight)
        return max(0.0, middle - spread), min(1.0, middle + spread)


class Figures(NamedTuple):
    """Of some rows. `precision`: of those answered directly, the right ones; `coverage`: of those
    in scope, the ones answered directly; `strayed`: the same of those out of scope."""

    top_1: Share
    top_3: Share
    precision: Share
    coverage: Share
    strayed: Share


class Confusion(NamedTuple):
    intent: str
    predicted: str
    times: int


class Point(NamedTuple):
    """What would be if every entry whose score reaches the threshold were told."""

    threshold: float
    precision: Share
    coverage: Share


class Report(NamedTuple):
    """`groups`: column → its value → figures; `p95`: milliseconds of a question."""

    whole: Figures
    p95: float
    groups: Mapping[str, Mapping[str, Figures]]
    confusions: tuple[Confusion, ...]
    curve: tuple[Point, ...]


def read(path: Path) -> list[Row]:
    """Raises TableError, with the line that is wrong."""
    found = []
    for line, cells in rows(path, NEEDED):
        labels = tuple(label.strip() for label in cells["intent"].split("|") if label.strip())
        lacking = next((name for name in NEEDED if not cells[name].strip()), "")
        if lacking or not labels:
            raise TableError(f"{path}:{line}: no {lacking or 'intent'}; fill it in")
        found.append(Row(cells["question"], labels, cells, line))
    if not found:
        raise TableError(f"{path}: holds no question; add one below its first line")
    return found


def columns(table: Sequence[Row], asked: str | None) -> tuple[str, ...]:
    """Whose values are told apart: of the usual ones those that there are, and the one asked for.
    Raises TableError where that is none."""
    there = table[0].cells
    if asked is not None and asked not in there:
        raise TableError(f"there is no column “{asked}”; give one of {', '.join(there)}")
    usual = [column for column in _USUAL if column in there]
    return tuple(dict.fromkeys([*usual, asked] if asked else usual))


def strangers(table: Sequence[Row], known: Collection[str]) -> Iterator[str]:
    """For each label that no entry has: its first line in the table, and what to do."""
    places: dict[str, list[int]] = defaultdict(list)
    for row in table:
        for label in dict.fromkeys(row.labels):
            places[label].append(row.line)
    right = {fold(label): label for label in (*known, OUT_OF_SCOPE)}
    for label, lines in places.items():
        if label in right.values():
            continue
        more = f" (and in {len(lines) - 1} more)" if len(lines) > 1 else ""
        close = get_close_matches(fold(label), right, n=1)
        advice = f"did you mean “{right[close[0]]}”?" if close else f"or is it {OUT_OF_SCOPE}?"
        yield f"{lines[0]}: no entry is called “{label}”{more}, so it counts as wrong; {advice}"


def judge(
    table: Sequence[Row], find: Callable[[str], Found], now: Callable[[], float] = perf_counter
) -> list[Judged]:
    """Ask everything, one after the other; `now` in seconds."""
    judged = []
    for row in table:
        began = now()
        found = find(row.question)
        judged.append(Judged(row, found, now() - began))
    return judged


def report(judged: Sequence[Judged], by: Sequence[str] = ()) -> Report:
    """`by`: columns whose values are each told apart."""
    return Report(
        whole=figures(judged),
        p95=p95([one.seconds for one in judged]) * 1000,
        groups={column: _grouped(judged, column) for column in by},
        confusions=confusions(judged),
        curve=tuple(point(judged, threshold) for threshold in THRESHOLDS),
    )


def figures(judged: Sequence[Judged]) -> Figures:
    inside = [one for one in judged if one.row.in_scope]
    return Figures(
        top_1=Share.of([one.within(1) for one in inside]),
        top_3=Share.of([one.within(_TOP) for one in inside]),
        precision=Share.of([one.right for one in judged if one.answered]),
        coverage=Share.of([one.answered for one in inside]),
        strayed=Share.of([one.answered for one in judged if one.row.outside]),
    )


def _grouped(judged: Sequence[Judged], column: str) -> dict[str, Figures]:
    values = sorted({one.row.cells[column] for one in judged})
    return {
        value: figures([one for one in judged if one.row.cells[column] == value])
        for value in values
    }


def confusions(judged: Sequence[Judged]) -> tuple[Confusion, ...]:
    """The most frequent: what is in scope and not right in the first place, and what need not be
    answered and was answered wrongly."""
    counts = Counter(
        ("|".join(one.row.labels), one.predicted)
        for one in judged
        if (not one.within(1) if one.row.in_scope else one.answered and not one.right)
    )
    worst = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Confusion(*names, times) for names, times in worst[:_WORST])


def point(judged: Sequence[Judged], threshold: float) -> Point:
    """Only of what is answered or offered as a choice now: where it was declined or taken for a
    report, the score is not an entry's."""
    told = [
        one
        for one in judged
        if one.found.decision in ("answer", "choices")
        and one.ranked
        and one.found.score >= threshold
    ]
    covered = sum(one.row.in_scope for one in told)
    return Point(
        threshold,
        Share.of([one.ranked[0] in one.row.labels for one in told]),
        Share(covered, sum(one.row.in_scope for one in judged)),
    )


def p95(values: Sequence[float]) -> float:
    """By nearest rank; 0 of nothing."""
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0.0


def told(found: Report) -> Iterator[str]:
    """As lines to be read."""
    whole = found.whole
    yield f"top-1, in scope:           {_share(whole.top_1)}"
    yield f"top-3, in scope:           {_share(whole.top_3)}"
    yield f"direct answers, right:     {_share(whole.precision)}"
    yield f"direct answers, in scope:  {_share(whole.coverage)}"
    yield f"direct answers, outside:   {_share(whole.strayed)}"
    yield f"95 % of questions within:  {found.p95:.1f} ms"
    for column, groups in found.groups.items():
        yield from ("", f"by {column}:")
        for value, inner in groups.items():
            yield f"  {value or '(empty)'}"
            yield f"    top-1   {_share(inner.top_1)}   top-3   {_share(inner.top_3)}"
            yield f"    right   {_share(inner.precision)}   direct  {_share(inner.coverage)}"
            if inner.strayed.n:
                yield f"    outside {_share(inner.strayed)}"
    if found.confusions:
        yield from ("", "most often taken for something else:")
        yield from (f"  {one.times:4}  {one.intent} → {one.predicted}" for one in found.confusions)
    yield from ("", "if every entry from this score on were told:")
    yield from (
        f"  {one.threshold:.2f}  right {_share(one.precision)}   in scope {_share(one.coverage)}"
        for one in found.curve
    )


def _share(share: Share) -> str:
    value, interval = share.value, share.interval
    if value is None or interval is None:
        return f"{'–':>6}  {'':15} (0)      "
    low, high = interval
    return f"{value:6.1%}  [{low:6.1%}–{high:6.1%}] ({share.right}/{share.n})"


def as_json(found: Report) -> str:
    """One object; a share is {right, n, share, low, high}, the last three null of nothing."""
    whole = {
        "figures": _plain(found.whole),
        "p95_ms": round(found.p95, 2),
        "by": {
            column: {value: _plain(inner) for value, inner in groups.items()}
            for column, groups in found.groups.items()
        },
        "confusions": [one._asdict() for one in found.confusions],
        "curve": [_plain(one) for one in found.curve],
    }
    return json.dumps(whole, ensure_ascii=False)


def _plain(figures: Figures | Point) -> dict[str, Any]:
    return {
        name: _numbers(value) if isinstance(value, Share) else value
        for name, value in figures._asdict().items()
    }


def _numbers(share: Share) -> dict[str, float | None]:
    low, high = share.interval or (None, None)
    return {"right": share.right, "n": share.n, "share": share.value, "low": low, "high": high}
