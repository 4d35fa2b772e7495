"""`run` serves real bots over a database of its own, or says in one line what is missing."""

from __future__ import annotations

import asyncio
import codecs
import re
import signal
import socket
import subprocess
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import tokens
from bot.config import BotConfig, Config, ConfigError, WebConfig, ZaloConfig
from bot.demo import open_demo
from bot.init import Given, init
from bot.service import Service, open_service, platform_of, serve
from db import bots, invitations, people, places, roles
from db.errors import DatabaseError
from db.scene import Actor
from tests.bot.process import run
from tests.bot.serving import BOT, CANARY, Quiet, settings
from tests.living import CONTENT, ROOT
from tests.patience import PATIENCE
from tests.servers.telegram import TelegramServer
from tests.servers.zalo import ZaloServer

CODE = re.compile(r"^ {4}([2-9A-Z]{4}-[2-9A-Z]{4})$", re.MULTILINE)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(BOT.token_env, CANARY)
    return CANARY


@asynccontextmanager
async def opened(config: Config, platform: Quiet | None = None) -> AsyncIterator[Service]:
    async with open_service(config, CONTENT, lambda *_: platform or Quiet()) as service:
        yield service


async def refused(config: Config) -> str:
    with pytest.raises((ConfigError, DatabaseError)) as raised:
        async with opened(config):
            pass
    return str(raised.value)


async def test_the_invented_commune_is_not_served(tmp_path: Path) -> None:
    shipped = replace(settings(tmp_path), content="")
    assert "make yours with" in await refused(shipped)
    (tmp_path / "content" / "commune.toml").unlink()
    assert "make yours with" in await refused(replace(shipped, content=str(tmp_path / "content")))


async def test_without_a_bot_there_is_nothing_to_serve(tmp_path: Path) -> None:
    assert "take the # off" in await refused(settings(tmp_path, bots=()))


async def test_a_bot_of_an_unknown_place_is_named_with_the_known(tmp_path: Path) -> None:
    config = settings(tmp_path, bots=(replace(BOT, place="xa-may-den"),))
    assert "“xa-may-den” is no place of the commune; write one of xa-may" in await refused(config)


async def test_what_is_wrong_with_a_token_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong, said in (("", "is empty"), ("7:Canary", "is no token"), (CANARY[8:], "is no token")):
        monkeypatch.setenv(BOT.token_env, wrong)
        told = await refused(settings(tmp_path))
        assert said in told
        assert "Canary" not in told
    assert not (tmp_path / "data").exists()


def kept(folder: Path, text: str | bytes, mode: int = 0o600) -> BotConfig:
    file = folder / "token.txt"
    file.touch(mode)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(mode)
    return replace(BOT, token_env="", token_file=str(file))


