"""What `loalang check` looks at: settings, content, databases and bots, each with what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from bot import config as settings
from bot import tokens
from bot.check_content import content_of
from bot.check_routes import routes_of
from bot.check_zalo import bot_on_zalo, plan_of
from bot.config import BotConfig, Config, ConfigError
from bot.founding import program, refuse_strangers
from content.documents import ContentError
from content.schedule import HERE
from db.errors import DatabaseError

if TYPE_CHECKING:
    from bot.platforms.telegram.webhook import Webhook


LATELY: Final = 600.0  # seconds


class Finding(NamedTuple):
    """A line for the operator. It begins with ✓ where all is well, with ✗ where something must be
    done (`wrong`), with ! where something should be looked at."""

    text: str
    wrong: bool


class _Known(NamedTuple):
    """A bot as Telegram knows it."""

    username: str
    reads_all: bool
    webhook: Webhook


Look: TypeAlias = Callable[[Config], str]  # what was found well; raises what is wrong


def check(given: Path | None, *, whole: bool = False) -> list[Finding]:
    """Look at everything; one finding for each thing looked at. `whole`: also for each remark on
    the content that a commune cannot mend."""
    try:
        path = settings.find(given)
        config = settings.load(path)
    except ConfigError as error:
        return [Finding(f"✗ {error}", wrong=True)]
    found = (_look(look, config) for look in _looks(config))
    well = Finding(f"✓ settings: {path}", wrong=False)
    return [well, *_content(config, whole), *found, *_routes(config)]


def _looks(config: Config) -> Iterator[Look]:
    yield _bots
    yield from (partial(_bot, bot) for bot in config.bots)
    yield _folder
    if config.content:
        yield _service
        yield from (partial(plan_of, bot) for bot in config.bots if bot.platform == "zalo")
    if not (config.content and config.bots):  # who serves has practised
        yield _practice


def _look(look: Look, config: Config) -> Finding:
    try:
        return Finding(f"✓ {look(config)}", wrong=False)
    except (ConfigError, ContentError, DatabaseError) as error:
        return Finding(f"✗ {error}", wrong=True)
    except PermissionError as error:
        told = f"{error.filename}: may not be looked at; check its permissions"
        return Finding(f"✗ {told}", wrong=True)


def _content(config: Config, whole: bool) -> Iterator[Finding]:
    try:
        told = content_of(config, datetime.now(HERE).date())
    except ContentError as error:
        yield Finding(f"✗ {error}", wrong=True)
        return
    yield Finding(f"✓ {told.well}", wrong=False)
    for remark in (*told.remarks, *(told.shipped if whole else ())):
        yield Finding(f"{'✗' if remark.wrong else '!'} {remark.text}", remark.wrong)
    if told.shipped and not whole:
        count = f"{len(told.shipped)} remark{'s' if len(told.shipped) > 1 else ''}"
        text = f"{count} on what came with the program; “--all” shows them"
        yield Finding(f"! {text}", wrong=False)


def _routes(config: Config) -> Iterator[Finding]:
    """Of the groups in service; a database that cannot be read is told of already."""
    try:
        routes = routes_of(config) if config.content else None
    except DatabaseError:
        return
    if routes:
        yield from (Finding(f"✓ {line}", wrong=False) for line in routes.well)
        yield from (Finding(f"✗ {line}", wrong=True) for line in routes.wrong)


def _bots(config: Config) -> str:
    if not config.bots:
        return "bots: none to serve; the demo needs none"
    from content.commune import commune_of

    refuse_strangers(config.bots, commune_of(config.content))
    tokens.read_all([bot for bot in config.bots if _has_token(bot)])
    return f"bots: {', '.join(bot.name for bot in config.bots)}"


def _has_token(bot: BotConfig) -> bool:
    """What is wrong with it is told where that bot is looked at."""
    try:
        return bool(tokens.read(bot))
    except ConfigError:
        return False


def _bot(bot: BotConfig, config: Config) -> str:
    """Its platform is asked."""
    if bot.platform == "zalo":
        return bot_on_zalo(bot, config)
    token = tokens.read(bot)
    from bot.platforms.base import BadToken, OutcomeUnknown, PlatformError, Unreachable

    host = urlsplit(config.telegram.base_url).hostname
    way = ", telegram.proxy" if config.telegram.proxy else ""
    try:
        known = asyncio.run(_asked(token, config))
    except BadToken:
        raise ConfigError(
            f"bot {bot.name}: Telegram refuses its token; copy it from BotFather again"
        ) from None
    except Unreachable:
        raise ConfigError(
            f"bot {bot.name}: Telegram ({host}) cannot be reached; check the network{way}, and "
            "where Telegram is blocked name an HTTP proxy as telegram.proxy"
        ) from None
    except OutcomeUnknown:
        raise ConfigError(
            f"bot {bot.name}: {host} gives no answer of Telegram's; check the network{way} and "
            "telegram.base_url, or try again later"
        ) from None
    except PlatformError as error:
        raise ConfigError(
            f"bot {bot.name}: Telegram does not say who it is ({type(error).__name__}); try again "
            "later"
        ) from None
    called = _called(bot, config, known.webhook)
    return f"bot {bot.name}: @{known.username} ({_hears(known)}){called}"


async def _asked(token: str, config: Config) -> _Known:
    from bot.platforms.telegram.me import me_of
    from bot.platforms.telegram.webhook import webhook_of
    from bot.platforms.telegram.wire import Wire

    async with Wire(token, base_url=config.telegram.base_url, proxy=config.telegram.proxy) as wire:
        me, webhook = await wire.call("getMe"), await wire.call("getWebhookInfo")
    username = me_of(me).username
    reads_all = me.get("can_read_all_group_messages") is True
    return _Known(username, reads_all, webhook_of(webhook))


def _hears(known: _Known) -> str:
    """https://core.telegram.org/bots/features#privacy-mode"""
    if known.reads_all:
        return "privacy mode off: it sees all that is written in its groups"
    return (
        "privacy mode on: in groups it sees only what is addressed to it, such as commands and "
        "replies, unless it is made an admin of the group"
    )


