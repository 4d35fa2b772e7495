from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from content.documents import (
    ContentError,
    File,
    Layers,
    Table,
    hidden,
    parse_toml,
    split_front_matter,
    visible,
)


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read(text: str) -> Table:
    return parse_toml(File("a.toml", text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('a = "1"\nb = "2\n', "a.toml:2: not valid TOML", id="open quote"),
        pytest.param("a = 1\nb\n", "a.toml:2: not valid TOML", id="no value"),
        pytest.param("a = [1,\n2\n", "a.toml:3: not valid TOML", id="open bracket at the end"),
        pytest.param("a = 1\na = 2\n", "a.toml:2: not valid TOML", id="twice the same key"),
        pytest.param(f"a = 1\nb = {'9' * 5000}\n", "a.toml:2: too long a number; sho", id="huge"),
        pytest.param("a = " + "[" * 5000, "a.toml:1: ", id="absurdly nested"),
    ],
)
def test_broken_toml_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        read(text)
    assert str(caught.value).startswith(message)


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    with pytest.raises(ContentError, match=r"^a\.toml:3: unknown key “titel”; did you mean “ti"):
        read("a = 1\n\ntitel = 2\n").only(["a", "title"])


def test_an_unknown_key_like_no_other_lists_the_known_ones() -> None:
    with pytest.raises(ContentError, match="unknown key “zzz”; use one of: a, title"):
        read("zzz = 2\n").only(["title", "a"])


@pytest.mark.parametrize(
    ("key", "message"),
    [
        pytest.param("number", "a.toml:4: “number” has the wrong type; write it as a", id="int"),
        pytest.param("empty", "a.toml:5: “empty” is empty", id="empty"),
        pytest.param("absent", "a.toml:2: “absent” is missing; add it as a text", id="absent"),
        pytest.param("yes", "a.toml:6: “yes” has the wrong type", id="bool"),
    ],
)
def test_a_text_of_the_wrong_kind_is_refused_with_its_line(key: str, message: str) -> None:
    table = read('\n[part]\nright = "x"\nnumber = 3\nempty = " "\nyes = true\n').table("part")
    with pytest.raises(ContentError) as caught:
        table.text(key)
    assert str(caught.value).startswith(message)


def test_a_moment_is_no_day_and_true_is_no_number() -> None:
    table = read("moment = 2026-01-01T10:00:00\nyes = true\nday = 2026-01-01\n")
    with pytest.raises(ContentError, match=r"a\.toml:1: “moment”"):
        table.day("moment")
    with pytest.raises(ContentError, match=r"a\.toml:2: “yes”"):
        table.number("yes")
    assert table.day("day").isoformat() == "2026-01-01"


def test_a_key_of_the_second_table_has_its_own_line() -> None:
    tables = read('[[one]]\nid = "a"\n\n[[one]]\nid = 5\n').tables("one")
    assert tables[0].text("id") == "a"
    with pytest.raises(ContentError, match=r"a\.toml:5: “id” has the wrong type"):
        tables[1].text("id")


def test_lines_inside_a_long_text_are_not_taken_for_keys() -> None:
    table = read('long = """\nid = "not this"\n[neither]\n"""\nid = 1\n')
    assert table.line("id") == 5


def test_a_later_folder_replaces_files_by_name(tmp_path: Path) -> None:
    write(tmp_path / "shipped", "faq/a.md", "shipped a")
    write(tmp_path / "shipped", "faq/b.md", "shipped b")
    write(tmp_path / "own", "faq/b.md", "own b")
    write(tmp_path / "own", "faq/c.md", "own c")
    layers = Layers.of([tmp_path / "shipped", tmp_path / "own"])
    assert [(file.name, file.text) for file in layers.matching("faq/*.md")] == [
        ("faq/a.md", "shipped a"),
        ("faq/b.md", "own b"),
        ("faq/c.md", "own c"),
    ]
    assert layers.one("faq/b.md").text == "own b"
    assert [file.text for file in layers.each("faq/b.md")] == ["shipped b", "own b"]


UNSEEN = ["\0", "\x01", "\x0b", "\x0c", "\x1b", "\x85", "\u2028", "\u2029", "\u202e", "\u2066"]


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_sign_that_nobody_sees_is_named_with_its_line(tmp_path: Path, sign: str) -> None:
    write(tmp_path, "faq/a.md", f"+++\n+++\n## tra_loi\nmùng {sign}một tháng giêng, mọi nhà\n")
    with pytest.raises(ContentError, match=rf"^faq/a\.md:4: this line holds U\+{ord(sign):04X} \("):
        Layers.of([tmp_path]).one("faq/a.md")


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_sign_that_is_only_written_out_is_named_too(sign: str) -> None:
    written = f"\\u{ord(sign):04X}"
    text = f'a = [\n  "một",\n  "hai {written}"\n]\nb = "ba {written}"\nc = {{ d = "{written}" }}\n'
    table = read(text)
    with pytest.raises(ContentError, match=rf"^a\.toml:3: “a” holds U\+{ord(sign):04X} \("):
        table.texts("a")
    with pytest.raises(ContentError, match=rf"^a\.toml:5: “b” holds U\+{ord(sign):04X} \("):
        table.text("b")
    with pytest.raises(ContentError, match=r"^a\.toml:6: “d” holds "):
        table.table("c").text("d")


