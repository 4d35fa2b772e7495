"""A PostgreSQL server of our own for the tests, started once, from Debian's binaries.

It lives in a temporary folder, listens on 127.0.0.1 and a socket in that folder, and forgets
everything: nothing is ever synced to disk. PostgreSQL refuses to run as root, so under root it
runs as the user `postgres`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.patience import PATIENCE

_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=60",
    "shared_buffers=32MB",
    "autovacuum=off",
)


@dataclass(frozen=True, slots=True)
class Server:
    """User and database `postgres` exist; no password is asked. `admin` is connected to them."""

    port: int
    admin: psycopg.Connection

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest one found; None if there is none."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    if shutil.which("pg_config"):
        asked = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True)
        found.append(Path(asked.stdout.strip()))
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(debian, key=lambda path: path.parent.name.zfill(4), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def require_binaries() -> Path:
    """Skip the test if PostgreSQL is not installed; fail it where everything must run (CI)."""
    found = binaries()
    if found is not None:
        return found
    reason = "PostgreSQL is not installed: install Debian's package postgresql"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextlib.contextmanager
def running_server(binaries: Path) -> Iterator[Server]:
    """A server that accepts connections, until the context ends."""
    with tempfile.TemporaryDirectory(prefix="loalang-postgres-", dir=_memory()) as name:
        folder = Path(name)
        user = _owner(folder)
        initdb: list[str | Path] = [binaries / "initdb", "-D", folder / "data", "-U", "postgres"]
        options = ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*initdb, *options], user=user, cwd=folder, check=True, capture_output=True)
        port = _free_port()
        process = _start(binaries, folder, port, user)
        try:
            with _connected(port, process, folder / "log") as admin:
                yield Server(port, admin)
        finally:
            process.send_signal(signal.SIGINT)  # fast: does not wait for clients to leave
            process.wait(30)


@contextlib.contextmanager
def fresh_database(server: Server, template: str = "template1") -> Iterator[str]:
    """The URL of a new database, dropped afterwards. Nobody may be connected to the template."""
    name = f"test_{uuid.uuid4().hex}"
    copying = "STRATEGY FILE_COPY" if server.admin.info.server_version >= 15_00_00 else ""
    server.admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} {copying}".encode())
    try:
        yield server.url(name)
    finally:
        server.admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _memory() -> str | None:
    """A folder in memory if there is room: each database is 300 files to make and to remove."""
    memory = Path("/dev/shm")  # noqa: S108
    return str(memory) if memory.exists() and shutil.disk_usage(memory).free > 2**30 else None


def _owner(folder: Path) -> str | None:
    """Under root, the user to run as, who gets the folder; None: run as we are."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(binaries: Path, folder: Path, port: int, user: str | None) -> subprocess.Popen[bytes]:
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    place: list[str | Path] = ["-h", "127.0.0.1", "-p", str(port), "-k", folder]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *place, *settings],
            user=user,
            cwd=folder,
            stdout=log,
            stderr=log,
        )


def _connected(port: int, process: subprocess.Popen[bytes], log: Path) -> psycopg.Connection:
    """pg_isready would be one more binary to find: trying is as good."""
    for _ in range(int(PATIENCE / 0.05)):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            return psycopg.connect(
                host="127.0.0.1", port=port, user="postgres", connect_timeout=1, autocommit=True
            )
        except psycopg.OperationalError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
    raise RuntimeError("the PostgreSQL server did not start: see its log")
