"""What becomes of a slot: sent, passed over, told. Of a clock that goes wrong:
`test_scheduler_clock`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import delete, func, select, update

from bot.composer import Composer
from bot.platforms.sandbox import LIMITS
from bot.progress import Follower
from bot.scheduler import Scheduler, slots
from content.schedule import LAST, Schedule
from db import bulletins, standings
from db.bulletins import Due
from db.tables import Chat, Outbox, Person, Role, table
from tests.bot.newsroom import Newsroom, newsroom, states
from tests.db.village import released
from tests.living import CONTENT
from tests.loop import one_turn
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # a Sunday, 10 o'clock in Vietnam
DAILY = Schedule("daily", 5, 30)
FIRST = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
chat, outbox = table(Chat), table(Outbox)
person, role = table(Person), table(Role)


@pytest_asyncio.fixture
async def room(laid_url: str) -> AsyncIterator[Newsroom]:
    async with newsroom(laid_url, NOW) as room:
        yield room


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (DAILY, ["2026-11-23 05:30", "2026-11-24 05:30", "2026-11-25 05:30"]),
        (Schedule("weekly", 17, 0, (0, 6)), ["2026-11-22 17:00", "2026-11-23 17:00"]),
        (Schedule("monthly", 7, 0, day=31), ["2026-12-31 07:00", "2027-01-31 07:00"]),
        (Schedule("monthly", 7, 0, day=LAST), ["2026-11-30 07:00", "2026-12-31 07:00"]),
        (Schedule("once", 0, 0, on=date(2028, 2, 29)), ["2028-02-29 00:00"]),
        (Schedule("once", 10, 0, on=date(2026, 11, 22)), []),
    ],
    ids=lambda value: value.kind if isinstance(value, Schedule) else "",
)
def test_the_slots_of_a_schedule_are_times_in_vietnam(
    schedule: Schedule, expected: list[str]
) -> None:
    found = slots(schedule, NOW, max(len(expected), 1))
    assert [f"{slot + 7 * HOUR:%Y-%m-%d %H:%M}" for slot in found] == expected


async def test_at_its_time_it_goes_to_its_groups_and_nobody_is_told(room: Newsroom) -> None:
    made = await room.begin(DAILY)
    await room.sweep_at(FIRST - SECOND)
    assert await room.outcomes() == []
    await room.sweep_at(FIRST)
    (outcome,) = await room.outcomes()
    assert (outcome.slot, outcome.state, outcome.at) == (FIRST, "sent", FIRST)
    query = select(outbox.c.chat_id).where(outbox.c.origin == "announcement")
    reached = await room.database.read(lambda session: session.execute(query).scalars().all())
    groups = room.village.groups
    assert sorted(reached) == sorted(
        groups[f"ben households {bot}"] for bot in ("telegram", "zalo")
    )
    assert await room.notices() == []
    standing = await room.act(standings.get, bulletin_id=made.id)
    assert standing.next_at == FIRST + DAY
    assert standing.last.version_id == outcome.version_id


async def test_two_processes_at_once_send_it_once(room: Newsroom) -> None:
    await room.begin(DAILY)
    room.clock.at = FIRST
    await asyncio.gather(*(room.scheduler().sweep() for _ in range(4)))
    assert len(await room.outcomes()) == len(await room.versions()) == 1


async def test_a_little_late_it_is_still_sent_and_later_not(room: Newsroom) -> None:
    made = await room.begin(DAILY)
    await room.sweep_at(FIRST + 4 * HOUR - SECOND)
    await room.sweep_at(FIRST + DAY + 4 * HOUR)
    assert states(await room.outcomes(made.id)) == [
        (FIRST, "sent", ""),
        (FIRST + DAY, "skipped", "late"),
    ]
    (said,) = await room.notices()
    assert "“Lời nhắc” lỡ kỳ 5 giờ 30 sáng, thứ Ba 24/11/2026" in said.body
    assert said.body.partition("\n")[0].endswith("Kỳ tới: 5 giờ 30 sáng, thứ Tư 25/11/2026.")


async def test_of_many_missed_only_the_newest_is_sent_and_one_notice_names_the_rest(
    room: Newsroom,
) -> None:
    await room.begin(DAILY)
    await room.sweep_at(FIRST + 5 * DAY + HOUR)
    outcomes = await room.outcomes()
    assert [outcome.state for outcome in outcomes] == ["skipped"] * 5 + ["sent"]
    (said,) = await room.notices()
    assert "5 kỳ" in said.body
    assert "thứ Hai 23/11/2026 đến 5 giờ 30 sáng, thứ Sáu 27/11/2026" in said.body


async def test_ten_years_off_are_settled_in_one_sweep(room: Newsroom) -> None:
    await room.begin(DAILY)
    commits = room.database.commits
    await room.sweep_at(FIRST + 3652 * DAY + 5 * HOUR)
    assert room.database.commits == commits + 1
    assert {outcome.state for outcome in await room.outcomes()} == {"skipped"}
    assert len(await room.outcomes()) == 3653
    (said,) = await room.notices()
    assert "3653 kỳ" in said.body


async def test_what_is_too_much_for_one_transaction_is_settled_in_several(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.scheduler.MOST", 20)
    await room.begin(DAILY)
    commits = room.database.commits
    await room.sweep_at(FIRST + 45 * DAY + HOUR)
    assert room.database.commits == commits + 3
    outcomes = await room.outcomes()
    assert [outcome.slot for outcome in outcomes] == [FIRST + day * DAY for day in range(46)]
    assert [outcome.state for outcome in outcomes] == ["skipped"] * 45 + ["sent"]
    assert len(await room.notices()) == 3


async def test_its_owner_is_told_in_their_language(room: Newsroom) -> None:
    head = person.c.id == room.village.people["head"]
    await room.database.write(
        lambda session: session.execute(update(person).where(head).values(language="en")) and None
    )
    await room.begin(DAILY)
    await room.sweep_at(FIRST + 2 * DAY + 5 * HOUR)
    (said,) = await room.notices()
    assert "missed 3 issues" in said.body
    assert "Wednesday" in said.body
    assert said.buttons[0][0] == "Open bulletin"


async def test_what_arrives_after_an_issue_is_in_the_next(room: Newsroom) -> None:
    await room.begin(DAILY, sections=("announcements",), text="")
    room.clock.at = FIRST - HOUR
    await room.database.write(released, room.village, ("ben",), body="Cắt nước.")
    await room.sweep_at(FIRST)
    room.clock.at = FIRST + HOUR
    await room.delivered()
    await room.sweep_at(FIRST + DAY)
    await room.delivered()
    await room.sweep_at(FIRST + 2 * DAY)
    reasons = [(one.state, one.reason) for one in await room.outcomes()]
    assert reasons == [("skipped", "empty"), ("sent", ""), ("skipped", "empty")]


async def test_a_single_day_missed_for_good_asks_for_another(room: Newsroom) -> None:
    await room.begin(Schedule("once", 19, 0, on=date(2026, 11, 25)))
    await room.sweep_at(NOW + 30 * DAY)
    (said,) = await room.notices()
    assert "7 giờ tối, thứ Tư 25/11/2026" in said.body
    assert "Lịch đã hết" in said.body


async def test_what_has_nothing_to_say_is_not_sent_and_says_so(room: Newsroom) -> None:
    await room.begin(DAILY, sections=("day", "announcements"), text="")
    await room.sweep_at(FIRST)
    assert states(await room.outcomes()) == [(FIRST, "skipped", "empty")]
    assert await room.versions() == []
    (said,) = await room.notices()
    assert "không có gì mới" in said.body


async def test_where_no_group_is_left_nothing_is_sent_and_its_owner_hears(room: Newsroom) -> None:
    made = await room.begin(DAILY)
    await room.database.write(
        lambda session: session.execute(update(chat).values(segment="unions")) and None
    )
    await room.sweep_at(FIRST)
    assert states(await room.outcomes()) == [(FIRST, "skipped", "nobody")]
    assert await room.versions() == []
    assert "chưa có nhóm nào" in (await room.notices())[0].body
    assert (await room.act(standings.get, bulletin_id=made.id)).state == "active"


async def test_who_lost_the_right_sends_no_more_until_somebody_else_takes_over(
    room: Newsroom,
) -> None:
    made = await room.begin(DAILY)
    head = room.village.people["head"]
    await room.database.write(
        lambda session: session.execute(delete(role).where(role.c.person_id == head)) and None
    )
    await room.sweep_at(FIRST)
    assert states(await room.outcomes()) == [(FIRST, "skipped", "not_allowed")]
    told = await room.notices()
    assert [said.person for said in told] == ["head", "approver"]
    for said in told:
        assert "tạm dừng" in said.body
        assert said.buttons == [["Xem bản tin", f"bulletins.show:{made.id}"]]
    paused = await room.act(standings.get, "approver", bulletin_id=made.id)
    assert paused.state == "paused"
    await room.sweep_at(FIRST + DAY)
    soon = FIRST + 2 * DAY
    taken = await room.act(bulletins.resume, "approver", bulletin_id=made.id, next_at=soon)
    assert (taken.state, taken.owner) == ("active", "approver")
    await room.sweep_at(soon)
    assert states(await room.outcomes())[1:] == [(soon, "sent", "")]


async def test_a_skipped_one_stays_at_home_once(room: Newsroom) -> None:
    made = await room.begin(DAILY)
    await room.act(bulletins.skip_next, bulletin_id=made.id, slot=FIRST)
    await room.sweep_at(FIRST)
    await room.sweep_at(FIRST + DAY)
    assert states(await room.outcomes()) == [
        (FIRST, "skipped", "asked"),
        (FIRST + DAY, "sent", ""),
    ]
    assert await room.notices() == []


async def test_paused_it_is_silent_and_makes_nothing_up_for_it(room: Newsroom) -> None:
    made = await room.begin(DAILY)
    await room.act(bulletins.pause, bulletin_id=made.id)
    await room.sweep_at(FIRST + 3 * DAY + HOUR)
    await room.act(bulletins.resume, bulletin_id=made.id, next_at=FIRST + 4 * DAY)
    await room.sweep_at(FIRST + 4 * DAY)
    assert states(await room.outcomes()) == [(FIRST + 4 * DAY, "sent", "")]
    assert await room.notices() == []


async def test_nobody_changes_it_between_its_time_and_the_sweep(room: Newsroom) -> None:
    made = await room.begin(DAILY)
    room.clock.at = FIRST + SECOND
    for verb in (bulletins.pause, bulletins.end):
        with pytest.raises(Due):
            await room.act(verb, bulletin_id=made.id)
    await room.scheduler().sweep()
    await room.act(bulletins.end, bulletin_id=made.id)
    await room.sweep_at(FIRST + 2 * DAY)
    assert states(await room.outcomes()) == [(FIRST, "sent", "")]


@dataclass(frozen=True, slots=True)
class Tearing(Composer):
    """Breaks while it splits a text that says so, once everything before it is written."""

    def split(self, text: str) -> dict[str, tuple[str, ...]]:
        if "hỏng" in text:
            raise RuntimeError("broken: mend it")
        return Composer.split(self, text)


async def test_one_that_fails_leaves_no_trace_stops_no_other_and_is_tried_again(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    torn = await room.begin(DAILY, text="hỏng")
    whole = await room.begin(DAILY)
    room.clock.at = FIRST + DAY
    failing = Scheduler(room.database, Tearing(CONTENT, dict(LIMITS.items())), room.clock)
    with caplog.at_level(logging.ERROR):
        await failing.sweep()
        await failing.sweep()
    assert await room.outcomes(torn.id) == []
    assert len(await room.versions()) == 1
    assert len(await room.outcomes(whole.id)) == 2
    (record,) = [record for record in caplog.records if record.name == "bot.scheduler"]
    assert record.getMessage().startswith(f"bulletin {torn.id} failed: RuntimeError")
    assert "mend" not in caplog.text
    await room.scheduler().sweep()
    assert states(await room.outcomes(torn.id)) == [
        (FIRST, "skipped", "late"),
        (FIRST + DAY, "sent", ""),
    ]


async def test_its_owner_hears_of_an_issue_only_if_somebody_was_not_reached(room: Newsroom) -> None:
    await room.begin(DAILY)
    follower = Follower(room.database, room.composer, room.clock)
    await room.sweep_at(FIRST)
    await room.delivered()
    await follower.sweep()
    assert await room.notices() == []
    await room.sweep_at(FIRST + DAY)
    newest = select(func.max(outbox.c.id)).scalar_subquery()
    await room.database.write(
        lambda session: (
            session.execute(update(outbox).where(outbox.c.id == newest).values(state="failed"))
            and None
        )
    )
    await room.delivered()
    await follower.sweep()
    (said,) = await room.notices()
    assert "1/2" in said.body


@pytest.mark.parametrize("every", [0.01, 3600], ids=["by its beat", "by the moved clock"])
async def test_running_it_wakes_by_itself_and_ends_when_told(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, every: float
) -> None:
    monkeypatch.setattr("bot.scheduler.EVERY", every)
    monkeypatch.setattr("bot.scheduler.LONGEST", 3600.0)
    await room.begin(DAILY)
    sent = asyncio.Event()
    room.database.on_commit("outbox", sent.set)
    async with asyncio.timeout(PATIENCE):
        running = asyncio.create_task(room.scheduler().run())
        await one_turn()
        room.clock.at = FIRST
        if every > 1:
            room.clock.advance(timedelta(0))
        await sent.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert len(await room.versions()) == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}
