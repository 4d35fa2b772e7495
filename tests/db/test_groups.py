"""One code ties one group, once, for a day, at a place of the one who asked for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import Session

from db import groups, people
from db.engine import Database
from db.groups import CODE_SIGNS, CodeRefused, Invitation, Tied
from db.permissions import NotAllowed
from db.tables import Chat, GroupCode, Role, table
from tests.db.village import NOW, Village, acting, build

LABELS = {segment: segment.upper() for segment in groups.SEGMENTS}
chat, group_code, role = table(Chat), table(GroupCode), table(Role)


@pytest_asyncio.fixture
async def village(database: Database) -> Village:
    return await database.write(build)


def invited(
    session: Session, village: Village, name: str = "head", slug: str = "ben"
) -> Invitation:
    actor = acting(session, village, name)
    return groups.invite(session, actor, place_id=village.spots[slug].id, segment="households")


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


async def test_a_code_is_eight_plain_signs_of_which_only_the_digest_is_kept(
    database: Database, village: Village
) -> None:
    code, place = await database.write(invited, village)
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
    codes = {(await database.write(invited, village)).code for _ in range(20)}
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
    code, _ = await database.write(invited, village)
    result = await database.write(tied, village, spell(code), "Hộ dân Bến")
    author = village.people["head"]
    assert result == ("Thôn ben", "households", False, "Hộ dân Bến", author)
    found = await database.read(group, "Hộ dân Bến")
    assert tuple(found) == (village.spots["ben"].id, "households")


async def test_a_group_without_a_title_is_called_by_its_segment_and_place(
    database: Database, village: Village
) -> None:
    code, _ = await database.write(invited, village)
    result = await database.write(tied, village, code)
    assert result.group == "HOUSEHOLDS Thôn ben"
    found = await database.read(group, "HOUSEHOLDS Thôn ben")
    assert found.segment == "households"


async def test_a_group_may_move_by_a_new_code(database: Database, village: Village) -> None:
    code, _ = await database.write(invited, village)
    await database.write(tied, village, code, "Nhóm")
    other, _ = await database.write(invited, village, "cadre", "dong")
    moved = await database.write(tied, village, other, "Nhóm")
    assert (moved.place, moved.moved, moved.created_by) == (
        "Thôn dong",
        True,
        village.people["cadre"],
    )


async def test_a_code_works_once(database: Database, village: Village) -> None:
    code, _ = await database.write(invited, village)
    await database.write(tied, village, code, "Nhóm một")
    with pytest.raises(CodeRefused):
        await database.write(tied, village, code, "Nhóm hai")


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
    invitation = await database.write(invited, village)
    with pytest.raises(CodeRefused):
        await database.write(tied, village, code or (invitation.code if more else ""), **more)
    await database.write(tied, village, invitation.code, "Nhóm")
    assert (await database.read(group, "Nhóm")).segment == "households"


async def test_a_code_is_void_once_its_author_may_not_tie_any_more(
    database: Database, village: Village
) -> None:
    code, _ = await database.write(invited, village)

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
        await database.write(invited, village, name, slug)


OVERVIEWS = [
    ("one_village", ["ben"], [("Thôn ben", "households", 2), ("Thôn ben", "party_members", 2)]),
    ("no_groups", ["tay"], []),
    ("nothing", [], []),
]


@pytest.mark.parametrize(
    ("slugs", "expected"), [case[1:] for case in OVERVIEWS], ids=[case[0] for case in OVERVIEWS]
)
async def test_the_overview_counts_groups_below_the_given_places(
    database: Database, village: Village, slugs: list[str], expected: list[Any]
) -> None:
    paths = tuple(village.spots[slug].path for slug in slugs)
    assert await database.read(groups.overview, paths) == expected


async def test_the_overview_of_a_commune_holds_its_villages_and_its_own_groups(
    database: Database, village: Village
) -> None:
    found = await database.read(groups.overview, (village.commune.path,))
    assert [count.place for count in found] == [
        name for name in ("Xã Mẫu", "Thôn ben", "Thôn dong") for _ in range(2)
    ]
