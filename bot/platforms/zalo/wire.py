"""Zalo's Bot API over HTTP for one token: what left, what came back, and what is certain.

An API error may come under HTTP 200, and the status may say less than the body: the body counts.
What Zalo says of an error is not repeated, since it may quote what was sent.
"""

from __future__ import annotations

from typing import Any, Final

from bot.platforms.base import (
    BadToken,
    ChatGone,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    SendError,
    TooManyRequests,
)
from bot.platforms.line import Line
from bot.platforms.parsing import parsed
from bot.platforms.zalo import facts

AT_ONCE: Final = 20  # connections


class Idle(OutcomeUnknown):
    """Nothing came within the time: all is well if that was a poll."""


class Wire(Line):
    """`base_url`: Zalo's own address, or that of an imitation on this machine."""

    def __init__(self, token: str, *, base_url: str) -> None:
        super().__init__("Zalo", token, base_url, at_once=AT_ONCE, idle=facts.KEPT_OPEN)

    async def call(self, method: str, patience: float = facts.PATIENCE, **values: Any) -> Any:
        """The `result` of a method, None where it has none. Raises SendError."""
        status, body = await self.post(method, values, patience)
        return result_of(status, parsed(body))


def result_of(status: int, answer: Any) -> Any:
    """The `result` of an answer that was read. Only Zalo's own yes or no is certain; anything else
    may have been said by a machine on the way. Raises SendError."""
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        if status in facts.BARE:
            raise _refusal(status)
        raise OutcomeUnknown(f"an answer that is not Zalo's (HTTP {status})")
    if answer["ok"]:
        return answer.get("result")
    raise _refusal(_code(answer.get("error_code"), status))


def _code(told: object, status: int) -> int:
    """That of the body, else that of HTTP; also written as text."""
    if isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) == 3:
        return int(told)
    if isinstance(told, int) and not isinstance(told, bool) and 0 < told < 1000:
        return told
    return status


def _refusal(code: int) -> SendError:
    match facts.treatment(code):
        case "refused":
            return Rejected(f"Zalo refuses it ({code})")
        case "token":
            return BadToken("Zalo does not know this token")
        case "gone":
            return ChatGone("Zalo knows of no such thing")
        case "idle":
            return Idle("nothing came within the time")
        case "pause":
            return TooManyRequests(facts.PAUSE, whole=True)
        case "unknown":
            return OutcomeUnknown(f"Zalo answered {code}")


async def quietly(wire: Wire, method: str, **values: Any) -> None:
    """A signal without words: losing it loses nothing."""
    try:
        await wire.call(method, **values)
    except PlatformError:
        return
