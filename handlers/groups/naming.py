"""What a group is called, where no platform tells it: one of Zalo's, or carried by hand."""

from __future__ import annotations

from db import groups
from handlers.groups.code import TITLE, title_of
from handlers.groups.group_list import (
    UNTITLED,
    platform_name,
    read_group,
    refusals,
    to_list,
)
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.router import Context, Router
from handlers.start import ask_first, back, wish

router = Router()


@router.action("groups.rename", standing=True, takes="number")
async def rename(press: Press, context: Context, argument: str) -> Outcome:
    group = await read_group(context, int(argument))
    if isinstance(group, Reply):
        return group
    words = context.words
    if group.platform not in UNTITLED:
        told = words("groups.titled_there", platform=platform_name(words, group.platform))
        return Reply(told, (to_list(context), back(context)))
    return _ask(context, group.id, words("groups.ask_title", title=group.title))


def _ask(context: Context, chat_id: int, text: str) -> Reply:
    cancel = Button(context.words("common.cancel"), "groups.keep.cancel")
    return Reply(text, (cancel,), step="groups.rename", keep={"group": chat_id}, free_text=True)


@router.step("groups.rename")
async def say_title(message: Message, context: Context) -> Outcome:
    words, chat_id = context.words, context.scene.keep["group"]
    if named := wish(message.text, context):
        return ask_first(context, named)
    title = title_of(message.text)
    if not 0 < len(title) <= TITLE:
        return _ask(context, chat_id, words("groups.title_unfit", most=TITLE))

    def say(was: str) -> Reply:
        buttons = (Button(words("groups.show_again"), f"groups.show:{chat_id}"), to_list(context))
        return Reply(words("groups.renamed", was=was, title=title), (*buttons, back(context)))

    bound = effect(groups.rename, chat_id=chat_id, title=title)
    return bound.then(say, refusals(context))
