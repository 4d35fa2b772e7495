"""What `check` says of the bots on Zalo: what Zalo tells of each, and how far its month is used."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from bot import tokens
from bot.clock import Clock
from bot.config import BotConfig, Config, ConfigError, ZaloConfig
from bot.founding import program
from content.folding import fold
from db.errors import DatabaseError

if TYPE_CHECKING:
    from bot.platforms.zalo.me import Me
    from db.bots import Met
    from db.quota import Spent


_PAGE: Final = "https://bot.zaloplatforms.com/bots/"  # docs/zalo.md: seen by one party
_FIRST: Final = "bot"  # a name on Zalo begins so


class _Known(NamedTuple):
    """A bot as Zalo knows it; `id`, `webhook` "": it has none, or it is not told."""

    me: Me
    id: str
    webhook: str


class _Used(NamedTuple):
    met: Met
    spent: Spent


def bot_on_zalo(bot: BotConfig, config: Config) -> str:
    """Zalo is asked. Raises ConfigError."""
    token = tokens.read(bot)
    from bot.platforms.base import BadToken, OutcomeUnknown, PlatformError, Unreachable

    host = urlsplit(config.zalo.base_url).hostname
    try:
        known = asyncio.run(_asked(token, config))
    except BadToken:
        raise ConfigError(
            f"bot {bot.name}: Zalo refuses its token; copy it again from Zalo's message, or let "
            "Zalo Bot Creator give it a new one"
        ) from None
    except Unreachable:
        raise ConfigError(
            f"bot {bot.name}: Zalo ({host}) cannot be reached; check the network, and zalo.base_url"
        ) from None
    except OutcomeUnknown:
        raise ConfigError(
            f"bot {bot.name}: {host} gives no answer of Zalo's; check the network and "
            "zalo.base_url, or try again later"
        ) from None
    except PlatformError as error:
        raise ConfigError(
            f"bot {bot.name}: Zalo does not say who it is ({type(error).__name__}); try again later"
        ) from None
    parts = [_mention(bot, known.me), _groups(known.me), _way(bot, config, known.webhook)]
    parts.append(_photos(config))
    if known.id:
        parts.append(f"its page should be {_PAGE}{known.id}")
    return f"bot {bot.name}: {'; '.join(parts)}"


async def _asked(token: str, config: Config) -> _Known:
    from bot.platforms.zalo import facts
    from bot.platforms.zalo.me import me_of
    from bot.platforms.zalo.webhook import webhook_url
    from bot.platforms.zalo.wire import Wire

    async with Wire(token, base_url=config.zalo.base_url) as wire:
        result = await wire.call(facts.ME)
        return _Known(me_of(result), _id_of(result), await webhook_url(wire))


def _id_of(result: Any) -> str:
    """Figures, as they stand in the address of the bot's page."""
    found = result.get("id") if isinstance(result, dict) else None
    return found if isinstance(found, str) and found.isascii() and found.isdigit() else ""


def _mention(bot: BotConfig, me: Me) -> str:
    name = bot.display or me.display
    if not name:
        raise ConfigError(
            f"bot {bot.name}: Zalo does not tell what people see it called ({me.account}); write "
            "that name as display in its [[bots]]"
        )
    if me.display and fold(me.display) != fold(name):
        return f"“@{name}” in groups, while Zalo calls it “{me.display}”: mend display if it errs"
    if not fold(name).startswith(_FIRST):
        return (
            f"“@{name}” in groups, while names on Zalo begin with “Bot”: look whether display is "
            "what people see"
        )
    return f"“@{name}” in groups"


def _groups(me: Me) -> str:
    if me.joins_groups is False:
        return "Zalo says that it may join no groups: try, and else have them carried by hand"
    return "hears there only what mentions it or replies to it"


def _way(bot: BotConfig, config: Config, webhook: str) -> str:
    """Of a webhook's address only the host is said: the rest may be a secret."""
    host = urlsplit(webhook).hostname
    if webhook in ("", f"{config.web.public}{bot.path}"):
        if bot.webhook:
            return "called by Zalo"
        return f"asks by itself: what people write while “{program()} run” is off is lost"
    if bot.webhook:
        return f"its messages go to {host} until “{program()} run” starts"
    raise ConfigError(
        f"bot {bot.name}: its messages go to another program, by a webhook at {host}; stop that "
        "program and let it remove its webhook (deleteWebhook)"
    )


def _photos(config: Config) -> str:
    if config.web.public and config.web.port:
        return "photos by address"
    lacking = "let web.port be another than 0" if config.web.public else "set web.public"
    return f"no photos: for them {lacking}"


def plan_of(bot: BotConfig, config: Config) -> str:
    """What our own ledger says of it; what is wrong with the database is told elsewhere. Raises
    ConfigError for a month that is used up."""
    from db.schema import stand

    try:
        used = asyncio.run(_used(bot, config)) if stand(config.url) == "current" else None
    except DatabaseError:
        return f"plan of {bot.name}: not known without the database"
    if used is None:
        return f"plan of {bot.name}: nothing used yet"
    told = "; ".join((_spent(bot, *used), *_beyond(*used)))
    if used.spent.used >= used.spent.monthly:
        raise ConfigError(
            f"{told}; all is used up until the month is over: till then announcements are carried "
            "by hand; for more make a further bot"
        )
    return told


def _spent(bot: BotConfig, met: Met, spent: Spent) -> str:
    from bot.platforms.zalo import facts

    return (
        f"plan of {bot.name}: {spent.used}/{spent.monthly} messages in {spent.month}, "
        f"{met.groups}/{facts.MOST_GROUPS} groups, {met.people}/{facts.MOST_USERS} people"
    )


def _beyond(met: Met, spent: Spent) -> Iterator[str]:
    """What is not as on the free plan on an ordinary day."""
    from bot.platforms.zalo import facts
    from db.quota import HERE

    if spent.refused_until:
        yield f"Zalo takes nothing until {spent.refused_until.astimezone(HERE):%H:%M}"
    if met.groups > facts.MOST_GROUPS or met.people > facts.MOST_USERS:
        yield "more than the free plan: make a further bot, or have groups carried by hand"
    if spent.monthly > (free := ZaloConfig().monthly):
        yield f"the free plan gives {free} a month: let zalo.monthly be so unless you pay for more"


async def _used(bot: BotConfig, config: Config) -> _Used | None:
    """None: it has never run."""
    from db import bots, quota
    from db.engine import Database
    from db.quota import Allowance

    database = Database.open(config.url)
    try:
        bot_id = (await database.read(bots.named)).get(bot.name)
        if bot_id is None:
            return None
        plans = {bot_id: Allowance(config.zalo.monthly, config.zalo.counts == "both")}
        (spent,) = await database.read(quota.spent, plans, Clock().now())
        return _Used(await database.read(bots.met, bot_id), spent)
    finally:
        await database.close()
