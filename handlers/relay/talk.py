"""Carrying by hand: who carries an announcement says that it is done, and sees what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from db import errands, relay
from db.errands import Errand
from db.permissions import NotAllowed
from db.relay import Done, NoSuchErrand
from handlers.interjection import beside
from handlers.messages import Button, Incoming, Message, Outcome, Press, Reply, effect
from handlers.pages import LABEL
from handlers.people import says
from handlers.relay.wording import MOST, QUOTED, did, request, titles
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
    if not says(context, "relay.done_words", incoming.text):
        return None
    found = await context.read(errands.mine, context.actor)
    if not found:
        return _nothing(context) if context.actor.can(relay.SEND) else None
    if len({errand.version_id for errand in found}) > 1:
        return _list(found, context, "relay.which")
    return _done([stop.delivery_id for one in found for stop in one.stops], context)


@router.command("chuyentay", "carrybyhand")
async def command(message: Message, context: Context) -> Outcome:
    return await _open(context)


@router.action("relay.list", standing=True)
async def pressed(press: Press, context: Context, argument: str) -> Outcome:
    return await _open(context)


@router.action("relay.show", standing=True)
async def show(press: Press, context: Context, argument: str) -> Outcome:
    found = await context.read(errands.mine, context.actor, _number(argument))
    return _shown(found[0], context) if found else _nothing(context)


@router.action("relay.done", standing=True)
async def done(press: Press, context: Context, argument: str) -> Outcome:
    return _done([_number(one) for one in argument.split(",")], context)


async def _open(context: Context) -> Outcome:
    if not context.scene.private:
        return Reply(context.words("relay.in_private"), stay=True)
    found = await context.read(errands.mine, context.actor)
    if not found:
        return _nothing(context)
    return _shown(found[0], context) if len(found) == 1 else _list(found, context, "relay.list")


def _shown(errand: Errand, context: Context) -> Reply:
    """Ready to be passed on, as when it was first told."""
    said = request(errand, context.words)
    reply = beside(Reply(said.text, (*said.buttons, back(context))), context.scene)
    return replace(reply, lead=errand.texts, lead_media=errand.files)


def _list(found: Sequence[Errand], context: Context, key: str) -> Reply:
    words, versions = context.words, _by_version(found)
    lines = [
        words("relay.line", code=one.code, text=quote(one.body, QUOTED), count=count)
        for one, count in versions
    ]
    choices = [
        Button(clip(f"{one.code}: {quote(one.body, LABEL)}", LABEL), f"relay.show:{one.version_id}")
        for one, _ in versions[:MOST]
    ]
    text = "\n".join([words(key, count=len(versions)), *lines])
    return beside(Reply(text, (*choices, back(context))), context.scene)


def _by_version(found: Sequence[Errand]) -> list[tuple[Errand, int]]:
    """One errand of each version, and to how many stops its versions go."""
    first: dict[int, Errand] = {}
    stops: dict[int, int] = {}
    for errand in found:
        first.setdefault(errand.version_id, errand)
        stops[errand.version_id] = stops.get(errand.version_id, 0) + len(errand.stops)
    return [(errand, stops[number]) for number, errand in first.items()]


def _nothing(context: Context) -> Reply:
    return beside(Reply(context.words("relay.nothing"), (back(context),)), context.scene)


def _done(deliveries: Sequence[int], context: Context) -> Outcome:
    refusals = {
        NotAllowed: Reply(context.words("relay.not_yours"), stay=True),
        NoSuchErrand: Reply(context.words("relay.nothing"), stay=True),
    }
    return effect(relay.done, deliveries=deliveries).then(
        lambda result: Reply(_noted(result, context), stay=True), refusals
    )


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


def _number(argument: str) -> int:
    """0, which nothing has, if it is no number."""
    return int(argument) if argument.isascii() and argument.isdecimal() else 0
