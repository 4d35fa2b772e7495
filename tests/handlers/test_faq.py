from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from bot.platforms.zalo.facts import SPLIT
from content.faq import FaqEntry, Source
from content.folding import fold
from content.loader import Content
from db import media, questions
from db.media import Seen
from db.scene import Grant, Scene
from handlers import faq
from handlers.messages import Attachment, Effect, Location, Message, Outcome, Reply
from handlers.procedures import LONGEST, answer, gist
from handlers.questions.guide import with_guide
from handlers.questions.keeping import judged
from handlers.router import Context
from tests.handlers.inputs import MESSAGES, shipped
from tests.handlers.stage import NOW, Stage, message, press, scene

BIRTH = "lam giay khai sinh can gi"
UNCLEAR = (  # what the search learns decides which of them is
    *("mất giấy khai sinh", "khai sinh hay khai tử", "giấy xác nhận", "mất giấy tờ"),
    *("tạm trú hay tạm vắng", "đăng ký tạm trú, thường trú", "khai sinh hay kết hôn"),
    *("trả kết quả mất mấy ngày", "tách sổ", "trợ cấp", "hộ nghèo khuyết tật"),
)
VAGUE = next(text for text in UNCLEAR if shipped().search.find(text).decision == "choices")
ID_FEE = "làm căn cước bao nhiêu tiền"
NUMBER = 12  # of the question that is kept
BROKEN_LIGHT = "đèn đường hỏng cả tuần rồi"
PHOTO = Attachment("ref-1", "photo", "den.jpg")
ASPECTS = ["noi_nop", "thoi_han", "le_phi", "online", "luu_y"]
OTHERS = [f"faq.aspect:khai_sinh.{name}" for name in ASPECTS]
VERDICTS = [f"faq.useful:{NUMBER}", f"faq.wrong:{NUMBER}"]
HAND = f"questions.hand:{NUMBER}"
REPORT = ["feedback.new", "start.menu"]  # where staff may help
MENU = ["faq.ask", "feedback.new", "tickets.mine", "linking.open", "start.language"]


def stage(content: Content | None = None) -> Stage:
    """Nothing was answered lately in any group."""
    made = Stage(content or shipped())
    made.answers |= {questions.lately: [], questions.last: None}
    return made


def context(scene: Scene, language: str = "vi", content: Content | None = None) -> Context:
    return stage(content).context(scene, language)


def group(**more: Any) -> Scene:
    return scene(chat_kind="group", **more)


async def asked(incoming: Message, where: Scene | None = None, language: str = "vi") -> Outcome:
    return await faq.question(incoming, context(where or scene(version=1), language))


def said(outcome: Outcome) -> Reply:
    """What is said once the question is kept."""
    if isinstance(outcome, Effect) and outcome.verb is questions.keep:
        outcome = outcome.say(NUMBER)
    assert isinstance(outcome, Reply)
    return outcome


def kept(outcome: Outcome) -> dict[str, Any]:
    """What is kept of the question."""
    assert isinstance(outcome, Effect)
    assert outcome.verb is questions.keep
    return dict(outcome.arguments)


async def told(
    text: str, where: Scene | None = None, language: str = "vi", in_group: bool = False
) -> Reply:
    where = group() if in_group else where
    return said(await asked(message(text, group=in_group), where, language))


def actions(reply: Reply) -> list[str]:
    return [button.action for button in reply.buttons]


def text_of(key: str, language: str = "vi", **values: object) -> str:
    return shipped().words(language)(key, **values)


def entry(**more: Any) -> FaqEntry:
    """An invented procedure."""
    aspects = ("ho_so", "noi_nop", "thoi_han", "le_phi", "online")
    fields: dict[str, Any] = {
        "id": "tha_dieu",
        "title": {"vi": "Thả diều", "en": "Flying a kite"},
        "code": "",
        "office": "Sân đình",
        "owner": "Người giữ sân",
        "phrasings": (),
        "sources": (Source("Sổ sân đình", date(2026, 3, 2), "secondary"),),
        "review_by": date(2027, 1, 1),
        "valid_from": None,
        "valid_until": None,
        "aspects": {name: f"Về {name}." for name in aspects},
        "english": "Fly it high.",
    }
    return FaqEntry(**fields | more)


async def test_an_asked_aspect_comes_first_with_its_source_and_the_others_to_choose() -> None:
    reply = await told(BIRTH)
    assert reply.text.startswith("Đăng ký khai sinh\n")
    assert "1.001193" in reply.text
    assert "UBND xã" in reply.text
    assert text_of("faq.ho_so") in reply.text
    assert text_of("faq.le_phi") not in reply.text
    assert "ngày 18/07/2026" in reply.text
    assert "Công chức tư pháp – hộ tịch" in reply.text
    assert actions(reply) == [*OTHERS, *VERDICTS, "start.menu"]
    assert reply.step is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("làm giấy khai sinh cần gì, lệ phí bao nhiêu", ["ho_so", "le_phi"]),
        ("dang ky khai sinh o dau va mat bao lau", ["noi_nop", "thoi_han"]),
        ("đăng ký khai sinh lệ phí bao nhiêu? cần gì?", ["le_phi", "ho_so"]),
        ("nộp hồ sơ khai sinh ở đâu", ["noi_nop"]),
        ("làm giấy khai sinh lệ phí bao nhiêu, có mất tiền không", ["le_phi"]),
    ],
)
async def test_two_things_asked_at_once_are_both_told(text: str, names: list[str]) -> None:
    reply = await told(text)
    places = [reply.text.index(f"{text_of(f'faq.{name}')}:") for name in names]
    assert places == sorted(places)
    left = [one for one in ("ho_so", *ASPECTS) if one not in names]
    assert actions(reply)[: len(left)] == [f"faq.aspect:khai_sinh.{name}" for name in left]
    assert not any(f"{text_of(f'faq.{name}')}:" in reply.text for name in left)


