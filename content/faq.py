"""One matter people ask about, as a cadre writes it in `faq/<id>.md`.

The file: TOML between two `+++` lines (what the program and the search need), then the answer
in Vietnamese (`## tra_loi` in short, `## ho_so` and so on by aspect), then a short summary below
`# en`. Every entry names its sources, its owner and the day by which someone must look at it
again. In the answer `{gio_lam_viec}` stands for what the commune has entered, and `[ki]` behind a
fact for the source that alone vouches for it. `faq/<id>.txt` beside it holds more phrasings, one
a line, also for an entry of the commune's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from types import MappingProxyType

from content.documents import FENCE, File, Table, nearest, split_front_matter

ASPECTS = ("ho_so", "noi_nop", "thoi_han", "le_phi", "online")
FORMS = "mau"  # asked for as an aspect; its text is an entry's documents
SHORT = "tra_loi"
NOTES = "luu_y"
SECTIONS = (SHORT, *ASPECTS, NOTES)
ENGLISH = "en"
STANDINGS = ("portal copy", "official text", "local", "secondary")
FEWEST_PHRASINGS = 8
FEWEST_NAMES, MOST_NAMES = 3, 8
LONGEST_LINE = 160  # characters that an answer tells of an office, an owner or a title
LONGEST_SOURCES = 600  # … and of all sources
LONGEST_ID = 40  # characters: buttons, tables and the names of pictures carry it
LOCAL = re.compile(r"\{([^{}]*)\}")  # in an answer: what the commune enters itself
CITED = re.compile(r" ?\[([^\[\]]*)\]")  # in an answer: who alone says so, with the space before

_ID = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"\d\.\d{6}(, \d\.\d{6})*")
_KEYS = (
    *("id", "title", "code", "office", "owner", "names", "phrasings", "sources", "documents"),
    *("valid_from", "valid_until", "review_by"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from and when it was read there. `standing`: one of STANDINGS; `key`:
    how the answer refers to it, empty where it does not."""

    name: str
    date: date
    standing: str
    url: str = ""
    key: str = ""

    @property
    def secondary(self) -> bool:
        """Not compared yet with what the authorities say."""
        return self.standing == "secondary"


