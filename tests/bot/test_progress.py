"""An announcement on its way: the living message to its author, and one report at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from bot import progress
from bot.clock import Clock
from bot.composer import Composer
from bot.progress import Follower
from db import announcements, relay
from db.announcements import Part
from db.tables import Chat, Delivery, Outbox, Place, Relay, table
from handlers.messages import Reply
from tests.bot.hall import Hall, Row
from tests.bot.hall import hall as open_hall
from tests.living import CONTENT

chat, delivery, outbox, place = table(Chat), table(Delivery), table(Outbox), table(Place)
carries = table(Relay)
WORDS = CONTENT.words("vi")
ON_TELEGRAM, ON_ZALO = "lua", "tre"  # village heads
AUTHORS = pytest.mark.parametrize("author", [ON_TELEGRAM, ON_ZALO], ids=["telegram", "zalo"])


def follower(hall: Hall) -> Follower:
    return Follower(hall.database, hall.composer, hall.clock)


async def released(hall: Hall, author: str) -> int:
    """To the four groups of the author's village; the version, and its living message sent."""
    actor = (await hall.scene(author)).actor
    places = [grant.place_id for grant in actor.grants]
    segments = ["households", "party_members", "party_committee", "authorities"]
    progress = await hall.database.write(
        announcements.release,
        actor,
        body="Mai họp.",
        parts={f"sandbox-{style}": [Part("Mai họp.")] for style in ("telegram", "zalo")},
        media=[],
        places=places,
        segments=segments,
        urgent=False,
        shown=announcements.digest("Mai họp.", [], places, segments, False),
    )
    (row,) = await hall.reply(author, Reply("Đang gửi", follows=progress.version_id))
    await hall.set_state("sent", [row.id])
    return progress.version_id


async def settled(hall: Hall, version: int, *states: str) -> None:
    """What the sender would write of the deliveries, in their order."""

    def settle(session: Session) -> None:
        ids = session.execute(
            select(outbox.c.id)
            .join(delivery, delivery.c.id == outbox.c.delivery_id)
            .where(delivery.c.version_id == version)
            .order_by(outbox.c.id)
        ).scalars()
        for row, state in zip(ids, states, strict=False):
            session.execute(update(outbox).where(outbox.c.id == row).values(state=state))

    await hall.database.write(settle)


async def titles(hall: Hall, village: str) -> list[str]:
    return await hall.database.read(
        lambda session: list(
            session.execute(
                select(chat.c.title)
                .join(place, place.c.id == chat.c.place_id)
                .where(place.c.slug == village)
                .order_by(chat.c.id)
            ).scalars()
        )
    )


async def edits(hall: Hall, author: str) -> list[Row]:
    return [row for row in await hall.rows(author) if row.kind == "edit"]


async def reports(hall: Hall, author: str) -> list[Row]:
    return [row for row in await hall.rows(author) if row.origin == "notice"]


async def test_the_living_message_follows_and_is_not_touched_without_news(hall: Hall) -> None:
    version = await released(hall, ON_TELEGRAM)
    follows = follower(hall)
    await settled(hall, version, "sent", "sending")
    await follows.sweep()
    (edit,) = await edits(hall, ON_TELEGRAM)
    assert "1/4" in edit.body
    assert edit.labels == ["Dừng"]
    await hall.set_state("sent", [edit.id])
    await follows.sweep()
    assert await edits(hall, ON_TELEGRAM) == [edit._replace(state="sent")]


async def test_news_that_comes_before_an_edit_has_left_replaces_it(hall: Hall) -> None:
    version = await released(hall, ON_TELEGRAM)
    follows = follower(hall)
    for count in (1, 2, 3):
        await settled(hall, version, *["sent"] * count)
        await follows.sweep()
    (edit,) = await edits(hall, ON_TELEGRAM)
    assert "3/4" in edit.body


async def test_where_nothing_can_be_changed_only_the_report_comes(hall: Hall) -> None:
    version = await released(hall, ON_ZALO)
    follows = follower(hall)
    await settled(hall, version, "sent")
    await follows.sweep()
    assert await edits(hall, ON_ZALO) == []
    await settled(hall, version, *["sent"] * 4)
    await follows.sweep()
    (report,) = await reports(hall, ON_ZALO)
    assert "4/4" in report.body


@AUTHORS
async def test_the_report_comes_once_when_all_is_settled_and_not_before(
    hall: Hall, author: str
) -> None:
    version = await released(hall, author)
    await settled(hall, version, "sent", "sent", "sent")
    await follower(hall).sweep()
    assert await reports(hall, author) == []
    await settled(hall, version, *["sent"] * 4)
    for follows in (follower(hall), follower(hall)):
        await follows.sweep()
        await follows.sweep()
    (report,) = await reports(hall, author)
    assert report.labels == []


@AUTHORS
async def test_the_report_comes_once_after_a_restart(tmp_path: Path, author: str) -> None:
    async with open_hall(tmp_path) as hall:
        await settled(hall, await released(hall, author), *["sent"] * 4)
    for _ in range(2):
        async with open_hall(tmp_path) as hall:
            await follower(hall).sweep()
            assert len(await reports(hall, author)) == 1


