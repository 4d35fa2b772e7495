"""What an announcement will cost is told as it will come to pass."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from db import costs, groups, quota
from db.costs import Purse
from db.permissions import NotAllowed
from db.quota import Allowance
from tests.db.post import put
from tests.db.village import NOW, Village, acting, released

pytest_plugins = "tests.db.ground_fixtures"


def purses(
    session: Session, village: Village, name: str = "cadre", bot: str = "zalo"
) -> list[Purse]:
    return costs.purses(
        session,
        acting(session, village, name),
        village.ids("ben", "dong"),
        ["households"],
        {village.bots[bot]: Allowance(100)},
    )


def test_a_bot_tells_what_it_may_still_spend(session: Session, village: Village) -> None:
    quota.sent(session, village.bots["zalo"], 30, NOW)
    assert purses(session, village) == [Purse("zalo", "zalo", 2, 100, 70, 60, 70)]


def test_keepers_who_are_written_to_by_the_bot_are_counted_once_each(
    session: Session, village: Village
) -> None:
    """The head, who writes by another bot, costs this one nothing."""
    head = acting(session, village, "head")
    for segment in ("loudspeaker", "notice_board"):
        groups.add_by_hand(
            session,
            head,
            place_id=village.spots["ben"].id,
            segment=segment,
            title=segment,
            keeper_id=village.people["head"],
        )
    for name, asked in (("zalo", 0), ("telegram", 1)):
        (purse,) = costs.purses(
            session,
            acting(session, village, "cadre"),
            village.ids("ben"),
            ["households", "loudspeaker", "notice_board"],
            {village.bots[name]: Allowance(100)},
        )
        assert purse.errands == asked


def test_what_waits_already_is_not_there_to_be_spent(session: Session, village: Village) -> None:
    put(session, village, group="ben households zalo")
    released(session, village, name="approver", urgent=True)
    assert purses(session, village) == [Purse("zalo", "zalo", 2, 100, 100, 85, 96)]


def test_while_its_platform_refuses_it_for_long_nothing_is(
    session: Session, village: Village
) -> None:
    now = NOW - timedelta(minutes=15)
    for _ in range(4):
        now = quota.refuse(session, village.bots["zalo"], now)
    assert purses(session, village)[0].ordinary == 90
    quota.refuse(session, village.bots["zalo"], now)
    assert purses(session, village) == [Purse("zalo", "zalo", 2, 100, 100, 0, 0)]


def test_only_who_may_write_there_is_told(session: Session, village: Village) -> None:
    with pytest.raises(NotAllowed):
        purses(session, village, "stranger")


@pytest.mark.parametrize(
    ("messages", "urgent", "carried"),
    [
        pytest.param(1, False, 5, id="enough for all"),
        pytest.param(2, False, 3, id="enough for three, and one over"),
        pytest.param(8, False, 0, id="not enough for one"),
        pytest.param(2, True, 5, id="urgent"),
        pytest.param(4, True, 3, id="urgent, not enough"),
    ],
)
def test_a_group_gets_the_whole_announcement_or_nothing(
    messages: int, urgent: bool, carried: int
) -> None:
    purse = Purse("zalo", "zalo", groups=5, monthly=100, left=12, ordinary=7, urgent=12)
    assert purse.carries(messages, urgent=urgent) == carried


def test_as_many_groups_are_stuck_as_was_told(session: Session, village: Village) -> None:
    quota.sent(session, village.bots["zalo"], 88, NOW)
    (purse,) = purses(session, village)
    released(session, village)
    stuck = quota.stuck(session, village.bots["zalo"], Allowance(100), NOW)
    assert purse.groups - purse.carries(2, urgent=False) == len(stuck) == 1
