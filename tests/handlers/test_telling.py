"""What a report is asked for next, in whatever order a villager tells it."""

from __future__ import annotations

import pytest

from db import people, places, tickets
from db.scene import Grant
from handlers.messages import Location
from tests.handlers.reporting import BEN_DO, GATE, LAMP, WORDS, ready, reporter
from tests.handlers.stage import Stage
from tests.handlers.talk import PHOTO, RIVER, actions


@pytest.fixture
def stage() -> Stage:
    return ready()


async def test_a_photo_with_a_caption_tells_what(stage: Stage) -> None:
    told = reporter(stage)
    await told.say("/phananh")
    assert (await told.say(LAMP, PHOTO)).step == "feedback.where"
    assert (await told.say("", location=RIVER)).step == "feedback.confirm"
    assert told.keep["what"] == LAMP
    assert told.keep["location"] == [20.5, 106.25]


async def test_a_photo_alone_is_kept_and_words_are_asked_for(stage: Stage) -> None:
    told = reporter(stage)
    await told.say("/phananh")
    reply = await told.say("", PHOTO, PHOTO)
    assert reply.step == "feedback.what"
    assert reply.free_text
    assert reply.lead == (WORDS("feedback.got_files", count=2),)
    assert told.keep["media"] == [40, 41]


@pytest.mark.parametrize(
    ("typed", "village"),
    [
        ("Thôn Gò Sen", 3),
        ("go sen", 3),
        ("BẾN", 2),
        ("thôn", None),
        ("làng khác", None),
        ("", None),
    ],
)
async def test_a_village_is_known_by_any_clear_name(
    stage: Stage, typed: str, village: int | None
) -> None:
    told = reporter(stage, place_id=None)
    asked = [await told.say(words) for words in ("/phananh", LAMP)][-1]
    assert actions(asked) == ["feedback.village:2", "feedback.village:3", "feedback.cancel"]
    reply = await told.say(typed)
    assert told.keep["place"] == village
    assert reply.step == ("feedback.where" if village else "feedback.village")
    settled = [effect.arguments for effect in told.done if effect.verb is people.settle_in]
    assert settled == ([{"place_id": village}] if village else [])
    assert told.keep["what"].startswith(LAMP)


async def test_a_village_among_other_words_also_says_where(stage: Stage) -> None:
    told = reporter(stage, place_id=None, step="feedback.village", keep={"what": LAMP})
    reply = await told.say("trước cổng nhà văn hóa thôn Bến Đò")
    assert reply.step == "feedback.photo"
    assert told.keep["where"] == "trước cổng nhà văn hóa thôn Bến Đò"
    assert told.keep["place"] == 2


async def test_a_photo_sent_with_the_village_is_kept(stage: Stage) -> None:
    told = reporter(stage, place_id=None, step="feedback.village", keep={"what": LAMP})
    reply = await told.say("Gò Sen", PHOTO)
    assert reply.step == "feedback.where"
    assert told.keep["place"] == 3
    assert told.keep["media"] == [40]


async def test_a_village_can_be_pressed(stage: Stage) -> None:
    told = reporter(stage, place_id=None)
    for words in ("/phananh", LAMP):
        await told.say(words)
    reply = await told.press("feedback.village:3")
    assert reply.step == "feedback.where"
    assert told.keep["village"] == "Thôn Gò Sen"
    assert told.verbs() == [people.settle_in]


async def test_staff_of_the_whole_commune_choose_a_village_but_keep_their_place(
    stage: Stage,
) -> None:
    told = reporter(stage, place_id=1, grants=(Grant("cadre", 1, "1."),))
    for words in ("/phananh", LAMP):
        await told.say(words)
    await told.press("feedback.village:3")
    assert told.keep["place"] == 3
    assert told.verbs() == []


async def test_where_there_is_one_village_nobody_is_asked(stage: Stage) -> None:
    stage.answers[places.villages_of_bot] = [BEN_DO]
    told = reporter(stage, place_id=None, step="feedback.what")
    assert (await told.say(LAMP)).step == "feedback.where"
    assert told.keep["place"] == 2