@AUTHORS
@pytest.mark.parametrize(
    ("states", "label"),
    [
        pytest.param(("failed", "sent", "failed", "sent"), "2 nơi chưa nhận", id="failed"),
        pytest.param(("cancelled", "sent", "failed", "sent"), "2 nơi chưa nhận", id="stopped"),
        pytest.param(("uncertain", "sent", "uncertain", "sent"), "2 nơi không rõ", id="in doubt"),
    ],
)
async def test_the_report_names_the_groups_not_reached_and_offers_just_those(
    hall: Hall, author: str, states: Sequence[str], label: str
) -> None:
    version = await released(hall, author)
    await settled(hall, version, *states)
    await follower(hall).sweep()
    (report,) = await reports(hall, author)
    groups = await titles(hall, "go-sen" if author == ON_TELEGRAM else "ben-do")
    missed = [title for title, state in zip(groups, states, strict=True) if state != "sent"]
    assert [title for title in groups if f"– {title}\n" in f"{report.body}\n"] == missed
    assert len(report.labels) == 1
    assert label in report.labels[0]
    assert report.code == f"TB-{version}"


async def test_those_that_failed_and_those_in_doubt_are_offered_apart(hall: Hall) -> None:
    version = await released(hall, ON_ZALO)
    await settled(hall, version, "failed", "uncertain", "sent", "cancelled")
    await follower(hall).sweep()
    (report,) = await reports(hall, ON_ZALO)
    assert [label.partition(" nơi")[0].split()[-1] for label in report.labels] == ["2", "1"]
    assert f"TB-{version} 1" in report.body


def entrusted(session: Session) -> None:
    """What is handed is a keeper's from now on."""
    handed = select(outbox.c.delivery_id).where(outbox.c.state == "handed")
    now = Clock().now()
    relay.hand(session, handed, now)
    session.execute(update(carries).values(told_at=now))


async def told_early(hall: Hall, author: str) -> tuple[int, list[Row]]:
    """All that bots bring has settled, and one group is its keeper's; what was reported."""
    version = await released(hall, author)
    await settled(hall, version, "sent", "failed", "sending", "handed")
    await follower(hall).sweep()
    assert await reports(hall, author) == []
    await settled(hall, version, "sent", "failed", "sent", "handed")
    await hall.database.write(entrusted)
    assert await hall.database.read(announcements.unfinished, hall.clock.now()) == 1
    for follows in (follower(hall), follower(hall)):
        await follows.sweep()
        await follows.sweep()
    assert await hall.database.read(announcements.unfinished, hall.clock.now()) == 0
    return version, await reports(hall, author)


async def test_where_nothing_can_be_changed_it_is_told_once_that_only_keepers_are_left(
    hall: Hall,
) -> None:
    version, (early,) = await told_early(hall, ON_ZALO)
    assert "2/4" in early.body
    assert WORDS("announcements.not_reached_handed", count=1) in early.body
    assert (len(early.labels), early.code) == (1, f"TB-{version}")
    await settled(hall, version, "sent", "failed", "sent", "relayed")
    for _ in range(2):
        await follower(hall).sweep()
    _, last = await reports(hall, ON_ZALO)
    assert "3/4" in last.body


async def test_where_a_message_lives_nothing_is_told_early(hall: Hall) -> None:
    _, told = await told_early(hall, ON_TELEGRAM)
    assert told == []
    assert "2/4" in (await edits(hall, ON_TELEGRAM))[-1].body


@AUTHORS
async def test_what_is_carried_by_hand_alone_is_said_when_it_is_released_and_not_again(
    hall: Hall, author: str
) -> None:
    version = await released(hall, author)
    await settled(hall, version, *["handed"] * 4)
    (row,) = await hall.reply(author, Reply("Đang nhờ", follows=version))
    await hall.set_state("sent", [row.id])
    await follower(hall).sweep()
    await settled(hall, version, "relayed")
    await follower(hall).sweep()
    assert await reports(hall, author) == []


async def test_what_is_sent_again_is_followed_and_reported_again(hall: Hall) -> None:
    version = await released(hall, ON_TELEGRAM)
    follows = follower(hall)
    await settled(hall, version, "failed", "sent", "sent", "sent")
    await follows.sweep()
    actor = (await hall.scene(ON_TELEGRAM)).actor
    _, touched = await hall.database.write(
        announcements.resend, actor, version_id=version, states=["failed"]
    )
    assert touched == 1
    await settled(hall, version, *["sent"] * 4)
    await follows.sweep()
    first, second = await reports(hall, ON_TELEGRAM)
    assert "3/4" in first.body
    assert "4/4" in second.body


async def test_it_rests_as_long_as_asked_before_it_looks_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    looks: list[int] = []

    class Looking(Follower):
        async def sweep(self) -> None:
            looks.append(len(rests))
            if len(looks) == 3:
                raise asyncio.CancelledError

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    async def woken(event: asyncio.Event, seconds: float) -> bool:
        return True

    monkeypatch.setattr(progress, "wait", woken)
    monkeypatch.setattr("bot.progress.asyncio.sleep", rest)
    with pytest.raises(asyncio.CancelledError):
        await Looking(hall.database, Composer(hall.composer.content, {}), hall.clock, 3.0).run()
    assert looks == [0, 1, 2]
    assert rests == [3.0, 3.0]
