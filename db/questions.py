"""What people asked, kept for those who write the answers: never who asked, and no longer than
needed. In which groups the bot answers unasked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db import audit, occurrences
from db.audience import below
from db.group_health import Group, tied
from db.groups import NoSuchGroup
from db.permissions import roles_with
from db.prepared import Prepared
from db.scene import Actor
from db.tables import Bot, Chat, Place, Question, QuestionList, Role, table

bot, chat, place = table(Bot), table(Chat), table(Place)
listed, question, role = table(QuestionList), table(Question), table(Role)

READS: Final = "ticket:export"  # who reads what was asked
LEADS: Final = "role:grant"  # who lets the bot answer unasked
USEFUL, WRONG = "useful", "wrong"
UNANSWERED: Final = ("choices", "decline", "none")  # outcomes, where there is no entry

LIFE: Final = timedelta(days=180)  # of a question
_USUAL: Final = timedelta(days=35)  # between two lists
_MOST: Final = 2_000  # questions looked at for one list


_KEPT: Final = (
    *("bot_id", "place_id", "chat_id", "asked_at", "language", "text", "outcome", "entry"),
    "verdict",
)
_KEEP: Final = Prepared(insert(question).returning(question.c.id), *_KEPT)


class NoSuchQuestion(Exception):
    """It is not kept any more, or was asked elsewhere: ask again."""


class Kept(NamedTuple):
    """A question as it is kept: `text` folded and masked; `entry` as in `Question`."""

    id: int
    text: str
    outcome: str
    entry: str
    verdict: str


class Asked(NamedTuple):
    """A question that wants an answer. `place`: where it was asked, or what its bot serves;
    `entry`: what it was answered with if that was WRONG."""

    text: str
    place: str
    verdict: str
    entry: str = ""


def keep(
    session: Session,
    actor: Actor,
    *,
    text: str,
    language: str,
    outcome: str,
    entry: str = "",
    place_id: int | None = None,
    in_group: bool = False,
) -> int:
    """The question's id. `text`: folded and masked."""
    values = {
        "bot_id": actor.bot_id,
        "place_id": place_id,
        "chat_id": actor.chat_id if in_group else None,
        "asked_at": actor.now,
        "language": language,
        "text": text,
        "outcome": outcome,
        "entry": entry,
        "verdict": "",
    }
    return int(_KEEP.first(session, values).id)


def read(session: Session, actor: Actor, question_id: int) -> Kept:
    """Raises NoSuchQuestion."""
    columns = (question.c[name] for name in Kept._fields)
    row = session.execute(select(*columns).where(_here(actor, question_id))).first()
    if row is None:
        raise NoSuchQuestion
    return Kept(*row)


def judge(session: Session, actor: Actor, *, question_id: int, verdict: str) -> None:
    """Whether the answer was USEFUL or WRONG; a later word counts instead of an earlier one.
    Raises NoSuchQuestion."""
    _change(session, actor, question_id, verdict=verdict)


def choose(session: Session, actor: Actor, *, question_id: int, entry: str) -> None:
    """The choice that a question left was made: it is answered. What it was answered with before
    stays where that was WRONG, for whoever mends it. Raises NoSuchQuestion."""
    chosen = case((question.c.verdict == WRONG, question.c.entry), else_=entry)
    _change(session, actor, question_id, entry=chosen)


def _change(session: Session, actor: Actor, question_id: int, **values: Any) -> None:
    changed = update(question).where(_here(actor, question_id)).values(**values)
    if session.execute(changed.returning(question.c.id)).first() is None:
        raise NoSuchQuestion


def _here(actor: Actor, question_id: int) -> ColumnElement[bool]:
    """Who asked is not known; but of a group, only that group may speak of it."""
    here = or_(question.c.chat_id.is_(None), question.c.chat_id == actor.chat_id)
    return and_(question.c.id == question_id, question.c.bot_id == actor.bot_id, here)


def lately(session: Session, chat_id: int, entry: str, language: str, since: datetime) -> list[str]:
    """The questions that were answered in a group with this entry, in this language."""
    answered = and_(question.c.outcome == "answer", question.c.entry == entry)
    rows = session.execute(
        select(question.c.text)
        .where(question.c.chat_id == chat_id, question.c.asked_at > since, answered)
        .where(question.c.language == language)
        .order_by(question.c.id)
    )
    return list(rows.scalars())


