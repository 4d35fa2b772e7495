"""Where everyone stands: read before a handler runs, written with what it decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from db.people import grants
from db.prepared import Prepared
from db.scene import Actor, Scene
from db.tables import Account, Bot, Chat, Conversation, Outbox, Person, Role, table

account, bot, chat = table(Account), table(Bot), table(Chat)
conversation, outbox = table(Conversation), table(Outbox)
person, role = table(Person), table(Role)


_SCENE: Final = Prepared(
    select(
        chat.c.id.label("chat"),
        chat.c.title,
        chat.c.place_id.label("chat_place"),
        chat.c.segment,
        chat.c.answers,
        account.c.id.label("account"),
        account.c.chat_id.label("home"),
        person.c.id.label("person"),
        person.c.name,
        person.c.place_id,
        person.c.language,
        select(role.c.id).where(role.c.person_id == person.c.id).exists().label("has_roles"),
        conversation.c.step,
        conversation.c.keep,
        conversation.c.free_text,
        conversation.c.menu_id,
        conversation.c.version,
        outbox.c.buttons,
        outbox.c.body,
    )
    .select_from(
        bot.outerjoin(
            chat, and_(chat.c.bot_id == bot.c.id, chat.c.external_id == bindparam("chat_id"))
        )
        .outerjoin(
            account,
            and_(
                account.c.platform == bindparam("platform"),
                account.c.external_id == bindparam("account_id"),
            ),
        )
        .outerjoin(person, person.c.id == account.c.person_id)
        .outerjoin(
            conversation,
            and_(conversation.c.chat_id == chat.c.id, conversation.c.account_id == account.c.id),
        )
        .outerjoin(outbox, outbox.c.id == conversation.c.menu_id)
    )
    .where(bot.c.id == bindparam("bot_id"))
)


_MOVED: Final = ("step", "keep", "free_text", "menu_id", "version", "updated_at")
_MOVE_ON: Final = Prepared(
    update(conversation)
    .where(conversation.c.chat_id == bindparam("chat"))
    .where(conversation.c.account_id == bindparam("account"))
    .where(conversation.c.version == bindparam("was"))
    .returning(conversation.c.version),
    *_MOVED,
)


class Conflict(Exception):
    """The conversation moved on since it was read: read again and decide again."""


def load(
    session: Session,
    *,
    bot_id: int,
    platform: str,
    chat_id: str,
    chat_kind: str,
    account_id: str,
    now: datetime,
    inbox_id: int | None = None,
) -> Scene:
    """One read of everything a handler needs; people and chats not met yet have id 0."""
    named = {"bot_id": bot_id, "platform": platform, "chat_id": chat_id, "account_id": account_id}
    (row,) = _SCENE.rows(session, named)
    actor = Actor(
        person_id=row.person or 0,
        account_id=row.account or 0,
        chat_id=row.chat or 0,
        bot_id=bot_id,
        now=now,
        place_id=row.place_id,
        grants=grants(session, row.person, now) if row.has_roles else (),
        inbox_id=inbox_id,
    )
    return Scene(
        actor=actor,
        chat_kind=chat_kind,
        chat_title=row.title or "",
        chat_place_id=row.chat_place,
        segment=row.segment,
        answers=bool(row.answers),
        name=row.name or "",
        language=row.language,
        step=row.step or "",
        keep=row.keep or {},
        free_text=bool(row.free_text),
        menu_id=row.menu_id,
        menu_body=row.body or "",
        buttons=tuple((label, action) for label, action in row.buttons or ()),
        version=row.version or 0,
        home_chat_id=row.home,
    )


def save(
    session: Session,
    actor: Actor,
    *,
    version: int,
    step: str,
    keep: Mapping[str, Any],
    free_text: bool,
    menu_id: int | None,
) -> None:
    """Move on from `version`. Raises Conflict when somebody else did so first."""
    values: dict[str, Any] = {
        "step": step,
        "keep": dict(keep),
        "free_text": free_text,
        "menu_id": menu_id,
        "version": version + 1,
        "updated_at": actor.now,
    }
    if version == 0:
        begun = _insert(session).on_conflict_do_nothing().returning(conversation.c.version)
        values |= {"chat_id": actor.chat_id, "account_id": actor.account_id}
        moved = session.execute(begun, values).first()
    else:
        values |= {"chat": actor.chat_id, "account": actor.account_id, "was": version}
        moved = _MOVE_ON.first(session, values)
    if moved is None:
        raise Conflict


def idle(session: Session, chat_id: int) -> int | None:
    """The account whose private chat this is, if nothing is under way there."""
    row = session.execute(
        select(account.c.id, conversation.c.step)
        .outerjoin(
            conversation,
            and_(conversation.c.account_id == account.c.id, conversation.c.chat_id == chat_id),
        )
        .where(account.c.chat_id == chat_id)
        .order_by(account.c.id.desc())
        .limit(1)
    ).first()
    return row.id if row and not row.step else None


def offer(session: Session, chat_id: int, account_id: int, menu_id: int, now: datetime) -> None:
    """Make the choices of our message `menu_id` the menu of an idle conversation."""
    changed = {"menu_id": menu_id, "updated_at": now}
    session.execute(
        _insert(session)
        .values(
            chat_id=chat_id,
            account_id=account_id,
            step="",
            keep={},
            free_text=False,
            version=1,
            **changed,
        )
        .on_conflict_do_update(
            index_elements=["chat_id", "account_id"],
            set_={**changed, "version": conversation.c.version + 1},
        )
    )


def _insert(session: Session) -> Any:
    dialect = session.get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(conversation)
