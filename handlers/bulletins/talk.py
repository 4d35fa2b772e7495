"""Bulletins as they stand: which there are, when they go out next, and what may be done to each.

Every button here says all there is to say, so that it works as long as it can be seen; the
verbs check rights, and whether it is still so, again. Making one: `handlers.bulletins.making`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, TypeAlias

from content.schedule import Schedule, described
from content.words import Words
from db import audience, bulletins, standings
from db.announcements import Part, Progress
from db.audience import NobodyThere
from db.bulletins import AlreadySent, Due, NeverFires, SlotGone
from db.permissions import NotAllowed
from db.standings import NoSuchBulletin, Standing
from handlers.announcements.drafting import SEND
from handlers.announcements.progress import status
from handlers.bulletins import making, planning
from handlers.bulletins.plan import Plan
from handlers.bulletins.standing import became, detail, name, state
from handlers.bulletins.synonyms import chosen, pressed
from handlers.interjection import beside
from handlers.messages import Bound, Button, Incoming, Message, Outcome, Press, Reply, effect
from handlers.pages import LABEL, page
from handlers.router import Context, Router
from handlers.start import back
from handlers.tickets.reports import quote

PAGE: Final = 8  # bulletins in one list, each with its button
_FAR: Final = 10**11  # seconds since 1970: the year 5138

router = Router()

_Then: TypeAlias = Callable[[Standing, Context], Awaitable[Outcome]]


@router.command("bantin")
async def command(message: Message, context: Context) -> Outcome:
    return await _list(context, 0)


@router.action("bulletins.list", standing=True)
async def listed(press: Press, context: Context, argument: str) -> Outcome:
    return await _list(context, _number(argument))


@router.rule
async def worded(incoming: Incoming, context: Context) -> Outcome:
    """A choice of the open list or bulletin in other words than its label's."""
    scene = context.scene
    if not isinstance(incoming, Message) or incoming.attachments:
        return None
    if not scene.private or scene.step:
        return None
    action, actions = chosen(incoming.text, context), {**router.actions, **making.router.actions}
    if action.partition(":")[0] not in actions:
        return None
    return await pressed(action, incoming, context, actions)


async def _list(context: Context, number: int) -> Outcome:
    words = context.words
    if not context.scene.private:
        return Reply(words("bulletins.in_private"), stay=True)
    if not context.actor.can(SEND):
        return beside(Reply(words("bulletins.not_allowed"), (back(context),)), context.scene)
    found = await context.read(standings.mine, context.actor)
    shown, more = page(found, number, PAGE, "bulletins.list", words)
    lines = [words("bulletins.overview" if found else "bulletins.none")]
    lines += [_line(one, words) for one in shown]
    each = [Button(quote(name(one), LABEL), f"bulletins.show:{one.id}") for one in shown]
    new = Button(words("bulletins.new"), "bulletins.new")
    return beside(Reply("\n".join(lines), (*each, *more, new, back(context))), context.scene)


def _line(standing: Standing, words: Words) -> str:
    when = described(Schedule.of(standing.definition.schedule), words)
    now = state(standing, words)
    return words("bulletins.overview_line", title=name(standing), when=when, state=now)


@router.action("bulletins.show", standing=True)
async def show(press: Press, context: Context, argument: str) -> Outcome:
    async def shown(standing: Standing, context: Context) -> Reply:
        return detail(standing, await became(standing, context), context)

    return await _with(argument, context, shown)


@router.action("bulletins.preview", standing=True)
async def preview(press: Press, context: Context, argument: str) -> Outcome:
    async def shown(standing: Standing, context: Context) -> Reply:
        issue = await planning.issue_now(context, standing.definition, standing.id)
        key = "bulletins.preview_now" if issue.body else "bulletins.preview_empty"
        buttons = (_open(standing, context.words), back(context))
        reply = Reply(context.words(key), buttons)
        return replace(reply, lead=await _messages(standing, issue.shown, context))

    return await _with(argument, context, shown)


@router.action("bulletins.ask", standing=True)
async def ask(press: Press, context: Context, argument: str) -> Outcome:
    return await _with(argument, context, _ask)


