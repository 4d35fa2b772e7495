"""“Is writing …”: shown in private while an answer is made, so that nobody sends it again."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from bot.platforms.zalo import facts
from bot.platforms.zalo.updates import chat_of
from bot.platforms.zalo.wire import Wire, quietly

AT_ONCE: Final = 4  # signals under way; more than that are not missed


class Writing:
    """`allowed`: nobody's month is used up by it."""

    def __init__(self, wire: Wire, *, allowed: bool = True) -> None:
        self._wire = wire
        self._allowed = allowed
        self._shown: dict[str, float] = {}  # chat → until when, of the loop's clock
        self._under_way: set[asyncio.Task[None]] = set()

    def show(self, event: Any) -> None:
        """For words or a photo said in private; once while it lasts."""
        if not (self._allowed and _is_answered(event)) or len(self._under_way) >= AT_ONCE:
            return
        chat, now = chat_of(event), asyncio.get_running_loop().time()
        self._shown = {known: until for known, until in self._shown.items() if until > now}
        if not chat or chat in self._shown:
            return
        self._shown[chat] = now + facts.TYPING_LASTS
        signal = quietly(self._wire, facts.SIGNAL, chat_id=chat, action=facts.TYPING)
        task = asyncio.create_task(signal)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def stop(self) -> None:
        for task in self._under_way:
            task.cancel()


def _is_answered(event: Any) -> bool:
    if not isinstance(event, dict) or event.get("event_name") not in (facts.TEXT, facts.IMAGE):
        return False
    message = event.get("message")
    chat = message.get("chat") if isinstance(message, dict) else None
    return isinstance(chat, dict) and chat.get("chat_type") == facts.PRIVATE
