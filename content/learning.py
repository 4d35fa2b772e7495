"""Learns from examples once, and keeps what was learned beside the data until they change."""

from __future__ import annotations

import hashlib
import logging
import signal
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

from content.features import Example

if TYPE_CHECKING:
    from content.classifier import Classifier

log = logging.getLogger(__name__)

_WAY: Final = "1"  # how it is learned: another number forgets what was learned before
_NAME: Final = "search-{}.npz"
# What reading a damaged file has raised.
_UNREADABLE: Final = (
    *(OSError, ValueError, KeyError, EOFError, BadZipFile),
    *(RuntimeError, SyntaxError, TokenError),
)


def learned(examples: Sequence[Example], folder: Path | None) -> Classifier:
    """From `folder` if it is there, else anew, and kept there if that can be. None: not kept."""
    if known := remembered(examples, folder):
        return known
    if folder is not None:
        try:
            _keep(examples, folder)
        except OSError as error:
            log.warning("what was learned cannot be kept (%s)", type(error).__name__)
    return remembered(examples, folder) or _fresh(tuple(examples))


def _keep(examples: Sequence[Example], folder: Path) -> None:
    """Learns in a process of its own: what that takes, ten times what is learned, is given back
    with its end. Raises OSError."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in kept(folder):
        old.unlink(missing_ok=True)
    _say(examples)
    try:
        with ProcessPoolExecutor(1, get_context("spawn"), _undisturbed) as pool:
            pool.submit(_teach, examples, folder / _name(examples)).result()
    except BrokenProcessPool:
        raise ChildProcessError from None


def _undisturbed() -> None:
    """Ctrl+C is for who waits for this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _teach(examples: Sequence[Example], path: Path) -> None:
    from content.classifier import train

    train(examples).save(path)


@lru_cache(maxsize=1)
def _fresh(examples: tuple[Example, ...]) -> Classifier:
    from content.classifier import train  # NumPy, only where a question is asked

    _say(examples)
    return train(examples)


def _say(examples: Sequence[Example]) -> None:
    """Seen by whoever waits for it: on an old PC it takes seconds."""
    log.warning("learning from %d questions, once for this content", len(examples))


def remembered(examples: Sequence[Example], folder: Path | None) -> Classifier | None:
    """What was learned from the very same; None where nothing of it can be read."""
    if folder is None or not (path := folder / _name(examples)).is_file():
        return None
    from content.classifier import Classifier

    with suppress(*_UNREADABLE):
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
