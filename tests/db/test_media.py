"""Files are fetched after the update; messages that show them wait until they are here."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlmodel import Session

from db import media
from db.announcements import Part
from db.media import Seen
from db.scene import Actor
from db.tables import Media, Outbox, table
from tests.db.post import claim, put, put_in, row
from tests.db.village import LATER, NOW, Village, acting, released

pytest_plugins = "tests.db.ground_fixtures"

PHOTO, PAPER = Seen("ref 1", "photo", ""), Seen("ref 2", "document", "to-trinh.pdf")
GROUP = "ben households telegram"


@pytest.fixture
def actor(session: Session, village: Village) -> Actor:
    return acting(session, village, "resident", village.groups[GROUP])


def keep(session: Session, file: int, now: Any = NOW) -> None:
    media.keep(session, file, digest="abc", size=5, mime="image/png", kind="photo", now=now)


def stored(session: Session, file: int) -> Row[Any]:
    return session.execute(select(table(Media)).where(table(Media).c.id == file)).one()


def test_wanted_files_are_due_at_once_and_in_order(session: Session, actor: Actor) -> None:
    ids = media.want(session, actor, files=[PHOTO, PAPER])
    due = media.due(session, actor.bot_id, NOW, 9)
    assert [wanted.id for wanted in due] == list(ids)
    assert [(w.ref, w.kind, w.name, w.attempts) for w in due] == [(*PHOTO, 0), (*PAPER, 0)]
    assert {w.chat_external_id for w in due} == {f"{GROUP} 1"}
    assert media.states(session, ids) == dict.fromkeys(ids, "wanted")
    assert media.waiting(session, NOW) == 2


def test_no_files_are_no_work(session: Session, actor: Actor) -> None:
    assert media.want(session, actor, files=[]) == ()
    assert "topics" not in session.info


def test_a_fetcher_gets_its_own_and_no_more_than_it_asked_for(
    session: Session, village: Village, actor: Actor
) -> None:
    first, *_ = media.want(session, actor, files=[PHOTO, PAPER])
    assert [wanted.id for wanted in media.due(session, actor.bot_id, NOW, 1)] == [first]
    assert media.due(session, village.bots["zalo"], NOW, 9) == []


def test_a_file_put_off_comes_back_in_its_time(session: Session, actor: Actor) -> None:
    (file,) = media.want(session, actor, files=[PHOTO])
    media.postpone(session, file, LATER)
    assert media.due(session, actor.bot_id, NOW, 9) == []
    assert media.waiting(session, NOW) == 0
    (wanted,) = media.due(session, actor.bot_id, LATER, 9)
    assert (wanted.id, wanted.attempts) == (file, 1)


def test_a_message_goes_out_once_its_file_is_here(
    session: Session, village: Village, actor: Actor
) -> None:
    file, other = media.want(session, actor, files=[PHOTO, PAPER])
    message = put(session, village, media_id=file, due_at=None)
    put(session, village, media_id=other, due_at=None)
    assert claim(session, village) == []
    keep(session, file)
    (claimed,) = claim(session, village)
    assert (claimed.id, claimed.media_digest, claimed.media_kind) == (message, "abc", "photo")
    assert media.due(session, actor.bot_id, NOW, 9) == [
        media.Wanted(other, *PAPER, 0, actor.chat_id, f"{GROUP} 1")
    ]
    assert (stored(session, file).size, stored(session, file).mime) == (5, "image/png")


@pytest.mark.parametrize("state", ["cancelled", "sent"])
def test_a_file_that_arrives_wakes_nothing_that_ended(
    session: Session, village: Village, actor: Actor, state: str
) -> None:
    (file,) = media.want(session, actor, files=[PHOTO])
    message = put(session, village, media_id=file, due_at=None)
    put_in(session, message, state)
    before = row(session, message)
    keep(session, file, LATER)
    assert row(session, message) == before


@pytest.mark.parametrize("state", ["refused", "lost"])
def test_without_its_file_a_message_does_not_go_out(
    session: Session, village: Village, actor: Actor, state: str
) -> None:
    (file,) = media.want(session, actor, files=[PHOTO])
    held = put(session, village, media_id=file, due_at=None)
    words = put(session, village)
    media.drop(session, file, state)
    assert [claimed.id for claimed in claim(session, village, LATER)] == [words]
    assert row(session, held).state == "cancelled"
    assert media.states(session, [file]) == {file: state}
    assert media.due(session, actor.bot_id, LATER, 9) == []


def test_what_happens_wakes_whoever_waits_for_it(session: Session, actor: Actor) -> None:
    topics = session.info.setdefault("topics", set())
    kept, dropped = media.want(session, actor, files=[PHOTO, PAPER])
    assert topics == {"media"}
    topics.clear()
    keep(session, kept)
    assert topics == {"outbox"}
    topics.clear()
    media.drop(session, dropped, "lost")
    assert topics == {"settled", "media"}


def test_a_file_holds_every_message_that_shows_it(
    session: Session, village: Village, actor: Actor
) -> None:
    (file,) = media.want(session, actor, files=[PHOTO])
    for group in (GROUP, "dong households telegram", "ben households zalo"):
        put(session, village, group=group, media_id=file, due_at=None)
    keep(session, file, LATER)
    due = select(table(Outbox).c.due_at).where(table(Outbox).c.media_id == file)
    assert list(session.execute(due).scalars()) == [LATER] * 3


def test_no_file_waits_beyond_a_time(session: Session, village: Village, actor: Actor) -> None:
    far, near = media.want(session, actor, files=[PHOTO, PAPER])
    media.postpone(session, far, LATER)
    media.hasten(session, village.bots["zalo"], NOW)
    assert stored(session, far).due_at == LATER
    media.hasten(session, actor.bot_id, NOW + (LATER - NOW) / 2)
    assert stored(session, far).due_at == NOW + (LATER - NOW) / 2
    assert stored(session, near).due_at == NOW


def carried(session: Session, village: Village, file: int) -> None:
    """An announcement with it to the group."""
    parts = {"telegram": [Part("news"), Part("", file)]}
    released(session, village, ["ben"], media=[file], parts=parts)


def test_a_photo_is_shown_outside_once_an_announcement_has_carried_it(
    session: Session, village: Village, actor: Actor
) -> None:
    file, other = media.want(session, actor, files=[PHOTO, PHOTO])
    keep(session, other)
    put(session, village, media_id=other)  # to somebody, and not as an announcement
    assert media.released(session, file) is None
    carried(session, village, file)
    assert media.released(session, file) is None
    keep(session, file)
    assert media.released(session, file) == ("abc", "image/png")
    assert media.released(session, other) is None
    assert media.released(session, 999_999) is None


def test_no_other_file_than_a_photo_is_shown_outside(
    session: Session, village: Village, actor: Actor
) -> None:
    (file,) = media.want(session, actor, files=[PAPER])
    carried(session, village, file)
    media.keep(session, file, digest="d", size=5, mime="a/b", kind="document", now=NOW)
    assert media.released(session, file) is None


def test_a_row_in_hand_says_whether_its_photo_was_released(
    session: Session, village: Village, actor: Actor
) -> None:
    file, other = media.want(session, actor, files=[PHOTO, PHOTO])
    for one in (file, other):
        keep(session, one)
        put(session, village, media_id=one)
    carried(session, village, file)
    found = []
    while rows := claim(session, village):
        found += [(row.media_id, row.announcement, row.released) for row in rows]
        for taken in rows:
            put_in(session, taken.id, "sent")
    replies, announced = [(file, False, True), (other, False, False)], [(None, True, False)]
    assert found == [*replies, *announced, (file, True, True)]
