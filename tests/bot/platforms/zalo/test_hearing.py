"""What Zalo says has happened, and what is understood of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.platforms.base import NotUnderstood, RawUpdate
from bot.platforms.zalo.hearing import understood
from bot.platforms.zalo.platform import Zalo
from bot.platforms.zalo.updates import events_in, id_of, raw, unread
from handlers.messages import Incoming, Message
from tests.bot.platforms.zalo.recorded import GROUP, ID, MENTIONS, RECORDED, Json, event, text


def heard(body: Any) -> Incoming | None:
    return understood(json.dumps(body).encode(), MENTIONS)


@pytest.mark.parametrize(
    ("update", "meant"), [case[1:] for case in RECORDED], ids=[case[0] for case in RECORDED]
)
@pytest.mark.parametrize("wrapped", [False, True], ids=["flat", "wrapped"])
def test_every_kind_of_event_is_understood(
    update: Json, meant: Incoming | None, wrapped: bool
) -> None:
    assert heard({"ok": True, "result": update} if wrapped else update) == meant


def test_whatever_arrives_from_a_group_is_said_to_us() -> None:
    said = heard(text("cảm ơn", GROUP))
    assert isinstance(said, Message)
    assert said.addressed
    assert said.chat.title == ""


@pytest.mark.parametrize(
    ("update", "path"),
    [
        pytest.param([], "the body is not a JSON object", id="a list"),
        pytest.param({}, "the body is not a JSON object", id="nothing"),
        pytest.param({"ok": False}, "event_name", id="a refusal"),
        pytest.param({"event_name": "message.text.received"}, "message", id="no message"),
        pytest.param(text("x", **{"from": None}), "message.from", id="words of nobody"),
        pytest.param(
            text("x", chat_={}) | {"message": {"text": "x"}}, "message.chat", id="no chat"
        ),
        pytest.param(event("text"), "message.text", id="no words"),
        pytest.param(event("text", text=5), "message.text", id="a number for words"),
        pytest.param(event("image", photo_url=["x"]), "message.photo_url", id="a list of photos"),
        pytest.param(event("image", caption={}), "message.caption", id="a strange caption"),
        pytest.param(
            text("x", chat={"id": ID, "chat_type": "CHANNEL"}), "message.chat.chat_type", id="kind"
        ),
        pytest.param(
            text("x", chat={"id": "", "chat_type": "GROUP"}), "message.chat.id", id="empty id"
        ),
        pytest.param(
            text("x", chat={"id": 1.5, "chat_type": "GROUP"}), "message.chat.id", id="half an id"
        ),
        pytest.param(text("x", **{"from": {"id": "a\nb"}}), "message.from.id", id="a broken id"),
        pytest.param(text("x", **{"from": {"id": "a" * 101}}), "message.from.id", id="a long id"),
        pytest.param(
            text("x", **{"from": {"id": ID, "is_bot": "no"}}), "message.from.is_bot", id="perhaps"
        ),
        pytest.param(
            text("x", **{"from": {"id": ID, "display_name": 5}}),
            "message.from.display_name",
            id="a strange name",
        ),
    ],
)
def test_what_is_not_as_promised_is_refused_by_the_path_of_the_field(
    update: Any, path: str
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        heard(update)
    assert str(refused.value) == path


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"null", b'"tin"', b"{", b"[" * 20_000])
def test_what_is_no_event_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        understood(body, MENTIONS)


def test_an_update_is_known_by_its_chat_and_its_number_there() -> None:
    kept = raw(text("dạ", GROUP))
    assert (kept.key, kept.lane) == (f"{GROUP.id}:2d758cb5e222177a4e35", GROUP.id)
    assert json.loads(kept.body) == text("dạ", GROUP)
    assert raw(text("khác", GROUP)).key == kept.key


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        pytest.param({"event_name": "message.unsupported.received"}, "", id="nothing"),
        pytest.param(text("x", message_id=None), ID, id="no number"),
        pytest.param(text("x", message_id=""), ID, id="an empty number"),
        pytest.param(text("x", message_id="\x00"), ID, id="a number nobody can keep"),
        pytest.param(text("x", chat={"id": ["a"]}), "", id="no chat"),
        pytest.param([1, 2], "", id="no event"),
        pytest.param("tin", "", id="a word"),
    ],
)
def test_what_tells_no_id_is_known_by_its_bytes(update: Any, lane: str) -> None:
    kept = raw(update)
    assert kept.key.startswith("sha256:")
    assert kept.key == unread(kept.body).key
    assert kept.lane == lane
    assert json.loads(kept.body) == update


@pytest.mark.parametrize(
    ("given", "id"),
    [
        ("a1", "a1"),
        (17, "17"),
        (-3, "-3"),
        (2**70, ""),
        (True, ""),
        (1.0, ""),
        ("ạ", ""),
    ],
)
def test_ids_are_text_that_any_database_keeps(given: Any, id: str) -> None:
    assert id_of(given) == id


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (text("x"), 1),
        ({"ok": True, "result": text("x")}, 1),
        ({"ok": True, "result": [text("x"), text("y")]}, 2),
        ([text("x"), text("y")], 2),
        ({"ok": True, "result": []}, 0),
        ({"ok": True, "result": None}, 0),
        ({"ok": True, "result": {}}, 0),
        (None, 0),
    ],
)
def test_events_come_bare_or_wrapped_one_or_several(answer: Any, count: int) -> None:
    assert len(events_in(answer)) == count


async def test_words_that_wait_since_the_last_stop_are_understood_before_zalo_answers() -> None:
    platform = Zalo("1:x", base_url="http://127.0.0.1:1", display="@Bot Loa Làng ")
    assert platform.mention == "@Bot Loa Làng"
    body = json.dumps(text("@bot loa lang mất nước", GROUP)).encode()
    said = await platform.understand(RawUpdate("1", "1", body))
    assert isinstance(said, Message)
    assert said.text == "mất nước"
    await platform.aclose()
