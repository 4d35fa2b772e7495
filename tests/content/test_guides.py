"""Pictures beside entries: which is shown, which is not and why, and none stops the bot."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from typing import Final

import pytest

from content.documents import Layers
from content.guides import LARGEST, Guides, fault, find_guides, kind
from content.loader import SHIPPED, load
from tests.living import PNG

JPEG: Final = b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9"
IDS: Final = ("khai_sinh", "nop_online")


def sized(width: int, height: int) -> bytes:
    """A PNG that says it is so large."""
    return PNG[:16] + struct.pack(">II", width, height) + PNG[24:]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The shipped one, with two entries, and a commune's own, without any."""
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder in (shipped, own):
        (folder / "faq").mkdir(parents=True)
    for id in IDS:
        write(shipped, f"{id}.md", b"")
    return shipped, own


def write(folder: Path, name: str, content: bytes = PNG) -> Path:
    path = folder / "faq" / name
    path.write_bytes(content)
    return path


def found(*folders: Path) -> Guides:
    return find_guides(Layers.of(folders), IDS)


@pytest.mark.parametrize(
    ("name", "content", "is_of"),
    [
        pytest.param("nop_online.png", PNG, "png", id="PNG"),
        pytest.param("nop_online.jpg", JPEG, "jpg", id="JPEG"),
        pytest.param("nop_online.png", JPEG, "jpg", id="JPEG by another name"),
        pytest.param("nop_online.jpg", JPEG + bytes(9), "jpg", id="JPEG with zeros behind"),
        pytest.param("nop_online.png", sized(9_000, 1_000), "png", id="large"),
        pytest.param("nop_online.png", sized(100, 2_000), "png", id="slim"),
    ],
)
def test_a_picture_beside_an_entry_is_its_guide(
    folders: tuple[Path, Path], name: str, content: bytes, is_of: str
) -> None:
    path = write(folders[0], name, content)
    assert found(*folders) == Guides({"nop_online": path})
    assert kind(path) == is_of


def test_a_communes_own_picture_goes_before_the_shipped_one_whatever_its_kind(
    folders: tuple[Path, Path],
) -> None:
    shipped, own = folders
    write(shipped, "nop_online.png")
    other = write(shipped, "khai_sinh.png")
    mine = write(own, "nop_online.jpg", JPEG)
    assert found(*folders) == Guides({"nop_online": mine, "khai_sinh": other})


def test_beside_an_entry_of_ones_own_the_shipped_picture_is_not_shown(
    folders: tuple[Path, Path],
) -> None:
    shipped, own = folders
    write(shipped, "nop_online.png")
    write(own, "nop_online.md", b"")
    assert found(*folders) == Guides({}, (), ("nop_online",))
    mine = write(own, "nop_online.png")
    assert found(*folders) == Guides({"nop_online": mine})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("nop_onlin.png", PNG, "“nop_onlin”; rename it to nop_online.png", id="typo"),
        pytest.param("NOP_ONLINE.png", PNG, "; rename it to nop_online.png, or take it", id="case"),
        pytest.param("cho_phien.jpg", JPEG, "; rename it to the id of its entry, with", id="none"),
        pytest.param("nop_online.png", b"<svg/>", "no PNG or JPEG by its first bytes; ", id="SVG"),
        pytest.param("nop_online.png", b"", "no PNG or JPEG by its first bytes; ", id="empty"),
        pytest.param("nop_online.png", PNG[:-1], "a PNG cut short or spoilt; ", id="cut PNG"),
        pytest.param("nop_online.png", PNG[:8] + bytes(99), "a PNG cut short or", id="noise"),
        pytest.param("nop_online.jpg", JPEG[:-1], "a JPEG cut short; save it again", id="cut JPEG"),
        pytest.param("nop_online.png", sized(60_000, 60_000), "60000 × 60000 pixels", id="huge"),
        pytest.param("nop_online.png", sized(9_000, 1_001), "9000 × 1001 pixels", id="too large"),
        pytest.param("nop_online.png", sized(100, 2_001), "100 × 2001 pixels", id="too slim"),
        pytest.param("nop_online.png", sized(0, 0), "0 × 0 pixels", id="nothing"),
        pytest.param("nop_online.png", PNG.ljust(LARGEST + 1), "1.0 MB are too much", id="large"),
        pytest.param("nop_online.jpeg", JPEG, "save it as nop_online.png or nop_", id="ending"),
        pytest.param("nop_online.PNG", PNG, "save it as nop_online.png or nop_", id="capitals"),
        pytest.param("nop_online.heic", b"", "save it as nop_online.png or nop_", id="telephone"),
    ],
)
def test_what_cannot_be_shown_is_not_and_says_why(
    folders: tuple[Path, Path], name: str, content: bytes, said: str
) -> None:
    write(folders[1], name, content)
    guides = found(*folders)
    assert guides.pictures == {}
    (told,) = guides.faults
    assert told.startswith(f"faq/{name}: ")
    assert said in told


def test_the_largest_that_is_shown(folders: tuple[Path, Path]) -> None:
    path = write(folders[0], "nop_online.png", PNG.ljust(LARGEST, b"\0"))
    assert found(*folders) == Guides({"nop_online": path})


def test_of_two_pictures_of_an_entry_one_is_shown(folders: tuple[Path, Path]) -> None:
    first = write(folders[1], "nop_online.jpg", JPEG)
    write(folders[1], "nop_online.png")
    guides = found(*folders)
    assert guides.pictures == {"nop_online": first}
    assert [one.partition(";")[0] for one in guides.faults] == [
        "faq/nop_online.png: nop_online.jpg is shown already"
    ]


def test_a_bad_picture_of_ones_own_does_not_bring_back_the_shipped_one(
    folders: tuple[Path, Path],
) -> None:
    write(folders[0], "nop_online.png")
    write(folders[1], "nop_online.png", b"no picture")
    guides = found(*folders)
    assert guides.pictures == {}
    assert len(guides.faults) == 1


def test_what_file_managers_leave_behind_and_folders_are_no_pictures(
    folders: tuple[Path, Path],
) -> None:
    write(folders[1], "._nop_online.png", b"\0\5\26\7")
    write(folders[1], "Thumbs.db", b"")
    (folders[1] / "faq" / "nop_online.png").mkdir()
    assert found(*folders) == Guides({})


def test_a_picture_that_is_gone_is_a_fault(tmp_path: Path) -> None:
    assert fault(tmp_path / "gone.png") == "cannot be read; check the file's permissions"


def test_no_picture_keeps_the_content_from_being_loaded(tmp_path: Path) -> None:
    (tmp_path / "faq").mkdir()
    shutil.copy(SHIPPED / "faq" / "nop_online.md", tmp_path / "faq")
    write(tmp_path, "khai_sinh.png", b"no picture")
    write(tmp_path, "gone.png")
    guides = load((SHIPPED, tmp_path)).guides
    assert (set(guides.pictures), len(guides.faults)) == (set(), 2)
    assert guides.covered == ("nop_online",)
