"""The life of the outbox: whatever is put, claimed, settled, edited, moved, stopped or crashed in
any order, nothing is lost, nothing is doubled and nothing is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from db import announcements, media, outbox
from db.announcements import Part, digest
from db.outbox import BULK, REPLY, URGENT, Draft, Head, Result
from tests.db.ground import Ground
from tests.db.village import acting
from tests.db.witness import Witness

pytest_plugins = "tests.db.ground_fixtures"

PRIORITIES = st.sampled_from([URGENT, REPLY, BULK])
BOTS = st.sampled_from(["telegram", "zalo"])
RESULTS: st.SearchStrategy[Result] = st.sampled_from(
    ["sent", "again", "failed", "unknown", "unknown", "moved", "untried"]
)


class Life(Witness):
    """What may happen."""

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

    @precondition(lambda self: self.tied("ben"))
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
        ids = [row.id for row in self.all()[before:]]
        assert (progress.total, len(ids)) == (self.tied("ben"), self.tied("ben") * parts)
        self.versions[progress.version_id] = ids
        self.groups[progress.version_id] = progress.total
        self.put_ids += ids

    @precondition(lambda self: self.versions)
    @rule(which=st.integers(0, 2))
    def stop(self, which: int) -> None:
        version = self.version(which)
        actor = acting(self.session, self.village, "approver", now=self.now)
        progress = announcements.stop(self.session, actor, version_id=version)
        assert progress.total == self.groups[version]
        self.stopped.update(self.versions[version])

    @precondition(lambda self: self.versions)
    @rule(which=st.integers(0, 2))
    def resend(self, which: int) -> None:
        """Somebody decided to: what may have left before does not count any more."""
        version, ended = self.version(which), ("failed", "uncertain", "cancelled")
        before = self.known()
        actor = acting(self.session, self.village, "approver", now=self.now)
        progress, touched = announcements.resend(
            self.session, actor, version_id=version, states=ended
        )
        assert progress.total == self.groups[version]
        for row_id in self.versions[version]:
            if before[row_id].state in ended:
                self.left[row_id] = 0
                self.marked.discard(row_id)
            if before[row_id].state == "uncertain":
                self.marked.add(row_id)
        if touched:
            self.stopped.difference_update(self.versions[version])

    def version(self, which: int) -> int:
        """One of the latest."""
        return list(self.versions)[-1 - which % len(self.versions)]

    @precondition(lambda self: self.put_ids)
    @rule(which=st.integers(0, 9))
    def edit(self, which: int) -> None:
        """One of those on their way, or of the latest."""
        refs = [*(row.ref_id or row.id for row in self.hand.values()), *self.put_ids[-3:]]
        outbox.put_edit(
            self.session, refs[which % len(refs)], f"edited {self.number()}", [], self.now
        )

    @rule(chat=st.integers(0, 3))
    def edit_under_way(self, chat: int) -> None:
        """A message arrives, and its edit is in hand."""
        self.all_goes_well()
        self.put(chat, [REPLY])
        self.claim_all()
        self.settle(["sent"] * len(self.hand))
        outbox.put_edit(self.session, self.put_ids[-1], f"edited {self.number()}", [], self.now)
        self.claim_all()

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(pick=st.sampled_from([15, 15, 1, 2]))
    def claim(self, pick: int) -> None:
        for bot in self.village.bots:
            self.exchange(bot, [], set(), 9, pick)

    @precondition(lambda self: len(self.hand) < len(self.put_ids))
    @rule()
    def claim_all(self) -> None:
        self.claim(15)

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

    @precondition(lambda self: self.hand)
    @rule()
    def crash(self) -> None:
        lost = sum(
            outbox.recover(self.session, bot, self.now) for bot in self.village.bots.values()
        )
        assert lost == len(self.hand)
        self.left.update(self.hand.keys())
        self.hand.clear()

    @precondition(lambda self: self.hand)
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
        for version in self.versions:
            progress = announcements.progress(self.session, version)
            assert (progress.over, progress.total) == (True, self.groups[version])
        found = self.known()
        assert {row.due_at for row in found.values() if row.state == "queued"} <= {None}
        for row in found.values():
            if row.kind == "message" and row.state == "sent" and row.external_id:
                assert row.id in self.spoiled or self.shown[row.id] == row.body


def test_the_outbox_loses_nothing_whatever_happens(sqlite_ground: Ground) -> None:
    class Here(Life):
        ground = sqlite_ground

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
