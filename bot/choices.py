"""A number, a label or a code typed where a menu is on offer is a press on it.

This is the only place where that is decided, for every platform. What a button does is always
taken from our own record of what was offered in that chat, never from the platform.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.spoken import Spoken, plain
from content.folding import fold
from db import outbox
from db.engine import Database
from db.scene import Scene
from handlers.interjection import INTERRUPTED
from handlers.messages import Incoming, Message, Press
from handlers.router import LEAVE

_NUMBER = re.compile(r"(?:so )?(\d{1,2})[.)]?(?: a)?")
_CODED = re.compile(r"([a-z]{2})[- ]?(\d{1,9})[ :.,]+(\d{1,2})")


async def choose(incoming: Incoming, scene: Scene, database: Database, spoken: Spoken) -> Incoming:
    """The Incoming with a press's action filled in; a choice in words becomes a Press."""
    if isinstance(incoming, Press):
        return await _pressed(incoming, scene, database)
    if isinstance(incoming, Message) and incoming.addressed and not incoming.attachments:
        return await _typed(incoming, scene, database, spoken)
    return incoming


async def _pressed(press: Press, scene: Scene, database: Database) -> Press:
    if not press.menu.isascii() or not press.menu.isdecimal() or len(press.menu) > 18:
        return replace(press, action="")
    offered = await database.read(
        outbox.offered, int(press.menu), scene.actor.bot_id, press.chat.id
    )
    return _press(press, press.menu, press.index, offered or ())


async def _typed(message: Message, scene: Scene, database: Database, spoken: Spoken) -> Incoming:
    text = fold(message.text)
    if not text or len(text) > 80:
        return message
    if coded := _CODED.fullmatch(text):
        code = f"{coded[1].upper()}-{int(coded[2])}"
        offered = await database.read(
            outbox.offered_by_code, code, scene.actor.bot_id, message.chat.id
        )
        if offered and 1 <= int(coded[3]) <= len(offered[1]):
            return _press(message, str(offered[0]), int(coded[3]) - 1, offered[1])
    index = _index(text, scene, spoken)
    if index is None:
        index = _in_words(message.text, scene, spoken)
    if index is not None:
        return _press(message, str(scene.menu_id), index, scene.buttons)
    return _from_main_menu(message, scene, spoken) or _nearly(message, scene, spoken)


def _in_words(text: str, scene: Scene, spoken: Spoken) -> int | None:
    """The choice that words stand for whatever its label: to give up, to go on."""
    if scene.step == INTERRUPTED and spoken.goes_on(text):
        return _first("start.resume", scene)
    if scene.step == INTERRUPTED and spoken.leaves(text):
        return _first(LEAVE, scene)
    return _first(".cancel", scene) if spoken.cancels(text, alone=scene.free_text) else None


def _from_main_menu(message: Message, scene: Scene, spoken: Spoken) -> Press | None:
    """A label of the main menu is a press on it, wherever one stands."""
    if not scene.private or scene.free_text:
        return None
    said = plain(fold(message.text))
    for label, action in spoken.main_menu(scene.actor):
        if label == said:
            return Press(message.chat, message.sender, "", -1, action)
    return None


def _nearly(message: Message, scene: Scene, spoken: Spoken) -> Message | Press:
    """A number in words, or how one label of the open menu begins; the name of what is chosen
    does not take it back."""
    if scene.free_text or not scene.buttons:
        return message
    index = spoken.number(message.text, len(scene.buttons))
    if index is None:
        labels = [
            "✓" if label.startswith("✓") else spoken.plain(label) for label, _ in scene.buttons
        ]
        index = spoken.label(message.text, labels)
    if index is None:
        return message
    return _press(message, str(scene.menu_id), index, scene.buttons)


def _index(text: str, scene: Scene, spoken: Spoken) -> int | None:
    """Which choice of the open menu the folded text names."""
    number = _NUMBER.fullmatch(text)
    if number and not scene.free_text and 1 <= int(number[1]) <= len(scene.buttons):
        return int(number[1]) - 1
    labels = [spoken.plain(label) for label, _ in scene.buttons]
    return labels.index(plain(text)) if plain(text) in labels else None


def _first(ending: str, scene: Scene) -> int | None:
    """The first choice whose action ends so."""
    actions = [action.endswith(ending) for _, action in scene.buttons]
    return actions.index(True) if True in actions else None


def _press(
    incoming: Message | Press, menu: str, index: int, offered: tuple[tuple[str, str], ...]
) -> Press:
    action = offered[index][1] if 0 <= index < len(offered) else ""
    return Press(incoming.chat, incoming.sender, menu, index, action)
