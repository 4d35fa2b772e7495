"""A report from its first word to its code: offered, agreed to, sent or given up."""

from __future__ import annotations

from typing import Any

import pytest

from db import handover, media, people, questions, tickets
from handlers.feedback import offering
from handlers.feedback import talk as feedback
from handlers.feedback.telling import Draft
from handlers.messages import Reply
from handlers.people import CONSENT_VERSION
from handlers.tickets import reports
from tests.handlers.reporting import GATE, LAMP, STAGE, WORDS, opened, ready, reporter
from tests.handlers.stage import Stage, message, scene
from tests.handlers.talk import PHOTO, RIVER, Talk, actions


@pytest.fixture
def stage() -> Stage:
    return ready()


def at(stage: Stage, step: str, keep: dict[str, Any]) -> Talk:
    """A report that has come as far as `step`."""
    village = {"village": "Thôn Bến Đò"} if "place" in keep else {}
    return reporter(
        stage,
        place_id=None,
        step=f"feedback.{step}",
        keep=keep | village,
        free_text=step == "where",
    )


async def test_four_messages_with_a_photo_and_a_yes_make_a_code(stage: Stage) -> None:
    told = reporter(stage)
    steps = [
        (await told.say("phản ánh")).step,
        (await told.say(LAMP)).step,
        (await told.say(GATE)).step,
        (await told.say("", PHOTO)).step,
    ]
    receipt = await told.press("feedback.send")
    code = "PA-12"
    assert steps == ["feedback.what", "feedback.where", "feedback.photo", "feedback.confirm"]
    assert told.verbs() == [media.want, tickets.open_report]
    assert told.done[-1].arguments == {
        "place_id": 2,
        "what": LAMP,
        "address": GATE,
        "location": None,
        "files": (40,),
        "language": "vi",
        "category": "light",
    }
    assert receipt.text.split("\n") == [
        *WORDS("feedback.received", code=code, place="Thôn Bến Đò").split("\n"),
        WORDS("tickets.files", count=1),
        WORDS("feedback.received_next", code=code),
    ]
    assert receipt.step is None
    assert not receipt.keep


async def test_staff_of_the_place_see_the_report_and_can_answer_it(stage: Stage) -> None:
    told = reporter(stage)
    for words in ("/phananh", LAMP, GATE):
        await told.say(words)
    await told.say("", PHOTO, location=RIVER)
    (notice,) = (await told.press("feedback.send")).notices
    assert notice.people == (21, 22)
    assert notice.code == "PA-12"
    assert notice.media == (40,)
    assert [button.action for button in notice.buttons] == ["tickets.answer:12", "tickets.show:12"]
    files = WORDS("feedback.files_follow", count=1)
    for words in ("PA-12", "Bà Lúa", LAMP, GATE, reports.point((20.5, 106.25)), files):
        assert words in notice.text


async def test_staff_read_vietnamese_whatever_the_resident_speaks(stage: Stage) -> None:
    told = Talk(stage, scene(), "en")
    told.results[tickets.open_report] = opened
    for words in ("/phananh", "The lamp is broken", "at the gate", "no"):
        await told.say(words)
    receipt = await told.say("yes please")
    assert receipt.text.startswith(
        STAGE.content.words("en")("feedback.received", code="PA-12", place="Thôn Bến Đò")
    )
    assert WORDS("tickets.files", count=0)[:-1] not in receipt.text
    assert receipt.notices[0].text.startswith(
        WORDS("feedback.staff_notice", code="PA-12", place="Thôn Bến Đò", who="Bà Lúa")
    )
    assert told.done[-1].arguments["language"] == "en"


async def test_a_report_nobody_reads_yet_still_gets_its_code(stage: Stage) -> None:
    told = reporter(stage)
    told.results[tickets.open_report] = tickets.Opened(13, "Xã", 1, "1.", "Bà Lúa", 0, staff=())
    for words in ("/phananh", LAMP, GATE, "không có ảnh"):
        await told.say(words)
    receipt = await told.press("feedback.send")
    assert "PA-13" in receipt.text
    assert receipt.notices == ()


async def test_a_group_is_told_to_write_in_private(stage: Stage) -> None:
    context = stage.context(scene(chat_kind="group"))
    reply = await feedback.asked_for(message("", group=True), context)
    assert reply == Reply(WORDS("feedback.private_only"), stay=True)