async def test_a_form_and_where_to_take_it_are_told_together() -> None:
    reply = await told("cho xin mẫu đơn, nộp ở đâu", await shown(BIRTH))
    assert reply.text.index(text_of("faq.forms")) < reply.text.index(f"{text_of('faq.noi_nop')}:")


async def test_without_an_aspect_all_are_told() -> None:
    reply = await told("thủ tục khai sinh")
    for name in ("ho_so", *ASPECTS):
        assert f"{text_of(f'faq.{name}')}:" in reply.text
    assert actions(reply) == ["faq.aspect:khai_sinh.mau", *VERDICTS, "start.menu"]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("aspect", [None, "ho_so", "luu_y"])
async def test_every_shipped_answer_fits_one_message_and_names_source_and_owner(
    language: str, aspect: str | None
) -> None:
    for one in shipped().faq:
        reply = await answer(one, aspect, context(scene(), language))
        assert len(reply.text) <= LONGEST
        assert one.owner in reply.text
        told = [source for source in one.sources if f"{source.date:%d/%m/%Y}" in reply.text]
        left = [source for source in one.sources if source not in told]
        entered = all(source.standing == "local" for source in left)  # nobody has entered any
        assert entered or (aspect and told), "of an aspect, what vouches for it"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("aspect", [None, "mau", "ho_so", "luu_y"])
async def test_every_shipped_answer_and_its_menu_are_one_message_where_no_buttons_are(
    language: str, aspect: str | None
) -> None:
    hint = text_of("system.choose_by_number", language)
    for one in shipped().faq:
        here = context(scene(version=2), language)
        reply = judged(with_guide(await answer(one, aspect, here), one, here), 1, here)
        lines = [f"{number}. {button.label}" for number, button in enumerate(reply.buttons, 1)]
        assert len("\n".join([reply.text, "", *lines, hint])) <= SPLIT, one.id


async def test_english_is_answered_in_english() -> None:
    reply = await told(BIRTH, language="en")
    assert reply.text.startswith("Birth registration\n")
    assert "One working day." in reply.text
    assert actions(reply) == [*VERDICTS, "start.menu"]


async def test_a_long_procedure_is_cut_and_the_rest_offered() -> None:
    long = {name: "Câu này nói thêm. " * 60 for name in ("noi_nop", "thoi_han")}
    reply = await answer(entry(aspects={"ho_so": "Ngắn.", **long}), None, context(scene()))
    assert len(reply.text) <= LONGEST
    assert reply.text.count("…") == 2
    assert actions(reply)[:2] == ["faq.aspect:tha_dieu.noi_nop", "faq.aspect:tha_dieu.thoi_han"]


@pytest.mark.parametrize("text", ["x" * 5_000, "một hai " * 700, "dòng\n" * 900])
async def test_a_very_long_aspect_still_fits(text: str) -> None:
    reply = await answer(entry(aspects={"ho_so": text}), "ho_so", context(scene()))
    assert len(reply.text) <= LONGEST
    assert "…" in reply.text


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        pytest.param(datetime(2027, 1, 1, 16, 59, tzinfo=UTC), True, id="last minute of the day"),
        pytest.param(datetime(2027, 1, 1, 17, 0, tzinfo=UTC), False, id="next day in the village"),
    ],
)
async def test_what_is_overdue_for_review_is_not_told(now: datetime, shown: bool) -> None:
    here = scene()
    here = replace(here, actor=replace(here.actor, now=now))
    reply = await answer(entry(), None, context(here))
    assert ("Về ho_so." in reply.text) == shown
    assert (text_of("faq.expired", office="Sân đình") in reply.text) != shown
    assert "02/03/2026" in reply.text


async def test_a_secondary_source_is_marked() -> None:
    reply = await answer(entry(), None, context(scene()))
    expected = text_of("faq.source_secondary", name="Sổ sân đình", date="02/03/2026")
    assert expected in reply.text


async def test_who_is_new_is_told_once_that_a_machine_answers() -> None:
    line = text_of("start.automatic")
    assert line in (await told(BIRTH, scene())).text
    assert line not in (await told(BIRTH, scene(version=1))).text
    assert line not in (await told(BIRTH, in_group=True)).text


