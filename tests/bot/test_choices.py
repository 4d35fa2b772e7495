"""What counts as a choice, in words and by pressing; everything else stays what it was."""

from __future__ import annotations

import pytest

from handlers.messages import Attachment, Button, Message, Notice, Press, Reply
from tests.bot.hall import Hall, buttons

MENU = buttons("Đồng ý", "✓ Thôn Bến Đò", "Không có ảnh", "Gửi cho 12 nơi")
BOTH = pytest.mark.parametrize("person", ["khe", "cuc"], ids=["telegram", "zalo"])


async def offered(hall: Hall, person: str, free_text: bool = False) -> str:
    """The menu as the platform names it."""
    reply = Reply("Chọn đi", MENU, step="a.step", keep={"x": 1}, free_text=free_text)
    rows = await hall.reply(person, reply)
    return str(rows[-1].id)


@BOTH
@pytest.mark.parametrize(
    ("text", "action"),
    [
        pytest.param("1", "act:1", id="number"),
        pytest.param("2.", "act:2", id="number with a full stop"),
        pytest.param("3)", "act:3", id="number with a bracket"),
        pytest.param("số 2", "act:2", id="the word number"),
        pytest.param("So 4 ạ", "act:4", id="politely"),
        pytest.param("2 ạ", "act:2", id="number, politely"),
        pytest.param("  1\n", "act:1", id="space around"),
        pytest.param("04", "act:4", id="leading zero"),
        pytest.param("Đồng ý", "act:1", id="label"),
        pytest.param("dong y", "act:1", id="label without marks"),
        pytest.param("ĐỒNG Ý!", "act:1", id="label, loudly"),
        pytest.param("thôn bến đò", "act:2", id="label without its tick"),
        pytest.param("khong co anh", "act:3", id="longer label"),
        pytest.param("mot", "act:1", id="a number in words"),
        pytest.param("số hai", "act:2", id="the word number and a number in words"),
        pytest.param("cai dau tien", "act:1", id="the first"),
        pytest.param("cái cuối cùng ạ", "act:4", id="the last"),
        pytest.param("muc 2", "act:2", id="item and a number"),
        pytest.param("chon 1", "act:1", id="choose and a number"),
        pytest.param("gui cho", "act:4", id="how one label begins"),
        pytest.param("không có nhé", "act:3", id="how one label begins, politely"),
    ],
)
async def test_a_number_or_a_label_is_a_press_on_the_open_menu(
    hall: Hall, person: str, text: str, action: str
) -> None:
    menu = await offered(hall, person)
    heard = await hall.hears(person, text)
    assert isinstance(heard, Press)
    assert (heard.menu, heard.action) == (menu, action)


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0", id="zero"),
        pytest.param("5", id="above the last"),
        pytest.param("-1", id="negative"),
        pytest.param("123", id="three figures"),
        pytest.param("1 2", id="two numbers"),
        pytest.param("đồng ý với ông ấy", id="a label and more"),
        pytest.param("bà ơi", id="a word that is a number only without its mark"),
        pytest.param("mục 5", id="item above the last"),
        pytest.param("ảnh", id="a word inside a label"),
        pytest.param("", id="nothing"),
        pytest.param("✓", id="the tick alone"),
        pytest.param("thôn bến nhé", id="how the label of what is chosen already begins"),
        pytest.param("1" * 100_000, id="very long"),
    ],
)
async def test_anything_else_stays_a_message(hall: Hall, person: str, text: str) -> None:
    await offered(hall, person)
    assert isinstance(await hall.hears(person, text), Message)


@BOTH
async def test_where_words_are_awaited_a_number_is_an_answer_and_a_label_still_chooses(
    hall: Hall, person: str
) -> None:
    await offered(hall, person, free_text=True)
    assert isinstance(await hall.hears(person, "2"), Message)
    assert isinstance(await hall.hears(person, "số 2"), Message)
    assert isinstance(await hall.hears(person, "hai"), Message)
    assert isinstance(await hall.hears(person, "gửi cho"), Message)
    assert isinstance(await hall.hears(person, "không có ảnh"), Press)


