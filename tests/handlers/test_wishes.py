"""A head answers the menus of an announcement as people talk, without marks; none of it becomes
part of the announcement."""

from __future__ import annotations

import pytest

from db import announcements
from db.scene import Grant
from handlers.announcements.wishes import opened
from tests.handlers.desk import (
    APPROVER,
    BEN,
    CADRE,
    COMMUNE,
    DONG,
    HEAD,
    RESIDENT,
    TAY,
    TEXT,
    WORDS,
    Desk,
    at,
    labels,
    progress,
)

ALL = [BEN.id, DONG.id, TAY.id]
BOTH = ["households", "party_members"]

PLACES: list[tuple[str, list[int], str]] = [
    ("gui cho thon ben nhe", [DONG.id, BEN.id], "places"),
    ("chi thon ben thoi", [BEN.id], "places"),
    ("thon ben va cho thon tay", [DONG.id, BEN.id, TAY.id], "places"),
    ("bo thon dong", [], "places"),
    ("so 1", [DONG.id, BEN.id], "places"),
    ("so 2", [], "places"),
    ("chon 1, 3 nhe", [DONG.id, BEN.id, TAY.id], "places"),
    ("tat ca cac thon", ALL, "places"),
    ("toan xa", ALL, "places"),
    ("tat ca", ALL, "places"),
    ("xong roi", [DONG.id], "segments"),
    ("gui ngay", [DONG.id], "segments"),
    ("ok gui di", [DONG.id], "segments"),
    ("khong", [DONG.id], "places"),
    ("khan cap", [DONG.id], "places"),
    ("sua noi dung", [DONG.id], "text"),
]


@pytest.mark.parametrize(("text", "places", "step"), PLACES, ids=[case[0] for case in PLACES])
async def test_places_are_understood_among_other_words(
    text: str, places: list[int], step: str
) -> None:
    desk = at("places", places=[DONG.id])
    reply = await desk.say(text)
    assert (reply.step, desk.keep["places"]) == (f"announcements.{step}", places)
    assert (desk.keep["body"], desk.keep["doubt"]) == (TEXT, "")


SEGMENTS: list[tuple[str, list[str], str]] = [
    ("nhom ho dan", BOTH, "segments"),
    ("gui cho ho dan", BOTH, "segments"),
    ("ho dan thoi", ["households"], "segments"),
    ("chi ho dan thoi", ["households"], "segments"),
    ("bo dang vien di", [], "segments"),
    ("khong gui cho dang vien", [], "segments"),
    ("tat ca", BOTH, "segments"),
    ("mọi người", BOTH, "segments"),
    ("xong", ["party_members"], "preview"),
    ("ok gui di", ["party_members"], "preview"),
    ("gui ngay", ["party_members"], "preview"),
    ("toan xa", ["party_members"], "places"),
    ("khan", ["party_members"], "segments"),
]


@pytest.mark.parametrize(("text", "segments", "step"), SEGMENTS, ids=[case[0] for case in SEGMENTS])
async def test_segments_are_understood_and_nothing_is_sent_unseen(
    text: str, segments: list[str], step: str
) -> None:
    desk = at("segments", segments=["party_members"])
    reply = await desk.say(text)
    assert (reply.step, desk.keep["segments"]) == (f"announcements.{step}", segments)
    assert (desk.keep["body"], desk.keep["doubt"], desk.done) == (TEXT, "", [])


SENT = (
    "gui luon di",
    "ok gui di",
    "Gửi đi nhé",
    "xong rồi, gửi đi",
    "gui giup toi",
    "gửi đi em ơi",
)
UNSENT = (
    "xong",
    "ok",
    "dong y",
    "dung gui",
    "khong gui",
    "thoi gui",
    "chua gui voi",
    "gui toi nay",
    "gui ngay mai",
    "gửi chưa?",
    "gửi?",
    "gui lai",
)


@pytest.mark.parametrize("text", SENT)
async def test_a_seen_announcement_is_sent_by_many_words(text: str) -> None:
    desk = at("preview")
    desk.results[announcements.release] = progress()
    assert (await desk.say(text)).follows == 12


@pytest.mark.parametrize("text", UNSENT)
async def test_what_is_no_clear_word_to_send_sends_nothing(text: str) -> None:
    desk = at("preview")
    reply = await desk.say(text)
    assert reply.buttons
    assert (desk.done, desk.keep["body"]) == ([], TEXT)


CHANGED = [
    ("sua lai noi dung", "text", "rewrite"),
    ("viet lai", "text", "rewrite"),
    ("cho toi sua", "text", "rewrite"),
    ("them anh", "text", "add"),
    ("doi nhom", "places", ""),
]


@pytest.mark.parametrize(("text", "step", "mode"), CHANGED, ids=[case[0] for case in CHANGED])
async def test_the_preview_is_changed_by_many_words(text: str, step: str, mode: str) -> None:
    desk = at("preview")
    assert (await desk.say(text)).step == f"announcements.{step}"
    assert (desk.keep["body"], desk.keep["mode"]) == (TEXT, mode)


