from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session

from bot.packer import Packer
from bot.platforms.base import (
    BadToken,
    ChatGone,
    ChatMoved,
    OutcomeUnknown,
    Rejected,
    TooManyRequests,
    Unreachable,
)
from tests.bot.hamlet import CADRE, group, outbox_states, resident
from tests.bot.outlet import Outlet, chats, speaking
from tests.living import CONTENT

MARK = CONTENT.words("vi")("system.sent_again")
AN, BINH, CHI = (resident(number) for number in (0, 2, 4))  # all of Telegram style
GROUP = group(0)


async def _say(outlet: Outlet, what: str) -> tuple[str, str]:
    """One message of that kind; the reader and the chat it goes to."""
    if what in ("announcement", "urgent"):
        await outlet.announce("họp thôn", urgent=what == "urgent")
        return CADRE, GROUP
    if what == "edit":
        [message] = await outlet.put(AN, "họp thôn lúc bảy giờ")
        await outlet.quiet()
        await outlet.edit(message, "họp thôn")
    else:
        await outlet.put(AN, "họp thôn", origin=what)
    return AN, AN


@pytest.mark.parametrize("what", ["reply", "notice", "announcement", "urgent"])
async def test_what_could_not_be_sent_is_sent_later_and_once(tmp_path: Path, what: str) -> None:
    async with speaking(tmp_path) as outlet:
        chat = GROUP if what in ("announcement", "urgent") else AN
        outlet.weather.before[chat] = [Unreachable(), Unreachable()]
        reader, chat = await _say(outlet, what)
        await outlet.quiet()
        assert await outlet.texts(reader, chat) == []
        await outlet.later(0.9)
        assert await outlet.texts(reader, chat) == []
        await outlet.later(0.2)
        assert await outlet.texts(reader, chat) == []
        await outlet.later(2.1)
        await outlet.later(600)
        assert await outlet.texts(reader, chat) == ["họp thôn"]


UNKNOWN = OutcomeUnknown()


@pytest.mark.parametrize(
    ("what", "before", "after", "read", "state"),
    [
        pytest.param("announcement", [UNKNOWN], [], [], "uncertain", id="announcement lost"),
        pytest.param("announcement", [], [UNKNOWN], ["họp thôn"], "uncertain", id="announcement"),
        pytest.param("urgent", [UNKNOWN], [], [f"họp thôn\n{MARK}"], "sent", id="urgent lost"),
        pytest.param(
            "urgent", [], [UNKNOWN], ["họp thôn", f"họp thôn\n{MARK}"], "sent", id="urgent"
        ),
        pytest.param(
            "urgent",
            [],
            [UNKNOWN] * 9,
            ["họp thôn", f"họp thôn\n{MARK}"],
            "uncertain",
            id="urgent, always",
        ),
        pytest.param("reply", [UNKNOWN], [], ["họp thôn"], "sent", id="reply lost"),
        pytest.param("reply", [], [UNKNOWN], ["họp thôn"] * 2, "sent", id="reply"),
        pytest.param("reply", [], [UNKNOWN] * 9, ["họp thôn"] * 2, "uncertain", id="reply, always"),
        pytest.param("notice", [], [UNKNOWN], ["họp thôn"] * 2, "sent", id="notice"),
        pytest.param("notice", [UNKNOWN] * 9, [], [], "uncertain", id="notice, always lost"),
        pytest.param("edit", [None, UNKNOWN, UNKNOWN], [], ["họp thôn"], "sent", id="edit lost"),
        pytest.param("edit", [], [None, UNKNOWN, UNKNOWN], ["họp thôn"], "sent", id="edit"),
        pytest.param(
            "reply", [], [ZeroDivisionError()], ["họp thôn"] * 2, "sent", id="reply, our mistake"
        ),
        pytest.param(
            "announcement",
            [],
            [ZeroDivisionError()],
            ["họp thôn"],
            "uncertain",
            id="announcement, our mistake",
        ),
    ],
)
async def test_where_nobody_knows_the_outcome_each_kind_has_its_rule(
    tmp_path: Path,
    what: str,
    before: list[Exception | None],
    after: list[Exception | None],
    read: list[str],
    state: str,
) -> None:
    async with speaking(tmp_path) as outlet:
        chat = GROUP if what in ("announcement", "urgent") else AN
        outlet.weather.before[chat], outlet.weather.after[chat] = list(before), list(after)
        reader, chat = await _say(outlet, what)
        await outlet.quiet()
        await outlet.later(3600)
        assert await outlet.texts(reader, chat) == read
        assert (await outlet.states())[-1] == state


