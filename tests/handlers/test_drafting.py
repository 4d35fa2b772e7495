"""What the preview shows, to whom it goes, and how it is changed before it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from db import announcements, audience, media
from db.announcements import Part
from db.audience import Audience, Offer
from db.permissions import NotAllowed
from handlers.messages import Attachment, Location
from tests.handlers.desk import (
    APPROVER,
    BEN,
    CADRE,
    DONG,
    HEAD,
    PHOTO,
    RIVER,
    TAY,
    TEXT,
    WORDS,
    actions,
    at,
    progress,
    stage,
)


async def test_the_preview_shows_the_messages_as_they_will_look() -> None:
    desk = at("segments")
    reply = await desk.press("announcements.segments_done")
    assert reply.lead == (TEXT[:10], TEXT[10:])
    lines = reply.text.splitlines()
    to = WORDS("announcements.to", places="Thôn Bến, Thôn Đông", segments="Hộ dân", groups=4)
    assert lines[:2] == to.splitlines()
    telegram = {"platform": "Telegram", "messages": 1, "groups": 3}
    assert lines[2] == WORDS("announcements.platform", **telegram)
    zalo = {"platform": "Zalo", "messages": 2, "groups": 1}
    assert lines[3] == WORDS("announcements.platform", **zalo)
    assert WORDS("announcements.shown_as", platform="Zalo") in lines


async def test_the_preview_says_until_when_bulletins_tell_it_again() -> None:
    reply = await at("segments", body="Hạn nộp 30/11, họp 25/11.").press(
        "announcements.segments_done"
    )
    assert WORDS("announcements.told_until", date="30/11") in reply.text.splitlines()
    plain = await at("segments", body="Họp thôn.").press("announcements.segments_done")
    assert WORDS("announcements.told_until", date="")[:20] not in plain.text


async def test_the_preview_names_the_day_of_words_like_tomorrow() -> None:
    reply = await at("segments", body="Sang mai cat dien.").press("announcements.segments_done")
    told = WORDS("announcements.name_day", said="Sang mai", day="Thứ Hai 23/11")
    assert told in reply.text.splitlines()
    dated = await at("segments", body="Sáng mai 23/11 cắt điện.").press(
        "announcements.segments_done"
    )
    assert "Nên ghi rõ ngày" not in dated.text


async def test_a_platform_without_groups_there_is_not_previewed() -> None:
    answers = stage()
    answers.answers[audience.count] = Audience(2, {"sandbox-telegram": 2}, False)
    desk = at("segments")
    desk.stage = answers
    reply = await desk.press("announcements.segments_done")
    assert reply.lead == (TEXT,)
    assert "Zalo" not in reply.text


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (("Thôn Gạch",), "⚠ 1 thôn chưa có nhóm nào như vậy nối với em"),
        (tuple(f"Thôn {number}" for number in range(7)), "Thôn 4 và 2 thôn nữa."),
    ],
    ids=["one", "many"],
)
async def test_the_preview_names_villages_that_will_not_hear_it(
    missing: tuple[str, ...], told: str
) -> None:
    answers = stage()
    answers.answers[audience.count] = Audience(2, {"sandbox-telegram": 2}, False, missing)
    desk = at("segments")
    desk.stage = answers
    assert told in (await desk.press("announcements.segments_done")).text


async def test_the_preview_shows_the_files_too() -> None:
    desk = at("segments", media=[40, 41])
    reply = await desk.press("announcements.segments_done")
    assert (reply.lead_media, reply.media) == ((40, 41), ())
    assert WORDS("announcements.with_files", count=2) in reply.text


async def test_files_that_could_not_be_fetched_are_left_out_and_it_is_said() -> None:
    desk = at("segments", media=[40, 41])
    desk.stage.answers[media.states] = {40: "lost", 41: "kept"}
    reply = await desk.press("announcements.segments_done")
    assert WORDS("announcements.files_gone", count=1) in reply.text
    assert desk.keep["media"] == [41]


async def test_when_the_only_file_is_lost_the_content_is_asked_for_again() -> None:
    desk = at("segments", body="", media=[40])
    desk.stage.answers[media.states] = {40: "refused"}
    reply = await desk.press("announcements.segments_done")
    assert reply.step == "announcements.text"
    assert WORDS("announcements.files_gone", count=1) in reply.text


EXPLAINED: list[tuple[str, str, Any, str]] = [
    ("too_wide", "offer", Offer({"households": 2}, True), "announcements.too_wide"),
    ("nobody_there", "offer", Offer({}, False), "announcements.nobody"),
    ("too_wide_at_last", "count", Audience(2, {}, True), "announcements.too_wide"),
    ("nobody_at_last", "count", Audience(0, {}, False), "announcements.nobody"),
]


@pytest.mark.parametrize(
    ("verb", "answer", "key"), [case[1:] for case in EXPLAINED], ids=[c[0] for c in EXPLAINED]
)
async def test_who_cannot_be_written_to_is_explained_and_places_are_offered_again(
    verb: str, answer: Any, key: str
) -> None:
    step = "places" if verb == "offer" else "segments"
    desk = at(step)
    desk.stage.answers[getattr(audience, verb)] = answer
    reply = await desk.press(f"announcements.{step}_done")
    assert reply.step == "announcements.places"
    assert WORDS(key) in reply.text
    assert (desk.keep["body"], desk.keep["places"]) == (TEXT, [3, 4])


async def test_all_villages_are_too_wide_for_a_cadre_and_not_for_an_approver() -> None:
    for grants, step in ((CADRE, "places"), (APPROVER, "segments")):
        desk = at("places", grants, places=[BEN.id, DONG.id, TAY.id])
        reply = await desk.press("announcements.places_done")
        assert reply.step == f"announcements.{step}"


async def test_a_right_lost_on_the_way_is_explained() -> None:
    def refuse(*arguments: Any) -> Offer:
        raise NotAllowed("announcement:send")

    for verb, step in ((audience.offer, "places"), (audience.count, "segments")):
        desk = at(step)
        desk.stage.answers[verb] = refuse
        reply = await desk.press(f"announcements.{step}_done")
        assert WORDS("announcements.not_allowed_there") in reply.text
        assert desk.keep["body"] == TEXT


async def test_only_who_may_send_urgently_is_offered_it() -> None:
    cadre = await at("segments").press("announcements.segments_done")
    assert "announcements.urgent" not in actions(cadre)
    desk = at("segments", APPROVER)
    assert "announcements.urgent" in actions(await desk.press("announcements.segments_done"))


async def test_urgent_begins_with_its_mark_and_is_bound_to_it() -> None:
    desk = at("preview", APPROVER)
    desk.results[announcements.release] = progress()
    reply = await desk.press("announcements.urgent")
    marked = f"{WORDS('announcements.urgent_mark')}\n{TEXT}"
    assert "".join(reply.lead) == marked
    assert WORDS("announcements.is_urgent") in reply.text
    await desk.press("announcements.send")
    sent = desk.done[0].arguments
    assert (sent["body"], sent["urgent"]) == (marked, True)
    assert sent["shown"] == announcements.digest(marked, [], [3, 4], ["households"], True)
    assert sent["parts"]["sandbox-telegram"] == (Part(marked),)


async def test_urgency_can_be_taken_back() -> None:
    desk = at("preview", APPROVER, urgent=True)
    reply = await desk.press("announcements.urgent")
    assert desk.keep["urgent"] is False
    assert WORDS("announcements.is_urgent") not in reply.text


async def test_files_follow_the_words_on_every_platform() -> None:
    desk = at("preview", media=[40])
    desk.results[announcements.release] = progress()
    await desk.press("announcements.send")
    assert desk.done[0].arguments["parts"] == {
        "sandbox-telegram": (Part(TEXT), Part("", 40)),
        "sandbox-zalo": (Part(TEXT[:10]), Part(TEXT[10:]), Part("", 40)),
    }


async def test_the_words_of_a_button_are_as_good_as_a_press() -> None:
    desk = at("preview")
    desk.results[announcements.release] = progress()
    assert (await desk.say("gửi")).follows == 12
    assert (await at("preview").say("sửa")).keep["mode"] == "rewrite"


async def test_a_word_that_only_ends_a_button_sends_nothing() -> None:
    desk = at("preview")
    reply = await desk.say("ngày")
    assert desk.done == []
    assert (reply.step, desk.keep["body"]) == ("announcements.doubt", TEXT)


@pytest.mark.parametrize("location", [None, RIVER], ids=["nothing", "a_location"])
async def test_the_preview_is_not_sent_again_for_nothing(location: Location | None) -> None:
    desk = at("preview", media=[40])
    reply = await desk.say("", location=location)
    assert (reply.lead, reply.lead_media) == ((), ())
    assert reply.step == "announcements.preview"
    assert desk.keep["media"] == [40]


CHANGES: list[tuple[str, str, str, list[Attachment], str, list[int]]] = [
    ("added_words", "add", "Thêm nữa.", [], f"{TEXT}\n\nThêm nữa.", [7]),
    ("added_photo", "add", "", [PHOTO], TEXT, [7, 40]),
    ("new_words", "rewrite", "Mới.", [], "Mới.", [7]),
    ("new_photo", "rewrite", "", [PHOTO], TEXT, [40]),
    ("all_new", "rewrite", "Mới.", [PHOTO], "Mới.", [40]),
]


@pytest.mark.parametrize(
    ("mode", "text", "attachments", "body", "files"),
    [case[1:] for case in CHANGES],
    ids=[case[0] for case in CHANGES],
)
async def test_the_content_can_be_changed_and_is_shown_again(
    mode: str, text: str, attachments: list[Attachment], body: str, files: list[int]
) -> None:
    desk = at("preview", media=[7])
    assert (await desk.press(f"announcements.{mode}")).step == "announcements.text"
    reply = await desk.say(text, *attachments)
    assert reply.step == "announcements.preview"
    assert (desk.keep["body"], desk.keep["media"], desk.keep["mode"]) == (body, files, "")
    assert "".join(reply.lead) == body


async def test_one_may_go_back_to_the_preview_without_a_change() -> None:
    desk = at("preview")
    await desk.press("announcements.rewrite")
    reply = await desk.press("announcements.segments_done")
    assert (reply.step, desk.keep["body"]) == ("announcements.preview", TEXT)


async def test_the_recipients_can_be_changed() -> None:
    assert (await at("preview").press("announcements.change_places")).step == (
        "announcements.places"
    )
    alone = at("preview", HEAD, places=[BEN.id])
    assert (await alone.press("announcements.change_places")).step == "announcements.segments"
