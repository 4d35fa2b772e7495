"""Learns from examples once, and keeps what was learned beside the data until they change."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

from content.features import Example

if TYPE_CHECKING:
    from content.classifier import Classifier

log = logging.getLogger(__name__)

_WAY: Final = "1"  # how it is learned: another number forgets what was learned before
_NAME: Final = "search-{}.npz"


def learned(examples: Sequence[Example], folder: Path | None) -> Classifier:
    """From `folder` if it is there, else anew, and kept there if that can be. None: not kept."""
    if known := remembered(examples, folder):
        return known
    fresh = _fresh(tuple(examples))
    if folder is not None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for old in kept(folder):
                old.unlink(missing_ok=True)
            fresh.save(folder / _name(examples))
        except OSError as error:
            log.warning("what was learned cannot be kept (%s)", type(error).__name__)
    return fresh


@lru_cache(maxsize=1)
def _fresh(examples: tuple[Example, ...]) -> Classifier:
    from content.classifier import train  # NumPy, only where a question is asked

    # Seen by whoever waits for it: on an old PC it takes seconds.
    log.warning("learning from %d questions, once for this content", len(examples))
    return train(examples)


def remembered(examples: Sequence[Example], folder: Path | None) -> Classifier | None:
    """What was learned from the very same; None where nothing of it can be read."""
    if folder is None or not (path := folder / _name(examples)).is_file():
        return None
    from content.classifier import Classifier

    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile):
        return Classifier.load(path)
    return None


def kept(folder: Path) -> list[Path]:
    """What was learned there, from any content."""
    return list(folder.glob(_NAME.format("*")))


def _name(examples: Sequence[Example]) -> str:
    mark = hashlib.sha256(_WAY.encode())
    for told, label, weight in examples:
        line = "\t".join([label, str(weight), " ".join(told.folded), " ".join(told.spelled)])
        mark.update(f"\n{line}".encode())
    return _NAME.format(mark.hexdigest()[:16])
