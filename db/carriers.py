"""Who is asked to carry something by hand: the next in line who can be written to now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Row, or_, select
from sqlmodel import Session

from db.people import Mailbox, ways
from db.permissions import roles_with
from db.relay import SEND
from db.tables import Role, table

role = table(Role)

# The words and files (media ids) of what is carried, in their order.
Content: TypeAlias = tuple[tuple[str, int | None], ...]
# Whether a mailbox takes this content with its request now (urgent or not); if so, it is kept free.
Takes: TypeAlias = Callable[[Mailbox, Content, bool], bool]


class Carrier(NamedTuple):
    """`box` None: they stand first in line, but cannot be written to."""

    person_id: int
    box: Mailbox | None = None


def anything(box: Mailbox, content: Content, urgent: bool) -> bool:
    """A mailbox that takes whatever it is given."""
    return True


def choose(
    session: Session,
    rows: Sequence[Row[Any]],
    contents: Mapping[int, Content],
    now: datetime,
    takes: Takes,
) -> dict[int, Carrier]:
    """By delivery. Its keeper; else who may announce at that very place; else its author, or
    whoever may announce there: only people who still may, after whoever was asked in vain. One
    who carries the same to several stops is written to once."""
    holders = _holders(session, now)
    lines = {row.delivery_id: _line(row, holders) for row in rows}
    boxes = ways(session, tuple({*chain.from_iterable(lines.values())}), now)
    asked: dict[tuple[int, Content], Mailbox | None] = {}
    found: dict[int, Carrier] = {}
    for row in rows:
        content, line = contents.get(row.delivery_id, ()), lines[row.delivery_id]
        for person_id in line:
            key = person_id, content
            if key not in asked:
                there = boxes.get(person_id, ())
                asked[key] = next((b for b in there if takes(b, content, row.urgent)), None)
            if asked[key] is not None:
                found[row.delivery_id] = Carrier(person_id, asked[key])
                break
        else:
            if line:
                found[row.delivery_id] = Carrier(line[0])
    return found


def _line(row: Row[Any], holders: Mapping[int, Sequence[int]]) -> list[int]:
    """Nobody twice."""
    if row.path is None:
        return []
    above = [int(step) for step in reversed(row.path.split(".")) if step]
    near, *far = (holders.get(place_id, ()) for place_id in above)
    may = {*near, *chain.from_iterable(far)}
    order = (row.own, *near, row.released_by, *chain.from_iterable(far))
    line = list(dict.fromkeys(one for one in order if one in may))
    asked = None if row.done_at else row.done_by
    return line[line.index(asked) + 1 :] if asked in line else line


def _holders(session: Session, now: datetime) -> dict[int, list[int]]:
    """By place, the people whose role there lets them announce."""
    rows = session.execute(
        select(role.c.place_id, role.c.person_id)
        .where(role.c.name.in_(roles_with(SEND)))
        .where(or_(role.c.ends_at.is_(None), role.c.ends_at > now))
        .order_by(role.c.id)
    )
    found: dict[int, list[int]] = {}
    for place_id, person_id in rows:
        found.setdefault(place_id, []).append(person_id)
    return found
