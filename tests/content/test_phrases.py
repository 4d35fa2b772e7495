from __future__ import annotations

import pytest

from content.phrases import Pattern, after, patterns, tokens, wholly, without


@pytest.mark.parametrize(
    ("pattern", "text", "strict", "loose"),
    [
        pytest.param("cháy", "cháy rồi", True, True, id="as written"),
        pytest.param("cháy", "chay roi", False, True, id="without marks only loosely"),
        pytest.param("cháy", "chạy đi", False, False, id="another word"),
        pytest.param("hỏa hoạn", "có hoả hoạn", True, True, id="the other tone place"),
        pytest.param("nhà … cháy", "nhà cháy", True, True, id="an empty gap"),
        pytest.param("nhà … cháy", "nhà một hai ba bốn năm sáu cháy", True, True, id="six words"),
        pytest.param("nhà … cháy", "nhà 1 2 3 4 5 6 7 cháy", False, False, id="too far apart"),
        pytest.param("nhà … cháy", "cháy nhà", False, False, id="wrong order"),
        pytest.param("nhà cháy", "nhà ai cháy", False, False, id="no gap, no leap"),
        pytest.param("cháy", "CHÁY!!!", True, True, id="shouting"),
    ],
)
def test_a_pattern_matches_strictly_or_loosely(
    pattern: str, text: str, strict: bool, loose: bool
) -> None:
    said = tokens(text)
    assert (Pattern.of(pattern).find(said, strict=True) is not None) is strict
    assert (Pattern.of(pattern).find(said, strict=False) is not None) is loose


def test_unwanted_matches_are_blotted_out_everywhere() -> None:
    left = without(tokens("an chay, lại ăn chay"), patterns(["ăn chay"]))
    assert [token.folded for token in left] == ["", "", "lai", "", ""]


def test_a_pattern_without_words_matches_nothing() -> None:
    said = tokens("một câu")
    assert without(said, patterns(["…", "?"])) == list(said)


def test_the_next_match_is_looked_for_from_the_last_one() -> None:
    said = tokens("ăn chay rồi lại ăn chay")
    assert Pattern.of("ăn chay").find(said, strict=True, since=1) == range(4, 6)
    assert Pattern.of("ăn chay").find(said, strict=True, since=5) is None


def test_a_gap_at_the_beginning_hides_no_second_match() -> None:
    left = without(tokens("lại chay, lại chay"), patterns(["… chay"]))
    assert [token.folded for token in left] == [""] * 4


@pytest.mark.parametrize(
    ("text", "all_of_it"),
    [
        ("gửi đi cháu", True),
        ("u gui di", True),
        ("gửi, gửi luôn!", True),
        ("gửi cho ai", False),
        ("cháu ơi", False),
        ("", False),
    ],
)
def test_a_text_is_wholly_phrases_among_small_words(text: str, all_of_it: bool) -> None:
    wanted, around = patterns(["gửi", "ừ", "gửi luôn"]), patterns(["đi", "cháu", "ơi"])
    assert wholly(text, wanted, around) is all_of_it


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Em ơi tôi muốn báo: Đèn tắt, tối om.", "Đèn tắt, tối om."),
        ("toi muon bao anh Tư đổ rác", "anh Tư đổ rác"),
        ("tôi muốn báo em ơi", ""),
        ("đèn tắt, tôi muốn báo", None),
        ("", None),
    ],
)
def test_what_comes_after_an_opening_keeps_its_words(text: str, rest: str | None) -> None:
    around = patterns(["tôi", "em", "ơi", "anh"])
    assert after(text, patterns(["muốn báo"]), around) == rest
