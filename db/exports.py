"""Orders from chat for a table of reports or a chart.

wanted ─ made (its file is on the way) ─▶ erased, with the bytes; or failed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel import Session

from db import audit, people, places
from db.listing import Filters
from db.places import Spot
from db.scene import Actor
from db.session import notify
from db.tables import Chat, Export, Media, Outbox, Person, table

chat, export, media = table(Chat), table(Export), table(Media)
outbox, person = table(Outbox), table(Person)

NEEDS: Final[Mapping[str, str]] = {
    "csv": "ticket:export",
    "xlsx": "ticket:export",
    "chart": "ticket:statistics",
}
_UNDER_WAY: Final = ("wanted", "made")
_FINAL: Final = ("sent", "failed", "cancelled", "uncertain")


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked for in chat. `paths`: the places they may see it of, now; none: they
    may not any more; `where`: what those are called."""

    id: int
    kind: str
    filters: Filters
    paths: tuple[str, ...]
    where: str
    person_id: int
    chat_id: int
    language: str


class UnderWay(Exception):
    """The same person's last order of this kind is not done yet."""


def request(session: Session, actor: Actor, *, kind: str, filters: Filters) -> int:
    """Order a table (csv, xlsx) or a chart; its number. Raises NotAllowed, UnderWay."""
    path = None if filters.place_id is None else places.get(session, filters.place_id).path
    actor.require(NEEDS[kind], path)
    waiting = select(export.c.id).where(
        export.c.person_id == actor.person_id,
        export.c.kind == kind,
        export.c.state.in_(_UNDER_WAY),
    )
    if session.execute(waiting).first() is not None:
        raise UnderWay
    number = session.execute(
        insert(export)
        .values(
            kind=kind,
            filters=filters.data,
            person_id=actor.person_id,
            chat_id=actor.chat_id,
            state="wanted",
            attempts=0,
            asked_at=actor.now,
        )
        .returning(export.c.id)
    ).scalar_one()
    detail = {"export": number, "kind": kind, **filters.data}
    audit.note(
        session, at=actor.now, person_id=actor.person_id, action="reports_exported", detail=detail
    )
    notify(session, "exports")
    return int(number)


def wanted(session: Session) -> list[tuple[int, int]]:
    """(id, attempts so far) of what is still to be made, oldest first."""
    found = select(export.c.id, export.c.attempts).where(export.c.state == "wanted")
    return [(row.id, row.attempts) for row in session.execute(found.order_by(export.c.id))]


def begin(session: Session, export_id: int, now: datetime) -> Order:
    """One more attempt: counted before it is made, so that none can be repeated for ever."""
    session.execute(
        update(export).where(export.c.id == export_id).values(attempts=export.c.attempts + 1)
    )
    return order(session, export_id, now)


def order(session: Session, export_id: int, now: datetime) -> Order:
    """The order, with the rights its person has now."""
    row = session.execute(
        select(export, person.c.language)
        .join(person, person.c.id == export.c.person_id)
        .where(export.c.id == export_id)
    ).one()
    grants = people.grants(session, row.person_id, now)
    mine = Actor(row.person_id, 0, row.chat_id, 0, now, grants=grants)
    spots = allowed(session, mine, NEEDS[row.kind])
    return Order(
        row.id,
        row.kind,
        Filters.of(row.filters),
        tuple(spot.path for spot in spots),
        ", ".join(spot.name for spot in spots),
        row.person_id,
        row.chat_id,
        row.language or "vi",
    )


def allowed(session: Session, actor: Actor, permission: str) -> list[Spot]:
    """The places the actor has the permission at, none of them below another."""
    one_by_one = ((grant, replace(actor, grants=(grant,))) for grant in actor.grants)
    held = {grant.path: grant.place_id for grant, alone in one_by_one if alone.can(permission)}
    topmost = [
        place_id
        for path, place_id in held.items()
        if not any(path != other and path.startswith(other) for other in held)
    ]
    return places.named(session, tuple(topmost))


def announce(
    session: Session, made: Order, *, digest: str, size: int, mime: str, name: str, now: datetime
) -> int:
    """A file is about to lie in the media folder: until `made` says so, it is one to remove.
    Its media id."""
    found = select(chat.c.bot_id).where(chat.c.id == made.chat_id)
    return int(
        session.execute(
            insert(media)
            .values(
                bot_id=session.execute(found).scalar_one(),
                chat_id=made.chat_id,
                ref=f"export {made.id}",
                kind="photo" if mime.startswith("image/") else "document",
                name=name,
                state="refused",
                attempts=0,
                due_at=now,
                digest=digest,
                size=size,
                mime=mime,
            )
            .returning(media.c.id)
        ).scalar_one()
    )


def made(session: Session, export_id: int, media_id: int) -> None:
    """The file is in its place, and may go out."""
    session.execute(update(media).where(media.c.id == media_id).values(state="kept"))
    session.execute(
        update(export).where(export.c.id == export_id).values(state="made", media_id=media_id)
    )


def end(session: Session, export_id: int, state: str) -> None:
    """Nothing more will come of it: failed, or erased."""
    session.execute(update(export).where(export.c.id == export_id).values(state=state))


class Over(NamedTuple):
    """A file that has done its work; `sent`: it arrived, as far as anybody knows."""

    export_id: int
    media_id: int
    chat_id: int
    language: str
    sent: bool


def over(session: Session) -> list[Over]:
    """Made, and no message that carries them is on its way any more."""
    found = session.execute(
        select(
            export.c.id,
            export.c.media_id,
            export.c.chat_id,
            func.coalesce(person.c.language, "vi"),
            select(outbox.c.id)
            .where(outbox.c.media_id == export.c.media_id)
            .where(outbox.c.state.in_(("sent", "uncertain")))
            .exists(),
        )
        .join(person, person.c.id == export.c.person_id)
        .where(export.c.state == "made", ~_on_its_way())
        .order_by(export.c.id)
    )
    return [Over(*row) for row in found]


def unfinished(session: Session) -> int:
    """Orders to make, and files to let go."""
    return len(wanted(session)) + len(over(session))


def _on_its_way() -> ColumnElement[bool]:
    carried = outbox.c.media_id == export.c.media_id
    return select(outbox.c.id).where(carried, outbox.c.state.not_in(_FINAL)).exists()
