"""Groups: a cadre asks for a one-time code in private, and says it in the group to be tied.

In private: place ─▶ segment ─▶ code. In the group: "đăng ký <code>", or the code alone. For the
list of groups see `group_list`, for how the bot comes into one and goes `presence`.
Codes of invitations look the same, so they are told apart here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from content.folding import fold
from db import groups, invitations, places
from db.codes import CODE_SIGNS
from db.groups import SEGMENTS, TIE, Code, CodeRefused, Tied
from db.invitations import Spoiled
from db.permissions import NotAllowed
from db.places import Spot
from handlers.announcements.draft import picked
from handlers.groups import presence
from handlers.groups.ready import ready
from handlers.messages import (
    Button,
    Incoming,
    Message,
    Notice,
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

# "<mã>" is how the replies write that a code is to stand there.
_TIE: Final = re.compile(
    r"/?(?:dang ?k[yi]|noi ?nhom)(?:@\S+)?(?:[\s:]+(?:<(?:ma|code)>|(?P<code>[^\s:].*)))?"
)
# Written with its dash, or of the signs that codes are made of: "khai sinh" is no code.
_SIGN: Final = f"[{CODE_SIGNS.lower()}]"
_DASHED: Final = "[a-z0-9]{4} ?[-‐–—−_.]{1,2} ?[a-z0-9]{4}"
_CODE: Final = re.compile(rf"{_DASHED}|{_SIGN}{{4}} ?{_SIGN}{{4}}")
_LINK: Final = re.compile(r"/start(?:@\S+)? +")  # what opening a link puts before its code
_MAYBE_WITHIN: Final = re.compile(rf"\b(?=({_DASHED}|{_SIGN}{{4}} ?{_SIGN}{{4}})\b)")
_CODE_WITHIN: Final = re.compile(rf"\b{_DASHED}\b|\b{_SIGN}{{8}}\b")

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
        return candidates.used(context, code) if private else _said(context, code)
    if not incoming.addressed or len(incoming.text) > LONGEST:
        return None
    asked = _TIE.fullmatch(text)
    if asked and not asked["code"]:
        return _explain(context)
    code = asked["code"] if asked else text
    if not (_CODE.fullmatch(code) and _mixed(code)):
        return _spell(text, asked is not None, context)
    if not private:
        return _said(context, code)
    return candidates.used(context, code) if asked or not context.scene.step else None


async def _invitation(text: str, context: Context) -> str:
    """The code of a living invitation among the words, "" for none."""
    codes = [found[1] for found in _MAYBE_WITHIN.finditer(text) if _mixed(found[1])]
    if not codes:
        return ""
    return await context.read(invitations.open_among, codes, context.actor.now)


def _mixed(code: str) -> bool:
    """Letters and figures: neither two words nor a telephone number."""
    return any(sign.isdigit() for sign in code) and any(sign.isalpha() for sign in code)


def _spell(text: str, asked: bool, context: Context) -> Reply | None:
    """Where a code stands among other words, and the group is still to be tied or it is asked."""
    scene, found = context.scene, _CODE_WITHIN.search(text)
    wanted = not scene.private and (asked or scene.chat_place_id is None)
    if not (wanted and found and _mixed(found[0])):
        return None
    code = found[0].upper()
    text = ready(context.words, "groups.how_to_write", context.mention, code=code)
    return Reply(text, stay=True)


def _explain(context: Context) -> Reply | None:
    """Residents may mean something else by the word."""
    untied = not context.scene.private and context.scene.chat_place_id is None
    if untied or context.actor.can(TIE):
        return Reply(ready(context.words, "groups.how_to_tie", context.mention), stay=True)
    return None


def _said(context: Context, code: str) -> Outcome:
    """A code in a group."""
    vietnamese = context.content.words("vi")
    labels = {segment: vietnamese(f"segments.{segment}") for segment in SEGMENTS}

    def say(result: Tied | Spoiled) -> Reply:
        return (
            _tied(context, result)
            if isinstance(result, Tied)
            else candidates.spoiled(context, result)
        )

    refused = Reply(context.words("groups.code_refused"), stay=True)
    verb = effect(invitations.said_in_group, code=code, labels=labels)
    return verb.then(say, {CodeRefused: refused})


def _tied(context: Context, tied: Tied) -> Reply:
    words = context.words
    key = "groups.moved" if tied.moved else "groups.tied"
    told = {"place": tied.place, "segment": words(f"segments.{tied.segment}")}
    if tied.again:
        return Reply(words("groups.tied_already", **told), stay=True)
    told_all = {"group": tied.group, **told}
    notices = [Notice(words("groups.tied_notice", **told_all), people=(tied.created_by,))]
    if tied.left:
        news = words("groups.left_notice", was=tied.was, **told_all)
        notices.append(Notice(news, people=tied.left))
    return Reply(words(key, **told), stay=True, notices=tuple(notices))


@router.action("groups.add", standing=True)
async def add(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask_place(context)


async def _ask_place(context: Context, note: str = "") -> Reply:
    spots: dict[int, Spot] = {}
    for path in groups.paths(context.actor):
        spots.update({spot.id: spot for spot in await context.read(places.below, path)})
    if not spots:
        return Reply(context.words("groups.not_allowed"), (back(context),))
    if len(spots) == 1 and not note:
        return _ask_segment(context, next(iter(spots)))
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

    def say(asked: Code) -> Reply:
        text = ready(
            words,
            "groups.code",
            context.mention,
            code=asked.code,
            place=asked.place,
            segment=words(f"segments.{argument}"),
        )
        return Reply(text, (Button(words("groups.new"), "groups.add"), back(context)))

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
