"""Two people at the same moment: a code still makes one candidate, and one admin is left."""

from __future__ import annotations

import asyncio

from sqlmodel import Session

from db import candidates, invitations, people, roles
from db.engine import Database
from db.permissions import NotAllowed
from db.roles import LastAdmin
from tests.db.inviting import admin, invited, resident
from tests.db.village import NOW, Village, acting, build


async def test_two_admins_who_end_each_other_leave_one(database: Database) -> None:
    village = await database.write(build)

    def two(session: Session) -> dict[str, int]:
        admin(session, village)
        people.grant(session, village.people["cadre"], "admin", village.commune.id, NOW)
        held = roles.held(session, admin(session, village))
        return {one.who: one.id for one in held if one.role == "admin"}

    ids = await database.write(two)

    def end(session: Session, name: str, other: str) -> None:
        roles.end(session, acting(session, village, name), role_id=ids[other])

    ended = await asyncio.gather(
        database.write(end, "approver", "cadre"),
        database.write(end, "cadre", "approver"),
        return_exceptions=True,
    )
    refused = [error for error in ended if error is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], LastAdmin | NotAllowed)
    assert await database.read(roles.admins, NOW) == 1


async def test_of_many_who_use_one_code_at_once_one_is_asked_about(database: Database) -> None:
    village = await database.write(build)
    code = (await database.write(invited, village, "village_head", "dong")).code

    def use(session: Session, name: str) -> None:
        invitations.use(session, acting(session, village, name), code=code)

    names = ["resident", "head", "cadre", "stranger", "other_head"]
    used = await asyncio.gather(*(database.write(use, n) for n in names), return_exceptions=True)
    assert sorted(type(one).__name__ for one in used) == ["CodeRefused"] * 4 + ["NoneType"]
    assert len(await database.read(_waiting, village)) == 1


def _waiting(session: Session, village: Village) -> list[candidates.Candidate]:
    return candidates.waiting(session, admin(session, village))


async def test_a_word_said_twice_at_once_gives_one_role(database: Database) -> None:
    village = await database.write(build)

    def use(session: Session) -> int:
        made = invited(session, village)
        return invitations.use(session, resident(session, village), code=made.code).id

    used = await database.write(use)

    def accept(session: Session) -> None:
        candidates.accept(session, admin(session, village), invitation_id=used)

    said = await asyncio.gather(*(database.write(accept) for _ in range(4)), return_exceptions=True)
    assert sum(one is None for one in said) == 1
    assert all(one is None or isinstance(one, candidates.Decided) for one in said)
    held = await database.read(lambda session: roles.held(session, admin(session, village)))
    assert [one.role for one in held if one.who == "resident"] == ["village_head"]
