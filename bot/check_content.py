"""What `check` says of the content: whether it can be told, and what of it should be looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple

from bot.config import Config
from bot.served import served
from content.commune import Commune, commune_of
from content.documents import Layers, hidden, nearest, visible
from content.faq import FaqEntry, parse_entries
from content.guides import PICTURES
from content.lint import TOPICS, last_day, lessened, lint, thin
from content.loader import SHIPPED, Content, load
from content.remarks import Remark, file_of, lines_file, placed
from content.words import LANGUAGES

_SHOWN: Final = 12  # local values that are named
_READ: Final = {"faq": ".md", "places": ".toml", "bulletins": ".toml", "replies": ".toml"}
_BESIDE: Final = {"faq": (".txt", *PICTURES)}
_LISTS: Final = ("local", "topics", "danger", "denunciation", "categories", "commune")
_LITTER: Final = ("Thumbs.db", "desktop.ini")  # of file managers


class Told(NamedTuple):
    """`well`: what there is, in one line; `remarks`: what must be mended first; `shipped`: what a
    commune cannot mend in its own folder, none of it wrong."""

    well: str
    remarks: tuple[Remark, ...]
    shipped: tuple[Remark, ...] = ()


def content_of(config: Config, today: date) -> Told:
    """Raises ContentError for what keeps the bot from starting."""
    own = Path(config.content) if config.content else SHIPPED
    content = load((SHIPPED, own) if config.content else (SHIPPED,))
    commune = commune_of(config.content)
    written = _files(own)
    ended = [one for one in content.faq if file_of(one) not in written and last_day(one) < today]
    covered = _covered(content.faq, own, written) if config.content else []
    remarks = [
        *lint(content, today, written | _lines(own)),
        *_ended(ended),
        *_strangers(own, commune),
        *(_astray(own) if config.content else ()),
        *_unread(own, {entry.id for entry in content.faq}),
        *_missing(content, commune, config),
        *(_lessened(content, own) if config.content else ()),
        *map(_covering, covered),
    ]
    left = _files(SHIPPED) - written - set(map(file_of, ended))
    told = {*remarks, *thin(covered)}
    shipped = [one for one in lint(content, today, left) if one not in told]
    texts, bulletins = len(content.words("vi").keys()), len(content.bulletins)
    well = f"content: {len(content.faq)} procedures, {bulletins} kinds of bulletins, {texts} texts"
    return Told(
        well,
        tuple(
            placed(one, (own, SHIPPED)) for one in sorted(remarks, key=lambda one: not one.wrong)
        ),
        tuple(placed(one, (SHIPPED,))._replace(wrong=False) for one in shipped),
    )


def _files(folder: Path) -> set[str]:
    """Of those that `lint` looks at."""
    found = (path for pattern in ("faq/*.md", TOPICS) for path in visible(folder, pattern))
    return {path.relative_to(folder).as_posix() for path in found}


def _lines(folder: Path) -> set[str]:
    """Its files of phrasings."""
    return {f"faq/{path.name}" for path in visible(folder, "faq/*.txt")}


def _ended(shipped: Sequence[FaqEntry]) -> Iterator[Remark]:
    """Of entries that a commune has not written."""
    if shipped:
        text = (
            f"{', '.join(map(file_of, shipped))}: not told any more, their review is due; take a "
            f"newer version of the program, or copy them from {SHIPPED} into your own content "
            "folder, look at their sources again, then move review_by or valid_until"
        )
        yield Remark(text, wrong=True)


def _lessened(content: Content, own: Path) -> list[Remark]:
    files = Layers.of((SHIPPED,)).matching("faq/*.md")
    replaced = [file for file in files if (own / file.name).is_file()]
    return lessened(content.faq, parse_entries(replaced, content.local.labels))


def _covered(faq: Sequence[FaqEntry], own: Path, written: Collection[str]) -> list[FaqEntry]:
    """Our entries that a commune's own file of phrasings leaves too few of them."""
    ids = {path.stem for path in visible(own, "faq/*.txt")}
    ours = [entry for entry in faq if entry.id in ids and file_of(entry) not in written]
    return [entry for entry in ours if any(thin([entry]))]


