"""The invented commune: what stands in it, and what a slip in its file says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from content.commune import DEMO, commune_of, load_commune
from content.documents import ContentError


def test_the_demo_has_four_villages_with_a_group_for_each_kind_of_member() -> None:
    commune = load_commune()
    villages = {place.slug for place in commune.places if place.kind == "village"}
    tied = Counter((group.place, group.segment) for group in commune.groups if group.tied)
    kinds = ("party_committee", "authorities", "party_members", "households")
    assert len(villages) == 4
    assert tied == Counter((village, kind) for village in villages for kind in kinds)


def test_the_demo_has_people_in_every_role_on_both_styles() -> None:
    commune = load_commune()
    found = {(person.role, person.style) for person in commune.people}
    roles = ("resident", "village_head", "cadre", "approver")
    assert {(role, style) for role in roles for style in ("telegram", "zalo")} <= found
    assert Counter(person.role for person in commune.people)["admin"] == 1
    assert 28 <= len(commune.people) <= 34


def test_every_village_has_one_head_who_is_in_all_its_groups() -> None:
    commune = load_commune()
    heads = {p.place: p.id for p in commune.people if p.role == "village_head"}
    assert len(heads) == 4
    for group in commune.groups:
        if group.tied:
            assert heads[group.place] in group.members


def test_each_style_has_a_group_that_nobody_has_tied_yet() -> None:
    loose = [group for group in load_commune().groups if not group.tied]
    assert {group.style for group in loose} == {"telegram", "zalo"}
    assert all(group.place == "" and group.segment == "" for group in loose)


def test_a_loudspeaker_a_notice_board_and_a_group_are_carried_to_by_hand() -> None:
    commune = load_commune()
    assert [one.segment for one in commune.by_hand] == ["loudspeaker", "notice_board", "unions"]
    assert {commune.person(one.keeper).place for one in commune.by_hand} == {"dong-gio"}


def test_a_commune_may_have_nothing_that_is_carried(tmp_path: Path) -> None:
    path = tmp_path / "commune.toml"
    path.write_text(DEMO.read_text(encoding="utf-8").partition("[[by_hand]]")[0], encoding="utf-8")
    assert load_commune(path).by_hand == ()


def test_places_and_people_are_found_by_their_ids() -> None:
    commune = load_commune()
    assert commune.place("ben-do").parent == "song-trang"
    assert commune.person("nhap").role == "cadre"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param('title = "Loa Làng"', "title = 5", "wrong type", id="number for a text"),
        pytest.param('title = "Loa Làng"', "title = ", "not valid TOML", id="broken TOML"),
        pytest.param('title = "Loa Làng"', 'name = "x"', "unknown key “name”", id="unknown key"),
        pytest.param('slug = "go-sen"', 'slug = "ben-do"', "is taken", id="slug twice"),
        pytest.param('slug = "go-sen"', 'slug = "Gò"', "may hold a–z", id="slug with marks"),
        pytest.param('role = "admin"', 'role = "king"', "unknown role “king”", id="role"),
        pytest.param('place = "song-trang"', 'place = "hue"', "unknown place", id="place"),
    ],
)
def test_a_slip_in_the_file_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "commune.toml"
    source = DEMO.read_text(encoding="utf-8")
    line = source[: source.index(old)].count("\n") + 1
    path.write_text(source.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=says) as caught:
        load_commune(path)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"commune.toml:{line}: ")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("tied = true", 'tied = "yes"', "true or false", id="tied is a text"),
        pytest.param("tied = true", "tied = false", "an untied group has no place", id="untied"),
        pytest.param('members = ["tre"', 'members = ["lua"', "“lua” is nobody on zalo", id="style"),
        pytest.param('id = "tgr-phu-nu"', 'id = "lua"', "“lua” is taken", id="a person's id"),
        pytest.param('parent = "huong-dong"', 'parent = "x"', "under a province", id="parent"),
        pytest.param("[[groups]]\n", "[[clubs]]\n", "unknown key “clubs”", id="unknown table"),
        pytest.param('keeper = "sen"', 'keeper = "dao"', "“dao” holds no role", id="keeper"),
        pytest.param('segment = "loudspeaker"', 'segment = "radio"', "unknown segment", id="what"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "commune.toml"
    path.write_text(DEMO.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=says):
        load_commune(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "cannot be read", id="no file"),
        pytest.param(b"\xff\xfe", "not UTF-8", id="bytes that are no text"),
        pytest.param("[bot]\n".encode("utf-16"), "not UTF-8 but UTF-16 .+ Save as,", id="UTF-16"),
        pytest.param(
            "[bot]\ntitle = 'thôn Đông'\n".encode("cp1258"), "toml:2: not UTF-8; .+ Save", id="1258"
        ),
        pytest.param("[bot]\ntitle = '\u202eLoa'\n".encode(), "toml:2: this line holds", id="bidi"),
        pytest.param(b"", "“bot” is missing", id="empty file"),
    ],
)
def test_a_file_that_is_no_commune_is_refused(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "commune.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContentError, match=says):
        load_commune(path)


def test_a_commune_may_stand_without_its_province(tmp_path: Path) -> None:
    path = tmp_path / "commune.toml"
    text = DEMO.read_text(encoding="utf-8").replace('parent = "huong-dong"\n', "", 1)
    path.write_text(text, encoding="utf-8")
    assert load_commune(path).place("song-trang").parent == ""


def test_a_content_folder_may_have_a_commune_of_its_own(tmp_path: Path) -> None:
    text = DEMO.read_text(encoding="utf-8").replace("Xã Sông Trăng", "Xã Mây")
    assert commune_of("") == commune_of(str(tmp_path)) == load_commune()
    (tmp_path / "commune.toml").write_text(text, encoding="utf-8")
    assert commune_of(str(tmp_path)).place("song-trang").name == "Xã Mây"
    (tmp_path / "commune.toml").write_text("", encoding="utf-8")
    with pytest.raises(ContentError, match="“bot” is missing"):
        commune_of(str(tmp_path))
