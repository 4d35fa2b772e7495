"""What the bot is in a chat, whom it concerns, and where chats move."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlmodel import Session

from db import announcements, chats, groups, outbox
from db.chats import PATIENCE, Change
from db.outbox import REPLY, Draft, Result, Settled
from db.tables import Chat, Delivery, Outbox, table
from tests.db.carrying import announced, carried
from tests.db.company import BEN, DONG, forsaken, here, known, stand, untold
from tests.db.post import announce, claim, put, put_in, row
from tests.db.village import NOW, Village, acting, set_states

pytest_plugins = "tests.db.ground_fixtures"

chat, rows = table(Chat), table(Outbox)
LATER = NOW + PATIENCE


def tie_people(village: Village) -> tuple[int, ...]:
    return tuple(sorted(village.people[name] for name in ("head", "cadre", "approver")))


CHANGES = [
    ("put out", "member", "out", "member"),
    ("an admin put out", "admin", "out", "admin"),
    ("muted", "member", "muted", "member"),
    ("may write again", "muted", "member", "muted"),
    ("made admin", "member", "admin", "member"),
    ("no longer admin", "admin", "member", "admin"),
    ("put in again", "out", "member", "out"),
    ("put in again while we thought we were in", "member", "member", "out"),
    ("no longer admin, which we never knew", "member", "member", "admin"),
]


@pytest.mark.parametrize(
    ("known_as", "standing", "before"),
    [pytest.param(*case[1:], id=case[0]) for case in CHANGES],
)
def test_a_change_in_a_tied_group_is_for_those_who_tie_groups_there_once(
    session: Session, village: Village, known_as: str, standing: str, before: str
) -> None:
    group = village.groups[BEN]
    session.execute(update(chat).where(chat.c.id == group).values(standing=known_as))
    was = before if known_as == standing else known_as
    assert stand(session, village, group, standing, before) == [
        Change(BEN, tie_people(village), was, standing)
    ]
    assert here(session, group).standing == standing
    assert stand(session, village, group, standing, standing) == []


def test_what_nobody_has_tied_concerns_nobody_and_is_kept(
    session: Session, village: Village
) -> None:
    group = known(session, village, "-1")
    private = known(session, village, "5", kind="private")
    for chat_id in (group, private):
        for standing in ("muted", "out", "member"):
            assert stand(session, village, chat_id, standing) == []
            assert here(session, chat_id).standing == standing


def test_that_we_are_out_is_told_once_whoever_says_it_first(
    session: Session, village: Village
) -> None:
    group = village.groups[BEN]
    chats.close(session, group, NOW)
    assert chats.tell(session, group, NOW) == Change(BEN, tie_people(village), "member", "out")
    assert stand(session, village, group, "out", "member") == []
    other = village.groups[DONG]
    (change,) = stand(session, village, other, "out", "member")
    assert (change.title, change.standing) == (DONG, "out")
    chats.close(session, other, NOW)
    assert untold(session, village) == []


def test_that_we_are_out_is_still_told_when_the_platform_says_so_before_the_report(
    session: Session, village: Village
) -> None:
    version, _ = announce(session, village, urgent=False)
    group = village.groups[BEN]
    chats.close(session, group, NOW)
    assert stand(session, village, group, "out", "member") == []
    assert untold(session, village) == [group]
    assert announcements.reported(session, version, NOW)
    assert chats.tell(session, group, NOW) is not None


def test_that_we_were_out_is_not_told_when_we_are_in_again(
    session: Session, village: Village
) -> None:
    group = village.groups[BEN]
    chats.close(session, group, NOW)
    stand(session, village, group, "member", "out")
    assert untold(session, village) == []


def test_each_program_tells_of_the_groups_of_its_own_bots(
    session: Session, village: Village
) -> None:
    group = village.groups[BEN]
    chats.close(session, group, NOW)
    assert chats.untold(session, [village.bots["telegram"]]) == [group]
    assert chats.untold(session, [village.bots["zalo"]]) == []


def test_what_happens_to_a_group_happens_to_its_topics_and_to_no_other(
    session: Session, village: Village
) -> None:
    group, ben = known(session, village, "-100_7"), village.spots["ben"].id
    tied = known(session, village, "-100_7/45", title="Tin xã", place_id=ben, segment="households")
    others = [
        known(session, village, "-100_7/9"),
        known(session, village, "-100x7/45", place_id=ben),
        known(session, village, "-100_70", place_id=ben),
        known(session, village, "-100_7/45", bot_id=village.bots["zalo"], place_id=ben),
    ]
    (change,) = stand(session, village, group, "out")
    assert change.title == "Tin xã"
    found = [here(session, one).standing for one in (group, tied, *others)]
    assert found == ["out", "out", "out", "member", "member", "member"]


def test_the_time_runs_from_when_we_were_put_in(session: Session, village: Village) -> None:
    group = known(session, village, "-1")
    assert here(session, group).met_at is None
    stand(session, village, group, "member", "out")
    stand(session, village, group, "admin", "member", NOW + timedelta(hours=1))
    assert here(session, group).met_at == NOW
    stand(session, village, group, "out", "admin")
    stand(session, village, group, "member", "out", LATER)
    assert here(session, group).met_at == LATER


def test_what_is_tied_is_kept_however_often_we_come_and_go(
    session: Session, village: Village
) -> None:
    group = village.groups[BEN]
    stand(session, village, group, "out")
    stand(session, village, group, "admin", "out")
    assert here(session, group).place_id == village.spots["ben"].id


FAILURES = [
    ("the group is gone", "failed", "ChatGone", True),
    ("the group does not take the text", "failed", "Rejected", False),
    ("nobody knows", "unknown", "ChatGone", False),
    ("the platform is away", "again", "Unreachable", False),
]


@pytest.mark.parametrize(
    ("result", "error", "out"), [pytest.param(*case[1:], id=case[0]) for case in FAILURES]
)
def test_a_send_that_finds_the_group_closed_is_to_be_told(
    session: Session, village: Village, result: Any, error: str, out: bool
) -> None:
    message, group = put(session, village), village.groups[BEN]
    claim(session, village)
    session.info.clear()
    outbox.settle(session, [Settled(message, result, error=error)], NOW)
    assert here(session, group).standing == ("out" if out else "member")
    assert untold(session, village) == ([group] if out else [])
    assert ("chats" in session.info["topics"]) == out
    told = chats.tell(session, group, NOW)
    assert told == (Change(BEN, tie_people(village), "member", "out") if out else None)
    assert untold(session, village) == []


def test_a_group_that_stays_closed_is_told_no_second_time(
    session: Session, village: Village
) -> None:
    group = village.groups[BEN]
    for _ in range(2):
        message = put(session, village)
        claim(session, village)
        outbox.settle(session, [Settled(message, "failed", error="ChatGone")], NOW)
        told = chats.tell(session, group, NOW)
    assert told is None
    assert row(session, message).state == "failed"


def test_of_closed_private_chats_and_groups_not_tied_nothing_is_told(
    session: Session, village: Village
) -> None:
    group, private = known(session, village, "-1"), known(session, village, "5", kind="private")
    chats.close(session, group, NOW)
    chats.close(session, private, NOW)
    assert untold(session, village) == []
    assert [here(session, one).standing for one in (group, private)] == ["out", "out"]


def test_it_is_told_after_the_report_of_what_did_not_arrive(
    session: Session, village: Village
) -> None:
    version, message = announce(session, village, urgent=False)
    claim(session, village)
    outbox.settle(session, [Settled(message, "failed", error="ChatGone")], NOW)
    group = row(session, message).chat_id
    assert chats.tell(session, group, NOW) is None
    assert untold(session, village) == [group]
    assert announcements.reported(session, version, NOW)
    assert chats.tell(session, group, NOW) is not None


def test_it_is_told_at_once_when_only_keepers_have_something_to_carry(
    session: Session, village: Village
) -> None:
    carried(session, village, "Hội")
    version = announced(session, village, segments=("households", "unions")).version_id
    group = village.groups[BEN]
    zalo, telegram = village.groups["ben households zalo"], group
    set_states(session, zalo, part_1="sent", part_2="sent")
    chats.close(session, group, NOW)
    assert chats.tell(session, group, NOW) is None, "it may still arrive"
    set_states(session, telegram, part_1="failed")
    assert not announcements.progress(session, version).over
    assert chats.tell(session, group, NOW) is not None


def test_a_group_untied_meanwhile_is_not_told_of(session: Session, village: Village) -> None:
    group = village.groups[BEN]
    chats.close(session, group, NOW)
    groups.untie(session, acting(session, village, "head"), chat_id=group)
    assert untold(session, village) == []


@pytest.mark.parametrize("back", [True, False])
def test_a_message_that_arrives_where_we_thought_we_were_out_says_that_we_are_in(
    session: Session, village: Village, back: bool
) -> None:
    group = village.groups[BEN]
    chats.close(session, group, NOW)
    message = put(session, village)
    claim(session, village)
    outbox.settle(session, [Settled(message, "sent", "m1", back=back)], NOW)
    assert here(session, group).standing == ("member" if back else "out")
    assert untold(session, village) == ([] if back else [group])


@pytest.mark.parametrize("tied", [True, False])
def test_who_sends_knows_which_tied_groups_count_as_closed(
    session: Session, village: Village, tied: bool
) -> None:
    group = village.groups[BEN]
    put(session, village)
    assert [claimed.out for claimed in claim(session, village)] == [False]
    session.execute(update(rows).values(state="sent"))
    chats.close(session, group, NOW)
    if not tied:
        session.execute(update(chat).where(chat.c.id == group).values(place_id=None))
    put(session, village)
    assert [claimed.out for claimed in claim(session, village)] == [tied]


def test_who_unblocks_the_bot_is_in_again_with_the_first_message_that_arrives(
    session: Session, village: Village
) -> None:
    home = known(session, village, "5", kind="private")
    chats.close(session, home, NOW)
    draft = Draft(village.bots["telegram"], home, "reply", REPLY, "Dạ", NOW)
    outbox.put(session, [draft])
    (claimed,) = claim(session, village)
    assert claimed.out
    outbox.settle(session, [Settled(claimed.id, "sent", "m1", back=claimed.out)], NOW)
    assert here(session, home).standing == "member"


@pytest.mark.parametrize("standing", ["admin", "member", "muted", "out"])
def test_the_list_tells_what_we_are_in_each_group(
    session: Session, village: Village, standing: str
) -> None:
    group = village.groups[BEN]
    stand(session, village, group, standing)
    head = acting(session, village, "head")
    assert groups.read(session, head, group).standing == standing
    others = [one.standing for one in groups.overview(session, head) if one.id != group]
    assert set(others) == {"member"}


def follow(session: Session, village: Village, chat_id: int, to: str) -> bool:
    return chats.follow(session, acting(session, village, "resident", chat_id), to=to)


def test_a_group_that_moves_keeps_all_it_was(session: Session, village: Village) -> None:
    group = village.groups[BEN]
    waiting = put(session, village)
    assert follow(session, village, group, "-1009")
    found = here(session, group)
    assert (found.external_id, found.place_id) == ("-1009", village.spots["ben"].id)
    (claimed,) = claim(session, village)
    assert (claimed.id, claimed.chat_external_id) == (waiting, "-1009")
    assert not follow(session, village, group, "-1009")


def test_a_group_that_went_out_by_moving_is_in_again(session: Session, village: Village) -> None:
    """The platform may say first that we are out of what was left behind."""
    group = village.groups[BEN]
    chats.close(session, group, NOW)
    follow(session, village, group, "-1009")
    assert here(session, group).standing == "member"
    assert untold(session, village) == []


def test_a_group_met_under_both_ids_is_one_and_has_its_time(
    session: Session, village: Village
) -> None:
    old = known(session, village, "-1", met_at=NOW, standing="admin")
    new = known(session, village, "-1009", met_at=None)
    assert follow(session, village, old, "-1009")
    assert here(session, new).met_at == NOW
    assert forsaken(session, village, LATER) == [new]
    assert here(session, old).standing == "out"


def test_a_tie_survives_the_move_to_where_we_were_greeted(
    session: Session, village: Village
) -> None:
    old, keeper = village.groups[BEN], village.people["head"]
    session.execute(update(chat).where(chat.c.id == old).values(keeper_id=keeper))
    new = known(session, village, "-1009", met_at=NOW)
    assert follow(session, village, old, "-1009")
    assert here(session, new).place_id == village.spots["ben"].id
    assert [here(session, one).keeper_id for one in (old, new)] == [None, keeper]
    assert forsaken(session, village, LATER) == []
    assert [one.id for one in groups.overview(session, acting(session, village, "head"))].count(
        new
    ) == 1


@pytest.mark.parametrize("state", ["failed", "uncertain", "cancelled"])
def test_what_failed_before_the_groups_became_one_can_be_sent_again(
    session: Session, village: Village, state: str
) -> None:
    version, message = announce(session, village, urgent=False)
    put_in(session, message, state)
    new = known(session, village, "-1009")
    assert follow(session, village, village.groups[BEN], "-1009")
    author = acting(session, village, "approver")
    told, touched = announcements.resend(session, author, version_id=version, states=[state])
    assert (touched, told.count("queued")) == (1, 1)
    (claimed,) = claim(session, village)
    assert (claimed.id, claimed.chat, claimed.chat_external_id) == (message, new, "-1009")


def test_the_list_tells_the_last_message_of_a_group_that_became_one_with_another(
    session: Session, village: Village
) -> None:
    results: tuple[Result, ...] = ("failed", "sent")
    for result in results:
        message = put(session, village)
        claim(session, village)
        outbox.settle(session, [Settled(message, result, error="Rejected")], NOW)
    new = known(session, village, "-1009")
    follow(session, village, village.groups[BEN], "-1009")
    group = groups.read(session, acting(session, village, "head"), new)
    assert (group.arrived, group.error) == (NOW, "")


def test_what_was_announced_under_both_ids_stays_where_it_was(
    session: Session, village: Village
) -> None:
    old, ben = village.groups[BEN], village.spots["ben"].id
    version, message = announce(session, village, urgent=False)
    put_in(session, message, "failed")
    new = known(session, village, "-1009", place_id=ben, segment="households")
    session.execute(insert(table(Delivery)).values(version_id=version, chat_id=new))
    assert follow(session, village, old, "-1009")
    assert row(session, message).chat_id == old
