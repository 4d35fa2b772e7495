"""Who the bot is, and how people mention it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.platforms.base import BadToken, OutcomeUnknown, Unreachable
from bot.platforms.zalo import facts
from bot.platforms.zalo.me import Me, me_of
from bot.platforms.zalo.platform import Zalo
from tests.bot.platforms.zalo.scripted import Shelf, hearing
from tests.servers.zalo import Habits, ZaloServer


def test_all_that_zalo_tells_is_read() -> None:
    told = {"id": "1459", "account_name": "bot.VD", "account_type": "BASIC"}
    assert me_of(told | {"can_join_groups": True}) == Me("bot.VD", "", True)
    assert me_of(told | {"display_name": "Bot Làng"}) == Me("bot.VD", "Bot Làng", None)


@pytest.mark.parametrize("told", [None, [], {}, {"account_name": 5}, {"display_name": ""}, "x"])
def test_what_tells_no_name_is_asked_again(told: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        me_of(told)


@pytest.mark.parametrize(
    ("display", "me", "mentions"),
    [
        ("Bot Xã", Me("bot.VD", "Bot Làng", None), ("@Bot Xã", "@Bot Làng", "@bot.VD")),
        (" @Bot Xã ", Me("bot.VD", "", None), ("@Bot Xã", "@bot.VD")),
        ("", Me("bot.VD", "Bot Làng", None), ("@Bot Làng", "@bot.VD")),
        ("", Me("bot.VD", "", None), ("@bot.VD",)),
        ("", Me("@", " ", None), ()),
    ],
)
def test_the_name_in_the_settings_comes_first(
    display: str, me: Me, mentions: tuple[str, ...]
) -> None:
    assert me.mentions(display) == mentions


@pytest.mark.parametrize(
    ("display", "shown", "mention"),
    [("Bot Xã Mây", True, "@Bot Xã Mây"), ("", True, "@Bot Loa Làng"), ("", False, "@bot.")],
)
async def test_the_bot_learns_its_mention_before_it_hears(
    display: str, shown: bool, mention: str
) -> None:
    async with ZaloServer(habits=Habits(shows_display=shown)) as server:
        token, shelf = server.bot("Bot Loa Làng"), Shelf()
        platform = Zalo(token, base_url=server.base_url, display=display)
        async with hearing(platform, shelf):
            await server.until(lambda: server.polled(token))
            assert platform.mention.startswith(mention)
            assert platform.link == ""
            assert server.records.calls["getMe"] == 1


@pytest.mark.parametrize(("status", "kind"), [(401, BadToken), (403, Unreachable)])
async def test_who_is_not_told_who_he_is_does_not_poll(status: int, kind: type[Exception]) -> None:
    async with ZaloServer() as server:
        token = server.bot()
        server.fault("error", "getme", status=status)
        platform = Zalo(token, base_url=server.base_url)
        with pytest.raises(kind):
            await platform.receive(Shelf().store)
        await platform.aclose()
        assert server.records.calls["getUpdates"] == 0


def test_the_plan_is_that_of_the_settings() -> None:
    platform = Zalo("1:x", base_url="http://127.0.0.1:1", monthly=None, counts_received=False)
    assert (platform.limits.monthly, platform.limits.counts_received) == (None, False)
    free = Zalo("1:x", base_url="http://127.0.0.1:1").limits
    assert (free.monthly, free.counts_received) == (facts.MONTHLY, facts.COUNTS_RECEIVED)
    assert free == facts.LIMITS
