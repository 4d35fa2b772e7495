"""A bot that Zalo does not reach, or lets poll no more: those who lead the place are told in words,
not only the log."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from bot.platforms.zalo import facts
from bot.platforms.zalo.platform import Zalo
from tests.bot.zalograph import PATIENT, Zalograph, zalograph
from tests.patience import PATIENCE

ADMIN: Final = "Nguyễn Văn Mẫu"


@pytest.fixture(autouse=True)
def _tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "LOOK_AFTER", 0.0)


async def told(village: Zalograph) -> str:
    """What the admin hears first, as time passes."""
    admin = village.neighbour(ADMIN)
    async with asyncio.timeout(PATIENCE):
        while not (heard := admin.reads()):
            await village.advance(timedelta(minutes=5))
    return heard[0]


async def test_a_webhook_that_nobody_gets_through_by(tmp_path: Path) -> None:
    habits = replace(PATIENT, outcome="webhook.err.tls")
    async with zalograph(tmp_path, habits=habits, webhook=True) as village:
        words = await told(village)
    assert "có lúc em không liên lạc được" in words
    assert "Zalo không giữ lại" in words


@pytest.mark.parametrize("code", [400, 404])
async def test_polls_that_are_refused_while_zalo_tells_of_no_webhook(
    tmp_path: Path, code: int
) -> None:
    async with zalograph(tmp_path) as village:
        token = village.zalo_token
        village.zalo.fault("error", "getwebhookinfo", times=0, status=code)
        other = Zalo(token, base_url=village.zalo.base_url)
        await other._wire.call(
            facts.SET_WEBHOOK, url="https://other.example/", secret_token="x" * 8
        )
        await other.aclose()
        words = await told(village)
    assert "có lúc em không liên lạc được" in words
    assert "lang-0" in words
