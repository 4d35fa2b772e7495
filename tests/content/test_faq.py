from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from content.documents import ContentError, File, Layers
from content.faq import ASPECTS, FaqEntry, parse_entries, parse_entry
from content.loader import SHIPPED

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

[title]
vi = "Giấy mẫu"
en = "Sample paper"

[[sources]]
name = "Nguồn mẫu"
date = 2026-07-01
standing = "portal copy"
url = "https://example.org"
+++
## ho_so
- Một tờ khai.
- Hai bản chụp.

## noi_nop
UBND xã.

## thoi_han
1 ngày.

## le_phi
0 đồng.

## online
Được.

## luu_y
Không.

# en
Bring one form.
"""


def parse(text: str) -> FaqEntry:
    return parse_entry(File("faq/giay_mau.md", text))


def shipped() -> tuple[FaqEntry, ...]:
    return parse_entries(Layers.of([SHIPPED]).matching("faq/*.md"))


def test_an_entry_is_read_whole() -> None:
    entry = parse(ENTRY)
    assert (entry.id, entry.code, entry.office) == ("giay_mau", "1.000001, 1.000002", "UBND xã")
    assert entry.title == {"vi": "Giấy mẫu", "en": "Sample paper"}
    assert list(entry.aspects) == [*ASPECTS, "luu_y"]
    assert entry.aspects["ho_so"] == "- Một tờ khai.\n- Hai bản chụp."
    assert entry.english == "Bring one form."
    assert entry.sources[0].date == date(2026, 7, 1)
    assert entry.sources[0].url == "https://example.org"


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
        pytest.param('"portal copy"', '"rumour"', "18: unknown standing “rumour”", id="standing"),
        pytest.param('"https://', '"ftp://', "19: “url” is not a web address", id="address"),
        pytest.param("[[sources]]", "[sources]", "15: “sources” has the wrong type", id="no list"),
        pytest.param('en = "Sample paper"\n', "", "11: “en” is missing", id="half a title"),
        pytest.param("## le_phi\n0 đồng.\n", "", "21: the section “## le_phi” is", id="no section"),
        pytest.param("## le_phi\n0 đồng.", "## le_phi", "21: the section “## le_phi”", id="empty"),
        pytest.param("# en\nBring one form.\n", "", "21: the section “# en” is", id="no English"),
        pytest.param("## online", "## onlin", "34: unknown heading “## onlin”; did", id="heading"),
        pytest.param("## online", "## le_phi", "34: the section “le_phi” stands", id="twice"),
        pytest.param("+++\n## ho_so", "+++\nx\n## ho_so", "21: text before the first", id="stray"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    assert old in ENTRY
    with pytest.raises(ContentError) as caught:
        parse(ENTRY.replace(old, new, 1))
    assert str(caught.value).startswith("faq/giay_mau.md:" + message)


@pytest.mark.parametrize("entry", shipped(), ids=lambda entry: entry.id)
def test_a_shipped_entry_carries_what_every_answer_must(entry: FaqEntry) -> None:
    assert entry.owner
    assert entry.office
    assert entry.code or entry.id == "khan_cap"
    assert any(source.standing != "secondary" for source in entry.sources)
    assert len({phrasing.casefold() for phrasing in entry.phrasings}) >= 8
    texts = [*entry.title.values(), *entry.aspects.values(), entry.english, *entry.phrasings]
    assert all(text == unicodedata.normalize("NFC", text) for text in texts)


def test_there_are_at_least_eighteen_shipped_entries() -> None:
    assert len(shipped()) >= 18


def test_the_halved_card_fee_is_hidden_with_the_year() -> None:
    entry = next(entry for entry in shipped() if entry.id == "can_cuoc")
    assert "31/12/2026" in entry.aspects["le_phi"]
    assert entry.expired(date(2027, 1, 1))
