"""Who carries a group's announcements is shown and changed; a group without a title is named."""

from __future__ import annotations

from typing import Any

import pytest

from db import groups, keepers
from db.group_health import Group
from db.groups import NoSuchGroup, NotKeeper
from db.keepers import Appointed, Keeper
from handlers.messages import Notice
from tests.handlers.desk import BEN, CADRE, WORDS, Desk, actions, labels
from tests.handlers.stage import NOW
from tests.handlers.test_groups_by_hand import DISPATCHER, LUA, ME, NHAP

HAND = Group(
    1,
    "Xóm Chài",
    "households",
    BEN.id,
    BEN.name,
    BEN.path,
    "hand",
    NOW,
    "",
    keeper_id=5,
    keeper="Bà Lúa",
)
ZALO = HAND._replace(platform="zalo", keeper_id=None, keeper="")
NOBODY = HAND._replace(keeper_id=None, keeper="")


def desk(group: Group = HAND, *found: Keeper) -> Desk:
    here = Desk(CADRE, dispatcher=DISPATCHER)
    here.stage.answers[groups.overview] = lambda actor: [group]
    here.stage.answers[groups.read] = lambda actor, id: group
    here.stage.answers[keepers.possible] = lambda actor, place: list(found or (LUA, NHAP, ME))
    here.results[keepers.appoint] = Appointed(group.title, group.by_hand, group.keeper_id)
    return here


LINES = [
    ("carried", HAND, "• Xóm Chài (Thôn Bến, Hộ dân, chuyển tay: Bà Lúa): tin gần nhất tới lúc"),
    ("waiting", HAND._replace(handed=True), "): tin gần nhất chưa ai báo đã chuyển"),
    ("not_yet", HAND._replace(arrived=None), "): chưa có tin nào tới"),
    ("nobody", NOBODY, "⚠ Xóm Chài (Thôn Bến, Hộ dân, chuyển tay, chưa có người chuyển): "),
    ("failed", HAND._replace(error="OSError"), "): tin gần nhất chưa tới"),
    (
        "aloud",
        HAND._replace(title="Loa truyền thanh thôn Bến", segment="loudspeaker"),
        "• Loa truyền thanh thôn Bến (chuyển tay: Bà Lúa): ",
    ),
    ("taken_over", ZALO._replace(handed=True), "Zalo): tin gần nhất chưa ai báo đã chuyển"),
]


@pytest.mark.parametrize(
    ("group", "line"), [case[1:] for case in LINES], ids=[case[0] for case in LINES]
)
async def test_the_list_says_who_carries_by_hand_and_whether_they_did(
    group: Group, line: str
) -> None:
    assert line in (await desk(group).say("/nhom")).text.splitlines()[1]


async def test_what_is_carried_by_hand_is_shown_with_its_keeper() -> None:
    reply = await desk().press_elsewhere("groups.show:1")
    assert "Người chuyển: Bà Lúa" in reply.text.splitlines()
    assert labels(reply)[:3] == ["Đổi người chuyển", "Đổi tên", "Gỡ nhóm"]
    reply = await desk(NOBODY).press_elsewhere("groups.show:1")
    assert reply.text.endswith(WORDS("groups.advice_nobody"))
    assert labels(reply)[0] == "Chọn người chuyển"


async def test_a_bots_group_may_have_a_keeper_for_when_the_bot_cannot_write() -> None:
    group = ZALO._replace(keeper_id=5, keeper="Bà Lúa")
    reply = await desk(group).press_elsewhere("groups.show:1")
    assert reply.text.endswith(WORDS("groups.kept_by", keeper="Bà Lúa"))
    assert labels(reply)[:2] == ["Đổi người chuyển", "Đổi tên"]
    reply = await desk(group._replace(standing="out")).press_elsewhere("groups.show:1")
    assert "Bà Lúa" not in reply.text


async def test_another_keeper_is_chosen_and_both_are_told() -> None:
    here = desk()
    reply = await here.press_elsewhere("groups.keeper:1")
    assert labels(reply) == ["Tôi", "Bà Lúa", "Cô Nháp", "Thôi"]
    reply = await here.say("cô nháp")
    assert here.done[-1].arguments == {"chat_id": 1, "keeper_id": 6}
    assert reply.text == WORDS("groups.keeper_set", keeper="Cô Nháp", title="Xóm Chài")
    assert reply.notices == (
        Notice(WORDS("groups.keeper_asked", title="Xóm Chài"), people=(6,)),
        Notice(WORDS("groups.keeper_relieved", title="Xóm Chài"), people=(5,)),
    )
    assert actions(reply)[0] == "groups.show:1"


@pytest.mark.parametrize(
    ("chosen", "was", "told"),
    [
        pytest.param(7, 5, [5], id="oneself"),
        pytest.param(5, 5, [], id="the same"),
        pytest.param(5, 7, [5], id="instead of oneself"),
        pytest.param(5, None, [5], id="the first"),
    ],
)
async def test_nobody_hears_what_they_did_themselves(
    chosen: int, was: int | None, told: list[int]
) -> None:
    here = desk(HAND._replace(keeper_id=was))
    here.results[keepers.appoint] = Appointed("Xóm Chài", True, was)
    await here.press_elsewhere("groups.keeper:1")
    reply = await here.press(f"groups.keeper_of:{chosen}")
    assert [person for notice in reply.notices for person in notice.people] == told


