from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.documents import ContentError, Layers, parse_toml
from content.loader import SHIPPED
from content.words import LANGUAGES, UnknownWords, Words, load_words

VI = '[start]\nhello = "Chào {name}!"\nbye = "Tạm biệt"\n'
EN = '[start]\nhello = "Hello {name}!"\nbye = "Goodbye"\n'


def folder(root: Path, name: str, **texts: str) -> Path:
    replies = root / name / "replies"
    replies.mkdir(parents=True)
    for language, text in texts.items():
        (replies / f"{language}.toml").write_text(text, encoding="utf-8")
    return root / name


def load(*folders: Path) -> dict[str, Words]:
    return dict(load_words(Layers.of(folders)))


def test_a_text_is_found_by_section_and_key_in_each_language(tmp_path: Path) -> None:
    words = load(folder(tmp_path, "shipped", vi=VI, en=EN))
    assert words["vi"]("start.hello", name="bác Ba") == "Chào bác Ba!"
    assert words["en"]("start.hello", name="bác Ba") == "Hello bác Ba!"
    assert "start.bye" in words["vi"]
    assert words["vi"].placeholders("start.hello") == {"name"}


@given(st.text(st.characters(exclude_categories=())))
def test_a_value_is_inserted_as_it_is(value: str) -> None:
    words = Words("vi", {"a.b": "<{x}|{y}>"})
    assert words("a.b", x=value, y="{x}") == f"<{value}|{{x}}>"


def test_doubled_braces_are_braces() -> None:
    assert Words("vi", {"a.b": "{{x}} = {x}"})("a.b", x=1) == "{x} = 1"


def test_an_unknown_key_names_the_nearest_one() -> None:
    with pytest.raises(
        UnknownWords, match=r"no text “start\.helo” in vi; did you mean “start\.hello”"
    ):
        Words("vi", {"start.hello": "x"})("start.helo")


def test_a_forgotten_value_is_named() -> None:
    with pytest.raises(UnknownWords, match=r"“start\.hello” needs a value for \{name\}"):
        Words("vi", {"start.hello": "{name}"})("start.hello")


@pytest.mark.parametrize(
    ("vi", "en", "message"),
    [
        pytest.param(
            VI + 'more = "x"\n',
            EN,
            "replies/vi.toml:4: “start.more” has no text in en",
            id="vi only",
        ),
        pytest.param(
            VI,
            EN + 'more = "x"\n',
            "replies/en.toml:4: “start.more” has no text in vi",
            id="en only",
        ),
        pytest.param(
            VI,
            EN.replace("{name}", "{who}"),
            "replies/en.toml:2: “start.hello”: only one language has {name}, {who}",
            id="placeholders differ",
        ),
        pytest.param(
            VI.replace("{name}", "{0}"), EN, "replies/vi.toml:2: “hello”: “{0}” is no", id="number"
        ),
        pytest.param(
            VI.replace("{name}", "{name!r}"), EN, "replies/vi.toml:2: “hello”: ", id="conversion"
        ),
        pytest.param(VI.replace("{name}", "{name"), EN, "replies/vi.toml:2: “hello”: ", id="open"),
        pytest.param(VI + "x = 5\n", EN, "replies/vi.toml:4: “x” has the wrong type", id="number"),
        pytest.param(
            'hello = "x"\n', EN, "replies/vi.toml:1: “hello” has the wrong", id="no section"
        ),
    ],
)
def test_texts_that_do_not_agree_are_refused_with_their_line(
    tmp_path: Path, vi: str, en: str, message: str
) -> None:
    with pytest.raises(ContentError) as caught:
        load(folder(tmp_path, "shipped", vi=vi, en=en))
    assert str(caught.value).startswith(message)


def test_a_commune_replaces_single_texts(tmp_path: Path) -> None:
    shipped = folder(tmp_path, "shipped", vi=VI, en=EN)
    own = folder(tmp_path, "own", vi='[start]\nhello = "Xã Mây xin chào"\n')
    words = load(shipped, own)
    assert words["vi"]("start.hello", name="bác Ba") == "Xã Mây xin chào"
    assert words["vi"]("start.bye") == "Tạm biệt"
    assert words["en"]("start.hello", name="Ba") == "Hello Ba!"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('[start]\nhelo = "x"\n', "unknown key “start.helo”; did you mean", id="key"),
        pytest.param('[start]\nhello = "{nam}"\n', "unknown placeholder {nam}; did you", id="name"),
        pytest.param(
            '[start]\nbye = "{x}"\n', "unknown placeholder {x}; this text has no", id="none"
        ),
    ],
)
def test_a_commune_cannot_invent_keys_or_placeholders(
    tmp_path: Path, text: str, message: str
) -> None:
    shipped = folder(tmp_path, "shipped", vi=VI, en=EN)
    with pytest.raises(ContentError) as caught:
        load(shipped, folder(tmp_path, "own", vi=text))
    assert str(caught.value).startswith("replies/vi.toml:2: ")
    assert message in str(caught.value)


def test_the_shipped_texts_agree_and_are_clean() -> None:
    layers = Layers.of([SHIPPED])
    words = load_words(layers)
    assert words["vi"].keys() == words["en"].keys() != frozenset()
    for language in LANGUAGES:
        table = parse_toml(layers.one(f"replies/{language}.toml"))
        for section in table:
            for key, text in table.table(section).values.items():
                where = f"{language} {section}.{key}"
                assert text == unicodedata.normalize("NFC", text), where
                assert not any(line != line.rstrip() for line in text.split("\n")), where
