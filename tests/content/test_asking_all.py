"""In a group the bot was not addressed in: what is put to whoever knows, and what is not."""

from __future__ import annotations

import pytest

from tests.living import CONTENT

ASKED = [
    "cho em hỏi làm giấy khai sinh cho con cần giấy tờ gì ạ",
    "làm căn cước hết bao nhiêu tiền vậy mọi người",
    "bà con cho hỏi đăng ký tạm trú ở đâu ạ",
    "ai biết thủ tục tách hộ chỉ em với",
    "dang ky ket hon can giay gi vay ca nha",
    "xin hỏi chứng thực bản sao bao nhiêu tiền một trang ạ?",
    "có ai rành làm sổ đỏ lần đầu cần gì không ạ",
    "khai tử cho ông nội thì phải mang theo giấy gì hả bà con",
    "thẻ bảo hiểm y tế hết hạn gia hạn ở đâu ạ?",
    "xã mình thứ bảy có làm việc không ạ",
    "ủy ban mấy giờ mở cửa vậy cả nhà",
    "muốn nhập hộ khẩu cho vợ thì làm thế nào ạ?",
    "giấy xác nhận độc thân xin ở đâu, mất mấy ngày ạ",
    "làm khai sinh qua mạng được không mọi người ơi",
    "trợ cấp người già 75 tuổi làm hồ sơ gì ạ",
    "mọi người ơi cho mình hỏi mai táng phí nộp giấy tờ ở đâu",
    "các bác cho em hỏi vneid mức 2 đăng ký ở đâu",
    "tach thua dat thu tuc the nao a",
    "xây nhà cấp 4 ở quê có phải xin phép không ạ?",
    "đăng ký hộ kinh doanh lệ phí bao nhiêu",
    "xin cấp lại giấy khai sinh bị mất ở đâu vậy ạ",
    "nuôi con nuôi cần điều kiện gì ạ",
    "hộ nghèo xin ở đâu vậy các bác",
    "làm lại căn cước bị mất bao lâu thì có ạ",
    "chuyển hộ khẩu từ tỉnh khác về cần gì ạ",
    "cho hỏi nộp hồ sơ chứng thực chữ ký ở đâu",
    "xin giấy xác nhận cư trú online được không ạ",
    "mấy giờ xe rác qua xóm mình vậy ạ",
    "sang tên sổ đỏ cho con hết bao nhiêu tiền phí ạ",
    "how to register a birth?",
    "ai biết đăng ký khai sinh muộn có bị phạt không ạ",
]
AMONG_THEMSELVES = [
    "chị Hoa ơi bữa trước chị làm khai sinh ở đâu vậy",
    "bác đi làm căn cước chưa bác",
    "mai ai lên xã chứng thực thì chở tui theo với",
    "thằng Tí nhà dì Sáu cưới rồi mà chưa đăng ký kết hôn kìa",
    "làm căn cước đông quá trời chờ cả buổi",
    "khai sinh thì ra xã nộp giấy chứng sinh là xong",
    "hồi em làm có mất tiền gì đâu",
    "hộ nghèo năm nay có tên nhà mình không mẹ",
    "ông Bảy được bao nhiêu tiền thương binh vậy ta",
    "lịch tiêm: sáng thứ 5 ngày 27 tại trạm, mẹ nào có con thì đưa tới",
    "Thông báo: từ ngày 01/12 xã làm việc cả sáng thứ bảy",
    "bà con nhớ mang căn cước khi đi bầu cử",
    "nhà em bán bảo hiểm y tế, ai cần inbox nha",
    "sổ đỏ nhà bả bán được nhiêu vậy",
    "cưới vợ cho con mà chưa có tiền làm sổ đỏ haha",
    "tách hộ ra cho khỏe hả chị",
    "con em học lớp mấy rồi chị",
    "đi nghĩa vụ về chưa em",
    "có ai đi xã không cho gửi cái hồ sơ",
    "tiền điện tháng này nhà bác bao nhiêu",
    "hôm nay xã họp bình xét hộ nghèo lúc 19h",
    "rác đổ đầy đường mà không ai dọn",
    "ai lấy nhầm thẻ căn cước của tôi không",
    "nhặt được căn cước tên Lê Văn Lúa ai biết liên hệ",
    "con bé nó khai sinh tên gì vậy bà",
    "ủa sao kêu làm vneid hoài vậy",
    "vneid gì mà rắc rối quá",
    "kết hôn giờ dễ mà ly hôn mới khó hì hì",
    "bác trưởng thôn ơi nhà em có trong danh sách hỗ trợ không",
    "em làm xong căn cước rồi nha, 50 nghìn thôi",
    "trưa nay tạm vắng nhà ai coi giùm con gà",
    "chứng thực xong rồi cảm ơn chị nha",
    "bữa nay mấy giờ họp thôn vậy",
    "nhà ông Tư xây nhà có xin phép không mà lấn đường",
    "xe rác qua rồi đó",
    "thủ tục gì mà hành dân dữ vậy",
    "bảo hiểm hết hạn hai tháng nay rồi mà lười đi",
    "nghe đâu người già được 500 nghìn phải không bà Năm",
    "mẹ em 80 tuổi rồi mà có thấy đồng nào đâu",
    "mai em đi đăng ký kết hôn nè mọi người chúc mừng em đi",
    "chú Năm ơi hôm nay xã có làm việc không chú",
    "sáng mai 7h30 tiêm chủng tại trạm các mẹ nhé",
    "bình xét hộ nghèo dời qua tối thứ bảy ạ",
    "tiền rác tháng này 30 nghìn một nhà, chị thu",
    "ai đăng ký bảo hiểm y tế thì gặp chị Thắm",
    "cô Liên hội phụ nữ thu tiền bhyt từ nay tới 25/12",
    "em gửi danh sách các cháu đủ 14 tuổi làm căn cước",
    "trưởng thôn mời các hộ có đất ra ký giáp ranh",
    "ai chưa cài vneid thì qua nhà văn hóa em cài cho",
    "công an xã làm căn cước lưu động tại nhà văn hóa tối nay",
    "có bảo hiểm rồi mà đi viện vẫn mất một triệu đó chị",
    "hàng xóm lấn qua đất nhà tôi 2 tấc mà không chịu trả",
    "nhà tôi bán mảnh đất mặt đường sổ đỏ chính chủ giá 900 triệu",
    "cần tìm người làm giấy tờ nhà đất trọn gói",
    "bữa đi khai tử cho nội mà khóc hoài",
    "mới đi lấy giấy khai sinh cho thằng út về",
    "đám cưới con chị Ba bữa nào vậy",
    "sao năm nay không thấy tiền người cao tuổi ta",
    "ủy ban sơn lại đẹp ghê",
    "xã mình bỏ công an thôn rồi hả bà con",
]


def to_whoever_knows(text: str) -> bool:
    return CONTENT.topics.asks_all(text) and CONTENT.masking.masked(text) == text


@pytest.mark.parametrize("text", ASKED)
def test_a_question_put_to_whoever_knows_is_known(text: str) -> None:
    assert to_whoever_knows(text)


@pytest.mark.parametrize("text", AMONG_THEMSELVES)
async def test_what_neighbours_say_to_each_other_is_not_answered(text: str) -> None:
    await CONTENT.search.ready()
    assert not (CONTENT.search.find(text).sure and to_whoever_knows(text))
