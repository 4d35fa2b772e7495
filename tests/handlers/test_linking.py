"""One person's accounts in chat: a code here, the code there, a yes there and a yes here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from db import invitations, links, roles
from db.groups import CodeRefused
from db.links import Asked, Joined, NotOwn, Oneself, Over, Own, Parted, Roles, Said, Waiting
from handlers import dispatcher
from handlers.messages import Notice, Reply
from tests.handlers.desk import RESIDENT, WORDS, Desk, actions, labels
from tests.handlers.inputs import shipped
from tests.handlers.stage import Stage, message

CODE = "7KQM-3XRT"
HERE = Own(8, "sandbox-telegram", "Bà Lúa", 9)  # the account of the scene
THERE = Own(21, "sandbox-zalo", "Lúa", 30)
ASKED = Asked(6, 7, "vi", THERE)
JOINED = Joined(THERE, "Bà Lúa", (), ())
PARTED = Parted(THERE, 7, "Bà Lúa", (), ())
HEAD: Roles = (("village_head", "Thôn Bến Đò"), ("cadre", "Xã Sông Trăng"))
TITLES = "Trưởng thôn Bến Đò, Cán bộ xã Sông Trăng"
SAID = Said(6, "Bà Lúa", ("sandbox-telegram",))
ABOUT_THERE = {"platform": "Zalo", "who": "Lúa"}
DISPATCHER = dispatcher()


def desk(
    *,
    own: Sequence[Own] = (HERE,),
    waiting: Asked | None = None,
    code: str = "",
    brought: Roles = (),
    **more: Any,
) -> Desk:
    """`code`: the one that somebody may say."""
    here = Stage(shipped())
    here.answers[links.accounts] = lambda person_id: list(own)
    here.answers[links.waiting] = waiting
    here.answers[links.brought] = brought
    here.answers[links.open_among] = lambda codes, now: next(
        (one for one in codes if one.upper() == code), ""
    )
    here.answers[invitations.open_among] = ""
    here.answers[roles.admins] = 1
    played = Desk(RESIDENT, answers=here, dispatcher=DISPATCHER, **{"version": 1, **more})
    played.results |= {links.ask: CODE, links.say: SAID, links.agree: ASKED, links.spoil: None}
    played.results |= {links.join: JOINED, links.decline: THERE}
    played.results[links.part] = PARTED
    return played


@pytest.mark.parametrize("text", ["/lienket", "liên kết", "nối tài khoản", "noi tai khoan"])
async def test_whoever_wants_to_link_gets_a_code_and_a_warning(text: str) -> None:
    here = desk()
    reply = await here.say(text)
    assert reply.text == WORDS("linking.code", code=CODE)
    assert "ai có mã và được anh/chị đồng ý sẽ có hết quyền của anh/chị" in reply.text
    assert actions(reply) == ["start.menu"]
    assert here.done[0].verb is links.ask


async def test_it_is_in_the_main_menu() -> None:
    here = desk()
    assert "linking.open" in actions(await here.say("/start"))
    assert (await here.press("linking.open")).text == WORDS("linking.code", code=CODE)


async def test_in_a_group_no_code_is_given() -> None:
    here = desk(chat_kind="group")
    reply = await here.hear(message("/lienket", group=True))
    assert (reply.text, reply.stay, here.done) == (WORDS("people.private_only"), True, [])


@pytest.mark.parametrize("text", [CODE, "7kqm 3xrt", "/start 7KQM-3XRT", f"Mã của tôi là {CODE} ạ"])
async def test_who_says_the_code_is_asked_who_they_are(text: str) -> None:
    here = desk(code=CODE if "-" in text else "7KQM 3XRT")
    reply = await here.say(text)
    assert reply.text == WORDS("linking.said", who="Bà Lúa", platforms="Telegram")
    assert actions(reply) == ["linking.mine:6", "linking.wrong:6"]
    assert reply.step == "linking.said"


async def test_somebody_new_is_told_that_a_machine_speaks() -> None:
    reply = await desk(code=CODE, version=0).say(CODE)
    assert reply.text.endswith(WORDS("start.automatic"))


@pytest.mark.parametrize(
    ("error", "key"),
    [
        pytest.param(Oneself(), "linking.oneself", id="one's own account"),
        pytest.param(Waiting(), "linking.waiting", id="said before"),
        pytest.param(CodeRefused(), "roles.code_refused", id="said by another account"),
    ],
)
async def test_a_code_that_does_not_hold_is_refused_politely(error: Exception, key: str) -> None:
    here = desk(code=CODE)
    here.results[links.say] = error
    reply = await here.say(CODE)
    assert (reply.text, reply.stay) == (WORDS(key), True)


async def test_a_code_that_is_none_of_ours_may_be_an_invitation() -> None:
    here = desk()
    here.results[invitations.use] = CodeRefused()
    assert (await here.say(CODE)).text == WORDS("roles.code_refused")
    assert [one.verb for one in here.done] == [invitations.use]


@pytest.mark.parametrize("addressed", [True, False])
async def test_a_code_written_in_a_group_is_void(addressed: bool) -> None:
    here = desk(code=CODE, chat_kind="group")
    reply = await here.hear(message(f"mã đây: {CODE}", group=True, addressed=addressed))
    assert (reply.text, reply.stay) == (WORDS("linking.spoiled"), True)
    assert (here.done[0].verb, here.done[0].arguments["code"].upper()) == (links.spoil, CODE)


async def test_a_code_said_in_the_middle_of_a_report_waits_for_its_end() -> None:
    here = desk(code=CODE, step="feedback.what", keep={"what": "Đèn tắt"}, free_text=True)
    reply = await here.say(CODE)
    assert (reply.text, reply.stay, here.done) == (WORDS("linking.busy"), True, [])


@pytest.mark.parametrize("text", ["", "vâng ạ", "đúng rồi", "Đúng, là tôi", "phải"])
async def test_a_yes_there_asks_here(text: str) -> None:
    """By a press, or in words."""
    here = desk(code=CODE)
    await here.say(CODE)
    reply = await here.say(text) if text else await here.press("linking.mine:6")
    assert here.done[-1].arguments == {"link_id": 6}
    assert reply.text == WORDS("linking.agreed")
    (question,) = reply.notices
    assert question.text == WORDS("linking.asked", **ABOUT_THERE)
    assert (question.people, question.chat, question.code) == ((7,), None, "TK-6")
    assert [one.action for one in question.buttons] == ["linking.right:6", "linking.wrong:6"]


async def test_the_question_is_asked_in_the_language_of_who_hears_it() -> None:
    here = desk(code=CODE)
    here.results[links.agree] = ASKED._replace(language="en")
    await here.say(CODE)
    (question,) = (await here.press("linking.mine:6")).notices
    assert question.text == shipped().words("en")("linking.asked", **ABOUT_THERE)


@pytest.mark.parametrize("text", ["", "không phải", "khong", "sai rồi"])
async def test_a_no_there_ends_it_without_a_word_here(text: str) -> None:
    here = desk(code=CODE)
    here.results[links.decline] = HERE
    await here.say(CODE)
    reply = await here.say(text) if text else await here.press("linking.wrong:6")
    assert here.done[-1].verb is links.decline
    assert (reply.text, reply.notices) == (WORDS("linking.declined"), ())


async def test_who_has_a_role_is_warned_what_a_yes_gives_away_on_either_side() -> None:
    warning = WORDS("linking.warned", titles=TITLES)
    there = desk(code=CODE)
    there.results[links.say] = SAID._replace(roles=HEAD)
    there.results[links.agree] = ASKED._replace(roles=HEAD)
    reply = await there.say(CODE)
    assert reply.text.splitlines()[-1] == warning
    (question,) = (await there.press("linking.mine:6")).notices
    assert question.text.splitlines()[-1] == warning
    again = await desk(waiting=ASKED._replace(roles=HEAD)).say("liên kết")
    assert again.text == question.text


async def test_anything_else_asks_again() -> None:
    here = desk(code=CODE)
    await here.say(CODE)
    reply = await here.say("trời đẹp quá")
    assert (reply.text, reply.step) == (WORDS("roles.choose"), "linking.said")
    assert actions(reply) == ["linking.mine:6", "linking.wrong:6"]


async def test_a_yes_here_joins_and_tells_the_other_account() -> None:
    here = desk()
    reply = await here.press_elsewhere("linking.right:6")
    assert (here.done[0].verb, here.done[0].arguments) == (links.join, {"link_id": 6})
    assert reply.text == WORDS("linking.joined")
    (told,) = reply.notices
    assert (told.text, told.chat, told.people) == (WORDS("linking.joined_notice"), 30, ())


async def test_whoever_gives_roles_hears_of_an_account_more_that_holds_one() -> None:
    here = desk()
    here.results[links.join] = JOINED._replace(roles=HEAD, admins=(41, 42))
    reply = await here.press_elsewhere("linking.right:6")
    _, told = reply.notices
    assert (told.people, told.buttons) == ((41, 42), ())
    assert told.text == WORDS(
        "linking.joined_admins", who="Bà Lúa", platform="Zalo", account="Lúa", titles=TITLES
    )


async def test_a_no_here_tells_the_other_account() -> None:
    reply = await desk().press_elsewhere("linking.wrong:6")
    assert reply.text == WORDS("linking.declined")
    (told,) = reply.notices
    assert (told.text, told.chat) == (WORDS("linking.declined_notice"), 30)


@pytest.mark.parametrize("action", ["linking.right:6", "linking.wrong:6"])
async def test_what_is_decided_or_too_old_changes_nothing(action: str) -> None:
    here = desk()
    here.results[links.join] = here.results[links.decline] = Over()
    reply = await here.press_elsewhere(action)
    assert reply.text == WORDS("linking.over")
    assert actions(reply) == ["linking.add", "start.menu"]


async def test_the_answer_takes_nothing_from_what_is_being_written() -> None:
    here = desk(step="feedback.what", keep={"what": "Đèn tắt"}, free_text=True)
    reply = await here.press_elsewhere("linking.right:6")
    assert (reply.stay, reply.buttons) == (True, ())
    assert here.keep == {"what": "Đèn tắt"}


async def test_a_question_that_waits_is_asked_again() -> None:
    here = desk(waiting=ASKED)
    reply = await here.say("liên kết")
    assert reply.text == WORDS("linking.asked", **ABOUT_THERE)
    assert (await here.say("đúng")).text == WORDS("linking.joined")


async def test_who_has_several_accounts_sees_them_and_may_link_another() -> None:
    here = desk(own=(HERE, THERE))
    reply = await here.say("liên kết")
    assert reply.text.splitlines() == [
        WORDS("linking.list"),
        WORDS("linking.line_here", platform="Telegram", who="Bà Lúa"),
        WORDS("linking.line", **ABOUT_THERE),
    ]
    assert actions(reply) == ["linking.part:8", "linking.part:21", "linking.add", "start.menu"]
    assert all(len(label) <= 24 for label in labels(reply))
    assert (await here.press("linking.add")).text == WORDS("linking.code", code=CODE)


async def test_a_long_name_fits_its_button() -> None:
    reply = await desk(own=(HERE, THERE._replace(name="Nguyễn Thị Tên Rất Dài"))).say("liên kết")
    assert max(len(label) for label in labels(reply)) == 24


@pytest.mark.parametrize("text", ["", "Gỡ tài khoản này", "vâng", "chắc chắn"])
async def test_an_account_is_taken_away_after_a_question(text: str) -> None:
    here = desk(own=(HERE, THERE))
    asked = await here.press_elsewhere("linking.part:21")
    assert (asked.text, here.done) == (WORDS("linking.part_sure", **ABOUT_THERE), [])
    reply = await here.say(text) if text else await here.press("linking.parted:21")
    assert here.done[0].arguments == {"account_id": 21}
    assert reply.text == WORDS("linking.parted", **ABOUT_THERE)
    assert reply.notices == (Notice(WORDS("linking.parted_notice"), chat=30),)


async def test_of_the_account_one_writes_with_the_other_hears() -> None:
    here = desk(own=(HERE, THERE))
    here.results[links.part] = PARTED._replace(account=HERE)
    await here.press_elsewhere("linking.part:8")
    reply = await here.press("linking.parted:8")
    assert reply.notices == (Notice(reply.text, people=(7,)),)
    assert reply.text == WORDS("linking.parted", platform="Telegram", who="Bà Lúa")


async def test_the_roles_that_it_takes_along_are_named_to_everybody_concerned() -> None:
    here = desk(own=(HERE, THERE), brought=HEAD)
    here.results[links.part] = PARTED._replace(roles=HEAD, admins=(41,))
    asked = await here.press_elsewhere("linking.part:21")
    assert asked.text.splitlines()[-1] == WORDS("linking.part_roles", titles=TITLES)
    reply = await here.press("linking.parted:21")
    line = WORDS("linking.parted_roles", titles=TITLES)
    theirs, admins = reply.notices
    assert [reply.text.splitlines()[-1], theirs.text.splitlines()[-1]] == [line, line]
    assert (theirs.chat, admins.people) == (30, (41,))
    assert admins.text == WORDS(
        "linking.parted_admins", who="Bà Lúa", platform="Zalo", account="Lúa", titles=TITLES
    )


@pytest.mark.parametrize("text", ["không", "giữ lại", "Không, giữ lại"])
async def test_or_it_stays(text: str) -> None:
    here = desk(own=(HERE, THERE))
    await here.press_elsewhere("linking.part:21")
    assert ((await here.say(text)).text, here.done) == (WORDS("roles.kept"), [])


@pytest.mark.parametrize(
    ("own", "number"), [((HERE,), 8), ((HERE, THERE), 99)], ids=["the last one", "not one's own"]
)
async def test_an_account_that_is_gone_cannot_be_taken_away(own: Any, number: int) -> None:
    here = desk(own=own)
    assert (await here.press_elsewhere(f"linking.part:{number}")).text == WORDS("linking.gone")


async def test_nor_one_that_went_meanwhile() -> None:
    here = desk(own=(HERE, THERE))
    here.results[links.part] = NotOwn()
    await here.press_elsewhere("linking.part:21")
    reply: Reply = await here.press("linking.parted:21")
    assert reply.text == WORDS("linking.gone")
