"""What was asked, and handed over to staff by whoever asked: a report from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session

from db.scene import Actor
from db.tables import Question, Ticket, table
from db.tickets import QUESTION, Opened, open_report

question, ticket = table(Question), table(Ticket)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was kept: folded, without personal data. `report`: the number of the report
    by which the actor handed it over; None: not yet."""

    text: str = field(repr=False)
    report: int | None


def asked(session: Session, actor: Actor, number: int) -> Asked | None:
    """What was asked of the actor's bot in private; None where it is not kept any more."""
    row = session.execute(
        select(question.c.text, ticket.c.id, ticket.c.person_id)
        .outerjoin(ticket, ticket.c.id == question.c.ticket_id)
        .where(*_private(actor, number))
    ).first()
    if row is None:
        return None
    return Asked(row.text, row.id if row.person_id == actor.person_id else None)


def hand_over(
    session: Session,
    actor: Actor,
    *,
    number: int,
    place_id: int | None,
    what: str,
    location: tuple[float, float] | None,
    files: Sequence[int],
    language: str,
) -> Opened:
    """Keep the question `number` as a report, in the words its person wants to be read; the rest
    as for `open_report`."""
    opened = open_report(
        session,
        actor,
        place_id=place_id,
        what=what,
        address="",
        location=location,
        files=files,
        language=language,
        category=QUESTION,
    )
    session.execute(update(question).where(*_private(actor, number)).values(ticket_id=opened.id))
    return opened


def _private(actor: Actor, number: int) -> tuple[ColumnElement[bool], ...]:
    mine, private = question.c.bot_id == actor.bot_id, question.c.chat_id.is_(None)
    return question.c.id == number, mine, private