async def test_a_vague_question_gets_at_most_three_to_choose_from() -> None:
    reply = await told(VAGUE)
    chosen = [one for one in actions(reply) if one.startswith(("faq.entry:", "faq.aspect:"))]
    assert 1 <= len(chosen) <= 3
    assert actions(reply)[len(chosen) :] == [f"faq.none:{NUMBER}", "start.menu"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("hôm nay trời đẹp quá", id="weather"),
        pytest.param("xin chào", id="greeting"),
        pytest.param("làm hộ chiếu ở đâu", id="another office"),
        pytest.param("qwrt zxcv", id="nonsense"),
        pytest.param("???", id="no letters"),
    ],
)
async def test_what_is_not_known_gets_no_procedure_and_the_main_menu(text: str) -> None:
    reply = await told(text)
    assert "Mã thủ tục" not in reply.text
    assert actions(reply) == ([HAND, *MENU] if text == "qwrt zxcv" else MENU)


async def test_another_offices_matter_is_sent_there() -> None:
    topics = {topic.id: topic for topic in shipped().topics.decline}
    for language in ("vi", "en"):
        reply = await told("làm hộ chiếu ở đâu", language=language)
        assert reply.text == topics["ho_chieu"].advice[language]


async def test_a_complaint_is_offered_as_a_report_in_private() -> None:
    reply = await told(BROKEN_LIGHT)
    assert reply.step == "feedback.offered"
    assert reply.keep["what"] == BROKEN_LIGHT
    assert "feedback.from_text" in actions(reply)


@pytest.mark.parametrize(
    ("incoming", "what"),
    [
        pytest.param(message("", PHOTO), "", id="photo alone"),
        pytest.param(message(BROKEN_LIGHT, PHOTO), BROKEN_LIGHT, id="photo with words"),
        pytest.param(
            message("", PHOTO, location=Location(20.5, 105.75)),
            "Vị trí: 20.50000, 105.75000",
            id="photo and place",
        ),
    ],
)
async def test_a_photo_out_of_the_blue_is_noted_and_offered_as_a_report(
    incoming: Message, what: str
) -> None:
    outcome = await asked(incoming)
    assert isinstance(outcome, Effect)
    assert outcome.verb is media.want
    assert outcome.arguments == {"files": [Seen("ref-1", "photo", "den.jpg")]}
    reply = outcome.say((31,))
    assert reply.step == "feedback.offered"
    assert (reply.keep["what"], list(reply.keep["media"])) == (what, [31])


async def test_a_place_out_of_the_blue_is_offered_as_a_report() -> None:
    outcome = await asked(message(location=Location(20.5, 105.75)))
    assert isinstance(outcome, Reply)
    assert outcome.keep["what"] == "Vị trí: 20.50000, 105.75000"


async def test_a_place_that_is_nowhere_is_no_report() -> None:
    outcome = await asked(message(location=Location(float("nan"), 400.0)))
    assert isinstance(outcome, Reply)
    assert outcome.text == text_of("start.unsupported")


async def test_a_question_with_a_photo_is_answered() -> None:
    reply = said(await asked(message(BIRTH, PHOTO)))
    assert reply.text.startswith("Đăng ký khai sinh")


async def test_an_empty_message_is_asked_for_in_words() -> None:
    reply = await told("")
    assert reply.text == text_of("start.unsupported")
    assert actions(reply) == ["start.menu"]


@pytest.mark.parametrize("text", ["9", "0", " 12. ", "9)"])
async def test_a_number_that_is_not_on_the_menu_brings_it_back(text: str) -> None:
    buttons = (("Đăng ký khai sinh", "faq.entry:khai_sinh"), ("Về đầu", "start.menu"))
    reply = await told(text, scene(buttons=buttons, menu_body="Việc nào ạ?", version=1))
    assert reply.text == text_of("start.choose_number")
    assert actions(reply) == ["faq.entry:khai_sinh", "start.menu"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lệ phí bao nhiêu", "le_phi"),
        ("mat bao lau", "thoi_han"),
        ("cho xin mẫu đơn", "mau"),
        ("tai mau CT01 o dau", "mau"),
        ("cần giấy tờ gì ạ", "ho_so"),
    ],
)
async def test_an_aspect_of_nothing_is_told_of_what_is_named_next(text: str, name: str) -> None:
    reply = await told(text)
    assert text_of("faq.of_what", aspect=text_of(f"faq.{name}")) in reply.text
    buttons = tuple((button.label, button.action) for button in reply.buttons)
    after = scene(keep=dict(reply.keep), buttons=buttons, version=2)
    answer = await told("đăng ký khai sinh", after)
    assert answer.text.startswith("Đăng ký khai sinh")
    assert f"faq.aspect:khai_sinh.{name}" not in actions(answer)
    other = "noi_nop"
    assert f"faq.aspect:khai_sinh.{other}" in actions(answer)


async def test_an_aspect_of_nothing_is_forgotten_once_something_is_told() -> None:
    after = scene(keep={"aspect": "le_phi"}, version=2)
    whole = await told("thủ tục khai sinh", after)
    assert f"{text_of('faq.le_phi')}:" in whole.text
    assert f"{text_of('faq.noi_nop')}:" not in whole.text
    assert "aspect" not in whole.keep


async def test_a_procedure_on_an_older_menu_is_shown_beside_an_offered_report() -> None:
    kept = {"what": "đèn hỏng", "question": None}
    here = context(scene(step="feedback.offered", keep=kept, menu_id=1, version=2))
    older = replace(press("faq.entry:khai_sinh"), menu="99")
    reply = await faq.entry(older, here, "khai_sinh")
    assert isinstance(reply, Reply)
    assert reply.text.startswith("Đăng ký khai sinh")


