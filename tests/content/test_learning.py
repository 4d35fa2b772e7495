from __future__ import annotations

from pathlib import Path

import pytest

from content import learning
from content.features import Example, Told
from content.learning import learned

EXAMPLES = [
    Example(Told(("khai", "sinh")), "birth"),
    Example(Told(("khai", "tu")), "death"),
    Example(Told(("giay", "khai", "sinh")), "birth", 0.3),
]
SAID = "learning from"


@pytest.fixture(autouse=True)
def nothing_learned_before() -> None:
    learning._fresh.cache_clear()


def test_it_is_learned_once_for_the_same_content(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = learned(EXAMPLES, tmp_path / "data")
    assert SAID in caplog.text
    caplog.clear()
    again = learned(EXAMPLES, tmp_path / "data")
    assert SAID not in caplog.text
    assert (
        abs(first.scores(Told(("khai", "sinh"))) - again.scores(Told(("khai", "sinh")))).max()
        < 2e-3
    )


@pytest.mark.parametrize(
    "changed",
    [
        [*EXAMPLES, Example(Told(("tam", "tru")), "stay")],
        [EXAMPLES[0]._replace(told=Told(("khai", "sanh"))), *EXAMPLES[1:]],
        [*EXAMPLES[:2], EXAMPLES[2]._replace(weight=0.4)],
        [*EXAMPLES[:2], EXAMPLES[2]._replace(label="death")],
        [EXAMPLES[0]._replace(told=Told(("khai", "sinh"), ("khái", ""))), *EXAMPLES[1:]],
    ],
)
def test_changed_content_is_learned_anew_and_the_old_forgotten(
    changed: list[Example], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    learned(EXAMPLES, tmp_path)
    caplog.clear()
    learned(changed, tmp_path)
    assert SAID in caplog.text
    assert len(learning.kept(tmp_path)) == 1


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a file", b"\x00" * 4000])
def test_a_damaged_memory_is_learned_anew(
    damage: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    learned(EXAMPLES, tmp_path)
    (path,) = learning.kept(tmp_path)
    whole = path.read_bytes()
    for broken in (damage, whole[: len(whole) // 2]):
        path.write_bytes(broken)
        learning._fresh.cache_clear()
        caplog.clear()
        assert learned(EXAMPLES, tmp_path).scores(Told(("tu",))).argmax() == 1
        assert SAID in caplog.text
        assert path.stat().st_size == len(whole)


def test_where_nothing_can_be_kept_it_learns_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert learned(EXAMPLES, tmp_path / "file" / "data").labels == ("birth", "death")
    assert "cannot be kept (NotADirectoryError)" in caplog.text
    assert learned(EXAMPLES, None).labels == ("birth", "death")
