from __future__ import annotations

import csv
from pathlib import Path

import pytest

from content.danger import Dangers, parse_dangers
from content.documents import ContentError, File, Layers
from content.loader import SHIPPED, load

IN_DANGER = [
    ("fire", "nhà em cháy rồi xin hỗ trợ gấp"),
    ("fire", "nha dang chay khong con gi"),
    ("flood", "lũ cuốn hết nhà cửa rồi, người còn trên nóc"),
    ("flood", "bão sập nhà, người bị vùi, xin hỗ trợ"),
    ("flood", "nhà sập có người mắc kẹt xin hỗ trợ"),
    ("injury", "nhà cháy hết rồi không còn gì ăn, bố em khó thở"),
    ("fire", "gas rò rỉ"),
    ("fire", "rò rỉ khí ga trong nhà"),
    ("flood", "sạt lở đất rồi"),
    ("flood", "lũ đang lên tới nóc nhà"),
    ("flood", "nuoc len den noc nha roi"),
    ("flood", "nước ngập tới ngực rồi cứu với"),
    ("flood", "lu dang len nhanh qua"),
    ("flood", "nước lũ dâng sát mái, bà cụ còn trong nhà"),
    ("flood", "sat lo nui"),
    ("flood", "đất lở sập xuống nhà"),
    ("injury", "con toi hoc xuong ca"),
    ("injury", "bà cụ bị ngã không dậy được"),
    ("injury", "me toi dau bung du doi"),
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
    ("fire", "114"),
    ("violence", "gọi 113"),
    ("injury", "115!"),
    # read with the keyboard's keys, letters held down, other signs
    ("suicide", "muoons cheets quas"),
    ("suicide", "con tuwj tuwr"),
    ("suicide", "muo61n che61t"),
    ("fire", "chasy nhaf rooif"),
    ("fire", "chays nhaf"),
    ("fire", "cha1y nha2 ba Tu"),
    ("fire", "cháyyyyy"),
    ("fire", "chayyyy nha"),
    ("fire", "nha toi chayyy"),
    ("fire", "ｃｈáｙ ｎｈà"),
    ("injury", "cứuuuu"),
    ("injury", "CỨU!!!"),
    ("drowning", "ngax xuoongs gieengs"),
    ("violence", "ddanhs nhau ngoaif quans"),
    # poison, despair
    ("injury", "con em nuốt phải viên pin"),
    ("injury", "vo em an la ngon"),
    ("injury", "mẹ em uống hết vỉ thuốc ngủ"),
    ("injury", "uong thuoc tru co"),
    ("injury", "thuốc sâu uống rồi"),
    ("injury", "my son took poison"),
    ("suicide", "nó đòi tự vẫn"),
    ("suicide", "em muốn kết thúc tất cả"),
    ("suicide", "không thiết sống nữa"),
    ("suicide", "e k muon song nua"),
    ("suicide", "I want to die"),
    # children, trafficking
    ("abuse", "thầy giáo làm bậy với bạn học sinh"),
    ("abuse", "bố dượng hiếp cháu"),
    ("abuse", "con be bi hiep"),
    ("abuse", "ông ấy sờ mó con gái em"),
    ("abuse", "dâm ô trẻ nhỏ"),
    ("abuse", "cháu bị xâm hại"),
    ("abuse", "bi cuong buc"),
    ("violence", "mẹ kế đánh bầm tím"),
    ("abuse", "có xe lạ bắt con nít"),
    ("abuse", "em tôi bị dụ sang Campuchia bán"),
    ("abuse", "chau bi lua ban sang Trung Quoc"),
    # violence
    ("violence", "nó dọa chém cả nhà"),
    ("violence", "no doi chem em"),
    ("violence", "ông kia cầm rựa rượt người"),
    ("violence", "nó vừa đâm tôi"),
    ("violence", "chong bop co em"),
    ("violence", "trộm đang ở trong nhà"),
    ("violence", "hai đứa đập nhau"),
    ("violence", "he has a knife"),
    # water, falls, floods, slides
    ("drowning", "cháu rớt xuống giếng"),
    ("drowning", "bà ngã suối rồi"),
    ("drowning", "thang be te suoi"),
    ("drowning", "con rơi xuống hồ"),
    ("drowning", "bé chìm dưới ao"),
    ("drowning", "cháu bị ngạt nước"),
    ("drowning", "xe lao xuống vực"),
    ("injury", "xe khách bị lật ở dốc"),
    ("flood", "đất sạt vùi nhà ông Páo"),
    ("flood", "lũ ngập nhà, người còn trên nóc"),
    ("flood", "cây đổ đè người"),
    ("flood", "sét đánh ngoài ruộng"),
    ("flood", "trẻ lạc trong rừng"),
    # fire, gas, electricity, explosives
    ("fire", "mái tranh bốc lửa"),
    ("fire", "lửa bén sang nhà bên"),
    ("fire", "bếp ga vừa nổ"),
    ("fire", "mui gas nong nac"),
    ("fire", "day dien dut ngoai duong"),
    ("fire", "trẻ con nghịch bom mìn"),
    ("fire", "đào được quả bom"),
    ("fire", "thấy quả đạn pháo"),
    ("fire", "sập hầm, người ở trong"),
    # illness, bites
    ("injury", "rắn lục cắn vào chân"),
    ("injury", "chó cắn cháu"),
    ("injury", "ong vo ve dot"),
    ("injury", "ăn nấm rừng cả nhà nôn"),
    ("injury", "vợ đau đẻ ra nhiều máu"),
    ("injury", "ông đau ngực dữ dội"),
    ("injury", "bà méo miệng không nói được"),
    ("injury", "con bong nuoc soi"),
    ("injury", "she is bleeding badly"),
    # what is harmless elsewhere hides no cry
    ("drowning", "chong duoi nuoc ngoai song"),
    ("injury", "goi cap cuu ho em"),
    ("injury", "cap cuu chua toi"),
    ("flood", "bo em di lac trong rung"),
    ("suicide", "em từ lâu muốn chết"),
]
HARMLESS = [
    "nhà cháy hết rồi không còn gì ăn",
    "chay nha xong gio khong co cho o",
    "nhà bị cháy tuần trước, xin xã hỗ trợ",
    "cháy nhà có được xã hỗ trợ tiền không",
    "lũ cuốn hết nhà cửa xin hỗ trợ",
    "lu cuon troi het tai san gio biet lam sao",
    "nhà bị bão sập rồi, xin xã hỗ trợ",
    "lũ cuốn hết giấy tờ giờ làm lại sao",
    "chung nhan chua vo de di lam an xa",
    "xin hoc xuong may o dau",
    "co nga khong day duoc hom nay",
    "khai tử cho người chết đuối",
    "bố mất vì tai nạn, xin trợ cấp",
    "chồng mất tích 2 năm thì khai tử được không",
    "giấy tờ bị cháy thì làm lại ở đâu",
    "sổ đỏ bị cháy",
    "lũ cuốn trôi căn cước rồi làm lại sao",
    "bảo hiểm có chi trả cấp cứu không",
    "vợ sắp đẻ thì làm thẻ gì cho con",
    "ông liệt sĩ bị đâm thời chiến",
    "học phòng cháy chữa cháy",
    "lớp bơi chống đuối nước",
    "nhảy cầu lông",
    "có dao cùn không",
    "bán dao thớt",
    "bị đánh rớt hồ sơ",
    "phim cướp biển",
    "xếp hàng cả buổi muốn chết",
    "gãy tay rồi không ký được",
    "xin cho con chuoi cho can bo",
    "nop cho can bo mau don",
    "ông đốt rác",
    "fire safety certificate",
    "accident insurance",
    "số cccd của em",
    "khu III có mấy tổ",
    "xe cho gach lat duong",
    "thon3 xom7",
    "nhà bị hỏng hóc nhỏ",
    "hàng quán chặt chém",
    "mèo nhà bà Hai đi lạc",
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

IN_OTHER_WORDS = [
    "ông nội em tự nhiên lăn ra đất mắt trợn ngược",
    "ba em đang ăn cơm thì gục xuống bàn",
    "má tui nằm đó kêu hoài hổng nhúc nhích",
    "chau nho nuot cai nut ao khong tho duoc",
    "thằng cu nhà em bị mắc xương cá, khóc không ra tiếng",
    "con gái em người tím hết rồi",
    "bà ngoại sốt 40 độ co giật",
    "vợ em ra máu ướt hết giường",
    "chị dâu em đau bụng đẻ mà đường ngập không đi được",
    "ghe của ba em bị sóng đánh úp rồi",
    "có đứa nhỏ lọt xuống mương nước chảy xiết",
    "hai anh em tắm sông chưa thấy lên",
    "mấy đứa nhỏ tắm hồ một đứa không thấy ngoi lên",
    "nước tràn vào nhà tới ngực rồi bà con ơi",
    "nhà em bị nước cô lập trên gác, có bà bầu",
    "đất trên đồi đang trôi xuống sau nhà",
    "dat lo lap nua nha roi, con toi con trong do",
    "cột điện đổ vô nhà, dây xẹt lửa",
    "em trai bị điện giật dính luôn vô tủ lạnh",
    "khói mù mịt trong phòng trọ, tụi em không ra được",
    "bếp nhà hàng xóm phực lửa lên tới mái",
    "xe bồn xăng lật, xăng tràn ra đường",
    "bình ga nhà cô Bảy xì khói",
    "có ông say cầm dao phay đứng trước cổng nhà",
    "chồng chị Tám lại nện vợ, con nít khóc quá",
    "nó bóp cổ con vợ kìa",
    "bị mấy thằng thanh niên vây đánh ở quán nhậu",
    "có tiếng kêu cứu trong nhà bỏ hoang",
    "bé gái kế bên bị ông kia sàm sỡ",
    "bà lú lẫn bỏ nhà đi từ trưa",
    "em viết thư này rồi đi luôn, đừng tìm em",
    "con muon chet qua, khong ai thuong con",
    "đứa bạn em nó vừa nuốt nguyên lọ thuốc",
    "mẹ em lỡ uống thuốc diệt chuột",
    "ba tui bị rắn chàm quạp mổ vô tay",
    "bị bò cạp chích sưng vù, khó thở",
    "chó điên cắn ba người trong xóm",
    "ông tư leo dừa té xuống nằm luôn",
    "chú thợ hồ rớt giàn giáo",
    "xe máy tông xe tải, người văng ra đường",
    "tai nạn gãy chân nằm ngoài quốc lộ",
    "máy cày đè lên người ba tôi",
    "máy xay cuốn mất bàn tay",
    "lỡ cưa trúng chân máu ra như suối",
    "em bé bị bỏng nguyên nồi canh",
    "thợ lò ngạt khí dưới giếng",
    "đào ao trúng trái bom",
    "bắn nhau ngoài bìa rừng",
    "my son fell into the pond",
    "please help my mother is not waking up",
    "there is a fire next door",
    "my husband is beating me now",
    "baby is coming and no car",
    "nguoi ta danh nhau chay mau dau",
    "ong lao nga o san bat tinh",
    "be 2 tuoi uong nham dau hoa",
    "nha sap de trung ba gia",
    "lu quet cuon hai vo chong roi",
]
BESIDE_HARMLESS_WORDS = [
    "chạy xe ngoài đường bị tông, nằm im",
    "cháy hết giấy tờ, mẹ em còn kẹt trong nhà",
    "lớp học bơi có cháu bị đuối nước",
    "vì tiền mà nó leo lên cầu đòi nhảy",
    "hôm qua sốt, giờ không thở được nữa",
    "bị xâm hại từ năm ngoái tới giờ",
]
OVER_OR_NO_DANGER = [
    "năm ngoái lũ lên tới nóc nhà, giờ xã có cho vay xây lại không",
    "chồng tôi chết đuối năm 2019 giờ xin trợ cấp được không",
    "xin giấy xác nhận nhà bị sập do bão số 3",
    "hồi nhỏ tôi bị rắn cắn cụt ngón tay, có được chế độ gì không",
    "mẹ tôi bị tai biến nằm một chỗ có được trợ cấp không",
    "hôm qua chợ cháy có ai biết tin gì không",
    "bao giờ xã tập huấn phòng cháy",
    "lớp học bơi cho trẻ em mấy giờ",
    "em bị té xe gãy tay năm ngoái, bảo hiểm có trả không",
    "con chó nhà hàng xóm cắn chết đàn gà",
    "chợ bữa nay thịt rẻ quá trời",
    "giá heo rớt thảm",
    "điện thoại em rớt xuống nước có sao không",
    "đường trơn trượt, xe dễ ngã, xã sửa giùm",
    "đèn đường cháy bóng ba hôm",
    "nước chảy tràn đường",
    "rác chất đống hôi muốn chết",
    "đánh giá cán bộ ở đâu",
    "đội bóng xã đánh bại xã bên",
    "máy gặt kẹt bùn",
    "hồ sơ kẹt ở đâu vậy",
    "vợ em sắp sinh thì cần chuẩn bị giấy gì",
    "vợ mới đẻ làm khai sinh ở đâu",
    "ông nội mất hôm qua cần làm khai tử",
    "ông cụ qua đời vì bệnh tim",
    "chạy xe không bằng lái phạt sao",
    "xin cấp lại sổ đỏ bị cháy",
    "trụ nước chữa cháy thôn mình hư",
    "con bò nhà tôi bị lạc",
    "mất con trâu ai thấy báo giùm",
    "bom nước tưới cà phê mượn ở đâu",
    "ong mật bán ở đâu",
    "mua thuốc chuột ở đâu",
    "phun thuốc diệt muỗi khi nào",
    "thuốc trừ sâu bán lẻ giá sao",
    "khói đốt rơm khó chịu quá",
    "hố ga mất nắp nguy hiểm quá",
    "lan can cầu hỏng dễ rơi xuống sông",
    "ao không rào nguy hiểm cho trẻ",
    "cá chết nổi đầy hồ",
    "gà chết hàng loạt báo ai",
    "mưa lớn lúa ngã hết",
    "cây ngã chắn đường",
    "lốp xe nổ giữa đường",
    "tiếng nổ mìn mỏ đá ồn quá",
    "thi đấu cướp cờ chiều nay",
    "vở kịch hay chết đi được",
    "đói bụng muốn xỉu",
    "nghe giá mà muốn xỉu",
    "cười xỉu",
    "hết hồn, tưởng mất căn cước",
    "con đi học xa, tạm vắng khai không",
    "sinh con ngoài bệnh viện có làm khai sinh không",
    "đẻ rơi ngoài đường thì khai sinh thế nào",
    "bảo hiểm học sinh có chi trả khi gãy tay không",
    "mộ liệt sĩ hy sinh vì trúng bom",
    "ai bị bắt vì đánh bạc vậy",
    "trộm chó xử lý sao",
    "ba má ly hôn ai nuôi con",
]
EMPTY = "harmless = []\n[sets]\n[quiet]\n[now]\n"


@pytest.fixture(scope="module")
def dangers() -> Dangers:
    return parse_dangers(Layers.of([SHIPPED]).one("danger.toml"))


@pytest.mark.parametrize(("kind", "text"), IN_DANGER)
def test_a_cry_for_help_is_heard(dangers: Dangers, kind: str, text: str) -> None:
    danger = dangers(text)
    assert danger is not None
    assert danger.kind == kind


@pytest.mark.parametrize("text", IN_OTHER_WORDS + BESIDE_HARMLESS_WORDS)
def test_a_cry_is_heard_in_anybodys_words(dangers: Dangers, text: str) -> None:
    assert dangers(text) is not None


@pytest.mark.parametrize("text", HARMLESS + OVER_OR_NO_DANGER)
def test_an_ordinary_message_raises_no_alarm(dangers: Dangers, text: str) -> None:
    assert dangers(text) is None


def test_what_is_asked_of_an_entry_raises_no_alarm(dangers: Dangers) -> None:
    entries = [entry for entry in load((SHIPPED,)).faq if entry.id != "khan_cap"]
    asked = [text for entry in entries for text in (*entry.phrasings, *entry.names)]
    assert len(asked) > 1_000
    assert [text for text in asked if dangers(text)] == []


def test_what_is_measured_as_a_question_raises_no_alarm(dangers: Dangers) -> None:
    with (Path(__file__).parent / "questions.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    told = ("khan_cap", "phan_anh")  # there somebody may well be in danger
    asked = [row["question"] for row in rows if not set(row["intent"].split("|")) & set(told)]
    assert len(asked) > 700
    assert [text for text in asked if dangers(text)] == []


def test_a_child_that_is_harmed_is_told_of_the_childrens_number(dangers: Dangers) -> None:
    danger = dangers("chau be bi xam hai")
    assert danger is not None
    assert [number.number for number in danger.numbers] == ["113", "111", "115"]


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


@pytest.mark.parametrize(
    "text",
    [
        "nước lũ đang dâng, có người kẹt",
        "nuoc dang nhanh qua, me toi ket trong nha",
        "flood water is rising, we are on the roof",
    ],
)
def test_a_flood_calls_those_who_rescue(dangers: Dangers, text: str) -> None:
    danger = dangers(text)
    assert danger is not None
    assert [number.number for number in danger.numbers] == ["112", "114"]


def test_abbreviations_of_phones_hide_no_cry(dangers: Dangers) -> None:
    assert dangers("mẹ em ko thở đc") is not None


def test_a_set_that_there_is_not_is_refused_with_the_nearest() -> None:
    sets = 'harmless = []\n[sets]\nwater = ["sông"]\n[quiet]\n'
    text = sets + '[now]\nwords = ["ngã {watr}"]\n[numbers]\n[[danger]]\n'
    with pytest.raises(ContentError, match=r"danger\.toml:6: “\{watr\}” .*water"):
        parse_dangers(File("danger.toml", text))


def test_a_number_without_a_name_is_refused_with_its_line(tmp_path: Path) -> None:
    text = f'{EMPTY}[numbers]\n[[danger]]\nkind = "fire"\nnumbers = ["114"]\n'
    with pytest.raises(ContentError, match=r"danger\.toml:8: “114” has no name in \[numbers\]"):
        parse_dangers(File("danger.toml", text))
