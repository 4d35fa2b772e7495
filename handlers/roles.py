"""Roles: who is what, since when and until when; one role is dated or ended after a question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from content.words import Words
from db import candidates, roles
from db.candidates import Candidate
from db.permissions import NotAllowed
from db.roles import Held, LastAdmin, NoSuchRole
from handlers import until
from handlers.candidates import router, waits
from handlers.inviting import not_allowed, to_list
from handlers.messages import Button, Message, Notice, Outcome, Press, Reply, effect
from handlers.reports import clip, day
from handlers.router import HERE, Context
from handlers.start import back
from handlers.titles import dated, named, titled

__all__ = ["router"]

PAGE: Final = 10  # roles in one list, each with its button
LABEL: Final = 24  # characters of a button


@router.command("vaitro")
async def command(message: Message, context: Context) -> Outcome:
    return await _list(context, 0)


@router.action("roles.menu", standing=True)
async def menu(press: Press, context: Context, argument: str) -> Outcome:
    return await _list(context, int(argument or 0))


async def _list(context: Context, page: int) -> Outcome:
    words = context.words
    if not context.scene.private:
        return Reply(words("roles.in_private"), stay=True)
    if not context.actor.can(roles.GRANT):
        return not_allowed(context)
    held = await context.read(roles.held, context.actor)
    waiting = await context.read(candidates.waiting, context.actor) if page == 0 else []
    shown = held[page * PAGE : (page + 1) * PAGE]
    lines = [words("roles.list") if held else words("roles.none")]
    lines += [_line(words, one) for one in shown]
    lines += [waits(words, one) for one in waiting[:PAGE]]
    buttons = (
        *(_confirm(words, one) for one in waiting[:PAGE]),
        *(_button(words, one) for one in shown),
        *((Button(words("roles.more"), f"roles.menu:{page + 1}"),) if _more(held, page) else ()),
    )
    invite = Button(words("roles.invite"), "roles.invite")
    return Reply("\n".join(lines), (*buttons, invite, back(context)))


def _more(held: Sequence[Held], page: int) -> bool:
    return len(held) > (page + 1) * PAGE


def _line(words: Words, one: Held) -> str:
    title = titled(words, one.role, one.place)
    who, since = named(words, one.who), day(one.since)
    key = "roles.line"
    return dated(words, key, one.until, who=who, title=title, since=since)


def _confirm(words: Words, one: Candidate) -> Button:
    label = words("roles.confirm", who=named(words, one.who))
    return Button(clip(label, LABEL), f"roles.candidate:{one.id}")


def _button(words: Words, one: Held) -> Button:
    return Button(clip(f"{named(words, one.who)} – {one.place}", LABEL), f"roles.show:{one.id}")


@router.action("roles.show", standing=True)
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
        until=until.shown(held.until) if held.until else words("roles.no_end"),
    )
    buttons = (
        Button(words("roles.set_until"), f"roles.date:{held.id}"),
        Button(words("roles.end"), f"roles.end:{held.id}"),
    )
    return Reply(text, (*buttons, to_list(context), back(context)))


@router.action("roles.end")
async def end(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    held = await _read(context, int(argument))
    if isinstance(held, Reply):
        return held
    title = titled(words, held.role, held.place)
    sure = Button(words("roles.end_now"), f"roles.ended:{held.id}")
    text = words("roles.end_sure", who=named(words, held.who), title=title)
    return Reply(text, (sure, _keep(context)))


@router.action("roles.ended")
async def ended(press: Press, context: Context, argument: str) -> Outcome:
    def say(held: Held) -> Reply:
        return _changed(context, held, "roles.ended")

    return effect(roles.end, role_id=int(argument)).then(say, _refusals(context))


@router.action("roles.date")
async def date(press: Press, context: Context, argument: str) -> Outcome:
    held = await _read(context, int(argument))
    return held if isinstance(held, Reply) else _ask_date(context, held.id)


def _ask_date(context: Context, role_id: int, note: str = "") -> Reply:
    words = context.words
    question = words("roles.ask_until")
    text = f"{note}\n\n{question}" if note else question
    endless = Button(words("roles.always"), "roles.endless")
    return Reply(text, (endless, _keep(context)), step="roles.date", keep={"id": role_id})


@router.step("roles.date")
async def say_date(message: Message, context: Context) -> Outcome:
    role_id = context.scene.keep["id"]
    last = until.last_day(message.text, context.actor.now.astimezone(HERE).date())
    if last is None:
        return _ask_date(context, role_id, context.words("roles.unclear_day"))
    return _date(context, role_id, until.after(last))


@router.action("roles.endless")
async def endless(press: Press, context: Context, argument: str) -> Outcome:
    return _date(context, context.scene.keep["id"], None)


def _date(context: Context, role_id: int, ends_at: datetime | None) -> Outcome:
    def say(held: Held) -> Reply:
        return _changed(context, held, "roles.dated" if held.until else "roles.undated")

    bound = effect(roles.set_until, role_id=role_id, until=ends_at)
    return bound.then(say, _refusals(context))


@router.action("roles.keep.cancel")
async def kept(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("roles.kept"), (to_list(context), back(context)))


def _changed(context: Context, held: Held, key: str) -> Reply:
    """The words of `key`, and those of its notice for whose role it is."""
    words = context.words
    theirs = context.content.words(held.language or "vi")
    more = {"until": until.shown(held.until)} if key == "roles.dated" and held.until else {}
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


def _keep(context: Context) -> Button:
    return Button(context.words("common.cancel"), "roles.keep.cancel")