def test_what_people_write_with_is_no_unseen_sign(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", 'a = "👨\u200d👩\u200d👧 a\u200bb\u00a0c\td"\n')
    assert "👨\u200d👩\u200d👧" in parse_toml(Layers.of([tmp_path]).one("a.toml")).text("a")


def test_a_text_of_one_line_names_the_line_where_it_goes_on() -> None:
    table = read('a = "một"\nb = ["hai",\n"ba\\nbốn"]\nc = """\nnăm"""\nd = """sáu\nbảy"""\n')
    assert table.line_text("a") == "một"
    assert table.line_text("c") == "năm"
    assert table.line_text("e", "") == ""
    with pytest.raises(
        ContentError, match=r"^a\.toml:3: “b” goes on in another line after “ba”; w"
    ):
        table.line_texts("b")
    with pytest.raises(ContentError, match=r"^a\.toml:6: “d” goes on in another line after “sáu”"):
        table.line_text("d")


@pytest.mark.parametrize("name", ["faq/*.md", "faq/a.md"])
def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, "faq", "x")
    layers = Layers.of([tmp_path])
    with pytest.raises(
        ContentError, match=r"^faq:1: a file, where a folder is read; rename it, and"
    ):
        layers.matching(name) + layers.each(name)


def test_what_is_hidden_but_for_its_dot_is_found(tmp_path: Path) -> None:
    for name in (".a.md", "._a.md", ".#a.md", ".a.txt", "a.md", ".DS_Store"):
        write(tmp_path, f"faq/{name}", "x")
    assert [path.name for path in hidden(tmp_path, "faq/.*.md")] == [".a.md"]
    assert [path.name for path in visible(tmp_path, "faq/*.md")] == ["a.md"]
    assert hidden(tmp_path, "places/.*") == []


def test_a_zero_alone_is_no_other_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"a = 1\nb = 'mot\0hai ba bon nam sau'\n")
    with pytest.raises(
        ContentError, match=r"^a\.toml:2: this line holds U\+0000 \(a control sign\)"
    ):
        Layers.of([tmp_path]).one("a.toml")


def test_what_a_file_manager_hides_beside_a_file_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "faq/a.md", "a")
    write(tmp_path, "places/xa.toml", "")
    for name in ("faq/._a.md", "faq/.a.md.swp", "faq/.#a.md", "faq/.DS_Store", "places/._xa.toml"):
        (tmp_path / name).write_bytes(b"\x00\x05\x16\x07\xff")
    layers = Layers.of([tmp_path])
    assert [file.name for file in layers.matching("faq/*")] == ["faq/a.md"]
    assert [file.name for file in layers.matching("faq/*.md")] == ["faq/a.md"]
    assert [file.name for file in layers.matching("places/*.toml")] == ["places/xa.toml"]


def test_a_missing_folder_or_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no such content folder; name an existing"):
        Layers.of([tmp_path / "nowhere"])
    with pytest.raises(ContentError, match=r"^danger\.toml:1: this file is missing; restore it"):
        Layers.of([tmp_path]).one("danger.toml")


def test_a_file_in_another_encoding_is_refused_at_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes("x = 1\ny = “é”\n".encode("utf-16-le"))
    (tmp_path / "b.toml").write_bytes(b'x = "1"\ny = "\xe9"\n')
    with pytest.raises(ContentError, match=r"^b\.toml:2: not UTF-8; save the file as UTF-8"):
        Layers.of([tmp_path]).one("b.toml")
    with pytest.raises(ContentError):
        parse_toml(Layers.of([tmp_path]).one("a.toml"))


def test_a_file_saved_on_windows_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfx = 'a'\r\ny = 'b'\r\n")
    assert parse_toml(Layers.of([tmp_path]).one("a.toml")).text("y") == "b"


