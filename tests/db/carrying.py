"""Groups that people carry to, for tests of what goes by hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlmodel import Session

from db import announcements, bots, errands
from db.announcements import Part, Progress
from db.tables import Account, Chat, Outbox, Relay, table
from tests.db.village import BODY, NOW, PARTS, Village, acting

account, chat = table(Account), table(Chat)
outbox, relay = table(Outbox), table(Relay)

BY_HAND = {**PARTS, "hand": [Part(BODY)]}


def carried(
    session: Session,
    village: Village,
    title: str,
    *,
    place: str = "ben",
    segment: str = "unions",
    keeper: str = "head",
) -> int:
    """A group that no bot can write to; `keeper` "": nobody is named."""
    values = {
        "bot_id": bots.by_hand(session),
        "external_id": f"hand:{title}",
        "kind": "group",
        "title": title,
        "place_id": village.spots[place].id,
        "segment": segment,
        "keeper_id": village.people[keeper] if keeper else None,
    }
    return int(session.execute(insert(chat).values(**values).returning(chat.c.id)).scalar_one())


def announced(
    session: Session,
    village: Village,
    *,
    places: Sequence[str] = ("ben",),
    segments: Sequence[str] = ("unions",),
    urgent: bool = False,
    name: str = "approver",
    files: Sequence[int] = (),
) -> Progress:
    """One announcement to all groups of the segments there."""
    ids = village.ids(*places)
    pieces = [Part(BODY), *(Part("", file) for file in files)]
    return announcements.release(
        session,
        acting(session, village, name),
        body=BODY,
        parts={"hand": pieces, "zalo": pieces, "telegram": pieces},
        media=files,
        places=ids,
        segments=segments,
        urgent=urgent,
        shown=announcements.digest(BODY, files, ids, segments, urgent),
    )


def states(session: Session) -> list[str]:
    """Of all parts of announcements, in the order of their ids."""
    found = select(outbox.c.state).where(outbox.c.delivery_id.is_not(None)).order_by(outbox.c.id)
    return list(session.execute(found).scalars())


def deliveries(session: Session) -> list[int]:
    """Those that are carried, or were."""
    return list(
        session.execute(select(relay.c.delivery_id).order_by(relay.c.delivery_id)).scalars()
    )


def unreachable(session: Session, village: Village, name: str) -> None:
    """They never wrote to a bot in private."""
    mine = account.c.person_id == village.people[name]
    session.execute(update(account).where(mine).values(chat_id=None))


def tell(session: Session, version_id: int) -> list[tuple[int, list[str]]]:
    """Who is told now, and of which stops."""
    found = errands.tell(session, version_id, NOW)
    return [(one.keeper_id, [stop.title for stop in one.stops]) for one in found]


def told(session: Session, village: Village, *titles: str, urgent: bool = False) -> Progress:
    """Announced to these groups, of which their keeper was told."""
    for title in titles:
        carried(session, village, title)
    progress = announced(session, village, urgent=urgent)
    tell(session, progress.version_id)
    return progress


def seen(session: Session, version_id: int) -> Progress:
    return announcements.progress(session, version_id)
