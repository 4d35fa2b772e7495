"""After an answer, a few words are enough to ask for another side of the same procedure."""

from __future__ import annotations

import pytest

from handlers.procedures import answer
from tests.handlers.inputs import shipped
from tests.handlers.stage import scene
from tests.handlers.test_faq import BIRTH, context, shown, text_of, told

SHORT = {
    "mau": [
        *("mẫu đâu em", "có mẫu không em", "cho chị cái mẫu với", "có đơn mẫu sẵn chưa"),
        *("mẫu ở đâu vậy em", "tải ở đâu", "tải về chỗ nào", "where do I get the form?"),
        *("cai mau do lay o mo", "gửi bác cái mẫu nha con", "đơn thì lấy ở đâu"),
        *("tờ khai kiếm đâu ra", "có cái link nào không", "tờ khai đâu rồi em"),
    ],
    "noi_nop": [
        *("rồi nộp chỗ mô", "vậy lên đâu nộp", "ra xa hay len tinh", "nop cho ai", "lam o mo"),
        *("mang đi mô nộp", "vô đâu làm", "nộp tại đâu", "which office", "đưa cho ai hả con"),
    ],
    "le_phi": [
        *("hết nhiêu tiền", "mấy đồng vậy em", "het bn tien vay", "có tốn kém gì không"),
        *("rứa mất mấy tiền", "co mat phi ko", "is it free", "có phải trả tiền không"),
    ],
    "thoi_han": [
        *("bữa nào lấy", "chừng nào xong", "rứa mấy bữa có", "có lấy liền không"),
        *("đợi lâu không em", "khi mô lấy được", "how many days", "when will it be ready"),
    ],
    "online": [
        *("làm trên mạng đc hông", "nop tren mang dc ko", "khỏi ra xã được không"),
        *("ngồi nhà làm được không", "làm trên vneid được không", "on the internet?"),
    ],
    "ho_so": [
        *("ai đi làm thay được không", "nhờ người khác làm giùm được không", "cần chi"),
        *("đem theo cái chi", "giấy tờ chi rứa", "what should I bring", "can mang j"),
    ],
}


@pytest.mark.parametrize(
    ("aspect", "text"), [(aspect, text) for aspect, texts in SHORT.items() for text in texts]
)
def test_short_words_ask_for_one_side_and_name_nothing(aspect: str, text: str) -> None:
    assert shipped().search.next_aspect(text) == aspect


@pytest.mark.parametrize("aspect", SHORT)
async def test_the_side_asked_for_is_told_of_the_procedure_just_shown(aspect: str) -> None:
    heading = "forms" if aspect == "mau" else aspect
    reply = await told(SHORT[aspect][0], await shown(BIRTH))
    assert reply.text.startswith(f"Đăng ký khai sinh\n\n{text_of(f'faq.{heading}')}")


def test_no_name_with_a_question_is_taken_for_a_question_alone() -> None:
    search, any_procedure = shipped().search, ("nop_", "nhan_", "uy_quyen")
    for entry in shipped().faq:
        for name in entry.names:
            assert search.aspect(name) is None
            if not entry.id.startswith(any_procedure):
                assert not search.only_aspect(f"{name} cần gì"), name


async def test_a_choice_keeps_all_that_was_asked() -> None:
    reply = await told("khai sinh hay khai tử: nộp ở đâu, lệ phí bao nhiêu")
    chosen = [one.action for one in reply.buttons if one.action.startswith("faq.aspect:")]
    assert chosen
    assert all(action.endswith(".noi_nop.le_phi") for action in chosen)


@pytest.mark.parametrize(("id", "key"), [("huu_tri_xa_hoi", "le_phi_muc"), ("khai_sinh", "le_phi")])
async def test_what_the_commune_pays_is_not_told_as_a_mere_fee(id: str, key: str) -> None:
    entry = shipped().entry(id)
    assert entry is not None
    assert f"\n{text_of(f'faq.{key}')}:" in (await answer(entry, "le_phi", context(scene()))).text
