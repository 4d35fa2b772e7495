"""A question that was asked, and one that was handed over and answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from db import handover, tickets
from db.scene import Actor
from db.tables import Question, table
from tests.db.neighbours import NOW

MASKED = "lam giay khai sinh cho con sinh o nuoc ngoai"
WHOLE = "Con em sinh ở Đài Loan thì làm giấy khai sinh ở đâu ạ?"


def ask(session: Session, /, bot_id: int, **changes: Any) -> int:
    """In private, unless `chat_id` says otherwise; its number."""
    given = {
        "bot_id": bot_id,
        "asked_at": NOW,
        "language": "vi",
        "text": MASKED,
        "outcome": "answer",
        "entry": "khai_sinh",
        "verdict": "wrong",
        **changes,
    }
    kept = insert(table(Question)).values(given).returning(table(Question).c.id)
    return int(session.execute(kept).scalar_one())


def hand(session: Session, /, actor: Actor, number: int, **changes: Any) -> tickets.Opened:
    given: dict[str, Any] = {
        "place_id": None,
        "what": WHOLE,
        "location": None,
        "files": (),
        "language": "vi",
        **changes,
    }
    return handover.hand_over(session, actor, number=number, **given)
