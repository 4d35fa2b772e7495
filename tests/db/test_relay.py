"""What people carry by hand: handed, told, reminded, confirmed, called back; all accounted for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from db import announcements, errands, relay
from db.errands import REMIND, REMIND_URGENT
from db.ledger import PATIENCE, STATES
from db.permissions import NotAllowed
from db.relay import FORGOTTEN, REGRET, Carriers, NoSuchErrand, Undone
from db.tables import Chat, Media, Outbox, Relay, Role, table
from tests.db.carrying import (
    announced,
    carried,
    deliveries,
    seen,
    states,
    tell,
    told,
    unreachable,
)
from tests.db.village import BODY, LATER, NOW, Village, acting, set_states

pytest_plugins = "tests.db.ground_fixtures"

chat, files, outbox = table(Chat), table(Media), table(Outbox)
carries, role = table(Relay), table(Role)


def test_what_goes_by_hand_is_handed_to_its_keeper_and_never_queued(
    session: Session, village: Village
) -> None:
    carried(session, village, "A")
    progress = announced(session, village, segments=("households", "unions"))
    assert dict(progress.counts) == {"queued": 2, "handed": 1}
    row = session.execute(select(carries)).one()
    assert (row.keeper_id, row.handed_at, row.told_at) == (village.people["head"], NOW, None)


def test_a_keeper_of_several_groups_is_told_once_with_all_their_messages(
    session: Session, village: Village
) -> None:
    for title in ("A", "B"):
        carried(session, village, title)
    carried(session, village, "C", keeper="cadre")
    version_id = announced(session, village).version_id
    assert errands.untold(session, NOW) == [version_id]
    first, second = errands.tell(session, version_id, NOW)
    assert (first.keeper_id, first.texts) == (village.people["head"], (BODY,))
    assert [stop.title for stop in first.stops] == ["A", "B"]
    assert second.keeper_id == village.people["cadre"]
    assert (errands.untold(session, NOW), errands.tell(session, version_id, NOW)) == ([], [])


def test_files_go_with_the_words_and_one_that_is_still_on_its_way_is_handed_too(
    session: Session, village: Village
) -> None:
    values = {"bot_id": 1, "chat_id": village.groups["ben households telegram"], "ref": "r"}
    row = insert(files).values(**values, kind="photo", name="", state="wanted", due_at=NOW)
    file = session.execute(row.values(attempts=0).returning(files.c.id)).scalar_one()
    carried(session, village, "A")
    version_id = announced(session, village, files=[file]).version_id
    assert states(session) == ["handed", "handed"]
    (errand,) = errands.tell(session, version_id, NOW)
    assert (errand.texts, errand.files) == ((BODY,), (file,))


FALLBACKS = [
    ("the keeper", "cadre", [], "cadre"),
    ("nobody named", "", [], "head"),
    ("a keeper who is not met", "cadre", ["cadre"], "head"),
    ("nobody at the place", "", ["head"], "approver"),
    ("nor the author", "", ["head", "approver"], "cadre"),
]


@pytest.mark.parametrize(
    ("keeper", "away", "expected"), [case[1:] for case in FALLBACKS], ids=[c[0] for c in FALLBACKS]
)
def test_somebody_who_can_be_written_to_carries_it(
    session: Session, village: Village, keeper: str, away: list[str], expected: str
) -> None:
    carried(session, village, "A", keeper=keeper)
    version_id = announced(session, village).version_id
    for name in away:
        unreachable(session, village, name)
    (errand,) = errands.tell(session, version_id, NOW)
    assert errand.keeper_id == village.people[expected]
    assert errand.stops[0].instead == (expected != keeper)


def test_what_nobody_can_be_asked_to_carry_stays_untold_and_holds_nothing_up(
    session: Session, village: Village
) -> None:
    carried(session, village, "A", keeper="")
    version_id = announced(session, village).version_id
    for name in ("head", "cadre", "approver"):
        unreachable(session, village, name)
    assert errands.pending(session, NOW, daytime=True) == 1
    assert errands.tell(session, version_id, NOW) == []
    assert errands.pending(session, NOW, daytime=True) == 0
    assert errands.untold(session, NOW) == [version_id]
    assert seen(session, version_id).count("handed") == 1


def test_the_keepers_word_settles_a_delivery_once(session: Session, village: Village) -> None:
    version_id = told(session, village, "A", "B").version_id
    first, second = deliveries(session)
    head = acting(session, village, "head", now=LATER)
    done = relay.done(session, head, deliveries=[first])
    assert ([stop.title for stop in done.stops], done.left) == (["A"], 1)
    again = relay.done(session, head, deliveries=[first, second])
    assert [stop.title for stop in again.before] == ["A"]
    assert ([stop.title for stop in again.stops], again.left) == (["B"], 0)
    progress = seen(session, version_id)
    assert (progress.over, progress.reached, dict(progress.counts)) == (True, 2, {"relayed": 2})
    row = session.execute(select(carries).where(carries.c.delivery_id == first)).one()
    assert (row.done_at, row.done_by) == (LATER, village.people["head"])
    sent = session.execute(select(outbox.c.sent_at).where(outbox.c.delivery_id == first))
    assert sent.scalar_one() == LATER


RIGHTS = [("cadre", True), ("approver", True), ("resident", False), ("other_head", False)]


@pytest.mark.parametrize(("name", "may"), RIGHTS, ids=[case[0] for case in RIGHTS])
def test_besides_the_keeper_whoever_announces_there_may_confirm(
    session: Session, village: Village, name: str, may: bool
) -> None:
    told(session, village, "A")
    actor = acting(session, village, name)
    if not may:
        with pytest.raises(NotAllowed):
            relay.done(session, actor, deliveries=deliveries(session))
    else:
        assert relay.done(session, actor, deliveries=deliveries(session)).stops
    assert states(session) == ["relayed" if may else "handed"]


def test_a_keeper_whose_role_has_ended_still_confirms(session: Session, village: Village) -> None:
    told(session, village, "A")
    session.execute(delete(role).where(role.c.person_id == village.people["head"]))
    head = acting(session, village, "head")
    assert relay.done(session, head, deliveries=deliveries(session)).stops
    with pytest.raises(NoSuchErrand):
        relay.done(session, head, deliveries=[0])


def test_who_said_so_by_mistake_takes_it_back(session: Session, village: Village) -> None:
    version_id = told(session, village, "A", "B").version_id
    ids, head = deliveries(session), acting(session, village, "head", now=LATER)
    relay.done(session, head, deliveries=ids)
    announcements.reported(session, version_id, LATER)
    undone, (errand,) = errands.reopen(session, head, deliveries=ids[:1])
    assert undone.authors == (village.people["approver"],)
    assert [stop.title for stop in undone.stops] == [stop.title for stop in errand.open] == ["A"]
    assert dict(seen(session, version_id).counts) == {"relayed": 1, "handed": 1}
    assert announcements.unreported(session) == [version_id]
    again, _ = errands.reopen(session, head, deliveries=ids[:1])
    assert again == Undone(undone.stops, ())
    row = session.execute(select(carries).where(carries.c.delivery_id == ids[0])).one()
    assert (row.keeper_id, row.done_at, row.done_by) == (village.people["head"], None, None)
    assert errands.late(session, LATER + REMIND, daytime=True) == []
    assert relay.done(session, head, deliveries=ids).left == 0
    assert seen(session, version_id).reached == 2


TOO_LATE = [
    ("in time", "head", REGRET - timedelta(seconds=1), False, True),
    ("after a day", "head", REGRET, False, False),
    ("somebody else", "cadre", timedelta(0), False, False),
    ("stopped meanwhile", "head", timedelta(0), True, False),
]


@pytest.mark.parametrize(
    ("name", "after", "stopped", "may"),
    [case[1:] for case in TOO_LATE],
    ids=[case[0] for case in TOO_LATE],
)
def test_only_who_said_so_takes_it_back_within_a_day(
    session: Session, village: Village, name: str, after: timedelta, stopped: bool, may: bool
) -> None:
    version_id = told(session, village, "A", "B").version_id
    ids = deliveries(session)
    relay.done(session, acting(session, village, "head"), deliveries=ids[:1])
    if stopped:
        approver = acting(session, village, "approver")
        announcements.stop(session, approver, version_id=version_id)
    actor = acting(session, village, name, now=NOW + after)
    if may:
        assert relay.undo(session, actor, deliveries=ids[:1]).stops
    else:
        with pytest.raises(NoSuchErrand):
            relay.undo(session, actor, deliveries=ids[:1])
    assert seen(session, version_id).count("relayed") == (not may)


REMINDERS = [
    ("too early", False, REMIND - timedelta(seconds=1), True, False),
    ("late", False, REMIND, True, True),
    ("at night", False, REMIND, False, False),
    ("urgent, too early", True, REMIND_URGENT - timedelta(seconds=1), True, False),
    ("urgent, at night", True, REMIND_URGENT, False, True),
    ("forgotten", False, FORGOTTEN, True, False),
]


@pytest.mark.parametrize(
    ("urgent", "after", "daytime", "due"),
    [case[1:] for case in REMINDERS],
    ids=[c[0] for c in REMINDERS],
)
def test_a_reminder_comes_once_and_at_its_time(
    session: Session, village: Village, urgent: bool, after: timedelta, daytime: bool, due: bool
) -> None:
    version_id = told(session, village, "A", urgent=urgent).version_id
    now = NOW + after
    assert errands.late(session, now, daytime=daytime) == ([version_id] if due else [])
    assert errands.pending(session, now, daytime=daytime) == int(due)
    reminded = errands.remind(session, version_id, now, daytime=daytime)
    assert [one.keeper_id for one in reminded] == [village.people["head"]] * due
    assert errands.late(session, now, daytime=daytime) == []


def test_only_what_is_not_confirmed_is_reminded_of(session: Session, village: Village) -> None:
    version_id = told(session, village, "A", "B").version_id
    head = acting(session, village, "head")
    relay.done(session, head, deliveries=deliveries(session)[:1])
    (errand,) = errands.remind(session, version_id, NOW + REMIND, daytime=True)
    assert [stop.title for stop in errand.open] == ["B"]


def test_an_errand_keeps_its_name_and_the_order_of_its_stops(
    session: Session, village: Village
) -> None:
    for title in ("A", "B", "C"):
        carried(session, village, title)
    version_id = announced(session, village).version_id
    (asked,) = errands.tell(session, version_id, NOW)
    head = acting(session, village, "head")
    first, *_ = deliveries(session)
    _, (noted,) = errands.confirm(session, head, deliveries=[first])
    (reminded,) = errands.remind(session, version_id, NOW + REMIND, daytime=True)
    (left,) = errands.mine(session, head)
    for errand in (noted, reminded, left):
        assert [stop.title for stop in errand.stops] == ["A", "B", "C"]
        assert (errand.code, errand.texts) == (asked.code, asked.texts)
        assert [stop.title for stop in errand.open] == ["B", "C"]


def test_what_is_asked_later_is_an_errand_of_its_own(session: Session, village: Village) -> None:
    group = carried(session, village, "A")
    carried(session, village, "B")
    version_id = announced(session, village).version_id
    first, _ = deliveries(session)
    session.execute(update(outbox).where(outbox.c.chat_id == group).values(state="cancelled"))
    tell(session, version_id)
    session.execute(update(outbox).where(outbox.c.chat_id == group).values(state="handed"))
    errands.tell(session, version_id, LATER)
    codes = [one.code for one in errands.mine(session, acting(session, village, "head"))]
    assert codes == [f"CT-{first}", f"CT-{first + 1}"]


def test_a_stop_takes_back_what_is_not_confirmed_and_calls_back_who_was_told(
    session: Session, village: Village
) -> None:
    version_id = told(session, village, "A", "B").version_id
    first, second = deliveries(session)
    relay.done(session, acting(session, village, "head"), deliveries=[first])
    approver = acting(session, village, "approver")
    stopped = announcements.stop(session, approver, version_id=version_id)
    assert dict(stopped.counts) == {"relayed": 1, "cancelled": 1}
    assert (stopped.stopped, stopped.over) == (True, True)
    late = relay.done(session, acting(session, village, "head"), deliveries=[second])
    assert ([stop.title for stop in late.off], late.stops) == (["B"], ())
    assert errands.recalled(session, NOW) == [version_id]
    (errand,) = errands.recall(session, version_id, NOW)
    assert (errand.keeper_id, [stop.title for stop in errand.stops]) == (
        village.people["head"],
        ["B"],
    )
    assert (errands.recalled(session, NOW), errands.recall(session, version_id, NOW)) == ([], [])


def test_who_was_not_told_yet_is_not_called_back(session: Session, village: Village) -> None:
    group = carried(session, village, "A")
    version_id = announced(session, village).version_id
    announcements.leave(session, group, NOW)
    assert states(session) == ["cancelled"]
    assert errands.recall(session, version_id, NOW) == []
    assert errands.pending(session, NOW, daytime=True) == 0


def test_what_was_stopped_is_handed_out_again_when_it_is_sent_again(
    session: Session, village: Village
) -> None:
    version_id = told(session, village, "A").version_id
    approver = acting(session, village, "approver", now=LATER)
    announcements.stop(session, approver, version_id=version_id)
    progress, touched = announcements.resend(
        session, approver, version_id=version_id, states=["cancelled"]
    )
    assert (touched, dict(progress.counts)) == (1, {"handed": 1})
    assert errands.recalled(session, NOW) == []
    assert tell(session, version_id) == [(village.people["head"], ["A"])]


def test_what_a_bot_cannot_send_is_carried_and_nothing_that_left_is_carried_again(
    session: Session, village: Village
) -> None:
    version_id = announced(session, village, segments=("households",)).version_id
    zalo = village.groups["ben households zalo"]
    session.execute(update(chat).where(chat.c.id == zalo).values(keeper_id=village.people["cadre"]))
    ids = session.execute(select(outbox.c.delivery_id, outbox.c.chat_id)).all()
    (stuck,) = [row.delivery_id for row in ids if row.chat_id == zalo]
    assert relay.take_over(session, [stuck], NOW) == 1
    assert relay.take_over(session, [stuck], NOW) == 0
    assert dict(seen(session, version_id).counts) == {"queued": 1, "handed": 1}
    assert tell(session, version_id) == [(village.people["cadre"], ["ben households zalo"])]


def test_what_a_bot_has_in_hand_is_not_taken_from_it(session: Session, village: Village) -> None:
    announced(session, village, segments=("households",))
    zalo = village.groups["ben households zalo"]
    set_states(session, zalo, part_1="sending")
    of_zalo = select(outbox.c.delivery_id).where(outbox.c.chat_id == zalo)
    stuck = list(session.execute(of_zalo).scalars())
    assert relay.take_over(session, stuck, NOW) == 0
    assert sorted(states(session)) == ["queued", "sending"]


def test_only_the_part_that_did_not_leave_is_carried(session: Session, village: Village) -> None:
    group = carried(session, village, "A")
    version_id = announced(session, village).version_id
    set_states(session, group, part_1="sent")
    assert dict(seen(session, version_id).counts) == {"sent": 1}
    assert errands.tell(session, version_id, NOW) == []


DUE = [
    ("in time", "handed", PATIENCE - timedelta(seconds=1), False),
    ("after a day", "handed", PATIENCE, True),
    ("confirmed", "relayed", timedelta(0), True),
]


@pytest.mark.parametrize(
    ("state", "after", "due"), [case[1:] for case in DUE], ids=[case[0] for case in DUE]
)
def test_the_author_hears_when_all_is_carried_and_else_after_a_day(
    session: Session, village: Village, state: str, after: timedelta, due: bool
) -> None:
    group = carried(session, village, "A")
    version_id = announced(session, village).version_id
    set_states(session, group, part_1=state)
    progress = seen(session, version_id)
    assert progress.due(NOW + after) == due
    assert announcements.unfinished(session, NOW + after) == int(due)
    assert dict(progress.not_reached) == ({"handed": ("A",)} if state == "handed" else {})


def test_bots_at_work_come_before_the_report_however_late(
    session: Session, village: Village
) -> None:
    carried(session, village, "A")
    progress = announced(session, village, segments=("households", "unions"))
    assert not progress.due(NOW + 2 * PATIENCE)
    assert announcements.unfinished(session, NOW + 2 * PATIENCE) == 0


def test_at_every_step_the_states_add_up_to_the_recipients(
    session: Session, village: Village
) -> None:
    groups = [carried(session, village, title) for title in ("A", "B")]
    version_id = announced(session, village, segments=("households", "unions")).version_id
    for group in groups:
        for state in STATES:
            set_states(session, group, part_1=state)
            assert seen(session, version_id).total == 4


def test_what_somebody_carries_is_listed_until_it_is_done(
    session: Session, village: Village
) -> None:
    versions = [told(session, village, "A").version_id, announced(session, village).version_id]
    tell(session, versions[1])
    head = acting(session, village, "head")
    assert [one.version_id for one in errands.mine(session, head)] == versions
    relay.done(session, head, deliveries=deliveries(session)[:1])
    assert [one.version_id for one in errands.mine(session, head)] == versions[1:]
    assert errands.mine(session, acting(session, village, "cadre")) == []


def test_the_preview_counts_who_would_carry(session: Session, village: Village) -> None:
    for title, keeper in {"A": "head", "B": "head", "C": "cadre", "D": ""}.items():
        carried(session, village, title, keeper=keeper)
    approver = acting(session, village, "approver")
    places = village.ids("ben")
    assert relay.carriers(session, approver, places, ["unions"]) == Carriers(2, 1)
    with pytest.raises(NotAllowed):
        relay.carriers(session, acting(session, village, "other_head"), places, ["unions"])
