"""What no bot can reach is entered by a cadre: a group, a loudspeaker, a notice board.

place ─▶ what it is ─▶ (of a group: its name) ─▶ who carries there what is announced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from content.words import Words
from db import groups, places
from db.groups import ALOUD, SEGMENTS, Added, CarriedAlready, NotKeeper
from db.keepers import Keeper
from db.permissions import NotAllowed
from handlers.groups import keeping
from handlers.groups.code import TITLE, title_of
from handlers.groups.group_list import to_list
from handlers.groups.talk import tieable
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.people import meant, says
from handlers.roles.choosing import answered
from handlers.router import Context, Router
from handlers.start import again, ask_first, back, wish
from handlers.titles import inside

router = Router()

ALOUD_ONLY: Final = "aloud"  # the argument of what begins with loudspeakers and notice boards


@router.action("groups.hand", standing=True)
async def begin(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask_place(context, argument == ALOUD_ONLY)


async def _ask_place(context: Context, aloud: bool, note: str = "") -> Reply:
    spots = await tieable(context)
    if not spots:
        return Reply(context.words("groups.not_allowed"), (back(context),))
    keep = {"aloud": aloud}
    if len(spots) == 1 and not note:
        return _ask_kind(context, {**keep, "place": spots[0].id})
    choices = [Button(spot.name, f"groups.hand_place:{spot.id}") for spot in spots]
    question = context.words("groups.ask_place_aloud" if aloud else "groups.ask_place")
    return _ask(context, "place", keep, f"{note}\n\n{question}" if note else question, choices)


@router.step("groups.hand_place")
async def say_place(message: Message, context: Context) -> Outcome:
    if found := await answered(message, context, router):
        return found
    spot = meant(message.text, await tieable(context))
    if spot is None:
        return again(context, context.words("groups.choose"))
    return _ask_kind(context, {**context.scene.keep, "place": spot.id})


@router.action("groups.hand_place", takes="number")
async def choose_place(press: Press, context: Context, argument: str) -> Outcome:
    return _ask_kind(context, {**context.scene.keep, "place": int(argument)})


def _ask_kind(context: Context, keep: Mapping[str, Any]) -> Reply:
    words, aloud = context.words, keep["aloud"]
    labels = (
        {one: words(f"segments.{one}") for one in ALOUD}
        if aloud
        else {one: words(f"groups.for_{one}") for one in SEGMENTS}
    )
    choices = [Button(label, f"groups.hand_kind:{one}") for one, label in labels.items()]
    question = words("groups.ask_aloud" if aloud else "groups.ask_segment")
    return _ask(context, "kind", keep, question, choices)


@router.action("groups.hand_kind")
async def choose_kind(press: Press, context: Context, argument: str) -> Outcome:
    """What is read out or put up has a name of its own; a group is called by its members."""
    keep = {**context.scene.keep, "segment": argument}
    spots = await context.read(places.named, (keep["place"],))
    if not spots:
        return await _ask_place(context, keep["aloud"], context.words("groups.not_there"))
    keep["title"] = _usual(context.content.words("vi"), argument, spots[0].name)
    return await _ask_keeper(context, keep) if keep["aloud"] else _ask_title(context, keep)


def _usual(words: Words, segment: str, place: str) -> str:
    return f"{words(f'segments.{segment}')} {inside(words, place)}"


def _ask_title(context: Context, keep: Mapping[str, Any], note: str = "") -> Reply:
    words = context.words
    question = words("groups.ask_new_title", title=keep["title"])
    usual = Button(words("groups.usual_title"), "groups.hand_usual")
    text = f"{note}\n\n{question}" if note else question
    return _ask(context, "title", keep, text, [usual], free_text=True)


@router.action("groups.hand_usual")
async def usual(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask_keeper(context, context.scene.keep)


@router.step("groups.hand_title")
async def say_title(message: Message, context: Context) -> Outcome:
    if named := wish(message.text, context):
        return ask_first(context, named)
    keep, title = context.scene.keep, title_of(message.text)
    if says(context, "people.yes_words", title):
        title = keep["title"]
    if not 0 < len(title) <= TITLE:
        return _ask_title(context, keep, context.words("groups.title_unfit", most=TITLE))
    return await _ask_keeper(context, {**keep, "title": title})


async def _ask_keeper(
    context: Context, keep: Mapping[str, Any], number: int = 0, note: str = ""
) -> Reply:
    words = context.words
    found = await keeping.candidates(context, keep["place"])
    lines, choices = keeping.choices(
        context, found, number, "groups.hand_keeper", "groups.hand_page"
    )
    key = f"groups.ask_keeper_{keep['segment']}"
    question = words(key if key in words else "groups.ask_keeper", title=keep["title"])
    text = "\n".join([f"{note}\n\n{question}" if note else question, *lines])
    return _ask(context, "keeper", keep, text, choices)


@router.step("groups.hand_kind")
@router.step("groups.hand_keeper")
async def say_choice(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("groups.choose"))


@router.action("groups.hand_page", takes="number")
async def turn(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask_keeper(context, context.scene.keep, int(argument))


@router.action("groups.hand_keeper", takes="number")
async def choose_keeper(press: Press, context: Context, argument: str) -> Outcome:
    words, keep = context.words, context.scene.keep
    keeper = await keeping.find(context, keep["place"], int(argument))
    if keeper is None:
        return await _ask_keeper(context, keep, note=words("groups.not_keeper"))
    refused = {
        NotAllowed: Reply(words("groups.not_there"), (to_list(context), back(context))),
        NotKeeper: await _ask_keeper(context, keep, note=words("groups.not_keeper")),
        CarriedAlready: Reply(
            words("groups.by_hand_already", title=keep["title"]), (to_list(context), back(context))
        ),
    }
    bound = effect(
        groups.add_by_hand,
        place_id=keep["place"],
        segment=keep["segment"],
        title=keep["title"],
        keeper_id=keeper.person_id,
    )
    return bound.then(lambda added: _added(context, keep, keeper, added), refused)


def _added(context: Context, keep: Mapping[str, Any], keeper: Keeper, added: Added) -> Reply:
    words, title, segment = context.words, keep["title"], keep["segment"]
    key = f"groups.added_{segment}"
    told = {"title": title, "keeper": keeping.called(context, keeper)}
    text = words(key if key in words else "groups.added", **told)
    buttons = [Button(words("groups.hand_more"), f"groups.hand{':aloud' if keep['aloud'] else ''}")]
    if added.others:
        titles = ", ".join(f"“{one}”" for one in added.others)
        text = f"{text}\n\n{words('groups.added_beside', titles=titles, title=title)}"
        buttons.append(Button(words("groups.untie"), f"groups.untie:{added.chat_id}"))
    notice = keeping.asked(context, keeper, title, segment)
    notices = (notice,) if notice.people else ()
    return Reply(text, (*buttons, to_list(context), back(context)), notices=notices)


@router.action("groups.hand.cancel")
async def cancel(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("groups.by_hand_cancelled"), (to_list(context), back(context)))


def _ask(
    context: Context,
    step: str,
    keep: Mapping[str, Any],
    text: str,
    choices: Sequence[Button],
    *,
    free_text: bool = False,
) -> Reply:
    cancel = Button(context.words("common.cancel"), "groups.hand.cancel")
    buttons = (*choices, cancel)
    return Reply(text, buttons, step=f"groups.hand_{step}", keep=keep, free_text=free_text)
