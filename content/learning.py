"""Learns from examples once, and keeps what was learned beside the data until they change."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import IO, Final, cast

from content.classifier import Classifier
from content.examples import Lesson, examples

log = logging.getLogger(__name__)

_WAY: Final = "5"  # how it is learned: another number forgets what was learned before
_NAME: Final = "search-{}"
_KEPT: Final = re.compile(r"search-\d+-[0-9a-f]{16}(\.\d+)?")  # one being written has a number


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
    with its end, which no end of ours delays. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in kept(folder):
        old.unlink(missing_ok=True)
    _say(lesson)
    there = os.pathsep.join(path or os.curdir for path in sys.path)
    taught = subprocess.Popen(  # noqa: S603 - nobody else's words
        [sys.executable, "-c", f"from {__name__} import teach; teach()", folder / _name(lesson)],
        env={**os.environ, "PYTHONPATH": there},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with taught, io.TextIOWrapper(cast("IO[bytes]", taught.stdin), encoding="utf-8") as told:
        json.dump([lesson.texts, sorted(lesson.filler), sorted(lesson.cues)], told)
    if taught.returncode:
        raise ChildProcessError


def teach() -> None:
    """Of that process: a lesson comes in, what is learned goes to the file it was told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who waits for this process
    from content.training import train

    texts, filler, cues = json.load(sys.stdin.buffer)
    lesson = Lesson(tuple(map(tuple, texts)), frozenset(filler), frozenset(cues))
    train(examples(lesson)).save(Path(sys.argv[1]))


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
    found = folder.glob(_NAME.format("*"))
    return [path for path in found if _KEPT.fullmatch(path.name) and path.is_file()]


def _name(lesson: Lesson) -> str:
    return _NAME.format(f"{_WAY}-{lesson.mark()}")
