"""Every table, in the order a reader meets them: places and people, chats, what came in,
what goes out, and the matters of the village. Rows are plain data; verbs live beside this file.

Times are aware UTC. Platform ids are opaque strings. States are words, listed at each table.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, Table, text
from sqlmodel import Field, SQLModel, UniqueConstraint

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Place(SQLModel, table=True):
    """Province, commune or village. `path` holds the ids from the root ("1.4."), so that a
    subtree is a prefix."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    kind: str  # province commune village
    parent_id: int | None = Field(default=None, foreign_key="place.id")
    path: str = Field(default="", index=True)


class Bot(SQLModel, table=True):
    """One token on one platform, serving one place."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    platform: str
    place_id: int = Field(foreign_key="place.id")


class Person(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    language: str | None = None
    created_at: datetime


class Chat(SQLModel, table=True):
    """A private chat or a group. A group is tied to a place and a segment by a one-time code."""

    __table_args__ = (
        UniqueConstraint("bot_id", "external_id"),
        Index("chat_audience", "place_id", "segment"),
    )
    id: int | None = Field(default=None, primary_key=True)
    bot_id: int = Field(foreign_key="bot.id")
    external_id: str
    kind: str  # private group
    title: str = ""
    place_id: int | None = Field(default=None, foreign_key="place.id")
    segment: str | None = None


class Account(SQLModel, table=True):
    """A person's identity on a platform, and the private chat it was last met in."""

    __table_args__ = (UniqueConstraint("platform", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    platform: str
    external_id: str
    name: str = ""
    person_id: int = Field(foreign_key="person.id", index=True)
    chat_id: int | None = Field(default=None, foreign_key="chat.id")


class Role(SQLModel, table=True):
    """What a person may do at a place and below it; see `permissions`."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    name: str  # village_head cadre approver admin
    granted_at: datetime
    ends_at: datetime | None = None


class Consent(SQLModel, table=True):
    """Proof of a consent: which words (version and digest), when, by which update."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    purpose: str
    version: str
    language: str
    digest: str  # sha256 of the words shown
    given_at: datetime
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id")
    withdrawn_at: datetime | None = None


class GroupCode(SQLModel, table=True):
    """A one-time code that ties a group. Only its digest is kept."""

    __tablename__ = "group_code"
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    place_id: int = Field(foreign_key="place.id")
    segment: str
    created_by: int = Field(foreign_key="person.id")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    chat_id: int | None = Field(default=None, foreign_key="chat.id")


class Invitation(SQLModel, table=True):
    """A one-time code that gives a role. Only its digest is kept. Whoever used it waits for the
    word of the one who invited; what came from the command line (the first admin) needs none."""

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    place_id: int = Field(foreign_key="place.id")
    role: str
    role_ends_at: datetime | None = None
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None
    accepted: bool = False


class Inbox(SQLModel, table=True):
    """An update as received. The body is emptied when the update is done."""

    __table_args__ = (
        UniqueConstraint("bot_id", "key"),
        Index(
            "inbox_received",
            "bot_id",
            "id",
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    bot_id: int = Field(foreign_key="bot.id")
    key: str
    lane: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str = "received"  # received done aside
    failures: int = 0
    crashes: int = 0
    error: str | None = None  # the class of what went wrong, never its words
    received_at: datetime
    done_at: datetime | None = None


class Conversation(SQLModel, table=True):
    """Where one account stands in one chat: the step, the answers so far, the menu
    on offer (an outbox row), and whether the next message is free text."""

    chat_id: int = Field(foreign_key="chat.id", primary_key=True)
    account_id: int = Field(foreign_key="account.id", primary_key=True)
    step: str = ""
    keep: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    free_text: bool = False
    menu_id: int | None = None
    version: int = 1
    updated_at: datetime


class Outbox(SQLModel, table=True):
    """One platform message, or the edit of one. A row whose `due_at` is null is held."""

    __table_args__ = (
        UniqueConstraint("delivery_id", "part"),
        Index(
            "outbox_queued",
            "bot_id",
            "priority",
            "chat_id",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "outbox_queued_edit",
            "ref",
            unique=True,
            sqlite_where=text("state = 'queued' AND kind = 'edit'"),
            postgresql_where=text("state = 'queued' AND kind = 'edit'"),
        ),
        Index(
            "outbox_sending",
            "bot_id",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    bot_id: int = Field(foreign_key="bot.id")
    chat_id: int = Field(foreign_key="chat.id")
    kind: str = "message"  # message edit
    origin: str  # announcement reply notice
    priority: int  # 0 urgent, 1 reply or notice, 2 bulk
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id")
    part: int | None = None
    body: str
    buttons: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    code: str = ""
    media_id: int | None = Field(default=None, foreign_key="media.id", index=True)
    ref: int | None = Field(default=None, foreign_key="outbox.id")
    state: str = "queued"  # queued sending sent uncertain failed cancelled
    due_at: datetime | None = None
    attempts: int = 0
    doubts: int = 0  # how often the outcome was unknown and it was sent again
    external_id: str | None = None
    error: str | None = None
    sent_at: datetime | None = None


class Media(SQLModel, table=True):
    """A file somebody sent: wanted until fetched, then kept under its digest."""

    id: int | None = Field(default=None, primary_key=True)
    bot_id: int = Field(foreign_key="bot.id")
    chat_id: int = Field(foreign_key="chat.id")
    ref: str
    kind: str  # photo document
    name: str = ""
    state: str = Field(default="wanted", index=True)  # wanted kept refused lost
    attempts: int = 0
    due_at: datetime
    digest: str | None = None  # sha256 of the bytes: the file's name in the media folder
    size: int | None = None  # bytes
    mime: str | None = None


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
    kind: str  # opened answered published
    person_id: int = Field(foreign_key="person.id")
    body: str = ""
    at: datetime


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
    attempts: int = 0
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


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model, for set-based statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
