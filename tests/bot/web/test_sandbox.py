"""The village over real HTTP: what the page and scripts may ask, and how slips are answered."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.platforms.base import File, OutgoingDelete, OutgoingEdit, OutgoingMessage
from bot.platforms.sandbox import Sandbox
from bot.platforms.village import Village
from bot.web.feed import Feed
from bot.web.sandbox import sandbox_app
from content.commune import load_commune
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
GROUP = "tgr-go-sen-ho-dan"
PNG = b"\x89PNG\r\n\x1a\n and so on"


class Town:
    """The sandbox as a test sees it: its HTTP side, and the bot's side."""

    def __init__(self, village: Village, page: Path) -> None:
        self.village = village
        self.telegram = Sandbox(village, style="telegram")
        self.zalo = Sandbox(village, style="zalo")
        self.now = NOW
        self.at_rest = True
        self.waited = -1.0
        self.app = sandbox_app(
            village,
            [self.telegram, self.zalo],
            clock=lambda: self.now,
            idle=self._idle,
            advance=self._advance,
            heartbeat=0.01,
            page=page,
        )
        self.client: TestClient[web.Request, web.Application] = TestClient(TestServer(self.app))

    async def _idle(self, seconds: float) -> bool:
        self.waited = seconds
        return self.at_rest

    async def _advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    async def get(self, path: str, **query: str) -> Any:
        async with self.client.get(path, params=query) as response:
            assert response.status == 200
            return await response.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with self.client.post(path, json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def write(self, text: str = "x", **more: Any) -> str:
        body = {"person": "khe", "chat": "khe", "text": text, **more}
        return str((await self.post("/api/messages", **body))["id"])

    async def messages(self, person: str = "khe", chat: str = "khe", **query: str) -> Any:
        return await self.get("/api/messages", person=person, chat=chat, **query)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>Thử</title>", encoding="utf-8")
    (page / "app.js").write_text("export {};", encoding="utf-8")
    (page / "secret.txt").write_text("not for serving", encoding="utf-8")
    village = await Village.open(tmp_path / "village", load_commune(), lambda: NOW)
    invented = Town(village, page)
    async with invented.client:
        yield invented
    await village.close()


async def refusal(response: ClientResponse) -> tuple[int, str]:
    """The status and the words of `{"error": …}`, which holds nothing else."""
    body = await response.json()
    assert set(body) == {"error"}
    assert body["error"]
    return response.status, body["error"]


def attachment(data: bytes = b"abc", name: str = "a.txt", type: str = "text/plain") -> Any:
    return {"name": name, "type": type, "data": base64.b64encode(data).decode()}


def large(size: int) -> io.BytesIO:
    """The body of a message with one file of that many bytes."""
    files = [attachment(bytes(size))]
    body = {"person": "khe", "chat": "khe", "text": "", "attachments": files}
    return io.BytesIO(json.dumps(body).encode())


# --- people, chats, messages --------------------------------------------------------------------


async def test_people_are_listed_with_role_and_place(town: Town) -> None:
    people = await town.get("/api/people")
    assert len(people) == len(load_commune().people)
    khe = {"id": "khe", "name": "Anh Khế", "role": "resident", "place": "Thôn Gò Sen"}
    assert khe | {"style": "telegram"} in people
    roles = {"resident", "village_head", "cadre", "approver", "admin"}
    assert {person["role"] for person in people} == roles


async def test_chats_begin_with_the_private_one(town: Town) -> None:
    private, *groups = await town.get("/api/chats", person="khe")
    assert private == {
        "id": "khe",
        "kind": "private",
        "title": "Loa Làng",
        "place": "",
        "segment": "",
        "style": "telegram",
        "mention": "",
        "cut": False,
    }
    assert groups[-1] == {
        "id": GROUP,
        "kind": "group",
        "title": "Các hộ dân thôn Gò Sen",
        "place": "Thôn Gò Sen",
        "segment": "households",
        "style": "telegram",
        "mention": "@loalang_bot",
        "cut": False,
    }
    (zalo,) = (c for c in await town.get("/api/chats", person="cuc") if "ho-dan" in c["id"])
    assert (zalo["style"], zalo["mention"]) == ("zalo", "@Bot Loa Làng")


async def test_a_message_is_stored_and_shown_to_the_chat(town: Town) -> None:
    id = await town.write("Chào bà con", chat=GROUP)
    (message,) = await town.messages("nhai", GROUP)
    assert message == {
        "id": id,
        "chat": GROUP,
        "sender": "khe",
        "from_bot": False,
        "text": "Chào bà con",
        "buttons": [],
        "attachments": [],
        "location": None,
        "sent_at": "2026-11-22T03:00:00+00:00",
        "edited_at": None,
        "deleted": False,
        "pinned": False,
    }
    assert await town.village.unacknowledged() == 1


async def test_messages_after_one_are_the_newer_ones_of_that_chat(town: Town) -> None:
    first = await town.write("một")
    await town.write("nhóm", chat=GROUP)
    second = await town.write("hai")
    assert [m["id"] for m in await town.messages(after=first)] == [second]
    assert await town.messages(after=second) == []
    everywhere = await town.get("/api/messages", person="khe")
    assert [message["text"] for message in everywhere] == ["một", "nhóm", "hai"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("<b>&\"'</b>", "<b>&\"'</b>", id="markup"),
        pytest.param("a\x00\ud800b", "a\ufffd\ufffdb", id="NUL and half a character"),
        pytest.param("\u202egnàL aoL", "\u202egnàL aoL", id="right to left"),
        pytest.param("z" + "\u0301" * 500, "z" + "\u0301" * 500, id="zalgo"),
        pytest.param("dài " * 25_000, "dài " * 25_000, id="100,000 characters"),
    ],
)
async def test_whatever_a_person_types_is_accepted(town: Town, text: str, shown: str) -> None:
    await town.write(text)
    (message,) = await town.messages()
    assert message["text"] == shown


