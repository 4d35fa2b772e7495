"""The tree of places: province, commune, village."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from db.tables import Bot, Place, table

bot, place = table(Bot), table(Place)


class Spot(NamedTuple):
    """A place as others need it; `path` holds the ids from the root."""

    id: int
    slug: str
    name: str
    kind: str
    path: str


_COLUMNS = (place.c.id, place.c.slug, place.c.name, place.c.kind, place.c.path)


def add(session: Session, *, slug: str, name: str, kind: str, parent: Spot | None) -> Spot:
    row_id = session.execute(
        insert(place)
        .values(slug=slug, name=name, kind=kind, parent_id=parent.id if parent else None, path="")
        .returning(place.c.id)
    ).scalar_one()
    path = f"{parent.path if parent else ''}{row_id}."
    session.execute(update(place).where(place.c.id == row_id).values(path=path))
    return Spot(row_id, slug, name, kind, path)


def get(session: Session, place_id: int) -> Spot:
    return Spot(*session.execute(select(*_COLUMNS).where(place.c.id == place_id)).one())


def named(session: Session, place_ids: tuple[int, ...]) -> list[Spot]:
    rows = session.execute(select(*_COLUMNS).where(place.c.id.in_(place_ids)).order_by(place.c.id))
    return [Spot(*row) for row in rows]


def below(session: Session, path: str, kind: str | None = None) -> list[Spot]:
    """The place of `path` and everything below it, in the order they were entered."""
    query = select(*_COLUMNS).where(place.c.path.startswith(path)).order_by(place.c.id)
    if kind:
        query = query.where(place.c.kind == kind)
    return [Spot(*row) for row in session.execute(query)]


def villages_of_bot(session: Session, bot_id: int) -> list[Spot]:
    """The villages of the place a bot serves."""
    path = session.execute(
        select(place.c.path).join(bot, bot.c.place_id == place.c.id).where(bot.c.id == bot_id)
    ).scalar_one()
    return below(session, path, "village")


def chain(session: Session, place_id: int | None, bot_id: int) -> tuple[str, ...]:
    """The slugs of a place and all above it, nearest first; None: of the place the bot serves."""
    here = place.alias()
    where = here.c.id == place_id
    if place_id is None:
        where = here.c.id == select(bot.c.place_id).where(bot.c.id == bot_id).scalar_subquery()
    query = (
        select(place.c.slug)
        .join(here, here.c.path.startswith(place.c.path))
        .where(where)
        .order_by(func.length(place.c.path).desc())
    )
    return tuple(session.execute(query).scalars())
