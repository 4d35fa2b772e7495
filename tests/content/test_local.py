from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.documents import ContentError, Layers
from content.loader import SHIPPED
from content.local import LocalValues, load_local

LABELS = """\
[gio]
vi = "Giờ làm việc"
en = "Office hours"

[phi]
vi = "Lệ phí"
en = "Fee"

[rac]
vi = "Lịch thu gom rác"
en = "Refuse collection"
"""
COMMUNE = """\
owner = "Văn phòng xã"
checked = 2026-11-01

[values]
gio = "7 giờ"
rac = "thứ ba"
"""
VILLAGE = COMMUNE.replace('gio = "7 giờ"\n', "").replace("thứ ba", "thứ tư")
PROVINCE = '[values]\nphi = "5.000 đồng"\ngio = "8 giờ"\n'


def written(folder: Path, **places: str) -> Path:
    """A content folder."""
    (folder / "places").mkdir(parents=True)
    (folder / "local.toml").write_text(LABELS, "utf-8")
    for slug, text in places.items():
        (folder / "places" / f"{slug}.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture
def local(tmp_path: Path) -> LocalValues:
    province = 'owner = "Tỉnh"\nchecked = 2026-10-01\n' + PROVINCE
    return load_local(Layers.of([written(tmp_path, thon=VILLAGE, xa=COMMUNE, tinh=province)]))


def test_the_nearest_place_counts_and_those_above_it_where_it_has_nothing(
    local: LocalValues,
) -> None:
    assert local.of(("thon", "xa", "tinh")) == {
        "rac": "thứ tư",
        "gio": "7 giờ",
        "phi": "5.000 đồng",
    }
    assert local.of(("xa", "tinh")) == {"rac": "thứ ba", "gio": "7 giờ", "phi": "5.000 đồng"}
    assert local.of(("khac", "tinh")) == {"gio": "8 giờ", "phi": "5.000 đồng"}
    assert local.of(()) == {}


def test_what_is_missing_is_told_in_the_order_of_the_list(local: LocalValues) -> None:
    assert local.missing(("thon", "xa", "tinh")) == ()
    assert local.missing(("thon", "xa")) == ("phi",)
    assert local.missing(()) == ("gio", "phi", "rac")


def test_a_place_says_who_answers_for_its_values_and_since_when(local: LocalValues) -> None:
    assert local.places["xa"].owner == "Văn phòng xã"
    assert local.places["xa"].checked == date(2026, 11, 1)
    assert local.labels["gio"] == {"vi": "Giờ làm việc", "en": "Office hours"}


def test_a_communes_folder_lies_over_ours(tmp_path: Path) -> None:
    ours = written(tmp_path / "ours", xa=COMMUNE, khac=COMMUNE)
    own = tmp_path / "own"
    (own / "places").mkdir(parents=True)
    (own / "places" / "xa.toml").write_text(COMMUNE.replace("7 giờ", "9 giờ"), "utf-8")
    (own / "local.toml").write_text('[cho]\nvi = "Chợ phiên"\nen = "Market days"\n', "utf-8")
    found = load_local(Layers.of([ours, own]))
    assert found.of(("xa",))["gio"] == "9 giờ"
    assert found.of(("khac",))["gio"] == "7 giờ"
    assert list(found.labels) == ["gio", "phi", "rac", "cho"]


@pytest.mark.parametrize(
    "text",
    ["", "[values]\n", "# owner = \n[values]\n# gio = \n", 'owner = "Văn phòng"\n'],
    ids=["empty", "no values", "all commented out", "only an owner"],
)
def test_a_file_without_values_is_as_if_there_were_none(tmp_path: Path, text: str) -> None:
    found = load_local(Layers.of([written(tmp_path, xa=text)]))
    assert found.places == {}
    assert found.missing(("xa",)) == ("gio", "phi", "rac")


def test_letters_are_kept_in_one_form(tmp_path: Path) -> None:
    apart = COMMUNE.replace("7 giờ", "7 gio\u031b\u0300")
    found = load_local(Layers.of([written(tmp_path, xa=apart)]))
    assert found.of(("xa",))["gio"] == "7 giờ"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "gio =", "goi =", "5: unknown local value “goi”; did you mean “gio”", id="key"
        ),
        pytest.param('"7 giờ"', '" "', "5: “gio” is empty; write its text", id="empty"),
        pytest.param('"7 giờ"', "7", "5: “gio” has the wrong type", id="no text"),
        pytest.param('owner = "Văn phòng xã"\n', "", "1: “owner” is missing", id="owner"),
        pytest.param("checked = 2026-11-01\n", "", "1: “checked” is missing", id="checked"),
        pytest.param("2026-11-01", '"hôm qua"', "2: “checked” has the wrong type", id="day"),
        pytest.param("checked", "cheked", "2: unknown key “cheked”; did you", id="table's key"),
        pytest.param("[values]", "[[values]]", "4: “values” has the wrong type", id="list"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in COMMUNE
    layers = Layers.of([written(tmp_path, xa=COMMUNE.replace(old, new, 1))])
    with pytest.raises(ContentError) as caught:
        load_local(layers)
    assert str(caught.value).startswith("places/xa.toml:" + message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("[gio]", "[Gio]", "1: “Gio” is no name of a local value", id="name"),
        pytest.param('en = "Fee"\n', "", "5: “en” is missing", id="half a label"),
        pytest.param('en = "Fee"', 'fr = "Frais"', "7: unknown key “fr”", id="language"),
        pytest.param("[gio]\n", "gio = 1\n[gio2]\n", "1: “gio” has the wrong type", id="no table"),
    ],
)
def test_a_wrong_label_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    folder = written(tmp_path)
    (folder / "local.toml").write_text(LABELS.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_local(Layers.of([folder]))
    assert str(caught.value).startswith("local.toml:" + message)


def test_the_invented_commune_has_some_values_and_lacks_some() -> None:
    local = load_local(Layers.of([SHIPPED]))
    chain = ("ben-do", "song-trang", "huong-dong")
    assert local.of(chain)["dien_thoai"] == "000 000 0000"
    assert {"gio_lam_viec", "lich_rac", "tiep_cong_dan"}.isdisjoint(local.missing(chain))
    assert {"phi_ho_tich", "tuyen_sinh"} <= set(local.missing(chain))
