"""A chat that Zalo says is not there: believed only of a Zalo that knows its own methods."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import Session

from bot.platforms.base import (
    BadToken,
    ChatGone,
    OutgoingMessage,
    Rejected,
    SendError,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.zalo import facts
from bot.platforms.zalo.platform import Zalo
from db.tables import Chat, table
from tests.bot.platforms.zalo.test_speaking import photo, shared
from tests.bot.zalograph import zalograph
from tests.servers.zalo import Group, Habits, ZaloServer

HEAD, HOUSEHOLDS = "Ông Tre", "Các hộ dân thôn Bến Đò"


chat = table(Chat)


@dataclass(frozen=True)
class Gate:
    """`group`: the bot was put out of it."""

    server: ZaloServer
    token: str
    platform: Zalo
    group: Group

    async def refusal(self, **more: Any) -> SendError:
        with pytest.raises(SendError) as refused:
            await self.platform.send(OutgoingMessage(self.group.id, "họp thôn", **more))
        return refused.value

    def calls(self, method: str = facts.SAY) -> int:
        return self.server.records.calls[method]


@pytest_asyncio.fixture
async def gate() -> AsyncIterator[Gate]:
    async with ZaloServer() as server:
        token = server.bot()
        group = server.group("Thôn Khe", [token])
        group.remove(token)
        platform = Zalo(token, base_url=server.base_url)
        yield Gate(server, token, platform, group)
        await platform.aclose()


async def test_a_group_that_put_us_out_is_gone_once_zalo_knows_the_method(gate: Gate) -> None:
    assert type(await gate.refusal()) is ChatGone
    assert gate.calls() == 3
    assert gate.server.sent == []


async def test_many_who_doubt_at_once_ask_once_and_again_after_a_while(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await asyncio.gather(*(gate.refusal() for _ in range(10)))
    assert {type(one) for one in found} == {ChatGone}
    assert gate.calls() == 20 + 1
    await gate.refusal()
    assert gate.calls() == 22 + 1
    monkeypatch.setattr(facts, "PROVEN", 0.0)
    other = Zalo(gate.token, base_url=gate.server.base_url)
    for _ in range(2):
        with pytest.raises(ChatGone):
            await other.send(OutgoingMessage(gate.group.id, "họp thôn"))
    await other.aclose()
    assert gate.calls() == 23 + 2 * 3


async def test_each_method_is_asked_for_by_itself(gate: Gate) -> None:
    await gate.refusal()
    await gate.refusal(file=photo(shared(gate.server)))
    assert (gate.calls(), gate.calls(facts.SHOW)) == (3, 3)


async def test_what_zalo_no_longer_says_was_not_so(gate: Gate) -> None:
    gate.group.add(gate.token)
    gate.server.fault("error", facts.SAY, status=404)
    await gate.platform.send(OutgoingMessage(gate.group.id, "họp thôn"))
    assert [sent.text for sent in gate.server.sent] == ["họp thôn"]


@pytest.mark.parametrize("method", ["", facts.SAY], ids=["the address moved", "the method is gone"])
async def test_where_nothing_is_known_no_chat_is_gone(
    gate: Gate, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    gate.group.add(gate.token)
    moved = gate.server.fault("error", method, status=404, times=0)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert type(await gate.refusal()) is Unreachable
    assert caplog.text.count("zalo.base_url") == 1
    moved.release()
    assert len((await gate.platform.send(OutgoingMessage(gate.group.id, "đây"))).ids) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, BadToken), (429, TooManyRequests), (403, Unreachable), (502, Unreachable)],
)
async def test_what_keeps_zalo_from_saying_so_is_what_is_told(
    gate: Gate, status: int, kind: type[SendError]
) -> None:
    gate.server.fault("error", facts.SAY, nth=2, status=status)
    assert type(await gate.refusal()) is kind


async def test_no_answer_at_all_leaves_the_chat_where_it_is(gate: Gate) -> None:
    gate.server.fault("refuse", facts.SAY, nth=2)
    assert type(await gate.refusal()) is Unreachable


async def test_a_refusal_of_another_kind_never_closes_a_group(gate: Gate) -> None:
    gate.server.habits = Habits(gone=400)
    assert type(await gate.refusal()) is Rejected
    assert gate.calls() == 1


async def test_a_zalo_that_moved_house_loses_no_announcement_and_closes_no_group(
    tmp_path: Path,
) -> None:
    async with zalograph(tmp_path) as village:
        head = village.neighbour(HEAD)
        await head.says("/thongbao")
        await head.says("Mai họp thôn lúc 7 giờ tối.")
        for label in ("Hộ dân", "Tiếp tục"):
            await head.presses(label)
        moved = village.zalo.fault("error", facts.SAY, status=404, times=0)
        assert await head.presses("Gửi ngay") == ""
        assert moved.hits
        moved.release()
        await village.advance(timedelta(minutes=10))
        assert "1/1 nhóm" in head.reads()[-1]
        assert village.square(HOUSEHOLDS).reads() == ["Mai họp thôn lúc 7 giờ tối."]
        assert await village.app.database.read(closed) == []


def closed(session: Session) -> list[int]:
    """Chats that are not simply ours."""
    return list(session.execute(select(chat.c.id).where(chat.c.standing != "member")).scalars())
