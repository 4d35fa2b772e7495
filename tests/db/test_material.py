"""What the audience of a bulletin may hear again, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlmodel import Session

from db import announcements, bulletins, occurrences
from db.material import Answered, Material, material, preview
from db.permissions import NotAllowed
from db.tables import AnnouncementVersion, Occurrence, Outbox, Ticket, TicketEvent, table
from tests.db.daily import begun, definition
from tests.db.post import statements
from tests.db.village import NOW, PARTS, Village, acting, released

pytest_plugins = ["tests.db.ground_fixtures"]

occurrence, outbox, version = table(Occurrence), table(Outbox), table(AnnouncementVersion)
ticket, event = table(Ticket), table(TicketEvent)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(
    session: Session, village: Village, *slugs: str, now: datetime = NOW + HOUR, **changed: Any
) -> Material:
    return material(session, definition=definition(village, *slugs, **changed), now=now)


def announced(
    session: Session,
    village: Village,
    *slugs: str,
    body: str = "Mất nước.",
    days: Sequence[str] = (),
    segments: Sequence[str] = ("households",),
    at: datetime = NOW,
    arrived: datetime | None = NOW,
) -> int:
    """`arrived`: not before it was released, `at`; None: not at all."""
    to = slugs or ("ben",)
    made = released(session, village, to, name="approver", body=body, segments=segments)
    values = {"released_at": at, "days": list(days)}
    session.execute(update(version).where(version.c.id == made.version_id).values(values))
    if arrived:
        arrive(session, max(at, arrived))
    return made.version_id


def arrive(session: Session, at: datetime) -> None:
    queued = outbox.c.state == "queued"
    session.execute(update(outbox).where(queued).values(state="sent", sent_at=at))


def bodies(material: Material) -> list[str]:
    return [one.body for one in material.announcements]


@pytest.mark.parametrize(
    ("to", "segments", "heard"),
    [
        pytest.param(["ben"], ["households"], True, id="the same audience"),
        pytest.param(["xa"], ["households", "party_members"], True, id="a wider one"),
        pytest.param(["dong"], ["households"], False, id="another village"),
        pytest.param(["ben"], ["party_members"], False, id="the party only"),
    ],
)
def test_only_what_its_audience_was_told_is_told_again(
    session: Session, village: Village, to: list[str], segments: list[str], heard: bool
) -> None:
    announced(session, village, *to, segments=segments)
    assert bodies(told(session, village)) == (["Mất nước."] if heard else [])


def test_what_was_carried_there_by_hand_is_told_again(session: Session, village: Village) -> None:
    announced(session, village)
    session.execute(update(outbox).values(state="relayed"))
    assert bodies(told(session, village)) == ["Mất nước."]
    session.execute(update(outbox).values(state="handed", sent_at=None))
    assert bodies(told(session, village)) == []


def test_a_bulletin_for_two_tells_only_what_both_were_told(
    session: Session, village: Village
) -> None:
    announced(session, village, "ben")
    assert bodies(told(session, village, "ben", "dong")) == []
    assert bodies(told(session, village, segments=("households", "party_members"))) == []
    announced(session, village, "ben", "dong", body="Cả hai.")
    assert bodies(told(session, village, "ben", "dong")) == ["Cả hai."]
    assert bodies(told(session, village)) == ["Mất nước.", "Cả hai."]


def test_what_was_stopped_reached_nobody_or_is_an_issue_is_not_told(
    session: Session, village: Village
) -> None:
    announced(session, village, body="Chưa tới.", arrived=None)
    assert bodies(told(session, village)) == []
    arrive(session, NOW)
    assert bodies(told(session, village)) == ["Chưa tới."]
    session.execute(update(version).values(stopped_at=NOW))
    assert bodies(told(session, village)) == []
    made = begun(session, village)
    head = acting(session, village, "head")
    bulletins.send_now(session, head, bulletin_id=made.id, after=None, body="kỳ", parts=PARTS)
    arrive(session, NOW)
    assert bodies(told(session, village)) == []


def test_each_issue_goes_on_where_the_last_one_ended(session: Session, village: Village) -> None:
    announced(session, village, body="Cũ.", at=NOW - 8 * DAY, arrived=NOW - 8 * DAY)
    announced(session, village, body="Tuần này.", at=NOW - 6 * DAY, arrived=NOW - 6 * DAY)
    assert bodies(told(session, village)) == ["Tuần này."]
    made = begun(session, village)
    claimed = occurrences.claim(session, made.id, NOW, NOW)
    assert claimed is not None
    announced(session, village, body="Mới.", at=NOW + HOUR)
    announced(session, village, body="Sau này.", at=NOW + 9 * HOUR)
    wanted = definition(village)
    next_one = material(session, definition=wanted, now=NOW + 2 * HOUR, bulletin_id=made.id)
    assert (next_one.number, bodies(next_one)) == (2, ["Mới."])
    future = {"slot": NOW + 900 * DAY, "at": NOW + 900 * DAY}  # sent while the clock was wrong
    session.execute(update(occurrence).values(future))
    again = material(session, definition=wanted, now=NOW + 2 * HOUR, bulletin_id=made.id)
    assert bodies(again) == ["Tuần này.", "Mới."]


def test_what_is_on_its_way_while_an_issue_goes_out_is_in_the_next(
    session: Session, village: Village
) -> None:
    made = begun(session, village)

    def at(now: datetime) -> list[str]:
        return bodies(
            material(session, definition=definition(village), now=now, bulletin_id=made.id)
        )

    sent = announced(session, village, at=NOW - HOUR, arrived=None)
    session.execute(update(outbox).values(state="failed"))  # the network was cut
    assert at(NOW) == []
    occurrences.claim(session, made.id, NOW, NOW)
    resender = acting(session, village, "approver")
    announcements.resend(session, resender, version_id=sent, states=["failed"])
    arrive(session, NOW + HOUR)
    assert at(NOW + 2 * HOUR) == ["Mất nước."]
    occurrences.claim(session, made.id, NOW + 2 * HOUR, NOW + 2 * HOUR)
    announced(session, village, at=NOW - HOUR, arrived=NOW + 3 * HOUR, body="Có nước.")
    assert at(NOW + 4 * HOUR) == ["Có nước."]


@pytest.mark.parametrize("name", ["resident", "other_head", "stranger"])
def test_only_who_may_send_there_sees_it_before(
    session: Session, village: Village, name: str
) -> None:
    announced(session, village)
    wanted: dict[str, Any] = {"definition": definition(village), "bulletin_id": None}
    with pytest.raises(NotAllowed):
        preview(session, acting(session, village, name), **wanted)
    for keeper in ("head", "approver"):
        seen = preview(session, acting(session, village, keeper), **wanted)
        assert bodies(seen) == ["Mất nước."]


def test_before_it_goes_out_nobody_reads_what_others_told_a_closed_group(
    session: Session, village: Village
) -> None:
    closed, both = ("party_members",), ("party_members", "households")
    announced(session, village, segments=closed, body="Chi bộ họp kín.")
    announced(session, village, segments=closed, body="Họp.", days=["2026-11-25"])
    announced(session, village, segments=both, body="Cho mọi người.")
    wanted = definition(village, segments=closed)

    def hidden(found: Material) -> list[str]:
        return [one.body for one in (*found.announcements, *found.ahead) if one.hidden]

    def seen(name: str) -> Material:
        actor = acting(session, village, name)
        return preview(session, actor, definition=wanted, bulletin_id=None)

    assert hidden(seen("head")) == ["Chi bộ họp kín.", "Họp."]
    assert hidden(seen("approver")) == []  # who announced it
    assert hidden(material(session, definition=wanted, now=NOW)) == []


def test_much_to_look_through_takes_no_more_statements(session: Session, village: Village) -> None:
    announced(session, village, days=["2026-11-25"])
    with statements(session) as few:
        told(session, village)
    for number in range(20):
        announced(session, village, days=["2026-11-25"], body=f"Họp {number}.")
    with statements(session) as many:
        assert len(told(session, village).ahead) == 21
    assert len(many) == len(few)


def test_what_speaks_of_days_is_told_until_they_have_passed(
    session: Session, village: Village
) -> None:
    announced(session, village, body="Họp.", days=["2026-11-25", "2026-11-28"], at=NOW - 60 * DAY)
    announced(session, village, body="Xa.", days=["2027-01-30"])
    announced(session, village, body="Qua rồi.", days=["2026-11-20"])
    first = told(session, village)
    assert [(one.about, one.body) for one in first.ahead] == [(date(2026, 11, 25), "Họp.")]
    assert bodies(first) == ["Xa."]
    last = told(session, village, now=datetime(2026, 11, 28, 16, 59, tzinfo=UTC))
    assert [one.about for one in last.ahead] == [date(2026, 11, 28)]
    assert told(session, village, now=datetime(2026, 11, 28, 17, 0, tzinfo=UTC)).ahead == ()


def test_nothing_is_listed_twice_in_one_issue(session: Session, village: Village) -> None:
    announced(session, village, body="Họp.", days=["2026-11-25"])
    both = told(session, village)
    assert (bodies(both), len(both.ahead)) == ([], 1)
    only = told(session, village, sections=("announcements",))
    assert (bodies(only), only.ahead) == (["Họp."], ())
    assert told(session, village, sections=("text",)) == Material(number=1)


def reported(
    session: Session, village: Village, slug: str, note: str = "", **events: datetime
) -> None:
    columns = {
        "person_id": village.people["resident"],
        "chat_id": village.groups["ben households zalo"],
        "place_id": village.spots[slug].id,
        "category": "other",
        "what": "Ông Nguyễn Văn Mẫu để rác, 0900000000",
        "address": "",
        "media": [],
        "language": "vi",
        "state": "answered",
        "published": note,
        "created_at": NOW - DAY,
    }
    made = session.execute(insert(ticket).values(columns).returning(ticket.c.id)).scalar_one()
    for kind, at in events.items():
        session.execute(
            insert(event).values(
                ticket_id=made,
                kind=kind,
                person_id=village.people["head"],
                body="Anh Mẫu ơi, xong rồi",
                at=at,
            )
        )


def test_answered_reports_are_counted_and_only_what_was_written_for_all_is_told(
    session: Session, village: Village
) -> None:
    reported(session, village, "ben", answered=NOW)
    reported(session, village, "ben", note="Đã sửa đèn.", answered=NOW, published=NOW)
    reported(session, village, "dong", answered=NOW)
    reported(session, village, "tay", answered=NOW - 30 * DAY, published=NOW, note="Đã dọn rác.")
    reported(session, village, "xa-la", answered=NOW)
    reported(session, village, "ben", opened=NOW)
    found = told(session, village, "xa")
    assert [tuple_of(one) for one in found.answered] == [("Thôn ben", 2), ("Thôn dong", 1)]
    assert [one.text for one in found.notes] == ["Đã sửa đèn.", "Đã dọn rác."]
    assert "Mẫu" not in repr(found)
    assert [tuple_of(one) for one in told(session, village).answered] == [("Thôn ben", 2)]


def tuple_of(answered: Answered) -> tuple[str, int]:
    return answered.place, answered.count
