"""Every command, on nothing but Python 3.11 and pip.

    python3 scripts/run.py demo     make .venv here, then start the village in the browser
    python3 scripts/run.py test     the same with the tools of development, then every test

Any other command of Loa Làng works as well (`tour`, `init`, `check` …), and whatever follows is
handed on: `demo --port 9000`, `test -k splitting`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["test"]:
        make("requirements-dev.lock")
        os.chdir(ROOT)
        return run("-m", "pytest", *arguments[1:])
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stderr.write(__doc__ or "")
        return 2
    make("requirements.lock")
    os.environ["PYTHONPATH"] = str(ROOT)
    return run("-P", "-m", "bot.cli", *arguments)


def make(lock: str) -> None:
    """The environment with what the lock names, checked by hash; nothing if it is there."""
    if sys.version_info < (3, 11):  # noqa: UP036 - somebody may start it with an older one
        sys.exit("Loa Làng needs Python 3.11 or newer: install it, then run this again with it.")
    text = (ROOT / lock).read_bytes()
    digest = hashlib.sha256(text + sys.version.encode()).hexdigest()
    done = ENVIRONMENT / f"{lock}.done"
    if done.exists() and done.read_text() == digest:
        return
    sys.stderr.write("Chuẩn bị lần đầu, vài phút… / Preparing, once; a few minutes…\n")
    step(sys.executable, "-m", "venv", "--without-pip", str(ENVIRONMENT))
    step(*pip(), "install", "--quiet", "--require-hashes", "-r", str(ROOT / lock))
    done.write_text(digest)


def pip() -> list[str]:
    """This Python's pip, working on the environment: Debian's own cannot give one to it."""
    quiet = ["--disable-pip-version-check", "--no-input"]
    return [sys.executable, "-m", "pip", *quiet, "--python", str(PYTHON)]


def step(*command: str) -> None:
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        sys.exit(f"That did not work: {' '.join(command)}\nMend what it says, then run again.")


def run(*arguments: str) -> int:
    """Become that command, so that whoever stops this one stops it."""
    if os.name != "nt":
        os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606
    try:
        return subprocess.run([str(PYTHON), *arguments], check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
