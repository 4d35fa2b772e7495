from __future__ import annotations

from pathlib import Path

import pytest

from content.danger import Dangers, parse_dangers
from content.documents import ContentError, File, Layers
from content.loader import SHIPPED

IN_DANGER = [
    ("fire", "nhà ông Ba cháy to quá"),
    ("fire", "nha ong ba chay to qua"),
    ("fire", "Cháy! Cháy ở xóm trên"),
    ("fire", "kho hàng đang bốc cháy bà con ơi"),
    ("fire", "nha van hoa dang chay"),
    ("fire", "chay rung sau thon 3"),
    ("fire", "có đám cháy ngoài đồi"),
    ("fire", "hoả hoạn ở chợ"),
    ("fire", "no binh ga nha chi Lan"),
    ("fire", "đèn dầu đổ làm cháy nhà rồi"),
    ("fire", "ruộng lúa nhà tôi đang cháy"),
    ("injury", "số cấp cứu bao nhiêu vậy"),
    ("injury", "bảo hiểm đâu rồi, ba em bị tai nạn"),
    ("drowning", "có người đuối nước ngoài sông"),
    ("drowning", "co nguoi duoi nuoc o ao lang"),
    ("drowning", "trẻ con rơi xuống giếng"),
    ("drowning", "chau be nga xuong ao roi"),
    ("drowning", "lật thuyền giữa hồ"),
    ("flood", "lũ cuốn mất hai người"),
    ("flood", "sap nha ba Tu, con nguoi ben trong"),
    ("flood", "nhà bị sập, có người mắc kẹt"),
    ("flood", "vo de roi ba con oi"),
    ("injury", "tai nan xe may dau lang nang lam"),
    ("injury", "Tai nạn ở ngã ba, có người nằm bất động"),
    ("injury", "bố tôi bị điện giật"),
    ("injury", "cap cuu voi, ba em bi ngat"),
    ("injury", "mẹ em đột quỵ"),
    ("injury", "chau uong thuoc tru sau"),
    ("injury", "cả nhà ngộ độc nấm"),
    ("injury", "anh ấy bị rắn cắn"),
    ("injury", "vợ em vỡ ối rồi"),
    ("violence", "hai nhóm đánh nhau có dao"),
    ("violence", "danh nhau cam dao o quan nuoc"),
    ("violence", "có cướp ở tiệm vàng"),
    ("violence", "ong ay danh vo suot dem"),
    ("violence", "chồng tôi đánh tôi"),
    ("violence", "chong toi danh toi"),
    ("violence", "bố đánh con"),
    ("violence", "em bị đánh đập"),
    ("violence", "bi danh dap"),
    ("violence", "có trộm vào nhà"),
    ("violence", "co trom vao nha"),
    ("violence", "trộm đột nhập"),
    ("violence", "cướp"),
    ("violence", "co nguoi cam dao"),
    ("violence", "my husband hits me"),
    ("suicide", "con bé đòi tự tử"),
    ("suicide", "em khong muon song nua"),
]
HARMLESS = [
    "cháy bóng đèn",
    "đèn đường thôn 3 cháy bóng rồi",
    "nắng cháy da",
    "cháy hàng",
    "vé bán cháy rồi",
    "nước chảy vào nhà",
    "nhà ông Ba chạy to quá",
    "chạy xe",
    "an chay",
    "quan chay mo may gio",
    "chay bo",
    "em chay bo quanh nha roi",
    "nước chảy to quá",
    "bảo hiểm tai nạn",
    "bao hiem tai nan lao dong",
    "cấp cứu ở trạm y tế có mất tiền không",
    "tập huấn phòng cháy chữa cháy mấy giờ",
    "lop phong chong duoi nuoc cho tre em",
    "dạy bơi phòng đuối nước",
    "lam giay khai sinh can gi",
    "đường thôn ngập rồi",
    "mất điện từ sáng",
    "ông ấy tố cáo",
    "hôm nay trời đẹp quá",
    "tra cứu hồ sơ",
    "thuoc sau ban o dau",
    "bai tho duoi trang",
    "mua da bien",
    "con dao mua o cho",
    "đánh cờ",
    "tối nay đánh bóng bàn với bố",
    "trộm vía bé ngoan",
    "có trộm vía bé ngoan thật",
    "bố em đi đánh cá",
    "danh sach ho ngheo co chong toi",
    "danh ba can bo",
    "tôi bị đánh mất căn cước",
    "bị đánh giá thấp",
    "",
    "\ud800\x00",
]


@pytest.fixture(scope="module")
def dangers() -> Dangers:
    return parse_dangers(Layers.of([SHIPPED]).one("danger.toml"))


@pytest.mark.parametrize(("kind", "text"), IN_DANGER)
def test_a_cry_for_help_is_heard(dangers: Dangers, kind: str, text: str) -> None:
    danger = dangers(text)
    assert danger is not None
    assert danger.kind == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_an_ordinary_message_raises_no_alarm(dangers: Dangers, text: str) -> None:
    assert dangers(text) is None


def test_fire_calls_the_fire_brigade_first(dangers: Dangers) -> None:
    danger = dangers("cháy nhà")
    assert danger is not None
    assert danger.numbers[0].number == "114"
    assert danger.numbers[0].name == {"vi": "Cứu hỏa", "en": "Fire brigade"}


def test_a_cry_after_a_harmless_word_is_still_heard(dangers: Dangers) -> None:
    assert dangers("đang tập huấn chữa cháy thì nhà ông Sáu cháy thật") is not None


def test_a_cry_survives_a_very_long_message(dangers: Dangers) -> None:
    assert dangers("cháy nhà " + "rất to " * 20_000) is not None


def test_a_cry_at_the_end_of_a_long_message_is_heard(dangers: Dangers) -> None:
    assert dangers("hôm nay trời đẹp " * 1_000 + "cháy nhà ông Ba") is not None


def test_a_number_without_a_name_is_refused_with_its_line(tmp_path: Path) -> None:
    text = 'harmless = []\n[numbers]\n[[danger]]\nkind = "fire"\nnumbers = ["114"]\n'
    with pytest.raises(ContentError, match=r"danger\.toml:5: “114” has no name in \[numbers\]"):
        parse_dangers(File("danger.toml", text))
