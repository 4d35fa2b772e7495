"""What a commune should look at again in its entries: nothing of it keeps the bot from starting."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from difflib import SequenceMatcher
from itertools import combinations
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from content.faq import FEWEST_PHRASINGS, FaqEntry
from content.folding import fold, words
from content.guides import Guides
from content.lengths import long_texts, wordy
from content.remarks import Remark, file_of, lines_file
from content.topics import Topic

if TYPE_CHECKING:
    from content.loader import Content

SOON: Final = timedelta(days=30)
FAR: Final = timedelta(days=3 * 366)
ENOUGH_PHRASINGS: Final = 25  # from here on an entry begins to be found well
MOST_PHRASINGS: Final = 100
TOPICS: Final = "topics.toml"

_PORTAL: Final = "dichvucong.gov.vn"
_PROCEDURE: Final = re.compile(r"/thu-tuc-hanh-chinh/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/?")
_LINK: Final = re.compile(r"\bhttps?://[^\s<>”“\"]+")
_ALIKE: Final = 0.88  # how alike two names of sources are that should be one
_QUOTED: Final = 3  # phrasings told of a pair of entries
_COMMON: Final = 5  # entries whose phrasings may say the one word of a name …
_OFTEN: Final = 20  # … each in one of so many phrasings


def lint(content: Content, today: date, files: Collection[str] | None = None) -> list[Remark]:
    """What must be mended comes first. `files`: those to look at, beside all others; None: all. Of
    an entry of whose files only the phrasings (faq/<id>.txt) are among them, only these are."""
    faq, topics = content.faq, content.topics.decline
    entries = [entry for entry in faq if files is None or file_of(entry) in files]
    advised = topics if files is None or TOPICS in files else ()
    beside = [one for one in faq if one not in entries and lines_file(one) in (files or ())]
    looked = {*map(file_of, (*entries, *beside)), *map(_topic, advised)}
    found = [
        *_ended(entries, today),
        *_links(entries, advised),
        *_pictures(content.guides),
        *_dates(entries, today),
        *_phrasings(entries),
        *thin(entries),
        *_empty(entries, content.topics.filler),
        *long_texts(entries),
        *wordy(entries),
        *_lines(beside, content.topics.filler),
        *_vague(entries, faq, content.topics.filler),
        *_collisions(faq, topics, looked),
        *_misspelled(faq, looked),
        *_secondary(entries),
    ]
    return sorted(found, key=lambda remark: not remark.wrong)


def lessened(ours: Sequence[FaqEntry], shipped: Sequence[FaqEntry]) -> list[Remark]:
    """Entries that a commune's own folder gives less of than the ones it replaces."""
    own = {entry.id: entry for entry in ours}
    found = []
    for entry in shipped:
        left = own[entry.id].aspects if entry.id in own else {}
        gone = [f"## {section}" for section in entry.aspects if section not in left]
        if gone:
            text = (
                f"{file_of(entry)}: your own file leaves out {', '.join(gone)}, which the shipped "
                "one tells; add what holds here, or take your file away"
            )
            found.append(Remark(text, wrong=False))
    return found


def _ended(faq: Sequence[FaqEntry], today: date) -> Iterator[Remark]:
    """One for each owner and last day; also what does not hold yet."""
    ending: dict[tuple[date, str], list[FaqEntry]] = defaultdict(list)
    for entry in faq:
        if entry.valid_from is not None and today < entry.valid_from:
            yield Remark(
                f"{file_of(entry)}: it is not told before {entry.valid_from:%d/%m/%Y}; if that is "
                "not meant, correct its valid_from",
                wrong=False,
                about="valid_from",
            )
        ending[last_day(entry), entry.owner].append(entry)
    for (last, owner), entries in sorted(ending.items()):
        files = ", ".join(map(file_of, entries))
        mend = f"{owner}: look at the source again, then move review_by or valid_until"
        if last < today:
            text = f"{files}: not told any more since {last:%d/%m/%Y}; {mend}"
            yield Remark(text, wrong=True, about=f"{last}")
        elif last - today <= SOON:
            text = f"{files}: told until {last:%d/%m/%Y} only; {mend}"
            yield Remark(text, wrong=False, about=f"{last}")


