"""What people ask and find no answer to, on demand, a page at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.platforms.rendering import menu
from bot.platforms.sandbox import LIMITS
from db import drafts, questions
from db.questions import WRONG, Asked
from db.scene import Actor, Grant
from handlers.messages import Reply
from handlers.pages import LABEL
from handlers.questions import listing
from tests.handlers.inputs import shipped
from tests.handlers.stage import NOW, Stage, message, press, scene

WORDS = shipped().words("vi")
ADMIN = (Grant("admin", 2, "1.2."),)
WEEK = (NOW - timedelta(days=7), NOW)


async def listed(
    *found: Asked,
    waiting: int = 0,
    by: str = "press",
    argument: str = "",
    span: tuple[datetime, datetime] = WEEK,
    **more: Any,
) -> Reply:
    """`span`: from and to when it must be asked what was wanting."""

    def wanting(actor: Actor, since: datetime, until: datetime) -> list[Asked]:
        assert (since, until) == span
        return list(found)

    stage = Stage(shipped())
    stage.answers |= {questions.wanting: wanting, drafts.count: waiting}
    context = stage.context(scene(**({"grants": ADMIN} | more)))
    outcome = (
        await listing.pressed(press("questions.list"), context, argument)
        if by == "press"
        else await listing.command(message(), context)
    )
    assert isinstance(outcome, Reply)
    return outcome


@pytest.mark.parametrize("by", ["press", "command"])
async def test_what_is_asked_most_comes_first_with_its_places(by: str) -> None:
    ben, dong, tay, xa = "Thôn Bến", "Thôn Đông", "Thôn Tây", "Xã Mẫu"
    found = [
        Asked("tien dien thang nay", ben, ""),
        Asked("xin so nha o dau", dong, ""),
        Asked("xin so nha o dau a", ben, WRONG, "thuong_tru"),
        *(Asked("so nha xin o dau", place, "") for place in (dong, tay, xa)),
    ]
    reply = await listed(*found, by=by)
    places = "Thôn Đông, Thôn Bến, Thôn Tây…"
    assert reply.text.splitlines() == [
        WORDS("questions.list", first="15/11", last="22/11"),
        WORDS("questions.line", count=5, text="so nha xin o dau", places=places),
        WORDS("questions.line_wrong", title=title("thuong_tru"), count=1),
        WORDS("questions.line", count=1, text="tien dien thang nay", places=ben),
        WORDS("questions.list_advice"),
    ]
    assert [button.action for button in reply.buttons] == ["start.menu"]


def title(entry_id: str) -> str:
    entry = shipped().entry(entry_id)
    assert entry is not None
    return entry.title["vi"]


def test_what_was_not_right_is_told_in_so_many_words() -> None:
    line = WORDS("questions.line_wrong", title="Đăng ký khai sinh", count=2)
    assert "bài “Đăng ký khai sinh”, 2 lần bấm Chưa đúng" in line


async def test_what_was_not_right_is_named_by_entry_and_comes_before_what_is_as_frequent() -> None:
    reply = await listed(
        Asked("tien dien thang nay", "Thôn Bến", ""),
        Asked("khai sinh lai", "Thôn Bến", WRONG, "khong_con"),
        Asked("khai sinh lai", "Thôn Bến", WRONG, "khai_sinh"),
        Asked("khai sinh lai", "Thôn Bến", WRONG, "khai_sinh"),
        Asked("mua giong lua", "Thôn Bến", WRONG, "ho_ngheo"),
    )
    assert reply.text.splitlines()[1:-1] == [
        WORDS("questions.line", count=3, text="khai sinh lai", places="Thôn Bến"),
        WORDS("questions.line_wrong", title=title("khai_sinh"), count=2),
        WORDS("questions.line_wrong", title="khong_con", count=1),
        WORDS("questions.line", count=1, text="mua giong lua", places="Thôn Bến"),
        WORDS("questions.line_wrong", title=title("ho_ngheo"), count=1),
        WORDS("questions.line", count=1, text="tien dien thang nay", places="Thôn Bến"),
    ]


def many(count: int) -> list[Asked]:
    """Groups of one question each."""
    return [Asked(f"viec{n} chuyen{n}", "Thôn Bến", "") for n in range(count)]


def numbers(reply: Reply) -> list[int]:
    """Which of `many` are told."""
    told = (line.partition("“viec")[2] for line in reply.text.splitlines())
    return [int(one.partition(" ")[0]) for one in told if one]


def ways(reply: Reply) -> dict[str, str]:
    return {button.label: button.action for button in reply.buttons}


async def test_every_group_is_seen_by_going_on_and_back() -> None:
    seen: list[int] = []
    reply, pages = await listed(*many(29), waiting=2), []
    while True:
        seen += numbers(reply)
        pages.append(reply)
        if WORDS("common.more") not in ways(reply):
            break
        following = ways(reply)[WORDS("common.more")].partition(":")[2]
        reply = await listed(*many(29), waiting=2, argument=following)
    assert seen == list(range(29))
    for shown, (first, last) in zip(pages, ((1, 10), (11, 20), (21, 29)), strict=True):
        told = WORDS("questions.list_page", first=first, last=last, total=29)
        assert shown.text.splitlines()[1] == told
        assert f"{first}–{last} trong 29" in told
    before = WORDS("questions.list_before")
    for shown, earlier in zip(pages[1:], pages, strict=False):
        argument = ways(shown)[before].partition(":")[2]
        assert await listed(*many(29), waiting=2, argument=argument) == earlier
    assert before not in ways(pages[0])
    assert ["drafts.list" in ways(shown).values() for shown in pages] == [True, False, False]


@pytest.mark.parametrize(
    ("argument", "first"),
    [
        pytest.param("", 0, id="none"),
        pytest.param("0", 0, id="the first"),
        pytest.param("1", 10, id="the second"),
        pytest.param("3", 20, id="beyond the last"),
        pytest.param("999999999", 20, id="far beyond"),
        pytest.param("-1", 0, id="before the first"),
        pytest.param("9" * 5_000, 0, id="no number that anybody counts to"),
        pytest.param("hai", 0, id="no number"),
        pytest.param("1.2", 0, id="a fraction"),
        pytest.param("²", 0, id="a figure that is none"),
    ],
)
async def test_a_page_that_is_none_is_the_first_or_the_last(argument: str, first: int) -> None:
    assert numbers(await listed(*many(29), argument=argument))[0] == first


async def test_the_next_page_is_of_the_same_days_whenever_it_is_pressed() -> None:
    since, until = NOW - timedelta(days=30), NOW - timedelta(days=20)
    shown = listing.listed(many(29), since, until, 0, shipped(), WORDS)
    following = shown.buttons[0].action.partition(":")[2]
    reply = await listed(*many(24), argument=following, span=(since, until))
    assert numbers(reply) == list(range(10, 20))
    assert WORDS("questions.list", first="23/10", last="02/11") in reply.text
    assert WORDS("questions.list_page", first=11, last=20, total=24) in reply.text


async def test_ten_groups_are_one_page_and_need_no_number() -> None:
    reply = await listed(*many(10))
    assert len(numbers(reply)) == 10
    assert list(ways(reply).values()) == ["start.menu"]
    assert "trong 10" not in reply.text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("until", [NOW, datetime(2028, 1, 1, tzinfo=UTC)], ids=["", "reviews"])
def test_a_page_is_one_message_however_much_there_is_to_tell(
    language: str, number: int, until: datetime
) -> None:
    wrong = [one.id for one in shipped().faq]
    found = [
        Asked(
            f"viec{n} " + f"chuyen{n} rat dai " * 30, f"Thôn số {k} Quảng Phú {n}", WRONG, wrong[k]
        )
        for n in range(29)
        for k in range(12)
    ]
    words = shipped().words(language)
    shown = listing.listed(found, until - listing.WEEK, until, 99, shipped(), words, number)
    assert shown.text.count("“viec") == (10, 10, 9)[number]
    assert shown.text.count("✗") >= (10, 10, 9)[number]
    labels = [*(button.label for button in shown.buttons), words("common.back_to_menu")]
    hint = words("system.choose_by_number_or_code", code="CH-261123")
    assert len(menu(shown.text, labels, hint)) <= LIMITS["zalo"].max_text


def test_labels_fit_on_a_button() -> None:
    for language in ("vi", "en"):
        assert len(shipped().words(language)("questions.list_before")) <= LABEL


async def test_a_long_question_is_cut() -> None:
    reply = await listed(Asked("rat dai " * 70, "Thôn Bến", ""))
    assert max(map(len, reply.text.splitlines())) < 200
    assert "…" in reply.text


async def test_where_there_is_none_that_is_said() -> None:
    reply = await listed()
    assert reply.text == WORDS("questions.list_none", first="15/11", last="22/11")


async def test_answers_that_wait_to_become_entries_are_counted_with_the_way_to_them() -> None:
    reply = await listed(waiting=3)
    assert WORDS("questions.list_drafts", count=3) in reply.text
    assert [button.action for button in reply.buttons] == ["drafts.list", "start.menu"]


@pytest.mark.parametrize("role", ["village_head", "cadre", "approver", ""])
async def test_only_an_admin_reads_it(role: str) -> None:
    grants = (Grant(role, 2, "1.2."),) if role else ()
    reply = await listed(grants=grants)
    assert reply.text == WORDS("start.not_allowed")


async def test_in_a_group_nothing_is_listed() -> None:
    reply = await listed(chat_kind="group")
    assert reply == Reply(WORDS("questions.list_in_private"), stay=True)


def test_entries_that_will_soon_not_be_told_are_named_with_who_answers_for_them() -> None:
    content = shipped()
    until = datetime(2026, 12, 20, 1, tzinfo=UTC)
    text = listing.listed([], until - listing.WEEK, until, 0, content, WORDS).text
    entry = content.entry("can_cuoc")
    assert entry is not None
    day = f"{entry.review_by:%d/%m/%Y}"
    line = WORDS("questions.review", title=entry.title["vi"], owner=entry.owner, day=day)
    assert [WORDS("questions.list_reviews"), line] == text.splitlines()[1:3]
    assert listing.reviews(content, NOW) == []


def test_of_many_entries_to_be_looked_at_the_first_ten_are_named() -> None:
    content, until = shipped(), datetime(2028, 1, 1, tzinfo=UTC)
    text = listing.listed([], until - listing.WEEK, until, 0, content, WORDS).text
    lines = text.splitlines()
    assert len(lines) == listing.MOST + 3
    assert lines[-1] == WORDS("questions.list_more_reviews", count=len(content.faq) - listing.MOST)


async def test_two_procedures_are_no_group_however_alike_they_are_asked_about() -> None:
    asked = ("tach ho can giay to gi", "tach thua can giay to gi", "tach ho mat bao lau")
    text = (await listed(*(Asked(one, "Thôn Bến", "") for one in asked))).text
    assert "tach thua can giay to gi" in text
    assert text.count("tach ho") == 1
