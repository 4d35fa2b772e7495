"""The accounts of one person, and how one of them is taken away: an old phone, a lost one."""

from __future__ import annotations

from collections.abc import Sequence

from content.words import LANGUAGES, Words
from db import links
from db.links import Joined, NotOwn, Own, Parted, Roles
from handlers.groups.group_list import platform_name
from handlers.messages import Button, Message, Notice, Outcome, Press, Reply, effect
from handlers.pages import LABEL
from handlers.roles.choosing import answered
from handlers.router import Context, Router
from handlers.start import again, back
from handlers.tickets.reports import clip
from handlers.titles import named, titled

router = Router()


def listed(context: Context, own: Sequence[Own]) -> Reply:
    words = context.words
    lines = [words("linking.list"), *(_line(context, one) for one in own)]
    buttons = [Button(_label(words, one), f"linking.part:{one.id}") for one in own]
    add = Button(words("linking.add"), "linking.add")
    return Reply("\n".join(lines), (*buttons, add, back(context)))


def called(words: Words, account: Own) -> dict[str, str]:
    return {"platform": platform_name(words, account.platform), "who": named(words, account.name)}


def also(words: Words, key: str, roles: Roles) -> str:
    """One line more, which names the roles; "" where there are none."""
    titles = ", ".join(titled(words, role, place) for role, place in roles)
    return "\n" + words(key, titles=titles) if titles else ""


def to_admins(context: Context, key: str, change: Joined | Parted) -> tuple[Notice, ...]:
    """From which accounts somebody may speak for the place is their concern."""
    if not change.admins:
        return ()
    words = context.content.words(LANGUAGES[0])
    titles = ", ".join(titled(words, role, place) for role, place in change.roles)
    account = called(words, change.account)
    account["account"] = account.pop("who")
    text = words(key, who=named(words, change.who), titles=titles, **account)
    return (Notice(text, people=change.admins),)


def _line(context: Context, one: Own) -> str:
    key = "linking.line_here" if one.id == context.actor.account_id else "linking.line"
    return context.words(key, **called(context.words, one))


def _label(words: Words, one: Own) -> str:
    return clip(words("linking.part", **called(words, one)), LABEL)


@router.action("linking.part", standing=True)
async def part(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    own = await context.read(links.accounts, context.actor.person_id)
    one = next((one for one in own if str(one.id) == argument), None)
    if one is None or len(own) == 1:
        return _gone(context)
    sure = Button(words("linking.part_now"), f"linking.parted:{one.id}")
    keep = Button(words("roles.keep"), "linking.keep.cancel")
    roles = await context.read(links.brought, context.actor, one.id)
    text = words("linking.part_sure", **called(words, one)) + also(
        words, "linking.part_roles", roles
    )
    return Reply(text, (sure, keep), step="linking.sure")


@router.step("linking.sure")
async def say_sure(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("roles.choose"))


@router.action("linking.parted", takes="number")
async def parted(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words

    def say(done: Parted) -> Reply:
        roles = also(words, "linking.parted_roles", done.roles)
        text = words("linking.parted", **called(words, done.account)) + roles
        told = _to_the_other(context, done, text, words("linking.parted_notice") + roles)
        told += to_admins(context, "linking.parted_admins", done)
        return Reply(text, (back(context),), notices=told)

    return effect(links.part, account_id=int(argument)).then(say, {NotOwn: _gone(context)})


def _to_the_other(context: Context, done: Parted, here: str, there: str) -> tuple[Notice, ...]:
    """`there`: for the account that is gone; `here`: for the person who had it."""
    if done.account.id == context.actor.account_id:
        return (Notice(here, people=(done.person_id,)),)
    if done.account.chat_id is None:
        return ()
    return (Notice(there, chat=done.account.chat_id),)


@router.action("linking.keep.cancel")
async def kept(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("roles.kept"), (back(context),))


def _gone(context: Context) -> Reply:
    return Reply(context.words("linking.gone"), (back(context),))
