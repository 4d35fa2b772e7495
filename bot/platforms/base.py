"""The seam to a platform: four verbs, its limits, and the tree of what can go wrong.

PlatformError
├── Taken                      another program hears for this bot
└── SendError
    ├── Unreachable            certainly not sent: try again
    │   └── TooManyRequests    certainly not sent: try again after `retry_after` seconds
    ├── ChatGone               certainly not sent, never will be: the chat is closed to us
    ├── ChatMoved              certainly not sent: the chat has a new id
    ├── Rejected               certainly not sent: the platform refuses this content
    ├── BadToken               certainly not sent: this bot is not let in
    └── OutcomeUnknown         the request left and no answer came: sent or not, nobody knows
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Protocol, TypeAlias

from handlers.messages import Attachment, Incoming, Location


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as received. `key`: the platform's own identity of it, unique per bot;
    `lane`: the chat it belongs to. Both are known before anything is understood."""

    key: str
    lane: str
    body: bytes = field(repr=False)


Store: TypeAlias = Callable[[Sequence[RawUpdate]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform lets a bot speak: messages per second for the whole bot and the
    largest burst at once, seconds between messages of one private chat and of one group."""

    per_second: float
    burst: int
    private_interval: float
    group_interval: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform can carry. `max_text` in UTF-16 code units, as both platforms count."""

    max_text: int
    buttons: bool
    edits: bool
    files: bool
    group_intake: Literal["all", "mention"]
    pace: Pace
    max_file: int = 20_000_000  # bytes, inbound
    keeps_files: bool = False  # what was sent once is sent again by a reference
    photos_by_url: bool = False  # a photo is sent as an address of ours that the platform reads
    monthly: int | None = None  # messages of one bot; None: as many as it likes
    counts_received: bool = False  # what is received counts among them
    whispers: bool = False  # in a group that the bot is an admin of, words may be for one alone


@dataclass(frozen=True, slots=True)
class File:
    """A file of ours on disk, to be sent. `ref`: what the platform calls it since it first had
    it (`Sent.refs`), "" until then. `url`: where the platform can read it, "" for nowhere."""

    path: Path
    name: str = field(repr=False)
    kind: Literal["photo", "document"]
    ref: str = field(default="", repr=False)
    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """`buttons`: rows of (label, callback) in reading order; the callback is opaque, <= 64 bytes.
    Either `text` or `file` is given; with `file`, `text` is its caption. `bold`: (offset, length)
    of what stands out in `text`, in UTF-16 units. `only_for`: the account that alone is to see
    these words, where the platform takes them so, else all; it may never see them. "" for all."""

    chat: str
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    file: File | None = None
    bold: tuple[tuple[int, int], ...] = ()
    only_for: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingAlbum:
    """2 to 10 files of one kind that are seen as one; `text` is the caption of the first."""

    chat: str
    files: tuple[File, ...]
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingLocation:
    chat: str
    location: Location


@dataclass(frozen=True, slots=True)
class OutgoingEdit:
    """New words and buttons for our own message `message` (the platform's id)."""

    chat: str
    message: str
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingDelete:
    chat: str
    message: str


@dataclass(frozen=True, slots=True)
class OutgoingPin:
    """Keep our message at the head of its chat, without a sound."""

    chat: str
    message: str


@dataclass(frozen=True, slots=True)
class OutgoingLeave:
    """Go out of a group."""

    chat: str


Outgoing: TypeAlias = (
    OutgoingMessage
    | OutgoingAlbum
    | OutgoingLocation
    | OutgoingEdit
    | OutgoingDelete
    | OutgoingPin
    | OutgoingLeave
)


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform's ids of what stands there now (none where nothing does), and what it calls
    each of the files sent, in their order, where it keeps them to be sent again."""

    ids: tuple[str, ...] = ()
    refs: tuple[str, ...] = field(default=(), repr=False)


class NotUnderstood(Exception):
    """The update does not have the shape its platform promises. The message names the field's
    path, never its value."""


class PlatformError(Exception):
    """The platform did not do what it was asked."""


class Taken(PlatformError):
    """Another program hears for this bot: it polls too, or has set a webhook. The message says
    which, and what to do."""


class SendError(PlatformError):
    """Sending failed. `retry`: whether the same request may be made again."""

    retry: ClassVar[bool] = False


class Unreachable(SendError):
    """The platform cannot be reached; nothing was sent."""

    retry = True


class TooManyRequests(Unreachable):
    """The platform asks for a pause; nothing was sent. `retry_after` in seconds. `whole`: the
    bot may write to nobody now, and the platform does not say for how long."""

    def __init__(self, retry_after: float, *, whole: bool = False) -> None:
        super().__init__(f"asked to wait {retry_after:g} s")
        self.retry_after = retry_after
        self.whole = whole


class ChatGone(SendError):
    """The chat is closed to us: blocked, kicked, deleted or never known."""


class ChatMoved(SendError):
    """The chat lives on under `new_id`."""

    def __init__(self, new_id: str) -> None:
        super().__init__("the chat has a new id")
        self.new_id = new_id


class Rejected(SendError):
    """The platform refuses this content; the reason is its own words, without ours."""


class BadToken(SendError):
    """The platform does not let this bot in: token wrong, revoked or expired."""


class OutcomeUnknown(SendError):
    """The request left and no answer came back."""


class FileGone(Exception):
    """The platform no longer holds the file, or never did."""


class Platform(Protocol):
    """One bot on one platform. Implementations raise nothing but what stands above.

    `mention`: what people write to address the bot in a group ("@ten_bot"), "" while unknown; it
    is known once an update is understood. `link`: with a code put behind it, an address that says
    the code to the bot in private ("https://t.me/ten_bot?start="), "" where there is none."""

    name: str
    limits: Limits
    mention: str
    link: str

    async def receive(self, store: Store) -> None:
        """Run until cancelled. `await store(updates)` returns once they are committed; only
        then is an update acknowledged to the platform. Whoever was heard without anything new
        stores nothing: `store(())` says that all is well. Raises Unreachable, TooManyRequests,
        OutcomeUnknown, BadToken, Taken: to be called again after a pause."""

    async def understand(self, update: RawUpdate) -> Incoming | None:
        """No I/O. None: nothing for us. Raises NotUnderstood."""

    async def send(self, outgoing: Outgoing) -> Sent:
        """Raises SendError."""

    async def fetch(self, file: Attachment, to: Path) -> None:
        """Write the file's bytes to `to`. Raises FileGone or Unreachable."""

    async def aclose(self) -> None: ...