async def shown(question: str, language: str = "vi") -> Scene:
    """The scene after the answer to a question."""
    reply = await told(question, language=language)
    buttons = tuple((button.label, button.action) for button in reply.buttons)
    return scene(keep=dict(reply.keep), buttons=buttons, version=2)


@pytest.mark.parametrize("question", [BIRTH, "khai sinh"])
@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("thế bao nhiêu tiền", "le_phi", id="how much"),
        pytest.param("lệ phí", "le_phi", id="fee"),
        pytest.param("mat bao lau", "thoi_han", id="how long, without marks"),
        pytest.param("thế nộp ở đâu", "noi_nop", id="where"),
        pytest.param("có làm qua mạng được không ạ", "online", id="online"),
    ],
)
async def test_the_next_question_may_leave_out_what_it_is_about(
    question: str, text: str, name: str
) -> None:
    after = await shown(question)
    reply = await told(text, after)
    assert reply.text.startswith("Đăng ký khai sinh")
    assert f"{text_of(f'faq.{name}')}:" in reply.text
    assert f"{text_of('faq.ho_so')}:" not in reply.text
    assert reply.keep == after.keep


@pytest.mark.parametrize(
    "text", ["cho tôi xin mẫu đơn", "mẫu tờ khai đâu", "mau don", "tải mẫu ở đâu em", "link với ạ"]
)
async def test_the_form_of_what_was_just_told_may_be_asked_for(text: str) -> None:
    reply = await told(text, await shown(BIRTH))
    assert text_of("faq.forms") in reply.text
    known = shipped().entry("khai_sinh")
    assert known is not None
    assert all(one.url in reply.text for one in known.documents)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("qwrt mất mấy ngày", "thoi_han"),
        ("mua thuốc trừ sâu ở đâu", "noi_nop"),
        ("bị mất ví có giấy tờ thì làm sao", "ho_so"),
    ],
)
async def test_what_may_be_of_something_else_is_not_answered_before_it_is_asked(
    text: str, name: str
) -> None:
    reply = await told(text, await shown(BIRTH))
    assert reply.text.startswith(text_of("faq.which"))
    assert [one for one in actions(reply) if one.startswith("faq.aspect:")] == [
        f"faq.aspect:khai_sinh.{name}"
    ]


async def test_the_next_question_in_english_too() -> None:
    reply = await told("how long does it take?", await shown(BIRTH, "en"), "en")
    assert reply.text.startswith("Birth registration\n")


@pytest.mark.parametrize(
    "text",
    ["làm hộ chiếu ở đâu", "làm căn cước ở đâu", "cảm ơn", "mấy giờ rồi"],
)
async def test_a_question_about_something_else_is_not_taken_for_the_next_one(text: str) -> None:
    assert not (await told(text, await shown(BIRTH))).text.startswith("Đăng ký khai sinh")


async def test_who_may_send_announcements_is_not_sent_to_the_public_service_centre() -> None:
    reply = await told("qwrt zxcv", scene(version=1, grants=(Grant("village_head", 2, "1.2."),)))
    assert reply.text == shipped().words("vi")("faq.unsure_for_staff")
    assert "announcements.new" in actions(reply)


async def test_thanks_among_other_words_are_answered_warmly_and_leave_the_menu() -> None:
    reply = await told("cam on chu nhieu, den sang roi")
    assert reply == Reply(shipped().words("vi")("faq.cam_on"), stay=True)


async def test_a_missed_choice_shows_the_same_menu_again() -> None:
    buttons = (("Thêm bản tin", "bulletins.new"), ("Danh sách việc", "start.menu"))
    reply = await told("qwrt zxcv", scene(version=1, buttons=buttons, menu_body="Bản tin:"))
    assert actions(reply) == ["bulletins.new", "start.menu"]
    assert reply.lead == (shipped().words("vi")("feedback.choose"),)


async def test_a_longer_text_is_no_missed_choice() -> None:
    buttons = (("Thêm bản tin", "bulletins.new"), ("Danh sách việc", "start.menu"))
    reply = await told("qwrt zxcv mnbv lkjh", scene(version=1, buttons=buttons))
    assert "faq.ask" in actions(reply)


async def test_nothing_is_open_once_something_else_was_said() -> None:
    assert "entry" not in (await told("làm hộ chiếu ở đâu", await shown(BIRTH))).keep


async def test_a_miss_between_leaves_the_procedure_open() -> None:
    missed = await told("qwrt zxcv", await shown(BIRTH))
    assert missed.text == text_of("faq.unsure")
    buttons = tuple((button.label, button.action) for button in missed.buttons)
    after = scene(keep=dict(missed.keep), buttons=buttons, version=3)
    reply = await told("thế lệ phí thì sao", after)
    assert reply.text.startswith(f"Đăng ký khai sinh\n\n{text_of('faq.le_phi')}")


@pytest.mark.parametrize(("named", "id"), [("sổ đỏ cần gì", "dat_dai_so_do"), ("so do can gi", "")])
async def test_a_procedure_that_is_named_wins_over_the_one_just_told(named: str, id: str) -> None:
    reply = await told(named, await shown("sang tên đất cho con"))
    assert reply.keep.get("entry", "") != "dat_dai_sang_ten"
    assert not id or reply.keep["entry"] == id


