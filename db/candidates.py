"""Candidates: who used an invitation and waits for the word of an admin, since a code may have
come into the wrong hands and a name proves nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import Session

from db import audit, invitations, roles
from db.audience import below
from db.invitations import Oneself
from db.scene import Actor
from db.tables import Invitation, table

invitation = table(Invitation)


class Candidate(NamedTuple):
    """`id`: of the invitation; `until`: the role's end date; `inviter`: who is asked."""

    id: int
    role: str
    place: str
    until: datetime | None
    person_id: int
    who: str
    language: str | None
    inviter: int | None


class Decided(Exception):
    """Somebody has decided already, or the role would have ended: invite again if need be."""


def waiting(session: Session, actor: Actor) -> list[Candidate]:
    """Who waits for a word where the actor gives roles, longest first."""
    query = (
        invitations.known(invitation.c.used_by.is_not(None))
        .where(invitation.c.decided_at.is_(None), below(roles.paths(actor)))
        .order_by(invitation.c.id)
    )
    return [_candidate(row) for row in session.execute(query)]


def accept(session: Session, actor: Actor, *, invitation_id: int) -> Candidate:
    """It is the right person: the role is theirs, until the date that is returned. Raises
    NotAllowed, Oneself, TooLong, Decided."""
    row = _undecided(session, actor, invitation_id)
    if row.used_by == actor.person_id:
        raise Oneself
    if row.role_ends_at is not None and row.role_ends_at <= actor.now:
        raise Decided
    roles.require_until(session, actor, row.path, row.role_ends_at)
    until = invitations.accept(session, row, row.used_by, actor.person_id, actor.now)
    return _candidate(row)._replace(until=until)


def refuse(session: Session, actor: Actor, *, invitation_id: int) -> Candidate:
    """It is the wrong person: nothing is given. Raises NotAllowed, Decided."""
    row = _undecided(session, actor, invitation_id)
    session.execute(
        update(invitation).where(invitation.c.id == row.id).values(decided_at=actor.now)
    )
    detail = {"person": row.used_by, "role": row.role, "place": row.place_id}
    audit.note(
        session, at=actor.now, person_id=actor.person_id, action="role.refused", detail=detail
    )
    return _candidate(row)


def _undecided(session: Session, actor: Actor, invitation_id: int) -> Any:
    row = session.execute(invitations.known(invitation.c.id == invitation_id)).first()
    if row is None or row.used_by is None:
        raise Decided
    actor.require(roles.GRANT, row.path)
    if row.decided_at is not None:
        raise Decided
    return row


def _candidate(row: Any) -> Candidate:
    who = (row.used_by, row.who, row.language)
    return Candidate(row.id, row.role, row.place, row.role_ends_at, *who, row.created_by)
