from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from content.loader import SHIPPED, ContentError, load


def test_the_shipped_content_loads_and_answers() -> None:
    content = load([SHIPPED])
    found = content.search.find("lam giay khai sinh can gi")
    entry = content.entry(found.entry or "")
    assert entry is not None
    assert entry.title["vi"] == "Đăng ký khai sinh"
    assert content.danger("nhà ông Ba cháy to quá") is not None
    assert content.denunciation("tôi muốn tố cáo")
    assert content.entry("khong_co") is None


def test_a_language_we_do_not_write_gets_english() -> None:
    content = load()
    assert content.words("vi").language == "vi"
    assert content.words("zh").language == "en"


def test_a_communes_folder_lies_over_the_shipped_one(tmp_path: Path) -> None:
    text = (SHIPPED / "faq" / "khai_sinh.md").read_text("utf-8")
    (tmp_path / "faq").mkdir()
    own = text.replace('vi = "Đăng ký khai sinh"', 'vi = "Khai sinh ở xã Mây"')
    (tmp_path / "faq" / "khai_sinh.md").write_text(own, "utf-8")
    content = load([SHIPPED, tmp_path])
    entry = content.entry("khai_sinh")
    assert entry is not None
    assert entry.title["vi"] == "Khai sinh ở xã Mây"
    assert len(content.faq) == len(load().faq)


def test_a_communes_own_entry_is_still_found_by_the_shipped_phrasings(tmp_path: Path) -> None:
    (tmp_path / "faq").mkdir()
    written = (SHIPPED / "faq" / "rac.md").read_text(encoding="utf-8")
    own = written.replace("phrasings = [", 'phrasings = ["xe rác của xã mình chạy giờ nào",', 1)
    (tmp_path / "faq" / "rac.md").write_text(own, encoding="utf-8")
    shipped, ours = load().entry("rac"), load((SHIPPED, tmp_path)).entry("rac")
    assert shipped is not None
    assert ours is not None
    assert ours.phrasings == ("xe rác của xã mình chạy giờ nào", *shipped.phrasings)


def test_a_mistake_in_the_communes_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "danger.toml").write_text("harmless = []\nnumber = 1\n", "utf-8")
    with pytest.raises(ContentError, match=r"^danger\.toml:2: unknown key “number”"):
        load([SHIPPED, tmp_path])


def test_loading_does_not_import_the_language_detector_or_the_numeric_libraries() -> None:
    code = """
import sys
from content.loader import load
load().search
assert not {"langdetect", "numpy", "sklearn", "aiogram", "sqlmodel"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
