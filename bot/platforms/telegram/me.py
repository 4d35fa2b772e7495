"""Who the bot is, as Telegram tells it: needed long before aiogram is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.platforms.base import OutcomeUnknown
from content.folding import normalize


@dataclass(frozen=True, slots=True)
class Me:
    """`username` without its "@"."""

    id: int
    username: str
    name: str


def me_of(result: Any) -> Me:
    """From the result of https://core.telegram.org/bots/api#getme. Raises OutcomeUnknown: it may
    be asked again."""
    values = result if isinstance(result, dict) else {}
    id, username, name = values.get("id"), values.get("username"), values.get("first_name")
    if not (isinstance(id, int) and not isinstance(id, bool) and id > 0):
        raise OutcomeUnknown("Telegram does not say who this bot is")
    if not (isinstance(username, str) and isinstance(name, str)):
        raise OutcomeUnknown("Telegram does not say what this bot is called")
    return Me(id, username, normalize(name))
