from __future__ import annotations

import subprocess
import sys

import pytest

from content.language import Languages

VIETNAMESE = """
Chào các bác | họp thôn mấy giờ ạ | Nhà tôi mất điện từ sáng | em cảm ơn nhiều | ừ, được rồi
ông bà ngoại | Giấy tờ gồm những gì | sân bóng khóa cửa | mượn loa ở đâu | cho em xin số bác Ba
chao bac | em cam on nhieu | mat dien tu sang | hop thon may gio | giay to gom nhung gi | o day
ai truc hom nay | nha van hoa mo cua chua | cho chau hoi voi | di lam xa | duong lay qua
toi muon nop don | ban giup minh nhe | so bac truong thon | con toi bi om | may gio phat qua
ko bit j | dc k z | bn tien vay mn | mik o thon 4 | Em goi ma khong ai nghe | lam so ho ngheo
check mail giup em | wifi yeu qua | link nop don dau a | CAM ON XA | NHA VAN HOA MO CUA CHUA
"""
ENGLISH = """
Good afternoon | who should I ask | my house has no electricity | thank you very much | please call
When does the office open | the bridge is broken | I have lost my papers | where can I park
is the water safe to drink | how much is the fee | we moved here last month | my son was born here
I need a form | what time is the meeting | could you help us | there is a dog on the road
yes, tomorrow morning | does anyone speak English | sorry, wrong group | change my name | a new baby
vaccination day | marriage papers | next week perhaps | lost passport | adopt a child
"""
OTHERS = [
    ("zh", "村委会在哪里"),
    ("zh", "请帮助我"),
    ("ko", "도와주세요"),
    ("ko", "회의가 몇 시예요"),
    ("ja", "助けてください"),
    ("ja", "会議は何時ですか"),
    ("th", "ขอบคุณครับ"),
    ("ru", "где находится контора"),
]


def phrases(text: str) -> list[str]:
    return [phrase.strip() for line in text.split("\n") for phrase in line.split("|") if phrase]


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages()


@pytest.mark.parametrize(
    ("language", "sample"),
    [
        *(("vi", phrase) for phrase in phrases(VIETNAMESE) if phrase),
        *(("en", phrase) for phrase in phrases(ENGLISH) if phrase),
        *OTHERS,
    ],
)
def test_a_short_message_is_recognised(languages: Languages, language: str, sample: str) -> None:
    # The other language as fallback: giving up does not count as recognising.
    fallback = "en" if language == "vi" else "vi"
    assert languages.detect(sample, fallback) == language


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("2", id="a number"),
        pytest.param("👍👍", id="emoji"),
        pytest.param("k", id="one letter"),
        pytest.param("https://example.org/thong-bao", id="a link"),
        pytest.param("\ud800\x00", id="broken"),
        pytest.param("ok", id="ok"),
        pytest.param("Okay, thanks!", id="thanks"),
        pytest.param("no", id="no"),
        pytest.param("alo", id="alo"),
        pytest.param("%s %d", id="a format"),
        pytest.param("a b c d", id="single letters"),
        pytest.param("{name} ${HOME}", id="placeholders"),
        pytest.param("x=1;y=2 f(x)", id="code"),
        pytest.param("<b>the</b> <i>road</i>", id="tags"),
        pytest.param("C:\\temp\\office.txt a_road|the_house", id="names of files"),
        pytest.param("0x1F abc123 29A1", id="letters among figures"),
        pytest.param("qr dm hgfjhgf", id="no vowel"),
        pytest.param("?!… %%% ***", id="signs"),
    ],
)
@pytest.mark.parametrize("fallback", ["vi", "en"])
def test_too_little_text_keeps_the_language_of_the_chat(
    languages: Languages, text: str, fallback: str
) -> None:
    assert languages.detect(text, fallback) == fallback


def test_vietnamese_with_a_foreign_word_stays_vietnamese(languages: Languages) -> None:
    assert languages.detect("bác ơi 谢谢 nhà văn hóa ở đâu", "en") == "vi"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "where can I pay 50% of the fee, at 2pm?"),
        ("vi", "may gio thi phat qua, 14h30 hay 3h"),
        ("vi", "ko bit j ve {name}"),
        ("en", "the {name} in my letter, what is it"),
    ],
)
def test_code_and_figures_do_not_hide_the_words_beside_them(
    languages: Languages, language: str, text: str
) -> None:
    assert languages.detect(text, "en" if language == "vi" else "vi") == language


def test_the_same_message_is_always_the_same_language(languages: Languages) -> None:
    samples = ["in on ao", "do an", "ok bye", "la la la", "con mot"]
    first = [languages.detect(sample) for sample in samples]
    assert all([languages.detect(sample) for sample in samples] == first for _ in range(20))
    assert [Languages().detect(sample) for sample in samples] == first


def test_langdetect_is_not_imported_before_a_message_needs_it() -> None:
    code = """
import sys
from content.language import Languages
Languages().detect("đường thôn ngập")
assert "langdetect" not in sys.modules
Languages().detect("hello there")
assert "langdetect" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("code", ["YWP9-SKFU", "ywp9skfu", "THE4–WHAT", "WITH-TH15", "A234-BCDE"])
def test_a_one_time_code_is_in_no_language(languages: Languages, code: str) -> None:
    for fallback in ("vi", "en"):
        assert languages.detect(code, fallback) == fallback
        assert languages.detect(f"dangky {code}", fallback) == languages.detect("dangky", fallback)