async def test_where_there_are_no_villages_the_report_goes_to_the_place_of_the_bot(
    stage: Stage,
) -> None:
    stage.answers[places.villages_of_bot] = []
    told = reporter(stage, place_id=None, step="feedback.what")
    for words in (LAMP, GATE, "không"):
        await told.say(words)
    await told.press("feedback.send")
    assert told.done[-1].arguments["place_id"] is None


async def test_no_photo_goes_straight_to_the_summary(stage: Stage) -> None:
    told = reporter(stage, step="feedback.where", keep={"what": LAMP})
    asked = await told.say(GATE)
    assert actions(asked) == ["feedback.no_photo", "feedback.cancel"]
    summary = await told.press("feedback.no_photo")
    assert summary.step == "feedback.confirm"
    assert actions(summary) == ["feedback.send", "feedback.rewrite", "feedback.cancel"]
    for words in (LAMP, GATE, "Thôn Bến Đò"):
        assert words in summary.text


async def test_at_the_summary_photos_words_and_a_location_are_added(stage: Stage) -> None:
    told = reporter(
        stage, step="feedback.confirm", keep={"what": LAMP, "where": GATE, "media": [5]}
    )
    reply = await told.say("có trẻ con ngã", PHOTO, location=RIVER)
    assert reply.step == "feedback.confirm"
    assert told.keep["what"] == f"{LAMP}\ncó trẻ con ngã"
    assert told.keep["media"] == [5, 40]
    assert told.keep["location"] == [20.5, 106.25]
    assert reply.lead == (
        "\n".join(
            [
                WORDS("feedback.got_more"),
                WORDS("feedback.got_location"),
                WORDS("feedback.got_files", count=2),
            ]
        ),
    )


@pytest.mark.parametrize("words", ["không", "Xong", "hết rồi"])
async def test_a_no_at_the_summary_sends_nothing_and_loses_nothing(
    stage: Stage, words: str
) -> None:
    keep = {"what": LAMP, "where": GATE, "media": [5], "place": 2, "village": "Thôn Bến Đò"}
    told = reporter(stage, step="feedback.confirm", keep=keep)
    reply = await told.say(words)
    assert reply.step == "feedback.confirm"
    assert told.verbs() == []
    assert told.keep["what"] == LAMP


async def test_rewriting_keeps_the_old_words_until_there_are_new_ones(stage: Stage) -> None:
    keep = {"what": LAMP, "where": GATE, "media": [5], "place": 2, "village": "Thôn Bến Đò"}
    told = reporter(stage, step="feedback.confirm", keep=keep)
    await told.say("")
    again = await told.press("feedback.rewrite")
    assert again.step == "feedback.what"
    assert again.text == WORDS("feedback.what_again")
    await told.say("", PHOTO)
    assert told.keep["what"] == LAMP
    reply = await told.say("Cống tắc")
    assert reply.step == "feedback.where"
    assert told.keep["what"] == "Cống tắc"
    assert told.keep["where"] == ""
    assert told.keep["media"] == [5, 40]


async def test_files_of_no_use_are_not_counted(stage: Stage) -> None:
    keep = {"what": LAMP, "where": GATE, "media": [5, 6], "place": 2, "village": "Thôn Bến Đò"}
    told = reporter(stage, step="feedback.confirm", keep=keep)
    stage.answers[tickets.usable] = lambda files: tuple(set(files) - {5})
    reply = await told.say("", PHOTO)
    assert told.keep["media"] == [6, 40]
    assert reply.lead == (WORDS("feedback.got_files", count=2),)
    assert WORDS("tickets.files", count=2) in reply.text


async def test_what_was_acknowledged_is_not_said_again_with_the_question(stage: Stage) -> None:
    told = reporter(stage, step="feedback.photo", keep={"what": LAMP, "where": GATE})
    reply = await told.say("tối om", location=RIVER)
    assert reply.text == WORDS("feedback.photo")
    assert reply.lead


async def test_a_place_outside_the_earth_is_no_place(stage: Stage) -> None:
    told = reporter(stage, step="feedback.where", keep={"what": LAMP})
    reply = await told.say("", location=Location(float("nan"), 400.0))
    assert reply.step == "feedback.where"
    assert told.keep["location"] is None
