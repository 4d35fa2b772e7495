"""Who the bot is, as Zalo tells it, and what people write to mention it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.platforms.base import OutcomeUnknown
from content.folding import normalize


@dataclass(frozen=True, slots=True)
class Me:
    """`display`: the name people see, "" where Zalo does not tell it. `account`: what it is called
    for machines. `joins_groups` None: not told."""

    account: str
    display: str
    joins_groups: bool | None

    def mentions(self, display: str) -> tuple[str, ...]:
        """All that may stand before a message, the likeliest first. `display`: the name as the
        settings give it, "" for none."""
        names = map(mention_of, (display, self.display, self.account))
        return tuple(dict.fromkeys(name for name in names if name))


def mention_of(name: str) -> str:
    """Nothing, of no name."""
    name = normalize(name).strip().removeprefix("@").strip()
    return f"@{name}" if name else ""


def me_of(result: Any) -> Me:
    """From the result of getMe. Raises OutcomeUnknown: it may be asked again."""
    values = result if isinstance(result, dict) else {}
    account, display = values.get("account_name"), values.get("display_name")
    joins = values.get("can_join_groups")
    account = account if isinstance(account, str) else ""
    display = display if isinstance(display, str) else ""
    if not (account or display):
        raise OutcomeUnknown("Zalo does not say who this bot is")
    return Me(normalize(account), normalize(display), joins if isinstance(joins, bool) else None)
