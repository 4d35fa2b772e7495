"""Somebody is invited to a role in four choices, and gets a code."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import invitations, roles
from db.invitations import Invited, NotThere
from db.permissions import NotAllowed
from db.roles import TooLong
from db.scene import Grant
from handlers.groups.talk import FORWARDED
from handlers.messages import Message, Reply
from tests.handlers.desk import BEN, WORDS, Desk, actions, labels
from tests.handlers.inputs import MESSAGES
from tests.handlers.office import (
    CODE,
    HEAD_OF_BEN,
    NEW_YEAR,
    desk,
    held,
)
from tests.handlers.stage import NOW


async def test_a_village_head_is_invited_in_four_choices() -> None:
    here = desk()
    here.results[invitations.invite] = Invited(CODE, "village_head", "Thôn Bến", None, NOW)
    await here.say("vai trò")
    assert labels(await here.press("roles.invite"))[:-1] == [
        "Trưởng thôn",
        "Cán bộ xã",
        "Lãnh đạo xã",
        "Quản trị",
    ]
    assert labels(await here.press("roles.as:village_head"))[:-1] == [
        "Thôn Bến",
        "Thôn Đông",
        "Thôn Tây",
    ]
    await here.press("roles.at:3")
    reply = await here.press("roles.always")
    assert here.done[0].arguments == {"place_id": 3, "role": "village_head", "until": None}
    assert reply.lead == (WORDS("roles.forward", title=HEAD_OF_BEN, code=CODE),)
    assert (reply.text, reply.step) == (WORDS("roles.invited"), None)


@pytest.mark.parametrize(("until", "ends"), [(None, ""), (NEW_YEAR, "_until")])
async def test_the_message_to_hand_on_says_where_the_bot_is(
    until: datetime | None, ends: str
) -> None:
    here = desk(
        step="roles.until",
        keep={"role": "village_head", "place": BEN.id},
        buttons=(("Không thời hạn", "roles.always"),),
    )
    here.stage.mention, here.stage.link = "@ten_bot", "https://t.me/ten_bot?start="
    here.results[invitations.invite] = Invited(CODE, "village_head", "Thôn Bến", until, NOW)
    (told,) = (await here.say("31/12" if until else "không thời hạn")).lead
    words, link = told.rsplit("\n", 1)
    more = {"until": "31/12/2026"} if until else {}
    assert words == WORDS(
        f"roles.forward_at{ends}", title=HEAD_OF_BEN, code=CODE, mention="@ten_bot", **more
    )
    assert link.endswith(f": https://t.me/ten_bot?start={CODE}")
    assert len(told) <= FORWARDED


async def test_a_role_of_the_only_commune_needs_no_place_and_may_have_a_last_day() -> None:
    here = desk(buttons=(("Lãnh đạo xã", "roles.as:approver"),))
    here.results[invitations.invite] = Invited(CODE, "approver", "Xã Mẫu", NEW_YEAR, NOW)
    assert (await here.press("roles.as:approver")).step == "roles.until"
    (lead,) = (await here.say("đến 31/12")).lead
    assert here.done[0].arguments["until"] == NEW_YEAR
    assert "đến hết ngày 31/12/2026" in lead


@pytest.mark.parametrize("text", ["31/2", "hôm qua", "21/11/2026", ""])
async def test_a_day_that_cannot_be_is_asked_for_again(text: str) -> None:
    here = asked("until")
    reply = await here.say(text)
    assert WORDS("roles.unclear_day") in reply.text
    assert (reply.step, here.keep) == ("roles.until", {"role": "village_head", "place": 3})


@pytest.mark.parametrize(
    ("text", "step"),
    [
        pytest.param("bến", "roles.until", id="a village"),
        pytest.param("thôn", "roles.place", id="any of them"),
        pytest.param("ở đâu cũng được", "roles.place", id="none of them"),
    ],
)
async def test_a_place_may_be_typed(text: str, step: str) -> None:
    assert (await asked("place").say(text)).step == step


@pytest.mark.parametrize(
    "text", ["truong thon", "làm trưởng thôn ạ", "mời trưởng", "trưởng thôn nhé"]
)
async def test_a_role_may_be_typed(text: str) -> None:
    here = desk()
    await here.press_elsewhere("roles.invite")
    assert (await here.say(text)).step == "roles.place"
    assert here.keep == {"role": "village_head"}


async def test_a_role_that_is_none_is_asked_for_again() -> None:
    here = desk()
    offered = actions(await here.press_elsewhere("roles.invite"))
    reply = await here.say("làm bí thư")
    assert (reply.step, actions(reply)) == ("roles.role", offered)
    assert WORDS("roles.choose") in (reply.text, *reply.lead)


@pytest.mark.parametrize("text", ["khong co thoi han", "không hạn ạ", "vô thời hạn"])
async def test_no_end_may_be_said_in_words(text: str) -> None:
    here = asked("until")
    await here.say(text)
    assert here.done[0].arguments["until"] is None


def asked(step: str) -> Desk:
    """In the middle of an invitation."""
    offered = {
        "place": (("Thôn Bến", "roles.at:3"), ("Thôn Đông", "roles.at:4")),
        "until": (("Không thời hạn", "roles.always"),),
    }
    keep: dict[str, Any] = {"role": "village_head"} | ({"place": 3} if step == "until" else {})
    here = desk(step=f"roles.{step}", keep=keep, buttons=(*offered[step], ("Thôi", "roles.cancel")))
    here.results[invitations.invite] = Invited(CODE, "village_head", "Thôn Bến", None, NOW)
    return here


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (NotAllowed("role:grant"), "roles.not_allowed"),
        (NotThere(), "roles.no_place"),
    ],
)
async def test_a_right_lost_on_the_way_is_said(error: Exception, key: str) -> None:
    here = asked("until")
    here.results[invitations.invite] = error
    assert (await here.press("roles.always")).text == WORDS(key)


async def test_where_there_is_no_place_for_a_role_it_is_said() -> None:
    at_village = (Grant("admin", BEN.id, BEN.path),)
    here = desk(at_village, buttons=(("Lãnh đạo xã", "roles.as:approver"),))
    assert (await here.press("roles.as:approver")).text == WORDS("roles.no_place")


@pytest.mark.parametrize("step", ["place", "until"])
async def test_an_invitation_can_be_given_up(step: str) -> None:
    reply = await asked(step).press("roles.cancel")
    assert (reply.text, reply.step) == (WORDS("roles.cancelled"), None)


async def test_a_role_longer_than_ones_own_is_asked_for_again() -> None:
    here = asked("until")
    here.results[invitations.invite] = TooLong()
    reply = await here.press("roles.always")
    assert reply.text.startswith(WORDS("roles.too_long"))
    assert (reply.step, here.keep) == ("roles.until", {"role": "village_head", "place": 3})


@settings(max_examples=60, deadline=None)
@given(step=st.sampled_from(["place", "until"]), heard=MESSAGES)
def test_nothing_anybody_sends_ends_in_a_dead_end(step: str, heard: Message) -> None:
    here = asked(step)
    here.stage.answers[roles.held] = lambda actor: [held(1, since=NOW - timedelta(days=1))]
    reply = asyncio.run(here.hear(heard))
    assert isinstance(reply, Reply)
    assert reply.text
    assert [action for _, action in here.scene.buttons]
