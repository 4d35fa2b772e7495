"""What the preview says of those who will carry it by hand."""

from __future__ import annotations

import pytest

from db import audience, relay
from db.audience import Audience
from db.bots import HAND
from db.relay import Carriers
from tests.handlers.desk import WORDS, at

CARRIED = [
    ("all have somebody", Carriers(2, 0), "by_hand"),
    ("some have nobody", Carriers(1, 2), "by_hand_unkept"),
    ("nobody has anybody", Carriers(0, 3), "by_hand_nobody"),
]


@pytest.mark.parametrize(
    ("carriers", "key"), [case[1:] for case in CARRIED], ids=[case[0] for case in CARRIED]
)
async def test_the_author_reads_through_how_many_people_it_goes(
    carriers: Carriers, key: str
) -> None:
    desk = at("segments")
    desk.stage.answers[audience.count] = Audience(3, {HAND: 3}, False)
    desk.stage.answers[relay.carriers] = carriers
    said = (await desk.press("announcements.segments_done")).text
    values = {"groups": 3, "people": carriers.people, "unkept": carriers.unkept}
    assert WORDS(f"announcements.{key}", **values) in said.splitlines()
    assert "qua 0" not in said