@BOTH
async def test_where_two_labels_begin_alike_neither_is_meant(hall: Hall, person: str) -> None:
    await hall.reply(person, Reply("Chọn đi", buttons("Gửi ngay", "Gửi sau"), step="a.step"))
    assert isinstance(await hall.hears(person, "gửi"), Message)


@BOTH
async def test_a_command_is_not_how_a_label_begins(hall: Hall, person: str) -> None:
    await hall.reply(person, Reply("Chọn đi", buttons("Phản ánh của tôi", "Thôi")))
    assert isinstance(await hall.hears(person, "phản ánh"), Message)


@BOTH
async def test_other_words_for_making_something_choose_it(hall: Hall, person: str) -> None:
    await hall.reply(person, Reply("Chọn đi", buttons("Thêm bản tin", "Bản tin sáng")))
    heard = await hall.hears(person, "tao ban tin")
    assert isinstance(heard, Press)
    assert heard.action == "act:1"


@pytest.mark.parametrize(
    ("person", "text", "action"),
    [
        pytest.param("tre", "phan anh cho tra loi", "tickets.inbox", id="staff"),
        pytest.param("cuc", "Hỏi thủ tục", "faq.ask", id="resident"),
        pytest.param("cuc", "send a report", "feedback.new", id="in the other language"),
    ],
)
async def test_a_label_of_the_main_menu_is_a_press_wherever_one_stands(
    hall: Hall, person: str, text: str, action: str
) -> None:
    await offered(hall, person)
    heard = await hall.hears(person, text)
    assert isinstance(heard, Press)
    assert (heard.menu, heard.action) == ("", action)


async def test_what_is_not_open_to_somebody_is_no_label_to_them(hall: Hall) -> None:
    await offered(hall, "cuc")
    assert isinstance(await hall.hears("cuc", "phản ánh chờ trả lời"), Message)


@BOTH
@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("toi gui nham, huy di", "start.leave"),
        ("thoi bo di", "start.leave"),
        ("bo", "start.leave"),
        ("không", "start.leave"),
        ("tiep", "start.resume"),
        ("viết tiếp đi cháu", "start.resume"),
    ],
)
async def test_words_choose_between_going_on_and_leaving(
    hall: Hall, person: str, text: str, action: str
) -> None:
    menu = (Button("Viết tiếp", "start.resume"), Button("Bỏ, làm việc mới", "start.leave"))
    await hall.reply(person, Reply("Viết dở", menu, step="start.interrupted", keep={"x": 1}))
    heard = await hall.hears(person, text)
    assert isinstance(heard, Press)
    assert heard.action == action


async def test_an_answer_that_only_begins_like_giving_up_is_an_answer(hall: Hall) -> None:
    menu = (Button("Thôi", "a.cancel"),)
    await hall.reply("cuc", Reply("Viết đi", menu, step="a.step", free_text=True))
    assert isinstance(await hall.hears("cuc", "dừng rồi anh ạ"), Message)


@BOTH
async def test_without_a_menu_a_number_is_a_message(hall: Hall, person: str) -> None:
    assert isinstance(await hall.hears(person, "1"), Message)


async def test_a_number_with_a_photo_or_unaddressed_chooses_nothing(hall: Hall) -> None:
    await offered(hall, "khe")
    photo = (Attachment("1", "photo"),)
    assert isinstance(await hall.hears("khe", "1", attachments=photo), Message)
    assert isinstance(await hall.hears("khe", "1", addressed=False), Message)


async def test_a_menu_in_private_is_not_chosen_from_in_a_group(hall: Hall) -> None:
    await offered(hall, "khe")
    assert isinstance(await hall.hears("khe", "1", "tgr-go-sen-ho-dan"), Message)


