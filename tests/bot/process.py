"""The program as people start it: a process of its own, judged by what it says and leaves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.living import ROOT
from tests.patience import PATIENCE


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of a command that could not."""
        assert self.status in (1, 2), (self.status, self.out, self.err)
        assert self.err.startswith("loalang: ")
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        return self.err


def run(*arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """One command, to its end."""
    with _started(*arguments, env=env) as process:
        return _ended(process)


def first_line(*arguments: str) -> Ran:
    """One command whose reader leaves after the first line."""
    with _started(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        process.stdout.close()
        return Ran(process.wait(PATIENCE), line, process.stderr.read())


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that answers on `port`."""

    process: subprocess.Popen[str]
    port: int

    def stop(self, by: signal.Signals) -> Ran:
        self.process.send_signal(by)
        return _ended(self.process)


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[Running]:
    """Killed at the end if it still runs."""
    with _started("demo", "--port", "0", "--data", str(folder), *arguments) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        assert found, said or process.communicate(timeout=PATIENCE)
        yield Running(process, int(found[1]))


@contextmanager
def _started(
    *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        text=True,
        encoding="utf-8",
        **pipes,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _ended(process: subprocess.Popen[str]) -> Ran:
    out, err = process.communicate(timeout=PATIENCE)
    return Ran(process.returncode, out, err)
