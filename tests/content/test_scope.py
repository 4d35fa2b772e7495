"""Where the entries end, on made-up rules; then what the shipped ones keep away, and what not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from content.documents import ContentError, File, parse_toml
from content.faq import NOTES, SECTIONS, FaqEntry
from content.folding import fold
from content.loader import load
from content.phrases import tokens
from content.scope import Scope, parse_note, parse_scope, parse_sets
from content.search import FaqSearch

SETS = '[sets]\nvat = ["chó", "mèo"]\nnuoc = ["Lào", "Nhật Bản"]\n'
HOURS = FaqEntry(
    id="gio",
    title={"vi": "Giờ làm việc", "en": "Hours"},
    code="",
    office="UBND xã",
    owner="Cô Mơ",
    phrasings=("mấy giờ mở cửa",),
    sources=(),
    review_by=date(2027, 1, 1),
    valid_from=None,
    valid_until=None,
    aspects={"tra_loi": "Tám giờ."},
    english="Eight.",
)

FOREIGN = [
    ("o_nuoc_ngoai", "làm căn cước ở Campuchia"),
    ("o_nuoc_ngoai", "lam can cuoc o Lao duoc khong"),
    ("o_nuoc_ngoai", "đăng ký kết hôn bên Nhật thì nộp ở đâu"),
    ("o_nuoc_ngoai", "khai tử cho người thân tại Canada thủ tục sao"),
    ("o_nuoc_ngoai", "đăng ký tạm trú ở Singapore cần gì"),
    ("o_nuoc_ngoai", "giấy khai sinh Mỹ cấp lại ở đâu"),
    ("o_nuoc_ngoai", "register a marriage in Taiwan documents"),
    ("co_quan_khac", "giờ mở cửa chợ"),
    ("co_quan_khac", "buu dien may gio mo cua"),
    ("co_quan_khac", "UBND huyện làm việc mấy giờ"),
    ("co_quan_khac", "giờ làm việc của sở tư pháp"),
    ("co_quan_khac", "cho xin số điện thoại công an huyện"),
    ("co_quan_khac", "số điện thoại văn phòng ubnd tỉnh"),
    ("co_quan_khac", "lịch tiếp công dân của chủ tịch tỉnh"),
    ("co_quan_khac", "siêu thị mở cửa đến mấy giờ"),
    ("lo_lot", "phí bôi trơn làm giấy phép xây nhà bao nhiêu"),
    ("lo_lot", "lót tay bao nhiêu để tách thửa cho lẹ"),
    ("lo_lot", "nhờ người quen chạy giấy khuyết tật hết mấy triệu"),
    ("lo_lot", "hối lộ công an xã để nhập khẩu"),
    ("lo_lot", "quà cáp gì để được vào hộ nghèo"),
    ("giay_gia", "mua sổ hộ cận nghèo hết bao nhiêu tiền"),
    ("giay_gia", "bán tài khoản định danh điện tử mức 2 giá bao nhiêu"),
    ("giay_gia", "mua giấy xác nhận độc thân ở đâu"),
    ("giay_gia", "ai nhận làm thẻ bảo hiểm y tế giả"),
    ("giay_gia", "làm giấy khai sinh khống cho cháu"),
    ("giay_gia", "nhờ trưởng thôn ký khống giấy xác nhận"),
    ("giay_gia", "khai tử cho ông còn sống"),
    ("giay_gia", "hai giấy khai sinh cho một đứa được không"),
    ("lua_dao", "có người gọi bảo nâng cấp vneid rồi chuyển tiền"),
    ("lua_dao", "số lạ nhắn kêu đóng phí căn cước qua tài khoản"),
    ("lua_dao", "công an gọi điện yêu cầu cài app dịch vụ công giả"),
    ("suc_khoe", "tiêm xong sưng tay chườm gì"),
    ("suc_khoe", "vắc xin cúm giá bao nhiêu một mũi"),
    ("suc_khoe", "cháu sốt cao uống thuốc hạ sốt loại nào"),
    ("thu_y", "đăng ký tạm trú cho con bò"),
    ("thu_y", "làm khai sinh cho chó con"),
    ("thu_y", "khai tử cho con trâu già"),
    ("thu_y", "mua bảo hiểm y tế cho lợn"),
    ("thu_y", "nhập khẩu cho con vẹt"),
    ("thu_y", "nhận con nuôi mèo"),
    ("chuyen_tro", "ngày nào tốt để đăng ký kết hôn"),
    ("chuyen_tro", "xem ngày chôn cất"),
    ("noi_khac", "sửa tủ lạnh gọi số nào"),
    ("noi_khac", "thuê xe cưới bảy chỗ"),
    ("xe_co", "mất giấy tờ xe làm lại ở đâu"),
    ("hoc_hanh", "trường tiểu học tan lúc mấy giờ"),
    ("viec_nguoi_khac", "số điện thoại cô Lan"),
    ("viec_nguoi_khac", "sdt chị Hương bán rau"),
    ("vuong_ho_tich", "lấy vợ hai cần giấy gì"),
    ("vuong_ho_tich", "đang có vợ mà muốn đăng ký kết hôn với người khác"),
]
OURS = [
    ("trich_luc", "em làm việc ở Nhật, cần trích lục khai sinh gửi qua"),
    ("trich_luc", "mình định cư ở Canada cần bản sao giấy khai sinh, người nhà xin hộ được không"),
    ("uy_quyen", "bố mẹ ở nước ngoài muốn ủy quyền cho em làm giấy tờ"),
    ("khai_sinh", "con em sinh ở Đài Loan giờ về xã làm khai sinh"),
    ("khai_tu", "bác tôi mất ở Campuchia, về xã khai tử thế nào"),
    ("tam_vang", "cả nhà sang Lào làm ăn nửa năm có phải báo tạm vắng"),
    ("xac_nhan_doc_than", "xin xác nhận tình trạng hôn nhân để cưới ở Đức"),
    ("can_cuoc", "ở tỉnh khác có làm căn cước được không"),
    ("can_cuoc", "công an xã có làm căn cước không hay phải lên tỉnh"),
    ("can_cuoc", "nhà em ở Mỹ Đức, làm căn cước ở đâu"),
    ("khai_sinh", "con sinh ở bệnh viện tỉnh làm khai sinh ở đâu"),
    ("gio_lam_viec", "cho em hỏi mấy giờ xã bắt đầu làm việc"),
    ("gio_lam_viec", "ubnd xa lam viec may gio"),
    ("gio_lam_viec", "tan chợ chín giờ lên xã còn kịp không, xã làm tới mấy giờ"),
    ("gio_lam_viec", "em đi làm công ty cả tuần, xã có làm ngoài giờ không"),
    ("lien_he", "số điện thoại anh công an xã phụ trách hộ khẩu"),
    ("lien_he", "cho em số cán bộ tư pháp"),
    ("lien_he", "số điện thoại công an xã"),
    ("nhan_ket_qua", "nhận giấy qua bưu điện được không"),
    ("bhyt", "đi bệnh viện tỉnh dùng thẻ bảo hiểm được không"),
    ("bhyt", "mua thẻ bảo hiểm y tế hộ gia đình ở đâu"),
    ("bhyt", "gia the bhyt nam nay bao nhieu"),
    ("dat_dai_sang_ten", "mua đất rồi sang tên sổ đỏ hết bao nhiêu"),
    ("khai_sinh", "lam giay khai sinh khong mat tien phai khong"),
    ("chung_thuc", "chứng thực giấy bán xe máy ở xã được không"),
    ("chung_thuc", "sao y bằng lái xe ở đâu"),
    ("cai_chinh", "khai sinh ghi sai năm sinh sửa thế nào"),
    ("tiem_chung", "con tiêm xong bị sốt thì làm sao"),
    ("tiem_chung", "bị chó cắn có thuốc tiêm ở trạm không"),
    ("khuyet_tat", "uống thuốc tâm thần lâu năm có được giấy khuyết tật không"),
    ("xay_dung", "thuê thợ xây nhà hai tầng có phải xin phép không"),
    ("xay_dung", "xây chuồng bò có phải xin phép không"),
    ("ho_kinh_doanh", "mở tiệm sửa xe máy cần giấy tờ gì"),
    ("ho_kinh_doanh", "bán hàng ở chợ có phải đăng ký kinh doanh không"),
    ("ho_ngheo", "nhà có hai con bò có được xét hộ nghèo không"),
    ("ket_hon", "làm đám cưới rồi mới đăng ký kết hôn có sao không"),
    ("vneid", "cập nhật vneid ở đâu"),
    ("vneid", "tích hợp bằng lái vào vneid"),
    ("nhan_ket_qua", "xã gọi bảo lên lấy giấy thì mang theo gì"),
    ("khieu_nai", "muốn khiếu nại quyết định của ủy ban huyện cũ"),
]
NOTED = [
    ("ket_hon", "kết hôn với người nước ngoài cần giấy gì"),
    ("ket_hon", "lấy chồng Hàn Quốc cần giấy tờ gì"),
    ("ket_hon", "ket hon voi nguoi nuoc ngoai nop o dau"),
    ("ket_hon", "15 tuổi kết hôn được không"),
    ("ket_hon", "15 tuổi lấy vợ được không"),
    ("ket_hon", "hai nam kết hôn được không"),
    ("ket_hon", "anh em họ đăng ký kết hôn cần giấy gì"),
    ("khai_sinh", "chồng em người Đài Loan, làm khai sinh cho con cần gì"),
    ("con_nuoi", "người nước ngoài nhận con nuôi cần giấy tờ gì"),
    ("nhan_cha_me_con", "cha là người Úc muốn nhận con ở xã cần gì"),
]
UNNOTED = [
    ("ho_so", "đăng ký kết hôn cần giấy tờ gì"),
    ("ho_so", "em 25 tuổi đăng ký kết hôn cần giấy tờ gì"),
    ("ho_so", "15 tuổi làm căn cước cần giấy tờ gì"),
    ("ho_so", "khai sinh cho con cần giấy tờ gì"),
]


def made(lines: str) -> Scope:
    table = parse_toml(File("topics.toml", f"{lines}\n{SETS}"))
    return parse_scope(table, parse_sets(table.table("sets")))


@pytest.fixture(scope="module")
def search() -> FaqSearch:
    return load().search


@pytest.mark.parametrize(
    ("rule", "text", "barred"),
    [
        pytest.param("chợ", "chợ mấy giờ mở cửa", True, id="a word"),
        pytest.param("chợ", "cho hỏi mấy giờ mở cửa", False, id="a word without its mark"),
        pytest.param("bưu điện", "buu dien may gio mo cua", True, id="words without marks"),
        pytest.param("=bán vàng", "ban vang may gio", False, id="words that need their marks"),
        pytest.param("=bán vàng", "chỗ bán vàng mấy giờ", True, id="words that have them"),
        pytest.param("con {vat}", "con mèo mấy giờ ăn", True, id="each of a set"),
        pytest.param("con {vat}", "con bò mấy giờ ăn", False, id="none of a set"),
        pytest.param("{vat} + {nuoc}", "mấy giờ ở Lào cho chó ăn", True, id="all of a rule"),
        pytest.param("{vat} + {nuoc}", "mấy giờ cho chó ăn", False, id="half of a rule"),
    ],
)
def test_a_rule_is_met_as_it_is_written(rule: str, text: str, barred: bool) -> None:
    assert made(f'foreign = ["{rule}"]').bars(tokens(text), HOURS) == barred


def test_without_rules_nothing_is_barred() -> None:
    assert not Scope().bars(tokens("chợ mấy giờ mở cửa"), HOURS)


@pytest.mark.parametrize(
    ("also", "barred"),
    [
        pytest.param("", True, id="nothing"),
        pytest.param('over = ["lien_he"]', False, id="over another"),
        pytest.param('over = ["gio"]', True, id="over this one"),
        pytest.param('own = ["gio"]', False, id="told by this one"),
        pytest.param('beside = ["gần chợ"]', False, id="beside"),
        pytest.param('beside = ["xa chợ"]', True, id="beside what is not said"),
        pytest.param('unless = ["ủy ban"]', False, id="unless"),
    ],
)
def test_what_is_foreign_has_its_bounds(also: str, barred: bool) -> None:
    said = tokens("ủy ban gần chợ mấy giờ mở cửa")
    assert made(f'foreign = ["chợ"]\n{also}').bars(said, HOURS) == barred


def test_an_entry_that_speaks_of_it_is_asked_for_it() -> None:
    scope, said = made('foreign = ["chợ", "siêu thị"]'), tokens("chợ mấy giờ tan")
    market = replace(HOURS, phrasings=("giờ mở cửa của chợ",))
    assert scope.bars(said, HOURS)
    assert not scope.bars(said, market)
    assert scope.bars(tokens("siêu thị mấy giờ đóng cửa"), market)


def test_a_phrasing_that_is_only_beside_it_does_not_speak_of_it() -> None:
    scope = made('foreign = ["chợ"]\nbeside = ["gần chợ"]')
    near = replace(HOURS, phrasings=("ủy ban gần chợ mấy giờ mở cửa",))
    assert scope.bars(tokens("chợ mấy giờ tan"), near)


def test_a_set_that_there_is_none_of_is_refused_with_its_line() -> None:
    table = parse_toml(File("topics.toml", 'over = []\nwords = ["{vạt}"]'))
    with pytest.raises(ContentError, match=r"topics.toml:2: unknown set “{vạt}”; did you mean"):
        parse_note(table, parse_sets(parse_toml(File("topics.toml", 'vat = ["chó"]'))))


@pytest.mark.parametrize(("topic", "text"), FOREIGN)
def test_what_is_foreign_to_us_is_not_answered(search: FaqSearch, topic: str, text: str) -> None:
    found = search.find(text)
    assert (found.decision, found.entry) == ("decline", None)
    assert found.topic is not None
    assert found.topic.id == topic


@pytest.mark.parametrize(("entry", "text"), OURS)
def test_what_only_sounds_like_it_stays_ours(search: FaqSearch, entry: str, text: str) -> None:
    found = search.find(text)
    assert found.decision in ("answer", "choices")
    assert entry in (found.candidates[:1] if found.entry else found.candidates[:3])


def test_a_complaint_about_an_animal_stays_one(search: FaqSearch) -> None:
    assert search.find("con bò nhà bên phá ruộng lúa nhà tôi").decision == "feedback"


@pytest.mark.parametrize(("entry", "text"), NOTED)
def test_what_only_the_notes_tell_of_is_told_by_them(
    search: FaqSearch, entry: str, text: str
) -> None:
    assert search.find(text).candidates[0] == entry
    assert search.aspect(text) == NOTES
    assert search.each_aspect(text) == (NOTES,)


@pytest.mark.parametrize(("aspect", "text"), UNNOTED)
def test_other_questions_keep_their_aspect(search: FaqSearch, aspect: str, text: str) -> None:
    assert search.aspect(text) == aspect
    assert search.each_aspect(text) == (aspect,)


def test_rules_and_notes_name_entries_that_there_are() -> None:
    content = load()
    known = {entry.id: entry for entry in content.faq}
    scopes = [topic.scope for topic in content.topics.decline]
    assert {id for scope in scopes for id in scope.over | scope.own} <= known.keys()
    noted = {id for note in content.topics.noted for id in note.over}
    assert all(NOTES in known[id].aspects for id in noted)
    assert NOTES in SECTIONS


@pytest.mark.parametrize("typed", [str, fold])
def test_no_rule_takes_a_phrasing_even_if_the_entry_had_never_heard_it(
    typed: Callable[[str], str],
) -> None:
    content = load()
    taken = [
        (entry.id, text)
        for entry in content.faq
        for text in entry.phrasings
        if content.topics.instead(typed(text), replace(entry, phrasings=_without(entry, text)))
    ]
    assert taken == []


def _without(entry: FaqEntry, text: str) -> tuple[str, ...]:
    return tuple(one for one in entry.phrasings if one != text)