def last(session: Session, chat_id: int, since: datetime) -> str | None:
    """The entry that a question in a group was answered with last, whoever asked; None where
    another office's matter came up since."""
    row = session.execute(
        select(question.c.entry, question.c.outcome)
        .where(question.c.chat_id == chat_id, question.c.asked_at > since)
        .where(question.c.entry != "", question.c.outcome.in_(("answer", "decline")))
        .order_by(question.c.id.desc())
        .limit(1)
    ).first()
    return row.entry if row and row.outcome == "answer" else None


def wanting(session: Session, actor: Actor, since: datetime, until: datetime) -> list[Asked]:
    """What found no answer, or a wrong one, where the actor reads questions; oldest first, of
    very many the newest. Raises NotAllowed."""
    paths = reach(actor)
    spot = func.coalesce(question.c.place_id, bot.c.place_id)
    unanswered = and_(question.c.outcome.in_(UNANSWERED), question.c.entry == "")
    rows = session.execute(
        select(question.c.text, place.c.name, question.c.verdict, question.c.entry)
        .join(bot, bot.c.id == question.c.bot_id)
        .join(place, place.c.id == spot)
        .where(question.c.asked_at >= since, question.c.asked_at < until, below(paths))
        .where(or_(unanswered, question.c.verdict == WRONG))
        .order_by(question.c.id.desc())
        .limit(_MOST)
    ).all()
    return [Asked(*row) for row in reversed(rows)]


def reach(actor: Actor) -> tuple[str, ...]:
    """The places at and below which the actor reads questions. Raises NotAllowed."""
    actor.require(READS)
    return tuple(grant.path for grant in actor.grants if actor.can(READS, grant.path))


def readers(session: Session, now: datetime) -> list[Actor]:
    """Everyone who reads questions, with the rights they have now."""
    rows = session.execute(
        select(role.c.person_id)
        .where(role.c.name.in_(roles_with(READS)))
        .where(or_(role.c.ends_at.is_(None), role.c.ends_at > now))
        .group_by(role.c.person_id)
        .order_by(role.c.person_id)
    )
    return [occurrences.actor(session, person_id, now) for person_id in rows.scalars().all()]


def owed(session: Session, slot: datetime, due: bool = False) -> bool:
    """Whether the list of that time is still to be made, or there is something to forget. `due`:
    there is something to tell, whatever was asked."""
    done = select(listed.c.slot).where(listed.c.slot == slot).exists()
    before = select(question.c.id).where(question.c.asked_at < slot).exists()
    return bool(session.execute(select(and_(~done, or_(before, literal(due))))).scalar_one())


def claim(session: Session, slot: datetime, now: datetime) -> datetime | None:
    """Since when the list of that time tells, for whoever got to make it: since the one before, the
    first one since the oldest question. None if it is made already. What is too old is forgotten,
    unless so long has passed since the list before that the clock may be wrong."""
    last = session.execute(select(func.max(listed.c.slot)).where(listed.c.slot < slot)).scalar_one()
    since = last or session.execute(select(func.min(question.c.asked_at))).scalar_one()
    entered = _insert(session).values(slot=slot, at=now).on_conflict_do_nothing()
    if session.execute(entered.returning(listed.c.slot)).first() is None:
        return None
    if last is None or slot - last <= _USUAL:
        session.execute(delete(question).where(question.c.asked_at < now - LIFE))
    return since or slot


def let_answer(session: Session, actor: Actor, *, chat_id: int, on: bool) -> Group:
    """Whether the bot answers in a group what was not put to it. Raises NoSuchGroup, NotAllowed."""
    row = session.execute(tied(chat_id).where(chat.c.id == chat_id)).first()
    if row is None:
        raise NoSuchGroup
    actor.require(LEADS, row.path)
    session.execute(update(chat).where(chat.c.id == chat_id).values(answers=on))
    detail = {"chat": chat_id, "on": on}
    audit.note(
        session, at=actor.now, person_id=actor.person_id, action="group.answers", detail=detail
    )
    return Group(*row)._replace(answers=on)


def _insert(session: Session) -> Any:
    dialect = session.get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(listed)