def _called(bot: BotConfig, config: Config, webhook: Webhook) -> str:
    """Of a webhook's address only the host is said: the rest may be a secret."""
    host = urlsplit(webhook.url).hostname
    if webhook.url in ("", f"{config.web.public}{bot.path}"):
        if bot.webhook and _fails(webhook):
            reason = f": {webhook.reason}" if webhook.reason else ""
            raise ConfigError(
                f"bot {bot.name}: Telegram cannot call https://{host}{reason}; {webhook.waiting} "
                f"updates wait; start “{program()} run”, and where it runs look at the web server "
                "in front of it"
            )
        return ""
    if bot.webhook:
        return f"; its messages go to {host} until “{program()} run” starts"
    raise ConfigError(
        f"bot {bot.name}: its messages go to another program, by a webhook at {host}; stop that "
        "program and let it remove its webhook (deleteWebhook)"
    )


def _fails(webhook: Webhook) -> bool:
    """Now, and not some time ago: Telegram tries again at least once a minute."""
    lately = datetime.now(UTC).timestamp() - LATELY < webhook.failed_at
    return bool(webhook.waiting) and lately


def _folder(config: Config) -> str:
    """Looks at the nearest folder that is there: nothing is made."""
    folder = config.folder.absolute()
    found = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not (found.is_dir() and os.access(found, os.W_OK | os.X_OK)):
        raise ConfigError(f"{found}: nothing can be kept there; choose another folder as “data”")
    return f"data: {folder}"


def _service(config: Config) -> str:
    return _database(config, "database", f"“{program()} run” prints the code")


def _practice(config: Config) -> str:
    name = "practice" if config.content else "database"
    run = f"{program()} init FOLDER"
    advice = f"in the practice village send the bot in private the code of “{run}”"
    return _database(config.practice, name, advice)


def _database(config: Config, name: str, advice: str) -> str:
    from db.schema import stand

    standing = stand(config.url)
    told = {
        "empty": "not made yet; the first start makes it",
        "behind": "of an older version; the next start upgrades it",
        "current": "as this version needs it",
    }[standing]
    if standing == "current" and not asyncio.run(_admins(config)):
        told += f"; no admin yet: {advice}"
    return f"{name}: {told}"


async def _admins(config: Config) -> int:
    from db import roles
    from db.engine import Database

    database = Database.open(config.url)
    try:
        return await database.read(roles.admins, datetime.now(UTC))
    finally:
        await database.close()
