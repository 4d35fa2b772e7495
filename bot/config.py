"""The settings: read once, refused with a word on what to do, never guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

FILE: Final = "config.toml"
_HERE: Final = Path(__file__).parent
_TOKEN: Final = re.compile(r"\d{6,}:[A-Za-z0-9_-]{20,}")
_PASSWORD: Final = re.compile(r"://[^/@\s]*:[^/@\s]+@|[?&](ssl)?password=")


class ConfigError(Exception):
    """A setting is wrong. The message names file and setting and ends in what to do."""


@dataclass(frozen=True, slots=True)
class BotConfig:
    """One bot: `platform` says which program speaks for it, `place` the slug it serves."""

    name: str
    platform: str
    place: str


@dataclass(frozen=True, slots=True)
class WebConfig:
    port: int = 8080


@dataclass(frozen=True, slots=True)
class Config:
    """`database` "": SQLite in `data`. `content` "": the shipped content alone."""

    data: str = "loalang-data"
    database: str = ""
    content: str = ""
    web: WebConfig = WebConfig()
    bots: tuple[BotConfig, ...] = ()

    @property
    def folder(self) -> Path:
        return Path(self.data)

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{quote(str(self.folder / 'loalang.db'))}"


def find(given: Path | None) -> Path:
    """The file named, else config.toml in this folder, else the one shipped with the program."""
    shipped = (_HERE / FILE, _HERE.parent / FILE)
    candidates = (given,) if given else (Path(FILE), *shipped)
    for candidate in candidates:
        with suppress(OSError):  # a name too long, a folder that may not be looked into
            if candidate.is_file():
                return candidate
    raise ConfigError(f"{candidates[0]}: there is no such file; name one with --config")


def load(path: Path) -> Config:
    """Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the file") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}; mend that line") from None
    _refuse_secrets(path, text)
    web = WebConfig(**_read(path, "web", WebConfig, table.pop("web", {})))
    bots = _bots(path, table.pop("bots", []))
    config = Config(**_read(path, "", Config, table), web=web, bots=bots)
    if not 0 <= config.web.port <= 65535:
        raise ConfigError(f"{path}: web.port is {config.web.port}; give a port from 0 to 65535")
    return config


def _bots(path: Path, tables: object) -> tuple[BotConfig, ...]:
    if not isinstance(tables, list):
        raise ConfigError(f"{path}: bots is one table; write [[bots]], in double brackets")
    bots = [BotConfig(**_read(path, "bots", BotConfig, table)) for table in tables]
    names = [bot.name for bot in bots]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{path}: two bots are called “{name}”; give each its own name")
    return tuple(bots)


def _read(path: Path, section: str, kind: type, table: object) -> dict[str, Any]:
    """The table's values, checked by name and type against the dataclass."""
    if not isinstance(table, Mapping):
        heading = "[[bots]]" if section == "bots" else f"[{section}]"
        raise ConfigError(f"{path}: {section} must be a table; write {heading} above it")
    known = {field.name: field for field in fields(kind)}
    for key, value in table.items():
        name = f"{section}.{key}" if section else key
        if key not in known:
            raise ConfigError(f"{path}: unknown setting “{name}”; {_nearest(key, known)}")
        expected = int if known[key].type == "int" else str
        if not isinstance(value, expected) or isinstance(value, bool):
            wanted = "a whole number" if expected is int else "text in quotes"
            raise ConfigError(f"{path}: {name} must be {wanted}; mend its value")
        if "\0" in str(value):
            raise ConfigError(f"{path}: {name} holds a NUL (\\u0000); take it out")
    for key, field in known.items():
        if section == "bots" and key not in table:
            raise ConfigError(f'{path}: a bot has no {key}; add {field.name} = "…"')
    return dict(table)


def _nearest(key: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(key, known, n=1)
    return f"did you mean “{close[0]}”?" if close else f"known are {', '.join(known)}"


def _refuse_secrets(path: Path, text: str) -> None:
    if _TOKEN.search(text):
        raise ConfigError(
            f"{path}: a bot's token stands in this file; move it to an environment variable "
            "or a file of its own, and have the platform issue a new one"
        )
    if _PASSWORD.search(text):
        raise ConfigError(
            f"{path}: a password stands in the database address; move it to PGPASSWORD or .pgpass"
        )
