"""The bot put into a group says who it is, and how the group is tied."""

from __future__ import annotations

import pytest

from handlers.messages import Membership, Reply
from tests.handlers.desk import DISPATCHER, WORDS, stage
from tests.handlers.stage import GROUP, PRIVATE, SOMEBODY, scene

MEMBERSHIPS: list[tuple[str, Membership, int | None, str | None]] = [
    ("put_in", Membership(GROUP, SOMEBODY, True), None, "groups.hello"),
    ("put_in_again", Membership(GROUP, SOMEBODY, True), 3, "groups.hello_again"),
    ("taken_out", Membership(GROUP, SOMEBODY, False), None, None),
    ("unblocked", Membership(PRIVATE, SOMEBODY, True), None, None),
]


@pytest.mark.parametrize(
    ("incoming", "place", "key"),
    [case[1:] for case in MEMBERSHIPS],
    ids=[case[0] for case in MEMBERSHIPS],
)
async def test_put_into_a_group_it_says_who_it_is(
    incoming: Membership, place: int | None, key: str | None
) -> None:
    here = scene(chat_kind="group", chat_place_id=place)
    reply = await DISPATCHER.dispatch(incoming, stage().context(here))
    said = reply.text if isinstance(reply, Reply) else reply
    assert said == (WORDS(key) if key else None)
