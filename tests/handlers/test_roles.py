"""Roles in chat: listed, given by invitation with a second word, dated and ended."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import candidates, invitations, places, roles
from db.candidates import Candidate, Decided
from db.groups import CodeRefused
from db.invitations import ForGroup, HasRole, Invited, InviterGone, NotThere, Over, Used, Waiting
from db.permissions import NotAllowed
from db.places import Spot
from db.roles import Held, LastAdmin, NoSuchRole
from db.scene import Grant
from handlers import announcements, start
from handlers import groups as group_talk
from handlers import roles as role_talk
from handlers.messages import Message, Notice, Reply
from handlers.router import Dispatcher
from tests.handlers.desk import (
    APPROVER,
    BEN,
    COMMUNE,
    HEAD,
    RESIDENT,
    SPOTS,
    WORDS,
    Desk,
    actions,
    fallback,
    labels,
    stage,
    stale,
)
from tests.handlers.inputs import MESSAGES, shipped
from tests.handlers.stage import NOW, message

ADMIN = (Grant("admin", COMMUNE.id, COMMUNE.path),)
CODE = "7KQM-3XRT"
HEAD_OF_BEN = "Trưởng thôn Bến"
NEW_YEAR = datetime(2026, 12, 31, 17, tzinfo=UTC)  # the end of 31/12 in the village
DISPATCHER = Dispatcher(
    [start.router, announcements.router, role_talk.router, group_talk.router],
    fallback=fallback,
    stale=stale,
    ask_first=start.ask_first,
)


def _below(path: str, kind: str | None = None) -> list[Spot]:
    return [s for s in SPOTS if s.path.startswith(path) and kind in (None, s.kind)]


def desk(grants: tuple[Grant, ...] = ADMIN, **more: Any) -> Desk:
    here = stage()
    here.answers[places.below] = _below
    here.answers[roles.held] = lambda actor: []
    here.answers[candidates.waiting] = lambda actor: []
    return Desk(grants, answers=here, dispatcher=DISPATCHER, **more)


def held(number: int = 1, **more: Any) -> Held:
    values: dict[str, Any] = {
        "id": number,
        "person_id": 40 + number,
        "who": f"Ông {number}",
        "language": "vi",
        "role": "village_head",
        "place": "Thôn Bến",
        "path": BEN.path,
        "since": NOW,
        "until": None,
        **more,
    }
    return Held(**values)


def candidate(**more: Any) -> Candidate:
    values: dict[str, Any] = {
        "id": 6,
        "role": "village_head",
        "place": "Thôn Bến",
        "until": None,
        "person_id": 41,
        "who": "Ông Tre",
        "language": "vi",
        **more,
    }
    return Candidate(**values)


def used(**more: Any) -> Used:
    values: dict[str, Any] = {
        "id": 6,
        "role": "village_head",
        "place": "Thôn Bến",
        "until": None,
        "inviter": 5,
        "who": "Ông Tre",
        "platform": "sandbox-zalo",
        "grant": None,
        **more,
    }
    return Used(**values)


def listing(*found: Held, **more: Any) -> Desk:
    here = desk(**more)
    here.stage.answers[roles.held] = lambda actor: list(found)
    here.stage.answers[roles.read] = lambda actor, id: next(one for one in found if one.id == id)
    return here


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
@pytest.mark.parametrize("action", ["roles.menu", "roles.invite", "roles.candidate:6"])
async def test_roles_are_for_admins(grants: tuple[Grant, ...], action: str) -> None:
    reply = await desk(grants).press_elsewhere(action)
    assert (reply.text, actions(reply)) == (WORDS("roles.not_allowed"), ["start.menu"])


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
    [(NotAllowed("role:grant"), "roles.not_allowed"), (NotThere(), "roles.no_place")],
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


async def test_the_question_about_a_candidate_takes_nothing_from_what_is_being_written() -> None:
    here = desk(step="announcements.text", keep={"body": "Mất nước"}, free_text=True)
    here.results[candidates.accept] = candidate()
    reply = await here.press_elsewhere("roles.right:6")
    assert (reply.stay, reply.buttons) == (True, ())
    assert here.keep == {"body": "Mất nước"}


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


@settings(max_examples=60, deadline=None)
@given(step=st.sampled_from(["place", "until"]), heard=MESSAGES)
def test_nothing_anybody_sends_ends_in_a_dead_end(step: str, heard: Message) -> None:
    here = asked(step)
    here.stage.answers[roles.held] = lambda actor: [held(1, since=NOW - timedelta(days=1))]
    reply = asyncio.run(here.hear(heard))
    assert isinstance(reply, Reply)
    assert reply.text
    assert [action for _, action in here.scene.buttons]
