"""Tying a group: the code asked for in private, and said in the group."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import groups, invitations
from db.groups import SEGMENTS, CodeRefused, Group, Invitation, NoSuchGroup, Tied
from db.invitations import Spoiled
from db.permissions import NotAllowed
from db.places import Spot
from db.scene import Grant
from handlers import groups as group_talk
from handlers.messages import Effect, Incoming, Membership, Message, Notice, Outcome, Reply
from handlers.router import Dispatcher
from tests.handlers.desk import (
    BEN,
    CADRE,
    DONG,
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
from tests.handlers.stage import GROUP, NOW, PRIVATE, SOMEBODY, message, scene

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


def one(number: int, error: str = "", arrived: datetime | None = NOW, place: Spot = BEN) -> Group:
    title = f"Nhóm {number}"
    return Group(
        number,
        title,
        "households",
        place.id,
        place.name,
        place.path,
        "sandbox-zalo",
        arrived,
        error,
    )


def listing(*found: Group, grants: tuple[Grant, ...] = CADRE) -> Desk:
    desk = Desk(grants)
    desk.stage.answers[groups.overview] = lambda actor: list(found)
    desk.stage.answers[groups.read] = lambda actor, id: next(g for g in found if g.id == id)
    return desk


async def test_the_menu_shows_each_group_and_what_goes_wrong_first() -> None:
    desk = listing(one(1), one(2, arrived=None), one(3, "ChatGone"))
    reply = await desk.press_elsewhere("groups.menu")
    assert reply.text.splitlines() == [
        WORDS("groups.overview"),
        "⚠ Nhóm 3 (Thôn Bến, Hộ dân, Zalo): " + WORDS("groups.trouble_chatgone"),
        "• Nhóm 1 (Thôn Bến, Hộ dân, Zalo): " + WORDS("groups.arrived", when="10:00 22/11/2026"),
        "• Nhóm 2 (Thôn Bến, Hộ dân, Zalo): " + WORDS("groups.no_message"),
    ]
    assert actions(reply)[:3] == ["groups.show:3", "groups.show:1", "groups.show:2"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param("Rejected", "Zalo không nhận nội dung", id="refused"),
        pytest.param("BadToken", "Zalo không cho em vào", id="bad token"),
        pytest.param("Unreachable", "không liên lạc được với Zalo", id="unreachable"),
        pytest.param("TooManyRequests", "không liên lạc được với Zalo", id="asked to wait"),
        pytest.param("OutcomeUnknown", "không rõ tin gần nhất", id="unknown"),
        pytest.param("Interrupted", "không rõ tin gần nhất", id="interrupted"),
        pytest.param("OSError", "tin gần nhất chưa tới", id="anything else"),
    ],
)
async def test_what_goes_wrong_is_told_in_words(error: str, told: str) -> None:
    text = (await listing(one(1, error)).say("/nhom")).text
    assert told in text
    assert error not in text


async def test_sixty_groups_are_listed_a_page_at_a_time_problems_first() -> None:
    found = [one(n, place=BEN if n % 2 else DONG) for n in range(1, 60)]
    desk = listing(*found, one(60, "ChatGone"))
    reply = await desk.press_elsewhere("groups.menu")
    assert "Nhóm 60 " in reply.text.splitlines()[1]
    seen = reply.text
    for page in ("groups.menu:1", "groups.menu:2"):
        assert len(reply.text.splitlines()) <= 25
        assert page in actions(reply)
        reply = await desk.press(page)
        seen += reply.text
    assert all(f"Nhóm {n} " in seen for n in range(1, 61))
    assert not any(action.startswith("groups.menu:") for action in actions(reply))


async def test_of_many_groups_one_is_found_by_its_place() -> None:
    desk = listing(*(one(n, place=BEN if n % 2 else DONG) for n in range(1, 13)))
    await desk.press_elsewhere("groups.menu")
    assert labels(await desk.press("groups.each"))[:2] == ["Thôn Bến", "Thôn Đông"]
    reply = await desk.press("groups.each:4")
    assert actions(reply)[:-2] == [f"groups.show:{n}" for n in range(2, 13, 2)]
    assert "Nhóm 2" in (await desk.press("groups.show:2")).text


async def test_groups_that_nobody_has_tied_are_named() -> None:
    desk = listing(one(1))
    desk.stage.answers[groups.loose] = ["Họ Nguyễn", ""]
    told = WORDS("groups.loose", count=2, titles="“Họ Nguyễn”, “nhóm không tên”")
    assert (await desk.say("/nhom")).text.endswith(told)


async def test_a_group_is_untied_after_a_question() -> None:
    desk = listing(one(1))
    desk.results[groups.untie] = one(1)
    await desk.press_elsewhere("groups.menu")
    await desk.press("groups.show:1")
    assert (
        WORDS("groups.untie_sure", title="Nhóm 1", place="Thôn Bến")
        == (await desk.press("groups.untie:1")).text
    )
    assert desk.done == []
    reply = await desk.press("groups.untied:1")
    assert reply.text == WORDS("groups.untied", title="Nhóm 1", place="Thôn Bến")
    assert desk.done[0].arguments == {"chat_id": 1}


async def test_a_group_is_kept_when_the_question_is_declined() -> None:
    desk = listing(one(1))
    await desk.press_elsewhere("groups.show:1")
    await desk.press("groups.untie:1")
    reply = await desk.press("groups.keep.cancel")
    assert (reply.text, desk.done) == (WORDS("groups.kept"), [])


@pytest.mark.parametrize("action", ["groups.show:9", "groups.untied:9"])
async def test_a_group_that_is_gone_leads_back_to_the_list(action: str) -> None:
    def gone(actor: Any, chat_id: int) -> Group:
        raise NoSuchGroup

    desk = Desk(CADRE, buttons=(("Gỡ nhóm", action),))
    desk.stage.answers[groups.read] = gone
    desk.results[groups.untie] = NoSuchGroup()
    reply = await desk.press(action)
    assert (reply.text, actions(reply)[0]) == (WORDS("groups.gone"), "groups.menu")


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


async def heard(
    incoming: Incoming, grants: tuple[Grant, ...] = RESIDENT, invitation: str = "", **more: Any
) -> Outcome:
    """`invitation`: the code of the only one that somebody may still use."""
    here = stage()
    here.answers[invitations.open_now] = lambda code, now: code.upper() == invitation
    return await DISPATCHER.dispatch(incoming, here.context(scene(grants=grants, **more)))


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
    assert effect.verb is invitations.said_in_group
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


async def test_an_invitation_said_in_a_group_is_void_and_its_author_told() -> None:
    effect = await heard(message(CODE, group=True), chat_kind="group")
    assert isinstance(effect, Effect)
    reply = effect.say(Spoiled("village_head", "Thôn Bến", 5))
    assert reply.text == WORDS("roles.spoiled")
    news = WORDS("roles.spoiled_notice", title="Trưởng thôn Bến")
    assert reply.notices == (Notice(news, people=(5,)),)
    assert effect.say(Spoiled("admin", "Xã Mẫu", None)).notices == ()


@pytest.mark.parametrize("addressed", [True, False])
async def test_an_invitation_forwarded_to_a_group_is_void_even_if_it_is_not_said_to_the_bot(
    addressed: bool,
) -> None:
    text = WORDS("roles.forward", title="Trưởng thôn Bến", code=CODE)
    told = message(text, group=True, addressed=addressed)
    effect = await heard(told, chat_kind="group", invitation=CODE)
    assert isinstance(effect, Effect)
    assert effect.verb is invitations.said_in_group


@pytest.mark.parametrize("text", [CODE, f"dangky {CODE}"])
async def test_a_code_said_in_private_is_tried_as_an_invitation(text: str) -> None:
    effect = await heard(message(text), RESIDENT)
    assert isinstance(effect, Effect)
    assert (effect.verb, effect.arguments["code"].upper()) == (invitations.use, CODE)
    for_group = effect.refusals[invitations.ForGroup]
    assert for_group.text == WORDS("groups.code_in_private")


@pytest.mark.parametrize("step", ["", "feedback.where"])
async def test_an_invitation_is_found_in_the_message_it_was_forwarded_with(step: str) -> None:
    text = WORDS("roles.forward", title="Trưởng thôn Bến", code=CODE)
    effect = await heard(message(text), step=step, invitation=CODE)
    assert isinstance(effect, Effect)
    assert effect.arguments == {"code": CODE.lower()}
    assert isinstance(await heard(message(text), step=step), Reply)


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


async def test_a_code_alone_is_an_answer_where_one_is_awaited() -> None:
    reply = await heard(message(CODE), step="feedback.where")
    assert isinstance(reply, Reply)
    assert reply.text == "nobody claims this"


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
