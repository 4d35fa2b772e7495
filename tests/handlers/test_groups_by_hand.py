"""What no bot can reach is entered in private: place, kind, name, and who carries there."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import groups, keepers
from db.groups import ALOUD, SEGMENTS, Added, CarriedAlready, NotKeeper
from db.keepers import Keeper
from db.permissions import NotAllowed
from db.scene import Grant
from handlers.groups import by_hand, group_list, keeping, naming
from handlers.groups import talk as group_talk
from handlers.messages import Message, Notice
from handlers.router import Dispatcher
from tests.handlers.desk import (
    BEN,
    CADRE,
    HEAD,
    RESIDENT,
    WORDS,
    Desk,
    actions,
    ask_first,
    fallback,
    labels,
    stale,
)
from tests.handlers.inputs import MESSAGES

ROUTERS = (group_talk, group_list, by_hand, keeping, naming)
DISPATCHER = Dispatcher(
    [one.router for one in ROUTERS], fallback=fallback, stale=stale, ask_first=ask_first
)
LUA = Keeper(5, "Bà Lúa", "village_head", "Thôn Bến")
NHAP = Keeper(6, "Cô Nháp", "cadre", "Xã Mẫu")
ME = Keeper(7, "Ông Mẫu", "cadre", "Xã Mẫu")
USUAL = "Hộ dân thôn Bến"


def desk(grants: tuple[Grant, ...] = CADRE, *found: Keeper, **more: Any) -> Desk:
    """`found`: who may carry."""
    here = Desk(grants, dispatcher=DISPATCHER, **more)
    here.stage.answers[keepers.possible] = lambda actor, place: list(found or (LUA, NHAP, ME))
    here.results[groups.add_by_hand] = Added(11, "Thôn Bến")
    return here


async def at_title() -> Desk:
    here = desk()
    await here.press_elsewhere("groups.hand")
    await here.press("groups.hand_place:3")
    await here.press("groups.hand_kind:households")
    return here


async def test_a_group_without_a_bot_is_four_choices_away() -> None:
    here = desk()
    await here.say("/nhom")
    reply = await here.press("groups.hand")
    assert labels(reply) == ["Xã Mẫu", "Thôn Bến", "Thôn Đông", "Thôn Tây", "Thôi"]
    reply = await here.press("groups.hand_place:3")
    assert labels(reply)[:-1] == [WORDS(f"groups.for_{one}") for one in SEGMENTS]
    reply = await here.press("groups.hand_kind:households")
    assert reply.text == WORDS("groups.ask_new_title", title=USUAL)
    reply = await here.press("groups.hand_usual")
    assert labels(reply) == ["Tôi", "Bà Lúa", "Cô Nháp", "Thôi"]
    assert reply.text.splitlines() == [
        WORDS("groups.ask_keeper", title=USUAL),
        "• Bà Lúa: Trưởng thôn Bến",
        "• Cô Nháp: Cán bộ xã Mẫu",
        WORDS("groups.keeper_missing"),
    ]
    reply = await here.press("groups.hand_keeper:5")
    assert here.done[-1].arguments == {
        "place_id": BEN.id,
        "segment": "households",
        "title": USUAL,
        "keeper_id": 5,
    }
    assert reply.text == WORDS("groups.added", title=USUAL, keeper="Bà Lúa")
    asked = WORDS("groups.keeper_asked", title=USUAL)
    assert reply.notices == (Notice(asked, people=(5,)),)
    assert actions(reply) == ["groups.hand", "groups.menu", "start.menu"]


@pytest.mark.parametrize("segment", ALOUD)
async def test_a_loudspeaker_and_a_notice_board_have_a_name_of_their_own(segment: str) -> None:
    here = desk(HEAD)
    reply = await here.press_elsewhere("groups.hand:aloud")
    assert (reply.text, labels(reply)) == (
        WORDS("groups.ask_aloud"),
        ["Loa truyền thanh", "Bảng tin", "Thôi"],
    )
    title = f"{WORDS(f'segments.{segment}')} thôn Bến"
    reply = await here.press(f"groups.hand_kind:{segment}")
    assert reply.text.startswith(WORDS(f"groups.ask_keeper_{segment}", title=title))
    reply = await here.press("groups.hand_keeper:5")
    assert here.done[-1].arguments["title"] == title
    assert reply.text == WORDS(f"groups.added_{segment}", title=title, keeper="Bà Lúa")
    assert reply.notices[0].text == WORDS(f"groups.keeper_asked_{segment}", title=title)
    assert "groups.hand:aloud" in actions(reply)


async def test_who_carries_it_themselves_is_told_once() -> None:
    here = await at_title()
    await here.press("groups.hand_usual")
    reply = await here.say("tôi")
    assert here.done[-1].arguments["keeper_id"] == 7
    assert reply.notices == ()
    assert "em nhắn riêng cho anh/chị để chuyển" in reply.text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("  Xóm Chài,\n xóm Đình ", "Xóm Chài, xóm Đình", id="on one line"),
        pytest.param("được ạ", USUAL, id="yes"),
        pytest.param("đúng tên này", USUAL, id="the label"),
        pytest.param("12", "12", id="a number is a name"),
    ],
)
async def test_a_group_is_called_as_it_is_typed(text: str, title: str) -> None:
    here = await at_title()
    await (here.press("groups.hand_usual") if "tên này" in text else here.say(text))
    assert here.keep["title"] == title
    assert here.scene.step == "groups.hand_keeper"


@pytest.mark.parametrize("text", ["", " \n ", "a" * 61])
async def test_what_is_no_name_is_asked_for_again(text: str) -> None:
    here = await at_title()
    reply = await here.say(text)
    assert reply.text.startswith(WORDS("groups.title_unfit", most=60))
    assert (reply.step, reply.free_text) == ("groups.hand_title", True)
    assert here.keep["title"] == USUAL


async def test_where_a_bot_is_in_a_group_for_the_same_people_it_may_be_the_same() -> None:
    here = await at_title()
    here.results[groups.add_by_hand] = Added(11, "Thôn Bến", ("Hộ dân Bến",))
    await here.say("Xóm Chài")
    reply = await here.press("groups.hand_keeper:5")
    told = WORDS("groups.added_beside", titles="“Hộ dân Bến”", title="Xóm Chài")
    assert reply.text.endswith(told)
    assert "groups.untie:11" in actions(reply)


@pytest.mark.parametrize(
    ("error", "key", "step"),
    [
        (CarriedAlready(), "by_hand_already", None),
        (NotAllowed("group:tie"), "not_there", None),
        (NotKeeper(), "not_keeper", "groups.hand_keeper"),
    ],
)
async def test_what_is_refused_leads_on(error: Exception, key: str, step: str | None) -> None:
    here = await at_title()
    here.results[groups.add_by_hand] = error
    await here.press("groups.hand_usual")
    reply = await here.press("groups.hand_keeper:5")
    told = {"title": USUAL} if key == "by_hand_already" else {}
    assert reply.text.startswith(WORDS(f"groups.{key}", **told))
    assert reply.step == step
    assert actions(reply)


async def test_somebody_who_is_no_staff_any_more_is_not_chosen() -> None:
    here = await at_title()
    await here.press("groups.hand_usual")
    here.stage.answers[keepers.possible] = lambda actor, place: [ME]
    reply = await here.press("groups.hand_keeper:5")
    assert reply.text.startswith(WORDS("groups.not_keeper"))
    assert (labels(reply), here.done) == (["Tôi", "Thôi"], [])


async def test_many_people_are_offered_a_page_at_a_time() -> None:
    here = desk(HEAD, *(Keeper(n, f"Người {n}", "cadre", "Xã Mẫu") for n in range(10, 30)))
    await here.press_elsewhere("groups.hand:aloud")
    reply = await here.press("groups.hand_kind:loudspeaker")
    seen = labels(reply)
    for number in (1, 2):
        assert len(reply.text.splitlines()) <= 10
        reply = await here.press(f"groups.hand_page:{number}")
        seen += labels(reply)
    assert {f"Người {n}" for n in range(10, 30)} <= set(seen)
    await here.press("groups.hand_keeper:29")
    assert here.done[-1].arguments["keeper_id"] == 29


TYPED = [
    ("a_village", "groups.hand", ["bến"], "groups.hand_kind"),
    ("unclear", "groups.hand", ["thôn"], "groups.hand_place"),
    ("a_kind", "groups.hand", ["bến", "đảng viên"], "groups.hand_title"),
    ("no_kind", "groups.hand", ["bến", "con bò"], "groups.hand_kind"),
    ("a_name", "groups.hand:aloud", ["bến", "bảng tin", "bà lúa"], ""),
    ("nobody", "groups.hand:aloud", ["bến", "bảng tin", "ông trời"], "groups.hand_keeper"),
]


@pytest.mark.parametrize(
    ("action", "said", "step"), [case[1:] for case in TYPED], ids=[case[0] for case in TYPED]
)
async def test_choices_may_be_typed(action: str, said: list[str], step: str) -> None:
    here = desk()
    await here.press_elsewhere(action)
    for text in said:
        await here.say(text)
    assert here.scene.step == step


async def test_it_is_for_whom_may_tie_groups() -> None:
    reply = await desk(RESIDENT).press_elsewhere("groups.hand")
    assert (reply.text, actions(reply)) == (WORDS("groups.not_allowed"), ["start.menu"])


async def test_cancelling_says_so_and_leads_back() -> None:
    here = await at_title()
    reply = await here.press("groups.hand.cancel")
    assert (reply.text, reply.step) == (WORDS("groups.by_hand_cancelled"), None)
    assert here.done == []


def test_every_label_fits_a_button_and_no_line_looks_like_a_choice() -> None:
    keys = [
        *("new_by_hand", "new_aloud", "usual_title", "myself", "no_keeper", "hand_more"),
        *("choose_keeper", "change_keeper", "rename", "show_again"),
    ]
    for language in ("vi", "en"):
        words = desk().stage.content.words(language)
        assert [key for key in keys if len(words(f"groups.{key}")) > 24] == []
        assert not re.search(r"(?m)^\d", words("groups.ask_new_title", title="A"))


@settings(max_examples=60, deadline=None)
@given(step=st.sampled_from(["place", "kind", "title", "keeper"]), heard=MESSAGES)
def test_nothing_anybody_sends_loses_what_was_chosen_or_ends_in_a_dead_end(
    step: str, heard: Message
) -> None:
    offered = {
        "place": ("Thôn Bến", "groups.hand_place:3"),
        "kind": ("Đoàn thể", "groups.hand_kind:unions"),
        "title": ("Đúng tên này", "groups.hand_usual"),
        "keeper": ("Bà Lúa", "groups.hand_keeper:5"),
    }
    kept = {"aloud": False, "place": BEN.id, "segment": "unions", "title": "Đoàn thể thôn Bến"}
    number = list(offered).index(step)
    here = desk(
        step=f"groups.hand_{step}",
        keep=dict(list(kept.items())[: number + 1 + (number > 1)]),
        buttons=(offered[step], ("Thôi", "groups.hand.cancel")),
        free_text=step == "title",
    )
    before = here.keep
    reply = asyncio.run(here.hear(heard))
    assert reply.text
    assert [action for _, action in here.scene.buttons]
    if here.scene.step == f"groups.hand_{step}":
        assert here.keep == before