async def test_a_photo_and_a_place_are_kept(town: Town) -> None:
    photo = attachment(PNG, "đèn hỏng.png", "image/png")
    place = {"latitude": 20.5, "longitude": -106}
    await town.write("", attachments=[photo], location=place)
    (message,) = await town.messages()
    assert message["location"] == place
    (shown,) = message["attachments"]
    assert (shown["name"], shown["type"], shown["size"]) == ("đèn hỏng.png", "image/png", len(PNG))
    async with town.client.get(shown["url"]) as response:
        assert await response.read() == PNG
        assert response.content_type == "image/png"


@pytest.mark.parametrize(
    ("data", "type", "served_as"),
    [
        pytest.param(b"\xff\xd8\xff\xe0..", "text/html", "image/jpeg", id="a photo called a page"),
        pytest.param(b"GIF89a....", "image/gif", "image/gif", id="a moving picture"),
        pytest.param(b"RIFF....WEBPVP8 ", "image/webp", "image/webp", id="a new kind of photo"),
        pytest.param(b"<script>1</script>", "image/png", None, id="a page called a photo"),
        pytest.param(b"<svg/>", "image/svg+xml", None, id="a drawing that may hold scripts"),
        pytest.param(b"%PDF-1.7", "application/pdf", None, id="a paper"),
    ],
)
async def test_a_file_is_shown_only_when_its_bytes_are_a_picture(
    town: Town, data: bytes, type: str, served_as: str | None
) -> None:
    await town.write(attachments=[attachment(data, 'x";\r\n\x00.html', type)])
    ((shown,),) = [message["attachments"] for message in await town.messages()]
    async with town.client.get(shown["url"]) as response:
        assert await response.read() == data
        assert response.content_type == (served_as or "application/octet-stream")
        disposition = "inline" if served_as else "attachment"
        assert response.headers["Content-Disposition"].startswith(f"{disposition}; ")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_a_file_of_twenty_megabytes_fits_and_more_does_not(town: Town) -> None:
    most = town.telegram.limits.max_file
    async with town.client.post("/api/messages", data=large(most)) as response:
        assert response.status == 200
    for size in (most + 1, most + 3_000_000):
        async with town.client.post("/api/messages", data=large(size)) as response:
            status, words = await refusal(response)
            assert (status, "too large" in words) == (413, True)
    assert len(await town.messages()) == 1


