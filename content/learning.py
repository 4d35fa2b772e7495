"""Learns from examples once, and keeps what was learned beside the data until they change."""

from __future__ import annotations

import logging
import signal
from functools import lru_cache
from pathlib import Path
from typing import Final

from content.classifier import Classifier
from content.examples import Lesson, examples

log = logging.getLogger(__name__)

_WAY: Final = "2"  # how it is learned: another number forgets what was learned before
_NAME: Final = "search-{}"


def learned(lesson: Lesson, folder: Path | None) -> Classifier:
    """From `folder` if it is there, else anew, and kept there if that can be. None: not kept."""
    if known := remembered(lesson, folder):
        return known
    if folder is not None:
        try:
            _keep(lesson, folder)
        except OSError as error:
            log.warning("what was learned cannot be kept (%s)", type(error).__name__)
    return remembered(lesson, folder) or _fresh(lesson)


def _keep(lesson: Lesson, folder: Path) -> None:
    """Learns in a process of its own: what that takes, ten times what is learned, is given back
    with its end. Raises OSError."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in kept(folder):
        old.unlink(missing_ok=True)
    _say(lesson)
    try:
        with ProcessPoolExecutor(1, get_context("spawn"), _undisturbed) as pool:
            pool.submit(_teach, lesson, folder / _name(lesson)).result()
    except BrokenProcessPool:
        raise ChildProcessError from None


def _undisturbed() -> None:
    """Ctrl+C is for who waits for this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _teach(lesson: Lesson, path: Path) -> None:
    from content.training import train

    train(examples(lesson)).save(path)


@lru_cache(maxsize=1)
def _fresh(lesson: Lesson) -> Classifier:
    from content.training import train  # NumPy, only where something is learned

    _say(lesson)
    return train(examples(lesson))


def _say(lesson: Lesson) -> None:
    """Seen by whoever waits for it: on an old PC it takes seconds."""
    log.warning("learning from %d questions, once for this content", len(lesson.texts))


def remembered(lesson: Lesson, folder: Path | None) -> Classifier | None:
    """What was learned from the very same; None where nothing of it can be read."""
    if folder is None or not (path := folder / _name(lesson)).is_file():
        return None
    try:
        return Classifier.load(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("what was learned cannot be read (%s)", type(error).__name__)
        return None


def kept(folder: Path) -> list[Path]:
    """What was learned there, from any content."""
    return list(folder.glob(_NAME.format("*")))


def _name(lesson: Lesson) -> str:
    return _NAME.format(f"{_WAY}-{lesson.mark()}")
