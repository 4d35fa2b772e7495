"""Groups: a cadre asks for a one-time code in private, and says it in the group to be tied.

In private: place ─▶ segment ─▶ code. In the group: "đăng ký <code>", or the code alone. For the
list of groups see `group_list`, for groups without a bot `by_hand`, for how the bot comes into one
and goes `presence`.
Codes of invitations look the same, so they are told apart here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from content.folding import fold
from db import groups, invitations, places, roles
from db.groups import SEGMENTS, TIE, Code, CodeRefused, Tied
from db.invitations import Spoiled
from db.permissions import NotAllowed
from db.places import Spot
from handlers.announcements.draft import picked
from handlers.groups import adding, presence
from handlers.groups.code import Said, behind, explained, possible, said, with_title, within
from handlers.groups.ready import ready
from handlers.groups.tied import tied
from handlers.messages import (
    Button,
    Effect,
    Incoming,
    Message,
    Outcome,
    Press,
    Reply,
    effect,
)
from handlers.roles import candidates
from handlers.router import Context, Router
from handlers.start import back

router = Router()

LONGEST: Final = 100  # characters of a message that says a code to tie a group by
FORWARDED: Final = 600  # … that may hold an invitation, as it was forwarded

_LINK: Final = re.compile(r"/start(?:@\S+)? +")  # what opening a link puts before its code

router.rule(presence.changed)
router.rule(presence.moved)


@router.rule
async def register(incoming: Incoming, context: Context) -> Outcome:
    """A code, or the word that should come with one, said to the bot. A group is tied by it; an
    invitation counts in private only, and is void where others read it."""
    if not isinstance(incoming, Message) or len(incoming.text) > FORWARDED:
        return None
    text, private = _LINK.sub("", fold(incoming.text), count=1), context.scene.private
    if code := await _invitation(text, context):
        return await _used(code, context) if private else _said(context, code)
    if not incoming.addressed:
        return None
    long = len(incoming.text) > LONGEST
    if not long and explained(text):
        return _explain(context)
    heard = Said(False, "") if long else _heard(incoming, text, context)
    if not heard.code and (code := await _living(text, context)):
        named = "" if incoming.chat.title else behind(incoming.text, code, context)
        return _said(context, code, named)
    if not heard.code:
        return None if long else _spell(text, heard.asked, context)
    if not private:
        return _said(context, heard.code, heard.title)
    return await _used(heard.code, context) if heard.asked or not context.scene.step else None


async def _living(text: str, context: Context) -> str:
    """In a group: the code among the words that may still tie one, "" for none. People copy whole
    messages."""
    codes = [] if context.scene.private else possible(text)
    return await context.read(groups.open_among, codes, context.actor.now) if codes else ""


async def _used(code: str, context: Context) -> Outcome:
    """In private; a group's code comes back as what to write in the group. Where nobody leads yet,
    the only code there is stands on the machine's screen."""
    outcome = candidates.used(context, code, await _copied(code, context))
    if isinstance(outcome, Effect) and not await context.read(roles.admins, context.actor.now):
        wrong = Reply(context.words("groups.first_code"), stay=True)
        return replace(outcome, refusals={**outcome.refusals, CodeRefused: wrong})
    return outcome


async def _copied(code: str, context: Context) -> str:
    words, written = context.words, code.upper()
    found = await adding.ways(context)
    if adding.plain(found):
        return ready(words, "groups.code_in_private", context.mention, code=written)
    return words("groups.code_in_private_many", ways=adding.told(context, found, written))


def _heard(message: Message, text: str, context: Context) -> Said:
    """What else stands behind a code is the group's title, where its platform tells none."""
    heard = said(text)
    if heard.code or context.scene.private or message.chat.title:
        return heard
    named = with_title(message.text, context)
    return named if named.asked or context.scene.chat_place_id is None else heard


async def _invitation(text: str, context: Context) -> str:
    """The code of a living invitation among the words, "" for none."""
    codes = possible(text)
    if not codes:
        return ""
    return await context.read(invitations.open_among, codes, context.actor.now)


def _spell(text: str, asked: bool, context: Context) -> Reply | None:
    """Where a code stands among other words, and the group is still to be tied or it is asked."""
    scene, code = context.scene, within(text)
    wanted = not scene.private and (asked or scene.chat_place_id is None)
    if not (wanted and code):
        return None
    text = ready(context.words, "groups.how_to_write", context.mention, code=code)
    return Reply(text, stay=True)


def _explain(context: Context) -> Reply | None:
    """Residents may mean something else by the word."""
    untied = not context.scene.private and context.scene.chat_place_id is None
    if untied or context.actor.can(TIE):
        alone = not context.scene.private or len(context.mentions) < 2
        mention = context.mention if alone else ""
        return Reply(ready(context.words, "groups.how_to_tie", mention), stay=True)
    return None


