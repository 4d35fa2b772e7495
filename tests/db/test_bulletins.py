"""Who may decide about a bulletin, and what happens to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from db import bulletins, occurrences, standings
from db.audience import NobodyThere
from db.bulletins import AlreadySent, Due, NeverFires, SlotGone
from db.permissions import NotAllowed
from db.scene import Actor, Grant
from db.standings import NoSuchBulletin
from db.tables import Occurrence, Role, table
from tests.db.daily import SLOT, begun, definition
from tests.db.post import statements
from tests.db.village import NOW, PARTS, Village, acting

pytest_plugins = ["tests.db.ground_fixtures"]

occurrence, role = table(Occurrence), table(Role)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_it_stands_as_it_was_made(session: Session, village: Village) -> None:
    made = begun(session, village)
    assert made.definition == definition(village)
    assert (made.owner, made.state, made.next_at, made.last) == ("head", "active", SLOT, None)
    assert (made.places, made.skipped_next) == (("Thôn ben",), False)
    head = acting(session, village, "head")
    assert standings.mine(session, head) == [made] == [standings.get(session, head, made.id)]


@pytest.mark.parametrize(
    ("name", "slugs", "segments", "next_at", "refusal"),
    [
        pytest.param("resident", ["ben"], ["households"], SLOT, NotAllowed, id="no staff"),
        pytest.param("head", ["dong"], ["households"], SLOT, NotAllowed, id="another village"),
        pytest.param("cadre", ["xa"], ["households"], SLOT, NotAllowed, id="too wide"),
        pytest.param("head", ["ben"], ["unions"], SLOT, NobodyThere, id="no such group"),
        pytest.param("head", ["ben"], ["households"], None, NeverFires, id="no slot"),
        pytest.param("head", ["ben"], ["households"], NOW, NeverFires, id="over already"),
    ],
)
def test_who_may_not_or_need_not_makes_none(
    session: Session,
    village: Village,
    name: str,
    slugs: Sequence[str],
    segments: Sequence[str],
    next_at: datetime | None,
    refusal: type[Exception],
) -> None:
    wanted = definition(village, *slugs, segments=tuple(segments))
    with pytest.raises(refusal):
        bulletins.make(session, acting(session, village, name), definition=wanted, next_at=next_at)


def decide(session: Session, actor: Actor, what: str, bulletin_id: int, village: Village) -> None:
    if what == "get":
        standings.get(session, actor, bulletin_id)
        return
    decisions: dict[str, tuple[Any, dict[str, Any]]] = {
        "change": (bulletins.change, {"definition": definition(village), "next_at": SLOT}),
        "pause": (bulletins.pause, {}),
        "resume": (bulletins.resume, {"next_at": SLOT}),
        "end": (bulletins.end, {}),
        "skip": (bulletins.skip_next, {"slot": SLOT}),
        "unskip": (bulletins.unskip, {"slot": SLOT}),
        "send": (bulletins.send_now, {"after": None, "body": "tin", "parts": PARTS}),
    }
    verb, more = decisions[what]
    verb(session, actor, bulletin_id=bulletin_id, **more)


DECISIONS = ["get", "change", "pause", "resume", "end", "skip", "unskip", "send"]


@pytest.mark.parametrize("what", DECISIONS)
@pytest.mark.parametrize("name", ["resident", "cadre", "stranger", "other_head"])
def test_only_its_owner_and_who_may_send_wide_there_decide(
    session: Session, village: Village, what: str, name: str
) -> None:
    made = begun(session, village)
    with pytest.raises(NotAllowed):
        decide(session, acting(session, village, name), what, made.id, village)
    assert standings.mine(session, acting(session, village, name)) == []
    decide(session, acting(session, village, "approver"), what, made.id, village)


@pytest.mark.parametrize("what", DECISIONS)
def test_an_owner_whose_role_has_ended_decides_no_more(
    session: Session, village: Village, what: str
) -> None:
    made = begun(session, village)
    head = role.c.person_id == village.people["head"]
    session.execute(update(role).where(head).values(ends_at=NOW))
    actor = acting(session, village, "head")
    with pytest.raises(NotAllowed):
        decide(session, actor, what, made.id, village)
    assert standings.mine(session, actor) == []
    decide(session, acting(session, village, "approver"), what, made.id, village)


def test_an_owner_left_with_one_of_two_places_decides_no_more(
    session: Session, village: Village
) -> None:
    made = begun(session, village, "ben", "dong", name="cadre")
    grants = (Grant("village_head", village.spots["ben"].id, village.spots["ben"].path),)
    actor = replace(acting(session, village, "cadre"), grants=grants)
    with pytest.raises(NotAllowed):
        standings.get(session, actor, made.id)


def test_a_list_of_many_takes_no_more_statements_than_one(
    session: Session, village: Village
) -> None:
    first, head = begun(session, village), acting(session, village, "head")
    begun(session, village, "xa", name="approver")
    with statements(session) as few:
        standings.mine(session, head)
    skipped = begun(session, village)
    bulletins.skip_next(session, head, bulletin_id=skipped.id, slot=SLOT)
    bulletins.send_now(session, head, bulletin_id=first.id, after=None, body="tin", parts=PARTS)
    for _ in range(18):
        begun(session, village)
    with statements(session) as many:
        listed = standings.mine(session, head)
    assert len(many) == len(few)
    assert len(listed) == 20
    assert listed == [standings.get(session, head, one.id) for one in listed]
    assert [one.id for one in listed if one.skipped_next] == [skipped.id]
    assert [one.id for one in listed if one.last] == [first.id]
    assert len(standings.mine(session, acting(session, village, "approver"))) == 21


@pytest.mark.parametrize("what", DECISIONS)
def test_one_that_has_ended_is_gone(session: Session, village: Village, what: str) -> None:
    made = begun(session, village)
    head = acting(session, village, "head")
    ended = bulletins.end(session, head, bulletin_id=made.id)
    assert (ended.state, ended.next_at) == ("ended", None)
    assert standings.mine(session, head) == []
    with pytest.raises(NoSuchBulletin):
        decide(session, head, what, made.id, village)


@pytest.mark.parametrize("what", [what for what in DECISIONS if what != "get"])
def test_while_a_slot_has_come_nobody_decides(
    session: Session, village: Village, what: str
) -> None:
    made = begun(session, village)
    with pytest.raises(Due):
        decide(session, acting(session, village, "head", now=SLOT), what, made.id, village)
    occurrences.swept(session, made.id, SLOT, SLOT + DAY)
    with pytest.raises(Due):  # the clock went back
        decide(session, acting(session, village, "head", now=SLOT - HOUR), what, made.id, village)


@pytest.mark.parametrize("what", [what for what in DECISIONS if what != "get"])
def test_a_clock_set_back_by_seconds_keeps_nobody_from_deciding(
    session: Session, village: Village, what: str
) -> None:
    made = begun(session, village)
    occurrences.swept(session, made.id, NOW, SLOT)
    before = acting(session, village, "head", now=NOW - timedelta(seconds=59))
    decide(session, before, what, made.id, village)


def test_paused_it_has_no_next_and_resumed_it_has(session: Session, village: Village) -> None:
    made, head = begun(session, village), acting(session, village, "head")
    paused = bulletins.pause(session, head, bulletin_id=made.id)
    assert (paused.state, paused.next_at) == ("paused", None)
    later = acting(session, village, "head", now=SLOT + DAY)
    assert occurrences.due(session, later.now) == []
    resumed = bulletins.resume(session, later, bulletin_id=made.id, next_at=SLOT + 2 * DAY)
    assert (resumed.state, resumed.next_at) == ("active", SLOT + 2 * DAY)
    assert (resumed.swept_at, resumed.owner) == (later.now, "head")
    assert occurrences.next_slot(session) == SLOT + 2 * DAY


def test_a_change_keeps_a_paused_one_paused(session: Session, village: Village) -> None:
    made, head = begun(session, village), acting(session, village, "head")
    bulletins.pause(session, head, bulletin_id=made.id)
    wanted = definition(village, title="Tin chợ", schedule={"kind": "weekly"})
    changed = bulletins.change(session, head, bulletin_id=made.id, definition=wanted, next_at=SLOT)
    assert (changed.state, changed.next_at) == ("paused", None)
    assert changed.definition == wanted


def test_the_next_one_is_skipped_and_not_skipped(session: Session, village: Village) -> None:
    made, head = begun(session, village), acting(session, village, "head")
    for slot in (SLOT + DAY, SLOT - HOUR):
        with pytest.raises(SlotGone):
            bulletins.skip_next(session, head, bulletin_id=made.id, slot=slot)
    for _ in range(2):
        skipped = bulletins.skip_next(session, head, bulletin_id=made.id, slot=SLOT)
        assert (skipped.skipped_next, skipped.last) == (True, None)
    assert not bulletins.unskip(session, head, bulletin_id=made.id, slot=SLOT).skipped_next
    assert session.execute(select(occurrence.c.id)).all() == []


def test_a_skip_outlives_new_words_but_not_a_new_time(session: Session, village: Village) -> None:
    made, head = begun(session, village), acting(session, village, "head")
    bulletins.skip_next(session, head, bulletin_id=made.id, slot=SLOT)
    reworded = definition(village, text="Chào bà con.")
    retimed = definition(village, schedule={"kind": "weekly"})
    for wanted, kept in ((reworded, True), (retimed, False)):
        changed = bulletins.change(
            session, head, bulletin_id=made.id, definition=wanted, next_at=SLOT
        )
        assert changed.skipped_next == kept


def test_a_new_time_leaves_out_the_day_that_was_to_be_skipped(
    session: Session, village: Village
) -> None:
    made, head = begun(session, village), acting(session, village, "head")
    bulletins.skip_next(session, head, bulletin_id=made.id, slot=SLOT)
    assert bulletins.asked(session, made.id, head.now) == [SLOT]
    retimed = definition(village, schedule={"kind": "weekly"})
    changed = bulletins.change(
        session,
        head,
        bulletin_id=made.id,
        definition=retimed,
        next_at=SLOT + HOUR,
        skips=[SLOT + HOUR],
    )
    assert changed.skipped_next
    assert bulletins.asked(session, made.id, head.now) == [SLOT + HOUR]


def test_sent_by_hand_it_goes_out_once_however_often_pressed(
    session: Session, village: Village
) -> None:
    made, head = begun(session, village), acting(session, village, "head")
    progress = bulletins.send_now(
        session, head, bulletin_id=made.id, after=None, body="tin", parts=PARTS
    )
    assert (progress.total, progress.issue) == (2, True)
    with pytest.raises(AlreadySent):
        bulletins.send_now(session, head, bulletin_id=made.id, after=None, body="tin", parts=PARTS)
    standing = standings.get(session, head, made.id)
    assert standing.last is not None
    assert (standing.last.state, standing.last.version_id) == ("sent", progress.version_id)
    assert standing.next_at == SLOT
    later = acting(session, village, "head", now=NOW + HOUR)
    bulletins.send_now(
        session, later, bulletin_id=made.id, after=standing.last.id, body="tin", parts=PARTS
    )


def test_an_issue_sent_while_the_clock_was_ahead_keeps_none_from_being_sent_by_hand(
    session: Session, village: Village
) -> None:
    made, head = begun(session, village), acting(session, village, "head")
    send: dict[str, Any] = {"bulletin_id": made.id, "after": None, "body": "tin", "parts": PARTS}
    occurrences.claim(session, made.id, NOW + 900 * DAY, NOW + 900 * DAY)
    bulletins.send_now(session, head, **send)
    before = acting(session, village, "head", now=NOW - timedelta(seconds=59))
    with pytest.raises(AlreadySent):  # pressed twice, while the clock was set right
        bulletins.send_now(session, before, **send)


def test_a_paused_one_may_be_sent_by_hand(session: Session, village: Village) -> None:
    made, head = begun(session, village), acting(session, village, "head")
    bulletins.pause(session, head, bulletin_id=made.id)
    send: dict[str, Any] = {"bulletin_id": made.id, "after": None, "body": "tin", "parts": PARTS}
    assert bulletins.send_now(session, head, **send).total == 2
    assert standings.get(session, head, made.id).state == "paused"
