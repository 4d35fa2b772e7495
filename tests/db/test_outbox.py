"""Messages that wait, their edits, and the choices they offer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from db import outbox
from db.outbox import REPLY, Draft, Settled
from db.tables import Account, Chat, table
from tests.db import post
from tests.db.post import claim, edits, put, put_in, row
from tests.db.village import LATER, NOW, Village, acting

pytest_plugins = "tests.db.ground_fixtures"

account, chat = table(Account), table(Chat)
MENU = (("Có", "yes"), ("Không", "no"))


def drafts(village: Village, count: int) -> list[Draft]:
    bot, chats = village.bots["telegram"], list(village.groups.values())
    return [
        Draft(bot, chats[number % 4], "reply", REPLY, f"words {number}", NOW)
        for number in range(count)
    ]


def test_drafts_are_queued_in_their_order(session: Session, village: Village) -> None:
    ids = outbox.put(session, drafts(village, 250))
    assert ids == sorted(ids)
    assert [row(session, row_id).body for row_id in ids] == [f"words {n}" for n in range(250)]


def test_nothing_put_is_nothing_queued(session: Session) -> None:
    assert outbox.put(session, []) == []


@pytest.mark.parametrize("count", [1, 3])
def test_an_exchange_takes_as_many_statements_however_many_rows(
    session: Session, village: Village, count: int
) -> None:
    """Row by row would be slow just when much is going on."""
    bot, groups = village.bots["telegram"], list(village.groups)[: 2 * count : 2]
    for group in groups:
        put(session, village, group=group)
        put(session, village, group=group)
    first = claim(session, village)
    settled = [Settled(claimed.id, "sent", f"m{claimed.id}") for claimed in first]
    with post.statements(session) as sent:
        second = outbox.exchange(session, bot, settled, (), NOW, 99, list)
    assert (len(first), len(second)) == (count, count)
    assert len(sent) == 7  # settle, drop edits, three kinds of heads, take, look


@pytest.mark.parametrize(
    ("state", "external_id", "expected"),
    [
        pytest.param("queued", None, [], id="waits: changed in place"),
        pytest.param("sending", None, [("queued", "new")], id="on its way"),
        pytest.param("sent", "m1", [("queued", "new")], id="is there"),
        pytest.param("sent", None, [], id="is there, but nobody knows where"),
        pytest.param("uncertain", None, [], id="might be there"),
        pytest.param("failed", None, [], id="never went out"),
        pytest.param("cancelled", None, [], id="will not go out"),
    ],
)
def test_an_edit_waits_only_for_what_can_be_changed(
    session: Session,
    village: Village,
    state: str,
    external_id: str | None,
    expected: list[tuple[str, str]],
) -> None:
    message = put(session, village, "old", buttons=MENU)
    put_in(session, message, state, external_id)
    outbox.put_edit(session, message, "new", [("Thôi", "stop")], NOW)
    assert edits(session, message) == expected
    assert (row(session, message).body, row(session, message).buttons) == (
        "new",
        [["Thôi", "stop"]],
    )


def test_of_many_edits_the_last_one_waits(session: Session, village: Village) -> None:
    """As many as it takes until the database stops looking at the values of a statement."""
    message = put(session, village)
    put_in(session, message, "sent")
    for number in range(30):
        outbox.put_edit(session, message, f"edit {number}", [], NOW)
    assert edits(session, message) == [("queued", "edit 29")]


def test_a_newer_edit_does_not_hurry_one_that_waits_for_its_time(
    session: Session, village: Village
) -> None:
    message = put(session, village)
    put_in(session, message, "sent")
    outbox.put_edit(session, message, "first", [], NOW)
    (edit,) = claim(session, village)
    outbox.settle(session, [Settled(edit.id, "again", again_at=LATER)], NOW)
    outbox.put_edit(session, message, "second", [], NOW)
    assert claim(session, village) == []
    assert [claimed.body for claimed in claim(session, village, LATER)] == ["second"]


def test_an_edit_goes_to_the_message_as_its_platform_knows_it(
    session: Session, village: Village
) -> None:
    message = put(session, village)
    put_in(session, message, "sent", "m17")
    outbox.put_edit(session, message, "new", MENU, NOW)
    (edit,) = claim(session, village)
    assert (edit.kind, edit.ref, edit.ref_id, edit.body) == ("edit", "m17", message, "new")
    assert edit.buttons == MENU


def test_a_menu_is_found_only_in_its_chat(session: Session, village: Village) -> None:
    here, there = "ben households telegram", "dong households telegram"
    message = put(session, village, group=here, buttons=MENU)
    bot = village.bots["telegram"]
    assert outbox.offered(session, message, bot, f"{here} 1") == MENU
    assert outbox.offered(session, message, bot, f"{there} 1") is None
    assert outbox.offered(session, message, village.bots["zalo"], f"{here} 1") is None
    assert outbox.offered(session, message + 1, bot, f"{here} 1") is None


def test_a_code_names_the_newest_menu_that_carries_it(session: Session, village: Village) -> None:
    here, bot = "ben households telegram", village.bots["telegram"]
    put(session, village, code="PA-7", buttons=MENU)
    newest = put(session, village, code="PA-7", buttons=MENU[:1])
    put(session, village, code="PA-7")
    put(session, village, code="PA-8", buttons=MENU)
    assert outbox.offered_by_code(session, "PA-7", bot, f"{here} 1") == (newest, MENU[:1])
    assert outbox.offered_by_code(session, "PA-9", bot, f"{here} 1") is None
    assert outbox.offered_by_code(session, "PA-7", village.bots["zalo"], f"{here} 1") is None


@pytest.mark.parametrize("count", [1, 5])
def test_whose_eyes_a_message_is_for_is_known_when_it_is_claimed(
    session: Session, village: Village, count: int
) -> None:
    groups = list(village.groups.values())[::2]
    outbox.put(
        session,
        [
            Draft(village.bots["telegram"], one, "reply", REPLY, "vừa nói", NOW, only_for="7")
            for one in groups[:count]
        ],
    )
    put(session, village, group="xa households telegram")
    assert [one.only_for for one in claim(session, village)] == ["7"] * count + [None]


@pytest.mark.parametrize("urgent", [True, False])
def test_an_announcement_is_for_all_eyes(session: Session, village: Village, urgent: bool) -> None:
    post.announce(session, village, urgent=urgent)
    assert [claimed.only_for for claimed in claim(session, village)] == [None]


@pytest.mark.parametrize(
    ("kind", "standing", "found"),
    [
        pytest.param("group", "admin", "resident", id="admin of a group"),
        pytest.param("group", "member", None, id="member of a group"),
        pytest.param("private", "admin", None, id="in private"),
    ],
)
def test_an_asker_is_whispered_to_where_the_bot_is_an_admin(
    session: Session, village: Village, kind: str, standing: str, found: str | None
) -> None:
    here = village.groups["ben households telegram"]
    values = {"kind": kind, "standing": standing}
    session.execute(update(chat).where(chat.c.id == here).values(**values))
    who = select(account.c.id).where(account.c.external_id == "resident")
    number = session.execute(who).scalar_one()
    actor = replace(acting(session, village, "resident", here), account_id=number)
    assert outbox.asker(session, actor) == found
    assert outbox.asker(session, replace(actor, account_id=0)) is None