@BOTH
@pytest.mark.parametrize(
    ("text", "action"),
    [
        pytest.param("PA-12 1", "act:1", id="as shown"),
        pytest.param("pa12 2", "act:2", id="without dash"),
        pytest.param("Pa 12: 1", "act:1", id="with a colon"),
        pytest.param("PA-012, 2", "act:2", id="with a zero"),
    ],
)
async def test_a_code_and_a_number_choose_whatever_else_is_under_way(
    hall: Hall, person: str, text: str, action: str
) -> None:
    (person_id,) = [(await hall.scene(person)).actor.person_id]
    notice = Notice("Mới", people=(person_id,), buttons=buttons("Một", "Hai"), code="PA-12")
    await hall.notice(notice)
    await offered(hall, person, free_text=True)
    heard = await hall.hears(person, text)
    assert isinstance(heard, Press)
    assert heard.action == action


@pytest.mark.parametrize("text", ["PA-12 0", "PA-12 3", "PA-13 1", "XX-12 1", "PA-12 99999"])
async def test_a_code_that_offers_no_such_thing_chooses_nothing(hall: Hall, text: str) -> None:
    person_id = (await hall.scene("cuc")).actor.person_id
    notice = Notice("Mới", people=(person_id,), buttons=buttons("Một", "Hai"), code="PA-12")
    await hall.notice(notice)
    assert isinstance(await hall.hears("cuc", text), Message)


async def test_a_code_of_another_persons_notice_chooses_nothing(hall: Hall) -> None:
    person_id = (await hall.scene("tre")).actor.person_id
    notice = Notice("Mới", people=(person_id,), buttons=buttons("Một"), code="PA-12")
    await hall.notice(notice)
    assert isinstance(await hall.hears("cuc", "PA-12 1"), Message)


@BOTH
async def test_a_press_means_what_was_offered(hall: Hall, person: str) -> None:
    menu = await offered(hall, person)
    assert (await hall.feels(person, menu, 1)).action == "act:2"


@pytest.mark.parametrize(
    "menu", ["", "x", "-1", "99999", "9" * 30, "١", "1.5", "1; DROP TABLE outbox", "\0"]
)
async def test_a_press_on_a_menu_that_never_was_means_nothing(hall: Hall, menu: str) -> None:
    await offered(hall, "khe")
    assert (await hall.feels("khe", menu, 0)).action == ""


@pytest.mark.parametrize("index", [-1, -4, 4, 9999])
async def test_a_press_beside_the_menu_means_nothing(hall: Hall, index: int) -> None:
    menu = await offered(hall, "khe")
    assert (await hall.feels("khe", menu, index)).action == ""


@pytest.mark.parametrize(
    ("person", "room"),
    [
        pytest.param("nhai", "", id="another person's chat"),
        pytest.param("khe", "tgr-go-sen-ho-dan", id="a group"),
        pytest.param("cuc", "", id="another bot's chat"),
    ],
)
async def test_a_press_on_a_menu_of_elsewhere_means_nothing(
    hall: Hall, person: str, room: str
) -> None:
    menu = await offered(hall, "khe")
    assert (await hall.feels(person, menu, 0, room)).action == ""


@BOTH
@pytest.mark.parametrize("text", ["thôi", "Hủy", "bỏ", "cancel", "dừng lại"])
async def test_words_that_give_up_press_the_cancel_button_whatever_its_label(
    hall: Hall, person: str, text: str
) -> None:
    menu = (Button("Gửi", "a.send"), Button("Không gửi", "a.cancel"))
    await hall.reply(person, Reply("Viết đi", menu, step="a.step", free_text=True))
    heard = await hall.hears(person, text)
    assert isinstance(heard, Press)
    assert heard.action == "a.cancel"


async def test_where_nothing_can_be_cancelled_such_words_are_words(hall: Hall) -> None:
    await offered(hall, "cuc", free_text=True)
    assert isinstance(await hall.hears("cuc", "thôi"), Message)
