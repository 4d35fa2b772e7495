"""One procedure, as a cadre writes it in `faq/<id>.md`.

The file: TOML between two `+++` lines (what the program and the search need), then the answer
in Vietnamese by aspect (`## ho_so` and so on), then a short summary below `# en`. Every
entry names its sources, its owner and the day by which someone must look at it again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from types import MappingProxyType

from content.documents import File, Table, nearest, split_front_matter

ASPECTS = ("ho_so", "noi_nop", "thoi_han", "le_phi", "online")
SECTIONS = (*ASPECTS, "luu_y")
ENGLISH = "en"
STANDINGS = ("portal copy", "official text", "secondary")
FEWEST_PHRASINGS = 8

_ID = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"\d\.\d{6}(, \d\.\d{6})*")
_KEYS = (
    *("id", "title", "code", "office", "owner", "phrasings", "sources"),
    *("valid_from", "valid_until", "review_by"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from and when it was read there. `standing`: one of STANDINGS."""

    name: str
    date: date
    standing: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """A procedure. `title`: language → text; `code`: codes of the national portal, joined by
    ", ", empty where there is none; `aspects`: section → Vietnamese text, in reading order."""

    id: str
    title: Mapping[str, str]
    code: str
    office: str
    owner: str
    phrasings: tuple[str, ...]
    sources: tuple[Source, ...]
    review_by: date
    valid_from: date | None
    valid_until: date | None
    aspects: Mapping[str, str]
    english: str

    def expired(self, today: date) -> bool:
        """Not to be shown: past its review, or outside the days for which it holds."""
        early = self.valid_from is not None and today < self.valid_from
        late = self.valid_until is not None and today > self.valid_until
        return early or late or today > self.review_by


def parse_entry(file: File) -> FaqEntry:
    """Raises ContentError at the line that is wrong."""
    table, body, first_line = split_front_matter(file)
    table.only(_KEYS)
    sections = _sections(file, body, first_line)
    entry = FaqEntry(
        id=_id(file, table),
        title=_title(table),
        code=_code(table),
        office=table.text("office"),
        owner=table.text("owner"),
        phrasings=_phrasings(table),
        sources=_sources(table),
        review_by=table.day("review_by"),
        valid_from=table.optional_day("valid_from"),
        valid_until=table.optional_day("valid_until"),
        aspects=MappingProxyType({key: sections[key] for key in SECTIONS if key in sections}),
        english=sections[ENGLISH],
    )
    _check_dates(table, entry)
    return entry


def parse_entries(files: Sequence[File]) -> tuple[FaqEntry, ...]:
    """All entries by id; ids are unique because they are file names."""
    return tuple(sorted((parse_entry(file) for file in files), key=lambda entry: entry.id))


def _id(file: File, table: Table) -> str:
    value = table.text("id")
    if not _ID.fullmatch(value):
        raise table.wrong("id", f"“{value}” is no id; use a-z, 0-9 and _ only")
    stem = PurePosixPath(file.name).stem
    if value != stem:
        raise table.wrong("id", f"the id “{value}” is not the file's name; call it “{stem}”")
    return value


def _title(table: Table) -> Mapping[str, str]:
    title = table.table("title")
    title.only(["vi", "en"])
    return MappingProxyType({language: title.text(language) for language in ("vi", "en")})


def _code(table: Table) -> str:
    value = table.text("code", "")
    if value and not _CODE.fullmatch(value):
        raise table.wrong("code", f"“{value}” is no procedure code; write it as 1.001193")
    return value


def _phrasings(table: Table) -> tuple[str, ...]:
    values = table.texts("phrasings")
    if len(set(values)) < FEWEST_PHRASINGS:
        problem = f"only {len(set(values))} different phrasings; write {FEWEST_PHRASINGS} or more"
        raise table.wrong("phrasings", problem)
    return values


def _sources(table: Table) -> tuple[Source, ...]:
    sources = tuple(_source(source) for source in table.tables("sources"))
    if not sources:
        raise table.wrong("sources", "no source; an answer without one is not shown: add one")
    return sources


def _source(table: Table) -> Source:
    table.only(["name", "date", "standing", "url"])
    standing = table.text("standing")
    if standing not in STANDINGS:
        problem = f"unknown standing “{standing}”; {nearest(standing, STANDINGS)}"
        raise table.wrong("standing", problem)
    url = table.text("url", "")
    if url and not url.startswith("https://"):
        raise table.wrong("url", "“url” is not a web address; begin it with https://")
    return Source(table.text("name"), table.day("date"), standing, url)


def _check_dates(table: Table, entry: FaqEntry) -> None:
    last = max(source.date for source in entry.sources)
    if entry.review_by < last:
        raise table.wrong(
            "review_by", f"“review_by” lies before the last source, {last}; change it"
        )
    if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
        raise table.wrong("valid_until", "“valid_until” lies before “valid_from”; correct one")


def _sections(file: File, body: str, first_line: int) -> dict[str, str]:
    """Section → text. Headings: `## aspect`, and at the end `# en`."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(body.split("\n"), start=first_line):
        if line.startswith("#"):
            current = found.setdefault(_heading(file, number, line, found), [])
        elif current is not None:
            current.append(line.rstrip())
        elif line.strip():
            raise file.wrong(number, f"text before the first heading; put ## {ASPECTS[0]} above it")
    texts = {name: "\n".join(lines).strip() for name, lines in found.items()}
    for name in (*ASPECTS, ENGLISH):
        if not texts.get(name):
            mark = "#" if name == ENGLISH else "##"
            raise file.wrong(first_line, f"the section “{mark} {name}” is missing or empty; add it")
    return texts


def _heading(file: File, number: int, line: str, found: Mapping[str, list[str]]) -> str:
    mark, _, name = line.partition(" ")
    name = name.strip()
    known = {"##": SECTIONS, "#": (ENGLISH,)}.get(mark, ())
    if name not in known:
        allowed = [f"## {section}" for section in SECTIONS] + [f"# {ENGLISH}"]
        raise file.wrong(number, f"unknown heading “{line.strip()}”; {nearest(line, allowed)}")
    if name in found:
        raise file.wrong(number, f"the section “{name}” stands here twice; join the two")
    return name
