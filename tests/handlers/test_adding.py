"""Whoever wants to add a group is told every bot that can, whichever they are talking to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from db import bots, groups, invitations
from db.bots import AtWork
from db.groups import Code
from db.invitations import ForGroup
from handlers.messages import Reply
from tests.handlers.desk import CADRE, WORDS, Desk, actions

CODE = "7KQM-3XRT"
HOUSEHOLDS = "groups.segment:households"
HERE = AtWork(1, "thon", "telegram", 40)  # the bot that is talked to
FIRST, SECOND, NEW = (
    AtWork(2, "zalo-a", "zalo", 3),
    AtWork(3, "zalo-b", "zalo", 2),
    AtWork(4, "zalo-c", "zalo", 0),
)
MENTIONS = {1: "@thon_bot", 2: "@Bot A", 3: "@Bot B", 4: ""}


def desk(ways: Sequence[AtWork]) -> Desk:
    """A cadre about to say whom the group is for."""
    desk = Desk(CADRE, step="groups.segment", keep={"place": 3}, buttons=(("Hộ dân", HOUSEHOLDS),))
    desk.stage.mention = "@thon_bot"
    desk.stage.mentions = {one.id: MENTIONS[one.id] for one in ways}
    desk.stage.answers[bots.at_work] = lambda ids: [one for one in ways if one.id in ids]
    desk.results[groups.ask_code] = Code(CODE, "Thôn Bến")
    return desk


async def asked(*ways: AtWork) -> Reply:
    return await desk(ways).press(HOUSEHOLDS)


async def test_the_bots_of_both_platforms_are_named_each_with_its_line() -> None:
    reply = await asked(SECOND, HERE)
    lines = reply.text.splitlines()
    assert {f"@thon_bot đăng ký {CODE}", f"đăng ký {CODE} Tên nhóm"} <= set(lines)
    told = [line for line in lines if line.startswith("Nhóm ")]
    assert [line.partition(":")[0] for line in told] == ["Nhóm Telegram", "Nhóm Zalo"]
    assert "“Bot B”" in told[1]
    assert "groups.hand" not in actions(reply)


async def test_the_bot_alone_speaks_of_itself() -> None:
    told = {"code": CODE, "place": "Thôn Bến", "segment": "Hộ dân", "mention": "@thon_bot"}
    assert (await asked(HERE)).text == WORDS("groups.code_at", **told)


async def test_a_bot_in_all_its_groups_is_named_last_and_not_to_be_added() -> None:
    reply = await asked(FIRST, SECOND)
    assert reply.text.index("“Bot B”") < reply.text.index("“Bot A” đã đủ 3 nhóm")
    assert reply.text.count(f"đăng ký {CODE}") == 1
    assert "groups.hand" not in actions(reply)


async def test_where_a_platform_has_no_bot_with_room_carrying_by_hand_is_offered() -> None:
    reply = await asked(HERE, FIRST)
    assert "“Bot A” đã đủ 3 nhóm" in reply.text
    assert f"đăng ký {CODE} Tên nhóm" in reply.text.splitlines()  # some plans give more
    assert actions(reply)[0] == "groups.hand"


async def test_where_every_bot_is_full_that_is_said_before_a_code_is_made() -> None:
    here = desk((FIRST,))
    here.scene = replace(here.scene, step="", buttons=(("Thêm nhóm", "groups.add"),))
    reply = await here.press("groups.add")
    assert "“Bot A” đã đủ 3 nhóm" in reply.text
    assert actions(reply)[0] == "groups.hand"
    assert (await here.press("groups.place:3")).step == "groups.segment"


async def test_where_one_bot_has_room_a_code_is_begun_at_once() -> None:
    here = desk((FIRST, SECOND))
    here.scene = replace(here.scene, step="", buttons=(("Thêm nhóm", "groups.add"),))
    assert (await here.press("groups.add")).step in ("groups.place", "groups.segment")


async def test_a_full_bot_says_so_of_itself() -> None:
    assert "“Bot A” đã đủ 3 nhóm" in (await asked(FIRST)).text


async def test_a_bot_that_does_not_know_yet_what_it_is_called_goes_by_the_settings() -> None:
    reply = await asked(HERE, NEW)
    assert WORDS("groups.way_typed", platform="Zalo", bot="zalo-c", code=CODE) in reply.text


async def test_a_groups_code_said_in_private_comes_back_with_the_line_of_every_bot() -> None:
    here = desk((HERE, SECOND))
    here.results[invitations.use] = ForGroup()
    lines = (await here.say(f"đăng ký {CODE}")).text.splitlines()
    assert {f"@thon_bot đăng ký {CODE}", f"đăng ký {CODE} Tên nhóm"} <= set(lines)


@pytest.mark.parametrize(
    ("ways", "key"), [((HERE,), "groups.how_to_tie_at"), ((HERE, SECOND), "groups.how_to_tie")]
)
async def test_who_asks_how_in_private_is_told_one_bots_name_only_where_there_is_one(
    ways: Sequence[AtWork], key: str
) -> None:
    said = {"mention": "@thon_bot"} if len(ways) == 1 else {}
    assert (await desk(ways).say("đăng ký")).text == WORDS(key, **said)
