"""Who uses a code waits for a second word, and gets the role or a kind no."""

from __future__ import annotations

from typing import Any

import pytest

from db import candidates, invitations
from db.candidates import Candidate, Decided
from db.groups import CodeRefused
from db.invitations import ForGroup, HasRole, InviterGone, Oneself, Over, Waiting
from db.roles import TooLong
from handlers.messages import Notice
from tests.handlers.desk import RESIDENT, WORDS, Desk, actions
from tests.handlers.inputs import shipped
from tests.handlers.office import (
    ADMIN,
    CODE,
    HEAD_OF_BEN,
    NEW_YEAR,
    candidate,
    desk,
    used,
)


async def test_who_uses_a_code_waits_and_the_inviter_is_asked() -> None:
    here = desk(RESIDENT, version=1)
    here.results[invitations.use] = used()
    reply = await here.say(CODE)
    assert (reply.text, reply.stay) == (WORDS("roles.used", title=HEAD_OF_BEN), True)
    (notice,) = reply.notices
    assert notice.text == WORDS("roles.asked", who="Ông Tre", platform="Zalo", title=HEAD_OF_BEN)
    assert [button.action for button in notice.buttons] == ["roles.right:6", "roles.wrong:6"]
    assert (notice.people, notice.code, notice.careful) == ((5,), "VT-6", True)


async def test_somebody_new_is_told_that_a_machine_speaks() -> None:
    here = desk(RESIDENT)
    here.results[invitations.use] = used(who="")
    reply = await here.say(CODE)
    assert reply.text.endswith(WORDS("start.automatic"))
    assert WORDS("roles.nameless") in reply.notices[0].text


async def test_the_first_admin_gets_their_menu_at_once() -> None:
    here = desk(RESIDENT)
    here.results[invitations.use] = used(role="admin", place="Xã Mẫu", inviter=None, grant=ADMIN[0])
    reply = await here.say(CODE)
    assert "Từ nay anh/chị là Quản trị xã Mẫu" in reply.text
    assert {"announcements.new", "groups.menu"} <= set(actions(reply))
    assert reply.notices == ()


@pytest.mark.parametrize(
    ("error", "key"),
    [
        pytest.param(ForGroup(), "groups.code_in_private", id="a group's code"),
        pytest.param(HasRole(), "roles.has_role", id="has the role"),
        pytest.param(Waiting(), "roles.still_waiting", id="used by them before"),
        pytest.param(InviterGone(), "roles.inviter_gone", id="the inviter lost the right"),
        pytest.param(Oneself(), "roles.not_oneself", id="one's own code"),
        pytest.param(Over(), "roles.over", id="the role would be over"),
        pytest.param(CodeRefused(), "roles.code_refused", id="unknown, old or another's"),
    ],
)
async def test_a_code_that_does_not_hold_is_refused_politely(error: Exception, key: str) -> None:
    here = desk(RESIDENT)
    here.results[invitations.use] = error
    reply = await here.say(CODE)
    assert (reply.text, reply.stay) == (WORDS(key), True)


async def test_the_right_person_gets_the_role_and_what_they_can_do_now() -> None:
    here = desk()
    here.results[candidates.accept] = candidate(until=NEW_YEAR)
    reply = await here.press_elsewhere("roles.right:6")
    assert here.done[0].arguments == {"invitation_id": 6}
    assert reply.text == WORDS("roles.accepted", who="Ông Tre", title=HEAD_OF_BEN)
    (notice,) = reply.notices
    assert notice.people == (41,)
    assert notice.text == WORDS(
        "roles.granted_until",
        title=HEAD_OF_BEN,
        until="31/12/2026",
        can=WORDS("roles.can_village_head"),
    )
    offered = {button.action for button in notice.buttons}
    assert {"announcements.new", "tickets.inbox", "groups.menu"} <= offered


async def test_the_new_one_is_told_in_their_language() -> None:
    here = desk()
    here.results[candidates.accept] = candidate(language="en")
    (notice,) = (await here.press_elsewhere("roles.right:6")).notices
    english = shipped().words("en")
    assert notice.text == english(
        "roles.granted", title="head of thôn Bến", can=english("roles.can_village_head")
    )
    assert english("start.announce") in [button.label for button in notice.buttons]


