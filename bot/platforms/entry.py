"""What a village is made of: people, chats, messages, updates, and what can be wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from content.commune import Style

BOT = "bot"  # the sender of the bot's own messages


class VillageError(Exception):
    """What was asked does not fit the village. The message says what to do."""


class Missing(VillageError):
    """There is no such person, chat, message or file."""


class NotMember(VillageError):
    """The person is not in that chat."""


class MenuGone(VillageError):
    """The message no longer offers that button, or never did."""


@dataclass(frozen=True, slots=True)
class Villager:
    """`place` is the place's name."""

    id: str
    name: str
    role: str
    place: str
    style: Style


@dataclass(frozen=True, slots=True)
class Room:
    """A chat. `place` is the place's name; it and `segment` are "" in private and where nobody
    has tied the group. `mention`: how to address the bot, "" in private."""

    id: str
    kind: Literal["private", "group"]
    title: str
    place: str
    segment: str
    style: Style
    mention: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file on a message. `type`: what its sender claims it to be; `size` in bytes."""

    id: str
    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. `buttons`: (label, callback); `location`: latitude, longitude."""

    chat: str
    sender: str
    text: str
    id: str = ""  # given by the record
    buttons: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attached, ...] = ()
    location: tuple[float, float] | None = None
    sent_at: str = ""
    edited_at: str | None = None
    deleted: bool = False
    pinned: bool = False

    @property
    def from_bot(self) -> bool:
        return self.sender == BOT


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update for the bot. `key` is unique among all villages ever made."""

    number: int
    key: str
    lane: str
    body: bytes
