"""A conversation played by hand: every reply becomes the scene of the next message."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from db import media, people, questions
from db.scene import Scene
from handlers import people as people_talk
from handlers import start
from handlers.feedback import offering
from handlers.feedback import talk as feedback
from handlers.messages import Attachment, Effect, Incoming, Location, Message, Outcome, Reply
from handlers.questions import drafts, handing
from handlers.router import Context, Dispatcher
from handlers.tickets import followups
from handlers.tickets import talk as ticket_talk
from tests.handlers.stage import Stage, message, press

PHOTO = Attachment("ref", "photo", "den.jpg")
RIVER = Location(20.5, 106.25)

words = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    ["", "không", "có", "bến", "thôn", "1", "99", "PA-12", "pa999", "thôi", "\x00", "\ud800"]
)
files = st.lists(
    st.builds(Attachment, st.just("ref"), st.sampled_from(["photo", "document"]), words),
    max_size=3,
)
anything = st.tuples(words, files, st.none() | st.builds(Location, st.floats(), st.floats()))


async def nobody(message: Message, context: Context) -> Outcome:
    return Reply("nobody claims this")


DISPATCHER = Dispatcher(
    [
        start.router,
        feedback.router,
        offering.router,
        handing.router,
        followups.router,
        ticket_talk.router,
        drafts.router,
        people_talk.router,
    ],
    fallback=nobody,
    stale=start.stale,
    ask_first=start.ask_first,
)


class Talk:
    """`results`: what each verb returns, a value or a function of its arguments; `done`: the
    effects so far."""

    def __init__(self, stage: Stage, scene: Scene, language: str = "vi") -> None:
        self.stage = stage
        self.scene = replace(scene, menu_id=1)
        self.language = language
        self.done: list[Effect[Any]] = []
        self.results: dict[Callable[..., Any], Any] = {
            media.want: self._want,
            people.agree: None,
            people.settle_in: "Thôn Bến Đò",
            people.speak: None,
            media.discard: None,
            questions.keep: 1,
        }
        self._files = 40

    async def say(
        self, text: str = "", *attachments: Attachment, location: Location | None = None
    ) -> Reply:
        return await self._hear(message(text, *attachments, location=location))

    async def press(self, action: str) -> Reply:
        """Only what is on offer can be pressed."""
        assert action in [offered for _, offered in self.scene.buttons]
        return await self._hear(press(action))

    async def press_elsewhere(self, action: str) -> Reply:
        """A button on another message than the newest menu."""
        return await self._hear(replace(press(action), menu="99"))

    @property
    def keep(self) -> dict[str, Any]:
        return dict(self.scene.keep)

    def verbs(self) -> list[Callable[..., Any]]:
        return [effect.verb for effect in self.done]

    async def _hear(self, incoming: Incoming) -> Reply:
        context = self.stage.context(self.scene, self.language)
        reply = self._settled(await DISPATCHER.dispatch(incoming, context))
        if not reply.stay:
            kept = json.dumps(dict(reply.keep), ensure_ascii=False).encode()
            self.scene = replace(
                self.scene,
                step=reply.step or "",
                keep=json.loads(kept),
                free_text=reply.free_text,
                buttons=tuple((button.label, button.action) for button in reply.buttons),
            )
        return reply

    def _settled(self, outcome: Outcome) -> Reply:
        assert outcome is not None
        if isinstance(outcome, Reply):
            return outcome
        self.done.append(outcome)
        result = self.results.get(outcome.verb) if _lets_go(outcome) else self.results[outcome.verb]
        said: Reply = outcome.say(result(**outcome.arguments) if callable(result) else result)
        return said

    def _want(self, files: list[media.Seen]) -> tuple[int, ...]:
        first, self._files = self._files, self._files + len(files)
        return tuple(range(first, self._files))


def _lets_go(outcome: Effect[Any]) -> bool:
    """Whether it is another verb that, besides, lets go of files (handlers.interjection)."""
    return outcome.verb.__module__ == "handlers.interjection"


def actions(reply: Reply) -> list[str]:
    return [button.action for button in reply.buttons]
