"""A code to tie a group by is asked for in private, two choices away."""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import groups
from db.groups import SEGMENTS, Code
from db.permissions import NotAllowed
from db.scene import Grant
from handlers.messages import Message
from tests.handlers.desk import (
    BEN,
    CADRE,
    HEAD,
    RESIDENT,
    WORDS,
    Desk,
    actions,
    labels,
)
from tests.handlers.inputs import MESSAGES

CODE = "7KQM-3XRT"


async def test_a_code_is_two_choices_away() -> None:
    desk = Desk(CADRE)
    desk.results[groups.ask_code] = Code(CODE, "Thôn Bến")
    await desk.say("nhóm")
    assert (await desk.press("groups.add")).step == "groups.place"
    assert (await desk.press("groups.place:3")).step == "groups.segment"
    reply = await desk.press("groups.segment:party_members")
    assert desk.done[0].arguments == {"place_id": 3, "segment": "party_members"}
    values = {"code": CODE, "place": "Thôn Bến", "segment": "Đảng viên"}
    assert (reply.text, reply.step) == (WORDS("groups.code", **values), None)
    assert actions(reply) == ["groups.add", "start.menu"]


async def test_the_code_comes_with_a_line_to_copy_where_the_bot_has_a_name() -> None:
    segment = "groups.segment:party_committee"
    desk = Desk(CADRE, step="groups.segment", keep={"place": 3}, buttons=(("Cấp ủy", segment),))
    desk.stage.mention = "@ten_bot"
    desk.results[groups.ask_code] = Code(CODE, "Thôn Bến")
    reply = await desk.press(segment)
    values = {"code": CODE, "place": "Thôn Bến", "segment": "Cấp ủy", "mention": "@ten_bot"}
    assert reply.text == WORDS("groups.code_at", **values)
    assert f"@ten_bot đăng ký {CODE}" in reply.text.splitlines()
    assert not re.search(r"(?m)^\d", reply.text)


PLACES: list[tuple[str, tuple[Grant, ...], list[str]]] = [
    ("cadre_with_the_commune", CADRE, ["Xã Mẫu", "Thôn Bến", "Thôn Đông", "Thôn Tây"]),
    ("rights_lost", RESIDENT, []),
]


@pytest.mark.parametrize(
    ("grants", "names"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES]
)
async def test_places_are_offered_as_far_as_the_rights_reach(
    grants: tuple[Grant, ...], names: list[str]
) -> None:
    desk = Desk(grants, buttons=(("Thêm nhóm", "groups.add"),))
    assert labels(await desk.press("groups.add"))[:-1] == names


def test_the_steps_to_a_groups_code_are_not_numbered_like_choices() -> None:
    assert not re.search(r"(?m)^\d", WORDS("groups.code", code=CODE, place="Thôn Bến", segment="A"))


async def test_the_only_place_is_not_asked_for() -> None:
    desk = Desk(HEAD)
    assert (await desk.press_elsewhere("groups.add")).step == "groups.segment"
    assert desk.keep == {"place": BEN.id}


TYPED: list[tuple[str, str, str, str]] = [
    ("a_village", "place", "bến", "groups.segment"),
    ("unclear", "place", "thôn", "groups.place"),
    ("anything_else", "place", "trời đẹp quá", "groups.place"),
    ("out_of_range", "segment", "44", "groups.segment"),
    ("two_at_once", "segment", "hộ dân, đoàn thể", "groups.segment"),
]


@pytest.mark.parametrize(
    ("step", "text", "expected"), [case[1:] for case in TYPED], ids=[case[0] for case in TYPED]
)
async def test_choices_may_be_typed(step: str, text: str, expected: str) -> None:
    assert (await asked(step).say(text)).step == expected


async def test_a_typed_segment_makes_the_code() -> None:
    desk = asked("segment")
    await desk.say("đảng viên")
    assert desk.done[0].arguments == {"place_id": BEN.id, "segment": "party_members"}


async def test_a_right_lost_on_the_way_leads_back_to_the_places() -> None:
    desk = asked("segment")
    desk.results[groups.ask_code] = NotAllowed("group:tie")
    reply = await desk.press("groups.segment:unions")
    assert WORDS("groups.not_there") in reply.text
    assert reply.step == "groups.place"


@pytest.mark.parametrize("step", ["place", "segment"])
async def test_cancelling_says_so_and_leads_back(step: str) -> None:
    reply = await asked(step).press("groups.cancel")
    assert (reply.text, reply.step) == (WORDS("groups.cancelled"), None)
    assert actions(reply) == ["start.menu"]


def asked(step: str, grants: tuple[Grant, ...] = CADRE) -> Desk:
    """Where the place or the segment is asked for."""
    offered = {
        "place": (("Thôn Bến", "groups.place:3"), ("Thôn Đông", "groups.place:4")),
        "segment": tuple((WORDS(f"groups.for_{one}"), f"groups.segment:{one}") for one in SEGMENTS),
    }
    desk = Desk(
        grants,
        step=f"groups.{step}",
        keep={"place": BEN.id} if step == "segment" else {},
        buttons=(*offered[step], ("Thôi", "groups.cancel")),
    )
    desk.results[groups.ask_code] = Code(CODE, "Thôn Bến")
    return desk


async def test_the_kinds_of_groups_are_told_apart_in_their_list() -> None:
    desk = Desk(CADRE)
    await desk.say("nhóm")
    await desk.press("groups.add")
    offered = labels(await desk.press("groups.place:3"))
    assert "Hộ dân (đại diện mỗi nhà)" in offered
    assert "Người dân (ai cũng vào được)" in offered


@settings(max_examples=60, deadline=None)
@given(step=st.sampled_from(["place", "segment"]), heard=MESSAGES)
def test_nothing_anybody_sends_loses_the_place_or_ends_in_a_dead_end(
    step: str, heard: Message
) -> None:
    desk = asked(step)
    reply = asyncio.run(desk.hear(heard))
    assert reply.text
    assert [action for _, action in desk.scene.buttons]
    if desk.scene.step == "groups.segment" and step == "segment":
        assert desk.keep == {"place": BEN.id}
