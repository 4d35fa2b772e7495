"""Words and files too large, files that vanish or are something else: taken in parts or refused
with a word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from bot.platforms.rendering import utf16_length
from tests.bot.platforms.telegram.mischief import arrived, loud
from tests.bot.telegraph import Telegraph, announce, files, telegraph, words
from tests.living import PNG
from tests.servers.telegram.speech import Extras

EMOJI: Final = "🌾"
MANY: Final = EMOJI * 4096
GROUP: Final = "Các hộ dân thôn Gò Sen"
PDF: Final = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
TOO_LARGE: Final = 21_000_000


@pytest_asyncio.fixture
async def village(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Telegraph]:
    """Telegram refuses nothing of what is sent in these tests, and nothing breaks inside."""
    async with telegraph(tmp_path) as village:
        yield village
        await village.quiet()
        rows = await village.app.database.read(arrived)
        assert {row.state for row in rows} == {"done"}
        assert not [told for told in village.server.records.refusals if "file" not in told], (
            village.server.records.refusals
        )
    assert loud(caplog.records) == []


async def test_a_report_of_4096_emoji_is_kept_and_shown_whole(village: Telegraph) -> None:
    resident, head = village.person("Anh Khế"), village.person("Bà Lúa")
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    for text in (f"Ruộng ngập {MANY}", "đầu làng", "không có"):
        await resident.says(text)
    assert "PA-1" in await resident.presses("Gửi")
    for person in (resident, head):
        assert (await person.says("PA-1")).count(EMOJI) == 4096
    for message in (*head.shown(), *resident.shown()):
        assert utf16_length(words(message)) <= 4096


async def test_an_announcement_of_4096_emoji_reaches_its_group_in_parts(
    village: Telegraph,
) -> None:
    preview, told = await announce(village.person("Bà Lúa"), MANY)
    assert preview.count(EMOJI) == 4096
    assert "1/1 nhóm" in told
    parts = village.group(GROUP).reads()
    assert len(parts) >= 2
    assert "".join(parts).count(EMOJI) == 4096
    assert all(utf16_length(part) <= 4096 for part in parts)


async def test_a_photo_with_1024_emoji_below_is_announced_with_all_its_words(
    village: Telegraph,
) -> None:
    _, told = await announce(village.person("Bà Lúa"), EMOJI * 1024, photo=PNG)
    assert "1/1 nhóm" in told
    news = village.group(GROUP).news()
    assert "".join(map(words, news)).count(EMOJI) == 1024
    assert len([one for one in news if files(one)]) == 1


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        pytest.param(Extras(photo=PNG, size=TOO_LARGE * 20), "lớn quá", id="photo too large"),
        pytest.param(
            Extras(document=("a.pdf", PDF), size=TOO_LARGE), "lớn quá", id="document too large"
        ),
        pytest.param(
            Extras(document=("a.pdf", PDF), size=2_000_000_000), "lớn quá", id="two gigabytes"
        ),
        pytest.param(Extras(photo=b"chao ba con"), "không nhận", id="a photo that is none"),
        pytest.param(Extras(document=("a.pdf", b"MZ\x90\0")), "không nhận", id="a program"),
        pytest.param(Extras(document=("a.pdf", b"")), "không", id="an empty file"),
        pytest.param(
            Extras(document=("\ud800../../\0" + "x" * 300, PDF)), "", id="a name of no file"
        ),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_with_a_word_and_the_report_goes_on(
    village: Telegraph, file: Extras, refusal: str
) -> None:
    resident = village.person("Anh Khế")
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    await resident.says("Cầu gãy")
    await resident.says("đầu làng")
    assert refusal in await resident.says("", **file)
    await resident.presses("Gửi")
    assert "PA-1" in await resident.says("phản ánh của tôi")


async def test_a_file_that_vanished_meanwhile_is_asked_for_again(village: Telegraph) -> None:
    resident = village.person("Anh Khế")
    village.server.fault("error", "getFile", status=500)
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    await resident.says("Cầu gãy")
    await resident.says("đầu làng")
    village.server.files.by_path = lambda path: None  # type: ignore[method-assign]
    resident.speaks("", photo=PNG)
    await village.server.until(lambda: village.server.records.calls["getFile"] >= 2)
    await village.quiet()
    assert "chưa tải được tệp" in "\n".join(resident.reads())
