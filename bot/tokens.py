"""The tokens of the bots: read where the settings say, for this program alone; whoever holds one
speaks as the bot, so nothing that is said about a token repeats any of it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.config import BotConfig, ConfigError

LONGEST: Final = 1000  # bytes read of a file: a token has about fifty
_TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]{30,}", re.ASCII)


def read(bot: BotConfig) -> str:
    """The bot's token. Raises ConfigError."""
    if bot.token_env:
        where, found = f"variable {bot.token_env}", os.environ.get(bot.token_env, "").strip()
    else:
        where, found = bot.token_file, _first_line(bot)
    if not found:
        raise ConfigError(
            f"bot {bot.name}: {where} is empty; put the token there that BotFather gave"
        )
    if not _TOKEN.fullmatch(found):
        raise ConfigError(
            f"bot {bot.name}: what {where} holds is no token; copy it from BotFather again, whole: "
            "figures, a colon, letters"
        )
    return found


def read_all(bots: Sequence[BotConfig]) -> dict[str, str]:
    """The tokens by the name of their bot. Raises ConfigError, also where two bots share one."""
    names: dict[str, str] = {}
    for bot in bots:
        token = read(bot)
        if token in names:
            raise ConfigError(
                f"bots {names[token]} and {bot.name} have the same token; give each its own bot, "
                "or take one of them out of the settings"
            )
        names[token] = bot.name
    return {name: token for token, name in names.items()}


def _first_line(bot: BotConfig) -> str:
    path = Path(bot.token_file)
    try:
        with path.open("rb") as file:
            _refuse_open(bot, os.fstat(file.fileno()).st_mode)
            lines = file.read(LONGEST).decode("utf-8-sig").split("\n")
    except OSError as error:
        raise ConfigError(
            f"bot {bot.name}: {path} cannot be read ({error.strerror}); write its token into that "
            "file, or mend token_file"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            f"bot {bot.name}: {path} is no plain text; save it as UTF-8, the token alone in it"
        ) from None
    return lines[0].strip()


def _refuse_open(bot: BotConfig, mode: int) -> None:
    """Windows keeps a user's files to that user by itself, and has no such mode."""
    if os.name == "posix" and mode & (stat.S_IROTH | stat.S_IWOTH):
        raise ConfigError(
            f"bot {bot.name}: others on this machine can read its token; run: "
            f'chmod 600 "{bot.token_file}"'
        )