async def test_another_aspect_is_told_without_repeating_the_office_but_with_its_source() -> None:
    after = await shown(BIRTH)
    reply = await faq.aspect(press("faq.aspect"), context(after), "khai_sinh.le_phi")
    assert isinstance(reply, Reply)
    assert "1.001193" not in reply.text
    assert text_of("faq.office", office="")[:10] not in reply.text
    assert "ngày 18/07/2026" in reply.text
    assert "Công chức tư pháp – hộ tịch" in reply.text


async def test_the_first_words_about_a_procedure_end_in_its_code_and_source() -> None:
    birth = shipped().entry("khai_sinh")
    assert birth is not None
    paragraphs = (await told(BIRTH)).text.split("\n\n")
    assert paragraphs[0].splitlines()[1].startswith("Nơi giải quyết")
    code, source = paragraphs[-1].splitlines()
    assert (code, source[:6]) == (text_of("faq.code", code=birth.code), "Nguồn:")


SMALL_TALK = [
    *((text, "cam_on") for text in ("cảm ơn", "cảm ơn nhé 👍", "cam on em nhieu", "thank you")),
    *((text, "vang") for text in ("vâng ạ", "vang a", "ừ", "ok", "dạ")),
    *((text, "thoi") for text in ("thôi", "hủy", "không", "thoi khong can nua", "bye")),
]


@pytest.mark.parametrize(("text", "kind"), SMALL_TALK)
async def test_small_talk_is_answered_in_kind_and_closes_nothing(text: str, kind: str) -> None:
    assert await told(text) == Reply(text_of(f"faq.{kind}"), stay=True)
    in_group = await told(text, in_group=True)
    assert in_group == Reply(text_of(f"faq.{kind}_in_group"), stay=True)
    assert "\n" not in in_group.text


@pytest.mark.parametrize(
    "text", ["xin chào", "Chào bạn", "em chao anh chi a", "hello", "alo", "bắt đầu", "bạn là ai"]
)
async def test_a_greeting_is_answered_with_the_welcome(text: str) -> None:
    reply = await told(text)
    assert (reply.text, actions(reply)) == (text_of("start.hello"), MENU)
    assert await told(text, in_group=True) == Reply(text_of("faq.chao_in_group"), stay=True)


async def test_thanks_with_a_photo_are_not_mere_thanks() -> None:
    outcome = await asked(message("cảm ơn", PHOTO))
    assert isinstance(outcome, Effect)
    assert outcome.verb is media.want


@pytest.mark.parametrize("text", ["/dulieu", "/khongco gì đó", " /Dulieu@loalang_bot"])
async def test_a_command_that_is_none_is_answered_with_the_menu(text: str) -> None:
    reply = await told(text)
    assert (reply.text, actions(reply)) == (text_of("start.unknown_command"), MENU)
    assert await told(text, in_group=True) == Reply(text_of("start.group"))


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        pytest.param("tôi muốn nói chuyện với cán bộ", "gap_can_bo", id="a human being"),
        pytest.param("cho em gap can bo a", "gap_can_bo", id="a human being, without marks"),
    ],
)
async def test_what_a_machine_does_not_take_is_shown_its_road(text: str, topic: str) -> None:
    advice = {one.id: one.advice["vi"] for one in shipped().topics.decline}
    reply = await told(text)
    assert (reply.text, actions(reply)) == (advice[topic], [HAND, *REPORT])


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        pytest.param("nhà tôi hết sạch gạo, mấy đứa nhỏ nhịn đói", "cuu_tro", id="hardship"),
        pytest.param("chuyến xe buýt sớm nhất mấy giờ", "viec_thon", id="village life"),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_what_staff_may_help_with_is_handed_to_them(
    text: str, topic: str, language: str
) -> None:
    advice = {one.id: one.advice[language] for one in shipped().topics.decline}
    reply = await told(text, language=language)
    assert (reply.text, actions(reply)) == (advice[topic], [HAND, *REPORT])


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        pytest.param("khai sinh muộn có bị phạt không", ["faq.entry:khai_sinh"], id="one"),
        pytest.param("chưa khai sinh, khai tử bị phạt sao", [], id="two"),
        pytest.param("đốt rác ngoài đồng bị phạt sao", [], id="none by name"),
    ],
)
async def test_beside_the_road_the_one_procedure_named_is_offered(
    text: str, offered: list[str]
) -> None:
    assert actions(await told(text)) == [*offered, HAND, *REPORT]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("hôm nay trời đẹp quá", None, id="small talk"),
        pytest.param("qwrt zxcv", "faq.unsure_in_group", id="not known"),
        pytest.param(BROKEN_LIGHT, "faq.report_in_private", id="complaint"),
        pytest.param("", "start.group", id="nothing but the mention"),
    ],
)
async def test_a_group_gets_one_short_word(text: str, expected: str | None) -> None:
    reply = await told(text, in_group=True)
    assert reply.buttons == ()
    assert reply.step is None
    assert "Mã thủ tục" not in reply.text
    assert expected is None or reply.text == text_of(expected)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_group_gets_the_gist_with_its_source(language: str) -> None:
    reply = await told(ID_FEE, in_group=True, language=language)
    assert reply.text.startswith(("Cấp, đổi, cấp lại thẻ căn cước", "Identity card"))
    assert "18/07/2026" in reply.text
    assert reply.text.endswith(text_of("faq.more_in_private", language))
    assert len(reply.text) <= 700
    assert reply.buttons == ()


