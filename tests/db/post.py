"""Messages for tests of the outbox: put in a word, looked at in another."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, event, select, update
from sqlmodel import Session

from db import announcements, outbox
from db.announcements import Part, digest
from db.outbox import REPLY, Claimed, Draft
from db.tables import Outbox, table
from tests.db.village import NOW, Village, acting

rows = table(Outbox)


def put(
    session: Session,
    village: Village,
    words: str = "words",
    *,
    group: str = "ben households telegram",
    priority: int = REPLY,
    due_at: datetime | None = NOW,
    **more: Any,
) -> int:
    """One message to a group."""
    bot = village.bots[group.rpartition(" ")[2]]
    draft = Draft(bot, village.groups[group], "reply", priority, words, due_at, **more)
    return outbox.put(session, [draft])[0]


def announce(session: Session, village: Village, *, urgent: bool) -> tuple[int, int]:
    """To one group of the Telegram bot: the version and the message."""
    places, segments = village.ids("ben"), ["households"]
    progress = announcements.release(
        session,
        acting(session, village, "approver"),
        body="news",
        parts={"telegram": [Part("news")]},
        media=[],
        places=places,
        segments=segments,
        urgent=urgent,
        shown=digest("news", [], places, segments, urgent),
    )
    (row,) = session.execute(select(rows.c.id).where(rows.c.delivery_id.is_not(None)))
    return progress.version_id, row.id


def claim(
    session: Session, village: Village, now: datetime = NOW, blocked: Collection[int] = ()
) -> list[Claimed]:
    """Everything that the Telegram bot may claim."""
    return outbox.claim(session, village.bots["telegram"], blocked, now, 99, list)


def row(session: Session, row_id: int) -> Row[Any]:
    return session.execute(select(rows).where(rows.c.id == row_id)).one()


def edits(session: Session, ref: int) -> list[tuple[str, str]]:
    """State and words of the edits of a message."""
    found = session.execute(
        select(rows.c.state, rows.c.body).where(rows.c.ref == ref).order_by(rows.c.id)
    )
    return [(edit.state, edit.body) for edit in found]


def put_in(session: Session, row_id: int, state: str, external_id: str | None = "m1") -> None:
    """As if the message had come so far."""
    values = {"state": state, "external_id": external_id if state == "sent" else None}
    session.execute(update(rows).where(rows.c.id == row_id).values(**values))


@contextlib.contextmanager
def statements(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database meanwhile: SQL and parameters (none where they stand in it)."""
    sent: list[tuple[str, Any]] = []
    told: list[str] = []  # while SQLAlchemy has told already

    def note(_1: Any, _2: Any, sql: str, values: Any, _3: Any, _4: Any) -> None:
        sent.append((sql, values))
        told.append(sql)

    def done(*_: Any) -> None:
        told.clear()

    def trace(sql: str) -> None:
        if not told:
            sent.append((sql, ()))

    connection = session.connection()
    driver = connection.connection.driver_connection
    traced = driver if isinstance(driver, sqlite3.Connection) else None
    event.listen(connection, "before_cursor_execute", note)
    event.listen(connection, "after_cursor_execute", done)
    if traced:
        traced.set_trace_callback(trace)
    yield sent
    if traced:
        traced.set_trace_callback(None)
    event.remove(connection, "before_cursor_execute", note)
    event.remove(connection, "after_cursor_execute", done)
