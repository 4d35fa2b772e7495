"""Who carries by hand what is announced to a group: chosen among those who announce there.

one group ─▶ who? ─▶ told to the new keeper, and to the one until now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from content.words import Words
from db import keepers
from db.group_health import Group
from db.groups import NotKeeper
from db.keepers import Appointed, Keeper
from handlers.groups.group_list import read_group, refusals, to_list
from handlers.messages import Button, Message, Notice, Outcome, Press, Reply, effect
from handlers.pages import LABEL, page
from handlers.roles.choosing import answered
from handlers.router import Context, Router
from handlers.start import again, back
from handlers.tickets.reports import clip
from handlers.titles import named, titled

router = Router()

PAGE: Final = 8  # people in one list


@router.action("groups.keeper", standing=True, takes="number")
async def ask(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask(context, int(argument), 0)


async def _ask(context: Context, chat_id: int, number: int, note: str = "") -> Reply:
    group = await read_group(context, chat_id)
    if isinstance(group, Reply):
        return group
    words = context.words
    found = await candidates(context, group.place_id)
    listed, buttons = choices(context, found, number, "groups.keeper_of", "groups.keeper_page")
    if group.keeper_id is not None and not group.by_hand:
        buttons = (*buttons, Button(words("groups.no_keeper"), "groups.keeper_of:0"))
    question = words("groups.ask_keeper_of", title=group.title)
    text = "\n".join([f"{note}\n\n{question}" if note else question, *listed])
    cancel = Button(words("common.cancel"), "groups.keep.cancel")
    return Reply(text, (*buttons, cancel), step="groups.keeper", keep={"group": chat_id})


async def candidates(context: Context, place_id: int) -> list[Keeper]:
    """Whoever asks comes first."""
    found = await context.read(keepers.possible, context.actor, place_id)
    return sorted(found, key=lambda one: one.person_id != context.actor.person_id)


def choices(
    context: Context, found: Sequence[Keeper], number: int, action: str, more: str
) -> tuple[list[str], tuple[Button, ...]]:
    """Lines that say who is who, and a button each; `more`: the action of the next page."""
    words, me = context.words, context.actor.person_id
    shown, further = page(found, number, PAGE, more, words)
    lines = [
        words("groups.keeper_line", who=named(words, one.who), title=_title(words, one))
        for one in shown
        if one.person_id != me
    ]
    labels = (
        words("groups.myself") if one.person_id == me else clip(named(words, one.who), LABEL)
        for one in shown
    )
    buttons = (
        Button(label, f"{action}:{one.person_id}") for label, one in zip(labels, shown, strict=True)
    )
    return [*lines, words("groups.keeper_missing")], (*buttons, *further)


def _title(words: Words, keeper: Keeper) -> str:
    return titled(words, keeper.role, keeper.place)


@router.action("groups.keeper_page", takes="number")
async def turn(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask(context, context.scene.keep["group"], int(argument))


@router.step("groups.keeper")
async def say(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("groups.choose"))


@router.action("groups.keeper_of", takes="number")
async def choose(press: Press, context: Context, argument: str) -> Outcome:
    words, chat_id = context.words, context.scene.keep["group"]
    group = await read_group(context, chat_id)
    if isinstance(group, Reply):
        return group
    chosen = await find(context, group.place_id, int(argument))
    elsewhere = await _ask(context, chat_id, 0, words("groups.not_keeper"))
    if chosen is None and argument != "0":
        return elsewhere

    def said(done: Appointed) -> Reply:
        show = Button(words("groups.show_again"), f"groups.show:{chat_id}")
        text = _said(context, group, chosen)
        notices = _notices(context, group, chosen, done.was)
        return Reply(text, (show, to_list(context), back(context)), notices=notices)

    refused = {**refusals(context), NotKeeper: elsewhere}
    keeper_id = chosen.person_id if chosen else None
    return effect(keepers.appoint, chat_id=chat_id, keeper_id=keeper_id).then(said, refused)


async def find(context: Context, place_id: int, person_id: int) -> Keeper | None:
    found = await context.read(keepers.possible, context.actor, place_id)
    return next((one for one in found if one.person_id == person_id), None)


def _said(context: Context, group: Group, keeper: Keeper | None) -> str:
    words = context.words
    if keeper is None:
        return words("groups.keeper_none", title=group.title)
    key = "groups.keeper_set" if group.by_hand else "groups.keeper_beside"
    return words(key, title=group.title, keeper=called(context, keeper))


def called(context: Context, keeper: Keeper) -> str:
    """Inside a sentence to whoever chose."""
    if keeper.person_id == context.actor.person_id:
        return context.words("groups.you")
    return named(context.words, keeper.who)


def _notices(
    context: Context, group: Group, keeper: Keeper | None, was: int | None
) -> tuple[Notice, ...]:
    """Nobody hears what they did themselves."""
    notices = []
    if keeper and keeper.person_id != was:
        notices.append(asked(context, keeper, group.title, group.segment, group.by_hand))
    if was and was not in (context.actor.person_id, keeper and keeper.person_id):
        text = context.words("groups.keeper_relieved", title=group.title)
        notices.append(Notice(text, people=(was,)))
    return tuple(one for one in notices if one.people)


def asked(
    context: Context, keeper: Keeper, title: str, segment: str, by_hand: bool = True
) -> Notice:
    """To the new keeper; to nobody where they chose themselves."""
    words = context.words
    key = f"groups.keeper_asked_{segment}" if by_hand else "groups.keeper_asked_beside"
    text = words(key if key in words else "groups.keeper_asked", title=title)
    mine = keeper.person_id == context.actor.person_id
    return Notice(text, people=() if mine else (keeper.person_id,))