def test_front_matter_counts_lines_of_the_whole_file() -> None:
    table, body, first = split_front_matter(File("a.md", '+++\nid = "a"\nx = 1\n+++\n## b\n'))
    assert (table.line("x"), body, first) == (3, "## b\n", 5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("id = 1\n", "a.md:1: the file must begin with a line", id="no fence"),
        pytest.param("+++\nid = 1\n", "a.md:3: the second line", id="never closed"),
        pytest.param("+++\nok = 1\nid = \n+++\n", "a.md:3: not valid TOML", id="broken"),
    ],
)
def test_broken_front_matter_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        split_front_matter(File("a.md", text))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", ["faq/a.md", "danger.toml"])
@pytest.mark.parametrize(
    "lay",
    [
        pytest.param(lambda path: os.mkfifo(path), id="pipe"),
        pytest.param(lambda path: path.mkdir(), id="folder"),
        pytest.param(lambda path: path.symlink_to("gone"), id="link that leads nowhere"),
    ],
)
def test_what_is_no_ordinary_file_is_refused_and_not_waited_for(
    tmp_path: Path, name: str, lay: Callable[[Path], None]
) -> None:
    (tmp_path / "faq").mkdir()
    lay(tmp_path / name)
    layers = Layers.of([tmp_path])
    with pytest.raises(ContentError, match=f"^{name}:1: no ordinary file; put an ordinary file"):
        layers.matching("faq/*.md") + layers.each("danger.toml")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("01/11/2026", "2026-11-01", id="day first"),
        pytest.param("2026-5-1", "2026-05-01", id="figures short"),
        pytest.param("“2026-05-31”", "2026-05-31", id="curly quotes"),
        pytest.param('"2026-05-31"', "2026-05-31", id="quotes"),
        pytest.param('"31.5.2026"', "2026-05-31", id="quotes, day first"),
        pytest.param('"2026-13-40"', "2026-11-01", id="quotes, no such day"),
        pytest.param("2026-11-31", "2026-11-01", id="no such day"),
        pytest.param("", "2026-11-01", id="nothing"),
        pytest.param("mùng một", "2026-11-01", id="words"),
        pytest.param("20261101", "2026-11-01", id="a number"),
        pytest.param(f"1/1/{'9' * 5000}", "2026-11-01", id="a year without end"),
        pytest.param("1/1/0", "2026-11-01", id="no year"),
    ],
)
@pytest.mark.parametrize("key", ["review_by", "valid_from", "date", "checked"])
def test_a_day_that_cannot_be_read_says_how_to_write_it(key: str, written: str, said: str) -> None:
    text = f"a = 1\n{key} = {written}  # ngày\n"
    with pytest.raises(ContentError) as caught:
        read(text).day(key)
    assert str(caught.value).startswith("a.toml:2: ")
    assert str(caught.value).endswith(f"; write the day as {said} (year-month-day, no quotes)")


def test_a_day_that_is_missing_says_how_to_write_it() -> None:
    with pytest.raises(ContentError, match=r"add it as a day such as 2026-11-01 \(year-month-day,"):
        read("a = 1\n").day("review_by")


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff", "\ufeff\ufeff"])
def test_marks_and_line_ends_of_any_editor_are_read(tmp_path: Path, ends: str, mark: str) -> None:
    text = mark + "+++\nx = 'a'\n+++\n## b\nc\n".replace("\n", ends)
    (tmp_path / "a.md").write_bytes(text.encode("utf-8"))
    table, body, _ = split_front_matter(Layers.of([tmp_path]).one("a.md"))
    assert (table.text("x"), body) == ("a", "## b\nc\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_what_notepad_calls_unicode_is_named(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.toml").write_bytes("x = 'a'\n".encode(encoding))
    with pytest.raises(ContentError, match=r"^a\.toml:1: not UTF-8 but UTF-16 .+ Save as, Enc"):
        Layers.of([tmp_path]).one("a.toml")


def test_what_an_old_program_saved_says_how_to_save_it(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes("x = 1\ny = 'thôn Đông'\n".encode("cp1258"))
    with pytest.raises(ContentError, match=r"^a\.toml:2: not UTF-8; .+ Save as, Encoding UTF-8"):
        Layers.of([tmp_path]).one("a.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("\n+++\n", "a.md:1: the file must begin with a line +++; take", id="above"),
        pytest.param("id = 1\n", "a.md:1: the file must begin with a line +++; add it", id="none"),
        pytest.param(
            "+++\nid = 1\n\n## b\n", "a.md:4: the second line +++ is missing; write it a", id="open"
        ),
        pytest.param("+++\nid = 1\n++++\n## b", "a.md:4: the second line +++ is", id="too long"),
    ],
)
def test_where_the_front_matter_must_begin_and_end_is_told(text: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        split_front_matter(File("a.md", text))
    assert str(caught.value).startswith(message)


def test_texts_from_a_mac_are_spelled_as_all_others(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", unicodedata.normalize("NFD", "a = 'Hộ tịch'"))
    assert parse_toml(Layers.of([tmp_path]).one("a.toml")).text("a") == "Hộ tịch"
