"""Looking up names: what is found, what is not, and a stop while nobody answers."""

from __future__ import annotations

import asyncio
import socket
from threading import Event, Thread
from typing import Any

import pytest

from bot.platforms.base import Unreachable
from bot.platforms.telegram.wire import Wire
from tests.patience import PATIENCE
from tests.servers.telegram import TelegramServer

TOKEN = "7000000001:" + "T" * 35


async def test_a_server_is_found_by_its_name() -> None:
    async with TelegramServer() as server:
        token = server.bot("thon_bot")
        here = server.base_url.replace("127.0.0.1", "localhost")
        async with Wire(token, base_url=here) as wire:
            assert (await wire.call("getMe"))["username"] == "thon_bot"


@pytest.mark.parametrize("error", [socket.gaierror(8, "xa-may.example"), UnicodeError("xa-may")])
async def test_a_name_nobody_knows_is_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def unknown(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with Wire(TOKEN, base_url="http://xa-may.example") as wire:
        with pytest.raises(Unreachable):
            await wire.call("getMe")


def test_a_stop_does_not_wait_for_a_name_that_nobody_answers_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered = Event()

    def silent(*_: Any, **__: Any) -> Any:
        answered.wait()
        raise socket.gaierror(2, "no answer")

    async def ask() -> None:
        async with Wire(TOKEN, base_url="http://xa-may.example") as wire:
            with pytest.raises(Unreachable):
                await wire.call("getMe", patience=0.02)

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    program = Thread(target=lambda: asyncio.run(ask()))
    program.start()
    program.join(PATIENCE)
    stopped = not program.is_alive()
    answered.set()
    program.join()
    assert stopped
