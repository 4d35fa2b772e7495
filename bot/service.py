"""`loalang run`: the real bots of the settings over one database, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from aiohttp import web

from bot import founding, tokens
from bot.app import App, opened, started
from bot.clock import Clock
from bot.config import BotConfig, Config, ConfigError
from bot.platforms.base import Platform
from bot.web.health import service_app
from bot.web.listening import listening
from bot.web.photos import Photos, kept_key
from content.commune import Commune, load_commune
from content.loader import Content
from db import communes, invitations
from db.communes import Inhabited, NewPlace
from db.engine import Database
from db.errors import DatabaseError
from db.invitations import AdminThere

_CODE: Final = (
    "\n    {code}\n\n"
    "Chưa có quản trị: nhắn mã này riêng cho bot để thành quản trị đầu tiên; mã dùng một lần.\n"
    "No admin yet: whoever sends this code to the bot in private becomes the first; it counts once."
)


class Served(Platform, Protocol):
    """A real platform; `hook` answers its calls at the bot's path, for a bot with a webhook."""

    async def hook(self, request: web.Request) -> web.Response: ...


Connect: TypeAlias = Callable[[BotConfig, str, Config], Served]  # of a bot and its token
KEY: Final = "photos.key"  # in the data folder


@dataclass(frozen=True, slots=True)
class Service:
    """`code`: for the first admin, "" where there is one. `web`: None where no port is set."""

    app: App
    web: web.Application | None
    code: str


def platform_of(bot: BotConfig, token: str, config: Config) -> Served:
    return (zalo if bot.platform == "zalo" else telegram)(bot, token, config)


def telegram(bot: BotConfig, token: str, config: Config) -> Served:
    from bot.platforms.telegram.platform import Telegram  # only who uses it pays for it

    return Telegram(
        token,
        base_url=config.telegram.base_url,
        proxy=config.telegram.proxy,
        hook_url=_hook_url(bot, config),
        called=bot.webhook,
    )


def zalo(bot: BotConfig, token: str, config: Config) -> Served:
    from bot.platforms.zalo.platform import Zalo  # only who uses it pays for it

    return Zalo(
        token,
        base_url=config.zalo.base_url,
        display=bot.display,
        hook_url=_hook_url(bot, config),
        called=bot.webhook,
        monthly=config.zalo.monthly,
        counts_received=config.zalo.counts == "both",
    )


def _hook_url(bot: BotConfig, config: Config) -> str:
    return f"{config.web.public}{bot.path}" if config.web.public else ""


def serve(
    config: Config, content: Content, *, say: Callable[[str], None], connect: Connect = platform_of
) -> None:
    """Run until told to stop; `say` gets what the operator must know. Raises ConfigError,
    ContentError, DatabaseError."""
    with asyncio.Runner() as runner:
        runner.run(_serve(config, content, say, connect))


async def _serve(
    config: Config, content: Content, say: Callable[[str], None], connect: Connect
) -> None:
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(open_service(config, content, connect))
        if service.web:
            await stack.enter_async_context(listening(service.web, config.web.port, "web.port"))
        running = started(service.app)
        names = ", ".join(bot.name for bot in config.bots)
        say(f"Loa Làng đang chạy / is serving: {names}   (Ctrl+C để dừng / to stop)")
        if service.code:
            say(_CODE.format(code=service.code))
        with suppress(asyncio.CancelledError):
            await running
    say("Loa Làng đã dừng / has stopped.")


@asynccontextmanager
async def open_service(
    config: Config, content: Content, connect: Connect
) -> AsyncIterator[Service]:
    """Everything but the running. Raises ConfigError, ContentError, DatabaseError."""
    commune = commune_to_serve(config)
    founding.refuse_strangers(config.bots, commune)
    found = tokens.read_all(config.bots)
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(_make, config.folder)
        clock = Clock()
        database = await stack.enter_async_context(opened(config.url, clock))
        ids = await _settle(database, commune, config.bots)
        platforms: dict[int, Platform] = {}
        hooks = {}
        for bot in config.bots:
            platform = platforms[ids[bot.name]] = connect(bot, found[bot.name], config)
            stack.push_async_callback(platform.aclose)
            if bot.webhook:
                hooks[bot.path] = platform.hook
        code = await _first_code(database, founding.seat(commune), clock)
        files = config.folder / "media"
        photos = await asyncio.to_thread(_photos, config, database, files)
        app = App(
            database, content, clock, platforms, files, photo_url=photos.url if photos else None
        )
        served = service_app(database, hooks, photos) if config.web.port else None
        yield Service(app, served, code)


def _photos(config: Config, database: Database, files: Path) -> Photos | None:
    """None: nobody fetches photos, or nobody can. Raises ConfigError."""
    fetched = any(bot.platform == "zalo" for bot in config.bots)
    if not (fetched and config.web.public and config.web.port):
        return None
    return Photos(database, files, kept_key(config.folder / KEY), config.web.public)


def commune_to_serve(config: Config) -> Commune:
    """Raises ConfigError where there is nothing to serve, ContentError."""
    own = Path(config.content) / "commune.toml"
    if not config.content or not own.is_file():
        raise ConfigError(
            "the settings name no commune of your own, and the one that comes along is invented: "
            f"make yours with “{founding.program()} init FOLDER”, then run with "
            "--config FOLDER/config.toml"
        )
    if not config.bots:
        raise ConfigError(
            "the settings name no bot: take the # off the lines of [[bots]] in config.toml, and "
            "put the bot's token where they say"
        )
    return load_commune(own)


async def _settle(
    database: Database, commune: Commune, real: Sequence[BotConfig]
) -> dict[str, int]:
    """The ids of the bots by name. Raises DatabaseError."""
    places = [NewPlace(p.slug, p.name, p.kind, p.parent) for p in commune.places]
    known = [(bot.name, bot.platform, bot.place) for bot in real]
    try:
        return await database.write(communes.serve, places, known)
    except Inhabited:
        raise DatabaseError(
            "the database was made for practice, or knows a place whose slug commune.toml has no "
            "more: put that slug back, or name another folder as “data”"
        ) from None


async def _first_code(database: Database, seat: str, clock: Clock) -> str:
    try:
        return (await database.write(invitations.first, seat, clock.now())).code
    except AdminThere:
        return ""


def _make(folder: Path) -> None:
    """What people write and send is for this user only."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{folder}: cannot be made ({error.strerror}); choose another folder as “data”"
        ) from None