async def test_a_group_is_asked_to_name_the_matter() -> None:
    reply = await told(VAGUE, in_group=True)
    first = shipped().entry(shipped().search.find(VAGUE).candidates[0])
    assert first is not None
    assert first.title["vi"] in reply.text
    assert reply.buttons == ()


async def test_the_command_answers_at_once_or_asks() -> None:
    here = context(scene(version=1))
    at_once = said(await faq.ask_at_once(message(BIRTH), here))
    assert at_once.text.startswith("Đăng ký khai sinh")
    asking = await faq.ask_at_once(message(""), here)
    assert isinstance(asking, Reply)
    assert (asking.step, asking.free_text, actions(asking)) == ("faq.ask", True, ["faq.cancel"])
    in_group = await faq.ask_at_once(message("", group=True), context(group()))
    assert in_group == Reply(text_of("start.group"))


async def test_asking_can_be_left() -> None:
    reply = await faq.cancel(press("faq.cancel"), context(scene(step="faq.ask")), "")
    assert isinstance(reply, Reply)
    assert (reply.step, actions(reply)) == (None, ["start.menu"])


@pytest.mark.parametrize(
    ("argument", "start"),
    [
        pytest.param("khai_sinh", "Đăng ký khai sinh", id="known"),
        pytest.param("khong_con", text_of("faq.gone"), id="taken out meanwhile"),
        pytest.param("", text_of("faq.gone"), id="none"),
    ],
)
async def test_a_chosen_entry_is_shown(argument: str, start: str) -> None:
    reply = await faq.entry(press("faq.entry"), context(scene()), argument)
    assert isinstance(reply, Reply)
    assert reply.text.startswith(start)
    assert "start.menu" in actions(reply)


@pytest.mark.parametrize("argument", ["khai_sinh.le_phi", "khai_sinh.khong_co", "khai_sinh"])
async def test_a_chosen_aspect_is_shown(argument: str) -> None:
    reply = await faq.aspect(press("faq.aspect"), context(scene()), argument)
    assert isinstance(reply, Reply)
    assert text_of("faq.le_phi") in reply.text


@given(incoming=MESSAGES)
async def test_whatever_is_said_there_is_a_way_on(incoming: Message) -> None:
    for where in (scene(), scene(step="faq.ask", free_text=True)):
        handler = faq.asked if where.step else faq.question
        outcome = await handler(incoming, context(where))
        if isinstance(outcome, Effect) and outcome.verb is media.want:
            outcome = outcome.say((1, 2, 3))
        reply = said(outcome)
        assert reply.text
        assert reply.buttons or reply.stay


@given(incoming=MESSAGES)
async def test_in_a_group_whatever_is_said_gets_words_and_no_menu(incoming: Message) -> None:
    reply = said(await faq.question(incoming, context(group())))
    assert reply.text
    assert (reply.buttons, reply.step) == ((), None)


def test_the_stage_stands_before_the_review_of_every_entry() -> None:
    assert not [one.id for one in shipped().faq if one.expired(NOW.date())]


@pytest.mark.parametrize(
    ("text", "outcome", "entry"),
    [
        pytest.param("lam giay khai sinh can gi", "answer", "khai_sinh", id="answered"),
        pytest.param(VAGUE, "choices", "", id="a choice"),
        pytest.param("qwrt zxcv", "decline", "", id="not known"),
        pytest.param("làm hộ chiếu ở đâu", "decline", "ho_chieu", id="another office's"),
        pytest.param(BROKEN_LIGHT, "feedback", "", id="a complaint"),
    ],
)
async def test_every_question_is_kept_with_what_became_of_it(
    text: str, outcome: str, entry: str
) -> None:
    about = {"text": fold(text), "language": "vi", "outcome": outcome, "entry": entry}
    private = await asked(message(text), scene(version=1, place_id=3))
    assert kept(private) == {**about, "place_id": 3, "in_group": False}
    in_group = await asked(message(text, group=True), group(place_id=3, chat_place_id=4))
    assert kept(in_group) == {**about, "place_id": 4, "in_group": True}


async def test_what_is_asked_next_is_kept_too_and_without_personal_data() -> None:
    after = await shown(BIRTH)
    outcome = await asked(message("lệ phí bao nhiêu, tôi là Nguyễn Văn Mẫu 0912 345 678"), after)
    told = kept(outcome)
    assert (told["outcome"], told["entry"]) == ("choices", "")
    assert told["text"] == "le phi bao nhieu, toi la ••• •••"


@pytest.mark.parametrize(
    "incoming",
    [
        pytest.param(message("cảm ơn"), id="thanks"),
        pytest.param(message("xin chào"), id="a greeting"),
        pytest.param(message("/khongco gì"), id="a command that is none"),
        pytest.param(message("???"), id="no words"),
        pytest.param(message("•••"), id="nothing left"),
        pytest.param(message(""), id="nothing"),
        pytest.param(message(BROKEN_LIGHT, PHOTO), id="a report with a photo"),
    ],
)
async def test_what_is_no_question_is_not_kept(incoming: Message) -> None:
    outcome = await asked(incoming)
    assert not (isinstance(outcome, Effect) and outcome.verb is questions.keep)