async def test_the_bots_file_is_served(town: Town, tmp_path: Path) -> None:
    (tmp_path / "plan.png").write_bytes(PNG)
    file = File(tmp_path / "plan.png", "lịch.png", "photo")
    await town.telegram.send(OutgoingMessage("khe", "Lịch", file=file))
    (message,) = await town.messages()
    assert (message["from_bot"], message["sender"]) == (True, "bot")
    async with town.client.get(message["attachments"][0]["url"]) as response:
        assert await response.read() == PNG


async def test_a_deleted_message_shows_nothing_of_what_it_was(town: Town) -> None:
    (id,) = (await town.telegram.send(OutgoingMessage("khe", "nhầm", (("a", "m.0"),)))).ids
    await town.telegram.send(OutgoingDelete("khe", id))
    (message,) = await town.messages()
    assert (message["deleted"], message["text"], message["buttons"]) == (True, "", [])


# --- presses ------------------------------------------------------------------------------------


async def test_a_button_is_pressed_by_its_action(town: Town) -> None:
    (id,) = (await town.telegram.send(OutgoingMessage("khe", "Gửi chứ?", (("Có", "m.0"),)))).ids
    (message,) = await town.messages()
    assert message["buttons"] == [{"label": "Có", "action": "m.0"}]
    press = {"person": "khe", "chat": "khe", "message": id, "action": "m.0"}
    assert await town.post("/api/presses", **press) == {}
    (update,) = await town.village.waiting("telegram")
    assert json.loads(update.body)["press"] == {"message": id, "data": "m.0"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"action": "m.1"}, 409, id="no such button"),
        pytest.param({"message": "2"}, 409, id="a menu edited away"),
        pytest.param({"message": "3"}, 409, id="a menu deleted"),
        pytest.param({"message": "4"}, 409, id="a person's message"),
        pytest.param({"person": "cuc", "chat": "cuc", "message": "5"}, 409, id="no buttons here"),
        pytest.param({"message": "99"}, 404, id="unknown message"),
        pytest.param({"message": "5"}, 404, id="a message of another chat"),
        pytest.param({"message": "x"}, 404, id="no message id"),
        pytest.param({"person": "nhai"}, 403, id="another's menu"),
        pytest.param({"person": "x"}, 404, id="unknown person"),
        pytest.param({"chat": "x"}, 404, id="unknown chat"),
        pytest.param({"chat": "\ud800"}, 404, id="half a character for an id"),
        pytest.param({"action": 0}, 400, id="a number for the action"),
        pytest.param({"message": 1}, 400, id="a number for the message"),
    ],
)
async def test_a_press_on_what_is_not_offered_is_refused(
    town: Town, change: dict[str, Any], status: int
) -> None:
    menus = [OutgoingMessage("khe", "?", (("Có", "m.0"),)) for _ in range(3)]
    ids = [(await town.telegram.send(menu)).ids[0] for menu in menus]
    await town.telegram.send(OutgoingEdit("khe", ids[1], "xong"))
    await town.telegram.send(OutgoingDelete("khe", ids[2]))
    await town.write("của tôi")
    await town.zalo.send(OutgoingMessage("cuc", "1. Có"))
    waiting = await town.village.unacknowledged()
    body = {"person": "khe", "chat": "khe", "message": ids[0], "action": "m.0"} | change
    async with town.client.post("/api/presses", json=body) as response:
        assert (await refusal(response))[0] == status
    assert await town.village.unacknowledged() == waiting


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        pytest.param({"person": "x"}, 404, "person", id="unknown person"),
        pytest.param({"chat": "x"}, 404, "chat", id="unknown chat"),
        pytest.param({"chat": "nhai"}, 403, "not in this chat", id="another's private chat"),
        pytest.param({"chat": "zgr-ben-do-ho-dan"}, 403, "not in this chat", id="not a member"),
        pytest.param({"person": 5}, 400, "person", id="a number for a person"),
        pytest.param({"person": ""}, 400, "person", id="an empty person"),
        pytest.param({"text": 5}, 400, "text", id="a number for the text"),
        pytest.param({"text": None}, 400, "text", id="null for the text"),
        pytest.param({"text": ""}, 400, "empty", id="an empty message"),
        pytest.param({"attachment": []}, 400, "unknown field", id="a misspelt field"),
        pytest.param({"attachments": {}}, 400, "empty", id="no list"),
        pytest.param({"attachments": "a"}, 400, "list", id="a text for a list"),
        pytest.param({"attachments": ["a"]}, 400, "attachments[0]", id="a text for a file"),
        pytest.param({"attachments": [{}]}, 400, "[0].name", id="a file without a name"),
        pytest.param({"attachments": [attachment(name="")]}, 400, "[0].name", id="an empty name"),
        pytest.param(
            {"attachments": [attachment(b"")]}, 400, "[0].data” is empty", id="an empty file"
        ),
        pytest.param(
            {"attachments": [attachment() | {"data": "a b?"}]}, 400, "not base64", id="no base64"
        ),
        pytest.param(
            {"attachments": [attachment() | {"data": "đ"}]}, 400, "not base64", id="no ASCII"
        ),
        pytest.param({"attachments": [attachment()] * 11}, 400, "at most 10", id="many files"),
        pytest.param({"location": {}}, 400, "location.latitude", id="a place without numbers"),
        pytest.param({"location": [1, 2]}, 400, "location", id="a list for a place"),
        pytest.param(
            {"location": {"latitude": 91, "longitude": 0}}, 400, "-90 to 90", id="off the globe"
        ),
        pytest.param(
            {"location": {"latitude": True, "longitude": 0}}, 400, "number", id="truth for a number"
        ),
    ],
)
async def test_a_slip_in_a_message_is_named(
    town: Town, change: dict[str, Any], status: int, says: str
) -> None:
    body = {"person": "khe", "chat": "khe", "text": ""} | change
    if "text" not in change and "attachments" not in change and "location" not in change:
        body["text"] = "x"
    async with town.client.post("/api/messages", json=body) as response:
        found, words = await refusal(response)
    assert found == status
    assert says in words
    assert await town.messages() == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b'{"advance": NaN}', id="not a number"),
        pytest.param(b'{"advance": Infinity}', id="infinity"),
        pytest.param(b'{"advance": 1e999}', id="infinity in digits"),
        pytest.param(b'{"advance": ' + b"9" * 5000 + b"}", id="five thousand digits"),
        pytest.param(b'{"advance": 1e12}', id="thirty thousand years"),
        pytest.param(b'{"advance": -1}', id="backwards"),
        pytest.param(b'{"advance": "60"}', id="a text"),
        pytest.param(b'{"advance": true}', id="truth"),
        pytest.param(b"{}", id="no field"),
        pytest.param(b"[" * 100_000, id="a deep nest"),
    ],
)
async def test_the_clock_takes_only_a_number_of_seconds_forward(town: Town, body: bytes) -> None:
    async with town.client.post("/api/clock", data=body) as response:
        assert (await refusal(response))[0] == 400
    assert town.now == NOW


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/api/chats", 400, id="chats of nobody"),
        pytest.param("/api/chats?person=x", 404, id="chats of an unknown person"),
        pytest.param("/api/chats?person=%ED%A0%80", 404, id="half a character"),
        pytest.param("/api/messages?chat=khe", 400, id="messages for nobody"),
        pytest.param("/api/messages?person=khe&chat=x", 404, id="messages of no chat"),
        pytest.param("/api/messages?person=khe&chat=nhai", 403, id="another's messages"),
        pytest.param("/api/messages?person=khe&chat=khe&after=x", 400, id="after a word"),
        pytest.param("/api/messages?person=khe&chat=khe&after=-1", 400, id="after a negative"),
        pytest.param(f"/api/messages?person=khe&after={'9' * 30}", 400, id="after too much"),
        pytest.param("/api/idle?timeout=x", 400, id="a word for a time"),
        pytest.param("/api/idle?timeout=nan", 400, id="not a number"),
        pytest.param("/api/idle?timeout=-1", 400, id="a negative time"),
        pytest.param("/api/idle?timeout=1e9", 400, id="a lifetime"),
        pytest.param("/api/files/x", 404, id="no such file"),
        pytest.param("/api/files/..%2Fvillage.db", 404, id="a path for a file"),
        pytest.param("/api/nothing", 404, id="no such call"),
        pytest.param("/nothing", 404, id="no such path"),
        pytest.param("/page/secret.txt", 404, id="not a part of the page"),
        pytest.param("/page/..%2Fvillage%2Fvillage.db", 404, id="a path for a part"),
        pytest.param("/api/presses", 405, id="another method"),
    ],
)
async def test_a_slip_in_an_address_is_answered(town: Town, path: str, status: int) -> None:
    async with town.client.get(path) as response:
        assert (await refusal(response))[0] == status


