"""Photo guides: a picture beside an entry, `faq/<id>.png` or `.jpg`, that shows how it is done.

None of it keeps the bot from starting: what cannot be shown is not offered, and `check` says why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from content.documents import Layers, visible

LARGEST: Final = 1_000_000  # bytes
_BEGINNINGS: Final[Mapping[str, bytes]] = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
_ENDINGS: Final = tuple(f".{kind}" for kind in _BEGINNINGS)
PICTURES: Final = (*_ENDINGS, ".jpeg", ".gif", ".webp", ".bmp", ".heic")  # shown, or a fault
_END: Final = b"\0\0\0\0IEND\xaeB`\x82"  # the last chunk of a PNG
_SIDES: Final = 10_000  # pixels, both together: https://core.telegram.org/bots/api#sendphoto
_SLIMMEST: Final = 20  # times its other side


@dataclass(frozen=True, slots=True)
class Guides:
    """`pictures`: by the id of their entry; `faults`: what keeps others from being shown, each
    with its file and what to do; `covered`: entries of a commune's own for which the picture of
    the shipped one does not speak."""

    pictures: Mapping[str, Path]
    faults: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()


def find_guides(layers: Layers, ids: Collection[str]) -> Guides:
    """`ids`: of the entries there are. A later folder's picture replaces an earlier one's, and so
    do its words: the picture beside others may say something else."""
    pictures: dict[str, Path] = {}
    faults: list[str] = []
    covered: list[str] = []
    drawn: set[str] = set()
    written: set[str] = set()
    for folder in reversed(layers.folders):
        beside = [path for path in _beside(folder) if path.stem not in drawn]
        covered += [path.stem for path in beside if path.stem in written]
        for path in beside:
            if path.stem not in written:
                reason = _misplaced(path, ids, pictures) or fault(path)
                if reason:
                    faults.append(f"faq/{path.name}: {reason}")
                else:
                    pictures[path.stem] = path
        drawn.update(path.stem for path in beside)
        written.update(path.stem for path in visible(folder, "faq/*.md"))
    return Guides(pictures, tuple(faults), tuple(sorted(covered)))


def fault(path: Path) -> str:
    """What keeps the picture from being shown, and what to do; "" for nothing."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            most = f"{LARGEST / 1e6:.0f} MB"
            return f"{size / 1e6:.1f} MB are too much to send; save it smaller, {most} at most"
        picture = path.read_bytes()
    except OSError:
        return "cannot be read; check the file's permissions"
    return _spoilt(picture)


def _spoilt(picture: bytes) -> str:
    """Why no phone would show it, and what to do; "" for nothing. Its pixels are not drawn."""
    again = "save it again in a picture program"
    whole = picture.rstrip(b"\0")
    if picture.startswith(_BEGINNINGS["jpg"]):
        return "" if whole.endswith(b"\xff\xd9") else f"a JPEG cut short; {again}"
    if not picture.startswith(_BEGINNINGS["png"]):
        return f"no PNG or JPEG by its first bytes; {again} as one"
    if picture[12:16] != b"IHDR" or not whole.endswith(_END):
        return f"a PNG cut short or spoilt; {again}"
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    shown = 0 < _SLIMMEST * min(width, height) >= max(width, height) and width + height <= _SIDES
    return "" if shown else f"{width} × {height} pixels are not shown by phones; save it smaller"


def kind(path: Path) -> str:
    """png or jpg, by its first bytes, whatever its name; "" for neither. Raises OSError."""
    with path.open("rb") as stream:
        beginning = stream.read(max(map(len, _BEGINNINGS.values())))
    return next((one for one, sign in _BEGINNINGS.items() if beginning.startswith(sign)), "")


def _beside(folder: Path) -> list[Path]:
    """By name; nothing that a file manager hides."""
    found = visible(folder, "faq/*")
    return [path for path in found if path.suffix.lower() in PICTURES and path.is_file()]


def _misplaced(path: Path, ids: Collection[str], pictures: Mapping[str, Path]) -> str:
    """What is wrong with its name, and what to do; "" for nothing."""
    if path.stem not in ids:
        close = get_close_matches(path.stem.lower(), ids, n=1)
        called = f"{close[0]}{path.suffix}" if close else "the id of its entry, with this ending"
        return f"no entry is called “{path.stem}”; rename it to {called}, or take it away"
    if path.suffix not in _ENDINGS:
        return f"is not shown under this name; save it as {path.stem}.png or {path.stem}.jpg"
    if path.stem in pictures:
        return f"{pictures[path.stem].name} is shown already; keep one of the two"
    return ""