@dataclass(frozen=True, slots=True)
class Document:
    """A form or a page that people need."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """A procedure or another matter. `title`: language → text; `code`: codes of the national
    portal, joined by ", ", empty where there is none; `names`: what people call it; `aspects`:
    section → Vietnamese text, in reading order."""

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
    names: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def local(self) -> frozenset[str]:
        """The keys of what a commune enters itself, in any of the texts."""
        texts = (*self.aspects.values(), self.english)
        return frozenset(key for text in texts for key in LOCAL.findall(text))

    def plain(self, aspect: str) -> str:
        """The lines of a section that hold in every place and that not only a secondary source
        says; "" for none."""
        lines = self.aspects.get(aspect, "").split("\n")
        return "\n".join(one for one in lines if not (LOCAL.search(one) or CITED.search(one)))

    def expired(self, today: date) -> bool:
        """Not to be shown: past its review, or outside the days for which it holds."""
        early = self.valid_from is not None and today < self.valid_from
        late = self.valid_until is not None and today > self.valid_until
        return early or late or today > self.review_by


def parse_entry(file: File, local: Collection[str]) -> FaqEntry:
    """`local`: the keys of what communes enter. Raises ContentError at the line that is wrong."""
    table, body, first_line = split_front_matter(file)
    table.only(_KEYS)
    sources = _sources(table)
    _check_marks(file, body, first_line, local, {source.key for source in sources} - {""})
    _check_cited(table, sources, body)
    sections = _sections(file, body, first_line)
    entry = FaqEntry(
        id=_id(file, table),
        title=_title(table),
        code=_code(table),
        office=table.line_text("office"),
        owner=table.line_text("owner"),
        phrasings=_phrasings(table),
        sources=sources,
        review_by=table.day("review_by"),
        valid_from=table.optional_day("valid_from"),
        valid_until=table.optional_day("valid_until"),
        aspects=MappingProxyType({key: sections[key] for key in SECTIONS if key in sections}),
        english=sections[ENGLISH],
        names=_names(table),
        documents=_documents(table),
    )
    _check_dates(table, entry)
    return entry


def parse_entries(files: Sequence[File], local: Collection[str]) -> tuple[FaqEntry, ...]:
    """All entries by id; ids are unique because they are file names. See `parse_entry`."""
    entries = (parse_entry(file, local) for file in files)
    return tuple(sorted(entries, key=lambda entry: entry.id))


def with_phrasings(entries: Iterable[FaqEntry], files: Iterable[File]) -> tuple[FaqEntry, ...]:
    """The entries with the lines of the file that has their id for a name. Raises ContentError
    where these are no phrasings."""
    more = {PurePosixPath(file.name).stem: _lines(file) for file in files}
    return tuple(replace(one, phrasings=(*one.phrasings, *more.get(one.id, ()))) for one in entries)


def _lines(file: File) -> list[str]:
    found = []
    for number, line in enumerate(map(str.strip, file.text.split("\n")), start=1):
        if line.startswith((FENCE, "#")):
            entry = PurePosixPath(file.name).with_suffix(".md").name
            problem = (
                f"“{line[:20]}” is no phrasing; here stand only questions as people ask them, one "
                f"a line, and all else in {entry}: move it there, or take it away"
            )
            raise file.wrong(number, problem)
        found += [line] if line else []
    return found


def _id(file: File, table: Table) -> str:
    value = table.text("id")
    if not _ID.fullmatch(value):
        raise table.wrong("id", f"“{value}” is no id; use a-z, 0-9 and _ only")
    if len(value) > LONGEST_ID:
        problem = f"an id of {len(value)} characters; shorten it and the file's name"
        raise table.wrong("id", f"{problem}, {LONGEST_ID} at most")
    stem = PurePosixPath(file.name).stem
    if not _ID.fullmatch(stem):
        problem = f"the file is called “{stem}”, which is no id; rename it to {value}.md"
        raise table.wrong("id", problem)
    if value != stem:
        raise table.wrong("id", f"the id “{value}” is not the file's name; call it “{stem}”")
    return value


def _title(table: Table) -> Mapping[str, str]:
    title = table.table("title")
    title.only(["vi", "en"])
    return MappingProxyType({language: title.line_text(language) for language in ("vi", "en")})


def _code(table: Table) -> str:
    value = table.text("code", "")
    if value and not _CODE.fullmatch(value):
        raise table.wrong("code", f"“{value}” is no procedure code; write it as 1.001193")
    return value


def _phrasings(table: Table) -> tuple[str, ...]:
    values = table.line_texts("phrasings")
    if len(set(values)) < FEWEST_PHRASINGS:
        problem = f"only {len(set(values))} different phrasings; write {FEWEST_PHRASINGS} or more"
        raise table.wrong("phrasings", problem)
    return values


def _names(table: Table) -> tuple[str, ...]:
    values = table.line_texts("names")
    if not FEWEST_NAMES <= len(set(values)) <= MOST_NAMES:
        problem = f"{len(set(values))} different names; write {FEWEST_NAMES} to {MOST_NAMES}"
        raise table.wrong("names", problem)
    return values


def _sources(table: Table) -> tuple[Source, ...]:
    sources = tuple(_source(source) for source in table.tables("sources"))
    if not sources:
        raise table.wrong("sources", "no source; an answer without one is not shown: add one")
    keys = [source.key for source in sources if source.key]
    for key in keys:
        if keys.count(key) > 1:
            raise table.wrong("sources", f"two sources have the key “{key}”; rename one")
    return sources


def _source(table: Table) -> Source:
    table.only(["key", "name", "date", "standing", "url"])
    standing = table.text("standing")
    if standing not in STANDINGS:
        problem = f"unknown standing “{standing}”; {nearest(standing, STANDINGS)}"
        raise table.wrong("standing", problem)
    url = _address(table) if table.text("url", "") else ""
    source = Source(
        table.line_text("name"), table.day("date"), standing, url, table.text("key", "")
    )
    if source.key and not _ID.fullmatch(source.key):
        raise table.wrong("key", f"“{source.key}” is no key; use a-z, 0-9 and _ only")
    if source.secondary and not source.key:
        problem = "a secondary source needs a key; write [key] behind its facts"
        raise table.wrong("standing", problem)
    return source


def _documents(table: Table) -> tuple[Document, ...]:
    if "documents" not in table:
        return ()
    return tuple(_document(document) for document in table.tables("documents"))


def _document(table: Table) -> Document:
    table.only(["name", "url"])
    return Document(table.line_text("name"), _address(table))


def _address(table: Table) -> str:
    url = table.line_text("url")
    if not url.startswith("https://"):
        raise table.wrong("url", "“url” is not a web address; begin it with https://")
    return url


def _check_marks(
    file: File, body: str, first_line: int, local: Collection[str], keys: Collection[str]
) -> None:
    """Raises ContentError for a `{value}` or `[source]` that there is none of."""
    for number, line in enumerate(body.split("\n"), start=first_line):
        for name in LOCAL.findall(line):
            if name not in local:
                problem = f"unknown local value “{{{name}}}”; {nearest(name, local)}"
                raise file.wrong(number, problem)
        for key in CITED.findall(line):
            if key not in keys:
                known = nearest(key, keys) if keys else "no source has a key; give it one"
                raise file.wrong(number, f"no source has the key of “[{key}]”; {known}")
        if set("{}[]") & set(CITED.sub("", LOCAL.sub("", line))):
            raise file.wrong(number, "a bracket is not closed or not opened; write {key} or [key]")


def _check_cited(table: Table, sources: Sequence[Source], body: str) -> None:
    """Raises ContentError for a secondary source of which nobody can tell what it vouches for."""
    cited = CITED.findall(body)
    for number, source in enumerate(sources):
        if source.secondary and source.key not in cited:
            problem = f"nothing refers to this secondary source; write [{source.key}] behind a fact"
            raise table.tables("sources")[number].wrong("key", problem)


def _check_dates(table: Table, entry: FaqEntry) -> None:
    last = max(source.date for source in entry.sources)
    if entry.review_by < last:
        problem = f"“review_by” lies before the last source, {last}; change the one that is wrong"
        raise table.wrong("review_by", problem)
    if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
        raise table.wrong("valid_until", "“valid_until” lies before “valid_from”; correct one")


def _sections(file: File, body: str, first_line: int) -> dict[str, str]:
    """Section → text. Headings: `## aspect`, and at the end `# en`."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(body.split("\n"), start=first_line):
        if line.startswith("#"):  # behind a blank it is text
            current = found.setdefault(_heading(file, number, line, found), [])
        elif current is not None:
            current.append(line.rstrip())
        elif line.strip():
            raise file.wrong(number, f"text before the first heading; put ## {SHORT} above it")
    texts = {name: "\n".join(lines).strip() for name, lines in found.items()}
    _check_whole(file, texts, first_line)
    return texts


