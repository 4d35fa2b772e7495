"""Announcements: written in private, addressed, shown as they will look, sent, and followed.

text ─▶ places ─▶ segments ─▶ preview ─▶ sent. Files and long texts that arrive on the way are added
to what is being written; of a short one that answers nothing it is asked whether it belongs
there. Where there is one village only, it is chosen already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from db import announcements
from db.announcements import Changed, NobodyThere, Part
from db.permissions import NotAllowed
from handlers.announcements import taking
from handlers.announcements.days import told_days
from handlers.announcements.draft import Draft
from handlers.announcements.drafting import (
    SEND,
    Show,
    body,
    options,
    show_again,
    show_places,
    show_preview,
    show_segments,
    show_text,
    unticked,
)
from handlers.announcements.progress import NOT_REACHED, followed, report, resent, status
from handlers.announcements.taking import heard, take
from handlers.announcements.wishes import Meant, begins, chosen, meant, opened, wished
from handlers.interjection import beside, given_up
from handlers.messages import Button, Incoming, Message, Outcome, Press, Reply, effect
from handlers.router import Context, Router
from handlers.start import ask_first, instead, wish

__all__ = ["report", "router", "status"]

router = Router()

_CHOICES: Final = ("announcements.place", "announcements.segment", "announcements.all")


@router.command("thongbao")
async def command(message: Message, context: Context) -> Outcome:
    return await _begin(context)


@router.action("announcements.new", standing=True)
async def new(press: Press, context: Context, argument: str) -> Outcome:
    return await _begin(context)


@router.rule
async def unprompted(incoming: Incoming, context: Context) -> Outcome:
    """What whoever may announce asks for without a menu."""
    if not isinstance(incoming, Message) or not incoming.addressed:
        return None
    if context.scene.step or not context.actor.can(SEND):
        return None
    if context.scene.private and (text := opened(incoming.text, context.words)):
        return await _open(replace(incoming, text=text), context)
    if incoming.attachments:
        return None
    if begins(incoming.text, context.words):
        return await _begin(context)
    if context.scene.private and wished(incoming.text, context.words) == "resend":
        newest = await context.read(announcements.newest, context.actor)
        return resent(context, str(newest), NOT_REACHED) if newest else None
    return None


async def _begin(context: Context) -> Outcome:
    if not context.scene.private:
        return Reply(context.words("announcements.in_private"), stay=True)
    if not context.actor.can(SEND):
        return _closed(context, "announcements.not_allowed")
    if not await options(context):
        return _closed(context, "announcements.no_places")
    return await _ask_text(context, Draft())


async def _open(message: Message, context: Context) -> Outcome:
    """As if the text had been asked for."""
    if not await options(context):
        return _closed(context, "announcements.no_places")
    asked = replace(context, scene=replace(context.scene, step="announcements.text"))
    draft = await _with_only_place(asked, Draft())
    return take(message, asked, draft, await _after_text(asked, draft))


async def _ask_text(context: Context, draft: Draft) -> Outcome:
    return show_text(context)(draft, "")


@router.step("announcements.text")
async def write(message: Message, context: Context) -> Outcome:
    draft = _draft(context)
    if not message.attachments and wished(message.text, context.words) in ("send", "next"):
        return await (_leave_segments if draft.mode else _ask_text)(context, draft)
    if not message.attachments and (named := wish(message.text, context)):
        return await instead(message, context) if draft.empty else ask_first(context, named)
    if not message.text.strip() and not message.attachments:
        return show_text(context)(draft, context.words("announcements.text_needed"))
    if not draft.mode:
        draft = await _with_only_place(context, draft)
    return take(message, context, draft, await _after_text(context, draft))


async def _with_only_place(context: Context, draft: Draft) -> Draft:
    spots = await options(context)
    return replace(draft, places=(spots[0].id,)) if len(spots) == 1 else draft


async def _after_text(context: Context, draft: Draft) -> Show:
    if draft.segments:
        return await show_preview(context, draft)
    if draft.places:
        return await show_segments(context, draft)
    return await show_places(context)


@router.step("announcements.places")
@router.step("announcements.segments")
@router.step("announcements.preview")
async def say(message: Message, context: Context) -> Outcome:
    """In words of one's own: a name only adds its choice, a number is as good as a press."""
    draft, preview = _draft(context), context.scene.step == "announcements.preview"
    said = None if message.attachments else meant(message.text, _offered(context), context.words)
    if said is None:
        return await heard(message, context, draft)
    if said.wish:
        return await _wished(said.wish, message, context, draft)
    if len(said.actions) == 1 and not said.out:
        name, _, argument = said.actions[0].partition(":")
        if name not in _CHOICES:
            return await _pressed(name, message, context, argument)
    draft = chosen(draft, said)
    if not preview and f"{context.scene.step}_done" in said.actions:
        return await _leave(context, draft)
    clear = said.actions and not preview
    return await show_again(context, draft, "" if clear else "announcements.choose")


async def _wished(wish: str, message: Message, context: Context, draft: Draft) -> Outcome:
    at = context.scene.step.removeprefix("announcements.")
    if wish == "everyone" and at == "segments":
        offered = [action for _, action in _offered(context)]
        everyone = [action for action in offered if action.startswith("announcements.all:")]
        return await show_again(context, chosen(draft, Meant(actions=tuple(everyone))))
    if wish == "everywhere" or (wish == "everyone" and at == "places"):
        return await _everywhere(context, draft)
    if wish in ("send", "next") and at != "preview":
        return await _leave(context, draft)  # nothing is sent that was not seen
    if wish in ("urge", "calm"):
        return await _mark(context, draft, urgent=wish == "urge")
    if wish in ("send", "add", "rewrite", "change_places") or (wish == "undo" and draft.added):
        return await _pressed(f"announcements.{wish}", message, context)
    return await show_again(context, draft, "announcements.choose")


