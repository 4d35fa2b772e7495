from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.folding import fold, normalize, spell, words

anything = st.text(st.characters(exclude_categories=()))
vietnamese = st.text("aăâeêioôơuưyđðĐ ẠỆỘợữ\u0301\u0323\u0302\u200b\u202e\x00\ud800Ññß\n")


@given(anything | vietnamese)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(anything | vietnamese)
def test_folded_text_has_no_marks_no_stroke_and_single_spaces(text: str) -> None:
    folded = fold(text)
    assert not any(unicodedata.category(sign)[0] == "M" for sign in folded)
    assert "đ" not in folded
    assert folded == " ".join(folded.split())


@pytest.mark.parametrize("sign", ["ﷺ", "ﷻ"])
def test_a_sign_for_a_whole_phrase_is_a_gap(sign: str) -> None:
    assert fold(sign * 4_000) == ""
    assert fold(f"thôn{sign}Bến") == "thon ben"


@pytest.mark.parametrize("first", range(0, 0x110000, 0x1000))
def test_no_sign_becomes_a_page_of_text(first: int) -> None:
    assert max(len(fold(f"a{chr(code)}")) for code in range(first, first + 0x1000)) <= 8


@given(anything | vietnamese)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert fold(composed) == fold(unicodedata.normalize("NFD", text))


@given(anything | vietnamese)
def test_stored_text_is_the_same_stored_again_and_can_be_encoded(text: str) -> None:
    stored = normalize(text)
    assert normalize(stored) == stored
    assert "\x00" not in stored
    assert "\r" not in stored
    stored.encode("utf-8")


@given(anything | vietnamese)
def test_words_and_spellings_come_from_any_text(text: str) -> None:
    assert all(word == fold(word) and word for word in words(text))
    assert all(spell(text))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Đường Thôn 3 bị NGẬP", "duong thon 3 bi ngap", id="marks and capitals"),
        pytest.param("  hai \t dòng\n\nchữ ", "hai dong chu", id="white space"),
        pytest.param("kha\u200bi si\u00adnh", "khai sinh", id="invisible signs"),
        pytest.param("\u202ekhai sinh\u202c", "khai sinh", id="right to left"),
        pytest.param("a\x00b\ud800c", "a b c", id="NUL and a lone surrogate"),
        pytest.param("c̷h̸á̵y̶", "chay", id="zalgo"),
        pytest.param("ＫＨＡＩ", "khai", id="full width"),
        pytest.param("\u00d0\u00e2u", "dau", id="eth in place of đ"),
        pytest.param("안녕", "안녕", id="other scripts stay"),
    ],
)
def test_text_is_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends"),
        pytest.param("a\x00b\udfff", "a\ufffdb\ufffd", id="what a database cannot hold"),
        pytest.param("tie\u0302\u0301ng", "tiếng", id="composed"),
        pytest.param(
            "a" + "\u0301\u0323" * 50_000, "a" + "\u0301\u0323" * 50_000, id="endless marks"
        ),
    ],
)
def test_text_is_made_fit_to_store(text: str, stored: str) -> None:
    assert normalize(text) == stored


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("dk tam vang can j z", "dang ky tam vang can gi vay", id="unmarked"),
        pytest.param("Làm gks đc k?", "lam giay khai sinh duoc khong", id="mixed"),
        pytest.param("mik mất CCCD", "minh mat can cuoc", id="capitals"),
        pytest.param("phí bn", "phi bao nhieu", id="two words"),
        pytest.param("hok biết, ko bít", "khong biet khong biet", id="no"),
        pytest.param("thôn 3, xóm 5", "thon 3 xom 5", id="numbers stay"),
        pytest.param("có đổi dc hk", "co doi duoc khong", id="two together, at the end"),
        pytest.param("nhập hk lm s z", "nhap ho khau lam sao vay", id="one, then two together"),
        pytest.param("đi lv lúc 7h", "di lam viec luc 7h", id="a figure with its letter"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_teencode_is_written_out(text: str, expected: str) -> None:
    assert words(text) == expected.split()


def test_both_ways_of_placing_a_tone_are_one_word() -> None:
    assert spell("hoả hoạn thuỷ") == spell("hỏa hoạn thủy")
    assert spell("chạy") != spell("cháy")