async def test_a_cry_for_help_while_a_question_is_awaited_is_not_kept() -> None:
    here = context(scene(version=1, step="faq.ask", free_text=True))
    assert isinstance(await faq.asked(message("cháy nhà rồi cứu với"), here), Reply)


async def test_a_question_that_would_push_answers_aside_is_kept_once_it_is_asked() -> None:
    here = context(scene(version=1, step="feedback.what", keep={"what": "đèn"}))
    reply = await faq.ask_at_once(message(BIRTH), here)
    assert isinstance(reply, Reply)
    assert not set(VERDICTS) & set(actions(reply))


async def test_where_no_bot_is_asked_nothing_is_kept() -> None:
    here = scene(version=1)
    here = replace(here, actor=replace(here.actor, bot_id=0))
    for text, last in ((BIRTH, "faq.ask"), (VAGUE, "faq.ask")):
        reply = await asked(message(text), here)
        assert isinstance(reply, Reply)
        assert actions(reply)[-2] == last


async def test_who_is_left_with_a_choice_is_answered_by_it() -> None:
    reply = await told(VAGUE)
    buttons = tuple((button.label, button.action) for button in reply.buttons)
    after = scene(keep=dict(reply.keep), buttons=buttons, menu_id=1, version=2)
    outcome = await faq.entry(press("faq.entry"), context(after), "khai_sinh")
    assert isinstance(outcome, Effect)
    assert outcome.verb is questions.choose
    assert outcome.arguments == {"question_id": NUMBER, "entry": "khai_sinh"}
    assert actions(outcome.say(None))[-3:] == [*VERDICTS, "start.menu"]
    gone = outcome.refusals[questions.NoSuchQuestion]
    assert gone.text.startswith("Đăng ký khai sinh")
    elsewhere = await faq.entry(replace(press("faq.entry"), menu="99"), context(after), "khai_sinh")
    assert isinstance(elsewhere, Reply)


async def test_the_way_to_staff_is_no_choice_that_was_missed() -> None:
    buttons = (("Hỏi cán bộ", HAND), ("Hỏi thủ tục", "faq.ask"))
    reply = await told("qwrt zxcv", scene(version=1, buttons=buttons, menu_body="chưa rõ"))
    assert reply.text == text_of("faq.unsure")


async def test_a_group_is_not_told_the_same_again_within_minutes() -> None:
    def lately(chat_id: int, entry: str, language: str, since: datetime) -> list[str]:
        assert (chat_id, entry, language) == (9, "can_cuoc", "vi")
        assert since == NOW - timedelta(minutes=10)
        return [fold(ID_FEE)]

    here = stage()
    here.answers[questions.lately] = lately
    again = await faq.question(message(ID_FEE, group=True), here.context(group()))
    assert again == Reply(text_of("questions.just_told"), stay=True, whisper=True)
    other = await faq.question(
        message("làm căn cước mất bao lâu", group=True), here.context(group())
    )
    assert kept(other)["entry"] == "can_cuoc"


async def after(entry_id: str | None, text: str, told: tuple[str, ...] = ()) -> Outcome:
    """What is said to `text` in a group that was told of this entry last; `told`: the questions
    that were answered with it."""

    def last(chat_id: int, since: datetime) -> str | None:
        assert (chat_id, since) == (9, NOW - timedelta(minutes=10))
        return entry_id

    def lately(chat_id: int, entry: str, language: str, since: datetime) -> list[str]:
        return [fold(one) for one in told] if entry == entry_id else []

    here = stage()
    here.answers |= {questions.last: last, questions.lately: lately}
    return await faq.question(message(text, group=True), here.context(group()))


@pytest.mark.parametrize("entry_id", ["khai_sinh", "can_cuoc"])
@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("thế lệ phí thì sao", "le_phi"),
        ("mất bao lâu ạ", "thoi_han"),
        ("nộp ở đâu", "noi_nop"),
    ],
)
async def test_an_aspect_asked_for_in_a_group_is_of_what_it_was_told_last(
    entry_id: str, text: str, aspect: str
) -> None:
    outcome = await after(entry_id, text)
    assert (kept(outcome)["outcome"], kept(outcome)["entry"]) == ("answer", entry_id)
    entry = shipped().entry(entry_id)
    assert entry is not None
    assert said(outcome).text == await gist(entry, aspect, context(group()))


@pytest.mark.parametrize(
    ("last", "text"),
    [
        pytest.param(None, "thế lệ phí thì sao", id="nothing was told"),
        pytest.param("khong_con", "thế lệ phí thì sao", id="an entry that is gone"),
        pytest.param("khai_sinh", "lệ phí căn cước bao nhiêu tiền", id="it says of what"),
        pytest.param("khai_sinh", "qwrt zxcv", id="no aspect"),
    ],
)
async def test_everything_else_in_a_group_is_answered_as_if_nothing_was_told(
    last: str | None, text: str
) -> None:
    outcome = await after(last, text)
    assert kept(outcome)["entry"] in ("", "can_cuoc")
    assert kept(outcome) == kept(await after(None, text))
    assert said(outcome) == await told(text, in_group=True)