def _dates(faq: Sequence[FaqEntry], today: date) -> Iterator[Remark]:
    """Those that look mistyped."""
    for entry in faq:
        if entry.review_by > today + FAR:
            text = (
                f"its review_by, {entry.review_by:%d/%m/%Y}, is more than three years ahead; laws "
                "change sooner, name an earlier day"
            )
            yield Remark(f"{file_of(entry)}: {text}", wrong=False, about="review_by")
        for source in entry.sources:
            if source.date > today:
                text = f"the source “{source.name}” is dated {source.date:%d/%m/%Y}, still to come"
                yield Remark(f"{file_of(entry)}: {text}; correct its date", True, f"{source.date}")


def last_day(entry: FaqEntry) -> date:
    return min(entry.review_by, entry.valid_until or entry.review_by)


def _links(faq: Sequence[FaqEntry], topics: Sequence[Topic]) -> Iterator[Remark]:
    """In sources, documents and texts."""
    for entry in faq:
        links = [source.url for source in entry.sources if source.url]
        links += [document.url for document in entry.documents]
        texts = (*entry.aspects.values(), entry.english)
        yield from _broken(file_of(entry), [*links, *_links_in("\n".join(texts))])
    for topic in topics:
        yield from _broken(_topic(topic), _links_in("\n".join(topic.advice.values())))


def _links_in(text: str) -> list[str]:
    return [link.rstrip(".,;:!?)]…") for link in _LINK.findall(text)]


def _broken(file: str, links: Sequence[str]) -> Iterator[Remark]:
    for link in dict.fromkeys(links):
        if reason := _fault(link):
            yield Remark(f"{file}: the link {link} {reason}", wrong=True, about=link)


def _fault(link: str) -> str:
    """What is wrong with a link by its form, and what to do; "" for nothing."""
    copy = "copy it again from the browser's address bar"
    if re.search(r"\s", link):
        return f"holds a space; {copy}"
    try:
        split = urlsplit(link)
        host = split.hostname or ""
    except ValueError:
        return f"cannot be read as an address; {copy}"
    if split.scheme != "https":
        return "is not safe to open; let it begin with https://"
    if not re.fullmatch(r"[^.]+(\.[^.]+)+", host):
        return f"names no site; {copy}"
    deep = split.path not in ("", "/")
    if host.removeprefix("www.") == _PORTAL and deep and not _PROCEDURE.fullmatch(split.path):
        return f"names no procedure; it must be https://{_PORTAL}/thu-tuc-hanh-chinh/ and the id"
    return ""


def _pictures(guides: Guides) -> Iterator[Remark]:
    for text in guides.faults:
        yield Remark(text, wrong=True)
    for id in guides.covered:
        text = (
            f"faq/{id}.md: the shipped picture is not shown beside your own file; put one of your "
            "own beside it, or a copy of ours if all of it still holds"
        )
        yield Remark(text, wrong=False)


def _phrasings(faq: Sequence[FaqEntry]) -> Iterator[Remark]:
    for entry in faq:
        count = len(set(entry.phrasings))
        if count < FEWEST_PHRASINGS:
            text = f"only {count} phrasings; write {FEWEST_PHRASINGS} or more"
            yield Remark(f"{file_of(entry)}: {text}", wrong=True)
        if count > MOST_PHRASINGS:
            text = f"{count} phrasings outweigh other entries; keep the {MOST_PHRASINGS} best"
            yield Remark(f"{file_of(entry)}: {text}", wrong=False)


def _lines(faq: Sequence[FaqEntry], filler: Collection[str]) -> Iterator[Remark]:
    """Of entries that are looked at for the file of phrasings beside them alone."""
    for entry in faq:
        for one in (*_phrasings([entry]), *_empty([entry], filler), *wordy([entry])):
            yield one._replace(text=one.text.replace(file_of(entry), lines_file(entry), 1))


def thin(faq: Sequence[FaqEntry]) -> Iterator[Remark]:
    """Entries that can be read, and are seldom found."""
    for entry in faq:
        count = len(set(entry.phrasings))
        if FEWEST_PHRASINGS <= count < ENOUGH_PHRASINGS:
            text = (
                f"only {count} phrasings, so many questions will not find it; write "
                f"{ENOUGH_PHRASINGS - count} more that differ into faq/{entry.id}.txt, one a line"
            )
            yield Remark(f"{file_of(entry)}: {text}", wrong=False)


