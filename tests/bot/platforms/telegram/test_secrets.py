"""Neither the token nor what people write is in any log, error, `repr` or output."""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
import sys
import traceback
import warnings
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from bot.founding import Names, commune_toml
from bot.platforms.base import Outgoing, OutgoingMessage, PlatformError
from bot.platforms.telegram.platform import Telegram
from tests.bot.platforms.telegram.mischief import all_handled, arrived, thrust
from tests.bot.platforms.telegram.test_bad_updates import POISON
from tests.bot.telegraph import Telegraph, announce, telegraph
from tests.living import PNG, ROOT
from tests.patience import PATIENCE
from tests.servers.faults import KINDS
from tests.servers.telegram import TelegramServer

CANARY: Final = "AAChimHoangYenKhongKeChoAiNgheDauNhe"
TOKEN: Final = f"7418529630:{CANARY}"
WORDS: Final = "chimhoàngyến"  # as in the poison
FORBIDDEN: Final = (CANARY, WORDS[:6])  # however the other letters are written


def told(text: str) -> list[str]:
    """Which secrets are in it."""
    return [secret for secret in FORBIDDEN if secret in text]


class Everything(logging.Handler):
    """Every record of every logger, as text, with its arguments and its trace."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []
        self._formatter = logging.Formatter("%(name)s %(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self._formatter.format(record)} {record.args!r} {record.msg!r}")


@pytest.fixture
def listening() -> Iterator[Everything]:
    """Every logger there is at DEBUG, and warnings among what is logged."""
    heard, root = Everything(), logging.getLogger()
    names = ("aiohttp", "aiogram", "telegram", "httpx", "asyncio", "apscheduler", "bot", "db")
    before = {logger: logger.level for logger in (root, *map(logging.getLogger, names))}
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        yield heard
    logging.captureWarnings(False)
    root.removeHandler(heard)
    for logger, level in before.items():
        logger.setLevel(level)


def in_database(path: Path) -> str:
    """All that stands in columns called error."""
    with closing(sqlite3.connect(path)) as database:
        found = [
            database.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608
            for table, column in database.execute(
                "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
                "WHERE m.type = 'table' AND c.name IN ('error', 'trouble')"
            ).fetchall()
        ]
    assert found
    return repr(found)


async def hard_day(village: Telegraph) -> None:
    """Words, files, faults of every kind, poison, a refused token, another program, an outage."""
    server, person = village.server, village.person(f"Chị {WORDS}")
    await person.says(f"/hoi {WORDS}")
    for kind in sorted(KINDS - {"hang", "hang_after", "delay"}):
        server.fault(kind, "sendMessage")
        server.fault(kind, "getUpdates")
        server.fault(kind, "getFile")
        person.speaks(f"{WORDS} {kind}")
        person.speaks(WORDS, document=(f"{WORDS}.pdf", PNG))
        await village.server.until(lambda: not village.server.bots[village.token].updates.pending)
    server.clear_faults()
    updates = server.bots[village.token].updates
    thrust(village, *POISON.values())
    await server.until(lambda: len(updates.unacknowledged) == len(updates.pending))
    updates.pending.clear()
    await all_handled(village)
    assert "aside" in {row.state for row in await village.app.database.read(arrived)}
    await announce(village.person("Bà Lúa"), f"Mai họp {WORDS}", photo=PNG)
    server.bots[village.token].revoked = True
    await asyncio.gather(*(refused(village, f"{WORDS}{number}") for number in range(3)))
    server.bots[village.token].revoked = False
    await server.outage()
    await refused(village, WORDS)
    await server.recover()


async def refused(village: Telegraph, words: str) -> None:
    (platform,) = village.app.platforms.values()
    with pytest.raises(PlatformError) as raised:
        await platform.send(OutgoingMessage("1", words))
    shown = traceback.format_exception(raised.value)
    assert not told("".join(shown) + repr(raised.value) + repr(raised.value.__cause__))


@pytest.fixture
def tokened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot has our token."""
    given = TelegramServer.bot

    def bot(server: TelegramServer, username: str, **more: Any) -> str:
        return given(server, username, **{**more, "token": TOKEN})

    monkeypatch.setattr(TelegramServer, "bot", bot)


