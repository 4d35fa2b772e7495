"""What the author reads while an announcement goes out and afterwards, and what they may press."""

from __future__ import annotations

from typing import Any

import pytest

from db import announcements
from db.announcements import NoSuchVersion
from db.permissions import NotAllowed
from handlers.announcements.progress import report, status
from tests.handlers.desk import (
    CADRE,
    HEAD,
    WORDS,
    Desk,
    actions,
    at,
    progress,
)


async def test_stopping_says_how_far_it_came() -> None:
    desk = Desk(CADRE)
    desk.results[announcements.stop] = progress(counts={"sent": 1, "cancelled": 3}, stopped=True)
    reply = await desk.press_elsewhere("announcements.stop:12")
    assert desk.done[0].arguments == {"version_id": 12}
    assert reply.text.splitlines() == [
        WORDS("announcements.status_stopped", reached=1, total=4),
        WORDS("announcements.count_cancelled", count=3),
    ]
    assert reply.buttons == ()


RESENDS = [
    ("not_reached", "announcements.resend:12", ("failed", "cancelled")),
    ("uncertain", "announcements.resend_uncertain:12", ("uncertain",)),
]


@pytest.mark.parametrize(
    ("action", "states"), [case[1:] for case in RESENDS], ids=[case[0] for case in RESENDS]
)
async def test_sending_again_is_followed_like_the_first_time(
    action: str, states: tuple[str, ...]
) -> None:
    desk = Desk(CADRE)
    desk.results[announcements.resend] = (progress(counts={"queued": 2, "sent": 2}), 2)
    reply = await desk.press_elsewhere(action)
    assert desk.done[0].arguments == {"version_id": 12, "states": states}
    assert (reply.follows, actions(reply)) == (12, ["announcements.stop:12"])


async def test_nothing_left_to_send_again_is_said() -> None:
    desk = Desk(CADRE)
    desk.results[announcements.resend] = (progress(counts={"sent": 4}), 0)
    reply = await desk.press_elsewhere("announcements.resend:12")
    assert (reply.text, reply.follows) == (WORDS("announcements.nothing_to_resend"), None)


async def test_a_word_on_the_way_ends_no_question() -> None:
    desk = at("text", body="", places=[], segments=[])
    desk.results[announcements.stop] = progress(stopped=True)
    await desk.press_elsewhere("announcements.stop:12")
    assert desk.scene.step == "announcements.text"


STANDING_ACTIONS = ["announcements.stop", "announcements.resend", "announcements.resend_uncertain"]


@pytest.mark.parametrize("action", STANDING_ACTIONS)
async def test_a_standing_button_leaves_the_conversation_under_way_alone(action: str) -> None:
    desk = at("places")
    desk.results[announcements.stop] = progress()
    desk.results[announcements.resend] = (progress(), 4)
    before = desk.scene
    reply = await desk.press_elsewhere(f"{action}:12")
    assert (reply.stay, reply.buttons, desk.scene) == (True, (), before)


@pytest.mark.parametrize("action", STANDING_ACTIONS)
@pytest.mark.parametrize(
    ("error", "key"),
    [(NotAllowed("announcement:send"), "not_yours"), (NoSuchVersion(), "gone")],
    ids=["not_yours", "gone"],
)
async def test_a_standing_button_that_is_refused_says_why(
    action: str, error: Exception, key: str
) -> None:
    desk = Desk(HEAD)
    desk.results[announcements.stop] = desk.results[announcements.resend] = error
    reply = await desk.press_elsewhere(f"{action}:{'x' if key == 'gone' else 12}")
    assert reply.text == WORDS(f"announcements.{key}")


_MOVING_BY_HAND = ["status_moving", "count_handed"]
STATUSES: list[tuple[str, dict[str, Any], list[str], bool]] = [
    ("begun", {"counts": {"queued": 4}}, ["status_begun"], True),
    ("halfway", {"counts": {"sent": 2, "sending": 2}}, ["status_moving"], True),
    (
        "with_a_failure",
        {"counts": {"sent": 2, "queued": 1, "failed": 1}},
        ["status_moving", "count_failed"],
        True,
    ),
    ("over", {"counts": {"sent": 4}}, ["status_over"], False),
    ("by_hand_too", {"counts": {"sent": 1, "queued": 1, "handed": 2}}, _MOVING_BY_HAND, True),
    ("only_by_hand", {"counts": {"sent": 1, "relayed": 1, "handed": 2}}, ["status_handed"], True),
    ("all_carried", {"counts": {"sent": 1, "relayed": 3}}, ["status_over_carried"], False),
    (
        "over_in_doubt",
        {"counts": {"sent": 3, "uncertain": 1}},
        ["status_over", "count_uncertain"],
        False,
    ),
    (
        "stopped_with_one_in_hand",
        {"counts": {"sent": 1, "sending": 1, "cancelled": 2}, "stopped": True},
        ["status_stopped", "count_cancelled"],
        False,
    ),
]


@pytest.mark.parametrize(
    ("more", "keys", "stoppable"), [case[1:] for case in STATUSES], ids=[c[0] for c in STATUSES]
)
def test_the_status_says_how_far_and_offers_a_stop_while_it_moves(
    more: dict[str, Any], keys: list[str], stoppable: bool
) -> None:
    found = progress(**more)
    reply = status(found, WORDS)
    values: dict[str, Any] = {"reached": found.reached, "total": 4, "handed": 2}
    expected = [
        WORDS(f"announcements.{key}", count=found.count(key.removeprefix("count_")), **values)
        for key in keys
    ]
    assert reply.text.splitlines() == expected
    assert bool(reply.buttons) == stoppable


def test_a_report_of_full_success_has_nothing_to_press() -> None:
    reply = report(progress(counts={"sent": 4}), WORDS)
    assert (reply.text, reply.buttons) == (WORDS("announcements.report_all", total=4), ())


def test_what_is_still_carried_is_named_and_not_offered_to_be_sent_again() -> None:
    found = progress(counts={"sent": 3, "handed": 1}, not_reached={"handed": ("Nhóm một",)})
    reply = report(found, WORDS)
    assert reply.text.splitlines() == [
        WORDS("announcements.report", reached=3, total=4),
        "",
        WORDS("announcements.not_reached_handed", count=1),
        "– Nhóm một",
    ]
    assert reply.buttons == ()


def test_a_report_names_who_was_not_reached_and_offers_just_those() -> None:
    reply = report(
        progress(
            counts={"sent": 1, "failed": 3, "cancelled": 1, "uncertain": 2},
            not_reached={
                "failed": ("Nhóm\nmột", ""),
                "cancelled": ("Nhóm hai",),
                "uncertain": ("Nhóm ba", "Nhóm bốn"),
            },
        ),
        WORDS,
    )
    assert reply.text.splitlines() == [
        WORDS("announcements.report", reached=1, total=7),
        "",
        WORDS("announcements.not_reached_failed", count=3),
        "– Nhóm một",
        WORDS("announcements.and_others", count=2),
        "",
        WORDS("announcements.not_reached_cancelled", count=1),
        "– Nhóm hai",
        "",
        WORDS("announcements.not_reached_uncertain", count=2),
        "– Nhóm ba",
        "– Nhóm bốn",
        "",
        WORDS("announcements.uncertain_warning"),
    ]
    assert [(button.label, button.action) for button in reply.buttons] == [
        (WORDS("announcements.resend", count=4), "announcements.resend:12"),
        (WORDS("announcements.resend_uncertain", count=2), "announcements.resend_uncertain:12"),
    ]
