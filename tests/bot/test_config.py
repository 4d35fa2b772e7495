"""Settings are read as they are written, or refused with the setting and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import BotConfig, Config, ConfigError, WebConfig, find, load
from db import sqlite
from db.url import parse, sqlite_path
from tests.living import ROOT

BOT = '[[bots]]\nname = "a"\nplatform = "sandbox-zalo"\nplace = "song-trang"\n'


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
    assert [bot.platform for bot in config.bots] == ["sandbox-telegram", "sandbox-zalo"]
    assert config.web.port == 8080


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")) == Config()


def test_everything_written_is_read(tmp_path: Path) -> None:
    text = (
        'data = "d"\ndatabase = "postgresql://loa@host/loa"\ncontent = "c"\n[web]\nport = 0\n' + BOT
    )
    bots = (BotConfig("a", "sandbox-zalo", "song-trang"),)
    assert load(written(tmp_path, text)) == Config(
        "d", "postgresql://loa@host/loa", "c", WebConfig(0), bots
    )


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
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(
    tmp_path: Path, secret: str, line: str
) -> None:
    message = refused(tmp_path, line.format(secret))
    assert secret not in message
    assert "move it to" in message


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
