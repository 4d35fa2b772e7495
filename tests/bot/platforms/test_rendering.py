"""Cutting must lose nothing, whatever people paste into a message."""

from __future__ import annotations

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.platforms.rendering import menu, parts, split, utf16_length

FAMILY = "👨\u200d👩\u200d👧"
FLAG = "🇻🇳"
ZALGO = "a" + "\u0301\u0323\u0300" * 20

fragments = st.one_of(
    st.text(st.characters(), max_size=8),
    st.sampled_from(
        [
            "Xin chào bà con. ",
            "Mai họp thôn lúc 7 giờ! ",
            "\n\n",
            "\r\n",
            "\n",
            "  ",
            "\u00a0",
            "\t",
            "\x00",
            "\ud83d",
            "\udc4d",
            "👍🏽",
            FAMILY,
            FLAG,
            "🇻",
            ZALGO,
            " \u0301",
            "e\u0302\u0301",
            "\u200f\u202eشكرا",
            "\u0600 ",
            "dài" * 15,
        ]
    ),
)
texts = st.lists(fragments, max_size=30).map("".join)
limits = st.integers(1, 60)
any_text = settings(deadline=None, max_examples=200)


def clusters(text: str) -> list[str]:
    return [str(cluster) for cluster in regex.findall(r"\X", text)]


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "length"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("thông báo", 9, id="composed Vietnamese"),
        pytest.param("📢", 2, id="a surrogate pair"),
        pytest.param("\ud83d", 1, id="a lone surrogate"),
        pytest.param("e\u0302\u0301", 3, id="combining marks"),
        pytest.param("\x00", 1, id="NUL"),
    ],
)
def test_length_is_counted_in_utf16_units(text: str, length: int) -> None:
    assert utf16_length(text) == length


@any_text
@given(texts, limits)
@example("👍", 1)
@example("\r\n" * 5, 3)
def test_pieces_joined_are_the_text_and_each_fits(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert "".join(pieces) == text
    assert all(pieces)
    for piece in pieces:
        assert utf16_length(piece) <= limit or (limit == 1 and len(piece) == 1)


@any_text
@given(texts, limits)
@example(FLAG * 9, 6)
@example("a b\u0301 c \u0301d", 3)
def test_a_grapheme_is_cut_only_if_it_alone_exceeds_the_limit(text: str, limit: int) -> None:
    cuts, offset = set(), 0
    for piece in split(text, limit):
        offset += len(piece)
        cuts.add(offset)
    begin = 0
    for cluster in clusters(text):
        inside = range(begin + 1, begin + len(cluster))
        assert utf16_length(cluster) > limit or cuts.isdisjoint(inside)
        begin += len(cluster)


@any_text
@given(st.lists(st.text("aăâbđ.!", min_size=1, max_size=9), min_size=1), st.integers(9, 40))
def test_a_word_that_fits_is_never_cut(words: list[str], limit: int) -> None:
    pieces = split(" ".join(words), limit)
    assert [word for piece in pieces for word in piece.split()] == words


@any_text
@given(texts, limits, st.booleans())
def test_parts_fit_and_keep_every_letter_in_order(text: str, limit: int, numbered: bool) -> None:
    found = parts(text, limit, numbered=numbered)
    bare = [part.removeprefix(f"({n}/{len(found)}) ") for n, part in enumerate(found, 1)]
    assert letters("".join(bare)) == letters(text)
    for part in found:
        assert part.strip() == part
        assert part
        assert utf16_length(part) <= limit or (limit == 1 and len(part) == 1)


@any_text
@given(texts, st.integers(40, 80))
def test_several_parts_are_all_numbered_and_one_is_not(text: str, limit: int) -> None:
    found = parts(text, limit)
    if len(found) > 1:
        for number, part in enumerate(found, 1):
            assert part.startswith(f"({number}/{len(found)}) ")
    else:
        assert found == ((text.strip(),) if text.strip() else ())


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        pytest.param("", 5, [], id="nothing"),
        pytest.param("vừa đủ", 6, ["vừa đủ"], id="what fits stays whole"),
        pytest.param(
            "Một hai ba.\n\nBốn năm. Sáu bảy",
            24,
            ["Một hai ba.\n\n", "Bốn năm. Sáu bảy"],
            id="a paragraph before a sentence",
        ),
        pytest.param(
            "Một hai\nba. Bốn. Năm sáu",
            20,
            ["Một hai\nba. Bốn. ", "Năm sáu"],
            id="a line that leaves the piece less than half full is passed over",
        ),
        pytest.param(
            "Một hai ba\nbốn. Năm sáu bảy",
            20,
            ["Một hai ba\n", "bốn. Năm sáu bảy"],
            id="a line before a sentence",
        ),
        pytest.param(
            "Một hai ba\nbốn. Năm sáu bảy tám mươi",
            20,
            ["Một hai ba\nbốn. ", "Năm sáu bảy tám mươi"],
            id="not at a line that would cost a further piece",
        ),
        pytest.param(
            "Một hai ba. Bốn năm",
            16,
            ["Một hai ba. ", "Bốn năm"],
            id="a sentence before a word",
        ),
        pytest.param(
            "“Một hai ba.” Bốn năm",
            17,
            ["“Một hai ba.” ", "Bốn năm"],
            id="a sentence ends after its quotation mark",
        ),
        pytest.param("một hai ba bốn", 9, ["một hai ", "ba bốn"], id="a word before a letter"),
        pytest.param(
            "Việc một\n2. việc hai",
            13,
            ["Việc một\n", "2. việc hai"],
            id="a list number stays with its words",
        ),
        pytest.param("10\u00a0000 đồng", 9, ["10\u00a0000 ", "đồng"], id="not at a no-break space"),
        pytest.param("abcdefgh", 3, ["abc", "def", "gh"], id="a word longer than a piece"),
        pytest.param("xa\r\n\r\nab", 3, ["xa", "\r\n", "\r\n", "ab"], id="CRLF stays together"),
        pytest.param("ab👍", 3, ["ab", "👍"], id="not inside a surrogate pair"),
        pytest.param("👍👍", 1, ["👍", "👍"], id="a pair alone above the limit stays whole"),
        pytest.param("\ud83d\ud83d", 1, ["\ud83d", "\ud83d"], id="lone surrogates"),
        pytest.param("e\u0302\u0301", 2, ["e\u0302", "\u0301"], id="marks that alone exceed it"),
        pytest.param(
            FAMILY, 4, ["👨\u200d", "👩\u200d", "👧"], id="a family that alone exceeds the limit"
        ),
        pytest.param("ab" + FAMILY, 9, ["ab", FAMILY], id="a family that fits"),
    ],
)
def test_a_cut_falls_where_a_reader_would_pause(text: str, limit: int, pieces: list[str]) -> None:
    assert split(text, limit) == pieces


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_without_room_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="give a limit of 1 or more"):
        split("chào", limit)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("", 20, (), id="nothing"),
        pytest.param(" \n ", 20, (), id="white space only"),
        pytest.param(" chào \n", 20, ("chào",), id="one message carries no number"),
        pytest.param(
            "Một hai ba bốn.\n\n\nNăm sáu.",
            22,
            ("(1/2) Một hai ba bốn.", "(2/2) Năm sáu."),
            id="white space at the seam is gone",
        ),
        pytest.param("một hai ba", 7, ("một hai", "ba"), id="no room for numbers"),
        pytest.param(
            "x" * 20 + " " * 40 + "y" * 20,
            26,
            ("(1/2) " + "x" * 20, "(2/2) " + "y" * 20),
            id="a piece of white space is no message",
        ),
    ],
)
def test_parts_are_numbered_without_white_space(
    text: str, limit: int, expected: tuple[str, ...]
) -> None:
    assert parts(text, limit) == expected


