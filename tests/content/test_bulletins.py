"""The templates a cadre may edit, and what is said of their mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.bulletins import SECTIONS, parse_templates
from content.documents import File
from content.loader import SHIPPED, ContentError, load
from content.schedule import Schedule

GOOD = """title = "Bản tin chợ"
when = "6 giờ sáng, Chủ nhật"
sections = ["day", "text"]
late_hours = 3
"""


def test_the_shipped_templates_are_as_promised() -> None:
    morning, weekly, reminder = load().bulletins
    assert (morning.id, morning.title) == ("ban-tin-sang", "Bản tin sáng")
    assert morning.schedule == Schedule("weekly", 5, 30, (0, 1, 2, 3, 4))
    assert morning.sections == weekly.sections == SECTIONS
    assert (reminder.sections, reminder.needs_text) == (("text",), True)
    assert reminder.schedule.kind == "monthly"
    assert not morning.needs_text


def test_a_communes_own_templates_are_added_or_replace_ours(tmp_path: Path) -> None:
    (tmp_path / "bulletins").mkdir()
    (tmp_path / "bulletins" / "cho.toml").write_text(GOOD, "utf-8")
    (tmp_path / "bulletins" / "ban-tin-sang.toml").write_text(GOOD, "utf-8")
    titles = {one.id: one.title for one in load([SHIPPED, tmp_path]).bulletins}
    assert titles == {
        "ban-tin-sang": "Bản tin chợ",
        "ban-tin-tuan": "Bản tin tuần",
        "cho": "Bản tin chợ",
        "nhac-viec": "Lời nhắc",
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('"text"]', '"tekst"]', 3, "unknown section “tekst”; did you mean “text”?"),
        ('"text"]', '"weather"]', 3, "unknown section “weather”; use one of"),
        ('["day", "text"]', "[]", 3, "“sections” is empty"),
        ('"day", "text"', '"day", "day"', 3, "names one twice"),
        ("late_hours", "late_hour", 4, "unknown key “late_hour”; did you mean “late_hours”?"),
        ("= 3", "= 0", 4, "must be from 1 to 168"),
        ("= 3", "= 1000", 4, "must be from 1 to 168"),
        ("6 giờ sáng, Chủ nhật", "6 giờ sáng, thứ Tám", 2, "a day no week has"),
        ("6 giờ sáng, Chủ nhật", "25:00, Chủ nhật", 2, "a time that no clock shows"),
        ("6 giờ sáng, Chủ nhật", "6 giờ sáng ngày 31/2", 2, "a date that never comes"),
        ("6 giờ sáng, Chủ nhật", "Chủ nhật", 2, "names no time of day"),
        ("6 giờ sáng, Chủ nhật", "6 giờ sáng", 2, "names no days"),
        ("6 giờ sáng, Chủ nhật", "khi nào tiện", 2, "cannot be understood"),
        ("6 giờ sáng, Chủ nhật", "6 giờ sáng ngày rằm", 2, "goes by the moon"),
        ("6 giờ sáng, Chủ nhật", "nửa đêm Chủ nhật", 2, "the midnight before or after that day"),
        ("6 giờ sáng, Chủ nhật", "6 giờ sáng ngày 1/5", 2, "comes only once"),
        ("6 giờ sáng, Chủ nhật", "6 giờ sáng ngày 1/5/2020", 2, "is over"),
        ("late_hours = 3", 'late_hours = 3\nneeds_text = "yes"', 5, "true or false"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, told: str) -> None:
    assert old in GOOD
    with pytest.raises(ContentError) as raised:
        parse_templates([File("bulletins/cho.toml", GOOD.replace(old, new))])
    assert str(raised.value).startswith(f"bulletins/cho.toml:{line}: ")
    assert told in str(raised.value)
