"""Files that people send: fetched once, judged by their bytes, never lost without a word."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot import media as fetching
from bot.media import MAX_ATTEMPTS
from bot.platforms.base import FileGone, Unreachable
from db import media
from db.tables import Media, table
from handlers.messages import FileKind, Reply
from tests.bot.hall import Hall
from tests.bot.shelf import Desk
from tests.living import CONTENT, PNG

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
rows = table(Media)


@pytest_asyncio.fixture
async def desk(hall: Hall, tmp_path: Path) -> AsyncIterator[Desk]:
    yield Desk(hall, tmp_path / "media")


def said(key: str, name: str = "") -> str:
    return CONTENT.words("vi")(key, name=name)


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name in names:
            opened.writestr(name, "<x/>")
    return made.getvalue()


def compound(stream: str) -> bytes:
    """An old office file as far as its first bytes and its directory go."""
    magic = bytes.fromhex("d0cf11e0a1b11ae1")
    return magic + b"\0" * 600 + f"{stream}\0".encode("utf-16-le") + b"\0" * 600


TYPES = "[Content_Types].xml"
WORD, EXCEL = archive(TYPES, "word/document.xml"), archive(TYPES, "xl/workbook.xml")


async def test_a_photo_is_fetched_once_and_named_by_its_digest(desk: Desk) -> None:
    ids = await desk.sent(PNG)
    assert await desk.fetcher.sweep() == 1
    assert await desk.fetcher.sweep() == 0
    assert desk.shelf.fetched == ["0"]
    assert desk.on_disk() == {hashlib.sha256(PNG).hexdigest(): PNG}
    assert await desk.states(ids) == ["kept"]


async def test_one_photo_sent_twice_is_one_file(desk: Desk) -> None:
    ids = await desk.sent(PNG, PNG)
    await desk.fetcher.sweep()
    assert len(desk.on_disk()) == 1
    assert await desk.states(ids) == ["kept", "kept"]


async def test_what_a_file_is_is_read_from_its_bytes(desk: Desk) -> None:
    await desk.sent(PNG, PDF, kind="document")
    await desk.fetcher.sweep()
    found = await desk.hall.database.read(
        lambda session: session.execute(select(rows.c.mime, rows.c.kind)).all()
    )
    assert [tuple(row) for row in found] == [
        ("image/png", "photo"),
        ("application/pdf", "document"),
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(PNG, "photo", id="PNG"),
        pytest.param(JPEG, "photo", id="JPEG"),
        pytest.param(PDF, "document", id="PDF"),
        pytest.param(WORD, "document", id="Word"),
        pytest.param(EXCEL, "document", id="Excel"),
        pytest.param(compound("WordDocument"), "document", id="old Word"),
        pytest.param(compound("Workbook"), "document", id="old Excel"),
    ],
)
async def test_what_offices_and_telephones_make_is_taken(
    desk: Desk, data: bytes, kind: FileKind
) -> None:
    ids = await desk.sent(data, kind=kind)
    await desk.fetcher.sweep()
    assert await desk.states(ids) == ["kept"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(b"", "photo", id="empty"),
        pytest.param(b"", "document", id="empty document"),
        pytest.param(b"hello", "photo", id="text called a photo"),
        pytest.param(PDF, "photo", id="PDF called a photo"),
        pytest.param(b"MZ\x90\x00" + b"\0" * 200, "document", id="a program"),
        pytest.param(b"<svg onload='x()'/>", "photo", id="SVG"),
        pytest.param(b"<html><script>x()</script>", "document", id="HTML"),
        pytest.param(WORD[:40], "document", id="half a Word file"),
        pytest.param(archive("a.txt"), "document", id="an archive"),
        pytest.param(archive("AndroidManifest.xml", "classes.dex"), "document", id="an app"),
        pytest.param(
            archive(TYPES, "word/document.xml", "AndroidManifest.xml"), "document", id="both"
        ),
        pytest.param(
            archive(TYPES, "word/document.xml", "word/vbaProject.bin"), "document", id="macros"
        ),
        pytest.param(compound("Property"), "document", id="an installer"),
        pytest.param(bytes(range(256)) * 4, "photo", id="garbage"),
        pytest.param(PNG + b"\0" * 3000, "photo", id="too large"),
    ],
)
async def test_what_is_not_taken_is_told_to_its_sender_and_not_kept(
    desk: Desk, data: bytes, kind: FileKind
) -> None:
    ids = await desk.sent(data, kind=kind)
    await desk.fetcher.sweep()
    assert await desk.states(ids) == ["refused"]
    assert desk.on_disk() == {}
    (told,) = await desk.told()
    reason = "start.not_a_photo" if kind == "photo" else "start.file_refused"
    assert told == said("start.file_too_big" if len(data) > 2000 else reason, name="0.png")


async def test_a_file_the_platform_lost_is_told_and_not_asked_for_again(desk: Desk) -> None:
    ids = await desk.sent(FileGone("gone"))
    await desk.fetcher.sweep()
    desk.hall.clock.advance(timedelta(days=1))
    assert await desk.fetcher.sweep() == 0
    assert await desk.states(ids) == ["lost"]
    assert await desk.told() == [said("start.file_lost")]


async def test_a_message_waits_for_its_file_and_goes_when_it_is_here(desk: Desk) -> None:
    ids = await desk.sent(PNG)
    held = await desk.hall.reply("cuc", Reply("Đây ạ", media=ids))
    assert [row.held for row in held] == [False, True]
    await desk.fetcher.sweep()
    assert [row.held for row in await desk.hall.rows("cuc")] == [False, False]


async def test_a_message_whose_file_is_refused_is_not_sent(desk: Desk) -> None:
    ids = await desk.sent(b"hello")
    await desk.hall.reply("cuc", Reply("Đây ạ", media=ids))
    await desk.fetcher.sweep()
    states = {row.media_id: row.state for row in await desk.hall.rows("cuc")}
    assert states[ids[0]] == "cancelled"


async def test_a_platform_out_of_reach_is_asked_again_when_its_time_has_come(desk: Desk) -> None:
    ids = await desk.sent(Unreachable("no line"))
    assert await desk.fetcher.sweep() == 1
    assert await desk.fetcher.sweep() == 0
    desk.shelf.files["0"] = PNG
    desk.hall.clock.advance(timedelta(seconds=2))
    assert await desk.fetcher.sweep() == 1
    assert await desk.states(ids) == ["kept"]
    assert await desk.told() == []


async def test_in_the_end_a_file_out_of_reach_is_given_up_with_a_word(desk: Desk) -> None:
    ids = await desk.sent(Unreachable("no line"))
    for _ in range(MAX_ATTEMPTS):
        assert await desk.states(ids) == ["wanted"]
        await desk.fetcher.sweep()
        desk.hall.clock.advance(timedelta(hours=1))
    assert await desk.states(ids) == ["lost"]
    assert await desk.told() == [said("start.file_lost")]


async def test_with_a_full_disk_the_file_stays_wanted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await desk.sent(PNG)

    def full(partial: Path, kept: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_keep", full)
        await desk.fetcher.sweep()
    assert await desk.states(ids) == ["wanted"]
    assert desk.on_disk() == {}
    desk.hall.clock.advance(timedelta(minutes=1))
    await desk.fetcher.sweep()
    assert await desk.states(ids) == ["kept"]


async def test_one_strange_file_does_not_stop_the_others(desk: Desk) -> None:
    strange, good = await desk.sent(IndexError("inside a parser"), PNG)
    await desk.fetcher.sweep()
    assert await desk.states((strange, good)) == ["wanted", "kept"]
    for _ in range(MAX_ATTEMPTS):
        desk.hall.clock.advance(timedelta(hours=1))
        await desk.fetcher.sweep()
    assert await desk.states((strange,)) == ["lost"]


async def test_a_file_that_is_let_go_leaves_no_bytes_unless_others_share_them(desk: Desk) -> None:
    first, second = await desk.sent(PNG, PNG)
    await desk.fetcher.sweep()
    assert len(desk.on_disk()) == 1
    await desk.hall.database.write(media.drop, first, "refused")
    await desk.fetcher.sweep()
    assert len(desk.on_disk()) == 1
    await desk.hall.database.write(media.drop, second, "refused")
    await desk.fetcher.sweep()
    assert desk.on_disk() == {}


async def test_a_file_let_go_while_it_is_fetched_leaves_no_bytes(desk: Desk) -> None:
    (one,) = await desk.sent(PNG)
    await desk.hall.database.write(media.drop, one, "refused")
    await desk.hall.database.write(
        media.keep,
        one,
        digest="d",
        size=1,
        mime="image/png",
        kind="photo",
        now=desk.hall.clock.now(),
    )
    (desk.folder / "d").write_bytes(PNG)
    assert await desk.states([one]) == ["refused"]
    await desk.fetcher.sweep()
    assert desk.on_disk() == {}