async def test_no_log_at_any_level_and_no_row_tells_the_token_or_what_people_wrote(
    tmp_path: Path, listening: Everything, tokened: None, capfd: pytest.CaptureFixture[str]
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    async with telegraph(tmp_path) as village:
        await hard_day(village)
        shown = [repr(part) for part in (*village.app.platforms.values(), village.app)]
        shown += [repr(task) for task in asyncio.all_tasks()]
        path = village.config.folder
    loop.set_debug(False)
    assert len(listening.lines) > 20
    for line in (*listening.lines, *shown, *capfd.readouterr()):
        assert not told(line), line
    for database in path.glob("*.db"):
        assert not told(in_database(database))
    kept = b"".join(path.read_bytes() for path in path.rglob("*") if path.is_file())
    assert CANARY.encode() not in kept


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:1", "http://[broken", "ftp://127.0.0.1"])
@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:1"])
async def test_no_error_of_a_connection_tells_the_token(base_url: str, proxy: str) -> None:
    platform = Telegram(TOKEN, base_url=base_url, proxy=proxy, hook_url="https://xa.example/hook")

    async def store(updates: object) -> None:
        raise AssertionError

    asked: list[Callable[[], Any]] = [
        lambda: platform.receive(store),
        lambda: platform.send(_says(WORDS)),
        lambda: platform.send(_says("\ud800" + WORDS)),
    ]
    for ask in asked:
        with pytest.raises(PlatformError) as raised:
            await ask()
        shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value.args)
        assert not told(shown)
        assert raised.value.__cause__ is None
    await platform.aclose()
    assert not told(repr(platform) + repr(platform.limits))


def _says(words: str) -> Outgoing:
    return OutgoingMessage("1", words, (("Nút", "1.0"),))


def installation(folder: Path, base_url: str, token: str) -> Path:
    """Settings of one bot whose token is in a file."""
    content = folder / "noi-dung"
    content.mkdir(parents=True)
    names = Names("Xã Mây", ("Thôn Đông",))
    (content / "commune.toml").write_text(commune_toml(names), encoding="utf-8")
    kept = folder / "thon.token"
    kept.touch(mode=0o600)
    kept.write_text(token, encoding="utf-8")
    settings = folder / "config.toml"
    settings.write_text(
        f'data = "{folder}/du-lieu"\ncontent = "{content}"\n\n[web]\nport = 0\n\n'
        f'[telegram]\nbase_url = "{base_url}"\n\n[[bots]]\nname = "thon"\nplatform = "telegram"\n'
        f'place = "xa-may"\ntoken_file = "{kept.name}"\n',
        encoding="utf-8",
    )
    return settings


async def ran(command: str, settings: Path, server: TelegramServer, ends: bool) -> str:
    """All it printed; unless it `ends` by itself, until its token was refused for a while."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "dev", "-m", "bot.cli", command, "--config", str(settings)),
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        if not ends:
            await server.until(lambda: server.records.refusals["Unauthorized"] >= 2, PATIENCE)
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return out.decode() + err.decode()


@pytest.mark.parametrize(
    ("token", "ends"),
    [
        pytest.param(TOKEN, False, id="refused"),
        pytest.param(TOKEN.replace(":", "::"), True, id="malformed"),
        pytest.param(TOKEN[:25], True, id="cut short"),
        pytest.param(f"{TOKEN} {TOKEN}x", True, id="two"),
        pytest.param(f"{TOKEN} {WORDS}", False, id="with more behind it"),
        pytest.param(f'"{TOKEN}"', False, id="in quotes"),
    ],
)
async def test_the_program_prints_no_token(tmp_path: Path, token: str, ends: bool) -> None:
    async with TelegramServer() as server:
        settings = await asyncio.to_thread(installation, tmp_path / "xa", server.base_url, token)
        for command, over in (("run", ends), ("check", True)):
            printed = await ran(command, settings, server, over)
            assert printed
            assert not told(printed)
            assert "Traceback" not in printed
