"""Files that are sent on Telegram: once by their bytes, then by what it calls them."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.platforms.base import (
    File,
    OutgoingAlbum,
    OutgoingEdit,
    OutgoingMessage,
    Rejected,
    Sent,
)
from bot.platforms.telegram.enclosing import FORGOTTEN, NO_PHOTO
from bot.platforms.telegram.speaking import Speaking
from bot.platforms.telegram.wire import Wire
from tests.bot.platforms.telegram.booth import Booth, answer, booth, file, no, refusal, script
from tests.servers.telegram import picture

SMILE = "\N{SLIGHTLY SMILING FACE}"
DONE = {"message_id": 5, "date": 1795312000, "chat": {"id": 7, "type": "private"}}
PHOTO = DONE | {
    "photo": [
        {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 960},
        {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 67},
    ]
}
DOCUMENT = DONE | {"document": {"file_id": "paper", "file_unique_id": "p"}}


@pytest.fixture
async def said() -> AsyncIterator[Booth]:
    async with booth() as opened:
        yield opened


def photo(folder: Path, data: bytes = b"") -> File:
    return file(folder, data or picture())


def document(folder: Path) -> File:
    return file(folder, b"Danh sach ho dan", "document", "danh sách hộ dân.txt")


def enclosing(said: Booth, enclosed: File, text: str = "") -> OutgoingMessage:
    return OutgoingMessage(str(said.an.id), text, file=enclosed)


# --- one file


async def test_a_photo_arrives_with_its_caption_and_buttons(said: Booth, tmp_path: Path) -> None:
    outgoing = replace(
        enclosing(said, photo(tmp_path), "Cầu hỏng"), buttons=(("Có", "1.0"),), bold=((0, 3),)
    )
    sent = await said.speaking.send(outgoing)
    arrived = said.server.sent[-1]
    assert (arrived.text, arrived.buttons) == ("Cầu hỏng", ["Có"])
    assert arrived.message["caption_entities"] == [{"type": "bold", "offset": 0, "length": 3}]
    assert sent == Sent((str(arrived.message_id),), tuple(arrived.files))


async def test_a_document_keeps_its_name_and_bytes(said: Booth, tmp_path: Path) -> None:
    sent = await said.speaking.send(enclosing(said, document(tmp_path)))
    arrived = said.server.sent[-1]
    assert arrived.message["document"]["file_name"] == "danh sách hộ dân.txt"
    kept = said.server.files.found(arrived.message["from"]["id"], sent.refs[0])
    assert kept.data.strip() == b"Danh sach ho dan"
    assert "caption" not in arrived.message


async def test_a_name_with_line_breaks_and_half_characters_is_sent(
    said: Booth, tmp_path: Path
) -> None:
    odd = replace(document(tmp_path), name='a\r\nX-Evil: 1"\x00\ud83d.txt')
    await said.speaking.send(enclosing(said, odd))
    assert said.server.sent[-1].message["document"]["file_name"].startswith("a X-Evil: 1")


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_what_was_sent_once_is_sent_again_without_its_bytes(
    said: Booth, tmp_path: Path, kind: str
) -> None:
    first = photo(tmp_path) if kind == "photo" else document(tmp_path)
    sent = await said.speaking.send(enclosing(said, first))
    first.path.unlink()
    again = await said.speaking.send(enclosing(said, replace(first, ref=sent.refs[0])))
    assert again.refs == sent.refs
    assert len({tuple(each.files) for each in said.server.sent}) == 1


async def test_a_file_telegram_has_forgotten_goes_up_again(said: Booth, tmp_path: Path) -> None:
    sent = await said.speaking.send(
        enclosing(said, replace(photo(tmp_path), ref="photo-1-1-y"), "Cầu hỏng")
    )
    assert said.texts == ["Cầu hỏng"]
    assert sent.refs == tuple(said.server.sent[-1].files)
    assert said.server.records.calls["sendPhoto"] == 2


@pytest.mark.parametrize("words", FORGOTTEN)
async def test_each_word_for_forgotten_is_known(words: str, tmp_path: Path) -> None:
    answers = (
        answer(400, no(400, f"Bad Request: {words.upper()}: x")),
        answer(200, {"ok": True, "result": PHOTO}),
    )
    async with script(*answers) as told, Wire("0:x", base_url=told.base_url) as wire:
        known = replace(photo(tmp_path), ref="AgAC")
        sent = await Speaking(wire).send(OutgoingMessage("7", "", file=known))
    assert sent.refs == ("large",)
    assert json.loads(told.asked[0].partition(b"\r\n\r\n")[2])["photo"] == "AgAC"
    assert picture() in told.asked[1]


@pytest.mark.parametrize("words", NO_PHOTO)
async def test_a_photo_that_is_none_to_telegram_goes_as_a_document(
    words: str, tmp_path: Path
) -> None:
    answers = (
        answer(400, no(400, f"Bad Request: {words.upper()}")),
        answer(200, {"ok": True, "result": DOCUMENT}),
        answer(200, {"ok": True, "result": DOCUMENT}),
    )
    async with script(*answers) as told, Wire("0:x", base_url=told.base_url) as wire:
        large, speaking = photo(tmp_path), Speaking(wire)
        sent = await speaking.send(OutgoingMessage("7", "", file=large))
        large.path.unlink()
        known = replace(large, ref=sent.refs[0])
        assert await speaking.send(OutgoingMessage("7", "", file=known)) == sent
    assert [one.split(b" ")[1].rpartition(b"/")[2] for one in told.asked] == [
        b"sendPhoto",
        b"sendDocument",
        b"sendDocument",
    ]
    assert json.loads(told.asked[2].partition(b"\r\n\r\n")[2])["document"] == "paper"


async def test_a_photo_of_more_than_10_megabytes_arrives_as_a_document(
    said: Booth, tmp_path: Path
) -> None:
    large = photo(tmp_path, picture(10 * 1024 * 1024 + 1))
    sent = await said.speaking.send(enclosing(said, large, "Bản đồ"))
    assert "document" in said.server.sent[-1].message
    again = await said.speaking.send(enclosing(said, replace(large, ref=sent.refs[0]), "Bản đồ"))
    assert again.refs == sent.refs
    assert said.server.records.calls["sendPhoto"] == 1


async def test_another_refusal_is_not_tried_another_way(tmp_path: Path) -> None:
    told = answer(400, no(400, "Bad Request: not enough rights to send photos to the chat"))
    async with script(told) as server, Wire("0:x", base_url=server.base_url) as wire:
        known = replace(photo(tmp_path), ref="AgAC")
        error = await refusal(Speaking(wire), OutgoingMessage("7", "", file=known))
    assert type(error) is Rejected
    assert len(server.asked) == 1


async def test_a_file_that_is_not_on_disk_was_certainly_not_sent(said: Booth) -> None:
    error = await said.refusal(enclosing(said, File(Path("nowhere"), "a.jpg", "photo")))
    assert type(error) is Rejected
    assert not said.server.sent


async def test_a_ref_never_names_a_file_of_ours(said: Booth, tmp_path: Path) -> None:
    """python-telegram-bot sends the file of a path it is given for a file_id."""
    secret = tmp_path / "secret"
    secret.write_bytes(picture())
    stranger = File(tmp_path / "nowhere", "a.jpg", "photo", ref=str(secret))
    assert type(await said.refusal(enclosing(said, stranger))) is Rejected
    assert not said.server.sent


async def test_a_caption_that_is_too_long_is_refused_before_anything_goes_up(
    said: Booth, tmp_path: Path
) -> None:
    await said.speaking.send(enclosing(said, photo(tmp_path), SMILE * 512))
    assert said.texts == [SMILE * 512]
    error = await said.refusal(enclosing(said, photo(tmp_path), SMILE * 512 + "!"))
    assert str(error) == "message caption is too long"
    assert said.server.records.calls["sendPhoto"] == 1


async def test_a_file_is_not_read_into_memory(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as stream:
        stream.truncate(40_000_000)
    told = answer(413, no(413, "Request Entity Too Large"))
    async with script(told) as server, Wire("0:x", base_url=server.base_url) as wire:
        enclosed = File(large, "phim.mp4", "document")
        tracemalloc.start()
        error = await refusal(Speaking(wire), OutgoingMessage("7", "", file=enclosed))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert type(error) is Rejected
    assert peak < 4_000_000


async def test_words_under_a_file_are_edited_as_its_caption(said: Booth, tmp_path: Path) -> None:
    sent = await said.speaking.send(enclosing(said, photo(tmp_path), "Cầu hỏng"))
    edit = OutgoingEdit(str(said.an.id), sent.ids[0], "Cầu đã sửa", (("Có", "1.0"),))
    assert await said.speaking.send(edit) == await said.speaking.send(edit)
    (changed,) = said.server.edits
    assert (changed.text, changed.buttons) == ("Cầu đã sửa", ["Có"])


async def test_a_place_has_no_words_to_edit(said: Booth) -> None:
    number = str(said.an.id)
    answers = [
        answer(400, no(400, "Bad Request: there is no text in the message to edit")),
        answer(400, no(400, "Bad Request: there is no caption in the message to edit")),
    ]
    async with script(*answers) as told, Wire("0:x", base_url=told.base_url) as wire:
        error = await refusal(Speaking(wire), OutgoingEdit(number, "5", "x"))
    assert type(error) is Rejected


# --- albums


async def test_an_album_arrives_as_one_with_its_caption_on_the_first(
    said: Booth, tmp_path: Path
) -> None:
    files = tuple(photo(tmp_path) for _ in range(3))
    sent = await said.speaking.send(OutgoingAlbum(str(said.an.id), files, "Đường làng"))
    assert said.texts == ["Đường làng", "", ""]
    assert len({each.message["media_group_id"] for each in said.server.sent}) == 1
    assert sent.ids == tuple(str(each.message_id) for each in said.server.sent)
    assert sent.refs == tuple(each.files[0] for each in said.server.sent)
    assert len(set(sent.refs)) == 3


async def test_an_album_of_documents_is_one_too(said: Booth, tmp_path: Path) -> None:
    files = (document(tmp_path), document(tmp_path))
    sent = await said.speaking.send(OutgoingAlbum(str(said.an.id), files))
    assert [each.message["document"]["file_name"] for each in said.server.sent] == [
        "danh sách hộ dân.txt"
    ] * 2
    assert len(sent.refs) == 2


async def test_an_album_sends_again_what_is_known_and_uploads_the_rest(
    said: Booth, tmp_path: Path
) -> None:
    first, second = photo(tmp_path), photo(tmp_path)
    known = replace(first, ref=(await said.speaking.send(enclosing(said, first))).refs[0])
    first.path.unlink()
    sent = await said.speaking.send(OutgoingAlbum(str(said.an.id), (known, second)))
    assert sent.refs[0] == known.ref
    assert sent.refs[1] not in ("", known.ref)


async def test_an_album_with_a_forgotten_file_goes_up_again(said: Booth, tmp_path: Path) -> None:
    files = (replace(photo(tmp_path), ref="photo-1-1-y"), photo(tmp_path))
    sent = await said.speaking.send(OutgoingAlbum(str(said.an.id), files, "Đường làng"))
    assert said.texts == ["Đường làng", ""]
    assert len(sent.refs) == 2


async def test_an_album_with_a_photo_too_large_goes_as_documents(
    said: Booth, tmp_path: Path
) -> None:
    files = (photo(tmp_path), photo(tmp_path, picture(10 * 1024 * 1024 + 1)))
    sent = await said.speaking.send(OutgoingAlbum(str(said.an.id), files, "Bản đồ"))
    assert all("document" in each.message for each in said.server.sent)
    known = tuple(replace(one, ref=ref) for one, ref in zip(files, sent.refs, strict=True))
    for one in files:
        one.path.unlink()
    again = await said.speaking.send(OutgoingAlbum(str(said.an.id), known, "Bản đồ"))
    assert again.refs == sent.refs


async def test_an_album_into_a_topic(said: Booth, tmp_path: Path) -> None:
    forum = said.server.group("Xã Khe", members=[said.token], forum=True)
    topic = forum.topic("Nước sạch")
    files = (photo(tmp_path), photo(tmp_path))
    await said.speaking.send(OutgoingAlbum(f"{forum.id}/{topic}", files))
    assert [each.message["message_thread_id"] for each in said.server.sent] == [topic] * 2