async def _mark(context: Context, draft: Draft, *, urgent: bool) -> Outcome:
    if context.scene.step != "announcements.preview":
        return await show_again(context, draft, "announcements.urgent_later")
    if draft.urgent == urgent:
        return await show_again(context, draft)
    if "announcements.urgent" not in [action for _, action in _offered(context)]:
        return await show_again(context, draft, "announcements.urgent_not_allowed")
    return (await show_preview(context, draft))(replace(draft, urgent=urgent), "")


async def _everywhere(context: Context, draft: Draft) -> Outcome:
    """The whole commune where that may be chosen, else every village; if that is too much for
    one's rights, it is said why."""
    spots = await options(context)
    if len(spots) == 1:
        return await show_again(context, draft, "announcements.too_wide")
    whole = [spot for spot in spots if spot.kind != "village"] or spots
    draft = replace(draft, places=tuple(spot.id for spot in whole))
    if (refused := (await show_segments(context, draft))(draft, "")).step == "announcements.places":
        return refused
    return (await show_places(context))(draft, "")


@router.action("announcements.place", takes="number")
@router.action("announcements.segment")
@router.action("announcements.all")
async def choose(press: Press, context: Context, argument: str) -> Outcome:
    draft = chosen(_draft(context), Meant(actions=(press.action,), toggle=True))
    return replace(await show_again(context, draft), in_place=True)


@router.action("announcements.places_done")
@router.action("announcements.segments_done")
async def done(press: Press, context: Context, argument: str) -> Outcome:
    return await _leave(context, _draft(context))


async def _leave(context: Context, draft: Draft) -> Outcome:
    if context.scene.step == "announcements.places":
        return await _leave_places(context, draft)
    return await _leave_segments(context, draft)


async def _leave_places(context: Context, draft: Draft) -> Outcome:
    if not draft.places:
        return (await show_places(context))(draft, context.words("announcements.choose_place"))
    return (await show_segments(context, draft))(draft, "")


async def _leave_segments(context: Context, draft: Draft) -> Outcome:
    if not draft.segments:
        note = context.words("announcements.choose_segment")
        return (await show_segments(context, draft))(draft, note)
    return (await show_preview(context, draft))(draft, "")


@router.action("announcements.add")
async def add(press: Press, context: Context, argument: str) -> Outcome:
    return show_text(context)(replace(_draft(context), mode="add"), "")


@router.action("announcements.rewrite")
async def rewrite(press: Press, context: Context, argument: str) -> Outcome:
    return show_text(context)(replace(_draft(context), mode="rewrite"), "")


@router.action("announcements.change_places")
async def change_places(press: Press, context: Context, argument: str) -> Outcome:
    draft = _draft(context)
    if len(await options(context)) == 1:
        return (await show_segments(context, draft))(draft, "")
    return (await show_places(context))(draft, "")


@router.action("announcements.urgent")
async def urge(press: Press, context: Context, argument: str) -> Outcome:
    draft = _draft(context)
    return (await show_preview(context, draft))(replace(draft, urgent=not draft.urgent), "")


@router.action("announcements.send")
async def send(press: Press, context: Context, argument: str) -> Outcome:
    draft = _draft(context)
    text = body(draft, context)
    show = await show_preview(context, draft)
    not_allowed = await show_places(context, "announcements.not_allowed_there")
    nobody = await show_places(context, "announcements.nobody")
    refusals = {
        NotAllowed: not_allowed(draft, ""),
        NobodyThere: nobody(draft, ""),
        Changed: show(draft, context.words("announcements.changed")),
    }
    return effect(
        announcements.release,
        body=text,
        parts=_parts(text, draft, context),
        media=draft.media,
        places=draft.places,
        segments=draft.segments,
        urgent=draft.urgent,
        shown=draft.shown,
        days=told_days(draft.body, context),
    ).then(lambda progress: followed(progress, context), refusals)


def _parts(text: str, draft: Draft, context: Context) -> Mapping[str, Sequence[Part]]:
    """On every platform: the words, then the files, each a message of its own."""
    files = [Part("", file) for file in draft.media]
    return {
        platform: (*(Part(piece) for piece in pieces), *files)
        for platform, pieces in context.split(text).items()
    }


@router.action("announcements.cancel")
async def cancel(press: Press, context: Context, argument: str) -> Outcome:
    reply = Reply(context.words("announcements.cancelled"), (_menu(context),))
    return given_up(reply, context.scene)


def _closed(context: Context, key: str) -> Reply:
    return beside(Reply(context.words(key), (_menu(context),)), context.scene)


def _menu(context: Context) -> Button:
    return Button(context.words("common.back_to_menu"), "start.menu")


def _draft(context: Context) -> Draft:
    return Draft.of(context.scene.keep)


def _offered(context: Context) -> list[tuple[str, str]]:
    """What may be named; to give up takes a word of its own, which is read before."""
    return [
        (unticked(context.words, label), action)
        for label, action in context.scene.buttons
        if action != "announcements.cancel"
    ]


async def _pressed(name: str, message: Message, context: Context, argument: str = "") -> Outcome:
    """What was said is as good as a press."""
    press = Press(message.chat, message.sender, str(context.scene.menu_id), 0)
    actions = {**router.actions, **taking.router.actions}
    return await actions[name].handler(press, context, argument)
