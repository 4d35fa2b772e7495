"""`check` asks Zalo about each of its bots, and says what is used of their plans."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from bot.check import check
from bot.check_zalo import bot_on_zalo, plan_of
from bot.config import BotConfig, Config, ConfigError, WebConfig, ZaloConfig
from bot.platforms.zalo.wire import Wire
from bot.service import open_service
from db import bots, quota
from db.tables import Chat, table
from tests.bot.serving import Quiet, settings
from tests.living import CONTENT, ROOT
from tests.servers.faults import FaultKind
from tests.servers.zalo import Habits, ZaloServer

CANARY = f"1459232241454765289:{'AaCanary' * 8}"
BOT = BotConfig("thon", "zalo", "xa-may", "LOALANG_CHECKED", display="Bot Loa Làng")
PUBLIC = WebConfig(public="https://bot.xa.example")
chat = table(Chat)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(BOT.token_env, CANARY)
    return CANARY


def there(base_url: str, web: WebConfig = WebConfig()) -> Config:  # noqa: B008 (frozen)
    return Config(web=web, zalo=ZaloConfig(base_url))


async def told(bot: BotConfig, config: Config) -> str:
    """The line of a bot; its token never."""
    try:
        line = await asyncio.to_thread(bot_on_zalo, bot, config)
    except ConfigError as error:
        line = f"✗ {error}"
    assert "Canary" not in line
    return line


async def test_a_bot_is_told_with_its_mention_and_how_it_hears(token: str) -> None:
    async with ZaloServer() as server:
        server.bot(token=token)
        line = await told(BOT, there(server.base_url))
    assert line.startswith("bot thon: “@Bot Loa Làng” in groups; hears there only what mentions it")
    assert "is off is lost; no photos: for them set web.public" in line
    page = line.rpartition("; its page should be ")[2]
    assert page.startswith("https://bot.zaloplatforms.com/bots/")
    assert page.rpartition("/")[2].isdigit()


async def test_a_public_address_without_its_port_is_told_apart(token: str) -> None:
    async with ZaloServer() as server:
        server.bot(token=token)
        line = await told(BOT, there(server.base_url, replace(PUBLIC, port=0)))
    assert "no photos: for them let web.port be another than 0" in line


@pytest.mark.parametrize(
    ("display", "shows", "said"),
    [
        pytest.param("", True, "“@Bot Loa Làng” in groups;", id="Zalo tells it"),
        pytest.param("bot loa lang", True, "“@bot loa lang” in groups;", id="without marks"),
        pytest.param("Bot Xã", True, "while Zalo calls it “Bot Loa Làng”", id="another"),
        pytest.param("Bot Xã", False, "“@Bot Xã” in groups;", id="only the settings tell it"),
        pytest.param("Loa Xã", False, "names on Zalo begin with “Bot”", id="no name of a bot"),
        pytest.param("", False, "write that name as display", id="nobody tells it"),
    ],
)
async def test_the_name_that_people_mention_is_known_or_asked_for(
    token: str, display: str, shows: bool, said: str
) -> None:
    async with ZaloServer(habits=Habits(shows_display=shows)) as server:
        server.bot(token=token)
        line = await told(replace(BOT, display=display), there(server.base_url))
    assert said in line
    assert line.startswith("✗") == ("write" in said)


async def test_a_token_that_zalo_refuses_is_to_be_copied_again(token: str) -> None:
    async with ZaloServer() as server:
        assert "Zalo refuses its token; copy it" in await told(BOT, there(server.base_url))
        server.revoke(server.bot(token=token))
        assert "Zalo refuses its token; copy it" in await told(BOT, there(server.base_url))


@pytest.mark.parametrize(
    ("hook", "called", "said"),
    [
        pytest.param("https://other.example/s3cret", False, "webhook at other.example;", id="no"),
        pytest.param("https://other.example/s3cret", True, "go to other.example until", id="ours"),
        pytest.param("https://bot.xa.example/zalo/thon", True, "; called by Zalo", id="called"),
        pytest.param("https://bot.xa.example/zalo/thon", False, "asks by itself", id="ours again"),
        pytest.param("", True, "; called by Zalo; photos by address", id="not yet called"),
    ],
)
async def test_a_webhook_elsewhere_is_told_by_its_host_alone(
    token: str, hook: str, called: bool, said: str
) -> None:
    async with ZaloServer() as server:
        server.bot(token=token)
        if hook:
            async with Wire(token, base_url=server.base_url) as wire:
                await wire.call("setWebhook", url=hook, secret_token="a secret")  # noqa: S106
        line = await told(replace(BOT, webhook=called), there(server.base_url, PUBLIC))
    assert said in line
    assert "s3cret" not in line
    assert line.startswith("✗") == ("webhook at" in said)


@pytest.mark.parametrize("fault", ["garbage", "no_result", "half"])
async def test_an_answer_that_is_not_zalos_is_told(token: str, fault: FaultKind) -> None:
    async with ZaloServer() as server:
        server.bot(token=token)
        server.fault(fault, "getme")
        assert "gives no answer of Zalo's" in await told(BOT, there(server.base_url))


async def test_zalo_out_of_reach_is_told_with_its_host() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    line = await told(BOT, there(f"http://127.0.0.1:{port}"))
    assert "Zalo (127.0.0.1) cannot be reached; check the network" in line


async def test_check_looks_at_a_bot_of_zalos(tmp_path: Path, token: str) -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    block = '\n[[bots]]\nname = "thon"\nplatform = "zalo"\nplace = "song-trang"\n'
    async with ZaloServer() as server:
        server.bot(token=token)
        text = text.replace("https://bot-api.zaloplatforms.com", server.base_url)
        text = text.replace("loalang-demo", str(tmp_path / "data"))
        path = tmp_path / "settings.toml"
        path.write_text(f'{text}{block}token_env = "{BOT.token_env}"\n', encoding="utf-8")
        findings = await asyncio.to_thread(check, path)
    (line,) = (finding.text for finding in findings if " bot thon: " in finding.text)
    assert line.startswith("✗ bot thon: Zalo does not tell what people see it called")


def met(session: Session, bot_id: int, people: int, groups: int) -> None:
    kinds = ["private"] * people + ["group"] * groups
    rows = [{"bot_id": bot_id, "external_id": f"{n}", "kind": k} for n, k in enumerate(kinds)]
    session.execute(insert(chat).values([{**row, "title": ""} for row in rows]))
    session.execute(
        insert(chat).values(
            bot_id=bot_id, external_id="out", kind="group", title="", standing="out"
        )
    )


@pytest.mark.parametrize(
    ("counts", "people", "groups", "said"),
    [
        ("both", 12, 2, "1600/3000 messages in {}, 2/3 groups, 12/50 people"),
        ("sent", 12, 3, "900/3000 messages in {}, 3/3 groups, 12/50 people"),
        ("sent", 51, 1, "1/3 groups, 51/50 people; more than the free plan: make a further bot"),
        ("sent", 1, 4, "4/3 groups, 1/50 people; more than the free plan: make a further bot"),
    ],
)
async def test_the_plan_is_told_with_what_is_used_of_it(
    tmp_path: Path, counts: str, people: int, groups: int, said: str
) -> None:
    config = replace(settings(tmp_path), bots=(BOT,), zalo=ZaloConfig(counts=counts))
    assert plan_of(BOT, config) == "plan of thon: nothing used yet"
    async with open_service(config, CONTENT, lambda *_: Quiet()) as service:
        database, now = service.app.database, service.app.clock.now()
        (bot_id,) = service.app.platforms
        await database.write(quota.received, bot_id, 700, now)
        await database.write(quota.sent, bot_id, 900, now)
        await database.write(met, bot_id, people, groups)
        assert await database.read(bots.met, bot_id) == (people, groups)
    line = await asyncio.to_thread(plan_of, BOT, config)
    assert said.format(quota.month(now)) in line


async def test_a_month_used_up_and_a_plan_that_is_not_free_are_told(tmp_path: Path) -> None:
    config = replace(settings(tmp_path), bots=(BOT,), zalo=ZaloConfig(monthly=4000))
    async with open_service(config, CONTENT, lambda *_: Quiet()) as service:
        database, now = service.app.database, service.app.clock.now()
        (bot_id,) = service.app.platforms
        await database.write(quota.sent, bot_id, 3999, now)
        line = await asyncio.to_thread(plan_of, BOT, config)
        assert "3999/4000 messages" in line
        assert line.endswith(
            "the free plan gives 3000 a month: let zalo.monthly be so unless you pay for more"
        )
        await database.write(quota.sent, bot_id, 1, now)
        with pytest.raises(ConfigError, match="all is used up until the month is over"):
            await asyncio.to_thread(plan_of, BOT, config)


def test_without_its_database_a_plan_is_not_known(tmp_path: Path) -> None:
    config = replace(settings(tmp_path), bots=(BOT,))
    config.folder.mkdir()
    (config.folder / "loalang.db").write_bytes(b"no database" * 500)
    assert plan_of(BOT, config) == "plan of thon: not known without the database"


async def test_a_bot_that_zalo_refuses_is_told_until_when(tmp_path: Path) -> None:
    config = replace(settings(tmp_path), bots=(BOT,))
    async with open_service(config, CONTENT, lambda *_: Quiet()) as service:
        (bot_id,) = service.app.platforms
        until = await service.app.database.write(quota.refuse, bot_id, service.app.clock.now())
    line = await asyncio.to_thread(plan_of, BOT, config)
    assert f"; Zalo takes nothing until {until.astimezone(quota.HERE):%H:%M}" in line
