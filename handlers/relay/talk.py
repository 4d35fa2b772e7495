"""Carrying by hand: who carries an announcement says that it is done, and sees what is left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from db import errands
from db.errands import Errand
from db.permissions import NotAllowed
from db.relay import SEND, Done, NoSuchErrand, Stop, Undone
from handlers.interjection import OFFERS, beside
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
from handlers.pages import LABEL
from handlers.relay.sayings import ANY, ways
from handlers.relay.wording import MOST, QUOTED, action, buttons, did, medium, request, titles
from handlers.router import Context, Router
from handlers.start import back
from handlers.tickets.reports import clip, quote

router = Router()


@router.rule
async def told(incoming: Incoming, context: Context) -> Outcome:
    """“đã chuyển”, from somebody who has something to carry."""
    if not isinstance(incoming, Message) or not incoming.addressed or incoming.attachments:
        return None
    if not context.scene.private or context.scene.free_text:
        return None
    said = ways(incoming.text, context)
    if not said or (ANY in said and _elsewhere(context)):
        return None
    found = await context.read(errands.mine, context.actor)
    if not found:
        return _nothing(context) if ANY not in said and context.actor.can(SEND) else None
    return _settled(found, said, context)


def _settled(found: Sequence[Errand], said: Collection[str], context: Context) -> Outcome:
    """Everything of one announcement that the words fit; asked which, where they fit several, or
    nothing."""
    fit = [one for one in found if _fitting(one, said)]
    if len({one.version_id for one in fit}) == 1:
        return _done([stop.delivery_id for one in fit for stop in _fitting(one, said)], context)
    if len(fit or found) > 1:
        return _list(fit or found, context, "relay.which")
    return beside(
        Reply(context.words("relay.which_stop"), (*buttons(found, context.words), back(context))),
        context.scene,
    )


def _fitting(errand: Errand, said: Collection[str]) -> list[Stop]:
    return [stop for stop in errand.open if ANY in said or medium(stop) in said]


def _elsewhere(context: Context) -> bool:
    """Whether “xong” may be meant for what is being talked about."""
    return context.scene.step not in ("", *OFFERS)


@router.command("chuyentay", "carrybyhand")
async def command(message: Message, context: Context) -> Outcome:
    return await _open(context)


@router.action("relay.list", standing=True)
async def pressed(press: Press, context: Context, argument: str) -> Outcome:
    return await _open(context)


@router.action("relay.show", standing=True)
async def show(press: Press, context: Context, argument: str) -> Outcome:
    mine, number = await context.read(errands.mine, context.actor), _number(argument)
    found = [one for one in mine if number in {stop.delivery_id for stop in one.stops}]
    return _shown(found[0], context) if found else _nothing(context)


@router.action("relay.done", standing=True)
async def done(press: Press, context: Context, argument: str) -> Outcome:
    return _done(_numbers(argument), context)


@router.action("relay.undo", standing=True)
async def undo(press: Press, context: Context, argument: str) -> Outcome:
    late = Reply(context.words("relay.undo_late"), stay=True)
    return effect(errands.reopen, deliveries=_numbers(argument)).then(
        lambda result: _undone(*result, context), {NoSuchErrand: late}
    )


async def _open(context: Context) -> Outcome:
    if not context.scene.private:
        return Reply(context.words("relay.in_private"), stay=True)
    found = await context.read(errands.mine, context.actor)
    if not found:
        return _nothing(context)
    return _shown(found[0], context) if len(found) == 1 else _list(found, context, "relay.list")


def _shown(errand: Errand, context: Context) -> Reply:
    """Ready to be passed on, as when it was first told."""
    said = request(errand, context.words, files=context.files)
    reply = beside(Reply(said.text, (*said.buttons, back(context))), context.scene)
    return replace(reply, lead=errand.texts, lead_media=errand.files)


def _list(found: Sequence[Errand], context: Context, key: str) -> Reply:
    words = context.words
    lines = [
        words("relay.line", code=one.code, text=quote(one.body, QUOTED), count=len(one.open))
        for one in found
    ]
    choices = [
        Button(clip(f"{one.code}: {quote(one.body, LABEL)}", LABEL), action("show", one.stops[:1]))
        for one in found[:MOST]
    ]
    text = "\n".join([words(key, count=len(found)), *lines])
    return beside(Reply(text, (*choices, back(context))), context.scene)


def _nothing(context: Context) -> Reply:
    return beside(Reply(context.words("relay.nothing"), (back(context),)), context.scene)


def _done(deliveries: Sequence[int], context: Context) -> Outcome:
    refusals = {
        NotAllowed: Reply(context.words("relay.not_yours"), stay=True),
        NoSuchErrand: Reply(context.words("relay.nothing"), stay=True),
    }
    return effect(errands.confirm, deliveries=deliveries).then(
        lambda result: _confirmed(*result, context), refusals
    )


def _confirmed(result: Done, found: Sequence[Errand], context: Context) -> Reply:
    """What was noted, the menu as it was, and after it a way back."""
    text, done = _noted(result, context), (*result.stops, *result.before)
    undo = Button(context.words("relay.not_done"), action("undo", done))
    menu = buttons(found, context.words)
    return _with_menu(text, (*menu, undo) if menu and done else (), context)


def _undone(result: Undone, found: Sequence[Errand], context: Context) -> Reply:
    """Whoever has read that it was done reads that it is not."""
    words, places = context.words, titles(result.stops)
    reply = _with_menu(words("relay.undone", places=places), buttons(found, words), context)
    if not (result.authors and found):
        return reply
    said = context.content.words("vi")
    text = said("relay.undone_there", text=quote(found[0].body, QUOTED), places=places)
    return replace(reply, notices=(Notice(text, result.authors),))


def _with_menu(text: str, menu: tuple[Button, ...], context: Context) -> Reply:
    """Without its menu, where another question is open."""
    if not menu or _elsewhere(context):
        return Reply(text, stay=True)
    return Reply(text, menu)


def _noted(result: Done, context: Context) -> str:
    words = context.words
    lines = []
    if result.stops:
        lines += [words("relay.noted"), *did(result.stops, words)]
    if result.before:
        lines.append(words("relay.noted_before", places=titles(result.before)))
    if result.off:
        lines.append(words("relay.off", places=titles(result.off)))
    if result.left:
        lines.append(words("relay.left", count=result.left))
    return "\n".join(lines)


def _numbers(argument: str) -> list[int]:
    return [_number(one) for one in argument.split(",")]


def _number(argument: str) -> int:
    """0, which nothing has, if it is no number."""
    return int(argument) if argument.isascii() and argument.isdecimal() else 0
