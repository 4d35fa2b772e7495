"""The groups of a cadre: which there are, whether messages arrive there, and how one is untied.

list ─▶ (place ─▶) one group ─▶ untied. What goes wrong comes first. How another keeper is chosen is
in `keeping`, how a group is called in `naming`. Where the bot can hear what is not put to it,
whoever leads the place may let it answer that too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from content.folding import fold
from content.words import Words
from db import errands, groups, questions
from db.bots import HAND
from db.group_health import Group
from db.groups import NoSuchGroup, Untied
from db.permissions import NotAllowed
from handlers.messages import Button, Message, Notice, Outcome, Press, Reply, effect
from handlers.pages import LABEL, page
from handlers.roles.choosing import answered
from handlers.router import HERE, Context, Router
from handlers.start import again, back
from handlers.tickets.reports import clip
from handlers.titles import named

router = Router()

PAGE: Final = 20  # groups in one list
FEW: Final = 8  # groups that each get a button at once
LOOSE: Final = 8  # titles of groups not tied that are named
UNTITLED: Final = frozenset({HAND, "zalo"})  # platforms that tell no titles: a cadre does

_HEARS: Final = "telegram"  # the platform where a bot may receive what is not put to it
_SILENT: Final = ("out", "muted")  # the bot cannot speak there

# The class of what went wrong, as `outbox.error` keeps it → the words for it.
_TROUBLES: Final = {
    "ChatGone": "trouble_chatgone",
    "Rejected": "trouble_rejected",
    "BadToken": "trouble_badtoken",
    "Unreachable": "trouble_unreachable",
    "TooManyRequests": "trouble_unreachable",
    "OutcomeUnknown": "trouble_unknown",
    "Interrupted": "trouble_unknown",
}


@router.command("nhom")
async def command(message: Message, context: Context) -> Outcome:
    return await _list(context, 0)


@router.action("groups.menu", standing=True, takes="page")
async def menu(press: Press, context: Context, argument: str) -> Outcome:
    return await _list(context, int(argument or 0))


async def _list(context: Context, number: int) -> Outcome:
    words = context.words
    if not context.scene.private:
        return Reply(words("groups.in_private"), stay=True)
    if not context.actor.can(groups.TIE):
        return Reply(words("groups.not_allowed"), (back(context),))
    found = await context.read(groups.overview, context.actor)
    found.sort(key=lambda group: not _troubled(group))  # stable: place by place otherwise
    shown, more = page(found, number, PAGE, "groups.menu", words)
    lines = [words("groups.overview") if found else words("groups.none")]
    lines += [f"{'⚠' if _troubled(group) else '•'} {line(words, group)}" for group in shown]
    if number == 0:
        lines += _loose(words, await context.read(groups.loose, context.actor))
    new = (
        Button(words("groups.new"), "groups.add"),
        Button(words("groups.new_by_hand"), "groups.hand"),
        Button(words("groups.new_aloud"), "groups.hand:aloud"),
    )
    carried = (Button(words("groups.to_carry"), "relay.list"),)
    mine = carried if await context.read(errands.mine, context.actor) else ()
    buttons = (*mine, *more, *_each(words, found), *new, back(context))
    return Reply("\n".join(lines), buttons)


def _each(words: Words, found: Sequence[Group]) -> tuple[Button, ...]:
    """The way to one group: at once if they are few."""
    if len(found) > FEW:
        return (Button(words("groups.each"), "groups.each"),)
    return _buttons(found)


def _buttons(found: Sequence[Group]) -> tuple[Button, ...]:
    return tuple(
        Button(clip(" ".join(group.title.split()), LABEL), f"groups.show:{group.id}")
        for group in found
    )


def _loose(words: Words, titles: Sequence[str]) -> list[str]:
    if not titles:
        return []
    named = [title or words("groups.untitled") for title in titles[:LOOSE]]
    listed = ", ".join(f"“{title}”" for title in named) + ("…" if len(titles) > LOOSE else "")
    return ["", words("groups.loose", count=len(titles), titles=listed)]


def line(words: Words, group: Group) -> str:
    """What the title tells is not told again."""
    title = f" {fold(group.title)} "
    about = (group.place, words(f"segments.{group.segment}"))
    told = [one for one in about if f" {fold(one)} " not in title]
    told.append(_way(words, group))
    about_it = ", ".join(told)
    return words("groups.line", title=group.title, about=about_it, state=state(words, group))


def _way(words: Words, group: Group) -> str:
    """The platform, or who carries by hand."""
    if not group.by_hand:
        return platform_name(words, group.platform)
    if group.keeper_id is None:
        return words("groups.by_hand_nobody")
    return words("groups.by_hand", keeper=named(words, group.keeper))


def _troubled(group: Group) -> bool:
    return bool(group.error) or group.standing in _SILENT or _nobody(group)


def _nobody(group: Group) -> bool:
    return group.by_hand and group.keeper_id is None


def state(words: Words, group: Group) -> str:
    """Whether messages arrive there, and what the bot is there, in words."""
    told = {} if group.standing in _SILENT else {"state": _arrival(words, group)}
    key = f"groups.standing_{group.standing}"
    return words(key, **told) if key in words else _arrival(words, group)


def _arrival(words: Words, group: Group) -> str:
    if group.handed:
        return words("groups.handed")
    if group.error and group.by_hand:
        return words("groups.trouble")
    if group.error:
        trouble = _TROUBLES.get(group.error)
        platform = platform_name(words, group.platform)
        if trouble is None:
            return words("groups.trouble")
        told = {"platform": platform} if words.placeholders(f"groups.{trouble}") else {}
        return words(f"groups.{trouble}", **told)
    if group.arrived is None:
        return words("groups.no_message")
    return words("groups.arrived", when=f"{group.arrived.astimezone(HERE):%H:%M %d/%m/%Y}")


def platform_name(words: Words, name: str) -> str:
    """As people call it: "Zalo" for "sandbox-zalo"."""
    return words(f"announcements.platform_{name.rpartition('-')[2]}")


@router.action("groups.each", standing=True)
async def each(press: Press, context: Context, argument: str) -> Outcome:
    """By place, so that no menu grows too long."""
    words = context.words
    if not context.actor.can(groups.TIE):
        return Reply(words("groups.not_allowed"), (back(context),))
    found = await context.read(groups.overview, context.actor)
    names = {group.place_id: group.place for group in found}
    if argument or len(names) == 1:
        here = [group for group in found if str(group.place_id) == argument or len(names) == 1]
        place = here[0].place if here else ""
        text = words("groups.at_place", place=place) if here else words("groups.none")
        return Reply(text, (*_buttons(here), to_list(context), back(context)))
    places = [Button(clip(name, LABEL), f"groups.each:{place}") for place, name in names.items()]
    return Reply(words("groups.which_place"), (*places, to_list(context), back(context)))


@router.action("groups.show", standing=True, takes="number")
async def show(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    group = await read_group(context, int(argument))
    if isinstance(group, Reply):
        return group
    switch = _switch(context, group)
    about = (words(f"groups.answers_{_state(group)}"),) if switch or group.answers else ()
    text = "\n".join((_shown(words, group), *_advice(words, group), *about))
    appoint = "groups.choose_keeper" if group.keeper_id is None else "groups.change_keeper"
    buttons = [Button(words(appoint), f"groups.keeper:{group.id}")]
    if group.platform in UNTITLED:
        buttons.append(Button(words("groups.rename"), f"groups.rename:{group.id}"))
    buttons += [*switch, Button(words("groups.untie"), f"groups.untie:{group.id}")]
    return Reply(text, (*buttons, to_list(context), back(context)))


def _shown(words: Words, group: Group) -> str:
    told = {
        "title": group.title,
        "place": group.place,
        "segment": words(f"segments.{group.segment}"),
        "state": state(words, group),
    }
    keeper = named(words, group.keeper) if group.keeper_id else words("groups.nobody")
    if group.by_hand:
        return words("groups.show_by_hand", keeper=keeper, **told)
    return words("groups.show", platform=platform_name(words, group.platform), **told)


def _advice(words: Words, group: Group) -> list[str]:
    """What to do, and who helps."""
    said = []
    if _nobody(group):
        said.append(words("groups.advice_nobody"))
    elif group.keeper_id and not group.by_hand and group.standing not in _SILENT:
        said.append(words("groups.kept_by", keeper=named(words, group.keeper)))
    needed = group.standing == "admin" and group.answers
    if (advice := f"groups.advice_{group.standing}") in words and not needed:
        said.append(words(advice))
    return said


def _switch(context: Context, group: Group) -> tuple[Button, ...]:
    """Whether the bot answers there unasked, for those who may say so."""
    can = context.actor.can(questions.LEADS, group.path)
    if not can or group.platform.rpartition("-")[2] != _HEARS:
        return ()
    wanted = "off" if group.answers else "on"
    return (
        Button(context.words(f"groups.answer_{wanted}"), f"groups.answers:{group.id}.{wanted}"),
    )


def _state(group: Group) -> str:
    return "on" if group.answers else "off"


@router.action("groups.answers", standing=True, takes="switch")
async def switched(press: Press, context: Context, argument: str) -> Outcome:
    number, _, wanted = argument.partition(".")
    words, bot = context.words, context.content.words("vi")

    def say(group: Group) -> Reply:
        told = words(f"groups.answers_{_state(group)}_now", title=group.title)
        heard = Notice(bot(f"groups.told_answers_{_state(group)}"), chat=group.id)
        show = Button(words("groups.show_again"), f"groups.show:{group.id}")
        return Reply(told, (show, to_list(context), back(context)), notices=(heard,))

    done = effect(questions.let_answer, chat_id=int(number), on=wanted == "on")
    return done.then(say, refusals(context))


@router.action("groups.untie", standing=True, takes="number")
async def untie(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    group = await read_group(context, int(argument))
    if isinstance(group, Reply):
        return group
    key = "groups.untie_sure_by_hand" if group.by_hand else "groups.untie_sure"
    text = words(key, title=group.title, place=group.place)
    sure = Button(words("groups.untie"), f"groups.untied:{group.id}")
    keep = Button(words("roles.keep"), "groups.keep.cancel")
    return Reply(text, (sure, keep), step="groups.sure")


@router.step("groups.sure")
async def say_sure(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("groups.choose"))


@router.action("groups.untied", takes="number")
async def untied(press: Press, context: Context, argument: str) -> Outcome:
    def say(was: Untied) -> Reply:
        key = "groups.untied_by_hand" if was.by_hand else "groups.untied"
        text = context.words(key, title=was.title, place=was.place)
        return Reply(text, (to_list(context), back(context)))

    return effect(groups.untie, chat_id=int(argument)).then(say, refusals(context))


@router.action("groups.keep.cancel")
async def kept(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("groups.kept"), (to_list(context), back(context)))


async def read_group(context: Context, chat_id: int) -> Group | Reply:
    """The group, or why it cannot be seen."""
    try:
        return await context.read(groups.read, context.actor, chat_id)
    except (NoSuchGroup, NotAllowed) as error:
        return refusals(context)[type(error)]


def refusals(context: Context) -> dict[type[Exception], Reply]:
    buttons = (to_list(context), back(context))
    return {
        NoSuchGroup: Reply(context.words("groups.gone"), buttons),
        NotAllowed: Reply(context.words("groups.not_allowed"), (back(context),)),
    }


def to_list(context: Context) -> Button:
    return Button(context.words("groups.list"), "groups.menu")
