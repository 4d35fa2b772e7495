"""What has waited so long for a bot that may not send that it is not sent any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, or_, select, update
from sqlmodel import Session

from db import quota, requests
from db.claims import QUEUED
from db.quota import Allowance
from db.session import notify
from db.tables import Outbox, table

outbox = table(Outbox)

OLD: Final = timedelta(hours=24)  # a message that nobody looks for any more


def stale(session: Session, bot_id: int, plan: Allowance, now: datetime) -> list[int]:
    """Replies, and what keepers were to be asked, that have waited so long for a bot whose month is
    spent, or that its platform has long refused, that they would only puzzle who reads them."""
    here = quota.entry(session, bot_id, now)
    if here.left(plan).ordinary and not quota.refused_long(here):
        return []
    which = or_(outbox.c.origin == "reply", requests.OF_ERRANDS)
    found = select(outbox.c.id).where(outbox.c.bot_id == bot_id, QUEUED, which)
    return list(session.execute(found.where(outbox.c.due_at <= now - OLD)).scalars())


def give_up(session: Session, ids: Collection[int]) -> None:
    """These are not sent any more, if they still wait; one that may be out already stays in
    doubt. Who was to be asked by them was not."""
    doubted = case((outbox.c.doubts > 0, "uncertain"), else_="cancelled")
    given_up = update(outbox).where(outbox.c.id.in_(ids), QUEUED).values(state=doubted)
    requests.given_up(session, session.execute(given_up.returning(outbox.c.id)).scalars().all())
    notify(session, "settled")