async def test_a_repeat_too_long_for_its_mark_goes_out_without_it(tmp_path: Path) -> None:
    whole = "họp thôn " * 455
    async with speaking(tmp_path) as outlet:
        outlet.weather.before[GROUP] = [UNKNOWN]
        await outlet.announce(whole, urgent=True)
        await outlet.quiet()
        assert await outlet.texts(CADRE, GROUP) == [whole]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        pytest.param(ChatGone(), "failed", id="the chat is closed"),
        pytest.param(Rejected(), "failed", id="the content is refused"),
    ],
)
async def test_a_message_that_is_refused_fails_and_those_behind_it_still_go(
    tmp_path: Path, error: Exception, state: str
) -> None:
    async with speaking(tmp_path) as outlet:
        outlet.weather.before[AN] = [error]
        await outlet.put(AN, "một", "hai")
        await outlet.quiet()
        await outlet.later(3600)
        assert await outlet.texts(AN) == ["hai"]
        assert await outlet.states() == [state, "sent"]


async def test_a_bot_that_is_not_let_in_tries_again_after_a_minute(tmp_path: Path) -> None:
    async with speaking(tmp_path) as outlet:
        outlet.weather.before[AN] = [BadToken()]
        await outlet.put(AN, "một")
        await outlet.quiet()
        await outlet.later(59)
        assert await outlet.texts(AN) == []
        await outlet.later(2)
        assert await outlet.texts(AN) == ["một"]


async def test_messages_follow_a_chat_to_its_new_id(tmp_path: Path) -> None:
    async with speaking(tmp_path) as outlet:
        outlet.weather.before[AN] = [ChatMoved(group(0))]
        await outlet.database.write(_forget, group(0))
        await outlet.put(AN, "một", "hai")
        await outlet.quiet()
        assert await outlet.texts(CADRE, group(0)) == ["một", "hai"]
        assert await outlet.texts(AN) == []


def _forget(session: Session, chat: str) -> None:
    """We have not met the chat under that id."""
    session.execute(update(chats).where(chats.c.external_id == chat).values(external_id="khác"))


async def test_a_429_parks_its_chat_and_no_other(tmp_path: Path) -> None:
    async with speaking(tmp_path) as outlet:
        outlet.weather.before[AN] = [TooManyRequests(3600)]
        await outlet.put(AN, "một", "hai")
        await outlet.put(BINH, *(str(n) for n in range(20)))
        await outlet.quiet()
        assert await outlet.texts(BINH) == [str(n) for n in range(20)]
        assert await outlet.texts(AN) == []


async def test_what_a_429_held_up_goes_out_once_and_in_order(tmp_path: Path) -> None:
    async with speaking(tmp_path) as outlet:
        outlet.weather.before[AN] = [TooManyRequests(0.2), None, TooManyRequests(0.2)]
        await outlet.put(AN, "một", "hai", "ba")
        await outlet.until(lambda session: outbox_states(session) == ["sent"] * 3)
        assert await outlet.texts(AN) == ["một", "hai", "ba"]


async def test_a_chat_that_does_not_answer_delays_no_other(tmp_path: Path) -> None:
    async with speaking(tmp_path) as outlet:
        gate = outlet.weather.gates[AN] = asyncio.Event()
        await outlet.put(AN, "một", "hai")
        await outlet.weather.waiting.wait()
        await outlet.put(BINH, *(str(n) for n in range(30)))
        wanted = ["sending", "queued", *["sent"] * 30]
        await outlet.until(lambda session: outbox_states(session) == wanted)
        gate.set()
        await outlet.quiet()
        assert await outlet.texts(AN) == ["một", "hai"]


async def test_within_a_chat_order_survives_every_kind_of_failure(tmp_path: Path) -> None:
    async with speaking(tmp_path) as outlet:
        errors = [None, Unreachable(), None, OutcomeUnknown(), None, Unreachable(), None, None]
        outlet.weather.before[AN] = list(errors)
        outlet.weather.after[AN] = [None, None, None, OutcomeUnknown()]
        await outlet.put(AN, *"12345")
        await outlet.put(BINH, *"678")
        for _ in range(4):
            await outlet.later(10)
        assert await outlet.texts(AN) == ["1", "2", "3", "4", "4", "5"]
        assert await outlet.texts(BINH) == ["6", "7", "8"]


async def test_the_parts_of_an_announcement_wait_for_each_other(tmp_path: Path) -> None:
    async with speaking(tmp_path, groups=6) as outlet:
        outlet.weather.before[group(0)] = [Unreachable()]
        outlet.weather.before[group(2)] = [None, Unreachable(), Unreachable()]
        await outlet.announce("một", "hai", "ba")
        for _ in range(3):
            await outlet.later(10)
        for number in (0, 2, 4):
            assert await outlet.texts(CADRE, group(number)) == ["một", "hai", "ba"]


async def test_what_cannot_be_packed_has_certainly_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with speaking(tmp_path) as outlet:
        with monkeypatch.context() as broken:
            broken.delattr(Packer, "outgoing")
            await outlet.announce("họp thôn")
            await outlet.quiet()
        assert await outlet.states() == ["failed"]
        assert await outlet.texts(CADRE, GROUP) == []
