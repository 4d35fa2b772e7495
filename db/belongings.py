"""What each account of a person brought: roles, and groups that it keeps. Whoever is talked into
linking an account loses nothing by it: taken away, the account takes along what it brought, and
the reports of its private chat.

Noted in the audit of a link, as `as_detail` writes it. What the person was given since belongs to
the account that first brought a role, else to the one known longest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import insert, or_, select, update
from sqlmodel import Session

from db import relay
from db.tables import Account, Audit, Chat, Delivery, Invitation, Relay, Role, Ticket, table

account, audit, chat, role = table(Account), table(Audit), table(Chat), table(Role)
carried, delivery = table(Relay), table(Delivery)
invitation, ticket = table(Invitation), table(Ticket)

JOINED: Final = "account.joined"
_FOREVER: Final = datetime.max.replace(tzinfo=UTC)


class Share(NamedTuple):
    """A role that an account brought, until when: less than the person holds, perhaps, where
    others brought it too."""

    account_id: int
    role_id: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Belongings:
    """All that a person holds. `keeps`: the account behind each group kept, by the chat's id."""

    shares: tuple[Share, ...]
    keeps: Mapping[int, int]

    def beside(self, others: Belongings, folded: Mapping[int, int]) -> Belongings:
        """Of two people who are one now. `folded`: the role that stands for another of them."""
        theirs = (
            one._replace(role_id=folded.get(one.role_id, one.role_id)) for one in others.shares
        )
        return Belongings((*self.shares, *theirs), {**self.keeps, **others.keeps})

    def of(self, account_id: int) -> Belongings:
        """What the account would take along."""
        return Belongings(
            tuple(one for one in self.shares if one.account_id == account_id),
            {group: owner for group, owner in self.keeps.items() if owner == account_id},
        )

    def as_detail(self) -> dict[str, Any]:
        roles = [[one.account_id, one.role_id, _iso(one.until)] for one in self.shares]
        return {"roles": roles, "keeps": [[owner, group] for group, owner in self.keeps.items()]}


def read(session: Session, person_id: int, now: datetime) -> Belongings:
    own = select(account.c.id).where(account.c.person_id == person_id).order_by(account.c.id)
    accounts = list(session.execute(own).scalars())
    noted = _noted(session, person_id, accounts)
    heir = noted.shares[0].account_id if noted.shares else accounts[0]
    shares: list[Share] = []
    for id, ends in _held(session, person_id, now).items():
        brought = [one for one in noted.shares if one.role_id == id]
        shares += _shared(brought, ends, now) or [Share(heir, id, ends)]
    kept = session.execute(select(chat.c.id).where(chat.c.keeper_id == person_id)).scalars()
    return Belongings(tuple(shares), {group: noted.keeps.get(group, heir) for group in kept})


def move(
    session: Session, account_id: int, old: int, new: int, all_of: Belongings, now: datetime
) -> None:
    """What the account brought to the person `old` is the person `new`'s. `all_of`: the old
    person's. The right to say so is the caller's to check."""
    taken = all_of.of(account_id)
    for one in taken.shares:
        others = [
            share
            for share in all_of.shares
            if share.role_id == one.role_id and share.account_id != account_id
        ]
        this = update(role).where(role.c.id == one.role_id)
        if others:
            _copy(session, one, new)
            latest = max(_date(share.until) for share in others)
            session.execute(this.values(ends_at=_until(latest)))
        else:
            session.execute(this.values(person_id=new))
    groups = update(chat).where(chat.c.id.in_(taken.keeps), chat.c.keeper_id == old)
    session.execute(groups.values(keeper_id=new))
    home = select(account.c.chat_id).where(account.c.id == account_id).scalar_subquery()
    reports = update(ticket).where(ticket.c.person_id == old, ticket.c.chat_id == home)
    session.execute(reports.values(person_id=new))
    _uninvite(session, old, now)
    if taken.shares or taken.keeps:
        _tell_anew(session, old, now)


def _noted(session: Session, person_id: int, accounts: list[int]) -> Belongings:
    """As it was at the newest link, of the accounts that are the person's still."""
    newest = select(audit.c.detail).where(audit.c.person_id == person_id, audit.c.action == JOINED)
    detail = session.execute(newest.order_by(audit.c.id.desc()).limit(1)).scalar() or {}
    return Belongings(
        tuple(
            Share(owner, role_id, datetime.fromisoformat(until) if until else None)
            for owner, role_id, until in detail.get("roles", ())
            if owner in accounts
        ),
        {group: owner for owner, group in detail.get("keeps", ()) if owner in accounts},
    )


def _held(session: Session, person_id: int, now: datetime) -> dict[int, datetime | None]:
    """The end of each role that holds now, by its id."""
    rows = session.execute(
        select(role.c.id, role.c.ends_at)
        .where(role.c.person_id == person_id)
        .where(or_(role.c.ends_at.is_(None), role.c.ends_at > now))
        .order_by(role.c.id)
    )
    return {id: ends for id, ends in rows}


def _shared(brought: list[Share], ends: datetime | None, now: datetime) -> list[Share]:
    """Nobody's share is longer than what they brought, or than the role is now; what was added
    since is the first one's."""
    if brought and _date(ends) > max(_date(one.until) for one in brought):
        brought = [brought[0]._replace(until=ends), *brought[1:]]
    lasting = [(one, min(_date(one.until), _date(ends))) for one in brought]
    return [one._replace(until=_until(date)) for one, date in lasting if date > now]


def _date(until: datetime | None) -> datetime:
    return until or _FOREVER


def _until(date: datetime) -> datetime | None:
    return None if date == _FOREVER else date


def _copy(session: Session, share: Share, person_id: int) -> None:
    """Of a role that several brought, one more row."""
    same = select(role.c.place_id, role.c.name, role.c.granted_at)
    row = session.execute(same.where(role.c.id == share.role_id)).one()
    values = {**row._mapping, "person_id": person_id, "ends_at": share.until}
    session.execute(insert(role).values(**values))


def _uninvite(session: Session, person_id: int, now: datetime) -> None:
    """Nobody knows any more which of the two an admin would say yes to."""
    waits = (invitation.c.used_by == person_id, invitation.c.decided_at.is_(None))
    session.execute(update(invitation).where(*waits).values(decided_at=now))


def _tell_anew(session: Session, person_id: int, now: datetime) -> None:
    """What the person carries for groups that are not (or no more) theirs to keep is told to
    whoever's turn it is."""
    open_ones = (
        select(carried.c.delivery_id)
        .join(delivery, delivery.c.id == carried.c.delivery_id)
        .join(chat, chat.c.id == delivery.c.chat_id)
        .where(carried.c.keeper_id == person_id, carried.c.done_at.is_(None))
        .where(or_(chat.c.keeper_id.is_(None), chat.c.keeper_id != person_id))
    )
    relay.hand(session, list(session.execute(open_ones).scalars()), now)


def _iso(until: datetime | None) -> str | None:
    return until.isoformat() if until else None
