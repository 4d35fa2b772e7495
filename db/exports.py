"""Orders from chat for a table of reports, a chart, or a picture about an entry: the QR code of its
page, its photo guide.

wanted ─ made (its file is on the way) ─▶ erased, with the bytes; or failed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel import Session

from db import audit, people, places
from db.claims import GUIDE
from db.listing import Filters
from db.places import Spot
from db.scene import Actor
from db.session import notify
from db.tables import Chat, Export, Media, Outbox, Person, table

chat, export, media = table(Chat), table(Export), table(Media)
outbox, person = table(Outbox), table(Person)

NEEDS: Final[Mapping[str, str]] = {  # a guide is for everybody
    "csv": "ticket:export",
    "xlsx": "ticket:export",
    "chart": "ticket:statistics",
    "qr": "announcement:send",
}
_NAMES: Final[Mapping[str, str]] = {"chart": "statistics.drawn"}  # in the audit
MAX_FAILURES: Final = 3  # what fails this often will fail again
MAX_ATTEMPTS: Final = 25  # begun; an innocent one sees fewer stops of the program
_UNDER_WAY: Final = ("wanted", "made")
_OF_ENTRIES: Final = ("qr", "guide")
_FINAL: Final = ("sent", "failed", "cancelled", "uncertain")


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked for in chat. `paths`: the places they may see it of, now; none: they
    may not any more; `where`: what those are called; `entry`: whose picture, "" for a table or
    a chart."""

    id: int
    kind: str
    filters: Filters
    paths: tuple[str, ...]
    where: str
    person_id: int
    chat_id: int
    language: str
    entry: str = ""

    @property
    def refused(self) -> bool:
        """Who asked may not have it, or not any more."""
        return self.kind in NEEDS and not self.paths


class UnderWay(Exception):
    """The same person's last order of this kind is not done yet."""


def request(session: Session, actor: Actor, *, kind: str, filters: Filters) -> int:
    """Order a table (csv, xlsx) or a chart; its number. Raises NotAllowed, UnderWay."""
    path = None if filters.place_id is None else places.get(session, filters.place_id).path
    number = _order(session, actor, kind, filters.data, path)
    detail = {"export": number, "kind": kind, **filters.data}
    action = _NAMES.get(kind, "reports.exported")
    audit.note(session, at=actor.now, person_id=actor.person_id, action=action, detail=detail)
    return number


def draw_code(session: Session, actor: Actor, *, entry: str) -> int:
    """Order the QR code of an entry's page; its number. Raises NotAllowed, UnderWay."""
    return _order(session, actor, "qr", {"entry": entry}, None)


def show_guide(session: Session, actor: Actor, *, entry: str) -> int:
    """Order an entry's photo guide; its number. Raises UnderWay."""
    return _order(session, actor, "guide", {"entry": entry}, None)


def _order(
    session: Session, actor: Actor, kind: str, wish: Mapping[str, Any], path: str | None
) -> int:
    if kind in NEEDS:
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
            filters=dict(wish),
            person_id=actor.person_id,
            chat_id=actor.chat_id,
            state="wanted",
            attempts=0,
            failures=0,
            due_at=actor.now,
            asked_at=actor.now,
        )
        .returning(export.c.id)
    ).scalar_one()
    notify(session, "exports")
    return int(number)


def wanted(session: Session, now: datetime) -> list[int]:
    """What is to be made by now, oldest first."""
    due = (export.c.state == "wanted", export.c.due_at <= now)
    return list(session.execute(select(export.c.id).where(*due).order_by(export.c.id)).scalars())


def begin(session: Session, export_id: int) -> bool:
    """One more attempt, counted before it is made: what ends the program each time is not
    repeated for ever. False: it is time to give it up."""
    return _counted(session, export_id, "attempts") <= MAX_ATTEMPTS


