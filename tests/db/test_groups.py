"""One code ties one group, once, for a day, at a place of the one who asked for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import Session

from db import groups, people
from db.codes import CODE_SIGNS
from db.engine import Database
from db.groups import Code, CodeRefused, NoSuchGroup, Tied, Untied
from db.permissions import NotAllowed
from db.tables import Audit, Chat, GroupCode, Outbox, Role, table
from tests.db.village import NOW, Village, acting, build

LABELS = {segment: segment.upper() for segment in groups.SEGMENTS}
audit, chat, group_code = table(Audit), table(Chat), table(GroupCode)
outbox, role = table(Outbox), table(Role)


@pytest_asyncio.fixture
async def village(database: Database) -> Village:
    return await database.write(build)


def asked(session: Session, village: Village, name: str = "head", slug: str = "ben") -> Code:
    actor = acting(session, village, name)
    return groups.ask_code(session, actor, place_id=village.spots[slug].id, segment="households")


def new_chat(session: Session, village: Village, title: str = "", kind: str = "group") -> int:
    chat_id, _, _ = people.meet(
        session,
        bot_id=village.bots["zalo"],
        platform="zalo",
        chat_id=f"new {kind} {title}",
        chat_kind=kind,
        chat_title=title,
        account_id="somebody",
        name="Ông Mẫu",
        now=NOW,
    )
    return chat_id


def tied(
    session: Session,
    village: Village,
    code: str,
    title: str = "",
    *,
    kind: str = "group",
    after: timedelta = timedelta(),
) -> Tied:
    chat_id = new_chat(session, village, title, kind)
    actor = acting(session, village, "resident", chat_id, NOW + after)
    return groups.tie(session, actor, code=code, labels=LABELS)


def group(session: Session, title: str) -> Any:
    columns = (chat.c.place_id, chat.c.segment)
    return session.execute(select(*columns).where(chat.c.title == title)).one()


async def test_a_code_is_found_among_others_as_long_as_it_ties(
    database: Database, village: Village
) -> None:
    code, _ = await database.write(asked, village)
    others = ["29H2-3456", code.lower(), "2345-6789"]

    async def found(now: datetime = NOW) -> str:
        return await database.read(groups.open_among, others, now)

    assert await found() == code.lower()
    assert await found(NOW + groups.CODE_LIFE) == ""
    await database.write(tied, village, code)
    assert await found() == ""


async def test_a_code_is_eight_plain_signs_of_which_only_the_digest_is_kept(
    database: Database, village: Village
) -> None:
    code, place = await database.write(asked, village)
    first, _, second = code.partition("-")
    assert (len(first), len(second), place) == (4, 4, "Thôn ben")
    assert set(first + second) <= set(CODE_SIGNS)
    assert any(sign.isdigit() for sign in code)
    assert any(sign.isalpha() for sign in code)

    def digests(session: Session) -> list[str]:
        return list(session.execute(select(group_code.c.digest)).scalars())

    (digest,) = await database.read(digests)
    assert len(digest) == 64
    assert code not in digest


async def test_no_two_codes_are_alike(database: Database, village: Village) -> None:
    codes = {(await database.write(asked, village)).code for _ in range(20)}
    assert len(codes) == 20


SPELLINGS = [
    ("as_shown", lambda code: code),
    ("small", str.lower),
    ("without_its_dash", lambda code: code.replace("-", "")),
    ("with_a_space", lambda code: code.replace("-", " ")),
]


@pytest.mark.parametrize("spell", [case[1] for case in SPELLINGS], ids=[c[0] for c in SPELLINGS])
async def test_a_code_ties_the_group_it_is_said_in(
    database: Database, village: Village, spell: Any
) -> None:
    code, _ = await database.write(asked, village)
    result = await database.write(tied, village, spell(code), "Hộ dân Bến")
    author = village.people["head"]
    assert result[:5] == ("Thôn ben", "households", False, "Hộ dân Bến", author)
    assert (result.platform, result.tied_by, result.made_up) == ("zalo", 9, False)
    found = await database.read(group, "Hộ dân Bến")
    assert tuple(found) == (village.spots["ben"].id, "households")


async def test_a_group_without_a_title_is_called_by_its_segment_and_place(
    database: Database, village: Village
) -> None:
    code, _ = await database.write(asked, village)
    result = await database.write(tied, village, code)
    assert (result.group, result.made_up) == ("HOUSEHOLDS Thôn ben", True)
    found = await database.read(group, "HOUSEHOLDS Thôn ben")
    assert found.segment == "households"


async def test_a_group_without_a_title_is_called_as_it_is_said_with_the_code(
    database: Database, village: Village
) -> None:
    def said(session: Session, code: str, title: str) -> Tied:
        actor = acting(session, village, "resident", new_chat(session, village))
        return groups.tie(session, actor, code=code, labels=LABELS, title=title)

    code, _ = await database.write(asked, village)
    first = await database.write(said, code, "Xóm Chài")
    assert (first.group, first.made_up) == ("Xóm Chài", False)
    there, _ = await database.write(asked, village, "cadre", "dong")
    kept = await database.write(said, there, "")
    assert (kept.group, kept.moved, kept.made_up) == ("Xóm Chài", True, False)


async def test_a_title_made_up_is_made_up_anew_where_the_group_moves(
    database: Database, village: Village
) -> None:
    code, _ = await database.write(asked, village)
    await database.write(tied, village, code)
    there, _ = await database.write(asked, village, "cadre", "dong")
    moved = await database.write(tied, village, there)
    assert (moved.group, moved.made_up, moved.was) == ("HOUSEHOLDS Thôn dong", True, "Thôn ben")


async def test_a_group_may_move_by_a_new_code(database: Database, village: Village) -> None:
    code, _ = await database.write(asked, village)
    await database.write(tied, village, code, "Nhóm")
    other, _ = await database.write(asked, village, "cadre", "dong")
    moved = await database.write(tied, village, other, "Nhóm")
    assert (moved.place, moved.moved, moved.created_by) == (
        "Thôn dong",
        True,
        village.people["cadre"],
    )
    assert [action for action, _, _ in await noted(database)] == ["group.tied", "group.moved"]


async def test_those_who_lose_a_group_are_told(database: Database, village: Village) -> None:
    there, _ = await database.write(asked, village, "cadre", "dong")
    await database.write(tied, village, there, "Nhóm")
    here, _ = await database.write(asked, village)
    moved = await database.write(tied, village, here, "Nhóm")
    assert moved.was == "Thôn dong"
    assert set(moved.left) == {village.people["cadre"], village.people["approver"]}
    again, _ = await database.write(asked, village)
    assert (await database.write(tied, village, again, "Nhóm")).left == ()


async def test_a_code_works_once(database: Database, village: Village) -> None:
    code, _ = await database.write(asked, village)
    await database.write(tied, village, code, "Nhóm một")
    with pytest.raises(CodeRefused):
        await database.write(tied, village, code, "Nhóm hai")


async def test_a_code_used_before_changes_nothing_in_a_group_that_is_tied(
    database: Database, village: Village
) -> None:
    def said_again(session: Session, code: str) -> Tied:
        here = session.execute(select(chat.c.id).where(chat.c.title == "Nhóm")).scalar_one()
        actor = acting(session, village, "resident", here, NOW)
        return groups.tie(session, actor, code=code, labels=LABELS)

    code, _ = await database.write(asked, village)
    first = await database.write(tied, village, code, "Nhóm")
    before = await database.read(group, "Nhóm")
    again = await database.write(said_again, code)
    assert (again.again, first.again) == (True, False)
    assert again[:5] == first[:5]
    assert await database.read(group, "Nhóm") == before
    with pytest.raises(CodeRefused):
        await database.write(said_again, "2222-2222")


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("unknown", "2222-2222", {}),
    ("empty", "", {}),
    ("too_old", "", {"after": timedelta(hours=24)}),
    ("in_a_private_chat", "", {"kind": "private"}),
]


@pytest.mark.parametrize(
    ("code", "more"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_a_code_that_does_not_hold_ties_nothing(
    database: Database, village: Village, code: str, more: dict[str, Any]
) -> None:
    asked_for = await database.write(asked, village)
    with pytest.raises(CodeRefused):
        await database.write(tied, village, code or (asked_for.code if more else ""), **more)
    await database.write(tied, village, asked_for.code, "Nhóm")
    assert (await database.read(group, "Nhóm")).segment == "households"


async def test_a_code_is_void_once_its_author_may_not_tie_any_more(
    database: Database, village: Village
) -> None:
    code, _ = await database.write(asked, village)

    def end(session: Session) -> None:
        session.execute(update(role).values(ends_at=NOW))

    await database.write(end)
    with pytest.raises(CodeRefused):
        await database.write(tied, village, code)


FORBIDDEN = [("resident", "resident", "ben"), ("head_elsewhere", "head", "dong")]


@pytest.mark.parametrize(
    ("name", "slug"), [case[1:] for case in FORBIDDEN], ids=[case[0] for case in FORBIDDEN]
)
async def test_codes_are_for_whom_may_tie_groups_there(
    database: Database, village: Village, name: str, slug: str
) -> None:
    with pytest.raises(NotAllowed):
        await database.write(asked, village, name, slug)


async def test_groups_not_tied_are_for_whom_ties_them_in_the_whole_commune(
    database: Database, village: Village
) -> None:
    await database.write(new_chat, village, "Nhóm mới")
    await database.write(new_chat, village, "không phải nhóm", "private")

    def told(session: Session, name: str) -> list[str]:
        return groups.loose(session, acting(session, village, name))

    assert await database.read(told, "cadre") == ["Nhóm mới"]
    for name in ("head", "stranger", "resident"):
        assert await database.read(told, name) == []


async def noted(database: Database) -> list[tuple[str, int, dict[str, Any]]]:
    query = select(audit.c.action, audit.c.person_id, audit.c.detail)
    rows = await database.read(lambda session: session.execute(query).all())
    return [(action, person, detail) for action, person, detail in rows]


async def test_the_audit_says_who_tied_a_group_and_whose_code_it_was(
    database: Database, village: Village
) -> None:
    code, _ = await database.write(asked, village)
    await database.write(tied, village, code, "Nhóm")
    ((action, by, detail),) = await noted(database)
    assert (action, by) == ("group.tied", village.people["resident"])
    chat_id = await database.write(new_chat, village, "Nhóm")
    assert detail == {
        "chat": chat_id,
        "place": village.spots["ben"].id,
        "segment": "households",
        "asked_by": village.people["head"],
    }


async def test_a_group_untied_is_no_audience_any_more_and_the_audit_says_by_whom(
    database: Database, village: Village
) -> None:
    chat_id = village.groups["ben households zalo"]

    def untied(session: Session) -> Untied:
        return groups.untie(session, acting(session, village, "head"), chat_id=chat_id)

    was = await database.write(untied)
    assert was == ("ben households zalo", "Thôn ben", False)
    assert tuple(await database.read(group, was.title)) == (None, None)
    ((action, by, detail),) = await noted(database)
    assert (action, by) == ("group.untied", village.people["head"])
    assert detail["chat"] == chat_id
    with pytest.raises(NoSuchGroup):
        await database.write(untied)


async def test_groups_elsewhere_cannot_be_untied(database: Database, village: Village) -> None:
    chat_id = village.groups["dong households zalo"]
    with pytest.raises(NotAllowed):
        await database.write(
            lambda session: groups.untie(session, acting(session, village, "head"), chat_id=chat_id)
        )
    assert (await database.read(group, "dong households zalo")).segment == "households"
