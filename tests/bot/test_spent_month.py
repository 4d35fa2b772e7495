"""On a spent month: keepers are told through bots that can bring them everything, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import Session

from bot.composer import Composer
from bot.courier import Courier
from bot.platforms.sandbox import LIMITS
from bot.progress import Follower
from bot.quotas import Quotas
from db import announcements, outbox, people, quota, relay
from db.engine import Database
from db.outbox import Settled
from db.quota import Allowance
from db.tables import Account, Chat, Outbox, Relay, table
from handlers.announcements.progress import report, status
from tests.bot.newsroom import SetClock
from tests.db.carrying import announced, carried, deliveries, unreachable
from tests.db.linked import met
from tests.db.village import BODY, NOW, Village, acting, build
from tests.living import CONTENT

account, chat = table(Account), table(Chat)
carries, rows = table(Relay), table(Outbox)
WORDS = CONTENT.words("vi")
PLAN = Allowance(100)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Post:
    """A loudspeaker whose keeper is met on Zalo alone, where the month has a hundred messages."""

    database: Database
    village: Village
    clock: SetClock
    keeper: int

    @property
    def zalo(self) -> int:
        return self.village.bots["zalo"]

    @property
    def composer(self) -> Composer:
        return Composer(CONTENT, dict(LIMITS.items()), {self.zalo: PLAN})

    async def announced(self, used: int, *, urgent: bool = False) -> int:
        await self.database.write(quota.sent, self.zalo, used, NOW)
        made = await self.database.write(announced, self.village, urgent=urgent)
        return made.version_id

    async def sweep(self, at: datetime = NOW) -> None:
        self.clock.at = at
        await Quotas(self.database, self.composer, self.clock, {self.zalo: PLAN}).sweep()
        await Courier(self.database, self.composer, self.clock).sweep()
        await Follower(self.database, self.composer, self.clock).sweep()

    async def leave(self, at: datetime = NOW) -> list[str]:
        """What Zalo brings until it may bring no more."""
        return await self.database.write(self._leave, at)

    def _leave(self, session: Session, at: datetime) -> list[str]:
        settled: list[Settled] = []
        said: list[str] = []
        while claims := outbox.exchange(session, self.zalo, settled, (), at, 9, list, plan=PLAN):
            said += [claimed.body for claimed in claims]
            settled = [Settled(claimed.id, "sent", f"m{claimed.id}") for claimed in claims]
        return said

    async def told(self) -> list[tuple[int, bool]]:
        """Whose turn it is, and whether they were told."""
        found = select(carries.c.keeper_id, carries.c.told_at)
        return await self.database.read(
            lambda session: [(one, bool(at)) for one, at in session.execute(found)]
        )

    async def alone(self) -> None:
        """Nobody else can be written to."""
        for name in ("head", "approver", "cadre"):
            await self.database.write(unreachable, self.village, name)


@pytest_asyncio.fixture
async def post(laid_url: str) -> AsyncIterator[Post]:
    database = Database.open(laid_url)
    village = await database.write(build)
    yield Post(database, village, SetClock(NOW), await database.write(_keeper, village))
    await database.close()


def _keeper(session: Session, village: Village) -> int:
    keeper = met(session, village, "zalo", "Sen")
    people.grant(session, keeper.person_id, "village_head", village.spots["ben"].id, NOW)
    carried(session, village, "Loa Bến", keeper="")
    kept = update(chat).where(chat.c.title == "Loa Bến").values(keeper_id=keeper.person_id)
    session.execute(kept)
    return keeper.person_id


BANDS = [
    ("room for the errand", 92, False, True),
    ("the errand does not fit", 93, False, False),
    ("urgent, from the reserve", 97, True, True),
    ("urgent, and it does not fit", 98, True, False),
    ("urgent, and nothing is left", 100, True, False),
]


@pytest.mark.parametrize(
    ("used", "urgent", "reached"), [case[1:] for case in BANDS], ids=[case[0] for case in BANDS]
)
async def test_words_and_request_leave_both_in_order_or_the_next_in_line_is_asked(
    post: Post, used: int, urgent: bool, reached: bool
) -> None:
    await post.announced(used, urgent=urgent)
    await post.sweep()
    ((who, told),) = await post.told()
    assert ((who == post.keeper), told) == (reached, True)
    said = await post.leave()
    if not reached:
        assert said == []
        return
    words, request = said
    assert words == BODY
    assert "Loa Bến" in request


async def test_no_more_keepers_are_told_through_a_bot_than_it_can_bring_it_to(post: Post) -> None:
    await post.alone()

    def more(session: Session) -> None:
        for number in range(3):
            other = met(session, post.village, "zalo", f"Mây {number}")
            place = post.village.spots["dong"].id
            people.grant(session, other.person_id, "village_head", place, NOW)
            group = carried(session, post.village, f"Loa {number}", place="dong", keeper="")
            kept = update(chat).where(chat.c.id == group)
            session.execute(kept.values(keeper_id=other.person_id))

    await post.database.write(more)
    await post.database.write(quota.sent, post.zalo, 88, NOW)
    await post.database.write(announced, post.village, places=("ben", "dong"))
    await post.sweep()
    # Of 7 messages each may need 3: the third is not asked, and the second carries for three.
    told = await post.told()
    assert (len(told), all(told for _, told in told)) == (4, True)
    assert len({who for who, _ in told}) == 2
    assert len(await post.leave()) == 4


async def test_who_could_not_be_told_is_named_and_after_a_day_it_has_failed(post: Post) -> None:
    await post.alone()
    version_id = await post.announced(95)
    await post.sweep()
    assert await post.told() == [(post.keeper, False)]
    progress = await post.database.read(announcements.progress, version_id)
    assert [(one.name, one.met) for one in progress.unwritten] == [("Sen", True)]
    await post.sweep(NOW + DAY)
    progress = await post.database.read(announcements.progress, version_id)
    assert dict(progress.counts) == {"failed": 1}
    turn = quota.turn(NOW)
    await post.sweep(turn)
    assert await post.leave(turn) == []


async def test_what_was_told_before_the_bot_stopped_is_not_sent_weeks_later(post: Post) -> None:
    await post.alone()
    version_id = await post.announced(90)
    await post.sweep()
    assert await post.told() == [(post.keeper, True)]
    await post.database.write(quota.sent, post.zalo, 10, NOW)  # meanwhile others wrote
    assert await post.leave() == []
    await post.sweep(NOW + timedelta(hours=5))
    await post.sweep(NOW + DAY)
    turn = quota.turn(NOW)
    await post.sweep(turn)
    assert await post.leave(turn) == []
    progress = await post.database.read(announcements.progress, version_id)
    assert dict(progress.counts) == {"failed": 1}


async def test_the_author_hears_whom_to_call(post: Post) -> None:
    version_id = await post.announced(95)

    def gone(session: Session) -> None:
        session.execute(update(carries).values(told_at=None, reminded_at=NOW))
        session.execute(update(carries).values(keeper_id=post.keeper))

    await post.database.write(gone)
    progress = await post.database.read(announcements.progress, version_id)
    line = WORDS("announcements.unwritten_spent", names="Sen")
    assert line in report(progress, WORDS).text
    assert line in status(progress, WORDS).text


@pytest.mark.parametrize("both", [True, False])
async def test_after_the_report_one_notice_tells_that_the_last_one_was_carried(
    post: Post, both: bool
) -> None:
    await post.database.write(carried, post.village, "Bảng tin")
    version_id = await post.announced(0)
    await post.sweep()
    await post.leave()
    await post.sweep(NOW + DAY)

    def done(session: Session) -> None:
        ids = deliveries(session)[: 2 if both else 1]
        relay.done(session, acting(session, post.village, "approver"), deliveries=ids)

    await post.database.write(done)
    for _ in range(2):
        await post.sweep(NOW + DAY)
    late = WORDS("announcements.carried", code=f"TB-{version_id}", reached=2, total=2)
    said = await post.database.read(
        lambda session: list(session.execute(select(rows.c.body)).scalars())
    )
    assert said.count(late) == both


async def test_admins_hear_from_what_is_left_for_urgent_messages(post: Post) -> None:
    def admin(session: Session) -> None:
        place = post.village.commune.id
        people.grant(session, post.keeper, "admin", place, NOW)

    await post.database.write(admin)
    await post.database.write(quota.sent, post.zalo, 97, NOW)
    await post.sweep()
    (said,) = await post.leave()
    assert "97/100" in said
