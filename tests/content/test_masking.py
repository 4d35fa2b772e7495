"""What would tell who asked is not kept, however it is written; what was asked can be read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.folding import fold
from content.masking import LONGEST, MASK, Masking
from tests.living import CONTENT

KNOWN = "lam giay khai sinh cho con can cuoc cong dan the bao hiem muon hoi me don than so do o"
MASKING = Masking(KNOWN.split)


@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111 - 1111 - 1111 - 1111",
        "4111_1111*1111/1111",
        "4111\n1111\n1111\n1111",
        "4111\u200b1111\u200b1111\u200b1111",
        "4111\u00a01111\u202f1111\u00ad1111",
        "４１１１１１１１１１１１１１１１",
        "④①①① ①①①①",
        "4\u03361\u03361\u03361\u03361111",
        "٤١١١١١١١",
        "0912.345.678",
        "+84 912 345 678",
        "(0219) 3.866.123",
        "001085012345",
        "1 2 3 4",
        "12/03/1990",
    ],
)
def test_no_number_of_four_digits_or_more_is_kept(number: str) -> None:
    kept = MASKING.kept(f"giấy khai sinh {number} làm sao")
    assert kept == f"giay khai sinh {MASK} lam sao"
    assert not any(
        sign.isdecimal() for sign in MASKING.masked(f"thẻ {number} ạ") if sign < "\u2000"
    )


def test_a_number_said_in_words_is_none_either() -> None:
    assert "chin" not in MASKING.kept("số em không chín một hai ba bốn năm sáu bảy tám")
    assert MASKING.kept("khóa hai ba lần") == "khoa hai ba lan"


@pytest.mark.parametrize("text", ["mất 3 ngày", "phí 50 nghìn", "điều 12 khoản 3"])
def test_what_is_too_short_to_be_anyones_stays(text: str) -> None:
    assert MASKING.kept(text) == fold(text)


@pytest.mark.parametrize(
    "address",
    [
        "lan.nguyen+hoi@gmail.com",
        "LAN@GMAIL.COM",
        "lan @ gmail.com",
        "https://vidu.vn/a?so=1",
        "HTTP://vidu",
        "www.vidu.test/x",
        "zalo.me/lua",
        "facebook.com/ba.lua",
        "fb.com",
        "t.me/balua",
        "@ba_lua",
        "@Bà Lúa",
    ],
)
def test_no_address_link_or_mention_is_kept(address: str) -> None:
    kept = MASKING.kept(f"hỏi giùm {address} nhé")
    assert kept == f"hoi gium {MASK} nhe"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("tôi là Nguyễn Văn An, muốn hỏi", "toi la •••, muon hoi"),
        ("toi la nguyen van an o thon ben", "toi la ••• o thon ben"),
        ("TÔI LÀ NGUYỄN VĂN AN MUỐN HỎI", "toi la ••• muon hoi"),
        ("tên tôi là hoa muốn hỏi", "ten toi la ••• muon hoi"),
        ("em tên Hoa muốn hỏi", "em ten ••• muon hoi"),
        ("cháu là Tuấn muốn hỏi", "chau la ••• muon hoi"),
        ("họ và tên: trần thị bưởi", "ho va ten: •••"),
        ("Nguyễn Thị Bưởi muốn hỏi", "••• muon hoi"),
        ("con em là Lê Gia Bảo Khang", "con em la •••"),
        ("giấy của nguyen van teo", "giay cua •••"),
        ("bà Lúa muốn hỏi", "ba ••• muon hoi"),
        ("giấy của tạ thị bông", "giay cua •••"),
        ("giay cua ta thi bong", "giay cua •••"),
        ("làm cho cụ Phạm Tư Ếch Ộp", "lam cho cu •••"),
        ("My name is John Smith", "my name •••"),
        ("em ở Ngõ Gạch Đỏ", "em o •••"),
    ],
)
def test_no_name_is_kept(text: str, kept: str) -> None:
    assert MASKING.kept(text) == kept


SHIPPED_MASKING = CONTENT.masking


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("tên tôi là Đặng Minh Khang, xin khai sinh", "dang minh khang"),
        ("con em tên là đặng bảo châu xin khai sinh", "bao chau"),
        ("con em ten la vo minh nhat xin khai sinh", "minh nhat"),
        ("khai sinh cho cháu Minh Khang ở đâu", "minh khang"),
        ("khai sinh cho cháu trần bảo ngọc ở đâu", "bao ngoc"),
        ("căn cước của hoàng thị lụa bị mất", "hoang thi lua"),
        ("can cuoc cua bui thi lua bi mat", "bui thi lua"),
        ("DƯƠNG QUỐC VIỆT XIN CẤP LẠI KHAI SINH", "duong quoc viet"),
        ("Phan Thu Cúc xin cấp lại khai sinh", "phan thu cuc"),
        ("đặt tên con là Gia Bảo có được không", "gia bao"),
        ("chủ hộ: vũ ngọc bưởi, vợ: lê mỹ mận", "my man"),
        ("Thạch Sô Dừa đăng ký kết hôn", "so dua"),
        ("Y Bắp Niê làm căn cước", "bap nie"),
        ("H'Mít Niê làm khai sinh", "mit nie"),
        ("bà ma thị dính làm giấy", "ma thi dinh"),
        ("A Tót con ông A Ngớt làm căn cước", "a tot"),
        ("K'Tré với Ka Hoa cưới nhau", "tre"),
        ("ba Cung Thi Lua hoi luong nguoi gia", "cung thi lua"),
        ("cháu Phùng Gia Mai chưa có tên cha", "phung gia mai"),
        ("tôi ở nhà 56 thôn Bến Đò", "56"),
        ("thửa đất số 318 tờ bản đồ 22 của bà", "318"),
        ("mail em là lua [a còng] gmail chấm com", "lua ["),
        ("nhà ông sáu lành lấn đất", "sau lanh"),
        ("cccd 001 và 234 và 567 và 890 mất rồi", "567"),
        ("gọi em 0912 abc 345 abc 678", "345"),
        ("gọi o9i2345678 nhé", "o9i"),
        ("số ❶❷❸❹❺❻ của em", "❶"),
        ("xe 29A-123.45 của em", "29a"),
        ("mật khẩu vneid em đổi Hoa123", "hoa123"),
        ("otp 482 có đúng không", "482"),
        ("zalo: minh khang", "minh khang"),
        ("thư về hoa at gmail nhé", "hoa at"),
        ("tôi ở số 15 ngõ 3 thôn Đông", "15 ngo 3"),
    ],
)
def test_nothing_personal_is_kept_in_whatever_form(text: str, secret: str) -> None:
    assert secret in fold(text)
    assert secret not in SHIPPED_MASKING.kept(text)


@pytest.mark.parametrize(
    "text",
    [
        "trần nhà bị dột xin sửa nhà",
        "nộp tiền phạt vi phạm giao thông",
        "Hồ Sơ Khai Sinh gồm những gì",
        "người lao động tự do mua bảo hiểm thế nào",
        "phụ huynh đón con ở đâu",
        "không có tên thì đăng ký lại được không",
        "đủ 14 tuổi thì làm căn cước ở đâu",
        "lệ phí 80 nghìn đúng không",
        "tờ khai mẫu CT01 lấy ở đâu",
    ],
)
def test_what_only_looks_like_a_name_stays(text: str) -> None:
    assert MASK not in SHIPPED_MASKING.kept(text)


@pytest.mark.parametrize(
    "text",
    [
        "Làm Giấy Khai Sinh cho con",
        "làm Căn Cước Công Dân",
        "LÀM GIẤY KHAI SINH CHO CON Ở ĐÂU",
        "em là mẹ đơn thân",
        "đổi tên cho con",
        "tên con sai trong giấy khai sinh",
        "tên là gì",
        "tôi là người nước ngoài",
        "Hỏi. Làm thẻ. Khai sinh",
        "thẻ BHYT ở đâu",
        "khai sai chính tả thì làm sao",
        "lấy chồng Lào thì sao",
        "vào dichvucong.gov.vn thì làm sao",
    ],
)
def test_what_is_asked_stays_as_it_is(text: str) -> None:
    assert MASKING.kept(text) == fold(text)
    assert MASKING.masked(text) == text


def test_what_the_shipped_phrasings_say_is_kept_but_for_numbers() -> None:
    known = CONTENT.masking
    spoilt = [
        (text, known.kept(text))
        for entry in CONTENT.faq
        for text in entry.phrasings
        if MASK in known.kept(text) and not any(sign.isdecimal() for sign in text)
    ]
    assert spoilt == []


def test_of_a_long_question_no_more_than_a_part_is_kept_and_no_part_of_a_number() -> None:
    assert len(MASKING.kept("khai sinh " * 1_000)) <= LONGEST
    for before in range(3_980, 4_001):
        assert "4111" not in MASKING.masked("x" * before + " 4111111111111111")
    text = "khai " * 118 + "sinh 4111111111111111"
    assert "41" not in MASKING.kept(text)


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_whatever_is_said_can_be_kept_and_masking_again_changes_nothing(text: str) -> None:
    kept = MASKING.kept(text)
    assert len(kept) <= LONGEST
    assert fold(kept) == kept
    assert MASKING.kept(kept).replace(MASK, "").split() == kept.replace(MASK, "").split()
    kept.encode()


@pytest.mark.parametrize(
    "piece", ["1 ", "1   ", "a.", "@", "A ", "tên là ", "a@", "-", "www.", "mot ", "x-", "://"]
)
def test_a_hostile_text_takes_no_longer_than_another(piece: str) -> None:
    begun = time.process_time()
    MASKING.kept(piece * 20_000)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Phàn Tờ Vảng làm căn cước", "••• lam can cuoc"),
        ("Sùng A Páo", "•••"),
        ("LÒ THỊ PANH", "•••"),
        ("tôi là THÀO MÍ SÚA", "toi la •••"),
        ("Lò Văn Inh hỏi thẻ", "••• hoi the"),
        ("giàng a sử làm khai sinh", "••• lam khai sinh"),
        ("nông thị mai hỏi", "••• hoi"),
        ("con tôi tên Nguyễn An Hòa đổi thành Nguyễn Hòa An", "con toi ten ••• doi thanh •••"),
        ("tên Hòa An sửa thành An Hòa", "ten ••• sua thanh •••"),
        ("số nhà 7 ngõ 15 đường Hoa Lan", "so nha •••"),
        ("facebook lua88", "facebook •••"),
        ("zalo em: lua_88", "zalo em: •••"),
        ("balua (at) vidu (dot) com", "•••"),
        ("balua a còng vidu chấm com", "•••"),
        ("mật khẩu là hoaban12", "mat khau la •••"),
        ("pass: hoa!12x", "pass: •••"),
        ("không 9 tám 7 sáu 5 bốn 3", "•••"),
        ("ko chin tam bay sau ba", "•••"),
        ("098 bảy sáu năm 43", "•••"),
        ("cccd 001x099x012x345", "cccd •••"),
        ("nguyen_van_teo", "•••"),
    ],
)
def test_what_was_kept_before_is_not(text: str, kept: str) -> None:
    assert MASKING.kept(text) == kept


def test_a_number_said_in_words_is_none_for_staff_either() -> None:
    assert MASKING.masked("số không chín một hai ba bốn ạ") == f"số {MASK} ạ"


@pytest.mark.parametrize(
    "text",
    [
        "facebook của xã là gì",
        "mật khẩu là gì",
        "zalo không nhận tin",
        "vàng thị trường",
        "nông văn hóa thể thao",
        "hai ba năm bảy tháng",
        "sau 5 năm 3 tháng thì làm sao",
        "sai họ Lò thành họ Lù",
        "xã có Nông Thôn Mới chưa",
        "đất lúa đổi thành đất vườn",
        "đổi tên thì sửa thành bao nhiêu lần",
        "quang thi trường nào",
        "phan mi dau",
        "mua ban van phong",
        "tên xã đổi thành phường",
        "tên con đã sửa thành công chưa",
        "ngõ 3 đường làng hỏng",
        "mật khẩu là số mấy",
        "đất 10x20x30",
    ],
)
def test_ordinary_phrases_stay(text: str) -> None:
    assert MASK not in CONTENT.masking.kept(text)
