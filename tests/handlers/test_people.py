"""Consent with its proof, and the village a person lives in."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from db import people, places
from db.permissions import roles_with
from db.places import Spot
from db.tickets import Signature
from handlers.messages import Effect, Reply
from handlers.people import CONSENT_VERSION, agreement, consented, is_name, meant, says, signed
from tests.handlers.stage import Stage, scene
from tests.handlers.talk import PHOTO, Talk, actions

VILLAGES = [
    Spot(2, "ben-do", "Thôn Bến Đò", "village", "1.2."),
    Spot(3, "go-sen", "Thôn Gò Sen", "village", "1.3."),
    Spot(4, "ben-do-ngoai", "Thôn Bến Đò Ngoài", "village", "1.4."),
]
STAGE = Stage()
WORDS = STAGE.content.words("vi")
# Agreed words never change under their version: new words, new version, new digests here.
SHOWN = {
    "2026-11-23.1": {
        "vi": "314c2b6a7c545c7d2181ee8794b4c858ee65545bdd7844ef6e441a10265707cc",
        "en": "e58355d64306b8d51807cf8369f1603c2c550bd54d90b2a2c771dae0556eb6e8",
    },
    "2026-11-22.2": {
        "vi": "78bbbed4d12864825e6255270b3bc8c4fb7e9ab61b4fbab0f7f10f8ac5af8158",
        "en": "e4cfffe50d37c211bf65cb143ea6ec6350388e353c2e52abde61574b6e7611f5",
    },
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_words_of_a_consent_do_not_change_without_a_new_version(language: str) -> None:
    words = STAGE.content.words(language)("people.consent")
    assert sha256(words.encode()).hexdigest() == SHOWN[CONSENT_VERSION][language]


def test_a_consent_is_proven_by_the_words_shown() -> None:
    proof = agreement(STAGE.context(scene(), "en"), "feedback")
    assert proof.verb is people.agree
    assert proof.arguments == {
        "purpose": "feedback",
        "version": CONSENT_VERSION,
        "language": "en",
        "digest": SHOWN[CONSENT_VERSION]["en"],
    }


async def test_consent_is_asked_of_the_person_for_the_purpose_and_the_words() -> None:
    stage = Stage(STAGE.content)
    asked: list[tuple[object, ...]] = []

    def answer(*given: object) -> bool:
        asked.append(given)
        return False

    stage.answers[people.consented] = answer
    assert not await consented(stage.context(scene()), "feedback")
    assert asked == [(7, "feedback", CONSENT_VERSION)]


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("people.yes_words", "Đồng ý.", True),
        ("people.yes_words", "dong y", True),
        ("people.yes_words", "không đồng ý", False),
        ("people.yes_words", "", False),
        ("people.no_words", " KHÔNG! ", True),
        ("people.no_words", "không biết nữa", False),
    ],
)
def test_only_a_whole_word_of_the_list_counts(key: str, text: str, expected: bool) -> None:
    assert says(STAGE.context(scene()), key, text) is expected


@pytest.mark.parametrize(
    ("text", "village"),
    [
        ("thôn bến đò", 2),
        ("Bến Đò", None),
        ("gò sen", 3),
        ("ngoài", 4),
        ("nhà tôi ở thôn Gò Sen ạ", 3),
        ("gò sen hay bến đò", None),
        ("gò", 3),
        ("g", None),
        ("", None),
    ],
)
def test_a_village_is_meant_when_only_one_fits(text: str, village: int | None) -> None:
    found = meant(text, VILLAGES)
    assert (found.id if found else None) == village


def test_a_name_is_a_name_only_alone() -> None:
    assert is_name("Gò Sen", VILLAGES[1])
    assert not is_name("gần Gò Sen", VILLAGES[1])


@pytest.mark.parametrize(
    ("role", "place", "name"),
    [
        ("village_head", "Thôn Bến Đò", "Trưởng thôn Bến Đò"),
        ("village_head", "Tổ dân phố 3", "Trưởng tổ dân phố 3"),
        ("cadre", "Xã Sông Trăng", "Cán bộ xã Sông Trăng"),
        ("approver", "Sông Trăng", "Lãnh đạo Sông Trăng"),
    ],
)
def test_who_answers_is_named_by_function_and_place(role: str, place: str, name: str) -> None:
    assert signed(WORDS, Signature(role, place)) == name


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("role", roles_with("ticket:answer"))
def test_every_role_that_answers_has_a_name(role: str, language: str) -> None:
    assert "Đông" in signed(STAGE.content.words(language), Signature(role, "Xóm Đông"))


def talk(**more: Any) -> Talk:
    stage = Stage(STAGE.content)
    stage.answers[places.villages_of_bot] = VILLAGES
    talk = Talk(stage, scene(**more))
    talk.results[people.settle_in] = "Thôn Gò Sen"
    return talk


async def test_the_village_is_changed_by_a_press() -> None:
    told = talk()
    asked = await told.press_elsewhere("people.village")
    assert actions(asked) == ["people.live:2", "people.live:3", "people.live:4", "people.cancel"]
    reply = await told.press("people.live:3")
    assert reply.text == WORDS("people.settled", village="Thôn Gò Sen")
    assert reply.step is None
    assert told.done[0].arguments == {"place_id": 3}


async def test_the_village_is_changed_by_its_name() -> None:
    told = talk(step="people.village")
    await told.say("gò sen")
    assert isinstance(told.done[0], Effect)
    assert told.done[0].arguments == {"place_id": 3}


@pytest.mark.parametrize("text", ["", "đâu đó", "thôn", "\ud800"], ids=repr)
async def test_an_unknown_village_is_asked_for_again(text: str) -> None:
    told = talk(step="people.village")
    reply = await told.say(text, PHOTO)
    assert reply.step == "people.village"
    assert reply.text == WORDS("people.village_unknown")
    assert told.done == []


async def test_who_changes_their_mind_stays_where_they_live() -> None:
    told = talk(step="people.village")
    await told.say("")
    reply = await told.press("people.cancel")
    assert reply.text == WORDS("people.village_kept")
    assert reply.step is None
    assert told.done == []


async def test_a_village_that_is_gone_is_asked_for_again() -> None:
    told = talk()
    await told.press_elsewhere("people.village")
    told.stage.answers[places.villages_of_bot] = VILLAGES[:1]
    reply = await told.press("people.live:3")
    assert actions(reply) == ["people.live:2", "people.cancel"]


async def test_a_group_does_not_learn_where_somebody_lives() -> None:
    reply = await talk(chat_kind="group").press_elsewhere("people.village")
    assert reply == Reply(WORDS("people.private_only"), stay=True)
