"""What `loalang check` looks at: settings, content and database, each with what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bot import config as settings
from bot.config import Config, ConfigError
from bot.founding import program
from content.documents import ContentError
from db.errors import DatabaseError


class Finding(NamedTuple):
    """A line for the operator; `wrong`: something must be done."""

    text: str
    wrong: bool


def check(given: Path | None) -> list[Finding]:
    """Look at everything; one finding for each thing looked at."""
    try:
        path = settings.find(given)
        config = settings.load(path)
    except ConfigError as error:
        return [Finding(f"✗ {error}", wrong=True)]
    looks: tuple[Callable[[Config], str], ...] = (_bots, _content, _folder, _database)
    return [Finding(f"✓ settings: {path}", wrong=False), *(_look(look, config) for look in looks)]


def _look(look: Callable[[Config], str], config: Config) -> Finding:
    try:
        return Finding(f"✓ {look(config)}", wrong=False)
    except (ConfigError, ContentError, DatabaseError) as error:
        return Finding(f"✗ {error}", wrong=True)


def _bots(config: Config) -> str:
    from bot.demo import styles_of
    from content.commune import commune_of

    return f"bots: {', '.join(styles_of(config, commune_of(config.content)))}"


def _folder(config: Config) -> str:
    """Looks at the nearest folder that is there: nothing is made."""
    folder = config.folder.absolute()
    found = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not (found.is_dir() and os.access(found, os.W_OK | os.X_OK)):
        raise ConfigError(f"{found}: nothing can be kept there; choose another folder as “data”")
    return f"data: {folder}"


def _content(config: Config) -> str:
    from content.commune import commune_of
    from content.loader import SHIPPED, load

    content = load((SHIPPED, Path(config.content)) if config.content else (SHIPPED,))
    commune_of(config.content)
    today = datetime.now(UTC).date()
    late = [entry.id for entry in content.faq if entry.expired(today)]
    if late:
        raise ContentError(
            f"faq/{late[0]}.md",
            1,
            f"its review_by has passed ({', '.join(late)}); look at the source again, then move it",
        )
    texts, bulletins = len(content.words("vi").keys()), len(content.bulletins)
    return f"content: {len(content.faq)} procedures, {bulletins} kinds of bulletins, {texts} texts"


def _database(config: Config) -> str:
    from db.schema import stand

    standing = stand(config.url)
    told = {
        "empty": "database: not made yet; the first start makes it",
        "behind": "database: of an older version; the next start upgrades it",
        "current": "database: as this version needs it",
    }[standing]
    if standing == "current" and not asyncio.run(_admins(config)):
        told += f"; no admin yet: send the bot in private the code of “{program()} init FOLDER”"
    return told


async def _admins(config: Config) -> int:
    from db import roles
    from db.engine import Database

    database = Database.open(config.url)
    try:
        return await database.read(roles.admins, datetime.now(UTC))
    finally:
        await database.close()
