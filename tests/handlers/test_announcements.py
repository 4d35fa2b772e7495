"""An announcement from its first word to the report of who was not reached."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.folding import fold
from db import announcements, media
from db.announcements import Changed, NobodyThere, Part
from db.media import Seen
from db.permissions import NotAllowed
from db.scene import Grant
from handlers.announcements.taking import LONGEST
from handlers.interjection import restored
from handlers.messages import Location, Message
from handlers.start import wish
from tests.handlers.desk import (
    APPROVER,
    BEN,
    CADRE,
    DONG,
    HEAD,
    PHOTO,
    RESIDENT,
    RIVER,
    TEXT,
    WORDS,
    Desk,
    actions,
    at,
    labels,
    progress,
)
from tests.handlers.inputs import MESSAGES, shipped
from tests.handlers.stage import message


async def test_an_announcement_takes_its_four_steps_and_leaves() -> None:
    desk = Desk(CADRE)
    desk.results[announcements.release] = progress()
    assert (await desk.say("thông báo")).step == "announcements.text"
    assert (await desk.say(TEXT)).step == "announcements.places"
    await desk.press("announcements.place:3")
    await desk.press("announcements.place:4")
    assert (await desk.press("announcements.places_done")).step == "announcements.segments"
    await desk.press("announcements.segment:households")
    assert (await desk.press("announcements.segments_done")).step == "announcements.preview"
    sent = await desk.press("announcements.send")

    assert sent.text == WORDS("announcements.status_begun", total=4)
    assert (actions(sent), sent.follows, sent.step) == (["announcements.stop:12"], 12, None)
    (effect,) = desk.done
    assert effect.verb is announcements.release
    assert effect.arguments == {
        "body": TEXT,
        "parts": {
            "sandbox-telegram": (Part(TEXT),),
            "sandbox-zalo": (Part(TEXT[:10]), Part(TEXT[10:])),
        },
        "media": (),
        "places": (3, 4),
        "segments": ("households",),
        "urgent": False,
        "shown": announcements.digest(TEXT, [], [3, 4], ["households"], False),
        "days": ("2026-11-23",),
    }


BEGINNINGS: list[tuple[str, tuple[Grant, ...], str, str | None]] = [
    ("a_resident_is_sent_to_the_head", RESIDENT, "announcements.not_allowed", None),
    ("a_head_begins", HEAD, "announcements.text", "announcements.text"),
    (
        "a_place_without_villages",
        (Grant("cadre", 9, "9."),),
        "announcements.no_places",
        None,
    ),
]


@pytest.mark.parametrize(
    ("grants", "key", "step"), [case[1:] for case in BEGINNINGS], ids=[c[0] for c in BEGINNINGS]
)
async def test_who_may_begin(grants: tuple[Grant, ...], key: str, step: str | None) -> None:
    reply = await Desk(grants).say("/thongbao")
    assert (reply.text, reply.step) == (WORDS(key), step)
    assert actions(reply)


@pytest.mark.parametrize(("grants", "step"), [(HEAD, "segments"), (CADRE, "places")])
async def test_a_text_behind_the_word_is_the_body_and_nothing_is_sent(
    grants: tuple[Grant, ...], step: str
) -> None:
    desk = Desk(grants)
    reply = await desk.say("Thông báo: Tối nay họp thôn lúc 7 giờ")
    assert reply.step == f"announcements.{step}"
    assert reply.keep["body"] == "Tối nay họp thôn lúc 7 giờ"
    assert desk.done == []


async def test_in_a_group_one_is_sent_to_the_private_chat() -> None:
    desk = Desk(CADRE, chat_kind="group")
    reply = await desk.hear(message("/thongbao", group=True))
    assert (reply.text, reply.stay) == (WORDS("announcements.in_private"), True)


async def test_someone_without_the_right_loses_no_other_conversation() -> None:
    desk = Desk(RESIDENT, step="feedback.where", keep={"what": "x"})
    reply = await desk.say("/thongbao")
    assert reply.stay
    assert desk.scene.step == "feedback.where"


OFFERED: list[tuple[str, tuple[Grant, ...], list[int]]] = [
    ("cadre", CADRE, [3, 4, 5]),
    ("approver", APPROVER, [3, 4, 5, 2]),
    ("two_villages", (*HEAD, Grant("village_head", 4, DONG.path)), [3, 4]),
]


@pytest.mark.parametrize(
    ("grants", "ids"), [case[1:] for case in OFFERED], ids=[case[0] for case in OFFERED]
)
async def test_places_are_offered_as_far_as_the_rights_reach(
    grants: tuple[Grant, ...], ids: list[int]
) -> None:
    desk = Desk(grants)
    await desk.say("/thongbao")
    reply = await desk.say(TEXT)
    places = [action for action in actions(reply) if ".place:" in action]
    assert places == [f"announcements.place:{place}" for place in ids]


async def test_a_village_alone_is_chosen_already() -> None:
    desk = Desk(HEAD)
    await desk.say("/thongbao")
    assert (await desk.say(TEXT)).step == "announcements.segments"
    assert desk.keep["places"] == [BEN.id]


async def test_a_photo_with_words_is_an_announcement() -> None:
    desk = Desk(CADRE)
    await desk.say("/thongbao")
    assert (await desk.say(TEXT, PHOTO, PHOTO)).step == "announcements.places"
    assert (desk.keep["body"], desk.keep["media"]) == (TEXT, [40, 41])
    (effect,) = desk.done
    assert effect.arguments == {"files": [Seen("ref", "photo", "gieng.jpg")] * 2}


async def test_a_photo_alone_is_an_announcement() -> None:
    desk = Desk(CADRE)
    await desk.say("/thongbao")
    assert (await desk.say("", PHOTO)).step == "announcements.places"
    assert (desk.keep["body"], desk.keep["media"]) == ("", [40])


SAYS_NOTHING: list[tuple[str, Location | None]] = [("nothing", None), ("a_location", RIVER)]


@pytest.mark.parametrize(
    "location", [case[1] for case in SAYS_NOTHING], ids=[case[0] for case in SAYS_NOTHING]
)
async def test_without_words_or_files_the_text_is_asked_for_again(
    location: Location | None,
) -> None:
    desk = Desk(CADRE)
    await desk.say("/thongbao")
    reply = await desk.say("", location=location)
    assert reply.step == "announcements.text"
    assert WORDS("announcements.text_needed") in reply.text


async def test_a_long_text_arrives_whole_and_too_long_a_one_is_not_taken() -> None:
    desk = Desk(CADRE)
    await desk.say("/thongbao")
    refused = await desk.say("a" * (LONGEST + 1))
    assert WORDS("announcements.too_long", longest=LONGEST) in refused.text
    assert (desk.scene.step, desk.keep["body"]) == ("announcements.text", "")
    await desk.say("a" * LONGEST)
    assert (desk.scene.step, desk.keep["body"]) == ("announcements.places", "a" * LONGEST)


TYPED_PLACES: list[tuple[str, str, list[int], str]] = [
    ("numbers", "1 3", [4, 3, 5], "places"),
    ("numbers_with_a_word", "1 và 3", [4, 3, 5], "places"),
    ("a_name_without_marks", "ben", [4, 3], "places"),
    ("whole_names", "thôn bến, thôn tây", [4, 3, 5], "places"),
    ("names_with_a_word", "Bến và Tây", [4, 3, 5], "places"),
    ("a_chosen_name_stays_chosen", "đông", [4], "places"),
    ("its_whole_name_too", "thôn đông", [4], "places"),
    ("a_chosen_number_is_taken_back", "2", [], "places"),
    ("numbers_and_onward", "1 4", [4, 3], "segments"),
    ("out_of_range", "9", [4], "places"),
    ("unclear", "thôn", [4], "places"),
]


@pytest.mark.parametrize(
    ("text", "chosen", "step"),
    [case[1:] for case in TYPED_PLACES],
    ids=[case[0] for case in TYPED_PLACES],
)
async def test_places_may_be_typed(text: str, chosen: list[int], step: str) -> None:
    desk = at("places", places=[DONG.id])
    reply = await desk.say(text)
    assert reply.step == f"announcements.{step}"
    assert (desk.keep["places"], desk.keep["body"]) == (chosen, TEXT)


TYPED_SEGMENTS = [
    ("number", "2", ["households"]),
    ("name", "hộ dân", ["households"]),
    ("two_names", "ho dan, dang vien", ["households", "party_members"]),
    ("all", "tất cả", ["households", "party_members"]),
    ("unclear", "7", []),
]


@pytest.mark.parametrize(
    ("text", "chosen"), [case[1:] for case in TYPED_SEGMENTS], ids=[c[0] for c in TYPED_SEGMENTS]
)
async def test_segments_may_be_typed(text: str, chosen: list[str]) -> None:
    desk = at("segments", segments=[])
    reply = await desk.say(text)
    assert (reply.step, desk.keep["segments"]) == ("announcements.segments", chosen)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("hộ dân", ["households", "party_members"], id="name"),
        pytest.param("tất cả", ["households", "party_members"], id="all by name"),
        pytest.param("2", ["party_members"], id="number"),
        pytest.param("1", [], id="all by number"),
    ],
)
async def test_a_segment_chosen_is_taken_back_by_its_number_only(
    text: str, left: list[str]
) -> None:
    desk = at("segments", segments=["households", "party_members"])
    await desk.say(text)
    assert desk.keep["segments"] == left


async def test_the_whole_label_of_a_chosen_place_typed_is_no_press_on_it() -> None:
    """Intake takes a label typed for a press: of what is chosen, the name is not the label."""
    desk = at("places", places=[])
    reply = await desk.press("announcements.place:3")
    assert "thon ben" not in [fold(label) for label in labels(reply)]
    assert (await desk.say("thôn bến")).step == "announcements.places"
    assert desk.keep["places"] == [BEN.id]


@pytest.mark.parametrize("step", ["places", "segments"])
async def test_the_lists_say_how_a_choice_is_taken_back(step: str) -> None:
    for language, words in (("vi", "Chọn lại lần nữa là bỏ"), ("en", "again removes it")):
        assert words in shipped().words(language)(f"announcements.{step}")


async def test_chosen_places_and_segments_carry_a_tick() -> None:
    desk = at("places", places=[])
    ticked = WORDS("announcements.chosen", label="Thôn Bến")
    assert ticked in labels(await desk.press("announcements.place:3"))
    assert "Thôn Bến" in labels(await desk.press("announcements.place:3"))
    desk = at("segments", segments=[])
    offered = labels(await desk.press("announcements.all:households,party_members"))
    assert [label.startswith("✓") for label in offered] == [True, True, True, False, False]
    await desk.press("announcements.all:households,party_members")
    assert desk.keep["segments"] == []


NOTHING_CHOSEN = [
    ("places", "announcements.places_done", "announcements.choose_place"),
    ("segments", "announcements.segments_done", "announcements.choose_segment"),
]


@pytest.mark.parametrize(
    ("step", "action", "key"), NOTHING_CHOSEN, ids=[case[0] for case in NOTHING_CHOSEN]
)
async def test_one_does_not_go_on_without_a_choice(step: str, action: str, key: str) -> None:
    desk = at(step, places=[], segments=[])
    reply = await desk.press(action)
    assert reply.step == f"announcements.{step}"
    assert WORDS(key) in reply.text


@pytest.mark.parametrize("step", ["places", "segments", "preview"])
async def test_more_words_and_photos_are_added_and_it_is_said(step: str) -> None:
    desk = at(step)
    reply = await desk.say("Bà con trữ nước trước.", PHOTO)
    assert reply.step == f"announcements.{step}"
    assert WORDS("announcements.added") in reply.text
    assert desk.keep["body"] == f"{TEXT}\n\nBà con trữ nước trước."
    assert desk.keep["media"] == [40]


REFUSALS: list[tuple[str, Exception, str, str]] = [
    ("right_lost", NotAllowed("announcement:send"), "not_allowed_there", "places"),
    ("nobody", NobodyThere(), "nobody", "places"),
    ("changed", Changed(), "changed", "preview"),
]


@pytest.mark.parametrize(
    ("error", "key", "step"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
async def test_a_refused_release_says_why_and_keeps_everything(
    error: Exception, key: str, step: str
) -> None:
    desk = at("preview", media=[40])
    desk.results[announcements.release] = error
    reply = await desk.press("announcements.send")
    assert WORDS(f"announcements.{key}") in reply.text
    assert reply.step == f"announcements.{step}"
    assert (desk.keep["body"], desk.keep["media"]) == (TEXT, [40])


@pytest.mark.parametrize("step", ["text", "places", "segments", "preview"])
async def test_cancelling_says_so_and_leads_back(step: str) -> None:
    desk = at(step)
    reply = await desk.press("announcements.cancel")
    assert (reply.text, reply.step) == (WORDS("announcements.cancelled"), None)
    assert (actions(reply), desk.keep) == (["start.menu"], {})


async def test_the_files_of_a_cancelled_announcement_are_let_go() -> None:
    desk = at("text", media=[4])
    await desk.say("", PHOTO)
    reply = await desk.press("announcements.cancel")
    assert (reply.text, reply.step) == (WORDS("announcements.cancelled"), None)
    assert (desk.done[-1].verb, desk.done[-1].arguments) == (media.discard, {"files": (4, 40)})


@settings(max_examples=60, deadline=None)
@given(
    step=st.sampled_from(["text", "places", "segments", "preview"]),
    mode=st.sampled_from(["", "add"]),
    grants=st.sampled_from([HEAD, CADRE, APPROVER]),
    heard=MESSAGES,
)
def test_nothing_anybody_sends_loses_the_announcement_or_ends_in_a_dead_end(
    step: str, mode: str, grants: tuple[Grant, ...], heard: Message
) -> None:
    desk = at(step, grants, media=[7], mode=mode if step == "text" else "")
    desk.results[announcements.release] = progress()
    reply = asyncio.run(desk.hear(heard))
    assert reply.text or reply.lead
    if desk.scene.step:
        writing = restored(desk.scene)
        assert writing.step.startswith("announcements.")
        assert writing.keep["body"].startswith(TEXT)
        assert writing.keep["media"][:1] == [7]
        ways_out = {"announcements.cancel", "announcements.leave_out"}
        assert ways_out & {action for _, action in writing.buttons}
    else:
        assert reply.buttons


@settings(max_examples=60, deadline=None)
@given(heard=MESSAGES)
def test_anything_may_be_the_first_content(heard: Message) -> None:
    desk = Desk(CADRE)
    asyncio.run(desk.say("/thongbao"))
    asyncio.run(desk.hear(heard))
    taken = desk.scene.step == "announcements.places"
    if taken:
        assert desk.keep["body"] == heard.text.strip()
        assert len(desk.keep["media"]) == len(heard.attachments)
    elif not wish(heard.text, desk.stage.context(desk.scene)):
        assert desk.scene.step == "announcements.text"