async def test_an_unexpected_failure_is_told_without_its_details(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(seconds: float) -> datetime:
        raise LookupError("số điện thoại")

    async def never(seconds: float) -> bool:
        return False

    app = sandbox_app(town.village, [town.zalo], clock=lambda: NOW, idle=never, advance=fail)
    with caplog.at_level(logging.ERROR):
        async with (
            TestClient(TestServer(app)) as client,
            client.post("/api/clock", json={"advance": 1}) as response,
        ):
            status, words = await refusal(response)
    assert status == 500
    assert "điện thoại" not in words + caplog.text
    assert "LookupError" in caplog.text


async def test_a_closed_village_is_no_mystery(town: Town) -> None:
    await town.village.close()
    async with town.client.get("/api/people") as response:
        assert (await refusal(response))[0] == 503


# --- who may call -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "welcome"),
    [
        pytest.param("127.0.0.1:8000", True, id="the address"),
        pytest.param("localhost", True, id="the name"),
        pytest.param("LOCALHOST:80", True, id="the name in capitals"),
        pytest.param("[::1]:8000", True, id="the new address"),
        pytest.param("loalang.example", False, id="a name that points here"),
        pytest.param("127.0.0.1.evil.example", False, id="a name that begins like us"),
        pytest.param("localhost:80@evil.example", False, id="a name hidden behind us"),
        pytest.param("", False, id="no name"),
    ],
)
async def test_only_our_own_names_are_answered(town: Town, host: str, welcome: bool) -> None:
    async with town.client.get("/api/people", headers={"Host": host}) as response:
        assert response.status == (200 if welcome else 403)


