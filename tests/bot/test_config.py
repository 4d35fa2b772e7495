"""Settings are read as they are written, or refused with the setting and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import (
    BotConfig,
    Config,
    ConfigError,
    TelegramConfig,
    WebConfig,
    ZaloConfig,
    find,
    load,
)
from db import sqlite
from db.url import parse, sqlite_path
from tests.living import ROOT

BOT = '[[bots]]\nname = "a"\nplatform = "telegram"\nplace = "xa"\ntoken_env = "A"\n'
ZALO = '[[bots]]\nname = "z"\nplatform = "zalo"\nplace = "xa"\ntoken_env = "Z"\n'
PUBLIC = '[web]\npublic = "https://bot.xa.example/"\n'


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "settings.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refused(folder: Path, text: str | bytes) -> str:
    path = written(folder, text)
    with pytest.raises(ConfigError) as raised:
        load(path)
    message = str(raised.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def test_the_shipped_settings_run_the_demo() -> None:
    config = load(ROOT / "config.toml")
    assert config.bots == ()
    assert config.practice == config
    assert config.web.port == 8080


def test_the_shipped_block_of_a_bot_is_one_once_its_marks_are_gone(tmp_path: Path) -> None:
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    head, *blocks = shipped.split("# [[bots]]\n")
    found: list[BotConfig] = []
    for block, lines in zip(blocks, (4, 5), strict=True):
        bare = "".join(line.removeprefix("# ") for line in block.splitlines(keepends=True)[:lines])
        found += load(written(tmp_path, f"{head}[[bots]]\n{bare}")).bots
    telegram, zalo = (str(tmp_path / name) for name in ("token.txt", "token-zalo.txt"))
    assert found == [
        BotConfig("xa-telegram", "telegram", "song-trang", token_file=telegram),
        BotConfig("xa-zalo", "zalo", "song-trang", token_file=zalo, display=""),
    ]


def test_the_shipped_settings_are_the_defaults() -> None:
    config = load(ROOT / "config.toml")
    assert (config.web, config.telegram, config.zalo) == (
        WebConfig(),
        TelegramConfig(),
        ZaloConfig(),
    )


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")) == Config()


def test_everything_written_is_read(tmp_path: Path) -> None:
    text = (
        'data = "d"\ndatabase = "postgresql://loa@host/loa"\ncontent = "c"\n'
        '[telegram]\nbase_url = "https://api.xa.example/"\nproxy = "http://proxy.xa.example:3128"\n'
        '[zalo]\nbase_url = "https://zalo.xa.example/"\nmonthly = 9000\ncounts = "sent"\n'
        f"{PUBLIC}port = 1\n{BOT}webhook = true\n"
        f'{ZALO}display = "@Bot  Xã Mây "\n'
    )
    assert load(written(tmp_path, text)) == Config(
        "d",
        "postgresql://loa@host/loa",
        "c",
        WebConfig(1, "https://bot.xa.example"),
        TelegramConfig("https://api.xa.example", "http://proxy.xa.example:3128"),
        ZaloConfig("https://zalo.xa.example", 9000, "sent"),
        (
            BotConfig("a", "telegram", "xa", "A", webhook=True),
            BotConfig("z", "zalo", "xa", "Z", display="Bot Xã Mây"),
        ),
    )


def test_a_file_as_a_plain_editor_leaves_it_is_read(tmp_path: Path) -> None:
    assert load(written(tmp_path, b'\xef\xbb\xbfdata = "d"\r\n')).data == "d"


def test_a_token_file_lies_beside_the_settings(tmp_path: Path) -> None:
    text = BOT.replace('token_env = "A"', 'token_file = "bots/a.txt"')
    assert load(written(tmp_path, text)).bots[0].token_file == str(tmp_path / "bots" / "a.txt")


def test_a_commune_of_its_own_practises_apart_from_its_service() -> None:
    config = Config(data="here", database="postgresql://h/n", content="ours")
    assert config.url == "postgresql://h/n"
    assert config.practice.url == "sqlite:///here/thu/loalang.db"
    assert config.practice.content == "ours"


@pytest.mark.parametrize(
    "base_url",
    ["https://api.telegram.org", "http://127.0.0.1:8081", "http://[::1]:1", "http://localhost"],
)
def test_platforms_are_asked_over_tls_or_on_this_machine(tmp_path: Path, base_url: str) -> None:
    text = "".join(f'[{one}]\nbase_url = "{base_url}"\n' for one in ("telegram", "zalo"))
    config = load(written(tmp_path, text))
    assert config.telegram.base_url == config.zalo.base_url == base_url


def test_without_a_database_it_is_sqlite_in_the_data_folder() -> None:
    assert Config(data="here").url == "sqlite:///here/loalang.db"
    assert Config(database="postgresql://h/n").url == "postgresql://h/n"


@pytest.mark.parametrize("name", ["a?b", "a%20b", "a#b", "xã Bến Đò", "a&b=c"])
def test_the_database_lies_in_the_data_folder_whatever_signs_its_name_has(name: str) -> None:
    path = sqlite_path(parse(Config(data=name).url))
    assert path == Path(name).resolve() / "loalang.db"
    assert sqlite.create(path, (), "BEGIN").url.database == str(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param('dta = "x"', "unknown setting “dta”; did you mean “data”?", id="near"),
        pytest.param("[wbe]\nport = 1", "“wbe”; did you mean “web”?", id="a table's name"),
        pytest.param("[web]\nprot = 1", "“web.prot”; did you mean “port”?", id="inside a table"),
        pytest.param(BOT + "colour = 1", "“bots.colour”; known are name", id="nothing near"),
        pytest.param(BOT + 'token = "x"', "“bots.token”; did you mean “token_", id="token"),
        pytest.param('[telegram]\nurl = ""', "“telegram.url”", id="of a platform"),
    ],
)
def test_an_unknown_setting_is_named_with_the_nearest(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("data = 1", "data must be text in quotes", id="number for text"),
        pytest.param('[web]\nport = "80"', "web.port must be a whole number", id="text"),
        pytest.param("[web]\nport = true", "web.port must be a whole number", id="truth"),
        pytest.param("[web]\nport = 80.5", "web.port must be a whole number", id="broken number"),
        pytest.param("[web]\nport = 65536", "from 0 to 65535", id="port too high"),
        pytest.param("web = 80", "write [web] above it", id="value for a table"),
        pytest.param('[bots]\nname = "a"', "[[bots]], in double brackets", id="single brackets"),
        pytest.param("bots = [3]", "write [[bots]] above it", id="number for a bot"),
        pytest.param('[[bots]]\nname = "a"', "a bot has no platform", id="half a bot"),
        pytest.param(BOT + BOT, "two bots are called “a”", id="one name twice"),
        pytest.param(BOT + "webhook = 1", "bots.webhook must be true or false", id="no truth"),
        pytest.param(BOT + "webhook = true", "set web.public", id="a webhook nobody can call"),
        pytest.param(
            f"{PUBLIC}port = 0\n{BOT}webhook = true",
            "let web.port be",
            id="a webhook without a port",
        ),
        pytest.param(BOT.replace('"a"', '"a b"'), "rename that bot", id="a name for no address"),
        pytest.param(BOT.replace('"A"', '"A-B"'), "name of an environment variable", id="variable"),
        pytest.param(BOT.replace('"A"', '""'), "no token; name it by", id="no token"),
        pytest.param(BOT + 'token_file = "f"', "keep one of token_env and", id="two tokens"),
        pytest.param(BOT + 'display = "Bot Xã"', "take it out", id="Telegram's own mention"),
        pytest.param(ZALO + "webhook = true", "the bot asks by itself", id="Zalo's webhook"),
        pytest.param("[zalo]\nmonthly = 0", "3000 on the free one", id="no messages at all"),
        pytest.param('[zalo]\nmonthly = "3000"', "zalo.monthly must be a whole", id="text"),
        pytest.param('[zalo]\ncounts = "in"', 'leave it at "both"', id="what counts"),
        pytest.param(
            '[zalo]\nbase_url = "http://zalo.example"', "zalo.base_url must begin", id="in clear"
        ),
        pytest.param(BOT.replace("telegram", "sandbox-zalo"), "take this", id="a demo's bot"),
        pytest.param(BOT.replace("telegram", "fax"), '= "telegram" or "zalo"', id="platform"),
        pytest.param('[web]\npublic = "http://xa.example"', "web.public", id="public without TLS"),
        pytest.param('[web]\npublic = "xa.example"', "web.public", id="public without a scheme"),
        pytest.param(
            '[telegram]\nbase_url = "http://api.telegram.org"', "leave it at", id="tokens in clear"
        ),
        pytest.param(
            '[telegram]\nbase_url = "http://127.0.0.1.xa.example"', "leave it at", id="almost here"
        ),
        pytest.param('[telegram]\nbase_url = "https://"', "leave it at", id="nowhere"),
        pytest.param('[telegram]\nproxy = "socks5://h:1"', "no HTTP proxy", id="another proxy"),
        pytest.param('[telegram]\nproxy = "http://h"', "no HTTP proxy", id="proxy without a port"),
        pytest.param('[telegram]\nproxy = "http://h:99999"', "no HTTP proxy", id="proxy's port"),
        pytest.param('[telegram]\nproxy = "http://me@h:1"', "no HTTP proxy", id="proxy's user"),
        pytest.param(
            '[telegram]\nbase_url = "http://[::1]:8081"\nproxy = "http://h:1"',
            "take out proxy",
            id="tokens in clear through a proxy",
        ),
        pytest.param('data = "a\\u0000b"', "data holds a NUL", id="NUL"),
        pytest.param('data = "a', "mend that line", id="no TOML"),
        pytest.param('data = "a"\ndata = "b"', "mend that line", id="one setting twice"),
        pytest.param(b'data = "\xff"', "save it as UTF-8", id="not UTF-8"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_do(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("secret", "line"),
    [
        pytest.param("123456789:AAExampleExampleExampleExample", 'data = "{}"', id="a value"),
        pytest.param("123456789:AAExampleExampleExampleExample", "# {}", id="a comment"),
        pytest.param("hunter2", 'database = "postgresql://loa:{}@h/n"', id="a password"),
        pytest.param(
            "hunter2", 'database = "postgresql://h/n?user=loa&password={}"', id="as an option"
        ),
        pytest.param("hunter2", 'database = "postgresql://h/n?sslpassword={}"', id="of a key"),
        pytest.param("123456789:AAExampleExampleExampleExample", '"{}" = "{}"', id="no TOML"),
        pytest.param(
            "123456789:AAExampleExampleExampleExample", '[[bots]]\ntoken_env = "{}"', id="a token"
        ),
        pytest.param(f"1459232241454765289:{'AaBbExample' * 6}", 'data = "{}"', id="of Zalo"),
        pytest.param("hunter2", '[telegram]\nproxy = "http://a:{}@h:1"', id="of a proxy"),
        pytest.param("hunter2", '[web]\npublic = "https://a:{}@xa.example"', id="of a site"),
        pytest.param("hunter2", '[zalo]\nbase_url = "https://a:{}@zalo.example"', id="of Zalo's"),
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(
    tmp_path: Path, secret: str, line: str
) -> None:
    message = refused(tmp_path, line.replace("{}", secret))
    assert secret not in message
    advice = ("move it to", "without a password", "write it without them")
    assert any(one in message for one in advice)
    assert ("database" in message) == ("postgresql" in line)


@pytest.mark.parametrize("variable", ["123:short-Secret", "Secret with spaces"])
def test_what_may_be_a_token_in_the_wrong_place_is_not_repeated(
    tmp_path: Path, variable: str
) -> None:
    assert "ecret" not in refused(tmp_path, BOT.replace('"A"', f'"{variable}"'))


@pytest.mark.parametrize("name", ["nowhere.toml", "x" * 5000])
def test_settings_that_are_not_there_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="there is no such file; name one with --config"):
        find(tmp_path / name)


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        find(tmp_path)


def test_the_folder_one_stands_in_comes_before_what_was_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find(None).resolve() == ROOT / "config.toml"
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    assert find(None).resolve() == tmp_path / "config.toml"
