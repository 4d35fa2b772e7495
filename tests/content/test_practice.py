"""The names of the practice village, as a file that a cadre may edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.documents import ContentError
from content.practice import load_practice

SHIPPED = Path(__file__).parents[2] / "content" / "demo" / "practice.toml"


def test_the_shipped_names_tell_people_and_groups_apart() -> None:
    names = load_practice()
    assert names.cadre.format(number=1) != names.cadre.format(number=2)
    assert names.villager.format(number=1, village="Thôn A") == "Người tập 1 (Thôn A)"
    assert names.group.format(village="Thôn A", app=names.apps["zalo"]) == "Nhóm tập Thôn A (Zalo)"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param("{number} ({village})", "({village})", r"practice.toml:5: .*{number}", id="x"),
        pytest.param("{number}", "{number", r"practice.toml:4: .*{number}", id="a brace too few"),
        pytest.param("{app}", "{app} {who}", r"practice.toml:6: .*nothing else", id="one too many"),
        pytest.param("[apps]", "[appz]", "unknown key “appz”", id="an unknown table"),
        pytest.param('title = "Loa Làng"', 'title = ""', "is empty", id="no title"),
    ],
)
def test_a_slip_in_them_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "practice.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=told):
        load_practice(tmp_path)
