"""Tying a group: the code asked for in private, and said in the group."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import groups
from db.groups import SEGMENTS, CodeRefused, GroupCount, Invitation, Tied
from db.permissions import NotAllowed
from db.scene import Grant
from handlers import groups as group_talk
from handlers.messages import Effect, Incoming, Membership, Message, Notice, Outcome, Reply
from handlers.router import Dispatcher
from tests.handlers.desk import (
    BEN,
    CADRE,
    HEAD,
    RESIDENT,
    WORDS,
    Desk,
    actions,
    ask_first,
    fallback,
    labels,
    stage,
    stale,
)
from tests.handlers.inputs import MESSAGES
from tests.handlers.stage import GROUP, PRIVATE, SOMEBODY, message, scene

CODE = "7KQM-3XRT"


async def test_a_code_is_two_choices_away() -> None:
    desk = Desk(CADRE)
    desk.results[groups.invite] = Invitation(CODE, "Thôn Bến")
    await desk.say("nhóm")
    assert (await desk.press("groups.add")).step == "groups.place"
    assert (await desk.press("groups.place:3")).step == "groups.segment"
    reply = await desk.press("groups.segment:party_members")
    assert desk.done[0].arguments == {"place_id": 3, "segment": "party_members"}
    values = {"code": CODE, "place": "Thôn Bến", "segment": "Đảng viên"}
    assert (reply.text, reply.step) == (WORDS("groups.code", **values), None)
    assert actions(reply) == ["groups.add", "start.menu"]


async def test_the_menu_shows_the_groups_there_are() -> None:
    desk = Desk(CADRE)
    desk.stage.answers[groups.overview] = lambda paths: [
        GroupCount("Thôn Bến", "households", 2),
        GroupCount("Thôn Bến", "unions", 1),
        GroupCount(paths[0], "households", 3),
    ]
    reply = await desk.press_elsewhere("groups.menu")
    assert reply.text.splitlines() == [
        WORDS("groups.overview"),
        WORDS("groups.place_line", place="Thôn Bến", groups="Hộ dân 2, Đoàn thể 1"),
        WORDS("groups.place_line", place="1.2.", groups="Hộ dân 3"),
    ]


async def test_a_menu_without_groups_says_so() -> None:
    reply = await Desk(HEAD).say("/nhom")
    assert reply.text == WORDS("groups.none")
    assert actions(reply) == ["groups.add", "start.menu"]


async def test_the_menu_is_for_whom_may_tie_groups() -> None:
    reply = await Desk(RESIDENT).say("/nhom")
    assert (reply.text, actions(reply)) == (WORDS("groups.not_allowed"), ["start.menu"])


async def test_in_a_group_the_menu_is_not_shown() -> None:
    desk = Desk(CADRE, chat_kind="group")
    assert (await desk.hear(message("/nhom", group=True))).text == WORDS("groups.in_private")


PLACES: list[tuple[str, tuple[Grant, ...], list[str]]] = [
    ("cadre_with_the_commune", CADRE, ["Xã Mẫu", "Thôn Bến", "Thôn Đông", "Thôn Tây"]),
    ("head", HEAD, ["Thôn Bến"]),
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
    desk.results[groups.invite] = NotAllowed("group:tie")
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
    desk.results[groups.invite] = Invitation(CODE, "Thôn Bến")
    return desk


DISPATCHER = Dispatcher([group_talk.router], fallback=fallback, stale=stale, ask_first=ask_first)


async def heard(incoming: Incoming, grants: tuple[Grant, ...] = RESIDENT, **more: Any) -> Outcome:
    return await DISPATCHER.dispatch(incoming, stage().context(scene(grants=grants, **more)))


CODES = [
    ("as_shown", f"dangky {CODE}", CODE),
    ("with_a_slash", f"/dangky {CODE}", CODE),
    ("to_this_bot", f"/dangky@loalang_bot {CODE}", CODE),
    ("with_marks", f"Đăng ký {CODE.lower()}", CODE),
    ("without_dash", "dang ky 7kqm3xrt", "7KQM3XRT"),
    ("with_a_space", "dangky  7KQM 3XRT ", "7KQM 3XRT"),
    ("with_a_long_dash", "dangky 7KQM–3XRT", "7KQM–3XRT"),
    ("after_a_colon", f"đăng ký: {CODE}", CODE),
    ("called_tying", f"nối nhóm {CODE}", CODE),
    ("called_tying_without_marks", f"noi nhom {CODE.lower()}", CODE),
    ("alone", CODE, CODE),
    ("alone_without_dash", "7kqm3xrt", "7KQM3XRT"),
]


@pytest.mark.parametrize(
    ("text", "code"), [case[1:] for case in CODES], ids=[case[0] for case in CODES]
)
async def test_a_code_said_in_a_group_ties_it(text: str, code: str) -> None:
    effect = await heard(message(text, group=True), chat_kind="group")
    assert isinstance(effect, Effect)
    assert effect.verb is groups.tie
    assert effect.arguments["code"].upper() == code
    assert effect.arguments["labels"]["households"] == "Hộ dân"
    assert set(effect.arguments["labels"]) == set(SEGMENTS)
    for moved, key in ((False, "groups.tied"), (True, "groups.moved")):
        reply = effect.say(Tied("Thôn Bến", "households", moved, "Tổ liên gia 2", 5))
        told = {"place": "Thôn Bến", "segment": "Hộ dân"}
        assert reply.text == WORDS(key, **told)
        news = WORDS("groups.tied_notice", group="Tổ liên gia 2", **told)
        assert reply.notices == (Notice(news, people=(5,)),)
    assert effect.refusals[CodeRefused].text == WORDS("groups.code_refused")


NO_CODES = [
    ("a_question", "đăng ký kết hôn cần gì"),
    ("two_words_of_four_letters", "đăng ký khai sinh"),
    ("a_year", "đăng ký mẫu 2026"),
    ("something_else", "bà con ơi"),
    ("a_word_alone", "khai sinh"),
    ("a_telephone_number", "2345-6789"),
]


@pytest.mark.parametrize("text", [case[1] for case in NO_CODES], ids=[case[0] for case in NO_CODES])
@pytest.mark.parametrize("group", [False, True], ids=["private", "group"])
async def test_what_is_no_code_goes_to_whoever_answers_questions(text: str, group: bool) -> None:
    kind = "group" if group else "private"
    reply = await heard(message(text, group=group), CADRE, chat_kind=kind)
    assert isinstance(reply, Reply)
    assert reply.text == "nobody claims this"


async def test_a_code_not_said_to_the_bot_is_left_in_peace() -> None:
    told = message(f"dangky {CODE}", group=True, addressed=False)
    assert await heard(told, chat_kind="group") is None


async def test_a_code_said_in_private_is_sent_to_the_group() -> None:
    reply = await heard(message(f"dangky {CODE}"), CADRE, step="groups.place")
    assert isinstance(reply, Reply)
    assert (reply.text, reply.stay) == (WORDS("groups.code_in_private"), True)


WRITTEN_AMISS = [
    ("among_words", f"mã của thôn là {CODE} nhé", None, True),
    ("without_its_dash", "nhap ma 7kqm3xrt giup em", None, True),
    ("with_the_word", f"đăng ký giúp em {CODE}", BEN.id, True),
    ("a_number_plate_in_a_tied_group", "xe 29H2-3456 chắn lối", BEN.id, False),
    ("a_telephone_number", "gọi 2345-6789 nhé", None, False),
]


@pytest.mark.parametrize(
    ("text", "tied_to", "explained"),
    [case[1:] for case in WRITTEN_AMISS],
    ids=[case[0] for case in WRITTEN_AMISS],
)
async def test_a_code_written_amiss_is_answered_with_how_to_write_it(
    text: str, tied_to: int | None, explained: bool
) -> None:
    reply = await heard(message(text, group=True), chat_kind="group", chat_place_id=tied_to)
    assert isinstance(reply, Reply)
    code = CODE if CODE in text else "7KQM3XRT"
    assert (reply.text == WORDS("groups.how_to_write", code=code)) == explained


@pytest.mark.parametrize(
    ("step", "explained"),
    [pytest.param("", True, id="idle"), pytest.param("feedback.where", False, id="in a report")],
)
async def test_a_code_alone_in_private_is_explained_unless_an_answer_is_awaited(
    step: str, explained: bool
) -> None:
    reply = await heard(message(CODE), step=step)
    assert isinstance(reply, Reply)
    assert (reply.text == WORDS("groups.code_in_private")) == explained


async def test_the_kinds_of_groups_are_told_apart_in_their_list() -> None:
    desk = Desk(CADRE)
    await desk.say("nhóm")
    await desk.press("groups.add")
    offered = labels(await desk.press("groups.place:3"))
    assert "Hộ dân (đại diện mỗi nhà)" in offered
    assert "Người dân (ai cũng vào được)" in offered


EXPLAINED: list[tuple[str, tuple[Grant, ...], dict[str, Any], bool]] = [
    ("cadre_in_private", CADRE, {}, True),
    ("resident_in_private", RESIDENT, {}, False),
    ("anyone_in_a_group_not_tied", RESIDENT, {"chat_kind": "group"}, True),
    ("resident_in_a_tied_group", RESIDENT, {"chat_kind": "group", "chat_place_id": 3}, False),
    ("cadre_in_a_tied_group", CADRE, {"chat_kind": "group", "chat_place_id": 3}, True),
]


@pytest.mark.parametrize(
    ("grants", "more", "explained"),
    [case[1:] for case in EXPLAINED],
    ids=[case[0] for case in EXPLAINED],
)
async def test_the_word_without_a_code_is_explained_to_whom_it_may_concern(
    grants: tuple[Grant, ...], more: dict[str, Any], explained: bool
) -> None:
    reply = await heard(message("đăng ký", group="chat_kind" in more), grants, **more)
    assert isinstance(reply, Reply)
    assert (reply.text == WORDS("groups.how_to_tie")) == explained


MEMBERSHIPS: list[tuple[str, Membership, int | None, str | None]] = [
    ("put_in", Membership(GROUP, SOMEBODY, True), None, "groups.hello"),
    ("put_in_again", Membership(GROUP, SOMEBODY, True), 3, "groups.hello_again"),
    ("taken_out", Membership(GROUP, SOMEBODY, False), None, None),
    ("unblocked", Membership(PRIVATE, SOMEBODY, True), None, None),
]


@pytest.mark.parametrize(
    ("incoming", "place", "key"),
    [case[1:] for case in MEMBERSHIPS],
    ids=[case[0] for case in MEMBERSHIPS],
)
async def test_put_into_a_group_it_says_who_it_is(
    incoming: Membership, place: int | None, key: str | None
) -> None:
    reply = await heard(incoming, chat_kind="group", chat_place_id=place)
    assert reply is None if key is None else isinstance(reply, Reply)
    if key is not None and isinstance(reply, Reply):
        assert reply.text == WORDS(key)


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
