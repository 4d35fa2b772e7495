"""A day in the village, played in the terminal in a few seconds. Nothing is canned: the whole
program runs, and every line of the bot is read from the village's record, so that the tour also
tells whether an installation works."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from bot.tour.screen import Screen
from content.commune import load_commune

if TYPE_CHECKING:
    from content.loader import Content
    from content.words import Words

_PACE: Final = 0.18  # seconds a bubble is left alone


async def play(
    console: Console, content: Content, *, english: bool = False, fast: bool = False
) -> None:
    """Raises TourError, and what the demo does where it cannot start."""
    words = content.words("en" if english else "vi")
    screen = Screen(console, 0.0 if fast else _PACE)
    commune = next(place for place in load_commune().places if place.kind == "commune")
    await screen.opening(words("tour.title", commune=commune.name), words("tour.live"))
    await _day(screen, content, words)
    await screen.closing(
        words("tour.over", seconds=round(screen.elapsed)),
        [(words("tour.next_demo"), "loalang demo"), (words("tour.next_init"), "loalang init")],
    )


async def _day(screen: Screen, content: Content, words: Words) -> None:
    from bot.tour.scenes import SCENES, Tour, perform
    from bot.tour.stage import open_stage  # the whole program: the heading stands by now

    await content.search.ready()  # learning takes an old PC longer than a scene may last
    with tempfile.TemporaryDirectory(prefix="loalang-", ignore_cleanup_errors=True) as folder:
        try:
            async with open_stage(Path(folder), content) as stage:
                tour = Tour(stage, screen, content, words, content.words("vi"))
                for number, scene in enumerate(SCENES, 1):
                    await perform(tour, number, scene)
        finally:  # a thread may still be writing there
            await asyncio.get_running_loop().shutdown_default_executor()


def tour(content: Content, *, english: bool, fast: bool) -> None:
    """In this terminal; nobody waits where there is none. Raises as `play`."""
    console = Console(highlight=False)
    fast = fast or not console.is_terminal
    try:
        stopped = asyncio.run(_stopped(play(console, content, english=english, fast=fast)))
    except KeyboardInterrupt:  # where a loop hears no signals
        stopped = True
    if stopped:
        console.print(content.words("en" if english else "vi")("tour.stopped"))
        raise KeyboardInterrupt


async def _stopped(playing: Coroutine[None, None, None]) -> bool:
    """Whether it was told to stop before its end."""
    running = asyncio.create_task(playing)
    with suppress(NotImplementedError, AttributeError):
        for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(stop, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        return True
    return False