def test_ten_parts_and_more_leave_room_for_longer_numbers() -> None:
    found = parts("x" * 240, 26)
    assert len(found) == 14
    assert found[0] == "(1/14) " + "x" * 18
    assert found[-1].startswith("(14/14) ")


def test_parts_can_go_without_numbers() -> None:
    assert parts("Một hai. Ba bốn.", 10, numbered=False) == ("Một hai.", "Ba bốn.")


def test_a_cut_at_paragraphs_never_costs_one_message_more() -> None:
    paragraph = "Bà con thôn Giếng Làng chú ý lịch họp. " * 13
    text = "\n\n".join([paragraph.strip()] * 10)
    assert len(parts(text, 1900)) == 3
    assert len(parts(text, 4096)) == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" + "\u0301" * 100_000, id="one letter under many marks"),
        pytest.param("Bà con chú ý nhé. " * 5_600, id="sentences"),
        pytest.param("x" * 100_000, id="one word"),
        pytest.param(" " * 99_998 + ".", id="white space"),
        pytest.param("\n \n" * 33_000 + ".", id="blank lines"),
        pytest.param(FLAG * 25_000, id="flags"),
        pytest.param(FAMILY * 12_000, id="families"),
    ],
)
def test_a_huge_message_is_cut_whole(text: str) -> None:
    pieces = split(text, 1900)
    assert "".join(pieces) == text
    assert len(pieces) <= 1.1 * utf16_length(text) / 1900 + 1


@pytest.mark.parametrize(
    ("text", "labels", "hint", "expected"),
    [
        pytest.param(
            "Chọn thôn:",
            ["Đông", "Đoài"],
            "Nhắn số.",
            "Chọn thôn:\n\n1. Đông\n2. Đoài\nNhắn số.",
            id="numbered",
        ),
        pytest.param("Chào", [], "Nhắn số.", "Chào", id="nothing to choose"),
        pytest.param("", ["Có"], "", "1. Có", id="no words before it"),
        pytest.param("A", ["Hai\ndòng"], "", "A\n\n1. Hai dòng", id="a label is one line"),
    ],
)
def test_a_menu_is_lines_below_the_text(
    text: str, labels: list[str], hint: str, expected: str
) -> None:
    assert menu(text, labels, hint) == expected
