"""Files as they come from a commune's PC: what is mistyped is named, with what to do."""

from __future__ import annotations

import pytest

from content.documents import ContentError, File, parse_toml
from content.slips import slip

LIST = 'names = [\n  "chợ",\n  "phiên",\n]\n[title]\nvi = "Chợ"\n'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param('"Chợ"', "“Chợ”", "6: not valid TOML (curly quotes", id="curly"),
        pytest.param('"Chợ"', '"Chợ”', "6: not valid TOML (curly quotes", id="curly at the end"),
        pytest.param('"Chợ"', "‘Chợ’", "6: not valid TOML (curly quotes", id="curly, single"),
        pytest.param('"chợ"', "“chợ”", "2: not valid TOML (curly quotes", id="curly in a list"),
        pytest.param(
            '"Chợ"', "Chợ", '6: not valid TOML (a text without quotes); write vi = "…"', id="bare"
        ),
        pytest.param(
            '"Chợ"', "0900 000 001", "6: not valid TOML (a text without quotes)", id="phone"
        ),
        pytest.param(
            '"Chợ"', "0900000001", "6: not valid TOML (a text without quotes)", id="digits"
        ),
        pytest.param('"Chợ"', "", "6: not valid TOML (no value); write it", id="nothing"),
        pytest.param("vi =", "vi:", "6: not valid TOML (a colon); write =", id="colon"),
        pytest.param(
            "vi =", "vi\u00a0=", "6: not valid TOML (a blank or sign that", id="hard blank"
        ),
        pytest.param(
            "vi =", "\u200bvi =", "6: not valid TOML (a blank or sign that", id="no width"
        ),
        pytest.param('"chợ",', '"chợ"', "3: not valid TOML (no comma); write one at", id="comma"),
        pytest.param('"phiên"', '"phiên "chợ" xã"', '3: not valid TOML (a " inside', id="inside"),
        pytest.param("]\n[title]", "[title]", "4: not valid TOML (the list above", id="no end"),
        pytest.param(
            '"Chợ"', '"Chợ"\nvi = "Họp"', "7: not valid TOML (this name stands", id="twice"
        ),
        pytest.param(
            "[title]", "[title]\n[title]", "6: not valid TOML (this name", id="two tables"
        ),
        pytest.param(
            '"Chợ"', '"Chợ\\x"', "6: not valid TOML (Unescaped", id="nothing that is known"
        ),
    ],
)
def test_what_is_mistyped_is_named_at_its_line(old: str, new: str, message: str) -> None:
    assert LIST.count(old) == 1
    with pytest.raises(ContentError) as caught:
        parse_toml(File("a.toml", LIST.replace(old, new)))
    assert str(caught.value).startswith(f"a.toml:{message}")


def test_a_number_without_end_is_no_day() -> None:
    table = parse_toml(File("a.toml", f"date = 0x{'f' * 5000}\n"))
    with pytest.raises(ContentError, match=r"^a\.toml:1: “date” has the wrong type; write the day"):
        table.day("date")


@pytest.mark.parametrize("text", ['"Chợ “phiên” của xã"', "'Chợ “phiên”'", '"a\u00a0b"', '"\tb"'])
def test_what_may_stand_in_a_text_is_no_slip(text: str) -> None:
    assert parse_toml(File("a.toml", LIST.replace('"Chợ"', text))).table("title").text("vi")


def test_curly_quotes_inside_a_text_are_not_what_is_wrong_with_its_line() -> None:
    assert slip('vi = "Chợ “phiên”" "xã"', "", "Expected newline").wrong.startswith('a " inside')


def test_a_day_that_stands_there_twice_is_a_good_day() -> None:
    with pytest.raises(ContentError, match=r"^a\.toml:2: not valid TOML \(this name stands here"):
        parse_toml(File("a.toml", "date = 2026-11-01\ndate = 2026-11-01\n"))
