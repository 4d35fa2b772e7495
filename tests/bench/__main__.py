"""Loa Làng beside its peers, on this machine, in one run.

scripts/bench [NAMES…] [--quick | --full] [--json] [--seed N]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from rich.console import Console

from tests.bench import broadcast, inbound, node, reply, send, start
from tests.bench.figures import Report, TooNear
from tests.bench.loopback import Loopback, loopback
from tests.bench.rounds import FULL, QUICK, USUAL, Scale
from tests.bench.table import as_json, show

Play: TypeAlias = Callable[[Loopback, Scale], Awaitable[Report]]

PLAYS: Final[dict[str, Play]] = {
    "send": send.play,
    "broadcast": broadcast.play,
    "reply": reply.play,
    "inbound": inbound.play,
    "start": start.play,
}


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    scale = QUICK if asked.quick else FULL if asked.full else USUAL
    console = Console(stderr=asked.json, width=None if sys.stdout.isatty() else 110)
    try:
        asyncio.run(_run(asked.names or list(PLAYS), scale, asked, console))
    except TooNear as refused:
        sys.stderr.write(f"not reported: {refused}\n")
        return 1
    return 0


async def _run(
    names: Sequence[str], scale: Scale, asked: argparse.Namespace, console: Console
) -> None:
    before, reports = os.getloadavg(), []
    if task := asyncio.current_task():  # whoever is told to end takes the others along
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with loopback(asked.seed) as server:
        for name in names:
            reports.append(await PLAYS[name](server, scale))
            show(reports[-1], console)
    after = os.getloadavg()
    if not node.found():
        console.print(node.MISSING, highlight=False)
    console.print(f"load average {_told(before)} before, {_told(after)} after", highlight=False)
    if asked.json:
        line = as_json(reports, load_before=before, load_after=after, cores=os.cpu_count())
        sys.stdout.write(f"{line}\n")


def _told(load: tuple[float, float, float]) -> str:
    return " ".join(f"{value:.1f}" for value in load)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PLAYS)}")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="two minutes: ours and one peer")
    size.add_argument("--full", action="store_true", help="half an hour")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