def _covering(entry: FaqEntry) -> Remark:
    file = lines_file(entry)
    text = (
        f"{file}: your own file takes the place of ours, which leaves {file_of(entry)} only "
        f"{len(set(entry.phrasings))} phrasings; add the lines of {SHIPPED / file} to yours"
    )
    return Remark(text, wrong=False)


def _strangers(folder: Path, commune: Commune) -> Iterator[Remark]:
    """Files of local values that no place will ever read."""
    slugs = [place.slug for place in commune.places]
    for path in visible(folder, "places/*.toml"):
        if path.stem not in slugs:
            advice = f"{nearest(path.stem, slugs)} – rename the file so, or take it away"
            yield Remark(f"places/{path.name}: no place of the commune; {advice}", wrong=True)


def _astray(folder: Path) -> Iterator[Remark]:
    """What somebody meant to be read, in a commune's own folder itself and among its texts."""
    known = (*_READ, *(f"{name}.toml" for name in _LISTS))
    for path in visible(folder, "*"):
        close = get_close_matches(path.name.lower(), known, n=1)
        if path.name in known or not (close or path.suffix in _READ.values()):
            continue  # what else a commune keeps there is its own affair
        advice = f"rename it to {close[0]}" if close else "entries are read in faq/: move it there"
        yield Remark(f"{path.name}: not read; {advice}, or take it away", wrong=False)
    for path in visible(folder, "replies/*.toml"):
        if path.stem not in LANGUAGES:
            named = " and ".join(f"{language}.toml" for language in LANGUAGES)
            text = f"replies/{path.name}: not read; only {named} are, so rename it or take it away"
            yield Remark(text, wrong=True)


def _unread(folder: Path, ids: Collection[str]) -> Iterator[Remark]:
    """What lies beside the files that are read, and is not. `ids`: of all entries."""
    for name, ending in _READ.items():
        for path in hidden(folder, f"{name}/.*"):
            if path.suffix in (ending, *_BESIDE.get(name, ())):
                text = f"{name}/{path.name}: hidden, so not read; rename it to {path.name[1:]}"
                yield Remark(f"{text}, or take it away", wrong=True)
        for path in visible(folder, f"{name}/*"):
            if path.suffix == ending or path.name in _LITTER:
                continue
            if name != "faq":
                yield _other(path, ending)
            elif not (_shown(path) or _phrasings(path, ids)):
                yield _lost(path, ids) if path.suffix == ".txt" else _other(path, ending)


def _shown(path: Path) -> bool:
    return path.suffix.lower() in PICTURES and path.is_file()


def _phrasings(path: Path, ids: Collection[str]) -> bool:
    return path.suffix == ".txt" and path.stem in ids


def _lost(path: Path, ids: Collection[str]) -> Remark:
    """Phrasings of no entry, or an entry that an editor gave a second ending."""
    if path.stem.endswith(".md"):
        return _other(path, ".md")
    advice = f"{nearest(path.stem, ids)} – rename the file so, or take it away"
    return Remark(f"faq/{path.name}: phrasings of no entry; {advice}", wrong=True)


def _other(path: Path, ending: str) -> Remark:
    """`ending`: of the files that are read in its folder."""
    file = f"{path.parent.name}/{path.name}"
    stem, meant, _ = path.name.lower().partition(ending)
    if meant and path.is_file():
        text = f"{file}: not read under this name; rename it to {stem}{ending}"
        return Remark(text, wrong=True)
    kinds = f"{ending} and pictures (.png, .jpg)" if ending == ".md" else ending
    text = f"{file}: not read; only files of {kinds} are, so save it as one or take it away"
    return Remark(text, wrong=False)


def _missing(content: Content, commune: Commune, config: Config) -> Iterator[Remark]:
    """Of each place that is served."""
    asked = {key for entry in content.faq for key in entry.local}
    for slug in served(config, commune):
        missing = [key for key in content.local.missing(commune.chain(slug)) if key in asked]
        if missing:
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            named = f"{', '.join(missing[:_SHOWN])}{more}"
            text = (
                f"{commune.place(slug).name} has not entered {named}, and the bot says so to "
                "whoever asks; write them in this file below [values], on lines without # in front"
            )
            yield Remark(f"places/{slug}.toml: {text}", wrong=False)
