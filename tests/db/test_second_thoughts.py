"""Stopping an announcement on its way, and sending it again to whom it did not reach."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlmodel import Session

from db import announcements, media
from db.announcements import NoSuchVersion, Part, Progress
from db.engine import Database
from db.permissions import NotAllowed
from db.tables import AnnouncementVersion, Chat, Media, Outbox, Role, table
from tests.db.village import (
    LATER,
    NOW,
    Village,
    acting,
    build,
    released,
    rows,
    set_states,
)

outbox, chat, role = table(Outbox), table(Chat), table(Role)
files, version = table(Media), table(AnnouncementVersion)


@pytest_asyncio.fixture
async def village(database: Database) -> Village:
    return await database.write(build)


def _stopped(session: Session, village: Village, name: str, version_id: int) -> Progress:
    return announcements.stop(session, acting(session, village, name), version_id=version_id)


async def test_stopping_takes_back_only_what_has_not_left(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    await database.write(set_states, village.groups["ben households telegram"], part_1="sent")
    await database.write(set_states, village.groups["ben households zalo"], part_1="sent")
    await database.write(set_states, village.groups["dong households zalo"], part_1="sending")
    stopped = await database.write(_stopped, village, "cadre", progress.version_id)
    assert dict(stopped.counts) == {"sent": 1, "cancelled": 2, "sending": 1}
    assert stopped.stopped
    assert not stopped.over
    assert stopped.not_reached == {"cancelled": ("ben households zalo", "dong households telegram")}


async def test_stopping_what_has_all_gone_out_changes_nothing(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    for name in [name for name in village.groups if "households" in name]:
        await database.write(set_states, village.groups[name], part_1="sent", part_2="sent")
    stopped = await database.write(_stopped, village, "cadre", progress.version_id)
    assert (dict(stopped.counts), stopped.stopped) == ({"sent": 4}, False)


DECIDERS = [
    ("its_author", "cadre", True),
    ("an_approver_there", "approver", True),
    ("another_cadre", "head", False),
    ("an_approver_elsewhere", "stranger", False),
    ("a_resident", "resident", False),
]


@pytest.mark.parametrize(
    ("name", "may"), [case[1:] for case in DECIDERS], ids=[case[0] for case in DECIDERS]
)
async def test_only_its_author_or_an_approver_stops_it(
    database: Database, village: Village, name: str, may: bool
) -> None:
    progress = await database.write(released, village)
    if may:
        assert (await database.write(_stopped, village, name, progress.version_id)).stopped
        return
    with pytest.raises(NotAllowed):
        await database.write(_stopped, village, name, progress.version_id)
    assert {state for (state,) in await database.read(rows, "state")} == {"queued"}


def _resent(
    session: Session, village: Village, name: str, version_id: int, states: Sequence[str]
) -> tuple[Progress, int]:
    actor = acting(session, village, name, now=LATER)
    return announcements.resend(session, actor, version_id=version_id, states=states)


async def test_sending_again_touches_only_the_parts_in_those_states(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    states = {
        "ben households telegram": {"part_1": "failed"},
        "ben households zalo": {"part_1": "sent", "part_2": "cancelled"},
        "dong households telegram": {"part_1": "uncertain"},
        "dong households zalo": {"part_1": "sent", "part_2": "sent"},
    }
    for name, parts in states.items():
        await database.write(set_states, village.groups[name], **parts)
    version_id = progress.version_id
    missed, doubtful = ("failed", "cancelled"), ("uncertain",)
    assert await database.write(announcements.reported, version_id, NOW)

    again, touched = await database.write(_resent, village, "cadre", version_id, missed)

    assert (touched, dict(again.counts)) == (2, {"queued": 2, "uncertain": 1, "sent": 1})
    queued = [row for row in await database.read(rows, *_RESENT) if row[2] == "queued"]
    assert queued == [
        (village.groups["ben households telegram"], 1, "queued", LATER, 0, 0, None),
        (village.groups["ben households zalo"], 2, "queued", LATER, 0, 0, None),
    ]
    assert await database.read(announcements.unreported) == [version_id]

    again, touched = await database.write(_resent, village, "cadre", version_id, doubtful)
    assert (touched, dict(again.counts)) == (1, {"queued": 3, "sent": 1})
    _, touched = await database.write(_resent, village, "cadre", version_id, doubtful)
    assert touched == 0


_RESENT = ("chat_id", "part", "state", "due_at", "attempts", "doubts", "error")


def _moved(session: Session, /, chat_id: int, **where: object) -> None:
    session.execute(update(chat).where(chat.c.id == chat_id).values(**where))


@pytest.mark.parametrize(
    ("place", "segment"),
    [(None, None), ("dong", "households"), ("ben", "party_members")],
    ids=["tied_to_nothing", "another_place", "another_segment"],
)
async def test_a_group_that_is_of_the_audience_no_more_is_not_sent_it_again(
    database: Database, village: Village, place: str | None, segment: str | None
) -> None:
    progress = await database.write(released, village, ("ben",))
    for name in ("ben households telegram", "ben households zalo"):
        await database.write(set_states, village.groups[name], part_1="failed", part_2="failed")
    spot = village.spots[place].id if place else None
    gone = village.groups["ben households zalo"]
    await database.write(_moved, gone, place_id=spot, segment=segment)
    again, touched = await database.write(
        _resent, village, "cadre", progress.version_id, ("failed",)
    )
    assert (touched, dict(again.counts)) == (1, {"queued": 1, "failed": 1})


async def test_what_waits_for_a_group_is_taken_back_when_it_leaves(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    gone = village.groups["ben households zalo"]
    await database.write(set_states, gone, part_1="sent")
    await database.write(announcements.leave, gone, NOW)
    found = await database.read(rows, "chat_id", "state")
    assert [state for chat_id, state in found if chat_id == gone] == ["sent", "cancelled"]
    counts = (await database.read(announcements.progress, progress.version_id)).counts
    assert dict(counts) == {"queued": 3, "cancelled": 1}


async def test_a_file_that_is_lost_is_not_sent_again(database: Database, village: Village) -> None:
    def with_file(session: Session) -> Progress:
        actor = acting(session, village, "head", village.groups["ben households zalo"])
        lost, kept = media.want(session, actor, files=[media.Seen("r", "photo", "a.jpg")] * 2)
        session.execute(update(files).where(files.c.id == lost).values(state="lost"))
        session.execute(update(files).where(files.c.id == kept).values(state="kept"))
        parts = {"telegram": [Part("", lost), Part("", kept)], "zalo": [Part("", kept)]}
        return released(session, village, ["ben"], parts=parts, media=[lost, kept])

    progress = await database.write(with_file)
    await database.write(set_states, village.groups["ben households telegram"], part_2="failed")
    _, touched = await database.write(
        _resent, village, "cadre", progress.version_id, ("failed", "cancelled")
    )
    found = await database.read(rows, "chat_id", "part", "state")
    telegram = village.groups["ben households telegram"]
    assert touched == 1
    assert [row[1:] for row in found if row[0] == telegram] == [(1, "cancelled"), (2, "queued")]


async def test_sending_again_needs_the_rights_of_a_release(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)

    def end(session: Session) -> None:
        session.execute(update(role).values(ends_at=NOW))

    await database.write(end)
    with pytest.raises(NotAllowed):
        await database.write(_resent, village, "cadre", progress.version_id, ("queued",))


async def test_an_unknown_version_is_refused_as_such(database: Database, village: Village) -> None:
    with pytest.raises(NoSuchVersion):
        await database.write(_stopped, village, "cadre", 0)
    with pytest.raises(NoSuchVersion):
        await database.write(_resent, village, "approver", 0, ("failed",))
    with pytest.raises(NoSuchVersion):
        await database.read(announcements.progress, 0)


async def test_what_may_be_out_already_is_never_called_not_reached_after_a_second_stop(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    group = village.groups["ben households telegram"]
    await database.write(set_states, group, part_1="uncertain")
    await database.write(_resent, village, "cadre", progress.version_id, ("uncertain",))
    stopped = await database.write(_stopped, village, "cadre", progress.version_id)
    assert stopped.not_reached["uncertain"] == ("ben households telegram",)