async def test_without_consent_the_words_are_shown_first_and_proven() -> None:
    told = reporter(ready(consented=False))
    asked = await told.say("/phananh " + LAMP)
    assert asked.step == "feedback.consent"
    assert WORDS("people.consent") in asked.text
    reply = await told.press("feedback.agree")
    assert reply.step == "feedback.where"
    assert told.keep["what"] == LAMP
    (proof,) = told.done
    assert proof.verb is people.agree
    assert proof.arguments["purpose"] == "feedback"
    assert proof.arguments["version"] == CONSENT_VERSION


@pytest.mark.parametrize("words", ["đồng ý", "Vâng ạ", "ok", "DONG Y", "có."])
async def test_a_clear_yes_is_consent(words: str) -> None:
    told = reporter(ready(consented=False))
    await told.say("/phananh")
    await told.say(words)
    assert told.verbs() == [people.agree]


async def test_anything_else_at_consent_is_kept_but_is_no_consent() -> None:
    told = reporter(ready(consented=False))
    await told.say("/phananh " + LAMP)
    asked = await told.say("tối om không ai đi được")
    assert asked.step == "feedback.consent"
    assert told.keep["what"] == f"{LAMP}\ntối om không ai đi được"
    assert told.verbs() == []


@pytest.mark.parametrize("words", ["", "Không đồng ý", "không"], ids=["press", "words", "no"])
async def test_who_refuses_leaves_nothing_behind(words: str) -> None:
    told = reporter(ready(consented=False))
    await told.say("/phananh " + LAMP)
    await told.say("", PHOTO)
    reply = await (told.say(words) if words else told.press("feedback.refuse"))
    assert reply.text == WORDS("feedback.refused")
    assert reply.step is None
    assert told.verbs() == [media.want, media.discard]
    assert told.done[-1].arguments == {"files": (40,)}


@pytest.mark.parametrize("words", ["hủy", "bỏ", "cancel", "dung"])
async def test_a_word_of_cancelling_refuses_too(words: str) -> None:
    told = reporter(ready(consented=False))
    await told.say("/phananh")
    assert (await told.say(words)).text == WORDS("feedback.refused")


async def test_words_before_consent_are_noted_aloud_and_not_asked_for_again() -> None:
    told = reporter(ready(consented=False))
    await told.say("/phananh")
    asked = await told.say(LAMP)
    assert asked.lead == (WORDS("feedback.noted_first"),)
    assert asked.text == WORDS("people.consent")
    assert (await told.press("feedback.agree")).step == "feedback.where"
    assert told.keep["what"] == LAMP


STEPS: list[tuple[str, dict[str, Any]]] = [
    ("consent", {"what": LAMP}),
    ("village", {"what": LAMP}),
    ("where", {"what": LAMP, "place": 2}),
    ("photo", {"what": LAMP, "place": 2, "where": GATE}),
    ("confirm", {"what": LAMP, "place": 2, "where": GATE, "asked": True}),
]


@pytest.mark.parametrize(("step", "keep"), STEPS, ids=[step for step, _ in STEPS])
async def test_a_question_halfway_is_answered_beside_the_report(
    stage: Stage, step: str, keep: dict[str, Any]
) -> None:
    told = at(stage, step, keep)
    before, prompt = told.keep, (await told.say("")).text
    reply = await told.say("làm giấy khai sinh cần gì")
    assert "Giấy chứng sinh" in reply.lead[0]
    assert reply.lead[0].endswith(WORDS("feedback.not_noted"))
    assert (reply.text, reply.step) == (prompt, f"feedback.{step}")
    assert "feedback.cancel" in actions(reply) or "feedback.refuse" in actions(reply)
    assert told.keep == Draft.of(before).keep()


@pytest.mark.parametrize(("step", "keep"), STEPS, ids=[step for step, _ in STEPS])
async def test_a_cry_for_help_halfway_is_not_written_into_the_report(
    stage: Stage, step: str, keep: dict[str, Any]
) -> None:
    told = at(stage, step, keep)
    before = told.keep
    reply = await told.say("nhà ông Ba cháy to quá", PHOTO)
    assert reply.lead[0].startswith(WORDS("feedback.not_noted"))
    assert told.keep == Draft.of(before).with_media((40,)).keep()


async def test_a_cry_for_help_may_be_what_is_reported(stage: Stage) -> None:
    told = reporter(stage, step="feedback.what", free_text=True)
    await told.say("nhà ông Ba cháy to quá")
    assert told.keep["what"] == "nhà ông Ba cháy to quá"


