"""People, their accounts on platforms, their rights and consents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlmodel import Session

from db import quota as quotas
from db.permissions import roles_with
from db.prepared import Prepared
from db.scene import Actor, Grant
from db.tables import (
    Account,
    Bot,
    Chat,
    Consent,
    Conversation,
    Person,
    Place,
    Quota,
    Role,
    table,
)

account, bot, chat = table(Account), table(Bot), table(Chat)
consent, conversation, person = table(Consent), table(Conversation), table(Person)
place, quota, role = table(Place), table(Quota), table(Role)


class Mailbox(NamedTuple):
    """A chat to write to, with the bot and platform that reach it."""

    chat_id: int
    bot_id: int
    platform: str


_GRANTS: Final = Prepared(
    select(role.c.name, role.c.place_id, place.c.path)
    .join(place, place.c.id == role.c.place_id)
    .where(role.c.person_id == bindparam("person_id"))
    .where(or_(role.c.ends_at.is_(None), role.c.ends_at > bindparam("now")))
    .order_by(role.c.id)
)


# Its platform takes nothing now, or only what is urgent is left of the month, as was told.
_SPENT: Final = (
    select(quota.c.bot_id)
    .where(quota.c.bot_id == bot.c.id)
    .where(
        or_(
            quota.c.refused_until > bindparam("now"),
            and_(quota.c.month == bindparam("month"), quota.c.refused_told),
        )
    )
    .exists()
)
_MAILBOXES: Final = (
    select(account.c.person_id, chat.c.standing == "out", chat.c.id, bot.c.id, bot.c.platform)
    .join(chat, chat.c.id == account.c.chat_id)
    .join(bot, bot.c.id == chat.c.bot_id)
    .outerjoin(
        conversation,
        and_(conversation.c.chat_id == chat.c.id, conversation.c.account_id == account.c.id),
    )
    .where(account.c.person_id.in_(bindparam("people", expanding=True)))
    .order_by(account.c.person_id, chat.c.standing == "out")
    .order_by(or_(bot.c.trouble.is_not(None), _SPENT))
    .order_by(conversation.c.updated_at.desc().nulls_last(), account.c.id.desc())
)


def grants(session: Session, person_id: int, now: datetime) -> tuple[Grant, ...]:
    """The roles that hold now."""
    rows = _GRANTS.rows(session, {"person_id": person_id, "now": now})
    return tuple(Grant(*row) for row in rows)


def grant(session: Session, person_id: int, name: str, place_id: int, now: datetime) -> None:
    session.execute(
        insert(role).values(person_id=person_id, place_id=place_id, name=name, granted_at=now)
    )


def meet(
    session: Session,
    *,
    bot_id: int,
    platform: str,
    chat_id: str,
    chat_kind: str,
    chat_title: str,
    account_id: str,
    name: str,
    now: datetime,
) -> tuple[int, int, int]:
    """Know this chat and this account from now on: their ids and the person's."""
    our_chat = know_chat(session, bot_id, chat_id, chat_kind, chat_title)
    known = session.execute(
        select(account.c.id, account.c.person_id, account.c.chat_id).where(
            account.c.platform == platform, account.c.external_id == account_id
        )
    ).first()
    private = our_chat if chat_kind == "private" else None
    if known:
        if private and known.chat_id != private:
            session.execute(update(account).where(account.c.id == known.id).values(chat_id=private))
        return our_chat, known.id, known.person_id
    person_id = session.execute(
        insert(person).values(name=name, created_at=now).returning(person.c.id)
    ).scalar_one()
    our_account = session.execute(
        insert(account)
        .values(
            platform=platform,
            external_id=account_id,
            name=name,
            person_id=person_id,
            chat_id=private,
        )
        .returning(account.c.id)
    ).scalar_one()
    return our_chat, our_account, person_id


