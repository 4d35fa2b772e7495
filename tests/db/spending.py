"""A bot whose month is limited to a hundred messages, for tests of what it may send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from db import outbox, quota
from db.outbox import Claimed, Settled
from db.quota import Allowance
from tests.db.village import NOW, Village

PLAN = Allowance(100)
OTHERS = ("ben households zalo", "dong households zalo", "xa households zalo")
BEN, DONG, _ = OTHERS


def exchange(
    session: Session,
    village: Village,
    settled: Sequence[Settled] = (),
    plan: Allowance = PLAN,
    now: datetime = NOW,
    limit: int = 99,
) -> list[Claimed]:
    bot_id = village.bots["zalo"]
    return outbox.exchange(session, bot_id, settled, (), now, limit, list, plan=plan)


def use(session: Session, village: Village, count: int, now: datetime = NOW) -> None:
    quota.sent(session, village.bots["zalo"], count, now)


def bodies(claims: Sequence[Claimed]) -> list[str]:
    return [claimed.body for claimed in claims]
