"""What came in, where each conversation stands, and what goes out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, text
from sqlmodel import Field, UniqueConstraint

from db.tables.base import SQLModel


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
    """One platform message, or what is done with one or with its chat. A row whose `due_at` is
    null is held. `only_for`: what the platform calls the one account of the chat that is to see
    it; null for all."""

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
            "outbox_line",
            "bot_id",
            "priority",
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
    kind: str = "message"  # message edit leave
    origin: str  # announcement reply notice
    priority: int  # 0 urgent, 1 reply or notice, 2 bulk
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id")
    part: int | None = None
    body: str
    buttons: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    code: str = ""
    media_id: int | None = Field(default=None, foreign_key="media.id", index=True)
    ref: int | None = Field(default=None, foreign_key="outbox.id")
    state: str = "queued"  # queued sending sent uncertain failed cancelled handed relayed
    due_at: datetime | None = None
    attempts: int = 0
    doubts: int = 0  # how often the outcome was unknown and it was sent again
    external_id: str | None = None
    error: str | None = None
    sent_at: datetime | None = None
    only_for: str | None = None


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


class Upload(SQLModel, table=True):
    """What a bot's platform calls a file of ours since it first had it."""

    bot_id: int = Field(foreign_key="bot.id", primary_key=True)
    media_id: int = Field(foreign_key="media.id", primary_key=True)
    ref: str


class Quota(SQLModel, table=True):
    """What a bot has received and sent in a month ("2026-11", as the village counts), where its
    platform sets a limit. `refusals`: how often in a row the platform would take no more;
    `refused_until`: when it is asked again; `warned`, `refused_told`: the admins know."""

    bot_id: int = Field(foreign_key="bot.id", primary_key=True)
    month: str = Field(primary_key=True)
    received: int = 0
    sent: int = 0
    warned: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    refusals: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    refused_until: datetime | None = None
    refused_told: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