@pytest.mark.parametrize(
    ("headers", "welcome"),
    [
        pytest.param({}, True, id="a script"),
        pytest.param({"Origin": "http://127.0.0.1:8000"}, True, id="our page"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, True, id="our page, told otherwise"),
        pytest.param({"Origin": "http://127.0.0.1:9000"}, False, id="another program's page"),
        pytest.param({"Origin": "https://evil.example"}, False, id="another site"),
        pytest.param({"Origin": "null"}, False, id="a page that hides"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, False, id="another site's form"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, False, id="a neighbour's form"),
    ],
)
async def test_another_site_cannot_post(town: Town, headers: dict[str, str], welcome: bool) -> None:
    body = {"person": "khe", "chat": "khe", "text": "x"}
    sent = headers | {"Host": "127.0.0.1:8000"}
    async with town.client.post("/api/messages", json=body, headers=sent) as response:
        assert response.status == (200 if welcome else 403)
    assert len(await town.messages()) == (1 if welcome else 0)


async def test_every_answer_carries_the_protecting_headers(town: Town) -> None:
    for path in ("/", "/page/app.js", "/api/people", "/api/nothing", "/api/events"):
        async with town.client.get(path) as response:
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_the_page_and_its_parts_are_served_and_asked_for_again(town: Town) -> None:
    for path, type in (("/", "text/html"), ("/page/app.js", "text/javascript")):
        async with town.client.get(path) as response:
            assert (response.status, response.content_type) == (200, type)
            assert response.headers["Cache-Control"] == "no-cache"


