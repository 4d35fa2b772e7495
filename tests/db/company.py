"""Groups for tests of how the bot comes into them and goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlmodel import Session

from db import chats, groups
from db.chats import Change
from db.tables import Chat, table
from tests.db.village import NOW, Village, acting

chat = table(Chat)
BEN, DONG = "ben households telegram", "dong households telegram"


def here(session: Session, chat_id: int) -> Row[Any]:
    return session.execute(select(chat).where(chat.c.id == chat_id)).one()


def known(session: Session, village: Village, external_id: str, **more: Any) -> int:
    """A group that nobody has tied."""
    values = {"bot_id": village.bots["telegram"], "kind": "group", "title": "Nhóm", **more}
    statement = insert(chat).values(external_id=external_id, **values)
    return int(session.execute(statement.returning(chat.c.id)).scalar_one())


def stand(
    session: Session,
    village: Village,
    chat_id: int,
    standing: str,
    before: str = "member",
    now: datetime = NOW,
) -> list[Change]:
    actor = acting(session, village, "resident", chat_id, now)
    return chats.stand(session, actor, standing=standing, before=before)


def untold(session: Session, village: Village) -> list[int]:
    return chats.untold(session, village.bots.values())


def forsaken(session: Session, village: Village, now: datetime) -> list[int]:
    return chats.forsaken(session, village.bots.values(), now)


def tie(session: Session, village: Village, chat_id: int) -> None:
    place = village.spots["ben"].id
    head = acting(session, village, "head")
    code = groups.ask_code(session, head, place_id=place, segment="households").code
    actor = acting(session, village, "resident", chat_id)
    groups.tie(session, actor, code=code, labels=dict.fromkeys(groups.SEGMENTS, "x"))
