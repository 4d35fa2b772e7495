"""A code said in a group ties it, one for a role is found in private: however it is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from db import groups, invitations, roles
from db.codes import digest
from db.groups import SEGMENTS, CodeRefused, Tied
from db.invitations import Spoiled
from db.scene import Grant
from handlers.groups import talk as group_talk
from handlers.messages import Effect, Incoming, Notice, Outcome, Reply
from handlers.router import Dispatcher
from tests.handlers.desk import (
    BEN,
    CADRE,
    RESIDENT,
    WORDS,
    ask_first,
    fallback,
    stage,
    stale,
)
from tests.handlers.stage import message, scene

CODE = "7KQM-3XRT"

DISPATCHER = Dispatcher([group_talk.router], fallback=fallback, stale=stale, ask_first=ask_first)


async def heard(
    incoming: Incoming,
    grants: tuple[Grant, ...] = RESIDENT,
    invitation: str = "",
    mention: str = "",
    living: str = "",
    **more: Any,
) -> Outcome:
    """`invitation`, `living`: the codes of the only invitation and the only group's code that
    somebody may still use."""
    here = stage()
    here.answers[invitations.open_among] = lambda codes, now: next(
        (code for code in codes if code.upper() == invitation), ""
    )
    here.answers[groups.open_among] = lambda codes, now: next(
        (code for code in codes if code.upper() == living), ""
    )
    here.mention = mention
    return await DISPATCHER.dispatch(incoming, here.context(scene(grants=grants, **more)))


CODES = [
    ("as_shown", f"dangky {CODE}", CODE),
    ("with_a_slash", f"/dangky {CODE}", CODE),
    ("to_this_bot", f"/dangky@loalang_bot {CODE}", CODE),
    ("with_marks", f"Đăng ký {CODE.lower()}", CODE),
    ("spelled_with_i", f"đăng kí {CODE}", CODE),
    ("spelled_with_i_without_marks", f"dang ki {CODE}", CODE),
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
    *_, left = effect.say(
        Tied("Thôn Bến", "households", True, "Tổ liên gia 2", 5, "Thôn Đông", (6, 7))
    ).notices
    news = WORDS("groups.left_notice", was="Thôn Đông", group="Tổ liên gia 2", **told)
    assert left == Notice(news, people=(6, 7))


async def test_a_code_used_before_in_a_group_that_is_tied_is_answered_with_what_it_is_tied_to() -> (
    None
):
    effect = await heard(message(CODE, group=True), chat_kind="group")
    assert isinstance(effect, Effect)
    reply = effect.say(Tied("Thôn Bến", "households", False, "Tổ liên gia 2", 5, again=True))
    told = WORDS("groups.tied_already", place="Thôn Bến", segment="Hộ dân")
    assert reply == Reply(told, stay=True)


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


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        pytest.param(" ".join(f"ab{n:02}-7KQM" for n in range(60)), 1, id="sixty codes"),
        pytest.param("bà con ơi, mai họp lúc 19 giờ", 0, id="talk"),
        pytest.param("gọi 0912 345 678 hoặc 2345-6789", 0, id="telephone numbers"),
    ],
)
async def test_talk_costs_at_most_one_question_about_codes(text: str, asked: int) -> None:
    questions: list[Sequence[str]] = []

    def none_open(codes: Sequence[str], now: datetime) -> str:
        questions.append(codes)
        return ""

    here = stage()
    here.answers[invitations.open_among] = none_open
    told = message(text, group=True, addressed=False)
    assert await DISPATCHER.dispatch(told, here.context(scene(chat_kind="group"))) is None
    assert len(questions) == asked


@pytest.mark.parametrize("text", [CODE, f"dangky {CODE}"])
async def test_a_code_said_in_private_is_tried_as_an_invitation(text: str) -> None:
    effect = await heard(message(text), RESIDENT)
    assert isinstance(effect, Effect)
    assert (effect.verb, effect.arguments["code"].upper()) == (invitations.use, CODE)
    for_group = effect.refusals[invitations.ForGroup]
    assert for_group.text == WORDS("groups.code_in_private")


LINKS = [
    ("as typed", f"/start {CODE}", CODE),
    ("in small letters", f"/start {CODE.lower()}", CODE),
    ("without its dash", "/start 7KQM3XRT", "7KQM3XRT"),
    ("with an underscore", "/start 7KQM_3XRT", "7KQM_3XRT"),
    ("with the bot's name", f"/start@ten_bot  {CODE}", CODE),
]


@pytest.mark.parametrize(
    ("text", "code"), [case[1:] for case in LINKS], ids=[case[0] for case in LINKS]
)
async def test_a_link_with_a_code_works_as_if_the_code_was_typed(text: str, code: str) -> None:
    for invitation in ("", code):
        effect = await heard(message(text), invitation=invitation)
        assert isinstance(effect, Effect)
        assert (effect.verb, effect.arguments["code"].upper()) == (invitations.use, code)
    effect = await heard(message(text, group=True), chat_kind="group")
    assert isinstance(effect, Effect)
    assert (effect.verb, effect.arguments["code"].upper()) == (invitations.said_in_group, code)


@pytest.mark.parametrize(
    "text", ["/start", "/start chao-ba-con", "/start 7KQM", "/startle 7KQM-3XRT"]
)
async def test_a_link_without_a_code_is_left_to_the_command(text: str) -> None:
    reply = await heard(message(text), CADRE)
    assert isinstance(reply, Reply)
    assert reply.text == "nobody claims this"


@pytest.mark.parametrize("step", ["", "feedback.where"])
async def test_an_invitation_is_found_in_the_message_it_was_forwarded_with(step: str) -> None:
    text = WORDS("roles.forward", title="Trưởng thôn Bến", code=CODE)
    effect = await heard(message(text), step=step, invitation=CODE)
    assert isinstance(effect, Effect)
    assert effect.arguments == {"code": CODE.lower()}
    assert isinstance(await heard(message(text), step=step), Reply)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("mã 7KQM−3XRT", id="a minus"),
        pytest.param("7kqm--3xrt", id="two dashes"),
        pytest.param("7KQM_3XRT", id="an underscore"),
        pytest.param("em nhan 7KQM.3XRT a", id="a full stop"),
        pytest.param("Mời bác nhan 7KQM 3XRT nhé", id="a space among words"),
    ],
)
async def test_an_invitation_is_found_however_it_is_written(text: str) -> None:
    here = stage()
    here.answers[invitations.open_among] = lambda codes, now: next(
        (code for code in codes if digest(code) == digest(CODE)), ""
    )
    effect = await DISPATCHER.dispatch(message(text), here.context(scene()))
    assert isinstance(effect, Effect)
    assert effect.verb is invitations.use


COPIED_WHOLE = [
    pytest.param(f"nhap ma {CODE} giup em", id="among words"),
    pytest.param(
        WORDS("groups.code_at", code=CODE, place="Thôn Bến", segment="Hộ dân", mention="@ten_bot"),
        id="all that was said in private",
    ),
]


@pytest.mark.parametrize("text", COPIED_WHOLE)
@pytest.mark.parametrize("tied_to", [None, BEN.id])
async def test_a_living_code_ties_a_group_whatever_stands_around_it(
    text: str, tied_to: int | None
) -> None:
    told = message(text, group=True)
    effect = await heard(told, chat_kind="group", chat_place_id=tied_to, living=CODE)
    assert isinstance(effect, Effect)
    assert effect.arguments == {**effect.arguments, "code": CODE.lower(), "title": ""}
    assert not isinstance(await heard(told, chat_kind="group", chat_place_id=tied_to), Effect)


async def test_before_there_is_an_admin_a_wrong_code_is_answered_with_where_the_right_one_is() -> (
    None
):
    here = stage()
    for admins, key in ((0, "groups.first_code"), (1, "roles.code_refused")):
        here.answers[roles.admins] = admins
        effect = await DISPATCHER.dispatch(message(CODE), here.context(scene()))
        assert isinstance(effect, Effect)
        assert effect.refusals[CodeRefused].text == WORDS(key)


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


COPIED = [
    ("the word alone", "đăng ký", "groups.how_to_tie_at", "7KQM-3XRT"),
    ("the line of the greeting", "đăng ký <mã>", "groups.how_to_tie_at", "7KQM-3XRT"),
    ("a code in its brackets", f"đăng ký <{CODE}>", "groups.how_to_write_at", CODE),
    ("among words", f"mã của thôn là {CODE} nhé", "groups.how_to_write_at", CODE),
]


@pytest.mark.parametrize(
    ("text", "key", "code"), [case[1:] for case in COPIED], ids=[case[0] for case in COPIED]
)
async def test_where_the_bot_has_a_name_there_is_a_line_to_copy(
    text: str, key: str, code: str
) -> None:
    reply = await heard(message(text, group=True), chat_kind="group", mention="@ten_bot")
    assert isinstance(reply, Reply)
    assert reply.text == WORDS(key, mention="@ten_bot", code=code)
    assert reply.text.splitlines()[-1] == f"@ten_bot đăng ký {code}"


async def test_a_groups_code_said_in_private_comes_back_as_a_line_to_copy() -> None:
    effect = await heard(message(CODE.lower()), mention="@ten_bot")
    assert isinstance(effect, Effect)
    lines = effect.refusals[invitations.ForGroup].text.splitlines()
    assert lines[-1] == f"@ten_bot đăng ký {CODE}"


@pytest.mark.parametrize("said_to_us", [True, False])
async def test_the_link_of_an_invitation_is_void_where_others_read_it(said_to_us: bool) -> None:
    told = message(f"https://t.me/ten_bot?start={CODE}", group=True, addressed=said_to_us)
    effect = await heard(told, chat_kind="group", invitation=CODE)
    assert isinstance(effect, Effect)
    assert effect.verb is invitations.said_in_group
