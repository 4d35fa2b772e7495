"""Who an announcement reaches, in what order and by what right."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from db import announcements, media
from db.announcements import Changed, NobodyThere, Part, Progress
from db.engine import Database
from db.permissions import NotAllowed
from db.tables import AnnouncementVersion, Chat, Media, Outbox, Role, table
from tests.db.village import (
    BODY,
    HOUSEHOLDS,
    NOW,
    PARTS,
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


async def test_a_release_reaches_exactly_the_groups_that_were_counted(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    reached = {chat_id for (chat_id,) in await database.read(rows, "chat_id")}
    names = [f"{slug} households {bot}" for slug in ("ben", "dong") for bot in ("telegram", "zalo")]
    assert reached == {village.groups[name] for name in names}
    assert (progress.total, dict(progress.counts)) == (4, {"queued": 4})


async def test_the_newest_is_the_last_one_that_person_released(
    database: Database, village: Village
) -> None:
    cadre = await database.read(acting, village, "cadre")
    assert await database.read(announcements.newest, cadre) is None
    await database.write(released, village)
    second = await database.write(released, village)
    await database.write(released, village, name="approver")
    assert await database.read(announcements.newest, cadre) == second.version_id


async def test_parts_leave_in_order_within_each_group(database: Database, village: Village) -> None:
    await database.write(released, village)
    found = await database.read(rows, "chat_id", "part", "body", "state", "priority", "origin")
    zalo = village.groups["ben households zalo"]
    bodies = [row[1:3] for row in found if row[0] == zalo]
    assert bodies == [(1, "(1/2) một"), (2, "(2/2) hai")]
    assert {row[3:] for row in found} == {("queued", 2, "announcement")}
    telegram = village.groups["dong households telegram"]
    assert [row[1:3] for row in found if row[0] == telegram] == [(1, "một")]


async def test_no_part_can_be_queued_twice(database: Database, village: Village) -> None:
    await database.write(released, village)
    ((delivery_id, chat_id, bot_id), *_) = await database.read(
        rows, "delivery_id", "chat_id", "bot_id"
    )

    def again(session: Session) -> None:
        session.execute(
            insert(outbox).values(
                bot_id=bot_id, chat_id=chat_id, kind="message", origin="announcement",
                priority=2, delivery_id=delivery_id, part=1, body="", buttons=[], code="",
                state="queued", attempts=0, doubts=0,
            )
        )  # fmt: skip

    with pytest.raises(IntegrityError):
        await database.write(again)


async def test_two_announcements_to_one_group_are_two_deliveries(
    database: Database, village: Village
) -> None:
    first = await database.write(released, village)
    second = await database.write(released, village)
    assert first.version_id != second.version_id
    assert (first.total, second.total) == (4, 4)


async def test_an_urgent_release_goes_before_everything_else(
    database: Database, village: Village
) -> None:
    await database.write(released, village, name="approver", urgent=True)
    assert {priority for (priority,) in await database.read(rows, "priority")} == {0}


FILE_STATES = [
    ("on_its_way", "wanted", ("queued", None)),
    ("here", "kept", ("queued", NOW)),
    ("refused", "refused", ("cancelled", NOW)),
    ("lost", "lost", ("cancelled", NOW)),
]


@pytest.mark.parametrize(
    ("state", "expected"), [case[1:] for case in FILE_STATES], ids=[case[0] for case in FILE_STATES]
)
async def test_a_file_is_a_part_that_waits_until_it_is_here(
    database: Database, village: Village, state: str, expected: tuple[str, Any]
) -> None:
    def with_file(session: Session) -> Progress:
        actor = acting(session, village, "head", village.groups["ben households zalo"])
        (file,) = media.want(session, actor, files=[media.Seen("r", "photo", "a.jpg")])
        session.execute(update(files).values(state=state))
        parts = {platform: [Part("chữ"), Part("", file)] for platform in PARTS}
        return released(session, village, ["ben"], name="head", parts=parts, media=[file])

    progress = await database.write(with_file)
    found = await database.read(rows, "part", "state", "due_at")
    assert [row[1:] for row in found if row[0] == 2] == [expected, expected]
    assert [row[1:] for row in found if row[0] == 1] == [("queued", NOW)] * 2
    assert dict(progress.counts) == {"queued": 2}


REFUSED: list[tuple[str, str, list[str], dict[str, Any], type[Exception]]] = [
    ("resident", "resident", ["ben"], {}, NotAllowed),
    ("head_elsewhere", "head", ["dong"], {}, NotAllowed),
    ("head_here_and_elsewhere", "head", ["ben", "dong"], {}, NotAllowed),
    ("cadre_commune", "cadre", ["xa"], {}, NotAllowed),
    ("cadre_all_villages", "cadre", ["ben", "dong", "tay"], {}, NotAllowed),
    ("cadre_urgent", "cadre", ["ben"], {"urgent": True}, NotAllowed),
    ("approver_of_another_commune", "stranger", ["ben"], {}, NotAllowed),
    ("approver_everywhere", "approver", ["xa", "xa-la"], {}, NotAllowed),
    ("not_what_was_shown", "cadre", ["ben"], {"shown": "x"}, Changed),
    ("nobody_there", "cadre", ["tay"], {}, NobodyThere),
    ("nowhere", "cadre", [], {}, NobodyThere),
    ("nowhere_urgent", "approver", [], {"urgent": True}, NobodyThere),
]


@pytest.mark.parametrize(
    ("name", "slugs", "more", "error"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
async def test_a_refused_release_leaves_nothing_behind(
    database: Database,
    village: Village,
    name: str,
    slugs: list[str],
    more: dict[str, Any],
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        await database.write(released, village, slugs, name=name, **more)
    assert await database.read(rows, "id") == []
    assert await database.read(announcements.unreported) == []


ALLOWED: list[tuple[str, str, list[str], dict[str, Any], int]] = [
    ("approver_commune", "approver", ["xa"], {}, 6),
    ("approver_all_villages", "approver", ["ben", "dong", "tay"], {}, 4),
    ("approver_urgent", "approver", ["ben"], {"urgent": True}, 2),
    ("cadre_most_villages", "cadre", ["ben", "dong"], {}, 4),
    ("head_own_village", "head", ["ben"], {}, 2),
]


@pytest.mark.parametrize(
    ("name", "slugs", "more", "total"), [case[1:] for case in ALLOWED], ids=[c[0] for c in ALLOWED]
)
async def test_rights_reach_as_far_as_their_place(
    database: Database, village: Village, name: str, slugs: list[str], more: Any, total: int
) -> None:
    progress = await database.write(released, village, slugs, name=name, **more)
    assert progress.total == total


async def test_a_right_that_has_ended_is_gone(database: Database, village: Village) -> None:
    def end(session: Session) -> None:
        session.execute(update(role).values(ends_at=NOW))

    await database.write(end)
    with pytest.raises(NotAllowed):
        await database.write(released, village)


async def test_a_report_is_claimed_once(database: Database, village: Village) -> None:
    progress = await database.write(released, village)
    assert await database.read(announcements.unreported) == [progress.version_id]
    assert await database.write(announcements.reported, progress.version_id, NOW)
    assert not await database.write(announcements.reported, progress.version_id, NOW)
    assert await database.read(announcements.unreported) == []


async def test_an_announcement_is_unfinished_between_its_last_part_and_its_report(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    assert await database.read(announcements.unfinished, NOW) == 0
    for name in [name for name in village.groups if "households" in name]:
        await database.write(set_states, village.groups[name], part_1="sent", part_2="failed")
    assert await database.read(announcements.unfinished, NOW) == 1
    await database.write(announcements.reported, progress.version_id, NOW)
    assert await database.read(announcements.unfinished, NOW) == 0


async def test_the_status_message_is_found_with_the_progress(
    database: Database, village: Village
) -> None:
    progress = await database.write(released, village)
    ((row_id, chat_id), *_) = await database.read(rows, "id", "chat_id")

    def follow(session: Session) -> Progress:
        announcements.follow(session, progress.version_id, row_id)
        announcements.showed(session, progress.version_id, progress.mark)
        return announcements.progress(session, progress.version_id)

    found = await database.write(follow)
    assert (found.status_id, found.author_chat) == (row_id, chat_id)
    assert found.shown == "queued:4"
    author = await database.read(announcements.author, progress.version_id)
    assert author == village.people["cadre"]


async def test_ten_thousand_deliveries_are_two_statements(
    laid_sqlite_database: Database,
) -> None:
    def many(session: Session) -> tuple[Progress, list[str]]:
        village = build(session)
        session.execute(
            insert(chat),
            [
                {
                    "bot_id": village.bots["zalo"],
                    "external_id": f"many {number}",
                    "kind": "group",
                    "title": f"Nhóm {number}",
                    "place_id": village.spots["tay"].id,
                    "segment": "households",
                }
                for number in range(10_000)
            ],
        )
        inserts: list[str] = []

        def note(*seen: Any) -> None:
            inserts.append(seen[2].split("(")[0].strip())

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        progress = released(session, village, ["tay"], parts={"zalo": [Part("một")]})
        event.remove(connection, "before_cursor_execute", note)
        return progress, inserts

    progress, statements = await laid_sqlite_database.write(many)
    assert dict(progress.counts) == {"queued": 10_000}
    assert statements.count("INSERT INTO delivery") == 1
    assert statements.count("INSERT INTO outbox") == 1
    found = await laid_sqlite_database.read(rows, "chat_id", "part")
    assert (len(found), len(set(found))) == (10_000, 10_000)


async def test_the_words_of_a_version_are_kept_as_shown(
    database: Database, village: Village
) -> None:
    await database.write(released, village, name="approver", urgent=True)

    def kept(session: Session) -> Any:
        return session.execute(
            select(version.c.body, version.c.places, version.c.segments, version.c.urgent)
        ).one()

    assert tuple(await database.read(kept)) == (BODY, village.ids("ben", "dong"), HOUSEHOLDS, True)


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("words", {"body": "khác"}),
    ("files", {"media": [1]}),
    ("places", {"places": [1, 2, 3]}),
    ("segments", {"segments": ["unions"]}),
    ("urgency", {"urgent": True}),
]


@pytest.mark.parametrize("change", [case[1] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_the_digest_changes_with_everything_that_was_shown(change: dict[str, Any]) -> None:
    shown: dict[str, Any] = {
        "body": BODY, "media": [], "places": [1, 2], "segments": HOUSEHOLDS, "urgent": False
    }  # fmt: skip
    assert announcements.digest(**shown) != announcements.digest(**{**shown, **change})
    assert announcements.digest(**shown) == announcements.digest(**{**shown, "places": [2, 1]})
