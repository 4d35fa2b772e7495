"""What is looked at again, each with a made entry that has just that."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from content.faq import Document, FaqEntry, Source
from content.guides import Guides
from content.lengths import LONGEST
from content.lint import ENOUGH_PHRASINGS, FAR, MOST_PHRASINGS, lessened, lint, thin
from content.loader import load
from content.remarks import Remark
from content.topics import Topic

TODAY = date(2026, 11, 23)
PORTAL = "https://dichvucong.gov.vn"
PAGE = f"{PORTAL}/thu-tuc-hanh-chinh/019d2bff-3d08-7599-80c7-c185678b6753"
SOURCE = Source("Cổng Dịch vụ công", date(2026, 7, 1), "portal copy", PORTAL)
CONTENT = load()


def entry(id: str, **changes: Any) -> FaqEntry:
    """Nothing is wrong with it."""
    whole = FaqEntry(
        id=id,
        title={"vi": f"Giấy {id}", "en": f"Paper {id}"},
        code="",
        office="UBND xã",
        owner="Cô Mơ",
        phrasings=tuple(f"{id} câu {number}" for number in range(ENOUGH_PHRASINGS)),
        sources=(SOURCE,),
        review_by=date(2027, 11, 22),
        valid_from=None,
        valid_until=None,
        aspects={"tra_loi": "Dạ có ạ."},
        english="Yes.",
    )
    return replace(whole, **changes)


def looked(*entries: FaqEntry, topics: tuple[Topic, ...] = ()) -> list[Remark]:
    content = copy(CONTENT)
    content.faq = entries
    content.topics = replace(content.topics, decline=topics)
    return lint(content, TODAY)


def test_nothing_is_said_of_what_is_well() -> None:
    document = Document("Thủ tục", PAGE)
    assert looked(entry("bo"), entry("an", documents=(document,))) == []


@pytest.mark.parametrize(
    ("link", "said"),
    [
        pytest.param("https:///to-khai.pdf", "names no site", id="no host"),
        pytest.param("https://dichvucong/x", "names no site", id="half a host"),
        pytest.param("https://dichvucong..vn/x", "names no site", id="an empty part of the host"),
        pytest.param("https://xa.example/to khai.pdf", "holds a space", id="space"),
        pytest.param("https://xa.example/to\tkhai.pdf", "holds a space", id="tab"),
        pytest.param("http://xa.example/", "is not safe to open", id="not https"),
        pytest.param("xa.example/to-khai", "is not safe to open", id="no scheme"),
        pytest.param("https://[xa.example/", "cannot be read as an address", id="bracket"),
        pytest.param(f"{PORTAL}/thu-tuc-hanh-chinh/1.001193", "names no procedure", id="a code"),
        pytest.param(f"{PORTAL}/thu-tuc-hanh-chinh", "names no procedure", id="no id"),
        pytest.param(PAGE[:-1], "names no procedure", id="an id cut short"),
        pytest.param(f"{PORTAL}/p/home/x.html", "names no procedure", id="the former portal"),
    ],
)
@pytest.mark.parametrize(
    "put",
    [
        pytest.param(lambda link: {"documents": (Document("Mẫu", link),)}, id="document"),
        pytest.param(lambda link: {"sources": (replace(SOURCE, url=link),)}, id="source"),
    ],
)
def test_a_link_that_is_broken_by_its_form_must_be_mended(
    link: str, said: str, put: Callable[[str], dict[str, Any]]
) -> None:
    (found,) = looked(entry("bo", **put(link)))
    assert found.wrong
    assert found.text.startswith("faq/bo.md: the link ")
    assert said in found.text


@pytest.mark.parametrize("link", [PAGE, f"{PAGE}/", f"{PAGE}?x=1", PORTAL, f"{PORTAL}/"])
def test_links_of_the_portal_that_lead_somewhere_are_well(link: str) -> None:
    assert looked(entry("bo", documents=(Document("Thủ tục", link),))) == []


def test_links_in_texts_are_looked_at_too() -> None:
    aspects = {"tra_loi": f"Xem {PAGE}. Hoặc (http://xa.example/a)."}
    advice = {"vi": "Xem http://xa.example/b, hoặc gọi.", "en": "Ask."}
    topic = Topic("thue", advice, ("nộp thuế",))
    found = looked(entry("bo", aspects=aspects), topics=(topic,))
    assert [one.text.partition(" is not")[0] for one in found] == [
        "faq/bo.md: the link http://xa.example/a",
        "topics.toml (thue): the link http://xa.example/b",
    ]


@pytest.mark.parametrize(
    ("days", "wrong", "said"),
    [
        pytest.param(-1, True, "not told any more since 22/11/2026", id="yesterday"),
        pytest.param(0, False, "told until 23/11/2026 only", id="today"),
        pytest.param(30, False, "told until 23/12/2026 only", id="in 30 days"),
        pytest.param(31, None, "", id="in 31 days"),
    ],
)
@pytest.mark.parametrize("key", ["review_by", "valid_until"])
def test_what_ends_is_told_with_its_owner(
    key: str, days: int, wrong: bool | None, said: str
) -> None:
    found = looked(entry("bo", **{key: TODAY + timedelta(days=days)}))
    assert [one.wrong for one in found] == ([] if wrong is None else [wrong])
    assert all(said in one.text and "Cô Mơ: look at" in one.text for one in found)


def test_what_ends_on_one_day_is_one_line_for_each_owner() -> None:
    first, second, third = (entry(id, review_by=TODAY) for id in ("bo", "an", "ca"))
    found = looked(first, second, replace(third, owner="Anh Tư"))
    assert sorted(one.text.partition(":")[0] for one in found) == [
        "faq/bo.md, faq/an.md",
        "faq/ca.md",
    ]


def test_what_does_not_hold_yet_is_told() -> None:
    (found,) = looked(entry("bo", valid_from=TODAY + timedelta(days=1)))
    assert "not told before 24/11/2026" in found.text
    assert not found.wrong
    assert looked(entry("bo", valid_from=TODAY)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("làm giấy bò", "làm giấy bò", id="the same"),
        pytest.param("Làm giấy bò?", "lam giay bo", id="the same when folded"),
        pytest.param("giấy bò làm", "làm giấy bò", id="in another order"),
        pytest.param("làm làm giấy bò", "làm giấy bò", id="a word twice"),
    ],
)
def test_what_is_asked_of_two_entries_is_told_once(one: str, other: str) -> None:
    first, second = entry("bo"), entry("an")
    first = replace(first, phrasings=(*first.phrasings, one, "làm giấy trâu"))
    second = replace(second, phrasings=(*second.phrasings, other))
    (found,) = looked(first, second)
    assert found.text == f"faq/bo.md: “{one}” also asks for faq/an.md; leave it to one of them"
    assert not found.wrong


def test_names_and_other_offices_matters_collide_too() -> None:
    topic = Topic("thue", {"vi": "Hỏi cơ quan thuế.", "en": "Ask."}, ("thuế đất", "thuế nhà"))
    (found,) = looked(entry("bo", names=("thuế đất", "thuế bò")), topics=(topic,))
    assert found.text.startswith("faq/bo.md: “thuế đất” also asks for topics.toml (thue);")


def test_of_many_shared_phrasings_three_are_quoted() -> None:
    same = tuple(f"câu chung {number}" for number in range(8))
    first, second = (entry(id, phrasings=(*same, *entry(id).phrasings)) for id in ("bo", "an"))
    (found,) = looked(first, second)
    assert "“câu chung 2” and 5 more also" in found.text


@pytest.mark.parametrize(
    ("count", "wrong"),
    [
        (7, [True]),
        (8, [False]),
        (ENOUGH_PHRASINGS - 1, [False]),
        (ENOUGH_PHRASINGS, []),
        (MOST_PHRASINGS, []),
        (MOST_PHRASINGS + 1, [False]),
    ],
)
def test_too_few_and_too_many_phrasings_are_told(count: int, wrong: list[bool]) -> None:
    phrasings = tuple(f"câu {number}" for number in range(count))
    assert [one.wrong for one in looked(entry("bo", phrasings=phrasings))] == wrong


def test_an_entry_that_few_questions_find_says_how_many_phrasings_it_lacks_and_where() -> None:
    same = tuple(f"câu {number % (ENOUGH_PHRASINGS - 3)}" for number in range(ENOUGH_PHRASINGS))
    (found,) = looked(entry("bo", phrasings=same))
    assert found.text == (
        f"faq/bo.md: only {ENOUGH_PHRASINGS - 3} phrasings, so many questions will not find it; "
        "write 3 more that differ into faq/bo.txt, one a line"
    )


def test_no_shipped_entry_has_too_few_phrasings() -> None:
    assert list(thin(CONTENT.faq)) == []


@pytest.mark.parametrize(
    ("usual", "strange", "told"),
    [
        pytest.param("Cổng Dịch vụ công", "Cổng dịch vụ công", True, id="capitals"),
        pytest.param("Cổng Dịch vụ công", "Cổng Dich vụ cong", True, id="marks"),
        pytest.param("Cổng Dịch vụ công", "Cổng Dịnh vụ công", True, id="a letter"),
        pytest.param("Thông tư 117/2026", "Thông tư 118/2026", False, id="another law"),
        pytest.param("Cổng Dịch vụ công", "Luật Hộ tịch", False, id="another source"),
    ],
)
def test_a_source_that_only_one_entry_writes_so_is_told(
    usual: str, strange: str, told: bool
) -> None:
    named = [(replace(SOURCE, name=name),) for name in (usual, usual, strange)]
    entries = [entry(id, sources=one) for id, one in zip(("bo", "an", "ca"), named, strict=True)]
    found = looked(*entries)
    assert [one.text for one in found] == (
        [f"faq/ca.md: the source “{strange}” is called “{usual}” elsewhere; use one name"]
        if told
        else []
    )


def test_sources_to_be_compared_are_counted_in_one_line() -> None:
    secondary = replace(SOURCE, name="Báo", standing="secondary", key="b")
    found = looked(entry("bo", sources=(SOURCE, secondary)), entry("an", sources=(secondary,)))
    assert [(one.text.partition(";")[0], one.wrong) for one in found] == [
        ("faq: 2 secondary sources, in bo, an", False)
    ]


def test_what_must_be_mended_comes_first() -> None:
    late = entry("an", review_by=TODAY - timedelta(days=1))
    many = entry("bo", phrasings=tuple(f"câu {number}" for number in range(MOST_PHRASINGS + 1)))
    early = entry("ca", valid_from=TODAY + timedelta(days=1))
    assert [one.wrong for one in looked(early, many, late)] == [True, False, False]


def test_an_own_file_that_tells_less_than_ours_is_told() -> None:
    shipped = entry("bo", aspects={"ho_so": "a", "le_phi": "b", "online": "c"})
    own = entry("bo", aspects={"ho_so": "a", "luu_y": "d"})
    (found,) = lessened([own, entry("an")], [shipped])
    assert found.text.startswith("faq/bo.md: your own file leaves out ## le_phi, ## online, ")
    assert not found.wrong
    assert lessened([shipped], [own, shipped]) != []
    assert lessened([own], [own]) == []


@pytest.mark.parametrize("name", ["giấy", "em ơi", "dạ em", "giay", "…"])
def test_a_name_that_questions_about_anything_say_is_told(name: str) -> None:
    others = [entry(f"x{number}", phrasings=("xin giấy", *"abcdefgh")) for number in range(6)]
    assert not any(" the name “" in one.text for one in looked(*others))
    vague = entry("bo", names=(name, "giấy mây", "sổ mây"))
    (found,) = (one for one in looked(vague, *others) if " the name “" in one.text)
    assert found.text.startswith(f"faq/bo.md: the name “{name}” is said whatever people ask; ")
    assert not found.wrong


def test_a_word_that_few_say_may_be_a_name() -> None:
    others = [entry(f"x{number}", phrasings=("xin giấy", *"abcdefgh")) for number in range(5)]
    found = looked(entry("bo", names=("giấy", "giấy cho em")), *others)
    assert not any(" the name “" in one.text for one in found)


def test_only_the_files_asked_for_are_looked_at_beside_all_others() -> None:
    secondary = replace(SOURCE, name="Báo", standing="secondary", key="b")
    late = {"review_by": TODAY - timedelta(days=1), "sources": (SOURCE, secondary)}
    content = copy(CONTENT)
    content.faq = (
        entry("an", **late),
        entry("bo", names=("sổ mây",), **late),
        entry("ca", phrasings=("sổ mây", *"abcdefgh")),
        entry("de", phrasings=("sổ mây", *"ijklmnop")),
    )
    content.topics = replace(content.topics, decline=())
    of_bo = [one.text for one in lint(content, TODAY, {"faq/bo.md"})]
    assert [text.partition(":")[0] for text in of_bo] == [
        "faq/bo.md",
        "faq/bo.md",
        "faq/bo.md",
        "faq",
    ]
    of_others = [one.text for one in lint(content, TODAY, {"faq/an.md", "faq/ca.md"})]
    assert any("faq/ca.md" in text and "faq/de.md" in text for text in of_others)
    assert not any("faq/bo.md" in text and "faq/de.md" in text for text in of_others)
    assert lint(content, TODAY, ()) == []


def test_nothing_shipped_must_be_mended() -> None:
    assert [one.text for one in lint(CONTENT, TODAY) if one.wrong] == []


def test_a_name_that_two_entries_share_is_meant_so() -> None:
    both = ("mất giấy",)
    assert looked(entry("bo", names=both), entry("an", names=both)) == []
    (found,) = looked(
        entry("bo", names=both), entry("an", phrasings=(*both, *entry("an").phrasings))
    )
    assert "“mất giấy” also asks for faq/" in found.text


def test_pictures_that_are_not_shown_are_told() -> None:
    content = copy(CONTENT)
    content.faq, content.topics = (), replace(content.topics, decline=())
    content.guides = Guides({}, ("faq/bo.png: no entry; take it away",), ("an",))
    first, second = lint(content, TODAY)
    assert first == Remark("faq/bo.png: no entry; take it away", wrong=True)
    assert second.text.startswith("faq/an.md: the shipped picture is not shown beside your own")
    assert not second.wrong


@pytest.mark.parametrize("said", ["?…", "🙂", "dạ thưa em với ạ"])
def test_a_phrasing_that_tells_nothing_is_told(said: str) -> None:
    (found,) = looked(entry("bo", phrasings=(*entry("bo").phrasings, said, said)))
    assert found.text.startswith(f"faq/bo.md: the phrasing “{said}” tells nothing of the matter; ")
    assert not found.wrong


@pytest.mark.parametrize(
    ("long", "said"),
    [
        pytest.param(
            lambda more: {"phrasings": (*entry("bo").phrasings, "b" * (LONGEST.phrasing + more))},
            "a phrasing, “bbb",
            id="phrasing",
        ),
        pytest.param(
            lambda more: {"title": {"vi": "Giấy bo", "en": "B" * (LONGEST.title + more)}},
            "the title “BBB",
            id="title",
        ),
        pytest.param(
            lambda more: {"names": ("b" * (LONGEST.name + more),)}, "a name, “bbb", id="name"
        ),
        pytest.param(
            lambda more: {"office": "b" * (LONGEST.line + more)}, "the office has 161 ", id="office"
        ),
        pytest.param(
            lambda more: {"owner": "b" * (LONGEST.line + more)}, "the owner has 161 ", id="owner"
        ),
        pytest.param(
            lambda more: {"documents": (Document("b" * (LONGEST.line + more), PAGE),)},
            "a document, “bbb",
            id="document",
        ),
        pytest.param(
            lambda more: {
                "documents": (
                    Document("Đơn", "https://a.example/".ljust(LONGEST.link + more, "b")),
                )
            },
            "the link https://a.example/bbb",
            id="link",
        ),
        pytest.param(
            lambda more: {"sources": (replace(SOURCE, name="b" * (LONGEST.sources - 12 + more)),)},
            "1 sources with 601 characters",
            id="sources",
        ),
        pytest.param(
            lambda more: {"aspects": {"tra_loi": "b" * (LONGEST.answer - len("Yes.") + more)}},
            "the answer has 20001 ",
            id="answer",
        ),
    ],
)
def test_what_is_too_long_to_be_read_is_told(
    long: Callable[[int], dict[str, Any]], said: str
) -> None:
    assert looked(entry("bo", **long(0))) == []
    (found,) = looked(entry("bo", **long(1)))
    assert found.text.startswith(f"faq/bo.md: {said}")
    assert found.text.endswith(" at most")
    assert not found.wrong


def test_a_review_that_is_far_ahead_is_told() -> None:
    assert looked(entry("bo", review_by=TODAY + FAR)) == []
    (found,) = looked(entry("bo", review_by=TODAY + FAR + timedelta(days=1)))
    assert "is more than three years ahead" in found.text
    assert not found.wrong


def test_a_source_of_tomorrow_is_wrong() -> None:
    assert looked(entry("bo", sources=(replace(SOURCE, date=TODAY),))) == []
    (found,) = looked(entry("bo", sources=(replace(SOURCE, date=TODAY + timedelta(days=1)),)))
    assert found.wrong
    assert "is dated 24/11/2026, still to come; correct its date" in found.text
