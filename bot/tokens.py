"""The tokens of the bots: read where the settings say, for this program alone; whoever holds one
speaks as the bot, so nothing that is said about a token repeats any of it."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.config import BotConfig, ConfigError

LONGEST: Final = 5000  # bytes of a file: a token has fifty to ninety, BotFather's message hundreds
GIVERS: Final = {"telegram": "BotFather", "zalo": "Zalo's message"}  # where a token is copied from
_SIGN: Final = "[A-Za-z0-9_:-]"
_TOKEN: Final = re.compile(rf"(?<!{_SIGN})\d+:[A-Za-z0-9_-]{{30,}}(?!{_SIGN})", re.ASCII)
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Notepad's “Unicode”


def read(bot: BotConfig) -> str:
    """The bot's token, whatever stands around it. Raises ConfigError."""
    if bot.token_env:
        where, text = f"variable {bot.token_env}", os.environ.get(bot.token_env, "")
    else:
        where, text = bot.token_file, _text(bot)
    giver = GIVERS[bot.platform]
    if not text.strip():
        raise ConfigError(
            f"bot {bot.name}: {where} is empty; put the token there, copied from {giver}"
        )
    found = set(_TOKEN.findall(text))
    if len(found) > 1:
        raise ConfigError(
            f"bot {bot.name}: {where} holds more than one token; leave this bot's alone in it"
        )
    if not found:
        raise ConfigError(
            f"bot {bot.name}: what {where} holds is no token; copy it from {giver} again, whole: "
            "figures, a colon, letters"
        )
    return str(found.pop())


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


def _text(bot: BotConfig) -> str:
    path = Path(bot.token_file)
    try:
        with path.open("rb") as file:
            _refuse_open(bot, os.fstat(file.fileno()).st_mode)
            found = file.read(LONGEST + 1)
            if len(found) > LONGEST:  # a token at the edge would be cut
                raise ConfigError(
                    f"bot {bot.name}: {path} is too long; leave nothing but the token in it"
                )
            return found.decode("utf-16" if found.startswith(_WIDE) else "utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"bot {bot.name}: {path} cannot be read ({error.strerror}); {_advice(path)}"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            f"bot {bot.name}: {path} is no plain text; save it as UTF-8, the token alone in it"
        ) from None


def _advice(path: Path) -> str:
    """Notepad adds an ending of its own, which Windows does not show."""
    saved = path.with_name(f"{path.name}.txt")
    if not os.path.lexists(path) and saved.is_file():
        return f"there is {saved.name}: rename it to {path.name}"
    return "write its token into that file, or mend token_file"


def _refuse_open(bot: BotConfig, mode: int) -> None:
    """Windows keeps a user's files to that user by itself, and has no such mode."""
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            f"bot {bot.name}: others on this machine can read its token; run: "
            f'chmod 600 "{bot.token_file}"'
        )
