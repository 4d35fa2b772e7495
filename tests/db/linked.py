"""Two people of whom each has an account on another platform, and a database full of rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Column, Table, func, insert, select
from sqlmodel import Session, SQLModel

from db import absorbing, links, people
from db.links import Own
from db.scene import Actor
from db.tables import Account, Person, table
from tests.db.village import NOW, Village

account, person = table(Account), table(Person)
_PLAIN: Final[dict[type, Any]] = {
    bool: False,
    bytes: b"",
    datetime: NOW,
    object: {},  # JSON
    int: 0,
}


def met(session: Session, village: Village, platform: str, name: str = "Bà Lúa") -> Actor:
    """Somebody whom nobody has met before, in private."""
    unique = uuid4().hex
    chat_id, account_id, person_id = people.meet(
        session,
        bot_id=village.bots[platform],
        platform=platform,
        chat_id=f"home {unique}",
        chat_kind="private",
        chat_title="",
        account_id=f"somebody {unique}",
        name=name,
        now=NOW,
    )
    return Actor(person_id, account_id, chat_id, village.bots[platform], NOW)


def asked(session: Session, first: Actor, second: Actor) -> int:
    """The second account has said the first one's code and wants to be joined: the link."""
    said = links.say(session, second, code=links.ask(session, first))
    return links.agree(session, second, link_id=said.id).id


def joined(session: Session, first: Actor, second: Actor) -> Own:
    return links.join(session, first, link_id=asked(session, first, second)).account


def now(session: Session, actor: Actor, moment: datetime = NOW) -> Actor:
    """The same account, with its person and rights as they are now."""
    found = select(account.c.person_id).where(account.c.id == actor.account_id)
    person_id = session.execute(found).scalar_one()
    grants = people.grants(session, person_id, moment)
    return replace(actor, person_id=person_id, grants=grants, now=moment)


def fill(session: Session, person_id: int) -> None:
    """A row more in every table, all of them this person's."""
    newest: dict[str, dict[str, Any]] = {"person": {"id": person_id}}
    for one in SQLModel.metadata.sorted_tables:
        if one.name != "person":
            values = {column.name: _value(column, newest) for column in one.columns}
            newest[one.name] = _inserted(session, one, values)


def _value(column: Column[Any], newest: dict[str, dict[str, Any]]) -> Any:
    """Of the row just made, where the column names another table; None where it may be."""
    for key in column.foreign_keys:
        return newest.get(key.column.table.name, {}).get(key.column.name)
    if column.nullable or column is column.table.autoincrement_column:
        return None
    if column.name == "path":
        return "1."  # of ids
    kind = getattr(column.type, "impl_instance", column.type).python_type
    if kind is datetime and column.primary_key:
        return NOW + timedelta(seconds=uuid4().int % 10**8)
    return uuid4().hex if kind is str else _PLAIN[kind]


def _inserted(session: Session, one: Table, values: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in values.items() if value is not None}
    row = session.execute(insert(one).values(**given).returning(*one.primary_key)).one()
    return dict(row._mapping)


def pointing(session: Session, person_id: int) -> dict[str, int]:
    """How many rows of each column that names people name this one."""
    found = {}
    for column in absorbing.pointing():
        counted = select(func.count()).select_from(column.table).where(column == person_id)
        found[f"{column.table.name}.{column.name}"] = session.execute(counted).scalar_one()
    return found


def people_known(session: Session) -> list[int]:
    return list(session.execute(select(person.c.id).order_by(person.c.id)).scalars())
