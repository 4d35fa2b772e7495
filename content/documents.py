"""How a cadre's file becomes values, or an error that names its line.

`tomllib` reports where the syntax breaks but not where a value stands, so lines of keys are
found again in the text (content.keys). A commune's own folder lies over the shipped one, file by
file.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

from content.keys import key_lines
from content.signs import described, unfit
from content.slips import how_to_write, slip

T = TypeVar("T")

FENCE = "+++"

_SYNTAX_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_SAVE = "save the file as UTF-8 (in Notepad: File, Save as, Encoding UTF-8)"
_DOTTED = re.compile(r"\.[^\W_]")
_HUGE = re.compile(r"[\d_]{1000}")  # no number that Python reads
_ZEROS = 4  # in UTF-16 a zero in so many bytes at least; one alone has slipped into a text
_QUOTED = 30  # characters of a text by which it is found
_KINDS: Mapping[type, str] = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false",
    date: "a day such as 2026-11-01 (year-month-day, no quotes)",
    list: "a list in [ ]",
    dict: "a table",
}


class ContentError(Exception):
    """A content file that cannot be used. Reads `path:line: what is wrong; what to do`;
    `path` is relative to its content folder."""

    def __init__(self, path: str, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class File:
    """A text file of a content folder. `name`: its path in the folder, with slashes."""

    name: str
    text: str

    def wrong(self, line: int, problem: str) -> ContentError:
        return ContentError(self.name, line, problem)


@dataclass(frozen=True, slots=True)
class Layers:
    """Content folders, the shipped one first; a later file replaces an earlier one."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, folders: Sequence[Path]) -> Layers:
        for folder in folders:
            _names(folder)
            if not folder.is_dir():
                problem = "there is no such content folder; name an existing folder in the config"
                raise ContentError(folder.name or ".", 1, problem)
        return cls(tuple(folders))

    def each(self, name: str) -> list[File]:
        """The file of this name in every folder that has it, the shipped one first."""
        paths = ((folder, folder / name) for folder in self.folders)
        return [read(folder, name) for folder, path in paths if path.name in _names(path.parent)]

    def one(self, name: str) -> File:
        files = self.each(name)
        if not files:
            raise ContentError(name, 1, "this file is missing; restore it from the release")
        return files[-1]

    def matching(self, pattern: str) -> list[File]:
        """Every file that `visible` finds, by name."""
        newest: dict[str, Path] = {}
        for folder in self.folders:
            for path in visible(folder, pattern):
                newest[path.relative_to(folder).as_posix()] = folder
        return [read(newest[name], name) for name in sorted(newest)]


def visible(folder: Path, pattern: str) -> list[Path]:
    """By name, what matches `pattern`, whose last part alone may have wildcards; nothing that a
    file manager hides beside it (._a.md, .DS_Store). Raises ContentError for a folder that may
    not be looked into."""
    return [path for path in _matching(folder, pattern) if not path.name.startswith(".")]


def hidden(folder: Path, pattern: str) -> list[Path]:
    """By name, what matches `pattern` but for the one dot before its name, as somebody may have
    called it; not what a Mac leaves (._a.md). Raises ContentError as `visible` does."""
    return [path for path in _matching(folder, pattern) if _DOTTED.match(path.name)]


def _matching(folder: Path, pattern: str) -> list[Path]:
    asked = folder / pattern
    fitting = (name for name in _names(asked.parent) if fnmatchcase(name, asked.name))
    return sorted(asked.parent / name for name in fitting)