async def test_urgent_and_not_urgent_can_be_said_where_it_may_be() -> None:
    desk = at("preview", APPROVER)
    assert (await desk.say("khan cap")).step == "announcements.preview"
    assert desk.keep["urgent"] is True
    await desk.say("bo khan di")
    assert desk.keep["urgent"] is False


async def test_who_may_not_send_urgently_is_told_who_may() -> None:
    desk = at("segments", segments=["households"])
    await desk.press("announcements.segments_done")
    reply = await desk.say("khẩn")
    assert reply.text.startswith(WORDS("announcements.urgent_not_allowed"))
    assert (reply.lead, desk.keep["urgent"], desk.keep["body"]) == ((), False, TEXT)


async def test_the_whole_commune_is_offered_as_the_whole_and_may_be_said() -> None:
    desk = at("preview", APPROVER)
    reply = await desk.press("announcements.change_places")
    assert "Cả xã Mẫu" in labels(reply)
    assert (await desk.say("toàn xã")).step == "announcements.places"
    assert desk.keep["places"] == [COMMUNE.id]


async def test_all_villages_are_too_wide_for_a_cadre_and_a_head_who_says_so_reads_why() -> None:
    for grants, step in ((CADRE, "places"), (HEAD, "segments")):
        desk = at(step, grants, places=[BEN.id])
        reply = await desk.say("cả xã")
        assert reply.text.startswith(WORDS("announcements.too_wide"))


async def test_go_on_said_while_the_words_are_awaited_is_not_the_announcement() -> None:
    desk = Desk(CADRE)
    await desk.say("/thongbao")
    assert (await desk.say("ok gui di")).step == "announcements.text"
    assert desk.keep["body"] == ""
    desk = at("preview")
    await desk.press("announcements.rewrite")
    assert (await desk.say("xong")).step == "announcements.preview"
    assert desk.keep["body"] == TEXT


@pytest.mark.parametrize("text", ["em " * 6_000, "ok " * 66 + "gui"], ids=["endless", "long"])
async def test_a_text_of_nothing_but_small_words_is_no_wish(text: str) -> None:
    desk = at("preview")
    await desk.say(text)
    assert desk.done == []
    assert desk.keep["body"] == f"{TEXT}\n\n{text.strip()}"


BEGUN = (
    "gui thong bao toan xa",
    "toi muon gui thong bao",
    "soan thong bao cho ca xa",
    "Em ơi giúp tôi viết thông báo",
)
NOT_BEGUN = (
    "xã gửi thông báo chậm quá",
    "đã gửi thông báo cho bà con chưa ạ",
    "gửi thông báo thế nào?",
    "gửi thông báo mà sao mãi không thấy ai trong thôn nhận được",
)


@pytest.mark.parametrize("text", BEGUN)
async def test_to_write_an_announcement_may_simply_be_said(text: str) -> None:
    assert (await Desk(CADRE).say(text)).step == "announcements.text"
    assert (await Desk(RESIDENT).say(text)).text == "nobody claims this"


@pytest.mark.parametrize("text", NOT_BEGUN)
async def test_what_only_speaks_of_announcements_begins_none(text: str) -> None:
    assert (await Desk(CADRE).say(text)).text == "nobody claims this"


@pytest.mark.parametrize(
    ("grants", "newest", "again"),
    [(CADRE, 12, True), (CADRE, None, False), (RESIDENT, 12, False)],
    ids=["the newest", "none sent", "a resident"],
)
async def test_gui_lai_sends_the_newest_again_where_it_was_not_received(
    grants: tuple[Grant, ...], newest: int | None, again: bool
) -> None:
    desk = Desk(grants)
    desk.stage.answers[announcements.newest] = newest
    desk.results[announcements.resend] = (progress(), 1)
    reply = await desk.say("gui lai")
    assert (reply.follows == 12, bool(desk.done)) == (again, again)
    if again:
        states = ("failed", "cancelled")
        assert desk.done[0].arguments == {"version_id": 12, "states": states}


async def test_send_again_is_part_of_nothing_that_is_being_written() -> None:
    desk = at("segments")
    reply = await desk.say("gửi lại")
    assert (reply.step, desk.keep["body"]) == ("announcements.segments", TEXT)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("thông báo: Tối nay họp thôn", "Tối nay họp thôn"),
        ("Thong bao :  Tối nay: 7 giờ", "Tối nay: 7 giờ"),
        ("gửi thông báo: Mất điện", "Mất điện"),
        ("thông báo:", ""),
        ("thông báo tối nay họp", ""),
        ("Nghe thông báo: mai họp à", ""),
        ("Tối nay: họp thôn", ""),
    ],
)
def test_what_stands_behind_the_word_and_a_colon_is_an_announcement(text: str, body: str) -> None:
    assert opened(text, WORDS) == body