async def test_the_same_aspect_is_not_told_to_a_group_again_within_minutes() -> None:
    again = await after("khai_sinh", "thế lệ phí thì sao", ("lệ phí khai sinh bao nhiêu",))
    assert again == Reply(text_of("questions.just_told"), stay=True, whisper=True)
    other = await after("khai_sinh", "thế lệ phí thì sao", ("làm khai sinh mất bao lâu",))
    assert kept(other)["entry"] == "khai_sinh"


async def test_an_aspect_that_nobody_put_to_the_bot_is_left_alone() -> None:
    for text in ("thế lệ phí thì sao?", "mất bao lâu?"):
        assert await overhear(muttered(text), []) is None


async def overhear(incoming: Message, told: list[str], **more: Any) -> Outcome:
    here = stage()
    here.answers[questions.lately] = told
    where = group(**({"answers": True} | more))
    return await faq.overheard(incoming, here.context(where))


def muttered(text: str, *files: Attachment) -> Message:
    return message(text, *files, group=True, addressed=False)


async def test_in_a_group_that_wants_it_a_clear_question_is_answered_unasked() -> None:
    outcome = await overhear(muttered(ID_FEE), [])
    assert kept(outcome)["entry"] == "can_cuoc"
    reply = said(outcome)
    assert reply.text.startswith("Cấp, đổi, cấp lại thẻ căn cước")
    assert (reply.buttons, reply.step) == ((), None)


@pytest.mark.parametrize(
    "incoming",
    [
        pytest.param(muttered("lam giay khai sinh can gi nhi qwrt zxcv"), id="not quite sure"),
        pytest.param(muttered("qwrt zxcv"), id="not known"),
        pytest.param(muttered("làm hộ chiếu ở đâu"), id="another office's"),
        pytest.param(muttered(BROKEN_LIGHT), id="a complaint"),
        pytest.param(muttered("cảm ơn nhé"), id="thanks"),
        pytest.param(muttered("Gửi phản ánh"), id="a label"),
        pytest.param(muttered("hôm qua tôi đi đổi thẻ căn cước rồi"), id="no question"),
        pytest.param(
            muttered("Kính mời bà con mai đến làm thẻ căn cước, lệ phí 25.000 đồng có được không"),
            id="an announcement",
        ),
        pytest.param(muttered("bao giờ hai đứa đăng ký kết hôn?"), id="neighbours"),
        pytest.param(muttered("bác ơi hôm qua bác làm căn cước xong chưa?"), id="to a neighbour"),
        pytest.param(muttered("ông Năm mất rồi bao giờ mai táng?"), id="a death"),
        pytest.param(muttered("sao nhà nó có ô tô mà vẫn được hộ nghèo?"), id="gossip"),
        pytest.param(
            muttered("em vừa đi làm khai sinh cho con, không mất tiền"), id="told, not asked"
        ),
        pytest.param(muttered("đổi thẻ căn cước, lệ phí"), id="an aspect, and no question"),
        pytest.param(muttered("@ba_lua " + ID_FEE), id="put to somebody else"),
        pytest.param(muttered("/hoi " + ID_FEE), id="a command"),
        pytest.param(muttered(""), id="nothing"),
        pytest.param(muttered(ID_FEE, PHOTO), id="with a photo"),
        pytest.param(
            muttered("tôi tố cáo ông cán bộ nhận hối lộ khi làm căn cước"), id="a denunciation"
        ),
        pytest.param(message(ID_FEE, group=True), id="put to the bot: not overheard"),
    ],
)
async def test_everything_else_is_left_alone(incoming: Message) -> None:
    assert await overhear(incoming, []) is None


async def test_unasked_nothing_of_a_matter_is_told_twice_within_minutes() -> None:
    assert await overhear(muttered("làm căn cước mất bao lâu"), [fold(ID_FEE)]) is None


async def test_where_nobody_wants_it_the_bot_is_silent() -> None:
    assert await overhear(muttered(ID_FEE), [], answers=False) is None


async def test_the_full_text_is_a_press_away_where_a_link_can_say_so() -> None:
    here = stage()
    here.link = "https://t.me/loalang_bot?start="
    reply = said(await faq.question(message(ID_FEE, group=True), here.context(group())))
    assert reply.text.endswith("\nhttps://t.me/loalang_bot?start=can_cuoc")
    followed = await faq.linked(message("/start can_cuoc"), context(scene()))
    assert isinstance(followed, Reply)
    assert followed.text.startswith("Cấp, đổi, cấp lại thẻ căn cước")
    for text in ("/start", "/start khong_co", "/start 7KQM-3XRT", "can_cuoc"):
        assert await faq.linked(message(text), context(scene())) is None


async def test_where_the_buttons_are_is_said_only_in_a_group() -> None:
    text, where = "chuyến xe buýt sớm nhất mấy giờ", text_of("faq.hand_in_private")
    assert (await told(text, in_group=True)).text.endswith(where)
    assert where not in (await told(text)).text


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("qwrt zxcv trong vườn nhà em", True),
        ("qwrt zxcv", False),
        ("qwrt zxcv ở chỗ nào vậy ạ", False),
    ],
)
async def test_what_is_told_and_not_understood_may_be_a_cry_for_help(
    text: str, warned: bool
) -> None:
    reply = said(await faq.question(message(text), context(scene(version=1))))
    assert ("115" in reply.text) == warned