@pytest.mark.parametrize("typed", ["0", "99", "3.", "?", "1 9", "👍"])
@pytest.mark.parametrize("step", ["consent", "village", "photo", "confirm"])
async def test_a_figure_that_is_no_choice_is_not_written_down(
    stage: Stage, step: str, typed: str
) -> None:
    told = at(stage, step, dict(STEPS)[step])
    before = told.keep
    reply = await told.say(typed)
    assert reply.lead == (WORDS("feedback.choose"),)
    assert reply.step == f"feedback.{step}"
    assert told.keep == Draft.of(before).keep()


@pytest.mark.parametrize(
    "place",
    [
        "Đầu ngõ 11",
        "số nhà 115",
        "nghĩa trang liệt sĩ",
        "sau trường tiểu học",
        "chỗ đổ rác",
        "Trụ sở công an xã",
        "trước cửa bộ phận một cửa",
        "diem tiem chung",
    ],
)
async def test_a_place_named_like_a_matter_is_where_it_happened(stage: Stage, place: str) -> None:
    told = at(stage, "where", {"what": LAMP, "place": 2})
    assert (await told.say(place)).step == "feedback.photo"
    assert told.keep["where"] == place
    assert (await told.say(f"sát bên {place}")).lead == (WORDS("feedback.got_more"),)
    assert told.keep["what"] == f"{LAMP}\nsát bên {place}"


@pytest.mark.parametrize("typed", ["0", "...", "👍", "0912345678"])
async def test_a_text_without_letters_is_no_report(stage: Stage, typed: str) -> None:
    told = reporter(stage)
    await told.say(f"/phananh {typed}")
    assert told.keep["what"] == ""
    reply = await told.say(typed, PHOTO)
    assert reply.step == "feedback.what"
    assert told.keep["what"] == ""
    assert told.keep["media"] == [40]


async def test_an_offer_shows_what_would_be_sent_and_takes_it_along(stage: Stage) -> None:
    offer = offering.offer(LAMP, (5,), stage.context(scene()))
    assert offer.step == "feedback.offered"
    assert offer.keep["what"] == LAMP
    assert offer.keep["media"] == [5]
    assert LAMP in offer.text
    assert actions(offer) == ["feedback.from_text", "feedback.cancel"]


async def test_an_accepted_offer_asks_only_for_what_is_missing(stage: Stage) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": [5]})
    reply = await told.say("vâng")
    assert reply.step == "feedback.where"
    assert (await told.say(GATE)).step == "feedback.confirm"
    assert told.keep["media"] == [5]


async def test_a_cry_for_help_at_an_offer_brings_back_no_old_offer(stage: Stage) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    outcome = await offering.more_offered(
        message("nhà ông Ba cháy to quá"), told.stage.context(told.scene)
    )
    assert outcome is None, "the warning goes out alone, and the offer stands"


@pytest.mark.parametrize("text", ["ok cảm ơn em", "oke cám ơn nhé", "được rồi cảm ơn anh"])
async def test_a_polite_end_is_no_yes_to_an_offer(stage: Stage, text: str) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    reply = await told.say(text)
    assert (reply.text, reply.stay) == (WORDS("faq.cam_on"), True)


async def test_thanks_on_the_way_are_no_part_of_the_report(stage: Stage) -> None:
    told = reporter(stage, step="feedback.where", keep={"what": LAMP, "media": [5]})
    reply = await told.say("cảm ơn em")
    assert reply.lead == (WORDS("faq.cam_on"),)
    assert (reply.step, told.keep["where"]) == ("feedback.where", "")


async def test_a_photo_after_an_offer_is_added_with_its_words(stage: Stage) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    reply = await told.say("từ hôm thứ hai", PHOTO)
    assert reply.step == "feedback.offered"
    assert told.keep["what"] == f"{LAMP}\ntừ hôm thứ hai"
    assert told.keep["media"] == [40]


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("đường cũng có ổ gà to", True),
        ("không có đèn đường nên tối om", True),
        ("hôm nay trời đẹp quá", False),
        ("bạn là ai", False),
        ("3", False),
        ("", False),
    ],
)
async def test_only_a_further_complaint_is_added_to_an_offer(
    stage: Stage, text: str, added: bool
) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    reply = await told.say(text)
    assert reply.step == "feedback.offered"
    assert told.keep["what"] == (f"{LAMP}\n{text}" if added else LAMP)
    assert actions(reply) == ["feedback.from_text", "feedback.cancel"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("menu", "start.hello", id="a command"),
        pytest.param("không, tôi muốn xem menu", "start.hello", id="a no and a wish"),
        pytest.param("tôi muốn xem menu", "start.hello", id="a wish"),
        pytest.param("khong toi muon xem menu", "start.hello", id="without a comma"),
        pytest.param("không phải đâu, cho hỏi chút", "", id="a no in other words"),
        pytest.param("toi gui nham, huy di", "feedback.cancelled", id="sent by mistake"),
        pytest.param("thoi bo di", "feedback.cancelled", id="let it be"),
        pytest.param("phan anh cua toi den dau roi", "tickets.none", id="how far are mine"),
    ],
)
async def test_an_offer_is_dropped_by_moving_on(stage: Stage, text: str, says: str) -> None:
    stage.answers[tickets.mine] = []
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": [5]})
    reply = await told.say(text)
    assert reply.step is None
    assert not told.keep.get("what")
    if says:
        assert reply.text == WORDS(says)