async def _ask(standing: Standing, context: Context, note: str = "") -> Reply:
    """What would go out now; only what was shown can be sent."""
    words = context.words
    issue = await planning.issue_now(context, standing.definition, standing.id)
    if not issue.body:
        return Reply(words("bulletins.preview_empty"), (_open(standing, words), back(context)))
    after = standing.last.id if standing.last else 0
    send = f"bulletins.send:{standing.id}.{after}.{_digest(issue.body)}"
    buttons = (
        Button(words("bulletins.send"), send),
        Button(words("common.cancel"), f"bulletins.show:{standing.id}"),
    )
    to = words("bulletins.ask_send", places=", ".join(standing.places))
    text = "\n\n".join(part for part in (note, to) if part)
    return Reply(text, buttons, lead=await _messages(standing, issue.shown, context))


@router.action("bulletins.send", standing=True)
async def send(press: Press, context: Context, argument: str) -> Outcome:
    id, after, digest = (*argument.split("."), "", "")[:3]

    async def sent(standing: Standing, context: Context) -> Outcome:
        body = (await planning.issue_now(context, standing.definition, standing.id)).body
        if not body or _digest(body) != digest:
            return await _ask(standing, context, context.words("bulletins.changed_now"))
        return _send(standing, _number(after) or None, body, context)

    return await _with(id, context, sent)


def _send(standing: Standing, after: int | None, body: str, context: Context) -> Outcome:
    parts = {
        platform: tuple(Part(piece) for piece in pieces)
        for platform, pieces in context.split(body).items()
    }
    sent = effect(bulletins.send_now, bulletin_id=standing.id, after=after, body=body, parts=parts)

    def say(progress: Progress) -> Reply:
        reply = replace(status(progress, context.words), follows=progress.version_id)
        return beside(reply, context.scene)

    return sent.then(say, _refusals(context))


@router.action("bulletins.skip", standing=True)
@router.action("bulletins.unskip", standing=True)
async def skip(press: Press, context: Context, argument: str) -> Outcome:
    skips = press.action.startswith("bulletins.skip")
    id, _, slot = argument.partition(".")
    verb = effect(
        bulletins.skip_next if skips else bulletins.unskip,
        bulletin_id=_number(id),
        slot=_moment(slot),
    )
    return await _change(id, context, verb, "bulletins.skipped" if skips else "bulletins.unskipped")


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
        return Reply(words("bulletins.ask_end", title=name(standing)), buttons)

    return await _with(argument, context, asked)


@router.action("bulletins.end", standing=True)
async def end(press: Press, context: Context, argument: str) -> Outcome:
    def say(standing: Standing) -> Reply:
        text = context.words("bulletins.ended", title=name(standing))
        return beside(Reply(text, (_back(context), back(context))), context.scene)

    verb = effect(bulletins.end, bulletin_id=_number(argument))
    return verb.then(say, _refusals(context))


async def _with(argument: str, context: Context, then: _Then) -> Outcome:
    """What is said of that bulletin, or why nothing can be: a role may end between two reads."""
    refusals = _refusals(context)
    try:
        standing = await context.read(standings.get, context.actor, _number(argument))
        outcome = await then(standing, context)
    except tuple(refusals) as refused:
        return refusals[type(refused)]
    return beside(outcome, context.scene) if isinstance(outcome, Reply) else outcome


async def _change(id: str, context: Context, verb: Bound[Standing], key: str) -> Outcome:
    """Do it, and show how the bulletin stands then."""

    async def changed(standing: Standing, context: Context) -> Outcome:
        last = await became(standing, context)

        def say(after: Standing) -> Reply:
            return beside(detail(after, last, context, context.words(key)), context.scene)

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
        error: beside(Reply(context.words(f"bulletins.{key}"), (_back(context),)), context.scene)
        for error, key in keys.items()
    }


def _open(standing: Standing, words: Words) -> Button:
    return Button(words("bulletins.show"), f"bulletins.show:{standing.id}")


def _back(context: Context) -> Button:
    return Button(context.words("bulletins.list"), "bulletins.list")


def _digest(body: str) -> str:
    return sha256(body.encode()).hexdigest()[:16]


def _moment(argument: str) -> datetime:
    """Of its seconds since 1970; 1970, which no slot has, if they are no time there will be."""
    seconds = _number(argument)
    return datetime.fromtimestamp(seconds if seconds < _FAR else 0, UTC)


def _number(argument: str) -> int:
    """0, which no bulletin has, if it is no number."""
    return int(argument) if argument.isascii() and argument.isdecimal() else 0
