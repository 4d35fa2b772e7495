"""One code ties one group, once, for a day, at a place of the one who asked for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update
from sqlmodel import Session

from db import groups, people
from db.codes import CODE_SIGNS
from db.engine import Database
from db.groups import CodeRefused, Group, Invitation, NoSuchGroup, Tied
from db.permissions import NotAllowed
from db.tables import Audit, Chat, GroupCode, Outbox, Role, table
from tests.db.village import NOW, Village, acting, build

LABELS = {segment: segment.upper() for segment in groups.SEGMENTS}
audit, chat, group_code = table(Audit), table(Chat), table(GroupCode)
outbox, role = table(Outbox), table(Role)


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


def seen(session: Session, village: Village, name: str) -> list[Group]:
    return groups.overview(session, acting(session, village, name))


@pytest.mark.parametrize(
    ("name", "places"),
    [
        pytest.param("head", ["Thôn ben"] * 4, id="their own village"),
        pytest.param("cadre", ["Xã Mẫu"] * 4 + ["Thôn ben"] * 4 + ["Thôn dong"] * 4, id="commune"),
        pytest.param("other_head", ["Thôn xa-la"] * 4, id="another commune"),
    ],
)
async def test_whoever_ties_groups_sees_those_at_their_places(
    database: Database, village: Village, name: str, places: list[str]
) -> None:
    assert [one.place for one in await database.read(seen, village, name)] == places


async def test_a_resident_sees_no_groups(database: Database, village: Village) -> None:
    with pytest.raises(NotAllowed):
        await database.read(seen, village, "resident")


def wrote(session: Session, village: Village, *states: tuple[str, str | None]) -> None:
    """Messages to one group, oldest first: their state and error."""
    for number, (state, error) in enumerate(states):
        values = {
            "bot_id": village.bots["zalo"],
            "chat_id": village.groups["ben households zalo"],
            "origin": "announcement",
            "priority": 2,
            "body": "",
            "buttons": [],
            "state": state,
            "error": error,
            "sent_at": NOW + timedelta(minutes=number) if state == "sent" else None,
        }
        session.execute(insert(outbox).values(**values))


SENT = ("sent", None)
HEALTH: list[tuple[str, list[tuple[str, str | None]], int | None, str]] = [
    ("nothing_sent", [], None, ""),
    ("arrived", [SENT, SENT], 1, ""),
    ("failed_later", [SENT, ("failed", "ChatGone")], 0, "ChatGone"),
    ("failed_before", [("failed", "ChatGone"), SENT], 1, ""),
    ("failed_only", [("failed", "Rejected")], None, "Rejected"),
    ("uncertain", [SENT, ("uncertain", "OutcomeUnknown")], 0, "OutcomeUnknown"),
    ("tried_again", [SENT, ("queued", "Unreachable")], 0, "Unreachable"),
    ("not_tried_yet", [SENT, ("queued", None)], 0, ""),
    ("stopped", [SENT, ("cancelled", None)], 0, ""),
]


@pytest.mark.parametrize(
    ("states", "arrived", "error"),
    [case[1:] for case in HEALTH],
    ids=[case[0] for case in HEALTH],
)
async def test_a_group_shows_what_arrived_and_what_went_wrong_since(
    database: Database, village: Village, states: Any, arrived: int | None, error: str
) -> None:
    await database.write(wrote, village, *states)
    found = {one.title: one for one in await database.read(seen, village, "head")}
    group = found.pop("ben households zalo")
    assert group.arrived == (None if arrived is None else NOW + timedelta(minutes=arrived))
    assert (group.error, group.platform, group.segment) == (error, "zalo", "households")
    assert {(one.arrived, one.error) for one in found.values()} == {(None, "")}


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


async def test_a_group_untied_is_no_audience_any_more_and_the_audit_says_by_whom(
    database: Database, village: Village
) -> None:
    chat_id = village.groups["ben households zalo"]

    def untied(session: Session) -> Group:
        return groups.untie(session, acting(session, village, "head"), chat_id=chat_id)

    was = await database.write(untied)
    assert (was.title, was.place) == ("ben households zalo", "Thôn ben")
    assert tuple(await database.read(group, was.title)) == (None, None)
    (note,) = await database.read(lambda session: session.execute(select(audit)).all())
    assert (note.action, note.person_id) == ("group.untied", village.people["head"])
    assert note.detail["chat"] == chat_id
    with pytest.raises(NoSuchGroup):
        await database.write(untied)


async def test_groups_elsewhere_cannot_be_untied(database: Database, village: Village) -> None:
    chat_id = village.groups["dong households zalo"]
    with pytest.raises(NotAllowed):
        await database.write(
            lambda session: groups.untie(session, acting(session, village, "head"), chat_id=chat_id)
        )
    assert (await database.read(group, "dong households zalo")).segment == "households"