# --- clock, idle, events ------------------------------------------------------------------------


async def test_the_clock_is_told_and_moved(town: Town) -> None:
    assert await town.get("/api/clock") == {"now": "2026-11-22T03:00:00+00:00"}
    moved = await town.post("/api/clock", advance=3600.5)
    assert moved == {"now": "2026-11-22T04:00:00.500000+00:00"}
    assert await town.get("/api/clock") == moved


async def test_idle_answers_whether_the_bot_rests(town: Town) -> None:
    assert await town.get("/api/idle", timeout="2.5") == {}
    assert town.waited == 2.5
    town.at_rest = False
    async with town.client.get("/api/idle") as response:
        assert (await refusal(response))[0] == 408


async def next_event(response: ClientResponse) -> tuple[str, Any]:
    name = ""
    async for line in response.content:
        if line.startswith(b"event: "):
            name = line[7:].decode().strip()
        elif line.startswith(b"data: "):
            return name, json.loads(line[6:])
    raise AssertionError("the stream ended")


async def test_messages_edits_and_deletions_are_told_live(town: Town) -> None:
    async with asyncio.timeout(PATIENCE), town.client.get("/api/events") as response:
        assert response.content_type == "text/event-stream"
        written = await town.write("Chào\nbà con")
        assert await next_event(response) == ("message", (await town.messages())[0])
        (id,) = (await town.telegram.send(OutgoingMessage("khe", "một", (("a", "m.0"),)))).ids
        assert (await next_event(response))[1]["buttons"] == [{"label": "a", "action": "m.0"}]
        await town.telegram.send(OutgoingEdit("khe", id, "hai"))
        name, message = await next_event(response)
        assert (name, message["text"], message["buttons"]) == ("edit", "hai", [])
        await town.telegram.send(OutgoingDelete("khe", id))
        name, message = await next_event(response)
        assert (name, message["id"], message["deleted"]) == ("delete", id, True)
    assert [message["id"] for message in await town.messages()] == [written, id]


async def test_a_silent_stream_shows_that_it_lives(town: Town) -> None:
    async with asyncio.timeout(PATIENCE), town.client.get("/api/events") as response:
        async for line in response.content:
            if line.startswith(b":"):
                return
    raise AssertionError("the stream ended")


async def test_a_page_that_reads_too_slowly_is_cut_off(town: Town) -> None:
    cut: list[str] = []
    feed = Feed()
    with feed.line(lambda: cut.append("slow")) as line:
        for _ in range(2000):
            feed.tell("message", "{}")
        assert cut[0] == "slow"
        assert [event async for event in line.events(1)] == []
    assert not feed


async def test_large_news_counts_by_its_bytes() -> None:
    cut: list[str] = []
    feed = Feed()
    with feed.line(lambda: cut.append("slow")) as line:
        for _ in range(30):
            feed.tell("message", "x" * 200_000)
        assert cut
        assert [event async for event in line.events(1)] == []


async def test_a_stop_ends_the_streams(town: Town) -> None:
    async with asyncio.timeout(PATIENCE), town.client.get("/api/events") as response:
        await town.app.shutdown()
        await response.content.read()
        assert response.content.at_eof()
