"""The groups of a cadre: which there are, whether messages arrive there, and how one is untied.

list ─▶ (place ─▶) one group ─▶ untied. What goes wrong comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from content.folding import fold
from content.words import Words
from db import groups
from db.groups import Group, NoSuchGroup, Untied
from db.permissions import NotAllowed
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.pages import LABEL, page
from handlers.roles.choosing import answered
from handlers.router import HERE, Context, Router
from handlers.start import again, back
from handlers.tickets.reports import clip

router = Router()

PAGE: Final = 20  # groups in one list
FEW: Final = 8  # groups that each get a button at once
LOOSE: Final = 8  # titles of groups not tied that are named

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


@router.action("groups.menu", standing=True)
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
    new = Button(words("groups.new"), "groups.add")
    return Reply("\n".join(lines), (*more, *_each(words, found), new, back(context)))


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
    told.append(platform_name(words, group.platform))
    about_it = ", ".join(told)
    return words("groups.line", title=group.title, about=about_it, state=state(words, group))


def _troubled(group: Group) -> bool:
    return bool(group.error) or group.standing in ("out", "muted")


def state(words: Words, group: Group) -> str:
    """Whether messages arrive there, and what the bot is there, in words."""
    told = {} if group.standing in ("out", "muted") else {"state": _arrival(words, group)}
    key = f"groups.standing_{group.standing}"
    return words(key, **told) if key in words else _arrival(words, group)


def _arrival(words: Words, group: Group) -> str:
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
        return Reply(text, (*_buttons(here), _to_list(context), back(context)))
    places = [Button(clip(name, LABEL), f"groups.each:{place}") for place, name in names.items()]
    return Reply(words("groups.which_place"), (*places, _to_list(context), back(context)))


@router.action("groups.show", standing=True)
async def show(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    group = await _read(context, int(argument))
    if isinstance(group, Reply):
        return group
    text = words(
        "groups.show",
        title=group.title,
        place=group.place,
        segment=words(f"segments.{group.segment}"),
        platform=platform_name(words, group.platform),
        state=state(words, group),
    )
    if (advice := f"groups.advice_{group.standing}") in words:
        text = f"{text}\n{words(advice)}"
    untie = Button(words("groups.untie"), f"groups.untie:{group.id}")
    return Reply(text, (untie, _to_list(context), back(context)))


@router.action("groups.untie", standing=True)
async def untie(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    group = await _read(context, int(argument))
    if isinstance(group, Reply):
        return group
    text = words("groups.untie_sure", title=group.title, place=group.place)
    sure = Button(words("groups.untie"), f"groups.untied:{group.id}")
    keep = Button(words("roles.keep"), "groups.keep.cancel")
    return Reply(text, (sure, keep), step="groups.sure")


@router.step("groups.sure")
async def say_sure(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("groups.choose"))


@router.action("groups.untied")
async def untied(press: Press, context: Context, argument: str) -> Outcome:
    def say(was: Untied) -> Reply:
        text = context.words("groups.untied", title=was.title, place=was.place)
        return Reply(text, (_to_list(context), back(context)))

    return effect(groups.untie, chat_id=int(argument)).then(say, _refusals(context))


@router.action("groups.keep.cancel")
async def kept(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("groups.kept"), (_to_list(context), back(context)))


async def _read(context: Context, chat_id: int) -> Group | Reply:
    """The group, or why it cannot be seen."""
    try:
        return await context.read(groups.read, context.actor, chat_id)
    except (NoSuchGroup, NotAllowed) as error:
        return _refusals(context)[type(error)]


def _refusals(context: Context) -> dict[type[Exception], Reply]:
    buttons = (_to_list(context), back(context))
    return {
        NoSuchGroup: Reply(context.words("groups.gone"), buttons),
        NotAllowed: Reply(context.words("groups.not_allowed"), (back(context),)),
    }


def _to_list(context: Context) -> Button:
    return Button(context.words("groups.list"), "groups.menu")