def _empty(faq: Sequence[FaqEntry], filler: Collection[str]) -> Iterator[Remark]:
    """Phrasings that no question is told by."""
    for entry in faq:
        for phrasing in dict.fromkeys(entry.phrasings):
            if set(words(phrasing)) <= set(filler):
                text = "tells nothing of the matter; write a question that names it"
                yield Remark(f"{file_of(entry)}: the phrasing “{phrasing}” {text}", False, phrasing)


def _vague(
    entries: Sequence[FaqEntry], faq: Sequence[FaqEntry], filler: Collection[str]
) -> Iterator[Remark]:
    """Names that questions about anything say: none of them tells the matter."""
    users = Counter(word for entry in faq for word in _usual(entry))
    for entry in entries:
        for name in entry.names:
            told = words(name)
            common = len(told) == 1 and users[told[0]] > _COMMON
            if common or set(told) <= set(filler):
                text = "is said whatever people ask; write what only this matter is called"
                yield Remark(f"{file_of(entry)}: the name “{name}” {text}", wrong=False, about=name)


def _usual(entry: FaqEntry) -> Iterator[str]:
    """The words that its phrasings say often."""
    said = Counter(word for text in entry.phrasings for word in set(words(text)))
    return (word for word, times in said.items() if times * _OFTEN >= len(entry.phrasings))


def _collisions(
    faq: Sequence[FaqEntry], topics: Sequence[Topic], looked: Collection[str]
) -> Iterator[Remark]:
    """Of every two matters, one of them in `looked`, what is said of both in the same words, in
    whatever order; but not a name that both have, which makes the bot ask back."""
    named = {(file_of(entry), frozenset(words(name))) for entry in faq for name in entry.names}
    said: dict[frozenset[str], dict[str, str]] = defaultdict(dict)
    for owner, texts in _told(faq, topics).items():
        for text in texts:
            said[frozenset(words(text))].setdefault(owner, text)
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, owners in said.items():
        for one, other in combinations(owners, 2) if key else ():
            if not {(one, key), (other, key)} <= named:
                shared[one, other].append(owners[one])
    for (one, other), same in shared.items():
        if one not in looked and other not in looked:
            continue
        quoted = ", ".join(f"“{text}”" for text in same[:_QUOTED])
        more = f" and {len(same) - _QUOTED} more" if len(same) > _QUOTED else ""
        yield Remark(
            f"{one}: {quoted}{more} also asks for {other}; leave it to one of them",
            wrong=False,
            about=same[0],
        )


def _told(faq: Sequence[FaqEntry], topics: Sequence[Topic]) -> Mapping[str, tuple[str, ...]]:
    """Where it stands → all that calls the matter."""
    entries = {
        file_of(entry): (*entry.phrasings, *entry.names, *entry.title.values()) for entry in faq
    }
    return entries | {_topic(topic): topic.phrasings for topic in topics}


def _misspelled(faq: Sequence[FaqEntry], looked: Collection[str]) -> Iterator[Remark]:
    """Sources that only one entry, one in `looked`, names, and another a little otherwise."""
    users: dict[str, list[FaqEntry]] = defaultdict(list)
    for entry in faq:
        for name in dict.fromkeys(source.name for source in entry.sources):
            users[name].append(entry)
    by_use = sorted(users, key=lambda name: (-len(users[name]), name))
    for place, name in enumerate(by_use):
        if len(users[name]) > 1 or file_of(users[name][0]) not in looked:
            continue
        usual = next((other for other in by_use[:place] if _alike(name, other)), "")
        if usual:
            text = f"the source “{name}” is called “{usual}” elsewhere; use one name"
            yield Remark(f"{file_of(users[name][0])}: {text}", wrong=False, about=name)


def _alike(one: str, other: str) -> bool:
    """Nearly the same letters, and the same figures: laws differ by their numbers."""
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    matcher = SequenceMatcher(None, fold(one), fold(other), autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _secondary(faq: Sequence[FaqEntry]) -> Iterator[Remark]:
    """All in one."""
    owners = [entry.id for entry in faq for source in entry.sources if source.secondary]
    if owners:
        files = ", ".join(dict.fromkeys(owners))
        count = f"{len(owners)} secondary source{'s' if len(owners) > 1 else ''}"
        text = f"{count}, in {files}; compare with official texts, then change the standing"
        yield Remark(f"faq: {text}", wrong=False)


def _topic(topic: Topic) -> str:
    return f"{TOPICS} ({topic.id})"
