"""What cadres answered to questions, kept so that entries of the FAQ can be made of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel import Session

from db import audit, tickets
from db.audience import below
from db.scene import Actor
from db.tables import FaqDraft, Place, Question, table
from db.tickets import QUESTION, NoSuchReport

draft, place, question = table(FaqDraft), table(Place), table(Question)

READS: Final = "ticket:export"  # the permission of those who look after what residents ask


@dataclass(frozen=True, slots=True)
class Draft:
    """`question` without personal data, `answer` as it was written; `entry`: the procedure the
    question was first answered with, "" for none; `place`: whose staff answered."""

    id: int
    question: str = field(repr=False)
    answer: str = field(repr=False)
    entry: str
    place: str
    made_at: datetime


def keep(session: Session, actor: Actor, *, number: int, text: str) -> None:
    """The newest answer to the question handed over as report `number`, once; `text`: the question
    without personal data. Raises NoSuchReport, NotAllowed."""
    report = tickets.find(session, number)
    if report is None or report.category != QUESTION or not report.answer:
        raise NoSuchReport
    actor.require("ticket:answer", report.place_path)
    told: dict[str, Any] = {"place_id": report.place_id, "question": text, "answer": report.answer}
    same = (draft.c[name] == value for name, value in told.items())
    if session.execute(select(draft.c.id).where(*same).limit(1)).first() is not None:
        return
    entry = select(question.c.entry).where(question.c.ticket_id == number).limit(1)
    told["entry"] = session.execute(entry).scalar() or ""
    made = insert(draft).values(**told, by_id=actor.person_id, made_at=actor.now)
    number_of_draft = session.execute(made.returning(draft.c.id)).scalar_one()
    detail = {"draft": number_of_draft, "ticket": number}
    audit.note(session, at=actor.now, person_id=actor.person_id, action="draft.kept", detail=detail)


def waiting(session: Session) -> list[Draft]:
    """Those of which nobody is making an entry yet, oldest first."""
    return _found(session)


def of(session: Session, actor: Actor) -> list[Draft]:
    """Those that wait, of the places whose questions the actor reads, oldest first. Raises
    NotAllowed."""
    return _found(session, _reached(actor))


def count(session: Session, actor: Actor) -> int:
    """How many of those there are. Raises NotAllowed."""
    return int(
        session.execute(
            select(func.count())
            .select_from(draft.outerjoin(place, place.c.id == draft.c.place_id))
            .where(draft.c.taken_at.is_(None), _reached(actor))
        ).scalar_one()
    )


def taken(session: Session, ids: Collection[int], now: datetime) -> None:
    """Entries are being made of these; noted as done from the command line."""
    changed = update(draft).where(draft.c.id.in_(ids), draft.c.taken_at.is_(None))
    found = session.execute(changed.values(taken_at=now).returning(draft.c.id)).scalars().all()
    if found:
        detail = {"drafts": sorted(found)}
        audit.note(session, at=now, person_id=None, action="drafts.taken", detail=detail)


def _reached(actor: Actor) -> ColumnElement[bool]:
    actor.require(READS)
    return below([grant.path for grant in actor.grants if actor.can(READS, grant.path)])


def _found(session: Session, *wanted: ColumnElement[bool]) -> list[Draft]:
    rows: Sequence[Any] = session.execute(
        select(
            draft.c.id,
            draft.c.question,
            draft.c.answer,
            draft.c.entry,
            func.coalesce(place.c.name, ""),
            draft.c.made_at,
        )
        .outerjoin(place, place.c.id == draft.c.place_id)
        .where(draft.c.taken_at.is_(None), *wanted)
        .order_by(draft.c.id)
    ).all()
    return [Draft(*row) for row in rows]