async def test_a_bots_group_may_do_without_a_keeper() -> None:
    here = desk(ZALO._replace(keeper_id=5, keeper="Bà Lúa"))
    await here.press_elsewhere("groups.keeper:1")
    assert here.scene.buttons[-2][1] == "groups.keeper_of:0"
    reply = await here.say("không cần ai")
    assert here.done[-1].arguments == {"chat_id": 1, "keeper_id": None}
    assert reply.text == WORDS("groups.keeper_none", title="Xóm Chài")
    assert [notice.people for notice in reply.notices] == [(5,)]


async def test_the_keeper_of_a_bots_group_is_asked_for_when_it_cannot_write() -> None:
    here = desk(ZALO)
    assert "groups.keeper_of:0" not in actions(await here.press_elsewhere("groups.keeper:1"))
    reply = await here.press("groups.keeper_of:6")
    assert reply.text == WORDS("groups.keeper_beside", title="Xóm Chài", keeper="Cô Nháp")
    assert reply.notices[0].text == WORDS("groups.keeper_asked_beside", title="Xóm Chài")


@pytest.mark.parametrize("while_it_was_done", [False, True])
async def test_somebody_who_may_not_carry_is_not_chosen(while_it_was_done: bool) -> None:
    here = desk()
    await here.press_elsewhere("groups.keeper:1")
    if while_it_was_done:
        here.results[keepers.appoint] = NotKeeper()
    else:
        here.stage.answers[keepers.possible] = lambda actor, place: [ME]
    reply = await here.press("groups.keeper_of:6")
    assert reply.text.startswith(WORDS("groups.not_keeper"))
    assert reply.step == "groups.keeper"


async def test_what_is_carried_by_hand_is_untied_in_words_of_its_own() -> None:
    here = desk()
    here.results[groups.untie] = groups.Untied("Xóm Chài", "Thôn Bến", True)
    reply = await here.press_elsewhere("groups.untie:1")
    told = {"title": "Xóm Chài", "place": "Thôn Bến"}
    assert reply.text == WORDS("groups.untie_sure_by_hand", **told)
    assert (await here.press("groups.untied:1")).text == WORDS("groups.untied_by_hand", **told)


@pytest.mark.parametrize("group", [HAND, ZALO], ids=["hand", "zalo"])
async def test_a_group_whose_platform_tells_no_title_is_renamed(group: Group) -> None:
    here = desk(group)
    here.results[groups.rename] = "Xóm Chài"
    reply = await here.press_elsewhere("groups.rename:1")
    assert (reply.text, reply.free_text) == (WORDS("groups.ask_title", title="Xóm Chài"), True)
    reply = await here.say(" Xóm\nĐình ")
    assert here.done[-1].arguments == {"chat_id": 1, "title": "Xóm Đình"}
    assert reply.text == WORDS("groups.renamed", was="Xóm Chài", title="Xóm Đình")


@pytest.mark.parametrize("text", ["", "a" * 61])
async def test_what_is_no_name_is_asked_for_again(text: str) -> None:
    here = desk()
    await here.press_elsewhere("groups.rename:1")
    reply = await here.say(text)
    assert (reply.text, reply.step) == (WORDS("groups.title_unfit", most=60), "groups.rename")
    assert here.done == []


@pytest.mark.parametrize("platform", ["telegram", "sandbox-zalo"])
async def test_where_the_platform_tells_the_title_a_group_is_not_renamed_here(
    platform: str,
) -> None:
    here = desk(ZALO._replace(platform=platform))
    assert "groups.rename:1" not in actions(await here.press_elsewhere("groups.show:1"))
    reply = await here.press_elsewhere("groups.rename:1")
    assert "Anh/chị đổi tên ngay trong nhóm" in reply.text
    assert reply.step is None


@pytest.mark.parametrize("name", ["Nhóm", "soạn thông báo"])
async def test_what_begins_other_work_is_no_name_unasked(name: str) -> None:
    here = desk(ZALO)
    await here.press_elsewhere("groups.rename:1")
    reply = await here.say(name)
    assert reply.text == WORDS("start.unfinished")
    assert here.done == []


@pytest.mark.parametrize("action", ["groups.keeper:9", "groups.rename:9"])
async def test_a_group_that_is_gone_leads_back_to_the_list(action: str) -> None:
    def gone(actor: Any, chat_id: int) -> Group:
        raise NoSuchGroup

    here = desk()
    here.stage.answers[groups.read] = gone
    reply = await here.press_elsewhere(action)
    assert (reply.text, actions(reply)[0]) == (WORDS("groups.gone"), "groups.menu")


@pytest.mark.parametrize("action", ["groups.keeper:1", "groups.rename:1"])
async def test_cancelling_leaves_the_group_as_it_is(action: str) -> None:
    here = desk()
    await here.press_elsewhere(action)
    reply = await here.press("groups.keep.cancel")
    assert (reply.text, here.done) == (WORDS("groups.kept"), [])
