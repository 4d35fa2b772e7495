"""The one table of what is assumed of Zalo, and who else goes by it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from bot.platforms import hand, sandbox
from bot.platforms.zalo import facts
from tests.living import ROOT


@pytest.mark.parametrize(
    ("code", "treatment"),
    [(400, "refused"), (418, "refused"), (403, "unknown"), (500, "unknown"), (0, "unknown")],
)
def test_every_code_has_its_treatment(code: int, treatment: str) -> None:
    assert facts.treatment(code) == treatment


def test_practice_and_what_people_carry_go_by_the_same_sizes() -> None:
    assert sandbox.LIMITS["zalo"].max_text == hand.LIMITS.max_text == facts.LIMITS.max_text
    assert facts.SPLIT < facts.MOST_TEXT


def test_practice_is_zalo_without_its_hurry_its_month_and_its_way_with_photos() -> None:
    practice = sandbox.LIMITS["zalo"]
    assert practice.monthly is None
    assert not practice.photos_by_url
    own = replace(practice, pace=facts.LIMITS.pace, photos_by_url=True, monthly=facts.MONTHLY)
    assert replace(own, counts_received=facts.COUNTS_RECEIVED) == facts.LIMITS


def test_the_table_costs_no_library() -> None:
    script = "import sys, bot.platforms.zalo.facts; print('aiohttp' in sys.modules)"
    asked = [sys.executable, "-c", script]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.strip() == "False"
