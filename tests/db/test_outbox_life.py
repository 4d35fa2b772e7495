"""The life of the outbox: whatever is put, claimed, settled, edited, moved, stopped or crashed in
any order, nothing is lost, nothing is doubled and nothing is stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, select

from db import announcements, media, outbox
from db.announcements import Part, digest
from db.outbox import BULK, REPLY, URGENT, Claimed, Draft, Head, Result, Settled
from db.tables import Chat, Outbox, table
from tests.db.ground import Ground, undone
from tests.db.village import NOW, acting

pytest_plugins = "tests.db.ground_fixtures"

chats, rows = table(Chat), table(Outbox)
EVERYTHING = (
    select(rows, chats.c.kind.label("chat_kind"))
    .join(chats, chats.c.id == rows.c.chat_id)
    .order_by(rows.c.id)
)
STATES = {"queued", "sending", "sent", "uncertain", "failed", "cancelled"}
PRIORITIES = st.sampled_from([URGENT, REPLY, BULK])
BOTS = st.sampled_from(["telegram", "zalo"])
RESULTS: st.SearchStrategy[Result] = st.sampled_from(
    ["sent", "sent", "again", "failed", "unknown", "moved", "untried"]
)


def first_due(found: Sequence[Row[Any]], bot: int, now: datetime) -> dict[int, Head]:
    """What may be claimed, said in another way than SQL: by chat."""
    by_id = {row.id: row for row in found}
    busy = {row.chat_id for row in found if row.state == "sending"}
    lines: dict[tuple[int, int, str, int], Row[Any]] = {}
    for row in found:
        if row.bot_id != bot or row.state != "queued" or row.due_at is None:
            continue
        if row.kind == "message":
            lines.setdefault((row.chat_id, row.priority, "message", 0), row)
        elif row.due_at <= now and by_id[row.ref].state == "sent":
            lines.setdefault((row.chat_id, BULK + 1, "edit", 0), row)
    heads: dict[int, Head] = {}
    for (chat, *_), row in sorted(lines.items(), key=lambda line: line[0]):
        if row.due_at <= now and chat not in busy:
            heads.setdefault(chat, Head(row.id, chat, row.chat_kind, row.priority))
    return heads


class Life(RuleBasedStateMachine):
    """`shown`: what stands in the chats now, by outbox id; `left`: how often a message may have
    left; `spoiled`: messages that an edit could not reach."""

    ground: ClassVar[Ground]

    def __init__(self) -> None:
        super().__init__()
        self.village = self.ground.village
        self.connection = self.ground.engine.connect()
        self.undone = undone(self.connection)
        self.session = self.undone.__enter__()
        self.now = NOW
        self.chats = [
            (bot, self.village.groups[f"{place} households {name}"])
            for name, bot in self.village.bots.items()
            for place in ("ben", "dong")
        ]
        self.put_ids: list[int] = []
        self.versions: dict[int, int] = {}  # how many groups each goes to
        self.files: list[int] = []  # not arrived yet
        self.hand: dict[int, Claimed] = {}
        self.shown: dict[int, str] = {}
        self.left: Counter[int] = Counter()
        self.spoiled: set[int] = set()
        self.count = 0

    def teardown(self) -> None:
        self.undone.__exit__(None, None, None)
        self.connection.close()

    def number(self) -> int:
        self.count += 1
        return self.count

    def all(self) -> list[Row[Any]]:
        return list(self.session.execute(EVERYTHING))

    def known(self) -> Mapping[int, Row[Any]]:
        return {row.id: row for row in self.all()}

    # What happens

    @rule(chat=st.integers(0, 3), priorities=st.lists(PRIORITIES, min_size=1, max_size=3))
    def put(self, chat: int, priorities: list[int]) -> None:
        bot, chat_id = self.chats[chat]
        drafts = [
            Draft(bot, chat_id, "reply", priority, f"words {self.number()}", self.now)
            for priority in priorities
        ]
        ids = outbox.put(self.session, drafts)
        assert ids == sorted(ids)
        self.put_ids += ids

    @rule(chat=st.integers(0, 3))
    def put_held(self, chat: int) -> None:
        bot, chat_id = self.chats[chat]
        actor = acting(self.session, self.village, "resident", chat_id)
        (file,) = media.want(self.session, actor, files=[media.Seen("ref", "photo", "")])
        draft = Draft(bot, chat_id, "notice", REPLY, "", None, media_id=file)
        self.put_ids += outbox.put(self.session, [draft])
        self.files.append(file)

    @precondition(lambda self: self.files)
    @rule(kept=st.booleans())
    def file_arrives_or_not(self, kept: bool) -> None:
        file = self.files.pop()
        if kept:
            facts = {"digest": "d", "mime": "image/png", "kind": "photo"}
            media.keep(self.session, file, size=1, now=self.now, **facts)
        else:
            media.drop(self.session, file, "lost")

    @rule(urgent=st.booleans(), parts=st.integers(1, 2))
    def announce(self, urgent: bool, parts: int) -> None:
        body, places = f"news {self.number()}", self.village.ids("ben")
        pieces = [Part(f"{body} {part}") for part in range(parts)]
        before = len(self.all())
        progress = announcements.release(
            self.session,
            acting(self.session, self.village, "approver", now=self.now),
            body=body,
            parts=dict.fromkeys(self.village.bots, pieces),
            media=[],
            places=places,
            segments=["households"],
            urgent=urgent,
            shown=digest(body, [], places, ["households"], urgent),
        )
        self.versions[progress.version_id] = progress.total
        self.put_ids += [row.id for row in self.all()[before:]]

    @precondition(lambda self: self.versions)
    @rule(which=st.integers(0, 9))
    def stop(self, which: int) -> None:
        version = list(self.versions)[which % len(self.versions)]
        actor = acting(self.session, self.village, "approver", now=self.now)
        progress = announcements.stop(self.session, actor, version_id=version)
        assert progress.total == self.versions[version]

    @precondition(lambda self: self.versions)
    @rule(which=st.integers(0, 9))
    def resend(self, which: int) -> None:
        """Somebody decided to: what may have left before does not count any more."""
        version = list(self.versions)[which % len(self.versions)]
        actor = acting(self.session, self.village, "approver", now=self.now)
        ended = ("failed", "uncertain", "cancelled")
        again = [row.id for row in self.all() if row.state in ended]
        progress, _ = announcements.resend(self.session, actor, version_id=version, states=ended)
        assert progress.total == self.versions[version]
        now_queued = {row.id for row in self.all() if row.state == "queued"}
        for row_id in now_queued.intersection(again):
            self.left[row_id] = 0

    @precondition(lambda self: self.put_ids)
    @rule(which=st.integers(0, 99))
    def edit(self, which: int) -> None:
        ref = self.put_ids[-1 - which % len(self.put_ids)]
        outbox.put_edit(self.session, ref, f"edited {self.number()}", [], self.now)

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(bot=BOTS, pick=st.integers(1, 15))
    def claim(self, bot: str, pick: int) -> None:
        self.exchange(bot, [], set(), 9, pick)

    @precondition(lambda self: self.hand)
    @rule(results=st.lists(RESULTS, min_size=1, max_size=4))
    def settle(self, results: list[Result]) -> None:
        for bot in self.village.bots:
            self.exchange(bot, results, set(), 0, 0)

    @rule(
        bot=BOTS,
        results=st.lists(RESULTS, max_size=4),
        blocked=st.sets(st.integers(0, 3), max_size=2),
        limit=st.integers(0, 5),
        pick=st.integers(0, 15),
    )
    def exchange(
        self, bot: str, results: list[Result], blocked: set[int], limit: int, pick: int
    ) -> None:
        """`pick`: a bit for each head that is to be claimed."""
        not_now = {self.chats[index][1] for index in blocked}

        def choose(heads: Sequence[Head]) -> list[Head]:
            assert not_now.isdisjoint(head.chat for head in heads)
            return [head for index, head in enumerate(heads) if pick >> index % 4 & 1]

        bot_id = self.village.bots[bot]
        settled = self.come_back(bot_id, results)
        claimed = outbox.exchange(self.session, bot_id, settled, not_now, self.now, limit, choose)
        self.take(claimed)

    @rule(bot=BOTS)
    def crash(self, bot: str) -> None:
        bot_id = self.village.bots[bot]
        lost = [row.id for row in self.all() if row.bot_id == bot_id and row.state == "sending"]
        assert outbox.recover(self.session, bot_id, self.now) == len(lost)
        for row_id in lost:
            self.left[row_id] += 1
            del self.hand[row_id]

    @rule()
    def stop_in_order(self) -> None:
        """Nothing in hand was tried."""
        before = self.known()
        outbox.release(self.session, list(self.hand), self.now)
        after = self.known()
        for row_id in self.hand:
            assert after[row_id].attempts == before[row_id].attempts
            assert after[row_id].state in ("queued", "cancelled", "uncertain")
        self.hand.clear()

    @rule()
    def all_goes_well(self) -> None:
        """Then everything goes out, and reads in the end as it should."""
        outbox.release(self.session, list(self.hand), self.now)
        self.hand.clear()
        for _ in range(2 * self.count + 10):
            self.now += timedelta(days=1)
            for bot in self.village.bots.values():
                claimed = outbox.claim(self.session, bot, (), self.now, 9, list)
                self.take(claimed)
                settled = self.come_back(bot, ["sent"] * len(claimed))
                outbox.settle(self.session, settled, self.now)
            if not outbox.unsettled(self.session, self.now):
                break
        for version, groups in self.versions.items():
            progress = announcements.progress(self.session, version)
            assert (progress.over, progress.total) == (True, groups)
        found = self.known()
        assert {row.due_at for row in found.values() if row.state == "queued"} <= {None}
        for row in found.values():
            if row.kind == "message" and row.state == "sent" and row.external_id:
                assert row.id in self.spoiled or self.shown[row.id] == row.body

    def take(self, claimed: Sequence[Claimed]) -> None:
        """In hand means: sent now. What may not leave twice must not come a second time."""
        for row in claimed:
            assert row.id not in self.hand
            assert (row.kind == "edit") == (row.ref is not None)
            self.hand[row.id] = row
            if row.kind == "message":
                ordinary = row.announcement and row.priority != URGENT
                assert self.left[row.id] <= (0 if ordinary else 1)
                assert row.doubts == self.left[row.id]

    def come_back(self, bot: int, results: Sequence[Result]) -> list[Settled]:
        mine = [row for row in self.hand.values() if (bot, row.chat) in self.chats]
        return [self.came_back(row, result) for row, result in zip(mine, results, strict=False)]

    def came_back(self, row: Claimed, result: Result) -> Settled:
        del self.hand[row.id]
        number = self.number()
        if result in ("sent", "unknown"):
            self.left[row.id] += 1
            self.shown[row.ref_id or row.id] = row.body
        if row.ref_id and (result == "failed" or row.doubts):
            self.spoiled.add(row.ref_id)
        later = self.now + timedelta(minutes=number % 60)
        return Settled(
            row.id,
            result,
            external_id=f"there {number}" if result == "sent" else None,
            again_at=later if result == "again" else None,
            moved_to=self.moved_to(row, number) if result == "moved" else None,
        )

    def moved_to(self, row: Claimed, number: int) -> str | None:
        """Elsewhere, nowhere, where it is, or where another chat of the bot is."""
        others = [chat for bot, chat in self.chats if (bot, row.chat) in self.chats]
        ids = select(chats.c.external_id).where(chats.c.id.in_(others))
        known = list(self.session.execute(ids).scalars())
        targets: list[str | None] = [f"elsewhere {number}", f"elsewhere {number}", None, *known]
        return targets[number % len(targets)]

    @invariant()
    def it_holds_together(self) -> None:
        found = self.all()
        self.nothing_is_lost_or_doubled(found)
        self.a_chat_has_one_row_in_hand_and_we_know_it(found)
        self.an_edit_waits_once_and_for_a_message_that_can_be_changed(found)
        self.what_may_be_claimed_is_the_first_of_each_chat(found)

    def nothing_is_lost_or_doubled(self, found: Sequence[Row[Any]]) -> None:
        assert [row.id for row in found if row.kind == "message"] == self.put_ids
        assert {row.state for row in found} <= STATES

    def a_chat_has_one_row_in_hand_and_we_know_it(self, found: Sequence[Row[Any]]) -> None:
        sending = [row for row in found if row.state == "sending"]
        assert {row.id for row in sending} == set(self.hand)
        assert len({row.chat_id for row in sending}) == len(sending)

    def an_edit_waits_once_and_for_a_message_that_can_be_changed(
        self, found: Sequence[Row[Any]]
    ) -> None:
        by_id = {row.id: row for row in found}
        refs = [row.ref for row in found if row.kind == "edit" and row.state == "queued"]
        assert len(set(refs)) == len(refs)
        for target in (by_id[ref] for ref in refs):
            assert target.state == "sending" or (target.state == "sent" and target.external_id)

    def what_may_be_claimed_is_the_first_of_each_chat(self, found: Sequence[Row[Any]]) -> None:
        waiting = len(self.hand)
        for bot in self.village.bots.values():
            due = first_due(found, bot, self.now)
            waiting += len(due)
            assert outbox.heads(self.session, bot, (), self.now, 99) == sorted(due.values())
        assert bool(outbox.unsettled(self.session, self.now)) == bool(waiting)


def test_the_outbox_loses_nothing_whatever_happens(sqlite_ground: Ground) -> None:
    class Here(Life):
        ground = sqlite_ground

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
