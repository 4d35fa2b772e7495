"""Places, people, where we talk to them, and what they may do."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, UniqueConstraint

from db.tables.base import SQLModel


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
    """One token on one platform, serving one place. `trouble`: the class of what keeps it from
    hearing, and since when; `told`: whether those who lead the place know of it."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    platform: str
    place_id: int = Field(foreign_key="place.id")
    trouble: str | None = None
    trouble_since: datetime | None = None
    trouble_told: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class Person(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    language: str | None = None
    created_at: datetime


class Chat(SQLModel, table=True):
    """A private chat or a group. A group is tied to a place and a segment by a one-time code.
    `standing`: what the bot is there, as its platform last said; `met_at`: since when it is in,
    where that was seen; `untold`: those who tie groups do not know yet that it is out. `keeper_id`:
    the person who carries by hand what no bot can bring there. `answers`: in this group the bot
    also answers questions that were not put to it."""

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
    standing: str = Field(default="member", sa_column_kwargs={"server_default": "member"})
    met_at: datetime | None = None
    untold: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    keeper_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    answers: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


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


class Link(SQLModel, table=True):
    """A one-time code that makes another account one more of a person's own. Only its digest is
    kept. The account that used it waits for the word of the person who asked for it."""

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None
    accepted: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


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