async def test_the_wrong_person_is_told_kindly() -> None:
    here = desk()
    here.results[candidates.refuse] = candidate()
    reply = await here.press_elsewhere("roles.wrong:6")
    assert reply.text == WORDS("roles.refused")
    told = WORDS("roles.not_granted", title=HEAD_OF_BEN)
    assert reply.notices == (Notice(told, people=(41,)),)


@pytest.mark.parametrize("action", ["roles.right:6", "roles.wrong:6"])
async def test_a_second_word_changes_nothing(action: str) -> None:
    here = desk()
    here.results[candidates.accept] = here.results[candidates.refuse] = Decided()
    assert (await here.press_elsewhere(action)).text == WORDS("roles.decided")


async def test_a_role_longer_than_ones_own_is_for_another_admin_to_confirm() -> None:
    here = desk()
    here.results[candidates.accept] = TooLong()
    reply = await here.press_elsewhere("roles.right:6")
    assert reply.text == WORDS("roles.longer_than_yours")


async def test_nobody_confirms_themselves() -> None:
    here = desk()
    here.results[candidates.accept] = Oneself()
    reply = await here.press_elsewhere("roles.right:6")
    assert reply.text == WORDS("roles.not_oneself")


async def test_the_question_about_a_candidate_takes_nothing_from_what_is_being_written() -> None:
    here = desk(step="announcements.text", keep={"body": "Mất nước"}, free_text=True)
    here.results[candidates.accept] = candidate()
    reply = await here.press_elsewhere("roles.right:6")
    assert (reply.stay, reply.buttons) == (True, ())
    assert here.keep == {"body": "Mất nước"}


def waited(*found: Candidate, **more: Any) -> Desk:
    here = desk(**more)
    here.stage.answers[candidates.waiting] = lambda actor: list(found)
    here.results[candidates.accept] = here.results[candidates.refuse] = candidate()
    return here


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("dung roi", "accepted", id="right, without marks"),
        pytest.param("Đúng người ạ", "accepted", id="the right person"),
        pytest.param("không phải", "refused", id="no"),
        pytest.param("nhầm người rồi", "refused", id="the wrong person"),
    ],
)
async def test_the_only_candidate_is_decided_on_in_words(text: str, key: str) -> None:
    reply = await waited(candidate()).say(text)
    told = {"who": "Ông Tre", "title": HEAD_OF_BEN} if key == "accepted" else {}
    assert reply.text == WORDS(f"roles.{key}", **told)


@pytest.mark.parametrize("text", ["vâng ạ", "thôi", "dong y"])
async def test_a_word_that_may_mean_anything_asks_about_the_candidate_again(text: str) -> None:
    here = waited(candidate())
    reply = await here.say(text)
    assert reply.text == WORDS("roles.waiting", who="Ông Tre", title=HEAD_OF_BEN)
    assert here.done == []
    assert (await here.say("dạ vâng")).text.startswith("Đã giao")


async def test_nobody_gives_a_role_in_passing_to_whom_another_admin_invited() -> None:
    here = waited(candidate(inviter=5))
    assert (await here.say("đúng rồi")).step == "roles.candidate"
    assert here.done == []


async def test_of_several_candidates_one_is_named_first() -> None:
    here = waited(candidate(), candidate(id=7, who="Bà Lúa"))
    reply = await here.say("đúng người")
    assert reply.text.startswith(WORDS("roles.whom"))
    assert actions(reply)[:2] == ["roles.candidate:6", "roles.candidate:7"]
    await here.press("roles.candidate:7")
    await here.say("không phải")
    assert here.done[0].arguments == {"invitation_id": 7}


async def test_the_question_about_a_candidate_stands_until_it_is_answered() -> None:
    here = waited(candidate())
    await here.press_elsewhere("roles.candidate:6")
    assert (await here.say("trời đẹp quá")).step == "roles.candidate"


@pytest.mark.parametrize(
    ("found", "more"),
    [
        pytest.param((), {}, id="nobody waits"),
        pytest.param((candidate(),), {"grants": RESIDENT}, id="no admin"),
        pytest.param((candidate(),), {"chat_kind": "group"}, id="in a group"),
    ],
)
async def test_elsewhere_yes_is_just_a_word(found: tuple[Candidate, ...], more: Any) -> None:
    reply = await waited(*found, **more).say("đúng rồi")
    assert reply.text == "nobody claims this"