GIVEN = f"Done! Use this token to access the HTTP API:\n{CANARY}\nKeep it: https://core.example"


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        f" {CANARY}\r\n",
        f"\ufeff{CANARY}\nxã Mây\n",
        f"\n\n{CANARY}",
        GIVEN,
        f"mã bot: {CANARY}.\n{CANARY}",
        GIVEN.encode("utf-16"),
        codecs.BOM_UTF16_BE + GIVEN.encode("utf-16-be"),
    ],
)
def test_a_token_is_read_from_a_file_as_any_editor_leaves_it(
    tmp_path: Path, text: str | bytes
) -> None:
    assert tokens.read(kept(tmp_path, text)) == CANARY


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        pytest.param(CANARY, 0o644, 'run: chmod 600 "', id="others read it"),
        pytest.param(CANARY, 0o602, 'run: chmod 600 "', id="others write it"),
        pytest.param(CANARY, 0o640, 'run: chmod 600 "', id="its group reads it"),
        pytest.param(CANARY, 0o620, 'run: chmod 600 "', id="its group writes it"),
        pytest.param("\n", 0o600, "is empty", id="empty"),
        pytest.param("7654321:AACanary", 0o600, "is no token", id="half a token"),
        pytest.param(CANARY * 50, 0o600, "is no token", id="too long"),
        pytest.param(f"{CANARY}\n8{CANARY}", 0o600, "more than one token", id="two"),
        pytest.param(f"{CANARY}\n{'a' * 5000}", 0o600, "is too long", id="a whole book"),
        pytest.param(b"\xff" + CANARY.encode(), 0o600, "is no plain text", id="no text"),
    ],
)
def test_a_token_file_that_will_not_do_is_named(
    tmp_path: Path, text: str | bytes, mode: int, said: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        tokens.read(kept(tmp_path, text, mode))
    assert str(raised.value).startswith("bot thon: ")
    assert said in str(raised.value)
    assert "Canary" not in "".join(traceback.format_exception(raised.value))


def test_a_token_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for there in (tmp_path / "nowhere.txt", tmp_path):
        with pytest.raises(ConfigError, match="write its token into that file"):
            tokens.read(replace(BOT, token_env="", token_file=str(there)))


def test_a_token_file_that_an_editor_named_otherwise_is_found(tmp_path: Path) -> None:
    saved = Path(kept(tmp_path, CANARY).token_file)
    with pytest.raises(ConfigError, match=r"there is token\.txt: rename it to token$"):
        tokens.read(replace(BOT, token_env="", token_file=str(saved.with_suffix(""))))


def test_two_bots_never_share_a_token() -> None:
    with pytest.raises(ConfigError, match="bots thon and xa have the same token"):
        tokens.read_all([BOT, replace(BOT, name="xa")])


async def test_the_first_admin_gets_a_code_and_nobody_after(tmp_path: Path) -> None:
    config = settings(tmp_path)
    async with opened(config) as service:
        first = service.code
    async with opened(config) as service:
        assert service.code != first
        database, now = service.app.database, service.app.clock.now()
        (bot_id,) = service.app.platforms
        chat_id, account_id, person_id = await database.write(
            people.meet,
            bot_id=bot_id,
            platform="telegram",
            chat_id="7",
            chat_kind="private",
            chat_title="",
            account_id="7",
            name="Chị Sen",
            now=now,
        )
        actor = Actor(person_id, account_id, chat_id, bot_id, now)
        await database.write(invitations.use, actor, code=service.code)
        assert await database.read(roles.admins, now) == 1
    async with opened(config) as service:
        assert service.code == ""


async def names(service: Service) -> list[str]:
    return [spot.name for spot in await service.app.database.read(places.below, "")]


async def test_a_village_may_come_or_be_renamed_but_none_may_go(tmp_path: Path) -> None:
    async with opened(settings(tmp_path, "Thôn Đông")) as service:
        assert await names(service) == ["Xã Mây", "Thôn Đông"]
    async with opened(settings(tmp_path, "Thôn Đồng", "Thôn Đoài")) as service:
        assert await names(service) == ["Xã Mây", "Thôn Đồng", "Thôn Đoài"]
    assert "put that slug back" in await refused(settings(tmp_path, "Thôn Đông"))


async def test_a_bot_may_come_and_one_that_went_stays_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOALANG_SECOND", f"8{CANARY}")
    other = BotConfig("xa", "telegram", "xa-may", "LOALANG_SECOND")
    async with opened(settings(tmp_path)) as service:
        assert len(service.app.platforms) == 1
    async with opened(settings(tmp_path, bots=(BOT, other))) as service:
        assert len(service.app.platforms) == 2
    async with opened(settings(tmp_path, bots=(other,))) as service:
        ids = await service.app.database.read(bots.named)
        assert ids.keys() == {"thon", "xa"}
        assert service.app.platforms.keys() == {ids["xa"]}


async def test_practice_and_service_are_apart_and_neither_takes_the_others_place(
    tmp_path: Path,
) -> None:
    config = settings(tmp_path)
    async with opened(config), open_demo(config.practice, CONTENT):
        assert (tmp_path / "data" / "loalang.db").exists()
        assert (tmp_path / "data" / "thu" / "loalang.db").exists()
    told = await refused(replace(config, data=config.practice.data))
    assert "made for practice" in told


async def test_a_second_program_on_the_same_database_is_refused(tmp_path: Path) -> None:
    async with opened(settings(tmp_path)):
        assert "another Loa Làng program" in await refused(settings(tmp_path))


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    assert "choose another folder as “data”" in await refused(settings(tmp_path))


async def test_what_was_opened_is_closed(tmp_path: Path) -> None:
    platform = Quiet()
    async with opened(settings(tmp_path), platform):
        assert not platform.closed
    assert platform.closed


async def test_health_says_whether_the_database_answers(tmp_path: Path) -> None:
    async with opened(settings(tmp_path)) as service:
        assert service.web
        async with TestClient(TestServer(service.web)) as client:
            async with client.get("/health") as answer:
                assert (answer.status, await answer.json()) == (200, {"ok": True})
            await service.app.database.close()
            async with client.get("/health") as answer:
                assert (answer.status, await answer.json()) == (503, {"ok": False})


async def test_without_a_port_nothing_is_served(tmp_path: Path) -> None:
    async with opened(settings(tmp_path, web=WebConfig(port=0))) as service:
        assert service.web is None


@pytest.mark.parametrize("webhook", [True, False])
async def test_only_a_bot_with_a_webhook_is_called(tmp_path: Path, webhook: bool) -> None:
    platform = Quiet()
    config = settings(tmp_path, bots=(replace(BOT, webhook=webhook),))
    async with opened(config, platform) as service:
        assert service.web
        async with TestClient(TestServer(service.web)) as client:
            async with client.post("/telegram/thon", data=b"{}") as answer:
                assert answer.status == (200 if webhook else 404)
            async with client.get("/telegram/thon") as answer:
                assert answer.status in (404, 405)
    assert platform.called == ([b"{}"] if webhook else [])


def test_a_port_in_use_is_named_with_the_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = settings(tmp_path, web=WebConfig(port=taken.getsockname()[1]))
        with pytest.raises(ConfigError, match=r"is in use: .* choose another with web\.port"):
            serve(config, CONTENT, say=lambda line: None, connect=lambda *_: Quiet())


def founded(folder: Path, base_url: str) -> Path:
    """A commune as `init` makes it, with the marks before its bot taken off; its settings."""
    init(folder, Given("Xã Mây", "A, B"), None, lambda line: None)
    kept(folder, CANARY)
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8").replace("https://api.telegram.org", base_url)
    for line in ("[[bots]]", "name = ", "platform = ", "place = ", "token_file = "):
        text = text.replace(f"\n# {line}", f"\n{line}", 1)
    path.write_text(text.replace("\nport = 8080", "\nport = 0"), encoding="utf-8")
    return path


async def started(config: Path) -> Process:
    command = [sys.executable, "-m", "bot.cli", "run", "--config", str(config)]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=PIPE)


