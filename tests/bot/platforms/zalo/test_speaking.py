"""What is said on Zalo, and what cannot be said there."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.platforms import rendering
from bot.platforms.base import (
    BadToken,
    File,
    OutcomeUnknown,
    Outgoing,
    OutgoingAlbum,
    OutgoingDelete,
    OutgoingEdit,
    OutgoingLeave,
    OutgoingLocation,
    OutgoingMessage,
    OutgoingPin,
    Rejected,
    SendError,
    Sent,
    TooManyRequests,
)
from bot.platforms.zalo import facts
from bot.platforms.zalo.platform import Zalo
from handlers.messages import Location
from tests.living import PNG
from tests.loop import one_turn
from tests.patience import PATIENCE
from tests.servers.zalo import Group, Person, Plan, ZaloServer

NOTICE = "Đúng 7 giờ tối mai họp thôn, mời bà con đến đông đủ. " * 90


@dataclass(frozen=True)
class Booth:
    server: ZaloServer
    token: str
    platform: Zalo
    an: Person
    group: Group

    async def say(self, text: str, **more: Any) -> Sent:
        return await self.platform.send(OutgoingMessage(self.an.id, text, **more))

    async def refusal(self, outgoing: Outgoing) -> SendError:
        with pytest.raises(SendError) as refused:
            await self.platform.send(outgoing)
        return refused.value


@pytest_asyncio.fixture
async def booth() -> AsyncIterator[Booth]:
    async with ZaloServer() as server:
        token = server.bot()
        an = server.person("Bà An")
        an.meet(token)
        group = server.group("Thôn Khe", [token])
        platform = Zalo(token, base_url=server.base_url)
        yield Booth(server, token, platform, an, group)
        await platform.aclose()


def photo(url: str, kind: Any = "photo") -> File:
    return File(Path("nowhere"), "a.jpg", kind, url=url)


def shared(server: ZaloServer) -> str:
    """A photo's public address."""
    return f"{server.base_url}{server.keep(PNG, 'png')}"


async def test_words_arrive_as_they_are_and_their_number_comes_back(booth: Booth) -> None:
    sent = await booth.say("Mai *họp* _thôn_ <b>5 giờ</b> 🙏")
    (there,) = booth.an.received(booth.token)
    assert there.text == "Mai *họp* _thôn_ <b>5 giờ</b> 🙏"
    assert there.styles == ()
    assert sent == Sent((there.message_id,))


async def test_marks_of_their_own_are_composed_before_they_count(booth: Booth) -> None:
    words = "Thông báo họp thôn, mời bà con đến nhà văn hoá đông đủ, đúng giờ. " * 28
    apart = unicodedata.normalize("NFD", words)
    assert len(words) <= facts.MOST_TEXT < len(apart)
    await booth.say(apart)
    assert booth.an.received(booth.token)[0].text == words


async def test_what_stands_out_is_told_by_its_place(booth: Booth) -> None:
    await booth.say("🙏 HỌP THÔN tối nay", bold=((3, 8),))
    (there,) = booth.an.received(booth.token)
    assert there.styles == ({"start": 3, "len": 8, "st": ["b"]},)


async def test_places_that_composing_has_moved_are_left_out(booth: Booth) -> None:
    await booth.say(unicodedata.normalize("NFD", "HỌP THÔN"), bold=((0, 9),))
    assert booth.an.received(booth.token)[0].styles == ()


@pytest.mark.parametrize("text", [NOTICE, "🙏" * 3000, unicodedata.normalize("NFD", NOTICE)])
async def test_every_part_of_a_long_text_is_taken(booth: Booth, text: str) -> None:
    parts = rendering.parts(text, booth.platform.limits.max_text)
    for part in parts:
        await booth.platform.send(OutgoingMessage(booth.group.id, part))
    there = booth.server.shown(booth.token, booth.group.id)
    assert len(there) == len(parts) > 1
    assert not any("\ufffd" in sent.text or "?" in sent.text for sent in there)


@pytest.mark.parametrize("text", ["", " \n", "a" * 2001, "🙏" * 1001])
async def test_what_zalo_would_not_take_is_not_tried(booth: Booth, text: str) -> None:
    assert type(await booth.refusal(OutgoingMessage(booth.an.id, text))) is Rejected
    assert booth.server.records.calls["sendMessage"] == 0