def fail(session: Session, export_id: int, due_at: datetime) -> bool:
    """Not again before `due_at`. True: it is time to give it up."""
    session.execute(update(export).where(export.c.id == export_id).values(due_at=due_at))
    return _counted(session, export_id, "failures") >= MAX_FAILURES


def _counted(session: Session, export_id: int, what: str) -> int:
    """With one more."""
    more = update(export).where(export.c.id == export_id).values({what: export.c[what] + 1})
    return int(session.execute(more.returning(export.c[what])).scalar_one())


def order(session: Session, export_id: int, now: datetime) -> Order:
    """The order, with the rights its person has now."""
    row = session.execute(
        select(export, person.c.language)
        .join(person, person.c.id == export.c.person_id)
        .where(export.c.id == export_id)
    ).one()
    grants = people.grants(session, row.person_id, now)
    mine = Actor(row.person_id, 0, row.chat_id, 0, now, grants=grants)
    spots = allowed(session, mine, NEEDS[row.kind]) if row.kind in NEEDS else []
    of_entry = row.kind in _OF_ENTRIES
    return Order(
        row.id,
        row.kind,
        Filters() if of_entry else Filters.of(row.filters),
        tuple(spot.path for spot in spots),
        ", ".join(spot.name for spot in spots),
        row.person_id,
        row.chat_id,
        row.language or "vi",
        row.filters["entry"] if of_entry else "",
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
    Its media id; that of a guide which the bot has sent before is the same."""
    found = select(chat.c.bot_id).where(chat.c.id == made.chat_id)
    if made.kind == "guide":
        same = (media.c.digest == digest, media.c.state == "kept", media.c.ref.startswith(GUIDE))
        before = select(media.c.id).where(media.c.bot_id == found.scalar_subquery(), *same)
        if (known := session.execute(before).scalars().first()) is not None:
            return int(known)
    return int(
        session.execute(
            insert(media)
            .values(
                bot_id=session.execute(found).scalar_one(),
                chat_id=made.chat_id,
                ref=f"{GUIDE if made.kind == 'guide' else 'export '}{made.id}",
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


class Ended(NamedTuple):
    """The chat it was asked for in, the language of whoever asked, and the kind of the order."""

    chat_id: int
    language: str
    kind: str


def end(session: Session, export_id: int, state: str) -> Ended:
    """Nothing more will come of it: failed, or erased."""
    session.execute(update(export).where(export.c.id == export_id).values(state=state))
    asked = session.execute(
        select(export.c.chat_id, func.coalesce(person.c.language, "vi"), export.c.kind)
        .join(person, person.c.id == export.c.person_id)
        .where(export.c.id == export_id)
    ).one()
    return Ended(*asked)


class Over(NamedTuple):
    """A file that has done its work; `sent`: it arrived, as far as anybody knows; `kept`: it holds
    nobody's matters, and an address that Zalo was told leads to it."""

    export_id: int
    media_id: int
    sent: bool
    kept: bool


def over(session: Session) -> list[Over]:
    """Made, and no message that carries them is on its way any more."""
    found = session.execute(
        select(
            export.c.id,
            export.c.media_id,
            select(outbox.c.id)
            .where(outbox.c.media_id == export.c.media_id)
            .where(outbox.c.state.in_(("sent", "uncertain")))
            .exists(),
            export.c.kind == "guide",
        )
        .where(export.c.state == "made", ~_on_its_way())
        .order_by(export.c.id)
    )
    return [Over(*row) for row in found]


def carried(session: Session) -> bool:
    """Whether a table was made and is not let go yet."""
    made = select(export.c.id).where(export.c.state == "made").limit(1)
    return session.execute(made).first() is not None


def unfinished(session: Session, now: datetime) -> int:
    """Orders to make by now, and files to let go."""
    return len(wanted(session, now)) + len(over(session))


def _on_its_way() -> ColumnElement[bool]:
    carried = outbox.c.media_id == export.c.media_id
    return select(outbox.c.id).where(carried, outbox.c.state.not_in(_FINAL)).exists()
