"""A bulletin's choice in other words than its label's: "tạo bản tin" for Thêm bản tin.

What a choice may be called is listed in the replies: `bulletins.say_skip` for the action
`bulletins.skip`. It counts only while that choice is on offer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from content.folding import words
from content.phrases import Pattern, patterns, wholly
from handlers.messages import Message, Outcome, Press
from handlers.people import listed
from handlers.router import Action, Context, OnMessage, Router

_LONGEST: Final = 60  # characters
_SAME: Final[Mapping[str, str]] = {
    "change_time": "retime",
    "change_text": "retext",
    "keep_time": "keep",
    "keep_text": "keep",
    "keep_day": "keep",
    "last_day": "last",
}
_INSIDE: Final = ("preview", "ask", "pause", "resume", "retime", "retext", "remove")
_AGREED: Final = ("begin", "end", "send", "usual", "write_text")  # a yes is enough


def means(context: Context, wanted: tuple[Pattern, ...], text: str) -> bool:
    """Whether the text is what is wanted, perhaps among words that say nothing."""
    around = (*listed(context, "people.small_words"), *listed(context, "bulletins.small_words"))
    spellings = (text, " ".join(words(text)))
    return len(text) <= _LONGEST and any(wholly(one, wanted, around) for one in spellings)


def chosen(text: str, context: Context) -> str:
    """The action of the one bulletin's choice on offer that the text means; "" for none, or where
    it gives up: see `bot.choices`."""
    offered = [
        (label, action)
        for label, action in (*context.scene.buttons, *_within(context))
        if action.startswith("bulletins.") and action != "bulletins.cancel"
    ]
    found = {
        action for label, action in offered if means(context, _names(label, action, context), text)
    }
    return found.pop() if len(found) == 1 else ""


def _within(context: Context) -> list[tuple[str, str]]:
    """What the one bulletin that can be opened would offer."""
    cancel = context.words("common.cancel")
    shown = [
        action
        for label, action in context.scene.buttons
        if action.startswith("bulletins.show:") and label != cancel
    ]
    if len(shown) != 1 or context.scene.step:
        return []
    id = shown[0].partition(":")[2]
    return [(context.words(f"bulletins.do_{name}"), f"bulletins.{name}:{id}") for name in _INSIDE]


def _names(label: str, action: str, context: Context) -> tuple[Pattern, ...]:
    keys = [key for key in _keys(label, action, context) if key in context.words]
    return (*patterns([label]), *(one for key in keys for one in listed(context, key)))


def _keys(label: str, action: str, context: Context) -> Iterator[str]:
    name = action.partition(":")[0].removeprefix("bulletins.")
    yield f"bulletins.say_{_SAME.get(name, name)}"
    if name in _AGREED:
        yield "people.yes_words"
    if label == context.words("common.cancel"):
        yield "common.cancel_words"


async def pressed(
    action: str, message: Message, context: Context, actions: Mapping[str, Action]
) -> Outcome:
    name, _, argument = action.partition(":")
    press = Press(message.chat, message.sender, str(context.scene.menu_id), 0, action)
    return await actions[name].handler(press, context, argument)


def step(router: Router, name: str) -> Callable[[OnMessage], OnMessage]:
    """As `router.step`; a choice in other words is a press on it."""

    def register(handler: OnMessage) -> OnMessage:
        @router.step(name)
        async def worded(message: Message, context: Context) -> Outcome:
            action = "" if message.attachments else chosen(message.text, context)
            if action.partition(":")[0] in router.actions:
                return await pressed(action, message, context, router.actions)
            return await handler(message, context)

        return handler

    return register
