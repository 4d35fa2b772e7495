"""Names of places as somebody types them: kept as they are, or refused before anything is made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import config, founding
from bot.config import ConfigError
from bot.init import Given, init
from content.commune import commune_of


def made(folder: Path, given: Given) -> None:
    init(folder, given, None, lambda line: None)


NAMES = [
    ("quotes", "Xã \"Mới\" \\ 'Cũ'", "Thôn #1 = [a], Thôn {b}"),
    ("a_name_without_marks", "Xa May", "Thon Dong, Thôn Đông, Thôn Dòng"),
    ("villages_called_like_the_commune", "An Bình", "An Bình, An  Binh"),
    ("numbers", "Phường 12", "Tổ dân phố 1, Tổ dân phố 2; Tổ dân phố 10"),
    ("a_hundred_characters", "X" * 100, "Y" * 100),
    ("another_script", "村", "Plei Kơ-ning, 村"),
    ("ids_of_practice", "Xã", "Cán bộ, Dân, Nhóm, Noi"),
    ("spaces_and_commas", "  Xã   Mây ", " A , , B ,"),
    ("decomposed", "Xa\u0303 Ma\u0302y", "Tho\u0302n Đo\u0302ng"),
]


@pytest.mark.parametrize(
    ("name", "villages"), [case[1:] for case in NAMES], ids=[case[0] for case in NAMES]
)
def test_any_name_people_give_their_places_is_kept_as_they_write_it(
    tmp_path: Path, name: str, villages: str
) -> None:
    made(tmp_path / "xa", Given(name, villages))
    places = commune_of(config.load(tmp_path / "xa" / "config.toml").content).places
    names = founding.villages(villages)
    assert [place.name for place in places] == [founding.name(name), *names]
    assert places[0].parent == ""


WRONG = [
    ("an_empty_name", Given("", "A"), "type one"),
    ("only_spaces", Given("   ", "A"), "type one"),
    ("only_signs", Given("?!", "A"), "type one"),
    ("300_characters", Given("X" * 300, "A"), "300 characters, 100 at most"),
    ("a_village_of_300", Given("X", "A," + "B" * 300), "300 characters, 100 at most"),
    ("a_province_of_300", Given("X", "A", "P" * 300), "300 characters, 100 at most"),
    ("a_line_break", Given("Xã\nMây", "A"), "on one line"),
    ("a_control_character", Given("Xã\x07", "A"), "on one line"),
    ("an_unseen_character", Given("Xã\u202e", "A"), "on one line"),
    ("no_text_at_all", Given("Xã\udcff", "A"), "on one line"),
    ("no_village", Given("X", " , ,"), "there is no village"),
    ("two_alike", Given("X", "Thôn Hoà, thôn  Hòa"), "each its own name"),
    ("too_many", Given("X", ",".join(f"Thôn {n}" for n in range(91))), "90 at most"),
    ("nobody_to_ask", Given("X", None), "--villages"),
    ("nothing_given", Given(), "--commune NAME"),
]


@pytest.mark.parametrize(
    ("given", "told"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_a_name_that_cannot_be_is_refused_and_nothing_made(
    tmp_path: Path, given: Given, told: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        made(tmp_path / "deep" / "xa", given)
    assert list(tmp_path.iterdir()) == []
