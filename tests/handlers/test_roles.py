"""Roles in chat: listed, dated and ended."""

from __future__ import annotations

import pytest

from db import candidates, invitations, roles
from db.groups import CodeRefused
from db.invitations import Open
from db.permissions import NotAllowed
from db.roles import LastAdmin, NoSuchRole, TooLong
from db.scene import Grant
from handlers.messages import Notice
from tests.handlers.desk import APPROVER, HEAD, RESIDENT, WORDS, actions, labels
from tests.handlers.office import (
    HEAD_OF_BEN,
    NEW_YEAR,
    candidate,
    desk,
    held,
    listing,
)
from tests.handlers.stage import message


async def test_the_list_says_who_is_what_since_when_and_until_when() -> None:
    here = listing(
        held(1),
        held(2, role="admin", place="Xã Mẫu", until=NEW_YEAR),
        held(3, who=" Tên \n dài  " + "a" * 80),
    )
    lines = (await here.say("vai trò")).text.splitlines()
    assert lines[1] == "• Ông 1: Trưởng thôn Bến, từ 22/11/2026"
    assert lines[2] == "• Ông 2: Quản trị xã Mẫu, từ 22/11/2026 đến hết 31/12/2026"
    assert lines[3].startswith("• Tên dài aaa")
    assert len(lines) == 4


@pytest.mark.parametrize(
    "grants",
    [pytest.param(grants, id=name) for name, grants in (("resident", RESIDENT), ("head", HEAD))]
    + [pytest.param(APPROVER, id="approver")],
)
@pytest.mark.parametrize(
    "action", ["roles.menu", "roles.invite", "roles.candidate:6", "roles.code:8"]
)
async def test_roles_are_for_admins(grants: tuple[Grant, ...], action: str) -> None:
    reply = await desk(grants).press_elsewhere(action)
    assert (reply.text, actions(reply)) == (WORDS("roles.not_allowed"), ["start.menu"])


async def test_two_roles_of_one_person_are_told_apart() -> None:
    who = "Nguyễn Thị Hoàng Mai"
    here = listing(held(1, who=who), held(2, who=who, role="admin", place="Xã Mẫu"))
    offered = labels(await here.say("/vaitro"))[:2]
    assert offered == ["Nguyễn Th… – Trưởng thôn", "Nguyễn Thị H… – Quản trị"]


async def test_in_a_group_roles_are_not_shown() -> None:
    here = desk(chat_kind="group")
    assert (await here.hear(message("/vaitro", group=True))).text == WORDS("roles.in_private")


async def test_many_roles_are_listed_a_page_at_a_time() -> None:
    here = listing(*(held(n) for n in range(1, 26)))
    reply = await here.say("/vaitro")
    seen = reply.text
    for page in ("roles.menu:1", "roles.menu:2"):
        reply = await here.press(page)
        seen += reply.text
    assert all(f"Ông {n}:" in seen for n in range(1, 26))
    assert not any(action.startswith("roles.menu:") for action in actions(reply))


async def test_who_waits_for_a_word_is_asked_about_from_the_list_too() -> None:
    here = listing(held(1))
    here.stage.answers[candidates.waiting] = lambda actor: [candidate()]
    reply = await here.say("/vaitro")
    assert WORDS("roles.waiting", who="Ông Tre", title=HEAD_OF_BEN) in reply.text
    assert actions(reply)[0] == "roles.candidate:6"
    assert actions(await here.press("roles.candidate:6"))[:2] == ["roles.right:6", "roles.wrong:6"]


async def test_a_role_ends_after_a_question_and_its_holder_is_told() -> None:
    here = listing(held(1))
    here.results[roles.end] = held(1)
    await here.say("/vaitro")
    await here.press("roles.show:1")
    sure = await here.press("roles.end:1")
    assert sure.text == WORDS("roles.end_sure", who="Ông 1", title=HEAD_OF_BEN)
    assert here.done == []
    reply = await here.press("roles.ended:1")
    assert reply.text == WORDS("roles.ended", who="Ông 1", title=HEAD_OF_BEN)
    told = WORDS("roles.ended_notice", title=HEAD_OF_BEN)
    assert reply.notices == (Notice(told, people=(41,)),)


@pytest.mark.parametrize("text", ["dong y", "đúng rồi", "chắc chắn", "vâng ạ", "cho thôi"])
async def test_a_yes_in_words_ends_the_role(text: str) -> None:
    here = listing(held(1))
    here.results[roles.end] = held(1)
    await here.press_elsewhere("roles.end:1")
    reply = await here.say(text)
    assert reply.text == WORDS("roles.ended", who="Ông 1", title=HEAD_OF_BEN)


@pytest.mark.parametrize("text", ["không", "khong dong y", "giữ lại", "nhầm rồi", "chưa chắc"])
async def test_a_no_in_words_keeps_the_role(text: str) -> None:
    here = listing(held(1))
    await here.press_elsewhere("roles.end:1")
    assert (await here.say(text)).text == WORDS("roles.kept")
    assert here.done == []


@pytest.mark.parametrize("text", ["trời đẹp quá", "đúng người", "dạ chào em"])
async def test_before_a_role_ends_only_yes_or_no_is_taken(text: str) -> None:
    here = listing(held(1))
    sure = await here.press_elsewhere("roles.end:1")
    reply = await here.say(text)
    assert (reply.step, reply.buttons) == ("roles.sure", sure.buttons)
    assert here.done == []


