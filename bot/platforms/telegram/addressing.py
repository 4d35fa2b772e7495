"""Whether words in a group are meant for the bot, and those words without its name."""

from __future__ import annotations

import re
from typing import Final

from aiogram import types

from bot.platforms.mention import is_mentioned, without_mention
from bot.platforms.telegram.me import Me

_COMMAND: Final = re.compile(r"/\w+(?:@(\w+)\b)?")


def told(message: types.Message, me: Me) -> tuple[str, bool]:
    """The text without a mention of us, and whether it is said to us."""
    text = message.text or message.caption or ""
    addressed = message.chat.type == "private" or _answers(message, me)
    if name := _called(message, text, me):
        text, addressed = without_mention(text, name), True
    command = _COMMAND.match(text)
    if command is None:
        return text, addressed
    if command[1] is None:
        return text, True
    if command[1].lower() != me.username.lower():
        return text, addressed
    return text[: command.start(1) - 1] + text[command.end() :], True


def _called(message: types.Message, text: str, me: Me) -> str:
    """As what we are mentioned, "" if we are not: people also type our name after the sign."""
    if "@" in text:
        for name in (me.username, me.name):
            if name and is_mentioned(text, f"@{name}"):
                return f"@{name}"
    entities = message.entities or message.caption_entities or ()
    linked = any(one.user is not None and one.user.id == me.id for one in entities)
    return me.name if linked else ""


def _answers(message: types.Message, me: Me) -> bool:
    """Whether it replies to a message of ours. Everything in a topic replies to the line that
    tells of its beginning."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.forum_topic_created is not None:
        return False
    return replied.from_user.id == me.id
