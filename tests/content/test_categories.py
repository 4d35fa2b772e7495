"""What a report is about: told from its words, with or without marks."""

from __future__ import annotations

import pytest

from content.categories import Categories, ids, label, parse_categories
from content.documents import ContentError, File
from content.loader import load

CONTENT = load()
WORDS = CONTENT.words("vi")


def categories(text: str) -> Categories:
    return parse_categories(File("categories.toml", text), WORDS)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Đèn đường trước nhà văn hóa hỏng ba hôm nay", "light"),
        ("den duong hong", "light"),
        ("đường nhiều ổ gà, đi xe ngã suốt", "road"),
        ("duong xau qua", "road"),
        ("Ống cống tắc, nước tràn cả ra đường", "water"),
        ("bãi rác bốc mùi hôi thối", "waste"),
        ("hàng xóm hát karaoke đến khuya", "noise"),
        ("chó thả rông cắn trẻ con", "nature"),
        ("cây đổ chắn ngang đường", "nature"),
        ("nhà bên lấn chiếm đất công", "land"),
        ("cán bộ hách dịch, hồ sơ hẹn mãi không trả", "office"),
        ("mất trộm gà", "safety"),
        ("the street light is broken", "light"),
        ("cho tôi hỏi với", "other"),
        ("", "other"),
        ("\ud800\x00🙂", "other"),
    ],
)
def test_a_report_is_counted_where_a_villager_would_look_for_it(text: str, category: str) -> None:
    assert CONTENT.categories(text) == category


def test_every_category_has_a_name_in_every_language() -> None:
    for language in ("vi", "en"):
        words = CONTENT.words(language)
        assert ids(words) == ids(WORDS)
        assert all(label(id, words) != id for id in ids(words))


def test_a_category_that_is_gone_is_called_by_its_id() -> None:
    assert label("ferry", WORDS) == "ferry"


def test_of_two_that_fit_alike_the_first_is_taken() -> None:
    both = '[[category]]\nid = "road"\nwords = ["cầu"]\n[[category]]\nid = "water"\nwords = ["cầu"]'
    assert categories(both)("cầu") == "road"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[category]]\nid = "raod"\nwords = ["a"]', "categories.toml:2: “raod” has no name"),
        ('[[category]]\nid = "road"\nword = ["a"]', "unknown key “word”"),
        ("[category]\n", "“category” has the wrong type"),
    ],
)
def test_a_mistake_in_the_file_is_shown_with_its_line(text: str, complaint: str) -> None:
    with pytest.raises(ContentError) as refused:
        categories(text)
    assert complaint in str(refused.value)
