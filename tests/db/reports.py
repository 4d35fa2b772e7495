"""Reports of the commune of `neighbours`, made and answered at given times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from db import tickets
from db.scene import Actor
from tests.db.neighbours import NOW, Village, appoint, found, move_in

DAY = timedelta(days=1)


def reported(
    session: Session, /, actor: Actor, place_id: int, at: datetime = NOW, **changes: Any
) -> int:
    given = {
        "what": "Đèn hỏng",
        "address": "trước cổng",
        "location": None,
        "files": (),
        "language": "vi",
        "category": "light",
        **changes,
    }
    return tickets.open_report(session, replace(actor, now=at), place_id=place_id, **given).id


def answered(session: Session, actor: Actor, number: int, hours: float, body: str = "Xong") -> None:
    """`hours` after NOW."""
    then = replace(actor, now=NOW + timedelta(hours=hours))
    tickets.answer(session, then, number=number, body=body)


@dataclass(frozen=True, slots=True)
class Told:
    """Three reports: by the upper village, answered twice; by the lower one; by the commune."""

    village: Village
    mit: Actor
    numbers: tuple[int, int, int]


def tell(session: Session) -> Told:
    village = found(session)
    mit = move_in(session, village, "Bác Mít")
    cadre = appoint(session, village, "Cô Mận", "cadre", village.commune)
    upper = reported(session, mit, village.upper.id, NOW - DAY, location=(20.5, -106.25))
    lower = reported(session, mit, village.lower.id, category="road", language="en")
    commune = reported(session, mit, village.commune.id, NOW + DAY)
    answered(session, cadre, upper, 6, "Đang sửa")
    answered(session, cadre, upper, 9, "Đã sửa")
    return Told(village, mit, (upper, lower, commune))
