from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from content.documents import ContentError, File, Layers
from content.faq import (
    ASPECTS,
    Document,
    FaqEntry,
    parse_entries,
    parse_entry,
    with_phrasings,
)
from content.loader import SHIPPED
from content.local import load_local

PHRASINGS = ", ".join(f'"câu {number}"' for number in range(8))
ENTRY = f"""+++
id = "giay_mau"
code = "1.000001, 1.000002"
office = "UBND xã"
owner = "Công chức mẫu"
valid_from = 2026-02-01
valid_until = 2026-11-30
review_by = 2026-12-31
phrasings = [{PHRASINGS}]
names = ["giấy mẫu", "tờ mẫu", "mẫu giấy"]

[title]
vi = "Giấy mẫu"
en = "Sample paper"

[[sources]]
name = "Nguồn mẫu"
date = 2026-07-01
standing = "portal copy"
url = "https://example.org"

[[sources]]
key = "so"
name = "Sổ tay mẫu"
date = 2026-06-01
standing = "secondary"

[[documents]]
name = "Tờ khai mẫu"
url = "https://example.org/to-khai"
+++
## ho_so
- Một tờ khai.
- Hai bản chụp.

## noi_nop
UBND xã.

## thoi_han
1 ngày.

## le_phi
0 đồng [so].
Xã thu thêm: {{phi}}

## online
Được.

## luu_y
Không.

# en
Bring one form.
"""


def parse(text: str) -> FaqEntry:
    return parse_entry(File("faq/giay_mau.md", text), {"gio", "phi"})


def shipped() -> tuple[FaqEntry, ...]:
    layers = Layers.of([SHIPPED])
    return parse_entries(layers.matching("faq/*.md"), load_local(layers).labels)


def test_an_entry_is_read_whole() -> None:
    entry = parse(ENTRY)
    assert (entry.id, entry.code, entry.office) == ("giay_mau", "1.000001, 1.000002", "UBND xã")
    assert entry.title == {"vi": "Giấy mẫu", "en": "Sample paper"}
    assert list(entry.aspects) == [*ASPECTS, "luu_y"]
    assert entry.aspects["ho_so"] == "- Một tờ khai.\n- Hai bản chụp."
    assert entry.english == "Bring one form."
    assert entry.sources[0].date == date(2026, 7, 1)
    assert entry.sources[0].url == "https://example.org"
    assert [source.key for source in entry.sources] == ["", "so"]
    assert entry.names == ("giấy mẫu", "tờ mẫu", "mẫu giấy")
    assert entry.documents == (Document("Tờ khai mẫu", "https://example.org/to-khai"),)
    assert entry.local == {"phi"}


def test_a_short_answer_comes_first_and_stands_for_the_aspects() -> None:
    whole = parse(ENTRY.replace("# en\n", "## tra_loi\nCó.\n# en\n"))
    assert list(whole.aspects) == ["tra_loi", *ASPECTS, "luu_y"]
    short = ENTRY.replace("## ho_so", "## tra_loi").replace("## online\nĐược.\n", "")
    assert list(parse(short).aspects) == ["tra_loi", "noi_nop", "thoi_han", "le_phi", "luu_y"]


def test_a_source_that_has_been_compared_may_keep_its_key() -> None:
    compared = parse(ENTRY.replace('"secondary"', '"official text"'))
    assert not any(source.secondary for source in compared.sources)


def test_what_is_asked_of_a_commune_is_known_from_the_english_too() -> None:
    assert parse(ENTRY.replace("Bring", "Open {gio}. Bring")).local == {"gio", "phi"}


@pytest.mark.parametrize(
    ("today", "expired"),
    [
        pytest.param(date(2026, 1, 31), True, id="before it holds"),
        pytest.param(date(2026, 2, 1), False, id="its first day"),
        pytest.param(date(2026, 11, 30), False, id="its last day"),
        pytest.param(date(2026, 12, 1), True, id="after it held"),
        pytest.param(date(2027, 1, 1), True, id="after its review"),
    ],
)
def test_an_entry_is_hidden_outside_its_days(today: date, expired: bool) -> None:
    assert parse(ENTRY).expired(today) is expired


def test_a_file_in_capitals_is_renamed_not_its_id() -> None:
    with pytest.raises(ContentError, match=r"^faq/GIAY_MAU\.md:2: .+; rename it to giay_mau\.md$"):
        parse_entry(File("faq/GIAY_MAU.md", ENTRY), ["phi"])


