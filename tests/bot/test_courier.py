"""Keepers get what they are to carry, once; are reminded once, by day; and hear when it is off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import Session

from bot.composer import Composer
from bot.courier import Courier
from bot.platforms.sandbox import LIMITS
from bot.progress import Follower
from db import announcements, relay
from db import outbox as outboxes
from db.announcements import Progress
from db.engine import Database
from db.ledger import PATIENCE
from db.outbox import Settled
from db.quota import Allowance
from db.tables import Chat, Outbox, table
from tests.blank import lay
from tests.bot.crashing import Fate, MortalDatabase
from tests.bot.newsroom import SetClock
from tests.bot.reception import Failing
from tests.db.carrying import announced, carried, deliveries, states
from tests.db.village import BODY, NOW, Village, acting, build
from tests.living import CONTENT
from tests.loop import one_turn
from tests.patience import PATIENCE as PATIENCE_OF_TESTS

chat, outbox = table(Chat), table(Outbox)
WORDS = CONTENT.words("vi")
NIGHT = NOW + timedelta(hours=12)  # 22:00 in the village
MORNING = NOW + timedelta(hours=21)  # 07:00
HEAD = "private head"
LATE = NOW + timedelta(hours=4)
AGAIN = NOW + timedelta(hours=12)


class Moving(SetClock):
    def move(self) -> None:
        for moved in self._moved:
            moved()


class Row(NamedTuple):
    chat: str
    priority: int
    body: str
    labels: list[str]
    code: str


@dataclass(frozen=True, slots=True)
class Post:
    """`composer`: as the program makes it, for bots of these platforms."""

    database: Database
    village: Village
    clock: SetClock
    composer: Composer

    def courier(self) -> Courier:
        """As the program starts it."""
        return Courier(self.database, self.composer, self.clock)

    async def carried(self, *titles: str, **more: Any) -> None:
        for title in titles:
            await self.database.write(carried, self.village, title, **more)

    async def announced(self, **more: Any) -> Progress:
        return await self.database.write(announced, self.village, **more)

    async def sweep(self, at: datetime = NOW) -> list[Row]:
        """What is said by a courier who looks then."""
        self.clock.at = at
        await self.database.write(_left)
        before = len(await self.said())
        await self.courier().sweep()
        return (await self.said())[before:]

    async def said(self) -> list[Row]:
        return await self.database.read(_said)


def _left(session: Session) -> None:
    """All that was said before."""
    told = (outbox.c.origin == "notice", outbox.c.state == "queued")
    session.execute(update(outbox).where(*told).values(state="sent", external_id="m1"))


def _said(session: Session) -> list[Row]:
    query = (
        select(
            chat.c.external_id, outbox.c.priority, outbox.c.body, outbox.c.buttons, outbox.c.code
        )
        .join(chat, chat.c.id == outbox.c.chat_id)
        .where(outbox.c.origin == "notice")
        .order_by(outbox.c.id)
    )
    return [
        Row(row.external_id, row.priority, row.body, [label for label, _ in row.buttons], row.code)
        for row in session.execute(query)
    ]


@pytest_asyncio.fixture
async def post(laid_url: str) -> AsyncIterator[Post]:
    database = Failing.open(laid_url)
    village = await database.write(build)
    yield Post(database, village, SetClock(NOW), Composer(CONTENT, dict(LIMITS.items())))
    await database.close()


async def test_the_keeper_gets_the_words_alone_and_then_where_to_carry_them(post: Post) -> None:
    await post.carried("Hội Phụ nữ thôn Bến", "Hội Người cao tuổi thôn Bến")
    await post.announced()
    words, request = await post.sweep()
    assert (words.chat, words.body, words.labels) == (HEAD, BODY, [])
    assert "– Hội Phụ nữ thôn Bến\n– Hội Người cao tuổi thôn Bến\n" in request.body
    assert request.code == f"CT-{(await post.database.read(deliveries))[0]}"
    *each, every = request.labels
    assert every == WORDS("relay.done_all")
    assert all(len(label) <= 24 for label in request.labels)
    assert [label.startswith("Xong: Hội") for label in each] == [True, True]
    assert await post.sweep() == []


MEDIA = [
    ("group", "unions", "nhóm", "Đã chuyển"),
    ("loudspeaker", "loudspeaker", "loa", "Đã đọc loa"),
    ("notice_board", "notice_board", "bảng tin", "Đã dán bảng tin"),
]


@pytest.mark.parametrize(
    ("segment", "word", "label"), [case[1:] for case in MEDIA], ids=[case[0] for case in MEDIA]
)
async def test_each_way_of_carrying_has_its_own_words(
    post: Post, segment: str, word: str, label: str
) -> None:
    await post.carried("A", segment=segment)
    await post.announced(segments=(segment,))
    _, request = await post.sweep()
    assert word in request.body
    assert request.labels == [label]


async def test_a_keeper_of_many_groups_has_few_buttons_and_one_for_all(post: Post) -> None:
    await post.carried(*(f"Nhóm {number}" for number in range(20)))
    await post.announced()
    _, request = await post.sweep()
    assert len(request.labels) == 8
    assert request.body.count("– Nhóm") == 20
    assert WORDS("relay.more") in request.body


async def test_an_urgent_announcement_goes_to_its_keeper_before_everything_else(
    post: Post,
) -> None:
    await post.carried("A")
    await post.announced(urgent=True)
    words, request = await post.sweep()
    assert (words.priority, request.priority) == (0, 0)


async def test_who_helps_out_reads_why(post: Post) -> None:
    await post.carried("A", keeper="")
    await post.announced()
    _, request = await post.sweep()
    assert (request.chat, WORDS("relay.instead", places="“A”") in request.body) == (HEAD, True)


async def test_nothing_is_ever_queued_to_where_no_bot_is(post: Post) -> None:
    await post.carried("A")
    await post.announced(segments=("households", "unions"))
    await post.sweep()
    by_hand = select(outbox.c.state).join(chat, chat.c.id == outbox.c.chat_id)
    by_hand = by_hand.where(chat.c.external_id.startswith("hand:"))
    found = await post.database.read(lambda session: list(session.execute(by_hand).scalars()))
    assert found == ["handed"]


async def test_what_a_keeper_who_blocked_the_bot_did_not_get_is_the_next_ones(post: Post) -> None:
    await post.carried("A")
    await post.announced()
    await post.sweep()

    def blocked(session: Session) -> None:
        bot_id = post.village.bots["telegram"]
        claims = outboxes.claim(session, bot_id, (), NOW, 9, list)
        gone = [Settled(claimed.id, "failed", error="ChatGone") for claimed in claims]
        outboxes.settle(session, gone, NOW)

    await post.database.write(blocked)
    words, request = await post.sweep()
    assert (words.chat, words.body) == ("private approver", BODY)
    assert request.chat == "private approver"
    await post.database.write(blocked)
    assert [row.chat for row in await post.sweep()] == ["private cadre"] * 2
    assert await post.sweep() == []


async def test_whoever_has_not_answered_is_reminded_once_and_by_day(post: Post) -> None:
    await post.carried("A", "B")
    await post.announced()
    await post.sweep()
    assert await post.sweep(NIGHT) == []
    (reminder,) = await post.sweep(MORNING)
    assert (reminder.chat, len(reminder.labels)) == (HEAD, 3)
    assert "– A\n– B\n" in reminder.body
    assert await post.sweep(MORNING + timedelta(hours=5)) == []


async def test_a_reminder_about_an_urgent_one_does_not_wait_for_the_day(post: Post) -> None:
    await post.carried("A")
    await post.announced(urgent=True)
    await post.sweep(NIGHT)
    assert await post.sweep(NIGHT + timedelta(minutes=29)) == []
    (reminder,) = await post.sweep(NIGHT + timedelta(minutes=30))
    assert BODY in reminder.body


async def test_the_numbers_of_a_reminder_are_those_of_the_request(post: Post) -> None:
    await post.carried("A", "B", "C")
    await post.announced()
    _, request = await post.sweep()
    first = (await post.database.read(deliveries))[:1]

    def one_done(session: Session) -> None:
        relay.done(session, acting(session, post.village, "head"), deliveries=first)

    await post.database.write(one_done)
    (reminder,) = await post.sweep(LATE)
    assert reminder.code == request.code
    assert request.labels == ["Xong: A", "Xong: B", "Xong: C", WORDS("relay.done_all")]
    assert reminder.labels == ["✓ A", *request.labels[1:]]
    assert ("– A\n" in reminder.body, "– B\n– C\n" in reminder.body) == (False, True)


async def test_who_has_carried_it_is_left_in_peace(post: Post) -> None:
    await post.carried("A")
    await post.announced()
    await post.sweep()

    def done(session: Session) -> None:
        head = acting(session, post.village, "head")
        relay.done(session, head, deliveries=deliveries(session))

    await post.database.write(done)
    assert await post.sweep(LATE) == []


async def test_a_stopped_announcement_is_called_back_once(post: Post) -> None:
    await post.carried("A")
    progress = await post.announced()
    await post.sweep()

    def stop(session: Session) -> None:
        approver = acting(session, post.village, "approver")
        announcements.stop(session, approver, version_id=progress.version_id)

    await post.database.write(stop)
    (recall,) = await post.sweep()
    assert (recall.chat, recall.labels, "– A\n" in recall.body) == (HEAD, [], True)
    assert await post.sweep(LATE) == []


async def test_what_a_bot_may_not_send_any_more_this_month_goes_by_hand(post: Post) -> None:
    spent = {post.village.bots["zalo"]: Allowance(0)}
    post = replace(post, composer=replace(post.composer, plans=spent))
    await post.announced(segments=("households",), places=("ben", "dong"))
    told = await post.sweep()
    assert sorted(await post.database.read(states)) == ["handed", "handed", "queued", "queued"]
    assert [row.chat for row in told if row.labels] == [HEAD, "private approver"]
    assert await post.sweep() == []


async def test_the_author_hears_after_a_day_who_has_not_answered(post: Post) -> None:
    await post.carried("A")
    await post.announced()
    await post.sweep()
    follower = Follower(post.database, post.composer, post.clock)
    post.clock.at = NOW + PATIENCE - timedelta(seconds=1)
    await follower.sweep()
    told = len(await post.said())
    post.clock.at = NOW + PATIENCE
    for _ in range(2):
        await follower.sweep()
    (report,) = (await post.said())[told:]
    assert report.chat == "private approver"
    assert WORDS("announcements.not_reached_handed", count=1) in report.body
    assert "– A" in report.body


async def test_it_goes_on_after_the_database_could_not_save(post: Post) -> None:
    assert isinstance(post.database, Failing)
    await post.carried("A")
    await post.announced()
    moves = Moving(NOW)
    post.database.failures = 1
    courier = Courier(post.database, post.composer, moves)
    running = asyncio.create_task(courier.run())
    while post.database.failures:
        await one_turn()
    moves.move()
    async with asyncio.timeout(PATIENCE_OF_TESTS):
        while not await post.said():
            await one_turn()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert len(await post.said()) == 2


# What happens to the keeper of 9 groups, in time; each may be the courier's last moment.
TIMES = (NOW, NOW, LATE, AGAIN)


@pytest.mark.parametrize("last", range(1, 6))
async def test_a_courier_who_dies_between_two_steps_tells_everything_once(
    tmp_path: Path, last: int
) -> None:
    database = MortalDatabase.open(lay(f"sqlite:///{tmp_path}/loalang.db"))
    assert isinstance(database, MortalDatabase)
    database.fate = Fate()
    post = Post(
        database,
        await database.write(build),
        SetClock(NOW),
        Composer(CONTENT, dict(LIMITS.items())),
    )
    await post.carried(*(f"Nhóm {number}" for number in range(9)))
    await post.announced(segments=("households", "unions"))
    database.fate = Fate()
    database.fate.meet(last)
    died = 0
    for post.clock.at in TIMES:
        await Database.write(database, _left)
        with suppress(asyncio.CancelledError):
            await post.courier().sweep()
        if database.fate.dead.is_set():
            died += 1
            database.fate = Fate()
            await post.courier().sweep()
    assert died == (last < 5)
    told = await post.said()
    assert [row.body for row in told].count(BODY) == 1
    assert [len(row.labels) for row in told] == [0, 8, 8]
    assert sorted(await database.read(states)) == ["handed"] * 9 + ["queued"] * 2
    await database.close()
