"""Neither the token nor what people write is in any log, error or `repr`."""

from __future__ import annotations

import asyncio
import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from bot.platforms.base import File, OutgoingMessage, PlatformError
from bot.platforms.zalo.platform import Zalo
from handlers.messages import Attachment
from tests.bot.platforms.zalo.scripted import Shelf
from tests.loop import one_turn
from tests.patience import PATIENCE
from tests.servers.faults import KINDS
from tests.servers.zalo import Habits, ZaloServer

CANARY: Final = "CANARYchimhoangyenkhongke"
TOKEN: Final = f"1459232241454765289:{CANARY}"
WORDS: Final = "CHIMhoạmi"
FORBIDDEN: Final = (CANARY, WORDS)
SWIFT: Final = sorted(KINDS - {"hang", "hang_after", "delay"})


def told(text: str) -> list[str]:
    """Which secrets are in it."""
    return [secret for secret in FORBIDDEN if secret in text]


class Everything(logging.Handler):
    """Every record of every logger, with its arguments."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        shown = logging.Formatter("%(name)s %(message)s").format(record)
        self.lines.append(f"{shown} {record.args!r} {record.msg!r}")


@pytest.fixture
def listening() -> Iterator[Everything]:
    """Every logger at DEBUG, and warnings among what is logged."""
    heard, root = Everything(), logging.getLogger()
    names = ("aiohttp", "asyncio", "bot")
    before = {logger: logger.level for logger in (root, *map(logging.getLogger, names))}
    root.addHandler(heard)
    for logger in before:
        logger.setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        yield heard
    logging.captureWarnings(False)
    root.removeHandler(heard)
    for logger, level in before.items():
        logger.setLevel(level)


def outgoing(server: ZaloServer, chat: str) -> list[OutgoingMessage]:
    photo = File(Path(WORDS), WORDS, "photo", url=f"{server.base_url}/{WORDS}")
    return [OutgoingMessage(chat, WORDS), OutgoingMessage(chat, WORDS, file=photo)]


async def refused(call: Any) -> str:
    """All that its error shows, "" where there is none."""
    try:
        await call
    except PlatformError as error:
        return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__cause__)
    return ""


async def received(platform: Zalo, server: ZaloServer) -> str:
    """The same of hearing, until a poll is left waiting."""
    receiving = asyncio.create_task(platform.receive(Shelf().store))
    async with asyncio.timeout(PATIENCE):
        while not receiving.done() and not server.polled(TOKEN):
            await one_turn()
    if not receiving.done():
        receiving.cancel()
        with suppress(asyncio.CancelledError):
            await receiving
        return ""
    return await refused(receiving)


@pytest.mark.parametrize("habits", [Habits(), Habits(errors_as_status=True)])
async def test_a_hard_day_tells_nothing_to_any_log(
    listening: Everything, habits: Habits, tmp_path: Path
) -> None:
    asyncio.get_running_loop().set_debug(True)
    shown = []
    async with ZaloServer(habits=habits) as server:
        token, person = server.bot(token=TOKEN), server.person(WORDS)
        person.meet(token)
        platform = Zalo(token, base_url=server.base_url, display=f"Bot {WORDS}")
        for kind in SWIFT:
            for method in ("getme", "getwebhookinfo", "getupdates", "sendmessage", "sendphoto"):
                server.fault(kind, method)
            person.say(token, WORDS)
            shown.append(await received(platform, server))
            shown += [await refused(platform.send(one)) for one in outgoing(server, person.id)]
            server.clear_faults()
        server.revoke(token)
        shown.append(await received(platform, server))
        shown += [await refused(platform.send(one)) for one in outgoing(server, person.id)]
        await server.outage()
        shown.append(await received(platform, server))
        shown += [await refused(platform.send(one)) for one in outgoing(server, person.id)]
        shown += [repr(platform), repr(platform.limits), *map(repr, asyncio.all_tasks())]
        await platform.aclose()
    asyncio.get_running_loop().set_debug(False)
    assert len(listening.lines) + len(list(filter(None, shown))) > 20
    for line in (*listening.lines, *shown):
        assert not told(line), line


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:1", "http://[broken", "ftp://127.0.0.1"])
async def test_no_error_of_a_connection_tells_the_token(base_url: str, tmp_path: Path) -> None:
    platform = Zalo(TOKEN, base_url=base_url, hook_url="https://xa.example/hook", called=True)
    asked = [
        platform.receive(Shelf().store),
        platform.send(OutgoingMessage("1", WORDS)),
        platform.send(OutgoingMessage("1", "\ud800" + WORDS)),
    ]
    for ask in asked:
        shown = await refused(ask)
        assert shown
        assert not told(shown)
    with pytest.raises(Exception, match="photo") as gone:
        await platform.fetch(Attachment(f"http://{WORDS}/", "photo"), tmp_path / "a")
    assert not told("".join(traceback.format_exception(gone.value)))
    await platform.aclose()
