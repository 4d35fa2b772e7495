"""People who invite and are invited, in the commune of `village`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from db import invitations, people
from db.invitations import Invited
from db.scene import Actor
from db.tables import Audit, Role, table
from tests.db.village import NOW, Village, acting

audit, role = table(Audit), table(Role)


def admin(session: Session, village: Village, now: datetime = NOW) -> Actor:
    """The approver of the commune, who is its admin too."""
    person = village.people["approver"]
    if all(grant.role != "admin" for grant in people.grants(session, person, now)):
        people.grant(session, person, "admin", village.commune.id, NOW)
    return acting(session, village, "approver", now=now)


def resident(session: Session, village: Village, now: datetime = NOW) -> Actor:
    return acting(session, village, "resident", now=now)


def invited(
    session: Session,
    village: Village,
    role: str = "village_head",
    slug: str = "ben",
    until: datetime | None = None,
) -> Invited:
    return invitations.invite(
        session, admin(session, village), place_id=village.spots[slug].id, role=role, until=until
    )


def is_now(session: Session, actor: Actor, now: datetime = NOW) -> list[tuple[str, int]]:
    """The roles of the actor's person, as (name, place)."""
    found = people.grants(session, actor.person_id, now)
    return [(grant.role, grant.place_id) for grant in found]


def later(actor: Actor, now: datetime) -> Actor:
    return replace(actor, now=now)


def noted(session: Session) -> list[tuple[str, int | None, dict[str, Any]]]:
    """The audit: action, by whom, detail."""
    rows = session.execute(
        select(audit.c.action, audit.c.person_id, audit.c.detail).order_by(audit.c.id)
    )
    return [(action, person, detail) for action, person, detail in rows]
