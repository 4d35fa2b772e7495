"""Where people stand is read as it was left, and nobody moves it behind another's back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from db import conversations, outbox, people
from db.conversations import Conflict
from db.outbox import REPLY, Draft
from db.scene import Actor, Scene
from tests.db.village import LATER, NOW, Village

pytest_plugins = "tests.db.ground_fixtures"

GROUP = "ben households telegram"
MENU = (("Có", "yes"), ("Không", "no"))


def load(
    session: Session, village: Village, who: str, where: str = "", bot: str = "telegram"
) -> Scene:
    """`where`: a group's name; "" for the private chat."""
    return conversations.load(
        session,
        bot_id=village.bots[bot],
        platform=bot,
        chat_id=f"{where} 1" if where else f"private {who}",
        chat_kind="group" if where else "private",
        account_id=who,
        now=NOW,
        inbox_id=17,
    )


def meet(session: Session, village: Village, who: str, where: str = GROUP) -> Actor:
    """Somebody speaks in a group for the first time."""
    chat, account, person = people.meet(
        session,
        bot_id=village.bots["telegram"],
        platform="telegram",
        chat_id=f"{where} 1",
        chat_kind="group",
        chat_title="",
        account_id=who,
        name=who,
        now=NOW,
    )
    return Actor(person, account, chat, village.bots["telegram"], NOW)


def save(session: Session, actor: Actor, version: int = 0, **more: Any) -> None:
    values: dict[str, Any] = {
        "step": "where",
        "keep": {"what": "đèn hỏng"},
        "free_text": True,
        "menu_id": None,
    }
    conversations.save(session, actor, version=version, **(values | more))


def menu(session: Session, village: Village, chat_id: int) -> int:
    draft = Draft(village.bots["telegram"], chat_id, "reply", REPLY, "Chọn", NOW, buttons=MENU)
    return outbox.put(session, [draft])[0]


def test_somebody_new_in_a_new_chat_is_nobody_yet(session: Session, village: Village) -> None:
    scene = load(session, village, "somebody new")
    assert scene == Scene(
        Actor(0, 0, 0, village.bots["telegram"], NOW, inbox_id=17), chat_kind="private"
    )


def test_somebody_new_in_a_group_we_know_sees_the_group(session: Session, village: Village) -> None:
    scene = load(session, village, "somebody new", GROUP)
    assert (scene.actor.person_id, scene.actor.account_id) == (0, 0)
    assert scene.actor.chat_id == village.groups[GROUP]
    assert (scene.chat_title, scene.segment) == (GROUP, "households")
    assert (scene.chat_place_id, scene.private) == (village.spots["ben"].id, False)


def test_somebody_we_know_in_a_chat_we_do_not(session: Session, village: Village) -> None:
    scene = load(session, village, "head", "a new group")
    assert scene.actor.person_id == village.people["head"]
    assert (scene.actor.chat_id, scene.name, scene.version) == (0, "head", 0)
    assert scene.home_chat_id == load(session, village, "head").actor.chat_id


def test_rights_come_with_the_person(session: Session, village: Village) -> None:
    assert load(session, village, "head").actor.can("group:tie", village.spots["ben"].path)
    assert load(session, village, "resident").actor.grants == ()


def test_an_account_of_another_platform_is_somebody_else(
    session: Session, village: Village
) -> None:
    assert load(session, village, "head", bot="zalo").actor.person_id == 0


def test_what_was_saved_is_read_back(session: Session, village: Village) -> None:
    actor = load(session, village, "resident").actor
    menu_id = menu(session, village, actor.chat_id)
    save(session, actor, menu_id=menu_id)
    scene = load(session, village, "resident")
    assert (scene.step, scene.keep, scene.free_text) == ("where", {"what": "đèn hỏng"}, True)
    assert (scene.menu_id, scene.menu_body, scene.buttons) == (menu_id, "Chọn", MENU)
    assert scene.version == 1


def test_in_a_group_everyone_stands_somewhere_else(session: Session, village: Village) -> None:
    ba, lan = meet(session, village, "ba"), meet(session, village, "lan")
    save(session, ba, step="where")
    save(session, lan, step="photo", keep={})
    assert load(session, village, "ba", GROUP).step == "where"
    assert load(session, village, "lan", GROUP).step == "photo"
    assert load(session, village, "head", GROUP).step == ""


def test_in_private_one_stands_elsewhere_than_in_a_group(
    session: Session, village: Village
) -> None:
    actor = load(session, village, "resident").actor
    save(session, actor, step="where")
    assert load(session, village, "resident", GROUP).step == ""


@pytest.mark.parametrize(
    ("there", "read"),
    [
        pytest.param(1, 0, id="somebody began"),
        pytest.param(2, 1, id="somebody moved on"),
        pytest.param(1, 2, id="it was never there"),
        pytest.param(0, 1, id="it is gone"),
    ],
)
def test_who_did_not_read_the_latest_may_not_write(
    session: Session, village: Village, there: int, read: int
) -> None:
    actor = load(session, village, "resident").actor
    for version in range(there):
        save(session, actor, version, step=f"step {version}")
    with pytest.raises(Conflict):
        save(session, actor, read, step="mine")
    assert load(session, village, "resident").version == there
    assert load(session, village, "resident").step != "mine"


def test_a_conversation_moves_on_from_version_to_version(
    session: Session, village: Village
) -> None:
    actor = load(session, village, "resident").actor
    save(session, actor)
    save(session, replace(actor, now=LATER), 1, step="photo", keep={"what": "đèn", "n": 2})
    save(session, actor, 2, step="", keep={}, free_text=False)
    scene = load(session, village, "resident")
    assert (scene.version, scene.step, scene.keep, scene.free_text) == (3, "", {}, False)


def test_nobody_is_disturbed_who_is_in_the_middle_of_something(
    session: Session, village: Village
) -> None:
    actor = load(session, village, "resident").actor
    assert conversations.idle(session, actor.chat_id) == actor.account_id
    save(session, actor, step="where")
    assert conversations.idle(session, actor.chat_id) is None
    save(session, actor, 1, step="")
    assert conversations.idle(session, actor.chat_id) == actor.account_id


def test_what_is_under_way_in_a_group_keeps_nobody_busy_at_home(
    session: Session, village: Village
) -> None:
    actor = load(session, village, "resident").actor
    save(session, meet(session, village, "resident"), step="where")
    assert conversations.idle(session, actor.chat_id) == actor.account_id


def test_a_group_is_nobodys_private_chat(session: Session, village: Village) -> None:
    assert conversations.idle(session, village.groups[GROUP]) is None


@pytest.mark.parametrize("before", [0, 1, 2], ids=["no row yet", "one version", "two"])
def test_an_offer_opens_its_menu_and_outdates_whoever_read_before(
    session: Session, village: Village, before: int
) -> None:
    actor = load(session, village, "resident").actor
    for version in range(before):
        save(session, actor, version, step="")
    menu_id = menu(session, village, actor.chat_id)
    conversations.offer(session, actor.chat_id, actor.account_id, menu_id, LATER)
    scene = load(session, village, "resident")
    assert (scene.menu_id, scene.buttons, scene.version) == (menu_id, MENU, before + 1)
    assert scene.step == ""
    with pytest.raises(Conflict):
        save(session, actor, before)