def _names(folder: Path) -> list[str]:
    """Of all that lies in it; nothing where there is no folder. Raises ContentError, also for a
    file in the folder's place."""
    try:
        (folder / "..").stat()  # it may be entered: its files opened, not only named
        return [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        problem = "a file, where a folder is read; rename it, and make a folder of this name"
        raise ContentError(folder.name or ".", 1, problem) from None
    except OSError as error:
        problem = (
            f"the folder {folder} cannot be looked into ({error.strerror}); check its permissions "
            "and those of the folders above it: the program's account must read and enter it"
        )
        raise ContentError(folder.name or ".", 1, problem) from None


def read(folder: Path, name: str) -> File:
    """Of that folder. Raises ContentError for what is no plain text in UTF-8."""
    path = folder / name
    try:
        if not path.is_file():  # reading a pipe would never end
            advice = "put an ordinary file there, or take it away"
            raise ContentError(name, 1, f"no ordinary file; {advice}")
        text = _text(name, path.read_bytes()).lstrip("\ufeff")
    except OSError:
        raise ContentError(name, 1, "cannot be read; check the file's permissions") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (at := unfit(text)) is not None:
        raise ContentError(name, text.count("\n", 0, at) + 1, f"this line {described(text[at])}")
    return File(name, unicodedata.normalize("NFC", text))


def _text(name: str, data: bytes) -> str:
    if data.count(0) * _ZEROS >= max(len(data), 1):
        kind = "UTF-16 (“Unicode” in Notepad), or no plain text at all"
        raise ContentError(name, 1, f"not UTF-8 but {kind}; {_SAVE}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ContentError(name, line, f"not UTF-8; {_SAVE}") from None


class Table:
    """A TOML table that knows where it stands: every complaint names the key's line."""

    def __init__(
        self, file: File, values: Mapping[str, Any], start: int, lines: Mapping[str, int]
    ) -> None:
        self.file = file
        self.values = values
        self._start = start
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def line(self, key: str) -> int:
        """The line of `key`, or else of the table itself."""
        return self._lines.get(key, self._start)

    def wrong(self, key: str, problem: str) -> ContentError:
        return self.file.wrong(self.line(key), problem)

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that nobody reads."""
        for key in self.values:
            if key not in known:
                raise self.wrong(key, f"unknown key “{key}”; {nearest(key, known)}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._value(key, str, default)
        self._check_signs(key, value)
        if default is None and not value.strip():
            raise self.wrong(key, f"“{key}” is empty; write its text")
        return value

    def line_text(self, key: str, default: str | None = None) -> str:
        """A text of one line."""
        value = self.text(key, default)
        self._check_one_line(key, value)
        return value

    def number(self, key: str, default: int | None = None) -> int:
        return self._value(key, int, default)

    def flag(self, key: str, *, default: bool) -> bool:
        return self._value(key, bool, default)

    def day(self, key: str) -> date:
        value = self.values.get(key)
        if value is not None and (isinstance(value, datetime) or not isinstance(value, date)):
            raise self.wrong(key, f"“{key}” has the wrong type; {how_to_write(value)}")
        return self._value(key, date, None)

    def optional_day(self, key: str) -> date | None:
        return self.day(key) if key in self.values else None

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        values = self._value(key, list, None if default is None else list(default))
        for value in values:
            if not isinstance(value, str) or not value.strip():
                raise self.wrong(key, f"“{key}” must hold texts in quotes, none of them empty")
            self._check_signs(key, value)
        return tuple(values)

    def line_texts(self, key: str) -> tuple[str, ...]:
        """Texts of one line each."""
        values = self.texts(key)
        for value in values:
            self._check_one_line(key, value)
        return values

    def table(self, key: str) -> Table:
        return self._below(key, self._value(key, dict, None), "")

    def tables(self, key: str) -> list[Table]:
        """The tables written as `[[key]]`."""
        values = self._value(key, list, None)
        if not all(isinstance(value, dict) for value in values):
            raise self.wrong(key, f"“{key}” must be written as [[{key}]] tables")
        return [self._below(key, value, f"#{index}") for index, value in enumerate(values)]

    def _check_signs(self, key: str, value: str) -> None:
        if (at := unfit(value)) is not None:
            raise self.file.wrong(self._place(key, value[:at]), f"“{key}” {described(value[at])}")

    def _check_one_line(self, key: str, value: str) -> None:
        first, end, _ = value.partition("\n")
        if end:
            problem = f"“{key}” goes on in another line after “{first[-_QUOTED:]}”; write it in one"
            raise self.file.wrong(self._place(key, first), problem)

    def _place(self, key: str, beginning: str) -> int:
        """The line, at or below that of `key`, where a text begins so."""
        start = self.line(key)
        wanted, lines = beginning[:_QUOTED].rstrip(), self.file.text.split("\n")[start - 1 :]
        return next((start + at for at, line in enumerate(lines) if wanted in line), start)

    def _below(self, key: str, values: Mapping[str, Any], index: str) -> Table:
        prefix = f"{key}{index}."
        inner = {
            name.removeprefix(prefix): line
            for name, line in self._lines.items()
            if name.startswith(prefix)
        }
        start = self._lines.get(key + index, self.line(key))
        return Table(self.file, values, start, inner)

    def _value(self, key: str, kind: type[T], default: T | None) -> T:
        value = self.values.get(key, default)
        if value is None:
            raise self.wrong(key, f"“{key}” is missing; add it as {_KINDS[kind]}")
        unfit = (kind is not bool and isinstance(value, bool)) or isinstance(value, datetime)
        if unfit or not isinstance(value, kind):
            raise self.wrong(key, f"“{key}” has the wrong type; write it as {_KINDS[kind]}")
        return value


def nearest(key: str, known: Collection[str]) -> str:
    """What to do about an unknown key: the closest known one, or all of them."""
    close = get_close_matches(key, known, n=1)
    if close:
        return f"did you mean “{close[0]}”?"
    return "use one of: " + ", ".join(sorted(known))


def parse_toml(file: File, text: str | None = None, first_line: int = 1) -> Table:
    """The file's table; with `text`, only that part of it, which begins at `first_line`."""
    source = file.text if text is None else text
    try:
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(file, source, first_line, str(error)) from None
    except RecursionError:
        raise file.wrong(first_line, "nested too deeply; write it more simply") from None
    except ValueError:  # Python reads no number of so many digits
        above = source[: huge.start()] if (huge := _HUGE.search(source)) else ""
        line = first_line + above.count("\n")
        raise file.wrong(line, "too long a number; shorten it, or put it in quotes") from None
    lines = {key: line + first_line - 1 for key, line in key_lines(source).items()}
    return Table(file, values, first_line, lines)


def _syntax_error(file: File, source: str, first_line: int, message: str) -> ContentError:
    place = _SYNTAX_PLACE.search(message)
    known = place and place["line"]
    line = int(known) if known else source.count("\n") + 1
    reason = message[: place.start()] if place else message
    above, broken = ["", *source.split("\n"), ""][line - 1 : line + 1]
    wrong, mend = slip(broken, above, reason)
    return file.wrong(first_line + line - 1, f"not valid TOML ({wrong}); {mend}")


def split_front_matter(file: File) -> tuple[Table, str, int]:
    """The table between the two `+++` lines, the body below, and the body's first line."""
    lines = file.text.split("\n")
    if lines[0].strip() != FENCE:
        raise file.wrong(1, _unopened(file.text))
    for index, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            table = parse_toml(file, "\n".join(lines[1:index]), 2)
            return table, "\n".join(lines[index + 1 :]), index + 2
    place = next((n for n, line in enumerate(lines, start=1) if line.startswith("## ")), 0)
    where = "above this line" if place else "above the first heading"
    problem = f"the second line {FENCE} is missing; write it {where}, with nothing else on it"
    raise file.wrong(place or len(lines), problem)


def _unopened(text: str) -> str:
    start = f"the file must begin with a line {FENCE}"
    if text.lstrip().startswith(FENCE):
        return f"{start}; take away the empty lines above it"
    return f"{start}; add it, with nothing above it and nothing else on it"
