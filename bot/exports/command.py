"""Reports into a file: the whole of it or nothing, beside a program that goes on answering."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from bot.exports.sheets import TooManyRows, write_csv, write_xlsx
from content.categories import ids
from content.documents import nearest
from content.periods import Period, PeriodError, day
from content.schedule import HERE
from content.words import Words
from db import audit, places, schema, snapshot
from db.errors import DatabaseError
from db.listing import EVERYWHERE, Filters, Row, rows

ASIDE: Final = ".loalang-export-"  # what folders of unfinished files begin with
STALE: Final = 3600.0  # seconds; no export takes as long


class ExportError(Exception):
    """A table that cannot be written; the message ends in what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for: days as written, a place's slug."""

    kind: str
    out: Path
    since: str | None = None
    until: str | None = None
    place: str | None = None
    state: str | None = None
    category: str | None = None
    names: bool = False


def export(url: str, wish: Wish, words: Words, now: datetime) -> int:
    """Carry out the wish and note it in the audit; how many rows. Raises ExportError,
    DatabaseError."""
    _usable(url)
    filters = _filters(url, wish, words)

    def last(count: int) -> None:
        detail = {"kind": wish.kind, "rows": count, **filters.data}
        snapshot.write(url, lambda session: _note(session, now, detail))

    try:
        _replaceable(wish.out)
        count = tabulate(url, wish.kind, filters, words, wish.out, last=last)
    except OSError as error:
        raise ExportError(_not_written(wish.out, error)) from None
    if not count:
        raise ExportError(
            "no report matches: nothing was written; widen --since and --until, or leave out "
            "--place, --state and --category"
        )
    return count


def tabulate(
    url: str,
    kind: str,
    filters: Filters,
    words: Words,
    target: Path,
    *,
    paths: Sequence[str] = EVERYWHERE,
    turn: Callable[[], None] = lambda: None,
    last: Callable[[int], None] = lambda count: None,
) -> int:
    """Write the reports below `paths` to `target` as `csv` or `xlsx`; how many there are. Where
    there is none, nothing is written. Takes long: call it in a thread of its own.

    `turn` is called before each row, `last` with their count when the file is whole but not yet
    in its place; what they raise undoes all. Raises ExportError, DatabaseError, OSError.
    """
    with aside(target.parent) as folder, snapshot.taken(url) as session:
        partial = folder / "table"
        partial.touch(mode=0o600)  # what people reported is for this user only
        found = _taking_turns(rows(session, filters, paths), turn)
        try:
            if kind == "csv":
                count = write_csv(partial, found, words, names=filters.names)
            else:
                count = write_xlsx(partial, found, words, names=filters.names, aside=folder)
        except TooManyRows:
            raise ExportError(
                "more reports than a sheet can hold: choose a shorter period, or csv"
            ) from None
        if count:
            last(count)
            put(partial, target)
        return count


@contextmanager
def aside(folder: Path) -> Iterator[Path]:
    """A folder on the same disk for what is not finished, removed with all in it; and so is one
    that an export left there when it was killed."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=ASIDE, ignore_cleanup_errors=True) as name:
        made = Path(name)
        for other in folder.glob(f"{ASIDE}*"):
            with suppress(FileNotFoundError):  # its own export has just removed it
                if made.stat().st_mtime - other.lstat().st_mtime > STALE:
                    shutil.rmtree(other, ignore_errors=True)
        yield made


def put(partial: Path, target: Path) -> None:
    """Durably in its place, or not at all."""
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    partial.replace(target)


def _replaceable(out: Path) -> None:
    """Raises ExportError for what is there and no file: a device would be gone for ever."""
    if not os.path.lexists(out):
        return
    mode = out.lstat().st_mode
    if stat.S_ISDIR(mode):
        raise ExportError(f"{out} is a folder: name a file in it with --out")
    if not stat.S_ISREG(mode):
        raise ExportError(f"{out} is no ordinary file; name another with --out")


def _taking_turns(found: Iterator[Row], turn: Callable[[], None]) -> Iterator[Row]:
    for row in found:
        turn()
        yield row


def _usable(url: str) -> None:
    standing = schema.stand(url)
    if standing == "empty":
        raise DatabaseError("there is no database yet: start Loa Làng once, or name its settings")
    if standing == "behind":
        raise DatabaseError(
            "the database was made by an older Loa Làng: start this version once, which brings it "
            "up to date, then export"
        )


def _filters(url: str, wish: Wish, words: Words) -> Filters:
    since, until = _moments(wish)
    if wish.category and wish.category not in ids(words):
        known = nearest(wish.category, ids(words))
        raise ExportError(f"no category is called “{wish.category}”; {known}")
    place_id = None
    if wish.place:
        with snapshot.taken(url) as session:
            place_id = _place(session, wish.place)
    return Filters(since, until, place_id, wish.state, wish.category, wish.names)


def _moments(wish: Wish) -> tuple[datetime | None, datetime | None]:
    days = {"--since": wish.since, "--until": wish.until}
    read = {}
    for option, written in days.items():
        try:
            read[option] = day(written) if written else None
        except PeriodError as error:
            wrong = "is no day of the calendar" if error.problem == "no_such_day" else "is no date"
            raise ExportError(
                f"{option} “{written}” {wrong}: write 2026-11-01 or 01/11/2026"
            ) from None
    try:
        return Period(read["--since"], read["--until"]).moments(HERE)
    except PeriodError:
        raise ExportError("--since is later than --until: exchange the two days") from None


def _place(session: Session, slug: str) -> int:
    known = {spot.slug: spot.id for spot in places.below(session, "")}
    if slug not in known:
        raise ExportError(f"no place is called “{slug}”; {nearest(slug, known)}")
    return known[slug]


def _note(session: Session, now: datetime, detail: dict[str, object]) -> None:
    audit.note(session, at=now, person_id=None, action="reports.exported", detail=detail)


def _not_written(out: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{out.parent}: there is no such folder; make it first, or name another with --out"
    if isinstance(error, NotADirectoryError):
        return f"{out.parent} is a file, not a folder; name another with --out"
    if isinstance(error, PermissionError):
        return f"{out}: this user may not write there; name another file with --out"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{out}: the disk is full, so nothing was written; free some room and try again"
    return f"{out}: cannot be written ({error.strerror}); name another file with --out"