def _check_whole(file: File, texts: Mapping[str, str], first_line: int) -> None:
    """Raises ContentError unless there is a short answer, or every aspect."""
    for name, text in texts.items():
        if not text:
            advice = "fill it" if name == ENGLISH else "fill it or leave it out"
            raise file.wrong(first_line, f"the section “{name}” is empty; {advice}")
    if ENGLISH not in texts:
        raise file.wrong(first_line, f"the section “# {ENGLISH}” is missing; add it")
    lacking = [aspect for aspect in ASPECTS if aspect not in texts]
    if lacking and SHORT not in texts:
        problem = f"the section “## {lacking[0]}” is missing; add it, or a “## {SHORT}”"
        raise file.wrong(first_line, problem)


def _heading(file: File, number: int, line: str, found: Mapping[str, list[str]]) -> str:
    mark, name = (*line.split(maxsplit=1), "")[:2]
    name = name.strip()
    known = {"##": SECTIONS, "#": (ENGLISH,)}.get(mark, ())
    if name not in known:
        allowed = [f"## {section}" for section in SECTIONS] + [f"# {ENGLISH}"]
        raise file.wrong(number, f"unknown heading “{line.strip()}”; {nearest(line, allowed)}")
    if name in found:
        raise file.wrong(number, f"the section “{name}” stands here twice; join the two")
    return name
