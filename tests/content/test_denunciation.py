from __future__ import annotations

import pytest

from content.denunciation import Denunciations, parse_denunciations
from content.documents import Layers
from content.loader import SHIPPED

DENUNCIATIONS = [
    "Tôi muốn tố cáo",
    "tôi tố cáo ông trưởng thôn lấy tiền làm đường",
    "toi muon to cao can bo",
    "gui don to cao o dau",
    "don to cao viet the nao",
    "thủ tục tố cáo thế nào",
    "khiếu nại, tố cáo nộp ở đâu",
    "khieu nai to cao",
    "cán bộ nhận hối lộ",
    "can bo nhan hoi lo",
    "ông ấy tham nhũng tiền quỹ",
    "tham nhung dat cong",
    "cán bộ vòi tiền khi làm giấy tờ",
    "bi can bo voi tien",
    "kế toán biển thủ tiền từ thiện",
    "có người ăn chặn tiền cứu trợ",
    "truong thon an chan tien ho ngheo",
    "đưa phong bì mới được làm",
    "phải đưa phong bì cho anh địa chính",
    "can bo dia chinh doi tien moi lam",
    "bao che cho bãi cát lậu",
    "công an bảo kê sòng bạc",
    "tố giác tội phạm ở đâu",
    "tham ô tiền của dân",
    "rut ruot cong trinh nha van hoa",
    "lạm quyền",
    "họ lợi dụng chức vụ",
    "I want to report a bribe",
    "anh ấy lót tay cho cán bộ",
    "nhũng nhiễu dân",
    "tocao",
    "toos caos cans booj",
    "bí thư cho con cháu vào hộ nghèo",
    "bi thu cho con chau vao ho ngheo",
    "họ hàng cán bộ toàn được hộ nghèo",
    "em làm giấy bị thu 500 nghìn không biên lai",
    "chu tich xa lay dat cua dan ban",
    "truong thon an tien ho tro bao",
    "can bo doi 500k moi dong dau",
    "địa chính gợi ý chi tiền",
    "bên xã vòi tiền",
    "công an nhận tiền bỏ qua lỗi",
    "ông ấy ăn hoa hồng công trình",
    "muốn tố ông chủ tịch",
    "bóc phốt cán bộ xã",
    "cong an xa danh dan",
    "chủ tịch xã bán đất công",
]
OTHERS = [
    "can bo ho so gi de doi can cuoc moi",
    "to ong vo ve tren mai nha",
    "hut be phot goi ai",
    "danh dan bau o nha van hoa",
    "nộp lệ phí có biên lai không",
    "hoa hồng trồng ở đâu",
    "bát tô cao",
    "cây to cao quá che đèn",
    "cay to cao qua",
    "nhà to cao nhất xóm",
    "báo cáo kết quả",
    "phản ánh đèn đường hỏng",
    "khiếu nại quyết định hành chính",
    "lam giay khai sinh can gi",
    "cấp căn cước hết bao nhiêu tiền",
    "tuyên truyền phòng chống tham nhũng lúc mấy giờ",
    "thông cáo báo chí",
    "cáo lỗi bà con",
    "con cáo bắt gà",
    "quảng cáo dán đầy cột điện",
    "tổ cao tuổi họp ở đâu",
    "to dan pho cao diem",
    "mua phong bì ở đâu",
    "rác không ai dọn",
    "hội lồ ô",
    "nhà ông Ba cháy to quá",
    "tiền điện tháng này cao quá",
    "vòi nước hỏng",
    "tham gia hội phụ nữ",
    "tham quan nông thôn mới",
    "bao giờ che mái nhà văn hóa",
    "chúng tôi cần đèn",
    "xin chào",
    "nop tien dien o dau",
    "",
    "\ud800",
]


@pytest.fixture(scope="module")
def denunciations() -> Denunciations:
    return parse_denunciations(Layers.of([SHIPPED]).one("denunciation.toml"))


@pytest.mark.parametrize("text", DENUNCIATIONS)
def test_a_denunciation_is_recognised(denunciations: Denunciations, text: str) -> None:
    assert denunciations(text)


@pytest.mark.parametrize("text", OTHERS)
def test_other_words_are_no_denunciation(denunciations: Denunciations, text: str) -> None:
    assert not denunciations(text)


def test_a_denunciation_at_the_end_of_a_long_message_is_recognised(
    denunciations: Denunciations,
) -> None:
    assert denunciations("hôm nay trời đẹp " * 1_000 + DENUNCIATIONS[0])
