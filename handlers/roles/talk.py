"""Roles: who is what, since when and until when; one role is dated or ended after a question."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from content.words import Words
from db import candidates, invitations, roles
from db.groups import CodeRefused
from db.invitations import Open
from db.permissions import NotAllowed
from db.roles import Held, LastAdmin, NoSuchRole, TooLong
from handlers.messages import Button, Message, Notice, Outcome, Press, Reply, effect
from handlers.pages import LABEL, page
from handlers.roles.candidates import confirm, waits
from handlers.roles.choosing import answered
from handlers.roles.inviting import end_of, not_allowed, to_list
from handlers.router import Context, Router
from handlers.start import again, back, instead
from handlers.tickets.reports import clip, day
from handlers.titles import dated, last, named, titled

PAGE: Final = 10  # roles in one list, each with its button

router = Router()


@router.command("vaitro")
async def command(message: Message, context: Context) -> Outcome:
    return await _list(context, 0)


@router.action("roles.menu", standing=True, takes="page")
async def menu(press: Press, context: Context, argument: str) -> Outcome:
    return await _list(context, int(argument or 0))


async def _list(context: Context, number: int) -> Outcome:
    words = context.words
    if not context.scene.private:
        return Reply(words("roles.in_private"), stay=True)
    if not context.actor.can(roles.GRANT):
        return not_allowed(context)
    held = await context.read(roles.held, context.actor)
    first = number == 0
    waiting = await context.read(candidates.waiting, context.actor) if first else []
    unused = await context.read(invitations.unused, context.actor) if first else []
    shown, more = page(held, number, PAGE, "roles.menu", words)
    lines = [words("roles.list") if held else words("roles.none")]
    lines += [_line(words, one) for one in shown]
    lines += [waits(words, one) for one in waiting[:PAGE]]
    lines += [_unused(words, one) for one in unused[:PAGE]]
    buttons = (
        *(confirm(words, one) for one in waiting[:PAGE]),
        *(_code(words, one) for one in unused[:PAGE]),
        *(_button(words, one) for one in shown),
        *more,
    )
    invite = Button(words("roles.invite"), "roles.invite")
    return Reply("\n".join(lines), (*buttons, invite, back(context)))


def _line(words: Words, one: Held) -> str:
    title = titled(words, one.role, one.place)
    who, since = named(words, one.who), day(one.since)
    key = "roles.line"
    return dated(words, key, one.until, who=who, title=title, since=since)


def _unused(words: Words, one: Open) -> str:
    title = titled(words, one.role, one.place)
    return words("roles.unused", title=title, until=day(one.expires_at))


def _code(words: Words, one: Open) -> Button:
    label = words("roles.code", title=titled(words, one.role, one.place))
    return Button(clip(label, LABEL), f"roles.code:{one.id}")


def _button(words: Words, one: Held) -> Button:
    title = words(f"roles.as_{one.role}")
    who = clip(named(words, one.who), LABEL - len(title) - len(" – "))
    return Button(f"{who} – {title}", f"roles.show:{one.id}")


@router.action("roles.show", standing=True, takes="number")
async def show(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    held = await _read(context, int(argument))
    if isinstance(held, Reply):
        return held
    text = words(
        "roles.show",
        who=named(words, held.who),
        title=titled(words, held.role, held.place),
        since=day(held.since),
        until=last(held.until) if held.until else words("roles.no_end"),
    )
    buttons = (
        Button(words("roles.set_until"), f"roles.date:{held.id}"),
        Button(words("roles.end"), f"roles.end:{held.id}"),
    )
    return Reply(text, (*buttons, to_list(context), back(context)), step="roles.shown")


@router.step("roles.shown")
async def say_what(message: Message, context: Context) -> Outcome:
    return await answered(message, context, router) or await instead(message, context)


@router.action("roles.code", standing=True)
async def code(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    if not context.actor.can(roles.GRANT):
        return not_allowed(context)
    found = await context.read(invitations.unused, context.actor)
    one = next((one for one in found if str(one.id) == argument), None)
    if one is None:
        return _no_code(context)
    void = Button(words("roles.void"), f"roles.void:{one.id}")
    return Reply(_unused(words, one), (void, to_list(context), back(context)))


@router.action("roles.void", standing=True, takes="number")
async def void(press: Press, context: Context, argument: str) -> Outcome:
    def say(one: Open) -> Reply:
        title = titled(context.words, one.role, one.place)
        text = context.words("roles.voided", title=title)
        return Reply(text, (to_list(context), back(context)))

    refusals = {CodeRefused: _no_code(context), NotAllowed: not_allowed(context)}
    return effect(invitations.void, invitation_id=int(argument)).then(say, refusals)


def _no_code(context: Context) -> Reply:
    return Reply(context.words("roles.no_code"), (to_list(context), back(context)))


@router.action("roles.end", standing=True, takes="number")
async def end(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    held = await _read(context, int(argument))
    if isinstance(held, Reply):
        return held
    title = titled(words, held.role, held.place)
    sure = Button(words("roles.end_now"), f"roles.ended:{held.id}")
    text = words("roles.end_sure", who=named(words, held.who), title=title)
    keep = Button(context.words("roles.keep"), "roles.keep.cancel")
    return Reply(text, (sure, keep), step="roles.sure")


@router.step("roles.sure")
async def say_sure(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("roles.choose"))


@router.action("roles.ended", takes="number")
async def ended(press: Press, context: Context, argument: str) -> Outcome:
    def say(held: Held) -> Reply:
        return _changed(context, held, "roles.ended")

    return effect(roles.end, role_id=int(argument)).then(say, _refusals(context))


@router.action("roles.date", standing=True, takes="number")
async def date(press: Press, context: Context, argument: str) -> Outcome:
    held = await _read(context, int(argument))
    return held if isinstance(held, Reply) else _ask_date(context, held.id)


def _ask_date(context: Context, role_id: int, note: str = "") -> Reply:
    words = context.words
    question = words("roles.ask_until")
    text = f"{note}\n\n{question}" if note else question
    endless = Button(words("roles.always"), "roles.endless")
    cancel = Button(words("common.cancel"), "roles.keep.cancel")
    return Reply(text, (endless, cancel), step="roles.date", keep={"id": role_id})


@router.step("roles.date")
async def say_date(message: Message, context: Context) -> Outcome:
    if found := await answered(message, context, router):
        return found
    role_id, ends_at = context.scene.keep["id"], end_of(message.text, context)
    if ends_at is None:
        return _ask_date(context, role_id, context.words("roles.unclear_day"))
    return _date(context, role_id, ends_at)


@router.action("roles.endless")
async def endless(press: Press, context: Context, argument: str) -> Outcome:
    return _date(context, context.scene.keep["id"], None)


def _date(context: Context, role_id: int, ends_at: datetime | None) -> Outcome:
    def say(held: Held) -> Reply:
        return _changed(context, held, "roles.dated" if held.until else "roles.undated")

    bound = effect(roles.set_until, role_id=role_id, until=ends_at)
    too_long = _ask_date(context, role_id, context.words("roles.too_long"))
    return bound.then(say, {**_refusals(context), TooLong: too_long})


@router.action("roles.keep.cancel")
async def kept(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("roles.kept"), (to_list(context), back(context)))


def _changed(context: Context, held: Held, key: str) -> Reply:
    """The words of `key`, and those of its notice for whose role it is."""
    words = context.words
    theirs = context.content.words(held.language or "vi")
    more = {"until": last(held.until)} if key == "roles.dated" and held.until else {}
    told = theirs(f"{key}_notice", title=titled(theirs, held.role, held.place), **more)
    title = titled(words, held.role, held.place)
    text = words(key, who=named(words, held.who), title=title, **more)
    mine = held.person_id == context.actor.person_id
    notices = () if mine else (Notice(told, people=(held.person_id,)),)
    return Reply(text, (to_list(context), back(context)), notices=notices)


async def _read(context: Context, role_id: int) -> Held | Reply:
    """The role, or why it cannot be seen."""
    try:
        return await context.read(roles.read, context.actor, role_id)
    except (NoSuchRole, NotAllowed) as error:
        return _refusals(context)[type(error)]


def _refusals(context: Context) -> dict[type[Exception], Reply]:
    buttons = (to_list(context), back(context))
    return {
        NoSuchRole: Reply(context.words("roles.gone"), buttons),
        LastAdmin: Reply(context.words("roles.last_admin"), buttons),
        NotAllowed: not_allowed(context),
    }