def _said(context: Context, code: str, title: str = "") -> Outcome:
    """A code in a group, and what the group is to be called."""
    vietnamese = context.content.words("vi")
    labels = {segment: vietnamese(f"segments.{segment}") for segment in SEGMENTS}

    def say(result: Tied | Spoiled) -> Reply:
        return (
            tied(context, result)
            if isinstance(result, Tied)
            else candidates.spoiled(context, result)
        )

    refused = Reply(context.words("groups.code_refused"), stay=True)
    verb = effect(invitations.said_in_group, code=code, labels=labels, title=title)
    return verb.then(say, {CodeRefused: refused})


@router.action("groups.add", standing=True)
async def add(press: Press, context: Context, argument: str) -> Outcome:
    """Where no bot has room that is said before a code is made, and another way is offered."""
    ways, words = await adding.ways(context), context.words
    if not (ways and all(adding.full(one) for one in ways)):
        return await _ask_place(context)
    note = "\n".join((*(adding.reason_of(context, one) for one in ways), words("groups.full")))
    asked = await _ask_place(context, note)
    by_hand = Button(words("groups.new_by_hand"), "groups.hand")
    return replace(asked, buttons=(by_hand, *asked.buttons)) if asked.step else asked


async def _ask_place(context: Context, note: str = "") -> Reply:
    spots = await tieable(context)
    if not spots:
        return Reply(context.words("groups.not_allowed"), (back(context),))
    if len(spots) == 1 and not note:
        return _ask_segment(context, spots[0].id)
    choices = [Button(spot.name, f"groups.place:{spot.id}") for spot in spots]
    return _ask(context, "place", {}, note, choices)


async def tieable(context: Context) -> list[Spot]:
    """The places where the actor ties groups."""
    spots: dict[int, Spot] = {}
    for path in groups.paths(context.actor):
        spots.update({spot.id: spot for spot in await context.read(places.below, path)})
    return list(spots.values())


@router.step("groups.place")
async def say_place(message: Message, context: Context) -> Outcome:
    if (press := _pressed(message, context)) is not None:
        return await router.actions["groups.place"].handler(press, context, _argument(press))
    return await _ask_place(context, context.words("groups.choose"))


@router.action("groups.place", takes="number")
async def choose_place(press: Press, context: Context, argument: str) -> Outcome:
    return _ask_segment(context, int(argument))


def _ask_segment(context: Context, place: int, note: str = "") -> Reply:
    choices = [
        Button(context.words(f"groups.for_{segment}"), f"groups.segment:{segment}")
        for segment in SEGMENTS
    ]
    return _ask(context, "segment", {"place": place}, note, choices)


@router.step("groups.segment")
async def say_segment(message: Message, context: Context) -> Outcome:
    if (press := _pressed(message, context)) is not None:
        return await router.actions["groups.segment"].handler(press, context, _argument(press))
    return _ask_segment(context, context.scene.keep["place"], context.words("groups.choose"))


@router.action("groups.segment")
async def choose_segment(press: Press, context: Context, argument: str) -> Outcome:
    words, ways = context.words, await adding.ways(context)

    def say(asked: Code) -> Reply:
        told = {"place": asked.place, "segment": words(f"segments.{argument}"), "code": asked.code}
        if adding.plain(ways):
            text = ready(words, "groups.code", context.mention, **told)
        else:
            text = words("groups.code_many", ways=adding.told(context, ways, asked.code), **told)
        lacking = adding.lacking(ways)
        by_hand = (Button(words("groups.new_by_hand"), "groups.hand"),) if lacking else ()
        return Reply(text, (*by_hand, Button(words("groups.new"), "groups.add"), back(context)))

    refusals: dict[type[Exception], Reply] = {
        NotAllowed: await _ask_place(context, words("groups.not_there"))
    }
    place = context.scene.keep["place"]
    return effect(groups.ask_code, place_id=place, segment=argument).then(say, refusals)


@router.action("groups.cancel")
async def cancel(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("groups.cancelled"), (back(context),))


def _ask(
    context: Context, step: str, keep: dict[str, int], note: str, choices: Sequence[Button]
) -> Reply:
    words = context.words
    question = words(f"groups.ask_{step}")
    cancel = Button(words("common.cancel"), "groups.cancel")
    text = f"{note}\n\n{question}" if note else question
    return Reply(text, (*choices, cancel), step=f"groups.{step}", keep=keep)


def _pressed(message: Message, context: Context) -> Press | None:
    """The one choice of the step that the words name."""
    found = picked(message.text, context.scene.buttons, context.words("announcements.and"))
    if message.attachments or not found or len(found) > 1:
        return None
    if found[0].partition(":")[0] != context.scene.step:
        return None
    return Press(message.chat, message.sender, str(context.scene.menu_id), 0, found[0])


def _argument(press: Press) -> str:
    return press.action.partition(":")[2]