async def test_nobody_is_told_that_an_offer_is_half_written(stage: Stage) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    stage.answers[tickets.mine] = []
    reply = await told.press_elsewhere("tickets.mine")
    assert reply.text == WORDS("tickets.none")
    assert reply.step is None


@pytest.mark.parametrize(
    "yes", ["ừ", "u gui di", "đúng rồi", "gui di chau", "vâng gửi giúp cô", "toi muon gui cai nay"]
)
async def test_a_yes_among_small_words_takes_the_offer(stage: Stage, yes: str) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    assert (await told.say(yes)).step == "feedback.where"
    assert told.keep["what"] == LAMP


@pytest.mark.parametrize("yes", ["gui di chau", "gửi giúp", "ok gửi", "gửi luôn nhé", "ok gui di"])
async def test_a_yes_among_small_words_sends(stage: Stage, yes: str) -> None:
    told = at(stage, "confirm", {"what": LAMP, "where": GATE, "place": 2, "asked": True})
    await told.say(yes)
    assert told.done[-1].arguments["what"] == LAMP


@pytest.mark.parametrize("no", ["thoi khong co anh", "k co", "khong co", "không có ảnh đâu cháu ạ"])
async def test_a_no_among_small_words_means_no_photo(stage: Stage, no: str) -> None:
    told = at(stage, "photo", {"what": LAMP, "where": GATE, "place": 2})
    assert (await told.say(no)).step == "feedback.confirm"
    assert told.keep["what"] == LAMP


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("tôi muốn phản ánh", ""),
        ("cho toi phan anh", ""),
        ("em ơi phản ánh", ""),
        ("cho bà phản ánh một việc", ""),
        ("tôi muốn phản ánh thì làm thế nào", ""),
        ("Tôi muốn phản ánh: bao giờ thôn mới có nước?", "bao giờ thôn mới có nước?"),
        ("toi muon gui phan anh den duong tat", "den duong tat"),
        ("Tôi muốn phản ánh anh Tư đổ rác ra mương", "anh Tư đổ rác ra mương"),
    ],
)
async def test_opening_words_begin_a_report_and_are_no_part_of_it(
    stage: Stage, text: str, what: str
) -> None:
    told = reporter(stage)
    reply = await told.say(text)
    assert reply.step == ("feedback.where" if what else "feedback.what")
    assert told.keep["what"] == what


async def test_opening_words_are_no_part_of_a_report_that_has_begun(stage: Stage) -> None:
    told = reporter(stage)
    await told.say("phản ánh")
    assert (await told.say("tôi muốn phản ánh")).step == "feedback.what"
    assert told.keep["what"] == ""
    await told.say("tôi muốn phản ánh đèn đường tắt")
    assert told.keep["what"] == "đèn đường tắt"


async def test_a_question_after_an_offer_is_answered_instead(stage: Stage) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": [5]})
    reply = await told.say("làm giấy khai sinh cần gì")
    assert "Giấy chứng sinh" in reply.text
    assert WORDS("feedback.not_noted") not in reply.text
    assert reply.step is None
    assert [verb.__module__ for verb in told.verbs()] == ["handlers.interjection"]


@pytest.mark.parametrize("thanks", ["cảm ơn", "cam on em nhe", "cảm ơn cháu nhiều nhé"])
async def test_thanks_leave_an_offer_as_it_is(stage: Stage, thanks: str) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": [5]})
    reply = await told.say(thanks)
    assert reply.stay
    assert reply.text == WORDS("faq.cam_on")
    assert told.scene.step == "feedback.offered"
    assert (await told.say("vâng")).step == "feedback.where"
    assert told.keep["what"] == LAMP


async def test_who_is_greeted_after_an_offer_says_who_speaks(stage: Stage) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    reply = await told.say("chào em")
    assert reply.lead == (WORDS("start.automatic"),)
    assert told.keep["what"] == LAMP


