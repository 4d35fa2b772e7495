"""Bulletins as they stand: which there are, when they go out next, and what may be done to each.

Every button here says all there is to say, so that it works as long as it can be seen; the
verbs check rights, and whether it is still so, again. Making one: `handlers.making`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, TypeAlias

from content.schedule import Schedule, described
from content.words import Words
from db import audience, bulletins
from db.announcements import Part, Progress
from db.bulletins import (
    AlreadySent,
    Due,
    NeverFires,
    NobodyThere,
    NoSuchBulletin,
    SlotGone,
    Standing,
)
from db.permissions import NotAllowed
from handlers import planning
from handlers.drafting import SEND
from handlers.interjection import unfinished
from handlers.messages import Bound, Button, Message, Outcome, Press, Reply, effect
from handlers.plan import Plan
from handlers.progress import status
from handlers.reports import quote
from handlers.router import Context, Router
from handlers.standing import became, detail, state
from handlers.start import back

LABEL: Final = 24  # characters of a button

router = Router()

_Then: TypeAlias = Callable[[Standing, Context], Awaitable[Outcome]]


@router.command("bantin")
async def command(message: Message, context: Context) -> Outcome:
    return await _list(context)


@router.action("bulletins.list", standing=True)
async def listed(press: Press, context: Context, argument: str) -> Outcome:
    return await _list(context)


async def _list(context: Context) -> Outcome:
    words = context.words
    if not context.scene.private:
        return Reply(words("bulletins.in_private"), stay=True)
    if not context.actor.can(SEND):
        return _aside(Reply(words("bulletins.not_allowed"), (back(context),)), context)
    found = await context.read(bulletins.mine, context.actor)
    lines = [words("bulletins.overview" if found else "bulletins.none")]
    lines += [_line(one, words) for one in found]
    shown = [Button(_name(one), f"bulletins.show:{one.id}") for one in found]
    new = Button(words("bulletins.new"), "bulletins.new")
    return _aside(Reply("\n".join(lines), (*shown, new, back(context))), context)


def _line(standing: Standing, words: Words) -> str:
    when = described(Schedule.of(standing.definition.schedule), words)
    title, now = standing.definition.title, state(standing, words)
    return words("bulletins.overview_line", title=title, when=when, state=now)


def _name(standing: Standing) -> str:
    """On a button: reminders of one village are told apart by their words."""
    known = standing.definition
    return quote(known.text if known.sections == ("text",) else known.title, LABEL)


@router.action("bulletins.show", standing=True)
async def show(press: Press, context: Context, argument: str) -> Outcome:
    async def shown(standing: Standing, context: Context) -> Reply:
        return detail(standing, await became(standing, context), context)

    return await _with(argument, context, shown)


@router.action("bulletins.preview", standing=True)
async def preview(press: Press, context: Context, argument: str) -> Outcome:
    async def shown(standing: Standing, context: Context) -> Reply:
        body = await planning.issue_now(context, standing.definition, standing.id)
        key = "bulletins.preview_now" if body else "bulletins.preview_empty"
        buttons = (_open(standing, context.words), back(context))
        reply = Reply(context.words(key), buttons)
        return replace(reply, lead=await _messages(standing, body, context))

    return await _with(argument, context, shown)


@router.action("bulletins.ask", standing=True)
async def ask(press: Press, context: Context, argument: str) -> Outcome:
    return await _with(argument, context, _ask)


async def _ask(standing: Standing, context: Context, note: str = "") -> Reply:
    """What would go out now; only what was shown can be sent."""
    words = context.words
    body = await planning.issue_now(context, standing.definition, standing.id)
    if not body:
        return Reply(words("bulletins.preview_empty"), (_open(standing, words), back(context)))
    after = standing.last.id if standing.last else 0
    send = f"bulletins.send:{standing.id}.{after}.{_digest(body)}"
    buttons = (
        Button(words("bulletins.send"), send),
        Button(words("common.cancel"), f"bulletins.show:{standing.id}"),
    )
    to = words("bulletins.ask_send", places=", ".join(standing.places))
    text = "\n\n".join(part for part in (note, to) if part)
    return Reply(text, buttons, lead=await _messages(standing, body, context))


@router.action("bulletins.send", standing=True)
async def send(press: Press, context: Context, argument: str) -> Outcome:
    id, after, digest = (*argument.split("."), "", "")[:3]
    try:
        standing = await context.read(bulletins.get, context.actor, _number(id))
    except (NoSuchBulletin, NotAllowed) as refused:
        return _refusals(context)[type(refused)]
    body = await planning.issue_now(context, standing.definition, standing.id)
    if not body or _digest(body) != digest:
        return _aside(
            await _ask(standing, context, context.words("bulletins.changed_now")), context
        )
    parts = {
        platform: tuple(Part(piece) for piece in pieces)
        for platform, pieces in context.split(body).items()
    }
    sent = effect(
        bulletins.send_now,
        bulletin_id=standing.id,
        after=_number(after) or None,
        body=body,
        parts=parts,
    )

    def say(progress: Progress) -> Reply:
        reply = replace(status(progress, context.words), follows=progress.version_id)
        return _aside(reply, context)

    return sent.then(say, _refusals(context))


@router.action("bulletins.skip", standing=True)
async def skip(press: Press, context: Context, argument: str) -> Outcome:
    id, _, slot = argument.partition(".")
    at = datetime.fromtimestamp(_number(slot), UTC)
    verb = effect(bulletins.skip_next, bulletin_id=_number(id), slot=at)
    return await _change(id, context, verb, "bulletins.skipped")


@router.action("bulletins.unskip", standing=True)
async def unskip(press: Press, context: Context, argument: str) -> Outcome:
    id, _, slot = argument.partition(".")
    at = datetime.fromtimestamp(_number(slot), UTC)
    verb = effect(bulletins.unskip, bulletin_id=_number(id), slot=at)
    return await _change(id, context, verb, "bulletins.unskipped")


@router.action("bulletins.pause", standing=True)
async def pause(press: Press, context: Context, argument: str) -> Outcome:
    verb = effect(bulletins.pause, bulletin_id=_number(argument))
    return await _change(argument, context, verb, "bulletins.paused")


@router.action("bulletins.resume", standing=True)
async def resume(press: Press, context: Context, argument: str) -> Outcome:
    async def again(standing: Standing, context: Context) -> Outcome:
        schedule = Schedule.of(standing.definition.schedule)
        times = context.slots(schedule, context.actor.now, 1)
        verb = effect(
            bulletins.resume, bulletin_id=standing.id, next_at=times[0] if times else None
        )
        return await _change(argument, context, verb, "bulletins.resumed")

    return await _with(argument, context, again)


@router.action("bulletins.retime", standing=True)
async def retime(press: Press, context: Context, argument: str) -> Outcome:
    async def shown(standing: Standing, context: Context) -> Reply:
        return planning.show_when(context, Plan.change(standing))

    return await _with(argument, context, shown)


@router.action("bulletins.retext", standing=True)
async def retext(press: Press, context: Context, argument: str) -> Outcome:
    async def shown(standing: Standing, context: Context) -> Reply:
        return planning.show_text(context, Plan.change(standing))

    return await _with(argument, context, shown)


@router.action("bulletins.remove", standing=True)
async def remove(press: Press, context: Context, argument: str) -> Outcome:
    async def asked(standing: Standing, context: Context) -> Reply:
        words = context.words
        buttons = (
            Button(words("bulletins.end"), f"bulletins.end:{standing.id}"),
            Button(words("common.cancel"), f"bulletins.show:{standing.id}"),
        )
        return Reply(words("bulletins.ask_end", title=standing.definition.title), buttons)

    return await _with(argument, context, asked)


@router.action("bulletins.end", standing=True)
async def end(press: Press, context: Context, argument: str) -> Outcome:
    def say(standing: Standing) -> Reply:
        text = context.words("bulletins.ended", title=standing.definition.title)
        return _aside(Reply(text, (_back(context), back(context))), context)

    verb = effect(bulletins.end, bulletin_id=_number(argument))
    return verb.then(say, _refusals(context))


async def _with(argument: str, context: Context, then: _Then) -> Outcome:
    """What is said of that bulletin, if the actor may see it."""
    try:
        standing = await context.read(bulletins.get, context.actor, _number(argument))
    except (NoSuchBulletin, NotAllowed) as refused:
        return _refusals(context)[type(refused)]
    outcome = await then(standing, context)
    return _aside(outcome, context) if isinstance(outcome, Reply) else outcome


async def _change(id: str, context: Context, verb: Bound[Standing], key: str) -> Outcome:
    """Do it, and show how the bulletin stands then."""

    async def changed(standing: Standing, context: Context) -> Outcome:
        last = await became(standing, context)

        def say(after: Standing) -> Reply:
            return _aside(detail(after, last, context, context.words(key)), context)

        return verb.then(say, _refusals(context))

    return await _with(id, context, changed)


async def _messages(standing: Standing, body: str, context: Context) -> tuple[str, ...]:
    """The issue as the groups would get it."""
    known = standing.definition
    found = await context.read(audience.count, context.actor, known.places, known.segments)
    return planning.fullest(context, body, found)


def _refusals(context: Context) -> dict[type[Exception], Reply]:
    keys = {
        NotAllowed: "not_yours",
        NoSuchBulletin: "gone",
        NobodyThere: "nobody",
        NeverFires: "never_again",
        AlreadySent: "already_sent",
        SlotGone: "slot_gone",
        Due: "due",
    }
    return {
        error: _aside(Reply(context.words(f"bulletins.{key}"), (_back(context),)), context)
        for error, key in keys.items()
    }


def _open(standing: Standing, words: Words) -> Button:
    return Button(words("bulletins.show"), f"bulletins.show:{standing.id}")


def _back(context: Context) -> Button:
    return Button(context.words("bulletins.list"), "bulletins.list")


def _aside(reply: Reply, context: Context) -> Reply:
    """Without touching the conversation under way, nor the menu it offers."""
    return replace(reply, stay=True, buttons=()) if unfinished(context.scene) else reply


def _digest(body: str) -> str:
    return sha256(body.encode()).hexdigest()[:16]


def _number(argument: str) -> int:
    """0, which no bulletin has, if it is no number."""
    return int(argument) if argument.isascii() and argument.isdecimal() else 0
