"""Watches over an outbox: keeps its own account of what was put, taken in hand and shown, and
compares after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import Row, select

from db import outbox
from db.outbox import BULK, URGENT, Claimed, Head, Result, Settled
from db.tables import Chat, Outbox, table
from tests.db.ground import Ground, undone
from tests.db.village import NOW

chats, rows = table(Chat), table(Outbox)
EVERYTHING = (
    select(rows, chats.c.kind.label("chat_kind"))
    .join(chats, chats.c.id == rows.c.chat_id)
    .order_by(rows.c.id)
)
STATES = frozenset({"queued", "sending", "sent", "uncertain", "failed", "cancelled"})


def first_due(found: Sequence[Row[Any]], bot: int, now: datetime) -> dict[int, Head]:
    """What may be claimed, said in another way than SQL: by chat."""
    by_id = {row.id: row for row in found}
    busy = {row.chat_id for row in found if row.state == "sending"}
    lines: dict[tuple[int, int], Row[Any]] = {}  # by chat, the most urgent first
    for row in found:
        if row.bot_id != bot or row.state != "queued" or row.due_at is None:
            continue
        if row.kind == "message":
            lines.setdefault((row.chat_id, row.priority), row)
        elif row.due_at <= now and by_id[row.ref].state == "sent":
            lines.setdefault((row.chat_id, BULK + 1), row)
    heads: dict[int, Head] = {}
    for (chat, _), row in sorted(lines.items()):
        if row.due_at <= now and chat not in busy:
            heads.setdefault(chat, Head(row.id, chat, row.chat_kind, row.priority, row.media_id))
    return heads


class Witness(RuleBasedStateMachine):
    """`shown`: what stands in the chats now, by outbox id; `left`: how often a message may have
    left; `marked`: what had perhaps left when somebody sent it again; `stopped`: what is not wanted
    any more; `spoiled`: messages that an edit could not reach; `versions`: the messages of each
    announcement; `groups`: how many it went to; `files`: those not arrived yet."""

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
        self.versions: dict[int, list[int]] = {}
        self.groups: dict[int, int] = {}
        self.stopped: set[int] = set()
        self.files: list[int] = []
        self.hand: dict[int, Claimed] = {}
        self.shown: dict[int, str] = {}
        self.left: Counter[int] = Counter()
        self.marked: set[int] = set()
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

    def tied(self, slug: str) -> int:
        """How many of the household groups there are tied still: some moved into others."""
        ids = [chat for _, chat in self.chats]
        here = select(chats.c.id).where(chats.c.place_id == self.village.spots[slug].id)
        return len(self.session.execute(here.where(chats.c.id.in_(ids))).all())

    def take(self, claimed: Sequence[Claimed]) -> None:
        """In hand means: sent now. What may not leave twice must not come a second time."""
        for row in claimed:
            assert row.id not in self.hand
            assert (row.kind == "edit") == (row.ref is not None)
            self.hand[row.id] = row
            if row.kind == "message":
                assert row.doubts == self.left[row.id] + (row.id in self.marked)

    def come_back(self, bot: int, results: Sequence[Result]) -> list[Settled]:
        mine = [row for row in self.hand.values() if (bot, row.chat) in self.chats]
        return [self.came_back(row, result) for row, result in zip(mine, results, strict=False)]

    def came_back(self, row: Claimed, result: Result) -> Settled:
        del self.hand[row.id]
        number = self.number()
        if result in ("sent", "unknown"):
            self.left[row.id] += 1
            self.shown[row.ref_id or row.id] = row.body
        if row.ref_id and (result in ("failed", "moved") or row.doubts):
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
        for row in found:
            if row.kind == "message" and row.state == "queued":
                assert row.id not in self.stopped
                ordinary = row.delivery_id is not None and row.priority != URGENT
                assert self.left[row.id] <= (0 if ordinary else 1)

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
