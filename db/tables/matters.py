"""The matters of the village: announcements, reports, bulletins, exports, and their audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, UniqueConstraint

from db.tables.base import SQLModel


class Announcement(SQLModel, table=True):
    """What a cadre had to say; what was sent of it are its versions."""

    id: int | None = Field(default=None, primary_key=True)
    author_id: int = Field(foreign_key="person.id")
    created_at: datetime


class AnnouncementVersion(SQLModel, table=True):
    """What was released, to whom, by whom. `digest` is of what the preview showed."""

    __tablename__ = "announcement_version"
    __table_args__ = (UniqueConstraint("announcement_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    announcement_id: int = Field(foreign_key="announcement.id")
    number: int = 1
    body: str
    places: list[int] = Field(sa_column=Column(JSON, nullable=False))
    segments: list[str] = Field(sa_column=Column(JSON, nullable=False))
    urgent: bool = False
    days: list[str] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )  # the dates it speaks of, ISO: an event or a deadline is told again until it has passed
    digest: str
    released_by: int = Field(foreign_key="person.id")
    released_at: datetime
    status_id: int | None = None  # the outbox message that shows the progress
    shown: str = ""  # the counts the status message last showed
    reported_at: datetime | None = None
    stopped_at: datetime | None = None


class AnnouncementPart(SQLModel, table=True):
    """One message of a version as a platform will carry it."""

    __tablename__ = "announcement_part"
    version_id: int = Field(foreign_key="announcement_version.id", primary_key=True)
    platform: str = Field(primary_key=True)
    part: int = Field(primary_key=True)
    body: str = ""
    media_id: int | None = Field(default=None, foreign_key="media.id")


class Delivery(SQLModel, table=True):
    """One version to one chat. Its state is derived from its parts in the outbox."""

    __table_args__ = (UniqueConstraint("version_id", "chat_id"),)
    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="announcement_version.id")
    chat_id: int = Field(foreign_key="chat.id")


class Relay(SQLModel, table=True):
    """A delivery that a person carries by hand: into a group that no bot can write to, over the
    loudspeaker, onto the notice board. Its parts stand in the outbox as `handed`, afterwards as
    `relayed`. `keeper_id` None: nobody could be found for it yet."""

    delivery_id: int = Field(foreign_key="delivery.id", primary_key=True)
    keeper_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    handed_at: datetime
    told_at: datetime | None = Field(default=None, index=True)
    reminded_at: datetime | None = None
    done_at: datetime | None = None
    done_by: int | None = Field(default=None, foreign_key="person.id")


class Ticket(SQLModel, table=True):
    """One report (phản ánh, kiến nghị). Its code is PA-<id>."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    chat_id: int = Field(foreign_key="chat.id")
    place_id: int = Field(foreign_key="place.id", index=True)
    category: str = Field(default="other", sa_column_kwargs={"server_default": "other"})
    what: str
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    media: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    language: str = "vi"
    state: str = Field(default="open", index=True)  # open answered
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id", unique=True)
    published: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # what bulletins may say of it: written by staff, naming nobody
    created_at: datetime


class TicketEvent(SQLModel, table=True):
    __tablename__ = "ticket_event"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    kind: str  # opened answered reopened published unpublished
    person_id: int = Field(foreign_key="person.id")
    body: str = ""
    at: datetime = Field(index=True)


class Bulletin(SQLModel, table=True):
    """What is sent again and again: its words, to whom, and when. Slots up to `swept_at` are
    dealt with; `next_at` is the next one (None: there will be none)."""

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="person.id", index=True)
    title: str
    text: str = ""
    sections: list[str] = Field(sa_column=Column(JSON, nullable=False))
    schedule: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    places: list[int] = Field(sa_column=Column(JSON, nullable=False))
    segments: list[str] = Field(sa_column=Column(JSON, nullable=False))
    late_hours: int  # a slot missed by less is still sent
    state: str = "active"  # active paused ended
    created_at: datetime
    swept_at: datetime
    next_at: datetime | None = Field(default=None, index=True)


class Occurrence(SQLModel, table=True):
    """One issue of a bulletin, claimed by its slot in the transaction that queues it."""

    __table_args__ = (UniqueConstraint("bulletin_id", "slot"),)
    id: int | None = Field(default=None, primary_key=True)
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)
    slot: datetime
    state: str  # sent skipped
    reason: str = ""  # of a skipped one: late asked empty nobody not_allowed
    version_id: int | None = Field(default=None, foreign_key="announcement_version.id", index=True)
    at: datetime


class Export(SQLModel, table=True):
    """A table or a chart somebody asked for in chat: made after the commit, sent, then erased."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str  # csv xlsx chart
    filters: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    person_id: int = Field(foreign_key="person.id")
    chat_id: int = Field(foreign_key="chat.id")
    state: str = Field(default="wanted", index=True)  # wanted made failed erased
    attempts: int = 0  # begun, whatever came of them
    failures: int = 0
    due_at: datetime
    media_id: int | None = Field(default=None, foreign_key="media.id")
    asked_at: datetime


class Audit(SQLModel, table=True):
    """Who did what with other people's data or rights; never the data itself. `person_id` None:
    from the command line."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    action: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Question(SQLModel, table=True):
    """What somebody asked, folded and without personal data, and what became of it. Who asked is
    not kept: `chat_id` only of a group. `entry`: the procedure it was answered with, or the topic
    whose matter it is instead."""

    id: int | None = Field(default=None, primary_key=True)
    bot_id: int = Field(foreign_key="bot.id")
    place_id: int | None = Field(default=None, foreign_key="place.id")
    chat_id: int | None = Field(default=None, foreign_key="chat.id", index=True)
    asked_at: datetime = Field(index=True)
    language: str = "vi"
    text: str
    outcome: str  # answer choices decline feedback none
    entry: str = Field(default="", sa_column_kwargs={"server_default": ""})
    verdict: str = Field(default="", sa_column_kwargs={"server_default": ""})  # useful wrong
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)


class QuestionList(SQLModel, table=True):
    """A week's list of questions, claimed by its slot in the transaction that queues it."""

    __tablename__ = "question_list"
    slot: datetime = Field(primary_key=True)
    at: datetime


class FaqDraft(SQLModel, table=True):
    """What a cadre answered to a question, kept to become an entry. `taken_at`: since when
    somebody is making one of it."""

    __tablename__ = "faq_draft"
    id: int | None = Field(default=None, primary_key=True)
    place_id: int | None = Field(default=None, foreign_key="place.id")
    question: str
    answer: str
    entry: str = Field(default="", sa_column_kwargs={"server_default": ""})
    by_id: int = Field(foreign_key="person.id")
    made_at: datetime
    taken_at: datetime | None = None
