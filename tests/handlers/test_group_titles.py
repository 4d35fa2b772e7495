"""A code ties a group whose platform tells no title, and what stands behind it is its name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.platforms.mention import without_mention
from bot.platforms.zalo import facts
from db import groups, invitations
from db.groups import Tied
from handlers.groups import talk as group_talk
from handlers.groups.adding import MOST
from handlers.messages import Button, Chat, Effect, Outcome, Reply
from handlers.router import Dispatcher
from tests.handlers.desk import BEN, RESIDENT, WORDS, ask_first, fallback, stage, stale
from tests.handlers.stage import message, scene

CODE = "7KQM-3XRT"
DISPATCHER = Dispatcher([group_talk.router], fallback=fallback, stale=stale, ask_first=ask_first)
TOLD = {"place": "Thôn Bến", "segment": "Hộ dân"}


async def heard(text: str, title: str = "", *, living: bool = False, **more: Any) -> Outcome:
    """`title`: as the platform tells it; `living`: the code may still be used."""
    here = stage()
    here.answers[invitations.open_among] = ""
    here.answers[groups.open_among] = lambda codes, now: CODE.lower() if living else ""
    here.mention = "@Bot Loa Làng"
    said = replace(message(text, group=True), chat=Chat("zgr-1", "group", title))
    there = scene(grants=RESIDENT, chat_kind="group", **more)
    return await DISPATCHER.dispatch(said, here.context(there))


NAMED = [
    ("behind_the_code", f"{CODE} Hộ dân thôn Đoài", "Hộ dân thôn Đoài"),
    ("with_the_word", f"Đăng ký {CODE} Hộ dân thôn Đoài", "Hộ dân thôn Đoài"),
    ("without_its_dash", "đăng ký 7kqm3xrt Hộ dân thôn Đoài", "Hộ dân thôn Đoài"),
    ("with_spaces", "7KQM 3XRT  Hộ dân \n thôn Đoài ", "Hộ dân thôn Đoài"),
    ("after_a_colon", f"{CODE}: “Hộ dân thôn Đoài”", "Hộ dân thôn Đoài"),
    ("after_a_dash", f"{CODE} - Xóm 3 (thôn Đoài)", "Xóm 3 (thôn Đoài)"),
    ("after_the_mention", f"{CODE} @Bot Loa Làng Xóm Chài", "Xóm Chài"),
    ("with_the_mention_within", f"đăng ký @Bot Loa Làng {CODE}", ""),
    ("named_by_a_number", f"đăng ký {CODE} Tổ 7", "Tổ 7"),
    ("small_words_alone", f"{CODE} giúp em với ạ", ""),
    ("a_thank_you", f"đăng ký {CODE} nhé, cảm ơn", ""),
    ("nothing", CODE, ""),
    ("very_long", f"{CODE} {'Xóm ' * 20}", " ".join(["Xóm"] * 15)),
]


@pytest.mark.parametrize(
    ("text", "title"), [case[1:] for case in NAMED], ids=[case[0] for case in NAMED]
)
async def test_what_stands_behind_the_code_is_the_groups_name(text: str, title: str) -> None:
    effect = await heard(text)
    assert isinstance(effect, Effect)
    assert effect.verb is invitations.said_in_group
    assert effect.arguments["code"].replace(" ", "").replace("-", "") == "7kqm3xrt"
    assert effect.arguments["title"] == title


INSTRUCTION = WORDS("groups.way_typed", code=CODE, platform="Zalo", bot="Bot Loa Làng")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(INSTRUCTION, "", id="as it was told"),
        pytest.param(INSTRUCTION.replace(f"{CODE} Tên nhóm", f"{CODE} Xóm 3"), "Xóm 3", id="named"),
        pytest.param(f"Nhập mã {CODE}\nCảm ơn", "", id="on several lines"),
        pytest.param(f"đăng ký {CODE} Tên nhóm", "", id="the line alone"),
    ],
)
async def test_a_whole_message_copied_ties_as_well(text: str, title: str) -> None:
    effect = await heard(text, living=True)
    assert isinstance(effect, Effect)
    assert effect.arguments["title"] == title


@pytest.mark.parametrize(
    "text",
    [
        f"@Bot Loa Làng {CODE}",
        "@Bot Loa Làng: 7kqm3xrt Xóm Chài",
        f"@bot loa làng đăng ký {CODE} Xóm Chài",
        f"{CODE} @Bot Loa Làng",
        "đăng ký 7KQM 3XRT, @Bot Loa Làng",
    ],
)
async def test_the_bots_name_may_stand_before_the_code_or_behind(text: str) -> None:
    effect = await heard(without_mention(text, "@Bot Loa Làng"))
    assert isinstance(effect, Effect)
    assert effect.arguments["title"] == ("Xóm Chài" if "Chài" in text else "")


async def test_where_the_platform_tells_the_title_other_words_are_asked_about() -> None:
    reply = await heard(f"{CODE} Hộ dân thôn Đoài", "Nhóm thôn Đoài")
    assert isinstance(reply, Reply)
    assert reply.text == WORDS("groups.how_to_write_at", mention="@Bot Loa Làng", code=CODE)
    effect = await heard(CODE, "Nhóm thôn Đoài")
    assert isinstance(effect, Effect)
    assert effect.arguments["title"] == ""


@pytest.mark.parametrize(
    "text", ["29H2-3456 chắn lối", "mai họp 7KQM-3XRT", "2345-6789 gọi số này", "bà con ơi"]
)
async def test_talk_in_a_tied_group_is_no_code(text: str) -> None:
    reply = await heard(text, chat_place_id=BEN.id)
    assert isinstance(reply, Reply)
    assert reply.text == "nobody claims this"


async def test_a_group_that_is_tied_moves_by_a_new_code_and_name() -> None:
    effect = await heard(f"đăng ký {CODE} Xóm Chài", chat_place_id=BEN.id)
    assert isinstance(effect, Effect)
    assert effect.arguments["title"] == "Xóm Chài"


async def news(tied: Tied) -> tuple[str, tuple[Button, ...], str]:
    """What is told to whoever asked for the code."""
    effect = await heard(CODE)
    assert isinstance(effect, Effect)
    (notice,) = effect.say(tied).notices
    assert notice.people == (5,)
    first = WORDS("groups.tied_notice", group=tied.group, **TOLD)
    assert notice.text.startswith(first)
    return notice.text.removeprefix(first).strip(), notice.buttons, notice.code


TIED = Tied("Thôn Bến", "households", False, "Hộ dân Thôn Bến", 5, chat_id=9, platform="zalo")


async def test_a_name_made_up_comes_with_the_way_to_the_right_one() -> None:
    text, buttons, code = await news(TIED._replace(made_up=True))
    assert text == WORDS("groups.made_up")
    assert buttons == (Button("Đổi tên", "groups.rename:9"),)
    assert code == "NH-9"


async def test_what_is_carried_by_hand_for_the_same_people_is_offered_to_be_untied() -> None:
    text, buttons, _ = await news(TIED._replace(by_hand=((3, "Xóm Chài"), (4, "x" * 40))))
    titles = f"“Xóm Chài”, “{'x' * 40}”"
    assert text == WORDS("groups.twins", titles=titles)
    assert buttons[0] == Button("Gỡ Xóm Chài", "groups.untie:3")
    assert all(len(button.label) <= 24 for button in buttons)


@pytest.mark.parametrize(
    ("platform", "number", "warned"),
    [("zalo", 3, False), ("zalo", 4, True), ("telegram", 40, False), ("sandbox-zalo", 9, False)],
)
async def test_who_ties_more_groups_than_the_plan_allows_is_warned(
    platform: str, number: int, warned: bool
) -> None:
    text, buttons, code = await news(TIED._replace(platform=platform, tied_by=number))
    assert text == (WORDS("groups.too_many", count=number, most=3) if warned else "")
    assert (buttons, code) == ((), "")


def test_the_plan_is_the_one_that_the_platform_is_said_to_have() -> None:
    assert {"zalo": facts.MOST_GROUPS} == MOST
