"""From the command to the first call to Telegram, and to the first update that is answered."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil

from tests.bench.cast import CAST
from tests.bench.figures import Goal, Report, Row, median
from tests.bench.loopback import ROOT, Loopback
from tests.bench.ours import DATA, VARIABLE, settings
from tests.bench.rounds import Scale, interleaved

WAITING: Final = 300  # updates that have come while it was dead
PATIENCE: Final = 60.0  # seconds
ROUNDS: Final = 3  # at most

OURS: Final = "ours"
HELP: Final = "help"
TITLES: Final = {
    OURS: "Loa Làng after kill -9",
    "aiogram": "aiogram echo",
    "ptb": "PTB echo",
    HELP: "loalang --help",
}


async def play(server: Loopback, scale: Scale) -> Report:
    peers = ("ptb",) if scale.one_peer else ("aiogram", "ptb")
    names = (*peers, OURS, HELP)
    with TemporaryDirectory(prefix="loalang-bench-") as folder:
        first = Path(folder) / "first"
        await _started(server, _ours(first, server.base_url), await server.bot("first"), 1)

        async def turn(who: str, number: int) -> Row:
            if who == HELP:
                return await asyncio.to_thread(_helped)
            token = await server.bot(f"{who}_started_{number}")
            command = _peer(who, token, server.base_url)
            if who == OURS:
                again = Path(folder) / str(number)
                command = _ours(again, server.base_url)
                shutil.copytree(first / DATA, again / DATA)
            return await _started(server, command, token, WAITING)

        results = await interleaved(names, min(ROUNDS, scale.rounds), turn)
    rows = [_row(TITLES[who], results[who]) for who in names]
    note = f"seconds; {WAITING} updates wait; ours has been killed before, over the same database"
    return Report("start", "until it hears, and answers", rows, _goals(rows[-2], rows[-1]), (note,))


def _ours(folder: Path, base_url: str) -> Sequence[str]:
    folder.mkdir()
    file = settings(folder, base_url)
    return (sys.executable, "-m", "bot.cli", "run", "--config", str(file))


def _peer(who: str, token: str, base_url: str) -> Sequence[str]:
    _, module, kind = CAST.get(who, CAST["aiogram"])
    return (sys.executable, "-m", f"tests.bench.{module}", token, base_url, kind, "listen")


async def _started(server: Loopback, command: Sequence[str], token: str, waiting: int) -> Row:
    """Started while so many updates wait, and killed by its own id when one was answered."""
    await server.prepare(limits=True)
    await server.listening(token)
    await server.ask("reset")
    await server.ask("burst", bot=token, messages=waiting, people=waiting, text="/trogiup")
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**os.environ, VARIABLE: token}, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        first = await _when(server, process, began, polls=1)
        answered = await _when(server, process, began, sent=1)
    finally:
        process.kill()
        await process.wait()
    return {
        "first poll": first["wall"],
        "poll CPU": first["cpu"],
        "answered": answered["wall"],
        "answered CPU": answered["cpu"],
        "RSS MB": answered["rss"],
    }


async def _when(
    server: Loopback, process: Process, began: float, **goal: int
) -> Mapping[str, float]:
    """How the process stands when the server has seen so much of it."""
    told = await server.ask("until", timeout=PATIENCE, **goal)
    wall = time.monotonic() - began
    if not told["reached"]:
        raise RuntimeError("a bot did not start; run it alone to see why")
    watched = psutil.Process(process.pid)
    used = watched.cpu_times()
    rss = watched.memory_info().rss / 1e6
    return {"wall": wall, "cpu": used.user + used.system, "rss": rss}


def _helped() -> Row:
    began = time.monotonic()
    with subprocess.Popen(
        (sys.executable, "-m", "bot.cli", "--help"), cwd=ROOT, stdout=subprocess.DEVNULL
    ) as process:
        _, _, used = os.wait4(process.pid, 0)
    cpu = used.ru_utime + used.ru_stime
    wall = time.monotonic() - began
    return {"answered": wall, "answered CPU": cpu}


def _row(title: str, turns: list[Row]) -> Row:
    return {
        "who": title,
        **{key: round(median(turn[key] for turn in turns), 2) for key in turns[0]},
    }


def _goals(ours: Row, helped: Row) -> list[Goal]:
    return [
        Goal("first poll after kill -9", ours["first poll"], 2.0, "s"),
        Goal("first understood update", ours["answered"], 9.0, "s"),
        Goal("CPU of --help", helped["answered CPU"], 0.3, "s"),
    ]
