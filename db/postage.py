"""What bots whose month is limited can still bring to keepers, beside what waits already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from db import quota
from db.claims import REPLY, URGENT
from db.quota import Allowance


class Postage:
    """For one transaction: what was promised in it counts as waiting."""

    def __init__(self, session: Session, plans: Mapping[int, Allowance], now: datetime) -> None:
        self._session = session
        self._plans = plans
        self._now = now
        self._promised: Counter[int] = Counter()

    def take(self, bot_id: int, messages: int, *, urgent: bool) -> bool:
        """Whether the bot can bring all of them now; if so, they are promised."""
        plan = self._plans.get(bot_id)
        if plan is None:
            return True
        priority = URGENT if urgent else REPLY
        room = quota.beside(self._session, bot_id, plan, priority, self._now)
        if self._promised[bot_id] + messages > room:
            return False
        self._promised[bot_id] += messages
        return True
