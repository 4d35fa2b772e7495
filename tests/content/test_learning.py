from __future__ import annotations

from pathlib import Path

import pytest

from content import learning
from content.examples import Lesson
from content.features import Told
from content.learning import learned

LESSON = Lesson(
    (
        ("khai sinh", 1.0, "birth"),
        ("giấy khai sinh", 0.3, "birth"),
        ("khai tử", 1.0, "death"),
        ("giấy khai tử", 1.0, "death"),
    ),
    frozenset(),
    frozenset(),
)
OTHER = LESSON._replace(texts=LESSON.texts[1:])
ASKED = Told(("khai", "sinh"))
SAID = "learning from"


@pytest.fixture(autouse=True)
def nothing_learned_before() -> None:
    learning._fresh.cache_clear()


def test_it_is_learned_once_for_the_same_content(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = learned(LESSON, tmp_path / "data")
    assert SAID in caplog.text
    caplog.clear()
    again = learned(LESSON, tmp_path / "data")
    assert SAID not in caplog.text
    assert first.scores(ASKED) == again.scores(ASKED)


def test_changed_content_is_learned_anew_and_the_old_forgotten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    learned(LESSON, tmp_path)
    caplog.clear()
    learned(OTHER, tmp_path)
    assert SAID in caplog.text
    assert len(learning.kept(tmp_path)) == 1


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a file", b"\x00" * 4000, b"\n{}\n"])
def test_a_damaged_memory_is_learned_anew(
    damage: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    learned(LESSON, tmp_path)
    (path,) = learning.kept(tmp_path)
    whole = path.read_bytes()
    for broken in (damage, whole[: len(whole) // 2]):
        path.write_bytes(broken)
        learning._fresh.cache_clear()
        caplog.clear()
        birth, death = learned(LESSON, tmp_path).scores(Told(("tu",)))
        assert death > birth
        assert "cannot be read (ValueError)" in caplog.text
        assert SAID in caplog.text
        assert path.read_bytes() == whole


def test_where_nothing_can_be_kept_it_learns_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert learned(LESSON, tmp_path / "file" / "data").labels == ("birth", "death")
    assert "cannot be kept (NotADirectoryError)" in caplog.text
    assert learned(LESSON, None).labels == ("birth", "death")


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "search-ket-qua.xlsx"
    mine.write_text("a table of somebody's", "utf-8")
    (tmp_path / "search-thu").mkdir()
    learned(LESSON, tmp_path)
    learned(OTHER, tmp_path)
    assert mine.read_text("utf-8") == "a table of somebody's"
    assert len(learning.kept(tmp_path)) == 1
