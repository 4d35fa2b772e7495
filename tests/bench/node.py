"""grammY, where Node and its packages are: the bench only looks for them, and installs nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.bench.participant import TEXT

VARIABLE: Final = "LOALANG_BENCH_NODE"  # of the environment: the folder of the packages
FOLDER: Final = "~/.cache/loalang-bench"  # where it says none
PACKAGES: Final = ("grammy", "@grammyjs/transformer-throttler")
FAMILY: Final = "grammy"  # what names of participants begin with
SCRIPT: Final = Path(__file__).with_name("grammy.mjs")
MISSING: Final = (
    "grammY is left out: install Node 20, then npm install --prefix "
    f"{FOLDER} grammy@1.46.0 @grammyjs/transformer-throttler@1.2.1"
)


def folder() -> Path:
    return Path(os.environ.get(VARIABLE) or FOLDER).expanduser().absolute()


def found() -> bool:
    """Node is there, and all that the script needs beside it."""
    modules = folder() / "node_modules"
    return bool(shutil.which("node")) and all((modules / name).is_dir() for name in PACKAGES)


def present(names: Sequence[str]) -> tuple[str, ...]:
    """Those of the participants who can take part on this machine."""
    return tuple(name for name in names if not name.startswith(FAMILY) or found())


def command(token: str, base_url: str, kind: str) -> list[str]:
    return ["node", str(SCRIPT), token, base_url, kind, str(folder()), TEXT]
