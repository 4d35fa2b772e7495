"""The demo's clock stops at every bulletin on its way, as time itself would."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.scheduler import slots
from content.schedule import Schedule
from db import bulletins, conversations
from db.standings import Definition, Standing
from tests.living import Living, living

HEAD = "lua"  # a village head, on Telegram
DAILY = Schedule("daily", 5, 30)
DAY = 24 * 3600


async def begun(village: Living) -> Standing:
    """A reminder to the head's village, every morning."""
    app = village.app
    now = app.clock.now()
    bot = next(id for id, platform in app.platforms.items() if platform.name == "sandbox-telegram")

    def make(session: Session) -> Standing:
        actor = conversations.load(
            session,
            bot_id=bot,
            platform="sandbox-telegram",
            chat_id=HEAD,
            chat_kind="private",
            account_id=HEAD,
            now=now,
        ).actor
        places = tuple(grant.place_id for grant in actor.grants)
        words = "Bà con nhớ đổ rác."
        wanted = Definition("Nhắc", words, ("text",), DAILY.data, places, ("households",), 4)
        (first,) = slots(DAILY, now, 1)
        return bulletins.make(session, actor, definition=wanted, next_at=first)

    return await app.database.write(make)


async def advance(village: Living, seconds: float) -> datetime:
    async with village.client.post("/api/clock", json={"advance": seconds}) as answer:
        assert answer.status == 200, await answer.text()
        return datetime.fromisoformat((await answer.json())["now"])


async def heard(village: Living, group: str) -> list[datetime]:
    said = [one for one in await village.heard(HEAD, group) if "nhớ đổ rác" in one["text"]]
    return [datetime.fromisoformat(one["sent_at"]).astimezone(UTC) for one in said]


async def test_three_days_at_once_are_three_mornings(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        made = await begun(village)
        assert made.next_at is not None
        before = village.app.clock.ahead
        await advance(village, 3 * DAY)
        assert village.app.clock.ahead - before == timedelta(days=3)
        mornings = [made.next_at + timedelta(days=day) for day in range(3)]
        groups = [one for one in await village.groups(HEAD) if one["segment"] == "households"]
        assert groups
        for group in groups:
            times = await heard(village, group["id"])
            assert len(times) == 3
            assert all(
                timedelta(0) <= at - morning < timedelta(hours=1)
                for at, morning in zip(times, mornings, strict=True)
            )
        await advance(village, 60)
        assert len(await heard(village, groups[0]["id"])) == 3


async def test_pressed_twice_the_clock_still_halts_at_every_morning(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        made = await begun(village)
        assert made.next_at is not None
        before = village.app.clock.ahead
        await asyncio.gather(advance(village, 1.5 * DAY), advance(village, 1.5 * DAY))
        assert village.app.clock.ahead - before == timedelta(days=3)
        groups = [one for one in await village.groups(HEAD) if one["segment"] == "households"]
        assert len(await heard(village, groups[0]["id"])) == 3


async def test_what_was_due_before_goes_out_before_the_clock_moves_on(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        made = await begun(village)
        assert made.next_at is not None
        clock = village.app.clock
        clock.advance(made.next_at - clock.now() + timedelta(minutes=1))
        await advance(village, 2 * DAY)
        groups = [one for one in await village.groups(HEAD) if one["segment"] == "households"]
        assert len(await heard(village, groups[0]["id"])) == 3


async def test_a_year_at_once_takes_no_longer_than_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.demo.PATIENCE", 0.0)
    async with living(tmp_path) as village:
        await begun(village)
        await advance(village, 366 * DAY)
        await village.quiet()
        groups = [one for one in await village.groups(HEAD) if one["segment"] == "households"]
        assert len(await heard(village, groups[0]["id"])) <= 2
        told = await village.heard(HEAD, HEAD)
        assert any("lỡ" in one["text"] for one in told)
