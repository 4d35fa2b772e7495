"""Groups: a cadre asks for a one-time code in private, and says it in the group to be tied.

In private: menu ─▶ place ─▶ segment ─▶ code. In the group: "đăng ký <code>", or the code alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from content.folding import fold
from db import groups, places
from db.groups import SEGMENTS, CodeRefused, GroupCount, Invitation, Tied
from db.permissions import NotAllowed
from db.places import Spot
from handlers.draft import picked
from handlers.messages import (
    Button,
    Incoming,
    Membership,
    Message,
    Notice,
    Outcome,
    Press,
    Reply,
    effect,
)
from handlers.router import Context, Router

router = Router()

TIE: Final = "group:tie"

_TIE: Final = re.compile(r"/?(?:dang ?ky|noi ?nhom)(?:@\S+)?(?:[\s:]+(?P<code>[^\s:].*))?")
# Written with its dash, or of the signs that codes are made of: "khai sinh" is no code.
_SIGN: Final = f"[{groups.CODE_SIGNS.lower()}]"
_DASHED: Final = "[a-z0-9]{4} ?[-‐–—] ?[a-z0-9]{4}"
_CODE: Final = re.compile(rf"{_DASHED}|{_SIGN}{{4}} ?{_SIGN}{{4}}")
_CODE_WITHIN: Final = re.compile(rf"\b{_DASHED}\b|\b{_SIGN}{{8}}\b")


@router.rule
async def greet(incoming: Incoming, context: Context) -> Outcome:
    """The bot was put into a group: who it is, and how the group is tied."""
    if not isinstance(incoming, Membership) or not incoming.present:
        return None
    if incoming.chat.kind != "group":
        return None
    tied = context.scene.chat_place_id is not None
    return Reply(context.words("groups.hello_again" if tied else "groups.hello"), stay=True)


@router.rule
async def register(incoming: Incoming, context: Context) -> Outcome:
    """A code, or the word that should come with one, said to the bot."""
    if not isinstance(incoming, Message) or not incoming.addressed or len(incoming.text) > 100:
        return None
    text = fold(incoming.text)
    asked = _TIE.fullmatch(text)
    if asked and not asked["code"]:
        return _explain(context)
    code = asked["code"] if asked else text
    if not (_CODE.fullmatch(code) and _mixed(code)):
        return _spell(text, asked is not None, context)
    if not context.scene.private:
        return _tie(context, code)
    if asked or not context.scene.step:
        return Reply(context.words("groups.code_in_private"), stay=True)
    return None


def _mixed(code: str) -> bool:
    """Letters and figures: neither two words nor a telephone number."""
    return any(sign.isdigit() for sign in code) and any(sign.isalpha() for sign in code)


def _spell(text: str, asked: bool, context: Context) -> Reply | None:
    """Where a code stands among other words, and the group is still to be tied or it is asked."""
    scene, found = context.scene, _CODE_WITHIN.search(text)
    wanted = not scene.private and (asked or scene.chat_place_id is None)
    if not (wanted and found and _mixed(found[0])):
        return None
    return Reply(context.words("groups.how_to_write", code=found[0].upper()), stay=True)


def _explain(context: Context) -> Reply | None:
    """Residents may mean something else by the word."""
    untied = not context.scene.private and context.scene.chat_place_id is None
    if untied or context.actor.can(TIE):
        return Reply(context.words("groups.how_to_tie"), stay=True)
    return None


def _tie(context: Context, code: str) -> Outcome:
    words = context.words
    vietnamese = context.content.words("vi")
    labels = {segment: vietnamese(f"segments.{segment}") for segment in SEGMENTS}

    def say(tied: Tied) -> Reply:
        key = "groups.moved" if tied.moved else "groups.tied"
        told = {"place": tied.place, "segment": words(f"segments.{tied.segment}")}
        notice = Notice(
            words("groups.tied_notice", group=tied.group, **told), people=(tied.created_by,)
        )
        return Reply(words(key, **told), stay=True, notices=(notice,))

    refused = Reply(words("groups.code_refused"), stay=True)
    return effect(groups.tie, code=code, labels=labels).then(say, {CodeRefused: refused})


@router.command("nhom")
async def command(message: Message, context: Context) -> Outcome:
    return await _menu(context)


@router.action("groups.menu", standing=True)
async def menu(press: Press, context: Context, argument: str) -> Outcome:
    return await _menu(context)


async def _menu(context: Context) -> Outcome:
    words = context.words
    if not context.scene.private:
        return Reply(words("groups.in_private"), stay=True)
    if not context.actor.can(TIE):
        return Reply(words("groups.not_allowed"), (_main_menu(context),))
    counts = await context.read(groups.overview, _paths(context))
    lines = [words("groups.overview") if counts else words("groups.none")]
    for place, tied in groupby(counts, key=lambda count: count.place):
        lines.append(words("groups.place_line", place=place, groups=_listed(context, tied)))
    new = Button(words("groups.new"), "groups.add")
    return Reply("\n".join(lines), (new, _main_menu(context)))


def _listed(context: Context, counts: Iterable[GroupCount]) -> str:
    return ", ".join(
        context.words(
            "groups.count", segment=context.words(f"segments.{count.segment}"), count=count.groups
        )
        for count in counts
    )


def _paths(context: Context) -> tuple[str, ...]:
    grants = context.actor.grants
    return tuple(grant.path for grant in grants if context.actor.can(TIE, grant.path))


@router.action("groups.add")
async def add(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask_place(context)


async def _ask_place(context: Context, note: str = "") -> Reply:
    spots: dict[int, Spot] = {}
    for path in _paths(context):
        spots.update({spot.id: spot for spot in await context.read(places.below, path)})
    if not spots:
        return Reply(context.words("groups.not_allowed"), (_main_menu(context),))
    choices = [Button(spot.name, f"groups.place:{spot.id}") for spot in spots.values()]
    return _ask(context, "place", {}, note, choices)


@router.step("groups.place")
async def say_place(message: Message, context: Context) -> Outcome:
    if (press := _pressed(message, context)) is not None:
        return await router.actions["groups.place"].handler(press, context, _argument(press))
    return await _ask_place(context, context.words("groups.choose"))


@router.action("groups.place")
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
    words = context.words

    def say(invitation: Invitation) -> Reply:
        text = words(
            "groups.code",
            code=invitation.code,
            place=invitation.place,
            segment=words(f"segments.{argument}"),
        )
        return Reply(text, (Button(words("groups.new"), "groups.add"), _main_menu(context)))

    refusals: dict[type[Exception], Reply] = {
        NotAllowed: await _ask_place(context, words("groups.not_there"))
    }
    place = context.scene.keep["place"]
    return effect(groups.invite, place_id=place, segment=argument).then(say, refusals)


@router.action("groups.cancel")
async def cancel(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("groups.cancelled"), (_main_menu(context),))


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


def _main_menu(context: Context) -> Button:
    return Button(context.words("common.back_to_menu"), "start.menu")
