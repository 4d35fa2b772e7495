"""Of a photo a platform gets the bytes, an address, or words in its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.packer import Packer
from bot.platforms.base import File, Limits, OutgoingMessage
from bot.platforms.sandbox import LIMITS
from db.outbox import Claimed
from tests.living import CONTENT

WORDS = CONTENT.words("vi")
BY_URL = replace(LIMITS["zalo"], photos_by_url=True)
PHOTO = Claimed(
    id=1,
    chat=2,
    chat_external_id="zgr-1",
    chat_kind="group",
    kind="message",
    priority=2,
    body="",
    buttons=(),
    ref=None,
    ref_id=None,
    attempts=0,
    doubts=0,
    announcement=True,
    media_id=7,
    media_ref=None,
    media_digest="abc",
    media_kind="photo",
    media_name="anh.png",
    released=True,
)


def url(media_id: int) -> str:
    return f"https://bot.xa.example/photos/{media_id}-mark"


def packed(claimed: Claimed, limits: Limits = BY_URL, *, public: bool = True) -> OutgoingMessage:
    packer = Packer(limits, Path("media"), WORDS, url if public else None)
    outgoing = packer.outgoing(claimed)
    assert isinstance(outgoing, OutgoingMessage)
    return outgoing


def test_a_released_photo_goes_as_an_address() -> None:
    file = File(Path("media/abc"), "anh.png", "photo", url="https://bot.xa.example/photos/7-mark")
    assert packed(PHOTO) == OutgoingMessage("zgr-1", "", (), file)


@pytest.mark.parametrize("style", ["telegram", "zalo"])
def test_where_a_photo_is_sent_as_it_is_nobody_learns_an_address(style: str) -> None:
    limits = LIMITS["telegram"] if style == "telegram" else LIMITS["zalo"]
    assert packed(PHOTO, limits).file == File(Path("media/abc"), "anh.png", "photo")


@pytest.mark.parametrize(
    ("claimed", "public"),
    [
        pytest.param(PHOTO, False, id="nobody reaches us"),
        pytest.param(replace(PHOTO, released=False), True, id="not released"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "key"), [("group", "photo_left_out"), ("private", "photo_left_out_private")]
)
def test_a_photo_that_cannot_go_leaves_words_that_say_whom_to_ask(
    claimed: Claimed, public: bool, kind: str, key: str
) -> None:
    there = replace(claimed, chat_kind="group" if kind == "group" else "private")
    words = WORDS(f"system.{key}")
    assert packed(there, public=public) == OutgoingMessage("zgr-1", words)
    told = packed(replace(there, body="Họp thôn tối nay."), public=public)
    assert told.text == f"Họp thôn tối nay.\n{words}"


def test_words_that_fill_a_message_stand_for_themselves() -> None:
    text = "ạ" * BY_URL.max_text
    assert packed(replace(PHOTO, body=text), public=False).text == text


def test_a_photo_left_out_is_repeated_as_such_too() -> None:
    again = replace(PHOTO, doubts=1)
    left_out, mark = WORDS("system.photo_left_out"), WORDS("system.sent_again")
    assert packed(again, public=False).text == f"{left_out}\n{mark}"


def test_a_document_is_named_where_none_can_go() -> None:
    paper = replace(PHOTO, media_kind="document", media_name="to-trinh.pdf")
    message = packed(paper)
    assert message.file is None
    assert message.text == WORDS("system.file_left_out", name="to-trinh.pdf")


@pytest.mark.parametrize(("only_for", "packed_for"), [(None, ""), ("7", "7")])
def test_whose_eyes_it_is_for_is_passed_on(only_for: str | None, packed_for: str) -> None:
    words = replace(PHOTO, body="Vừa nói", media_id=None, media_digest=None, only_for=only_for)
    assert packed(words) == OutgoingMessage("zgr-1", "Vừa nói", only_for=packed_for)
