"""What bulletins may tell of an answered report: one sentence of staff, which gives nobody away."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sqlalchemy import update
from sqlmodel import Session

from db.scene import Actor
from db.tables import Ticket, table
from db.tickets import NoSuchReport, find, note_event

LONGEST: Final = 160  # characters: a line of a bulletin

_LONG_NUMBER: Final = re.compile(r"\d(?:[\s.,()\-–]*\d){8}")  # a telephone's, or an identity card's

ticket = table(Ticket)


class NotForAll(Exception):
    """A sentence that must not be published: write another."""


class TooLong(NotForAll):
    """Longer than LONGEST."""


class HasNumber(NotForAll):
    """It holds what may be a telephone or an identity number."""


class HasName(NotForAll):
    """It names whoever reported."""


def publish(session: Session, actor: Actor, *, number: int, note: str) -> None:
    """The newest note is told; "" takes it back, from what is told later. Raises NoSuchReport,
    NotAllowed, NotForAll."""
    report = find(session, number)
    if report is None or report.state != "answered":
        raise NoSuchReport
    actor.require("ticket:answer", report.place_path)
    check(note, report.who)
    session.execute(update(ticket).where(ticket.c.id == number).values(published=note))
    note_event(session, actor, number, "published" if note else "unpublished", note)


def check(note: str, who: str) -> None:
    """Whether a note on what `who` reported is for everyone. Raises NotForAll."""
    if len(note) > LONGEST:
        raise TooLong
    if _LONG_NUMBER.search(note):
        raise HasNumber
    name = _bare(who)
    if " " in name and name in _bare(note):  # a single word may well be a thing
        raise HasName


def _bare(text: str) -> str:
    """Without marks and capitals, which are left out or set anew as people please."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return " ".join("".join(one for one in letters if not unicodedata.combining(one)).split())