def test_an_entry_without_last_day_is_hidden_after_its_review() -> None:
    entry = parse(ENTRY.replace("valid_until = 2026-11-30\n", ""))
    assert not entry.expired(date(2026, 12, 31))
    assert entry.expired(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("owner =", "ownr =", "5: unknown key “ownr”; did you mean “owner”", id="key"),
        pytest.param('"giay_mau"', '"giay_khac"', "2: the id “giay_khac” is not", id="id"),
        pytest.param('"giay_mau"', '"Giấy"', "2: “Giấy” is no id", id="id with marks"),
        pytest.param('"1.000001, ', '"1193, ', "3: “1193, 1.000002” is no", id="code"),
        pytest.param("2026-12-31", '"31/12"', "8: “review_by” has the wrong type", id="date"),
        pytest.param("2026-12-31", "2026-13-31", "8: not valid TOML", id="impossible date"),
        pytest.param("2026-12-31", "2026-06-30", "8: “review_by” lies before", id="review early"),
        pytest.param("2026-11-30", "2026-01-01", "7: “valid_until” lies before", id="ends early"),
        pytest.param(', "câu 7"', "", "9: only 7 different phrasings; write 8", id="few phrasings"),
        pytest.param('"câu 7"', '"câu 6"', "9: only 7 different phrasings", id="same phrasings"),
        pytest.param(
            'names = ["giấy mẫu", "tờ mẫu", "mẫu giấy"]\n', "", "2: “names” is", id="no names"
        ),
        pytest.param(', "mẫu giấy"', "", "10: 2 different names; write 3 to 8", id="few names"),
        pytest.param('"tờ mẫu"', '"mẫu giấy"', "10: 2 different names", id="same names"),
        pytest.param('en = "Sample paper"\n', "", "12: “en” is missing", id="half a title"),
        pytest.param('"portal copy"', '"rumour"', "19: unknown standing “rumour”", id="standing"),
        pytest.param('"https://', '"ftp://', "20: “url” is not a web address", id="address"),
        pytest.param('key = "so"\n', "", "25: a secondary source needs a key", id="no key"),
        pytest.param('key = "so"', 'key = "s o"', "23: “s o” is no key; use a-z", id="wrong key"),
        pytest.param('url = "https', 'key = "so"\nurl = "https', "16: two sources", id="same keys"),
        pytest.param(" [so]", "", "23: nothing refers to this secondary source", id="not cited"),
        pytest.param("[[documents]]", "[documents]", "28: “documents” has", id="no list"),
        pytest.param("g/to-khai", 'g"\nsize = "A4', "31: unknown key “size”", id="document"),
        pytest.param("https://example.org/", "to/", "30: “url” is not a web", id="document's url"),
        pytest.param("[so]", "[sổ]", "43: no source has the key of “[sổ]”; use one", id="source"),
        pytest.param("[so]", "[so", "43: a bracket is not closed", id="open bracket"),
        pytest.param("{phi}", "{fi}", "44: unknown local value “{fi}”; use one", id="value"),
        pytest.param("{phi}", "{{phi}", "44: a bracket is not", id="two brackets"),
        pytest.param("one form", "{form}", "53: unknown local value “{form}”", id="English value"),
        pytest.param("0 đồng [so].", "{phi} [so] [x]", "43: no source has", id="second source"),
        pytest.param("## noi_nop\nUBND xã.\n", "", "32: the section “## noi_nop” is", id="aspect"),
        pytest.param("## noi_nop\nUBND xã.", "## noi_nop", "32: the section “noi_nop”", id="empty"),
        pytest.param("# en\nBring one form.\n", "", "32: the section “# en” is", id="no English"),
        pytest.param("## online", "## onlin", "46: unknown heading “## onlin”; did", id="heading"),
        pytest.param("## online", "## le_phi", "46: the section “le_phi” stands", id="twice"),
        pytest.param("## online", "##\tonlin", "46: unknown heading “##\tonlin”; did", id="tab"),
        pytest.param(
            '"giay_mau"', f'"{"g" * 41}"', "2: an id of 41 characters; shor", id="long id"
        ),
        pytest.param('"Giấy mẫu"', '"Giấy\\nmẫu"', "13: “vi” goes on in another", id="title"),
        pytest.param('"UBND xã"', '"UBND\\nxã"', "4: “office” goes on in anoth", id="office"),
        pytest.param('"câu 7"', '"câu\\n7"', "9: “phrasings” goes on in anoth", id="phrasing"),
        pytest.param('"tờ mẫu"', '"tờ\\nmẫu"', "10: “names” goes on in another", id="name"),
        pytest.param('"câu 7"', '"câu \\u202E7"', "9: “phrasings” holds U+202E", id="turned"),
        pytest.param("+++\n## ho_so", "+++\nx\n## ho_so", "32: text before the first", id="stray"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    assert old in ENTRY
    with pytest.raises(ContentError) as caught:
        parse(ENTRY.replace(old, new, 1))
    assert str(caught.value).startswith("faq/giay_mau.md:" + message)


@pytest.mark.parametrize("blank", ["\t", " \t ", "\u00a0"])
def test_any_blank_may_stand_in_a_heading(blank: str) -> None:
    entry = parse(ENTRY.replace("## ", f"##{blank}").replace("# en", f"#{blank}en"))
    assert entry == parse(ENTRY)


@pytest.mark.parametrize("line", ["+++", "  +++", "# hỏi", "## tra_loi"])
def test_what_is_no_phrasing_is_refused_with_its_line(line: str) -> None:
    entry = parse_entry(File("faq/giay_mau.md", ENTRY), {"gio", "phi"})
    more = File("faq/giay_mau.txt", f"câu thêm\n\n{line}\n")
    with pytest.raises(ContentError, match=r"^faq/giay_mau\.txt:3: .+ no phrasing; .+giay_mau\.md"):
        with_phrasings([entry], [more])


def test_the_lines_of_a_file_beside_an_entry_are_phrasings_too() -> None:
    entry = parse_entry(File("faq/giay_mau.md", ENTRY), {"gio", "phi"})
    more = File("faq/giay_mau.txt", "câu thêm\n\n  câu “khác”, # thêm \n")
    (found,) = with_phrasings([entry], [more, File("faq/giay_khac.txt", "chẳng của ai\n")])
    assert found.phrasings == (*entry.phrasings, "câu thêm", "câu “khác”, # thêm")


@pytest.mark.parametrize(
    "file", Layers.of([SHIPPED]).matching("faq/*.txt"), ids=lambda file: str(file.name)
)
def test_each_shipped_phrasing_stands_once_and_has_an_entry(file: File) -> None:
    assert file.name.removesuffix(".txt") in {f"faq/{entry.id}" for entry in shipped()}
    (entry,) = (one for one in shipped() if f"faq/{one.id}.txt" == file.name)
    (all_of_it,) = with_phrasings([entry], [file])
    said = [phrasing.casefold() for phrasing in all_of_it.phrasings]
    assert len(said) > len(entry.phrasings)
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    "file", Layers.of([SHIPPED]).matching("faq/*.md"), ids=lambda file: str(file.name)
)
def test_a_shipped_entry_carries_what_every_answer_must(file: File) -> None:
    entry = parse_entry(file, load_local(Layers.of([SHIPPED])).labels)
    assert entry.owner
    assert entry.office
    assert any(not source.secondary for source in entry.sources)
    names = {name.casefold() for name in entry.names}
    assert len(names) == len(entry.names)
    assert len({phrasing.casefold() for phrasing in entry.phrasings}) >= 8
    texts = [*entry.title.values(), *entry.aspects.values(), entry.english, *entry.phrasings]
    assert all(text == unicodedata.normalize("NFC", text) for text in [*texts, *names])


def test_every_shipped_procedure_of_the_portal_has_all_aspects_or_a_short_answer() -> None:
    for entry in shipped():
        assert "tra_loi" in entry.aspects or set(ASPECTS) <= set(entry.aspects)
        assert entry.code or "tra_loi" in entry.aspects


def test_every_shipped_local_value_is_asked_for() -> None:
    asked = {key for entry in shipped() for key in entry.local}
    assert asked == set(load_local(Layers.of([SHIPPED])).labels)


def test_there_are_at_least_eighteen_shipped_entries() -> None:
    assert len(shipped()) >= 18


def test_the_halved_card_fee_is_hidden_with_the_year() -> None:
    entry = next(entry for entry in shipped() if entry.id == "can_cuoc")
    assert "31/12/2026" in entry.aspects["le_phi"]
    assert entry.expired(date(2027, 1, 1))