async def test_the_way_out_is_not_called_like_the_way_on() -> None:
    here = listing(held(1))
    assert labels(await here.press_elsewhere("roles.end:1")) == ["Cho thôi ngay", "Không, giữ lại"]


@pytest.mark.parametrize(
    ("text", "step"),
    [("ket thuc", "roles.sure"), ("cho thoi", "roles.sure"), ("gia hạn", "roles.date")],
)
async def test_what_becomes_of_a_role_may_be_typed(text: str, step: str) -> None:
    here = listing(held(1))
    await here.press_elsewhere("roles.show:1")
    assert (await here.say(text)).step == step


async def test_a_role_may_lose_its_end_in_words() -> None:
    here = listing(held(1))
    here.results[roles.set_until] = lambda role_id, until: held(role_id, until=until)
    await here.press_elsewhere("roles.date:1")
    await here.say("không có thời hạn")
    assert here.done[0].arguments == {"role_id": 1, "until": None}


async def test_a_code_that_nobody_used_is_listed_and_can_be_cancelled() -> None:
    here = listing(held(1))
    one = Open(8, "village_head", "Thôn Bến", NEW_YEAR)
    here.stage.answers[invitations.unused] = lambda actor: [one]
    here.results[invitations.void] = one
    line = WORDS("roles.unused", title=HEAD_OF_BEN, until="01/01/2027")
    assert line in (await here.say("/vaitro")).text
    assert (await here.press("roles.code:8")).text == line
    reply = await here.press("roles.void:8")
    assert reply.text == WORDS("roles.voided", title=HEAD_OF_BEN)
    assert here.done[0].arguments == {"invitation_id": 8}


async def test_a_code_used_meanwhile_cannot_be_cancelled() -> None:
    here = desk()
    here.results[invitations.void] = CodeRefused()
    for action in ("roles.code:8", "roles.void:8"):
        assert (await here.press_elsewhere(action)).text == WORDS("roles.no_code")


async def test_whoever_ends_their_own_role_is_told_once() -> None:
    here = listing(held(1, person_id=7), buttons=(("Cho thôi ngay", "roles.ended:1"),))
    here.results[roles.end] = held(1, person_id=7)
    assert (await here.press("roles.ended:1")).notices == ()


async def test_a_role_gets_a_last_day_and_loses_it_again() -> None:
    here = listing(held(1))
    here.results[roles.set_until] = lambda role_id, until: held(role_id, until=until)
    for say, key in (("đến hết 31/12", "dated"), ("Không thời hạn", "undated")):
        await here.press_elsewhere("roles.show:1")
        assert (await here.press("roles.date:1")).step == "roles.date"
        reply = await here.say(say) if key == "dated" else await here.press("roles.endless")
        more = {"until": "31/12/2026"} if key == "dated" else {}
        assert reply.text == WORDS(f"roles.{key}", who="Ông 1", title=HEAD_OF_BEN, **more)
        told = WORDS(f"roles.{key}_notice", title=HEAD_OF_BEN, **more)
        assert reply.notices == (Notice(told, people=(41,)),)
    assert [effect.arguments["until"] for effect in here.done] == [NEW_YEAR, None]


@pytest.mark.parametrize(
    ("error", "key"),
    [
        pytest.param(LastAdmin(), "roles.last_admin", id="the last admin"),
        pytest.param(NoSuchRole(), "roles.gone", id="ended meanwhile"),
        pytest.param(NotAllowed("role:grant"), "roles.not_allowed", id="no right any more"),
    ],
)
async def test_a_role_that_cannot_end_says_why(error: Exception, key: str) -> None:
    here = listing(held(1), buttons=(("Cho thôi ngay", "roles.ended:1"),))
    here.results[roles.end] = error
    assert (await here.press("roles.ended:1")).text == WORDS(key)


async def test_a_last_day_after_ones_own_is_asked_for_again() -> None:
    here = listing(held(1))
    here.results[roles.set_until] = TooLong()
    await here.press_elsewhere("roles.show:1")
    await here.press("roles.date:1")
    reply = await here.press("roles.endless")
    assert reply.text.startswith(WORDS("roles.too_long"))
    assert (reply.step, here.keep) == ("roles.date", {"id": 1})


@pytest.mark.parametrize("step", ["roles.end:1", "roles.date:1"])
async def test_a_role_is_kept_when_the_question_is_declined(step: str) -> None:
    here = listing(held(1))
    await here.press_elsewhere("roles.show:1")
    await here.press(step)
    reply = await here.press("roles.keep.cancel")
    assert (reply.text, here.done) == (WORDS("roles.kept"), [])


async def test_every_label_fits_on_an_old_phone() -> None:
    here = listing(held(1, who="Nguyễn Thị Hoàng Mai Phương Thảo"))
    here.stage.answers[candidates.waiting] = lambda actor: [candidate(who="Nguyễn Thị Hoàng Mai")]
    for reply in (
        await here.say("/vaitro"),
        await here.press_elsewhere("roles.show:1"),
        await here.press("roles.end:1"),
        await here.press_elsewhere("roles.invite"),
    ):
        assert all(len(label) <= 24 for label in labels(reply))
