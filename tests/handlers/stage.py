"""A stage for handlers: a Context without a database or a platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.scheduler import slots
from content.loader import Content, load
from db import places
from db.quota import Allowance
from db.scene import Actor, Grant, Scene
from handlers.messages import Attachment, Chat, Location, Message, Press, Sender
from handlers.router import Context

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SOMEBODY = Sender("u1", "Bà Lúa")
PRIVATE = Chat("c1", "private")
GROUP = Chat("g1", "group", "Hộ dân thôn Bến")


def scene(
    *,
    step: str = "",
    keep: Mapping[str, Any] | None = None,
    grants: tuple[Grant, ...] = (),
    place_id: int | None = 2,
    chat_kind: str = "private",
    **more: Any,
) -> Scene:
    actor = Actor(
        person_id=7, account_id=8, chat_id=9, bot_id=1, now=NOW, place_id=place_id, grants=grants
    )
    return Scene(
        actor=actor, chat_kind=chat_kind, name="Bà Lúa", step=step, keep=keep or {}, **more
    )


class Stage:
    """`answers`: what each reading verb returns, a value or a function of its arguments."""

    def __init__(self, content: Content | None = None) -> None:
        self.content = content or load()
        self.answers: dict[Callable[..., Any], Any] = {places.chain: ()}
        self.mention = self.link = ""
        self.mentions: Mapping[int, str] = {}
        self.plans: Mapping[int, Allowance] = {}
        self.blind: frozenset[str] = frozenset()

    async def read(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = self.answers[verb]
        return answer(*args, **kwargs) if callable(answer) else answer

    def context(self, scene: Scene, language: str = "vi") -> Context:
        return Context(
            scene=scene,
            words=self.content.words(language),
            content=self.content,
            read=self.read,
            split=lambda text: {
                "sandbox-telegram": (text,),
                "sandbox-zalo": (text[:10], text[10:]),
            },
            slots=slots,
            mention=self.mention,
            mentions=self.mentions,
            link=self.link,
            plans=self.plans,
            blind=self.blind,
        )


def message(
    text: str = "",
    *attachments: Attachment,
    group: bool = False,
    addressed: bool = True,
    location: Location | None = None,
) -> Message:
    return Message(
        GROUP if group else PRIVATE, SOMEBODY, text, attachments, location, addressed=addressed
    )


def press(action: str) -> Press:
    return Press(PRIVATE, SOMEBODY, "1", 0, action)