async def test_half_a_character_does_not_stop_the_rest(booth: Booth) -> None:
    await booth.say("a\ud83db")
    assert booth.an.received(booth.token)[0].text == "a\ufffdb"


async def test_a_photo_is_read_by_zalo_from_our_address(booth: Booth) -> None:
    file = photo(shared(booth.server))
    sent = await booth.say("cột đèn", file=file)
    bare = await booth.platform.send(OutgoingAlbum(booth.an.id, (file,)))
    first, second = booth.an.received(booth.token)
    assert (first.method, first.text, first.photo) == ("sendPhoto", "cột đèn", PNG)
    assert (second.text, second.photo) == ("", PNG)
    assert (sent.ids, bare.ids) == ((first.message_id,), (second.message_id,))


SHOWN = "https://xa.example/photos/1"


@pytest.mark.parametrize(
    "outgoing",
    [
        pytest.param(OutgoingMessage("a", "x", file=photo("")), id="a photo without address"),
        pytest.param(OutgoingMessage("a", "x", file=photo(SHOWN, "document")), id="a document"),
        pytest.param(OutgoingMessage("a", "x" * 2001, file=photo(SHOWN)), id="a long caption"),
        pytest.param(OutgoingMessage("a", "x", (("Đúng", "1.0"),)), id="buttons"),
        pytest.param(OutgoingAlbum("a", (photo(SHOWN), photo(SHOWN))), id="an album"),
        pytest.param(OutgoingLocation("a", Location(20.5, 106.2)), id="a place"),
        pytest.param(OutgoingEdit("a", "1", "x"), id="an edit"),
        pytest.param(OutgoingDelete("a", "1"), id="a deletion"),
        pytest.param(OutgoingPin("a", "1"), id="a pin"),
    ],
)
async def test_what_there_is_not_on_zalo_is_refused_without_a_call(
    booth: Booth, outgoing: Outgoing
) -> None:
    refused = await booth.refusal(outgoing)
    assert type(refused) is Rejected
    assert str(refused)
    assert not booth.server.records.calls


async def test_to_leave_is_done_by_doing_nothing(booth: Booth) -> None:
    assert await booth.platform.send(OutgoingLeave(booth.group.id)) == Sent()
    assert not booth.server.records.calls


async def test_what_zalo_says_no_to_is_told_apart(booth: Booth) -> None:
    server, message = booth.server, OutgoingMessage(booth.an.id, "x")
    for code, kind in (
        (400, Rejected),
        (403, OutcomeUnknown),
        (502, OutcomeUnknown),
        (429, TooManyRequests),
    ):
        server.fault("error", "sendMessage", status=code)
        assert type(await booth.refusal(message)) is kind
    server.revoke(booth.token)
    assert type(await booth.refusal(message)) is BadToken
    assert server.sent == []


async def test_a_month_that_is_used_up_stops_the_whole_bot() -> None:
    async with ZaloServer() as server:
        token, an = server.bot(plan=Plan(monthly=1)), server.person()
        an.meet(token)
        platform = Zalo(token, base_url=server.base_url)
        await platform.send(OutgoingMessage(an.id, "một"))
        with pytest.raises(TooManyRequests) as refused:
            await platform.send(OutgoingMessage(an.id, "hai"))
        await platform.aclose()
    assert refused.value.whole


async def test_yes_without_a_number_is_yes(booth: Booth) -> None:
    booth.server.fault("no_result", "sendMessage")
    assert await booth.say("x") == Sent()
    assert len(booth.an.received(booth.token)) == 1


async def test_two_hundred_messages_go_over_one_connection(booth: Booth) -> None:
    for number in range(200):
        await booth.say(f"tin {number}")
    assert [sent.text for sent in booth.an.received(booth.token)] == [
        f"tin {number}" for number in range(200)
    ]
    assert booth.server.accepted == 1


async def test_a_connection_that_zalo_closed_meanwhile_costs_no_message(booth: Booth) -> None:
    await booth.say("một")
    booth.server.close_idle()
    async with asyncio.timeout(PATIENCE):
        while booth.server.connections:
            await one_turn()
    for _ in range(5):  # until our side knows
        await one_turn()
    await booth.say("hai")
    assert [sent.text for sent in booth.an.received(booth.token)] == ["một", "hai"]
