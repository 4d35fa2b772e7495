"""Every refusal of a message, as the classes of both libraries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.servers.asker import asking
from tests.servers.stage import Stage

Arrange = Callable[[Stage], Any]


def blocked(stage: Stage) -> int:
    stage.person.block(stage.token)
    return stage.person.id


def deactivated(stage: Stage) -> int:
    stage.person.deactivate()
    return stage.person.id


def kicked(stage: Stage) -> int:
    stage.group.remove(stage.token)
    return stage.group.id


def kicked_from_a_small_group(stage: Stage) -> int:
    group = stage.server.group(members=[stage.token])
    group.remove(stage.token)
    return group.id


def never_in_the_group(stage: Stage) -> int:
    return stage.server.group(kind="supergroup").id


def never_started(stage: Stage) -> int:
    stranger = stage.server.person("Ông Ba")
    stage.group.add(stranger)
    return stranger.id


def upgraded(stage: Stage) -> int:
    group = stage.server.group(members=[stage.token])
    group.upgrade()
    return group.id


def deleted(stage: Stage) -> int:
    group = stage.server.group(members=[stage.token])
    group.delete()
    return group.id


def muted(stage: Stage) -> int:
    group = stage.server.group(members=[stage.token])
    group.mute(stage.token)
    return group.id


def muted_alone(stage: Stage) -> int:
    stage.group.mute(stage.token)
    return stage.group.id


def too_fast(stage: Stage) -> int:
    stage.server.fault("too_many", "sendMessage", seconds=7)
    return stage.person.id


def broken(stage: Stage) -> int:
    stage.server.fault("error", "sendMessage", status=500)
    return stage.person.id


def revoked(stage: Stage) -> int:
    stage.server.revoke(stage.token)
    return stage.person.id


ERRORS: dict[Arrange, tuple[str, str, str]] = {
    blocked: ("TelegramForbiddenError", "Forbidden", "bot was blocked by the user"),
    deactivated: ("TelegramForbiddenError", "Forbidden", "user is deactivated"),
    kicked: ("TelegramForbiddenError", "Forbidden", "bot was kicked from the supergroup chat"),
    kicked_from_a_small_group: (
        "TelegramForbiddenError", "Forbidden", "bot was kicked from the group chat",
    ),
    never_in_the_group: (
        "TelegramForbiddenError", "Forbidden", "bot is not a member of the supergroup chat",
    ),
    never_started: (
        "TelegramForbiddenError", "Forbidden", "bot can't initiate conversation with a user",
    ),
    deleted: ("TelegramForbiddenError", "Forbidden", "the group chat was deleted"),
    upgraded: ("TelegramMigrateToChat", "ChatMigrated", "migrated to"),
    muted: ("TelegramBadRequest", "BadRequest", "not enough rights to send text messages"),
    muted_alone: ("TelegramBadRequest", "BadRequest", "not enough rights to send text messages"),
    (lambda stage: 12345): ("TelegramBadRequest", "BadRequest", "chat not found"),
    too_fast: ("TelegramRetryAfter", "RetryAfter", "7"),
    broken: ("TelegramServerError", "NetworkError", "Internal Server Error"),
    revoked: ("TelegramUnauthorizedError", "InvalidToken", "Unauthorized"),
}  # fmt: skip


@pytest.mark.parametrize("arrange", ERRORS, ids=lambda each: each.__name__)
async def test_aiogram_knows_the_error(stage: Stage, aiogram_bot: Any, arrange: Arrange) -> None:
    from aiogram import exceptions

    chat, (name, _, words) = arrange(stage), ERRORS[arrange]
    with pytest.raises(getattr(exceptions, name), match=words) as caught:
        await aiogram_bot.send_message(chat, "a")
    assert type(caught.value).__name__ == name
    assert stage.server.sent == []


@pytest.mark.parametrize("arrange", ERRORS, ids=lambda each: each.__name__)
async def test_ptb_knows_the_error(stage: Stage, ptb_bot: Any, arrange: Arrange) -> None:
    from telegram import error

    chat, (_, name, words) = arrange(stage), ERRORS[arrange]
    with pytest.raises(getattr(error, name), match=f"(?i){words}") as caught:
        await ptb_bot.send_message(chat, "a")
    assert type(caught.value).__name__ == name
    assert stage.server.sent == []


async def conflicting(stage: Stage, poll: Callable[[], Awaitable[Any]]) -> None:
    """`poll` is the older of two."""
    updates = stage.server.bots[stage.token].updates
    updates.pending.clear()
    older = asyncio.ensure_future(poll())
    await stage.server.until(lambda: updates.poll is not None)
    async with asking(stage.server, stage.token) as ask:
        newer = asyncio.create_task(ask.updates(timeout=50))
        try:
            await older
        finally:
            stage.person.say(stage.token, "chào")
            assert len(await newer) == 1


async def test_both_know_a_conflict_and_a_file_too_large(
    stage: Stage, aiogram_bot: Any, ptb_bot: Any
) -> None:
    from aiogram.exceptions import TelegramConflictError, TelegramEntityTooLarge
    from aiogram.types import BufferedInputFile
    from telegram.error import Conflict

    with pytest.raises(TelegramConflictError, match="only one bot instance"):
        await conflicting(stage, lambda: aiogram_bot.get_updates(timeout=30))
    with pytest.raises(Conflict, match="only one bot instance"):
        await conflicting(stage, lambda: ptb_bot.get_updates(timeout=30))
    large = BufferedInputFile(bytes(50 * 1024 * 1024 + 1), "a.bin")
    with pytest.raises(TelegramEntityTooLarge):
        await aiogram_bot.send_document(stage.person.id, large)
