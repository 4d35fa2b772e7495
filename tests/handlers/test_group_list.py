"""The groups of a cadre: listed, what goes wrong first, and untied after a question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from db import errands, groups, questions
from db.group_health import Group
from db.groups import NoSuchGroup, Untied
from db.permissions import NotAllowed
from db.places import Spot
from db.scene import Grant
from tests.handlers.desk import (
    BEN,
    CADRE,
    DONG,
    HEAD,
    RESIDENT,
    WORDS,
    Desk,
    actions,
    labels,
)
from tests.handlers.stage import NOW, message


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


STANDINGS = [
    ("member", "• Nhóm 1 (…): tin gần nhất tới lúc", ""),
    ("admin", "• Nhóm 1 (…): tin gần nhất tới lúc", "quyền này, gỡ đi cũng được"),
    ("muted", "⚠ Nhóm 1 (…): em bị khóa quyền viết", "nhờ quản trị của nhóm cho em viết lại"),
    ("out", "⚠ Nhóm 1 (…): em không còn trong nhóm", "thêm em vào lại nhóm"),
]


@pytest.mark.parametrize("error", ["", "ChatGone"])
@pytest.mark.parametrize(
    ("standing", "line", "advice"), STANDINGS, ids=[case[0] for case in STANDINGS]
)
async def test_each_group_shows_what_the_bot_is_there_and_what_to_do(
    standing: str, line: str, advice: str, error: str
) -> None:
    group = one(1, error)._replace(standing=standing)
    shown = (await listing(group).say("/nhom")).text.splitlines()[1]
    if not (error and standing in ("member", "admin")):
        assert shown.startswith(line.replace("…", "Thôn Bến, Hộ dân, Zalo"))
    assert ("em đang là quản trị" in shown) == (standing == "admin")
    detail = (await listing(group).press_elsewhere("groups.show:1")).text
    assert shown.partition("): ")[2] in detail
    assert detail.splitlines()[-1].count(advice) == 1 or not advice
    assert len(detail.splitlines()) == (6 if advice else 5)


async def test_groups_where_the_bot_cannot_speak_come_first() -> None:
    found = [one(n)._replace(standing=kind) for n, kind in enumerate(("admin", "muted", "out"), 1)]
    reply = await listing(*found).press_elsewhere("groups.menu")
    assert actions(reply)[:3] == ["groups.show:2", "groups.show:3", "groups.show:1"]


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


async def test_what_a_title_tells_is_not_told_again() -> None:
    found = [
        one(1)._replace(title="Hộ dân thôn Bến"),
        one(2)._replace(title="Đảng viên, hộ dân"),
        one(3)._replace(title="Xóm dưới"),
    ]
    lines = (await listing(*found).say("/nhom")).text.splitlines()[1:4]
    assert [line.partition(":")[0] for line in lines] == [
        "• Hộ dân thôn Bến (Zalo)",
        "• Đảng viên, hộ dân (Thôn Bến, Zalo)",
        "• Xóm dưới (Thôn Bến, Hộ dân, Zalo)",
    ]


async def test_groups_that_nobody_has_tied_are_named() -> None:
    desk = listing(one(1))
    desk.stage.answers[groups.loose] = ["Họ Nguyễn", ""]
    told = WORDS("groups.loose", count=2, titles="“Họ Nguyễn”, “nhóm không tên”")
    assert (await desk.say("/nhom")).text.endswith(told)


async def test_a_group_is_untied_after_a_question() -> None:
    desk = listing(one(1))
    desk.results[groups.untie] = Untied("Nhóm 1", "Thôn Bến")
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


@pytest.mark.parametrize(
    ("text", "key"), [("đồng ý", "untied"), ("dung roi", "untied"), ("không ạ", "kept")]
)
async def test_yes_or_no_in_words_decides_whether_a_group_is_untied(text: str, key: str) -> None:
    desk = listing(one(1))
    desk.results[groups.untie] = Untied("Nhóm 1", "Thôn Bến")
    await desk.press_elsewhere("groups.untie:1")
    told = {"title": "Nhóm 1", "place": "Thôn Bến"} if key == "untied" else {}
    assert (await desk.say(text)).text == WORDS(f"groups.{key}", **told)


async def test_before_a_group_is_untied_only_yes_or_no_is_taken() -> None:
    desk = listing(one(1))
    await desk.press_elsewhere("groups.untie:1")
    assert (await desk.say("trời đẹp quá")).step == "groups.sure"
    assert desk.done == []


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
    assert actions(reply) == ["groups.add", "groups.hand", "groups.hand:aloud", "start.menu"]


async def test_the_menu_is_for_whom_may_tie_groups() -> None:
    reply = await Desk(RESIDENT).say("/nhom")
    assert (reply.text, actions(reply)) == (WORDS("groups.not_allowed"), ["start.menu"])


async def test_in_a_group_the_menu_is_not_shown() -> None:
    desk = Desk(CADRE, chat_kind="group")
    assert (await desk.hear(message("/nhom", group=True))).text == WORDS("groups.in_private")


@pytest.mark.parametrize("waits", [True, False])
async def test_who_has_something_to_carry_finds_it_in_the_menu(waits: bool) -> None:
    desk = listing(one(1))
    desk.stage.answers[errands.mine] = [object()] if waits else []
    offered = actions(await desk.say("/nhom"))
    assert offered[: 1 + waits] == [*["relay.list"] * waits, "groups.show:1"]


ADMIN = (Grant("admin", BEN.id, BEN.path),)
LEADERS = [
    pytest.param(HEAD, "sandbox-telegram", id="a village head"),
    pytest.param(CADRE, "sandbox-telegram", id="a cadre"),
    pytest.param((Grant("admin", DONG.id, DONG.path), *HEAD), "telegram", id="of another village"),
    pytest.param(ADMIN, "sandbox-zalo", id="where nothing else is heard"),
    pytest.param(ADMIN, "hand", id="where no bot is"),
]


def switchable(on: bool, platform: str = "telegram", **more: Any) -> Group:
    return one(1)._replace(platform=platform, answers=on, **more)


@pytest.mark.parametrize("on", [False, True])
async def test_an_admin_reads_what_answering_unasked_means_and_switches_it(on: bool) -> None:
    desk = listing(switchable(on), grants=ADMIN)
    desk.results[questions.let_answer] = lambda chat_id, on: switchable(on)
    reply = await desk.press_elsewhere("groups.show:1")
    state, wanted = ("on", "off") if on else ("off", "on")
    assert reply.text.splitlines()[-1] == WORDS(f"groups.answers_{state}")
    assert "privacy mode" in reply.text
    assert WORDS(f"groups.answer_{wanted}") in labels(reply)
    done = await desk.press(f"groups.answers:1.{wanted}")
    assert desk.done[-1].arguments == {"chat_id": 1, "on": not on}
    assert done.text == WORDS(f"groups.answers_{wanted}_now", title="Nhóm 1")
    (notice,) = done.notices
    assert (notice.chat, notice.text) == (1, WORDS(f"groups.told_answers_{wanted}"))
    assert "groups.show:1" in actions(done)


@pytest.mark.parametrize(("grants", "platform"), LEADERS)
async def test_nobody_else_is_offered_it(grants: tuple[Grant, ...], platform: str) -> None:
    reply = await listing(switchable(False, platform), grants=grants).press_elsewhere(
        "groups.show:1"
    )
    assert not any(action.startswith("groups.answers") for action in actions(reply))
    assert WORDS("groups.answers_off") not in reply.text


async def test_whoever_sees_the_group_sees_that_it_is_on() -> None:
    reply = await listing(switchable(True), grants=HEAD).press_elsewhere("groups.show:1")
    assert WORDS("groups.answers_on") in reply.text
    assert not any(action.startswith("groups.answers") for action in actions(reply))


async def test_a_bot_that_is_to_read_along_is_not_said_to_need_no_rights() -> None:
    group = switchable(True, standing="admin")
    reply = await listing(group, grants=ADMIN).press_elsewhere("groups.show:1")
    assert WORDS("groups.advice_admin") not in reply.text


@pytest.mark.parametrize("error", [NoSuchGroup(), NotAllowed("role:grant")])
async def test_a_right_lost_meanwhile_switches_nothing(error: Exception) -> None:
    desk = listing(switchable(False), grants=ADMIN)
    desk.results[questions.let_answer] = error
    reply = await desk.press_elsewhere("groups.answers:1.on")
    key = "groups.gone" if isinstance(error, NoSuchGroup) else "groups.not_allowed"
    assert (reply.text, reply.notices) == (WORDS(key), ())