async def ended(process: Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_the_program_serves_until_it_is_told_to_stop(
    tmp_path: Path, by: signal.Signals
) -> None:
    async with TelegramServer() as server:
        server.bot("thon_bot", token=CANARY)
        config = await asyncio.to_thread(founded, tmp_path / "xa", server.base_url)
        process = await started(config)
        try:
            await server.until(lambda: server.records.calls["getMe"] > 0, PATIENCE)
            process.send_signal(by)
            status, out, err = await ended(process)
        finally:
            if process.returncode is None:
                process.kill()
    assert (status, err) == (0, "")
    assert "is serving: xa-telegram" in out
    assert out.endswith("has stopped.\n")
    assert len(CODE.findall(out)) == 1
    assert "Canary" not in out


async def test_after_a_kill_it_starts_again_and_hears_first_of_all(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        server.bot("thon_bot", token=CANARY)
        config = await asyncio.to_thread(founded, tmp_path / "xa", server.base_url)
        for _ in range(2):
            server.records.calls.clear()
            process = await started(config)
            await server.until(lambda: server.records.calls.total() > 0, PATIENCE)
            process.kill()
            assert next(iter(server.records.calls)) == "getUpdates"
            _, out, err = await ended(process)
            assert err == ""
            assert "Canary" not in out


def test_what_is_missing_is_one_line_and_no_token(tmp_path: Path) -> None:
    assert "make yours with" in run("run", "--config", str(ROOT / "config.toml")).complaint
    config = founded(tmp_path / "xa", "http://127.0.0.1:1")
    (tmp_path / "xa" / "token.txt").chmod(0o644)
    told = run("run", "--config", str(config)).complaint
    assert "chmod 600" in told
    assert "Canary" not in told


def test_no_token_is_in_the_settings_as_they_are_shown(tmp_path: Path) -> None:
    config = settings(tmp_path, bots=(BOT, kept(tmp_path, CANARY)))
    assert tokens.read(config.bots[1]) == CANARY
    assert "Canary" not in repr(config)


def test_a_platforms_room_is_loaded_only_by_its_own_bots() -> None:
    script = (
        "import sys, bot.service, bot.check, bot.cli\n"
        "print(*(name for name in sys.modules if name.startswith('bot.platforms.tele')), "
        "*(name for name in sys.modules if name == 'bot.platforms.zalo.platform'))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


ZALO = replace(BOT, platform="zalo", display="Bot Loa Làng")
PUBLIC = WebConfig(public="https://bot.xa.example")


def test_a_bot_on_zalo_is_made_as_the_settings_say() -> None:
    config = Config(web=PUBLIC, zalo=ZaloConfig(monthly=9000, counts="sent"))
    platform = platform_of(ZALO, CANARY, config)
    assert (platform.name, platform.mention) == ("zalo", "@Bot Loa Làng")
    limits = platform.limits
    assert (limits.monthly, limits.counts_received, limits.photos_by_url) == (9000, False, True)
    assert platform_of(ZALO, CANARY, Config()).limits.counts_received
    assert platform_of(BOT, CANARY, Config()).name == "telegram"


@pytest.mark.parametrize(
    ("bot", "web", "shown"),
    [
        pytest.param(ZALO, PUBLIC, True, id="Zalo"),
        pytest.param(ZALO, WebConfig(), False, id="nobody reaches us"),
        pytest.param(BOT, PUBLIC, False, id="Telegram takes files"),
    ],
)
async def test_photos_have_addresses_where_zalo_can_read_them(
    tmp_path: Path, bot: BotConfig, web: WebConfig, shown: bool
) -> None:
    config = settings(tmp_path, bots=(bot,), web=web)
    async with opened(config) as service:
        assert service.web
        assert (service.app.photo_url is not None) == shown
        assert (tmp_path / "data" / "photos.key").exists() == shown
        paths = [str(getattr(each, "canonical", "")) for each in service.web.router.resources()]
        assert any(path.startswith("/photos/") for path in paths) == shown


async def test_an_address_of_a_photo_holds_over_a_new_start(tmp_path: Path) -> None:
    config = settings(tmp_path, bots=(ZALO,), web=PUBLIC)
    told = []
    for _ in range(2):
        async with opened(config) as service:
            assert service.app.photo_url
            told.append(service.app.photo_url(7))
    assert told[0] == told[1]
    assert told[0].startswith("https://bot.xa.example/photos/7-")


async def test_the_program_serves_a_bot_on_zalo(tmp_path: Path) -> None:
    async with ZaloServer() as server:
        token = server.bot(token=f"14592322414547:{'AaCanary' * 8}")
        config = await asyncio.to_thread(founded, tmp_path / "xa", "http://127.0.0.1:1")
        text = config.read_text(encoding="utf-8").replace(
            'platform = "telegram"', 'platform = "zalo"'
        )
        there = ("https://bot-api.zaloplatforms.com", server.base_url)
        config.write_text(text.replace(*there), encoding="utf-8")
        (tmp_path / "xa" / "token.txt").write_text(token, encoding="utf-8")
        process = await started(config)
        try:
            await server.until(lambda: server.polled(token), PATIENCE)
            person = server.person("Bà Lúa")
            person.say(token, "chào em")
            await server.until(lambda: person.received(token), PATIENCE)
            process.send_signal(signal.SIGTERM)
            status, out, err = await ended(process)
        finally:
            if process.returncode is None:
                process.kill()
    assert (status, err) == (0, "")
    assert len(CODE.findall(out)) == 1
    assert "Canary" not in out