@pytest.mark.parametrize(
    "text", ["qwrt zxcv có cho mượn không", "bao giờ qwrt zxcv", "qwrt zxcv thế nào?"]
)
async def test_a_question_nobody_knows_after_an_offer_may_go_to_the_staff(
    stage: Stage, text: str
) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    reply = await told.say(text)
    assert told.done[-1].verb is questions.keep
    assert told.done[-1].arguments["outcome"] == "decline"
    assert reply.lead == (WORDS("faq.unsure"),)
    assert actions(reply) == ["feedback.from_text", "questions.hand:1", "feedback.cancel"]
    assert told.keep["what"] == LAMP


async def test_what_adds_nothing_to_an_offer_is_said_not_to_be_understood(stage: Stage) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    assert (await told.say("hôm nay trời đẹp quá")).lead == (WORDS("feedback.choose"),)
    assert (await told.say("đường cũng có ổ gà to")).lead == ()


async def test_what_is_no_report_can_still_be_asked(stage: Stage) -> None:
    stage.answers[handover.asked] = handover.Asked(LAMP, None)
    offer = offering.offer(LAMP, (), stage.context(scene()), 7)
    buttons = tuple((button.label, button.action) for button in offer.buttons)
    asked = reporter(stage, step="feedback.offered", keep=dict(offer.keep), buttons=buttons)
    assert (await asked.press("questions.hand:7")).step == "feedback.confirm"
    refused = reporter(stage, step="feedback.offered", keep=dict(offer.keep), buttons=buttons)
    reply = await refused.press("feedback.cancel")
    assert WORDS("feedback.ask_instead") in reply.text
    assert actions(reply) == ["questions.hand:7", "start.menu"]
    assert (await refused.press("questions.hand:7")).step == "feedback.confirm"


async def test_a_report_that_is_under_way_is_given_up_as_ever(stage: Stage) -> None:
    keep, cancel = {"what": LAMP, "media": [], "heard": 7}, ("Hủy", "feedback.cancel")
    told = reporter(stage, step="feedback.where", keep=keep, buttons=(cancel,))
    assert actions(await told.press("feedback.cancel")) == ["start.menu"]


@pytest.mark.parametrize("figures", ["1", " 3. ", "12,", "(2)"])
async def test_a_figure_alone_is_no_place(stage: Stage, figures: str) -> None:
    told = reporter(stage, step="feedback.where", keep={"what": LAMP, "place": 2, "media": []})
    reply = await told.say(figures)
    assert reply.step == "feedback.where"
    assert reply.lead == (WORDS("feedback.where_figures"),)
    assert told.keep["where"] == ""


@pytest.mark.parametrize("place", ["số 1", "xóm 3", "km 5", "115 đường Đê"])
async def test_a_figure_with_a_word_is_a_place(stage: Stage, place: str) -> None:
    told = reporter(stage, step="feedback.where", keep={"what": LAMP, "place": 2, "media": []})
    assert (await told.say(place)).step == "feedback.photo"
    assert told.keep["where"] == place


async def test_no_ends_an_offer(stage: Stage) -> None:
    told = reporter(stage, step="feedback.offered", keep={"what": LAMP, "media": []})
    reply = await told.say("dạ không")
    assert reply.step is None
    assert reply.text == WORDS("feedback.cancelled")
    assert actions(reply) == ["start.menu"]


async def test_pressing_report_again_in_the_middle_of_one_goes_on_with_it(stage: Stage) -> None:
    told = reporter(stage)
    for words in ("/phananh", LAMP):
        await told.say(words)
    before = told.keep
    reply = await told.press_elsewhere("feedback.new")
    assert reply.step == "feedback.where"
    assert told.keep == before


@pytest.mark.parametrize(
    ("step", "keep"),
    [
        ("offered", {"what": LAMP}),
        ("what", {}),
        ("village", {"what": LAMP}),
        ("where", {"what": LAMP, "place": 2}),
        ("photo", {"what": LAMP, "place": 2, "where": GATE}),
        ("confirm", {"what": LAMP, "place": 2, "where": GATE, "asked": True}),
    ],
)
async def test_cancelling_keeps_nothing_and_says_so(
    stage: Stage, step: str, keep: dict[str, Any]
) -> None:
    told = reporter(stage, place_id=None, step=f"feedback.{step}", keep=keep)
    assert (await told.say("")).step == f"feedback.{step}"
    reply = await told.press("feedback.cancel")
    assert reply.text == WORDS("feedback.cancelled")
    assert reply.step is None
    assert not told.keep
    assert actions(reply) == ["start.menu"]
