"""Where each delivery stands, and that the ledger always adds up."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlmodel import Session

from db import announcements
from db.announcements import Part, Progress
from db.engine import Database
from db.ledger import NAMED, STATES
from db.tables import Outbox, table
from tests.db.village import Village, acting, build, released, set_states, tied_group

outbox = table(Outbox)


@pytest_asyncio.fixture
async def village(database: Database) -> Village:
    return await database.write(build)


STANDINGS = [
    ("all_sent", {"part_1": "sent", "part_2": "sent"}, "sent"),
    ("one_part_to_go", {"part_1": "sent"}, "queued"),
    ("one_in_hand", {"part_1": "sending"}, "sending"),
    ("failed_but_under_way", {"part_1": "failed", "part_2": "sending"}, "sending"),
    ("half_failed", {"part_1": "sent", "part_2": "failed"}, "failed"),
    ("half_stopped", {"part_1": "sent", "part_2": "cancelled"}, "cancelled"),
    ("doubt_is_worst", {"part_1": "uncertain", "part_2": "failed"}, "uncertain"),
]


@pytest.mark.parametrize(
    ("states", "expected"), [case[1:] for case in STANDINGS], ids=[case[0] for case in STANDINGS]
)
async def test_a_delivery_is_under_way_and_then_as_far_as_its_worst_part(
    database: Database, village: Village, states: dict[str, str], expected: str
) -> None:
    progress = await database.write(released, village)
    await database.write(set_states, village.groups["ben households zalo"], **states)
    progress = await database.read(announcements.progress, progress.version_id)
    counts = {"queued": 3}
    counts[expected] = counts.get(expected, 0) + 1
    assert dict(progress.counts) == counts
    assert not progress.over


async def test_at_every_step_the_states_add_up_to_the_recipients(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    for name in [name for name in village.groups if "households" in name]:
        for state in STATES:
            await database.write(set_states, village.groups[name], part_1=state)
            progress = await database.read(announcements.progress, progress.version_id)
            assert progress.total == 4

    def stop(session: Session) -> Progress:
        actor = acting(session, village, "cadre")
        return announcements.stop(session, actor, version_id=progress.version_id)

    stopped = await database.write(stop)
    assert (stopped.total, stopped.over) == (4, True)


async def test_a_group_whose_platform_has_no_parts_counts_as_failed(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village, parts={"zalo": [Part("một")]})
    assert dict(progress.counts) == {"failed": 2, "queued": 2}
    assert progress.not_reached == {
        "failed": ("ben households telegram", "dong households telegram")
    }


async def test_a_long_list_of_groups_not_reached_is_named_in_part(
    laid_sqlite_database: Database,
) -> None:
    def many(session: Session) -> Progress:
        village = build(session)
        for number in range(NAMED + 5):
            tied_group(session, village, "tay", "households", "zalo", number)
        progress = released(session, village, ["tay"])
        session.execute(update(outbox).values(state="failed"))
        return announcements.progress(session, progress.version_id)

    progress = await laid_sqlite_database.write(many)
    assert dict(progress.counts) == {"failed": NAMED + 5}
    assert len(progress.not_reached["failed"]) == NAMED
