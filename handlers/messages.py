"""The whole vocabulary between platforms and conversations.

A platform turns what it hears into an `Incoming`; a handler answers with a `Reply` or an
`Effect`. Nothing here knows Telegram, Zalo, the database or the clock. What people say and are
called is in no `repr`, which may end up in a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeAlias, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

ChatKind: TypeAlias = Literal["private", "group"]
FileKind: TypeAlias = Literal["photo", "document"]
Untaken: TypeAlias = Literal["", "contact", "voice", "video", "other"]
Standing: TypeAlias = Literal["admin", "member", "muted", "out"]


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as its platform names it. `id` is opaque and unique per bot."""

    id: str
    kind: ChatKind
    title: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """An account as its platform names it. The name is display only: it proves nothing."""

    id: str
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that lies with the platform (`ref`: what `Platform.fetch` needs) until fetched."""

    ref: str
    kind: FileKind
    name: str = field(default="", repr=False)
    size: int | None = None  # bytes, as claimed by the platform


@dataclass(frozen=True, slots=True)
class Location:
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """What a person wrote. `addressed`: in private, or the bot was mentioned or replied to;
    a leading mention is already taken off `text`. `untaken`: what came that is not taken here.
    `album`: the name of what arrives in several messages and is seen as one."""

    chat: Chat
    sender: Sender
    text: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    addressed: bool = True
    untaken: Untaken = ""
    album: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed. `menu` and `index` come from the callback; `action` is filled in by
    intake from our own record of what was offered, never taken from the platform."""

    chat: Chat
    sender: Sender
    menu: str
    index: int
    action: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """An older message changed its words. `message` is the platform's id of it."""

    chat: Chat
    sender: Sender
    message: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """The bot was put into a chat, taken out of it, or has other rights there. `muted`: it is in
    the group and may not write; "admin": it reads every message of the group."""

    chat: Chat
    sender: Sender
    standing: Standing
    before: Standing = "out"

    @property
    def present(self) -> bool:
        return self.standing != "out"


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat lives on under the id `to`."""

    chat: Chat
    sender: Sender
    to: str


Incoming: TypeAlias = Message | Press | Edit | Membership | Moved


@dataclass(frozen=True, slots=True)
class Button:
    """`action` is routed to a handler as `verb:argument`; `label` is what a person reads,
    and may type instead of pressing."""

    label: str = field(repr=False)
    action: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Words for another chat. Either `people` (their private chats) or `chat` (our id) says whose.
    `code` names the matter ("PA-12"), so that an answer can name it where there are no buttons.
    `careful=True`: a bare number, perhaps meant for another menu, must not choose here."""

    text: str = field(repr=False)
    people: tuple[int, ...] = ()
    chat: int | None = None
    buttons: tuple[Button, ...] = ()
    code: str = ""
    media: tuple[int, ...] = ()  # our own media ids, sent after the words
    careful: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """Words for this chat, and where the conversation stands after them.

    `step=None` ends the conversation; `stay=True` leaves it as it was (an interjection).
    `free_text=True`: the next message is itself the answer, so a bare number is not a choice.
    `lead`: messages sent before the words, each as it is (a preview), and `lead_media` after
    them. `media`: our own media ids, sent after the words. `follows`: the announcement version
    whose progress this message will show. `in_place=True`: after a press, the pressed menu
    itself shows this, where the platform can change a message. `whisper=True`: for the asker
    alone where the platform can, and may be lost.
    """

    text: str = field(default="", repr=False)
    buttons: tuple[Button, ...] = ()
    step: str | None = None
    keep: Mapping[str, Any] = field(default_factory=dict, repr=False)
    free_text: bool = False
    stay: bool = False
    notices: tuple[Notice, ...] = ()
    lead: tuple[str, ...] = field(default=(), repr=False)
    lead_media: tuple[int, ...] = ()
    media: tuple[int, ...] = ()
    urgent: bool = False
    follows: int | None = None
    in_place: bool = False
    whisper: bool = False


@dataclass(frozen=True, slots=True)
class Effect(Generic[T]):
    """One verb of `db/` to run in the update's own transaction, and the words for its result.

    The verb is called as `verb(session, actor, **arguments)`; the grants of `actor`
    (db.scene.Actor), and nothing else of it, are read again inside the transaction, so a right
    lost meanwhile is lost. `say` must be pure.
    When the verb raises one of `refusals`, nothing of it is kept and that Reply is said.
    """

    verb: Callable[..., T]
    arguments: Mapping[str, Any] = field(repr=False)
    say: Callable[[T], Reply]
    refusals: Mapping[type[Exception], Reply]


@dataclass(frozen=True, slots=True)
class Bound(Generic[T]):
    """A verb with its arguments, waiting for its words."""

    verb: Callable[..., T]
    arguments: Mapping[str, Any] = field(repr=False)

    def then(
        self, say: Callable[[T], Reply], refusals: Mapping[type[Exception], Reply] | None = None
    ) -> Effect[T]:
        return Effect(self.verb, self.arguments, say, refusals or {})


def effect(
    verb: Callable[Concatenate[Any, Any, P], T], *args: P.args, **kwargs: P.kwargs
) -> Bound[T]:
    """Bind a verb's named arguments, checked against its signature; session and actor are
    intake's to give: `effect(tickets.open_report, what=…).then(say)`."""
    if args:
        raise TypeError("an effect names its arguments")
    return Bound(verb, kwargs)


Outcome: TypeAlias = Reply | Effect[Any] | None
