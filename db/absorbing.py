"""Two people who turn out to be one: whatever points to the one points to the other from then on.

What points to a person is read from the tables themselves, so that none is forgotten.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, func, or_, select, update
from sqlmodel import Session

from db.tables import Person, Role, table

person, role = table(Person), table(Role)


def absorb(session: Session, mine: int, other: int, now: datetime) -> dict[int, int]:
    """The person `other` is `mine`, and no row of its own any more. The right to say so is the
    caller's to check. The role that stands from now on for each that is folded into it."""
    folded = _fold_roles(session, mine, other, now)
    _fill_in(session, mine, other)
    for column in pointing():
        session.execute(update(column.table).where(column == other).values({column: mine}))
    session.execute(delete(person).where(person.c.id == other))
    return folded


def pointing() -> list[Column[Any]]:
    """Every column that names a person, of whichever table."""
    tables = person.metadata.sorted_tables
    keys = (key for one in tables for key in one.foreign_keys if key.column is person.c.id)
    return [key.parent for key in keys]


def _fold_roles(session: Session, mine: int, other: int, now: datetime) -> dict[int, int]:
    """A role that both hold at a place is one: since the earlier day, until the later."""
    holding = or_(role.c.ends_at.is_(None), role.c.ends_at > now)
    both = select(role).where(role.c.person_id.in_((mine, other)), holding)
    rows = session.execute(both).all()
    same = {(row.name, row.place_id): row for row in rows if row.person_id == mine}
    folded: dict[int, int] = {}
    for theirs in (row for row in rows if row.person_id == other):
        kept = same.get((theirs.name, theirs.place_id))
        if kept is None:
            continue
        ends = (kept.ends_at, theirs.ends_at)
        values = {
            "granted_at": min(kept.granted_at, theirs.granted_at),
            "ends_at": None if None in ends else max(ends),
        }
        session.execute(update(role).where(role.c.id == kept.id).values(**values))
        session.execute(delete(role).where(role.c.id == theirs.id))
        folded[theirs.id] = kept.id
    return folded


def _fill_in(session: Session, mine: int, other: int) -> None:
    """What the person never told is taken from the other account's."""
    unknown = ("place_id", "language")
    theirs = select(*(person.c[name] for name in unknown)).where(person.c.id == other)
    found = dict(zip(unknown, session.execute(theirs).one(), strict=True))
    values = {name: func.coalesce(person.c[name], value) for name, value in found.items()}
    session.execute(update(person).where(person.c.id == mine).values(**values))
