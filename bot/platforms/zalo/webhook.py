"""The webhook as Zalo knows it: whose it is. Whether Zalo gets through by it is not told, but for
one try when it is set."""

from __future__ import annotations

import hmac
import re
from typing import Any, Final

from bot.platforms.base import ChatGone, Rejected
from bot.platforms.zalo import facts
from bot.platforms.zalo.wire import Wire

_OUTCOME: Final = re.compile(r"webhook\.[a-z0-9_.]{1,40}")


def secret_of(token: str) -> str:
    """What Zalo must show us: known to whoever has the token, and telling nothing of it."""
    return hmac.digest(token.encode(), b"loalang webhook", "sha256").hex()


async def webhook_url(wire: Wire) -> str:
    """Nothing where there is none, or Zalo will not say: a poll beside one would be refused. Raises
    SendError."""
    try:
        told = await wire.call(facts.WEBHOOK)
    except (ChatGone, Rejected):
        return ""
    url = told.get("url") if isinstance(told, dict) else None
    return url if isinstance(url, str) else ""


def fault_of(result: Any) -> str:
    """From the result of setWebhook: what Zalo's try came to ("webhook.err.tls"), "" when it got
    through or tells nothing that can be repeated."""
    told = result.get("verification") if isinstance(result, dict) else None
    if not isinstance(told, dict) or told.get("ok") is not False:
        return ""
    outcome = told.get("outcome")
    known = isinstance(outcome, str) and _OUTCOME.fullmatch(outcome)
    return str(outcome) if known else "webhook.err.other"