def know_chat(session: Session, bot_id: int, external_id: str, kind: str, title: str) -> int:
    """The chat's id, known from now on."""
    found = session.execute(
        select(chat.c.id, chat.c.title).where(
            chat.c.bot_id == bot_id, chat.c.external_id == external_id
        )
    ).first()
    if found is not None:
        if title and title != found.title:
            rename_chat(session, found.id, title)
        return int(found.id)
    return int(
        session.execute(
            insert(chat)
            .values(bot_id=bot_id, external_id=external_id, kind=kind, title=title)
            .returning(chat.c.id)
        ).scalar_one()
    )


def rename_chat(session: Session, chat_id: int, title: str) -> None:
    """Its members call the group so now."""
    session.execute(update(chat).where(chat.c.id == chat_id).values(title=title))


def mailboxes(
    session: Session, person_ids: tuple[int, ...], now: datetime | None = None
) -> list[Mailbox]:
    """One private chat a person, by person: where they were last talked with, of those where words
    arrive. `now` None: whatever the platforms would still take."""
    found: dict[int, Mailbox] = {}
    values = {"people": person_ids, "now": now, "month": quotas.month(now) if now else ""}
    for person_id, _, *box in session.execute(_MAILBOXES, values):
        found.setdefault(person_id, Mailbox(*box))
    return list(found.values())


def ways(session: Session, person_ids: tuple[int, ...], now: datetime) -> dict[int, list[Mailbox]]:
    """All private chats of people that are not closed to us, by person, in the same order."""
    found: dict[int, list[Mailbox]] = {}
    values = {"people": person_ids, "now": now, "month": quotas.month(now)}
    for person_id, closed, *box in session.execute(_MAILBOXES, values):
        if not closed:
            found.setdefault(person_id, []).append(Mailbox(*box))
    return found


def mailbox(session: Session, chat_id: int) -> Mailbox:
    return Mailbox(
        *session.execute(
            select(chat.c.id, bot.c.id, bot.c.platform)
            .join(bot, bot.c.id == chat.c.bot_id)
            .where(chat.c.id == chat_id)
        ).one()
    )


def staff(session: Session, place_id: int, permission: str, now: datetime) -> tuple[int, ...]:
    """The people who hold `permission` at a place: there, or anywhere above it."""
    path = session.execute(select(place.c.path).where(place.c.id == place_id)).scalar_one()
    above = [int(step) for step in path.split(".") if step]
    rows = session.execute(
        select(role.c.person_id)
        .where(role.c.place_id.in_(above), role.c.name.in_(roles_with(permission)))
        .where(or_(role.c.ends_at.is_(None), role.c.ends_at > now))
        .group_by(role.c.person_id)
        .order_by(role.c.person_id)
    )
    return tuple(rows.scalars())


def consented(session: Session, person_id: int, purpose: str, version: str) -> bool:
    return (
        session.execute(
            select(consent.c.id)
            .where(consent.c.person_id == person_id, consent.c.purpose == purpose)
            .where(consent.c.version == version, consent.c.withdrawn_at.is_(None))
            .limit(1)
        ).first()
        is not None
    )


def agree(
    session: Session, actor: Actor, *, purpose: str, version: str, language: str, digest: str
) -> None:
    """Keep the proof: which words (`digest`: sha256 of them), when, by which update."""
    session.execute(
        insert(consent).values(
            person_id=actor.person_id,
            purpose=purpose,
            version=version,
            language=language,
            digest=digest,
            given_at=actor.now,
            inbox_id=actor.inbox_id,
        )
    )


def settle_in(session: Session, actor: Actor, *, place_id: int) -> str:
    """The person lives in this village. Returns its name."""
    session.execute(update(person).where(person.c.id == actor.person_id).values(place_id=place_id))
    return str(
        session.execute(
            select(place.c.name).where(and_(place.c.id == place_id, place.c.kind == "village"))
        ).scalar_one()
    )


def speak(session: Session, actor: Actor, *, language: str) -> None:
    session.execute(update(person).where(person.c.id == actor.person_id).values(language=language))


def languages(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """What each of them is spoken with."""
    rows = session.execute(
        select(person.c.id, func.coalesce(person.c.language, "vi"))
        .where(person.c.id.in_(person_ids))
        .order_by(person.c.id)
    )
    return {id: language for id, language in rows}
