"""Whatever people, programs and files throw at it: a clear answer, nothing lost, no traceback."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from content.commune import load_commune
from tests.living import PNG, Living, living, said

ON_TELEGRAM, ON_ZALO, HEAD = "khe", "cuc", "tre"
BOTH = pytest.mark.parametrize("person", [ON_TELEGRAM, ON_ZALO], ids=["telegram", "zalo"])
HUGE = "Đường làng ngập nước. " * 4546  # 100,000 characters and a little
STRANGE = [
    pytest.param("khai sinh\0cần gì", id="NUL"),
    pytest.param("\0", id="nothing but NUL"),
    pytest.param("khai sinh \ud800 cần gì", id="lone high surrogate"),
    pytest.param("\udfff", id="nothing but a lone surrogate"),
    pytest.param(
        "".join(f"{letter}\u0323\u0301\u0336\u034f" * 40 for letter in "khai"), id="zalgo"
    ),
    pytest.param("a" + "\u0301" * 5000, id="five thousand marks"),
    pytest.param("\u202e\u2066hnis iahk\u202c", id="right to left"),
    pytest.param("\u200b\u200d\ufeff", id="invisible"),
    pytest.param("🇻🇳" * 3000, id="flags"),
    pytest.param("👨‍👩‍👧‍👦" * 500, id="families"),
    pytest.param("*_[`~<b>&amp;%s{0}{}$x\\", id="markup"),
    pytest.param("'; DROP TABLE outbox; --", id="SQL"),
    pytest.param("1" * 5000, id="figures"),
    pytest.param("\r\n\r\n\t ", id="blank"),
    pytest.param(HUGE, id="100,000 characters"),
]


@pytest_asyncio.fixture
async def village(
    settled: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Living]:
    """Nothing may have gone wrong inside, whatever came in."""
    shutil.copy(settled, tmp_path)
    async with living(tmp_path) as village:
        yield village
        assert await village.app.settled()
    assert [record.name for record in caplog.records if record.levelno >= logging.ERROR] == []


async def post(village: Living, path: str, body: Any) -> tuple[int, str]:
    """The status and the error."""
    sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
    async with village.client.post(path, **sent) as answer:
        return answer.status, (await answer.json()).get("error", "")


@BOTH
@pytest.mark.parametrize("text", STRANGE)
async def test_whatever_is_written_in_private_is_answered(
    village: Living, person: str, text: str
) -> None:
    answer = said(await village.say(person, text))
    assert answer
    assert "em gặp lỗi" not in answer


@BOTH
async def test_strange_words_survive_as_a_report(village: Living, person: str) -> None:
    for words in ("phản ánh", "đồng ý", "Cầu \0gãy \ud800\u202e\u0301", "đầu \0làng", "không có"):
        answer = said(await village.say(person, words))
    assert "Cầu" in answer
    receipt = said(await village.press(person, "Gửi"))
    assert "PA-1" in receipt
    assert "Cầu" in said(await village.say(person, "PA-1"))


@BOTH
async def test_a_report_of_100000_characters_is_kept_whole(village: Living, person: str) -> None:
    for words in ("phản ánh", "đồng ý", HUGE, "cả làng", "không có"):
        await village.say(person, words)
    receipt = said(await village.press(person, "Gửi"))
    assert "PA-1" in receipt
    shown = said(await village.say(person, "PA-1"))
    assert shown.count("Đường làng ngập nước.") == 4546


async def test_an_announcement_of_100000_characters_is_refused_and_the_draft_kept(
    village: Living,
) -> None:
    await village.say(HEAD, "thông báo")
    assert "dài quá" in said(await village.say(HEAD, HUGE))
    assert "nhóm nào" in said(await village.say(HEAD, "Mai họp."))


async def test_a_strange_announcement_reaches_its_group(village: Living) -> None:
    for words in ("thông báo", "Họp \0\ud800 <b>gấp</b> *ngay*", "hộ dân", "tiếp tục"):
        await village.say(HEAD, words)
    await village.say(HEAD, "gửi ngay")
    (group,) = await village.heard(HEAD, "zgr-ben-do-ho-dan")
    assert "<b>gấp</b> *ngay*" in group["text"]


@BOTH
@pytest.mark.parametrize(
    ("name", "type", "data"),
    [
        pytest.param("anh.png", "image/png", b"hello", id="text called a photo"),
        pytest.param("anh.jpg", "image/jpeg", b"MZ\x90\0" + b"\0" * 99, id="a program"),
        pytest.param("a.apk", "application/zip", b"PK\x03\x04" + b"\0" * 99, id="an app"),
        pytest.param("x" * 255, "", b"?", id="no type"),
        pytest.param("../../etc/passwd", "image/png", b"root:x", id="a path for a name"),
        pytest.param("\u202egnp.exe", "image/png", b"MZ", id="a name from right to left"),
    ],
)
async def test_an_attachment_that_is_not_what_it_says_is_refused_with_a_word(
    village: Living, person: str, name: str, type: str, data: bytes
) -> None:
    answer = said(await village.say(person, "Cầu gãy", files=((name, type, data),)))
    assert "không nhận" in answer
    assert list(village.app.folder.iterdir()) == []


async def test_a_photo_with_a_strange_name_is_kept_under_ours(village: Living) -> None:
    await village.say(ON_ZALO, "Cầu gãy", files=(("../\0\ud800.png", "image/png", PNG),))
    (kept,) = list(village.app.folder.iterdir())
    assert len(kept.name) == 64


FILE = {"name": "a.png", "type": "image/png", "data": "aGVsbG8="}


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        pytest.param({"person": "nobody"}, 404, "no such person", id="unknown person"),
        pytest.param({"chat": "nowhere"}, 404, "no such chat", id="unknown chat"),
        pytest.param({"chat": ON_TELEGRAM}, 403, "not in this chat", id="another's private chat"),
        pytest.param({"person": 7}, 400, "“person”", id="number for an id"),
        pytest.param({"text": 7}, 400, "“text”", id="number for words"),
        pytest.param({"text": ""}, 400, "empty", id="nothing at all"),
        pytest.param({"txt": "x"}, 400, "unknown field", id="unknown field"),
        pytest.param({"attachments": "x"}, 400, "“attachments”", id="no list of files"),
        pytest.param({"attachments": [FILE | {"data": ""}]}, 400, "is empty", id="empty file"),
        pytest.param({"attachments": [FILE | {"data": "?"}]}, 400, "base64", id="no base64"),
        pytest.param({"attachments": [FILE] * 11}, 400, "at most 10", id="too many files"),
        pytest.param(
            {"location": {"latitude": 91, "longitude": 0}}, 400, "latitude", id="off the earth"
        ),
        pytest.param({"location": {"latitude": "x"}}, 400, "latitude", id="no place"),
    ],
)
async def test_a_wrong_message_gets_an_error_that_says_what_is_wrong(
    village: Living, changes: dict[str, Any], status: int, told: str
) -> None:
    body = {"person": ON_ZALO, "chat": ON_ZALO, "text": "x"} | changes
    got = await post(village, "/api/messages", body)
    assert got[0] == status
    assert told in got[1]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"person": NaN}', b"[" * 100_000]
)
async def test_a_body_that_is_no_object_gets_an_error(village: Living, body: bytes) -> None:
    status, told = await post(village, "/api/messages", body)
    assert (status, bool(told)) == (400, True)


async def menu(village: Living, person: str) -> dict[str, Any]:
    await village.say(person, "phản ánh")
    return (await village.heard(person, person))[-1]


async def test_a_press_on_a_menu_that_is_gone_is_refused(village: Living) -> None:
    offered = await menu(village, ON_TELEGRAM)
    await village.press(ON_TELEGRAM, "Không đồng ý")
    press = {"person": ON_TELEGRAM, "chat": ON_TELEGRAM, "message": offered["id"]}
    action = offered["buttons"][0]["action"]
    status, told = await post(village, "/api/presses", press | {"action": action})
    assert (status, "menu is gone" in told) == (409, True)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"person": "nhai", "chat": "nhai"}, 404, id="in another's own chat"),
        pytest.param({"person": "nhai"}, 403, id="by another"),
        pytest.param({"person": "nobody"}, 404, id="by nobody"),
        pytest.param({"message": "999999"}, 404, id="on no message"),
        pytest.param({"message": "x"}, 404, id="on no number"),
        pytest.param({"action": "tickets.answer:1"}, 409, id="an action of ours"),
        pytest.param({"action": "\0\ud800"}, 409, id="garbage"),
        pytest.param({"action": "1.0; DROP"}, 409, id="garbage with a dot"),
        pytest.param({"action": "9" * 5000}, 409, id="long"),
        pytest.param({"action": ""}, 400, id="nothing"),
    ],
)
async def test_a_press_that_was_not_offered_is_refused_and_changes_nothing(
    village: Living, changes: dict[str, Any], status: int
) -> None:
    offered = await menu(village, ON_TELEGRAM)
    press = {
        "person": ON_TELEGRAM,
        "chat": ON_TELEGRAM,
        "message": offered["id"],
        "action": offered["buttons"][0]["action"],
    }
    got = await post(village, "/api/presses", press | changes)
    assert got[0] == status
    assert got[1]
    await village.quiet()
    assert (await village.heard(ON_TELEGRAM, ON_TELEGRAM))[-1] == offered


@pytest.mark.parametrize(
    "query",
    [
        {"chat": "cuc"},
        {"person": "nobody"},
        {"person": "cuc", "chat": "khe"},
        {"person": "cuc", "after": "-1"},
        {"person": "cuc", "after": "x"},
    ],
)
async def test_a_wrong_query_gets_an_error(village: Living, query: dict[str, str]) -> None:
    async with village.client.get("/api/messages", params=query) as answer:
        assert answer.status in (400, 403, 404)
        assert (await answer.json())["error"]


async def test_many_strange_messages_at_once_are_all_answered(village: Living) -> None:
    """Everybody of the commune at the same moment, each with something else."""
    texts = [str(case.values[0]) for case in STRANGE]
    people = [person.id for person in load_commune().people]
    await asyncio.gather(
        *(
            post(
                village,
                "/api/messages",
                {"person": person, "chat": person, "text": texts[number % len(texts)]},
            )
            for number, person in enumerate(people)
        )
    )
    await village.quiet()
    for person in people:
        assert await village.heard(person, person), person
