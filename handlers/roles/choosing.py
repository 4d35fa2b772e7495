"""A choice on offer in other words than its label's: "dung roi" for Đúng người.

What a choice may be called besides is listed in the replies. It counts only while that choice
is on offer.
"""

from __future__ import annotations

from typing import Final

from content.phrases import Pattern, patterns, tokens, wholly, without
from handlers.messages import Message, Outcome, Press
from handlers.people import listed
from handlers.router import Context, Router

_ALSO: Final = {  # what an action's label may be called too, where the replies list it
    "roles.end": ("roles.say_end",),
    "roles.date": ("roles.say_date",),
    "roles.always": ("roles.say_always",),
    "roles.endless": ("roles.say_always",),
    "roles.ended": ("people.yes_words", "roles.say_sure"),
    "groups.untied": ("people.yes_words", "roles.say_sure"),
    "roles.keep.cancel": ("people.no_words", "roles.say_keep"),
    "groups.keep.cancel": ("people.no_words", "roles.say_keep"),
    "linking.mine": ("people.yes_words", "roles.say_right"),
    "linking.right": ("people.yes_words", "roles.say_right"),
    "linking.wrong": ("people.no_words", "roles.say_wrong"),
    "linking.parted": ("people.yes_words", "roles.say_sure"),
    "linking.keep.cancel": ("people.no_words", "roles.say_keep"),
    "roles.right": ("people.yes_words", "roles.say_right"),
    "roles.wrong": ("people.no_words", "roles.say_wrong"),
}
_LONGEST: Final = 60  # characters
_SHORTEST: Final = 3  # letters that say which label is meant


async def answered(message: Message, context: Context, router: Router) -> Outcome:
    """The press that the words mean, answered by the router; None: they mean none of its own."""
    action = "" if message.attachments else chosen(message.text, context)
    name, _, argument = action.partition(":")
    if name not in router.actions:
        return None
    press = Press(message.chat, message.sender, str(context.scene.menu_id), 0, action)
    return await router.actions[name].handler(press, context, argument)


def chosen(text: str, context: Context) -> str:
    """The action of the one choice on offer that the text means; "" for none."""
    if len(text) > _LONGEST:
        return ""
    offered = context.scene.buttons
    called = [action for label, action in offered if _called(text, label, action, context)]
    begun = [action for label, action in offered if _begun(text, label, context)]
    return next((found[0] for found in (called, begun) if len(found) == 1), "")


def _called(text: str, label: str, action: str, context: Context) -> bool:
    keys = _ALSO.get(action.partition(":")[0], ())
    names = [one for key in keys for one in listed(context, key)]
    return wholly(text, (*patterns([label]), *names), _around(context))


def _begun(text: str, label: str, context: Context) -> bool:
    """Whether the label begins with the words, those that say nothing left out."""
    left = without(tokens(text), _around(context))
    said = " ".join(one.folded for one in left if one.folded)
    called = " ".join(one.folded for one in tokens(label))
    return len(said) >= _SHORTEST and f"{called} ".startswith(f"{said} ")


def _around(context: Context) -> tuple[Pattern, ...]:
    return (*listed(context, "people.small_words"), *listed(context, "roles.small_words"))
