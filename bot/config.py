"""The settings: read once, refused with a word on what to do, never guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, dataclass, fields, replace
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, quote, urlsplit

FILE: Final = "config.toml"
PRACTICE: Final = "thu"  # the folder of practice, in that of the service
_HERE: Final = Path(__file__).parent
_TOKEN: Final = re.compile(r"\d{6,}:[A-Za-z0-9_-]{20,}")
_PASSWORD: Final = re.compile(r"://[^/@\s]*:[^/@\s]+@|[?&](ssl)?password=")
_ADDRESS: Final = re.compile(r"\s*(public|base_url)\s*=")
_BOT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")  # it stands in a web address
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KINDS: Final = {"str": (str, "text in quotes"), "int": (int, "a whole number")}
_PLATFORMS: Final = ("telegram", "zalo")
_COUNTS: Final = ("both", "sent")
_NO_PLATFORM: Final = {
    "sandbox-telegram": "the demo makes its own bots; take this [[bots]] out",
    "sandbox-zalo": "the demo makes its own bots; take this [[bots]] out",
}


class ConfigError(Exception):
    """A setting is wrong. The message names file and setting and ends in what to do."""


@dataclass(frozen=True, slots=True)
class BotConfig:
    """One real bot: `platform` says which program speaks for it, `place` the slug it serves. Its
    token is in the environment variable `token_env` or in the file `token_file`, never here.
    `display`: what people write behind “@” to mention it on Zalo, "" to ask Zalo."""

    name: str
    platform: str
    place: str
    token_env: str = ""
    token_file: str = ""
    webhook: bool = False
    display: str = ""

    @property
    def path(self) -> str:
        """Where its platform calls it, below `web.public`."""
        return f"/{self.platform}/{self.name}"


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """`proxy` "": none."""

    base_url: str = "https://api.telegram.org"
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class ZaloConfig:
    """`monthly`: messages of one bot in a month by its plan. `counts`: which of them Zalo counts,
    "sent" or "both"; it does not say, and "both" never goes over."""

    base_url: str = "https://bot-api.zaloplatforms.com"
    monthly: int = 3000
    counts: str = "both"


@dataclass(frozen=True, slots=True)
class WebConfig:
    """`public`: under which address the outside reaches `port`, "" where it does not."""

    port: int = 8080
    public: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """`database` "": SQLite in `data`. `content` "": the shipped content alone."""

    data: str = "loalang-data"
    database: str = ""
    content: str = ""
    web: WebConfig = WebConfig()
    telegram: TelegramConfig = TelegramConfig()
    zalo: ZaloConfig = ZaloConfig()
    bots: tuple[BotConfig, ...] = ()

    @property
    def folder(self) -> Path:
        return Path(self.data)

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{quote(str(self.folder / 'loalang.db'))}"

    @property
    def practice(self) -> Config:
        """The settings of the demo. A commune of one's own practises in a folder and a database
        apart, so that practice never mixes with service."""
        if not self.content:
            return self
        return replace(self, data=str(self.folder / PRACTICE), database="")


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
        text = path.read_text(encoding="utf-8-sig")
        _refuse_secrets(path, text)  # before anything of it can be repeated
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the file") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}; mend that line") from None
    web = _web(path, table.pop("web", {}))
    telegram = _telegram(path, table.pop("telegram", {}))
    zalo = _zalo(path, table.pop("zalo", {}))
    bots = _bots(path, table.pop("bots", []), web)
    rest = _read(path, "", Config, table)
    return Config(**rest, web=web, telegram=telegram, zalo=zalo, bots=bots)


def _web(path: Path, table: object) -> WebConfig:
    web = WebConfig(**_read(path, "web", WebConfig, table))
    if not 0 <= web.port <= 65535:
        raise ConfigError(f"{path}: web.port is {web.port}; give a port from 0 to 65535")
    if web.public and not _is_address(web.public, ("https",)):
        raise ConfigError(f'{path}: web.public is no address; write "https://bot.xa.example"')
    return replace(web, public=web.public.rstrip("/"))


def _telegram(path: Path, table: object) -> TelegramConfig:
    telegram = TelegramConfig(**_read(path, "telegram", TelegramConfig, table))
    proxy = telegram.proxy
    base_url = _base_url(path, "telegram", telegram.base_url, TelegramConfig().base_url)
    split = _split(proxy)
    if proxy and not (_is_address(proxy, ("http",)) and split and split.port and not split.path):
        raise ConfigError(f'{path}: telegram.proxy is no HTTP proxy; write "http://host:port"')
    if proxy and _is_here(base_url):  # the token would travel in clear to another machine
        raise ConfigError(
            f'{path}: telegram.proxy does not go with a base_url of "http://"; take out proxy, or '
            "let base_url be https://"
        )
    return replace(telegram, base_url=base_url)


def _zalo(path: Path, table: object) -> ZaloConfig:
    zalo = ZaloConfig(**_read(path, "zalo", ZaloConfig, table))
    if zalo.monthly < 1:
        raise ConfigError(
            f"{path}: zalo.monthly is {zalo.monthly}; write how many messages a month the plan "
            f"gives each bot, {ZaloConfig().monthly} on the free one"
        )
    if zalo.counts not in _COUNTS:
        raise ConfigError(
            f'{path}: zalo.counts must be "both" or "sent"; leave it at "both", which never goes '
            "over"
        )
    base_url = _base_url(path, "zalo", zalo.base_url, ZaloConfig().base_url)
    return replace(zalo, base_url=base_url)


def _base_url(path: Path, section: str, given: str, usual: str) -> str:
    """Tokens stand in what is asked there. Raises ConfigError."""
    if not (_is_address(given, ("https",)) or _is_here(given)):
        raise ConfigError(
            f'{path}: {section}.base_url must begin with "https://", or with "http://" and be on '
            f'this machine; leave it at "{usual}"'
        )
    return given.rstrip("/")


def _split(address: str) -> SplitResult | None:
    """None: it cannot be read as an address."""
    try:
        split = urlsplit(address)
        return split if split.port != 0 else None
    except ValueError:
        return None


def _is_address(address: str, schemes: tuple[str, ...]) -> bool:
    split = _split(address)
    return (
        split is not None
        and split.scheme in schemes
        and bool(split.hostname)
        and not (split.username or split.password or split.query or split.fragment)
        and not re.search(r"\s", address)
    )


def _is_here(address: str) -> bool:
    """Whether what is said to it stays on this machine."""
    split = _split(address)
    if split is None or not _is_address(address, ("http",)):
        return False
    with suppress(ValueError):
        return ip_address(split.hostname or "").is_loopback
    return split.hostname == "localhost"


def _bots(path: Path, tables: object, web: WebConfig) -> tuple[BotConfig, ...]:
    if not isinstance(tables, list):
        raise ConfigError(f"{path}: bots is one table; write [[bots]], in double brackets")
    bots = tuple(_bot(path, table, web) for table in tables)
    names = [bot.name for bot in bots]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{path}: two bots are called “{name}”; give each its own name")
    return bots


def _bot(path: Path, table: object, web: WebConfig) -> BotConfig:
    bot = BotConfig(**_read(path, "bots", BotConfig, table))
    if not _BOT_NAME.fullmatch(bot.name):
        raise ConfigError(f"{path}: bots.name may hold a–z, 0–9, - and _; rename that bot")
    if bot.platform not in _PLATFORMS:
        usual = 'write platform = "telegram" or "zalo", in small letters'
        advice = _NO_PLATFORM.get(bot.platform, usual)
        raise ConfigError(f"{path}: bot {bot.name} has a platform that cannot be served; {advice}")
    if bot.webhook and not (web.public and web.port):
        lacking = "let web.port be another than 0" if web.public else "set web.public"
        raise ConfigError(
            f"{path}: bot {bot.name} has a webhook, and nobody can call it; {lacking}, or take out "
            "webhook: without it the bot asks by itself"
        )
    if bot.display and bot.platform != "zalo":
        raise ConfigError(
            f"{path}: bot {bot.name} has a display, and only Zalo's need one; take it out"
        )
    file = _token_file(path, bot)
    return replace(bot, token_file=file, display=" ".join(bot.display.split()).lstrip("@"))


def _token_file(path: Path, bot: BotConfig) -> str:
    """In full, "" where the token is in a variable. Raises ConfigError."""
    if bool(bot.token_env) == bool(bot.token_file):
        found = "two places for its token; keep one of" if bot.token_env else "no token; name it by"
        raise ConfigError(f"{path}: bot {bot.name} has {found} token_env and token_file")
    if bot.token_env and not _VARIABLE.fullmatch(bot.token_env):  # perhaps the token: not repeated
        raise ConfigError(
            f"{path}: bot {bot.name}: token_env is no name of an environment variable; write the "
            'variable\'s name, such as "LOALANG_TOKEN", and the token into that variable'
        )
    return str(path.absolute().parent / bot.token_file) if bot.token_file else ""


def _read(path: Path, section: str, kind: type, table: object) -> dict[str, Any]:
    """The table's values, checked by name and type against the dataclass."""
    if not isinstance(table, Mapping):
        heading = "[[bots]]" if section == "bots" else f"[{section}]"
        raise ConfigError(f"{path}: {section} must be a table; write {heading} above it")
    known: dict[str, Field[Any]] = {field.name: field for field in fields(kind)}
    for key, value in table.items():
        name = f"{section}.{key}" if section else key
        if key not in known:
            raise ConfigError(f"{path}: unknown setting “{name}”; {_nearest(key, known)}")
        expected, wanted = _KINDS.get(str(known[key].type), (bool, "true or false"))
        if type(value) is not expected:
            raise ConfigError(f"{path}: {name} must be {wanted}; mend its value")
        if "\0" in str(value):
            raise ConfigError(f"{path}: {name} holds a NUL (\\u0000); take it out")
    for key, field in known.items():
        if field.default is MISSING and key not in table:
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
    for line in text.splitlines():
        if not _PASSWORD.search(line):
            continue
        if found := _ADDRESS.match(line):
            raise ConfigError(
                f"{path}: a name and a password stand in the address of “{found[1]}”, which takes "
                'none; write it without them: "https://…"'
            )
        if "proxy" in line:
            raise ConfigError(
                f"{path}: a password stands in the proxy's address, and such a proxy is not "
                "supported; name one that lets this machine in without a password"
            )
        raise ConfigError(
            f"{path}: a password stands in the database address; move it to PGPASSWORD or .pgpass"
        )
