"""Announcements: written in private, addressed, shown as they will look, sent, and followed.

text ─▶ places ─▶ segments ─▶ preview ─▶ sent. Words and files that arrive on the way are added
to what is being written; where there is one village only, it is chosen already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from db import announcements, media
from db.announcements import Changed, NobodyThere, NoSuchVersion, Part, Progress
from db.media import Seen
from db.permissions import NotAllowed
from handlers.draft import Draft, numbered, picked
from handlers.drafting import (
    SEND,
    Show,
    body,
    options,
    show_places,
    show_preview,
    show_segments,
    show_text,
    told_days,
    unticked,
)
from handlers.interjection import given_up
from handlers.messages import Button, Effect, Message, Outcome, Press, Reply, effect
from handlers.progress import NOT_REACHED, UNCERTAIN, report, status
from handlers.router import Context, Router

__all__ = ["report", "router", "status"]

router = Router()

LONGEST: Final = 20_000  # characters: some eleven messages on Zalo


@router.command("thongbao")
async def command(message: Message, context: Context) -> Outcome:
    return await _begin(context)


@router.action("announcements.new", standing=True)
async def new(press: Press, context: Context, argument: str) -> Outcome:
    return await _begin(context)


async def _begin(context: Context) -> Outcome:
    if not context.scene.private:
        return Reply(context.words("announcements.in_private"), stay=True)
    if not context.actor.can(SEND):
        return _closed(context, "announcements.not_allowed")
    if not await options(context):
        return _closed(context, "announcements.no_places")
    return show_text(context)(Draft(), "")


@router.step("announcements.text")
async def write(message: Message, context: Context) -> Outcome:
    draft = _draft(context)
    if not _says(message):
        return show_text(context)(draft, context.words("announcements.text_needed"))
    if not draft.mode:
        draft = await _with_only_place(context, draft)
    return _take(message, context, draft, await _after_text(context, draft))


async def _with_only_place(context: Context, draft: Draft) -> Draft:
    spots = await options(context)
    return replace(draft, places=(spots[0].id,)) if len(spots) == 1 else draft


async def _after_text(context: Context, draft: Draft) -> Show:
    if draft.mode:
        return await show_preview(context, draft)
    if draft.places:
        return await show_segments(context, draft)
    return await show_places(context)


@router.step("announcements.places")
async def say_places(message: Message, context: Context) -> Outcome:
    """A name only adds its place; a number is as good as a press."""
    draft, actions = _draft(context), _picked(message, context)
    if actions is None and _says(message):
        return _take(message, context, draft, await show_places(context))
    for action in actions or ():
        name, _, argument = action.partition(":")
        if name == "announcements.place":
            draft = draft.with_place(int(argument), toggle=numbered(message.text))
    if actions and "announcements.places_done" in actions:
        return await _leave_places(context, draft)
    note = "" if actions else context.words("announcements.choose")
    return (await show_places(context))(draft, note)


@router.action("announcements.place")
async def choose_place(press: Press, context: Context, argument: str) -> Outcome:
    show = await show_places(context)
    return replace(show(_draft(context).with_place(int(argument)), ""), in_place=True)


@router.action("announcements.places_done")
async def places_done(press: Press, context: Context, argument: str) -> Outcome:
    return await _leave_places(context, _draft(context))


async def _leave_places(context: Context, draft: Draft) -> Outcome:
    if not draft.places:
        return (await show_places(context))(draft, context.words("announcements.choose_place"))
    return (await show_segments(context, draft))(draft, "")


@router.step("announcements.segments")
async def say_segments(message: Message, context: Context) -> Outcome:
    draft, actions = _draft(context), _picked(message, context)
    if actions is None and _says(message):
        return _take(message, context, draft, await show_segments(context, draft))
    toggle = numbered(message.text)
    for action in actions or ():
        name, _, argument = action.partition(":")
        if name == "announcements.segment":
            draft = draft.with_segment(argument, toggle=toggle)
        elif name == "announcements.all":
            draft = draft.with_all(argument.split(","), toggle=toggle)
    if actions and "announcements.segments_done" in actions:
        return await _leave_segments(context, draft)
    note = "" if actions else context.words("announcements.choose")
    return (await show_segments(context, draft))(draft, note)


@router.action("announcements.segment")
async def choose_segment(press: Press, context: Context, argument: str) -> Outcome:
    draft = _draft(context).with_segment(argument)
    return replace((await show_segments(context, draft))(draft, ""), in_place=True)


@router.action("announcements.all")
async def choose_all(press: Press, context: Context, argument: str) -> Outcome:
    draft = _draft(context).with_all(argument.split(","))
    return replace((await show_segments(context, draft))(draft, ""), in_place=True)


@router.action("announcements.segments_done")
async def segments_done(press: Press, context: Context, argument: str) -> Outcome:
    return await _leave_segments(context, _draft(context))


async def _leave_segments(context: Context, draft: Draft) -> Outcome:
    if not draft.segments:
        note = context.words("announcements.choose_segment")
        return (await show_segments(context, draft))(draft, note)
    return (await show_preview(context, draft))(draft, "")


@router.step("announcements.preview")
async def say_preview(message: Message, context: Context) -> Outcome:
    """One choice in words is as good as a press; anything else is more to be announced."""
    draft, actions = _draft(context), _picked(message, context)
    if actions and len(actions) == 1:
        name, _, argument = actions[0].partition(":")
        press = Press(message.chat, message.sender, str(context.scene.menu_id), 0, actions[0])
        return await router.actions[name].handler(press, context, argument)
    show = await show_preview(context, draft)
    if actions is None and _says(message):
        return _take(message, context, draft, show)
    return replace(show(draft, context.words("announcements.choose")), lead=(), media=())


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
    ).then(lambda progress: _followed(progress, context), refusals)


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


@router.action("announcements.stop", standing=True)
async def stop(press: Press, context: Context, argument: str) -> Outcome:
    def say(progress: Progress) -> Reply:
        return _aside(Reply(status(progress, context.words).text), context)

    return effect(announcements.stop, version_id=_version(argument)).then(
        say, _standing_refusals(context)
    )


@router.action("announcements.resend", standing=True)
async def resend(press: Press, context: Context, argument: str) -> Outcome:
    return _resend(context, argument, NOT_REACHED)


@router.action("announcements.resend_uncertain", standing=True)
async def resend_uncertain(press: Press, context: Context, argument: str) -> Outcome:
    """The report has warned that some may get it twice."""
    return _resend(context, argument, UNCERTAIN)


def _resend(context: Context, argument: str, states: Sequence[str]) -> Effect[tuple[Progress, int]]:
    def say(result: tuple[Progress, int]) -> Reply:
        progress, touched = result
        if not touched:
            return _aside(Reply(context.words("announcements.nothing_to_resend")), context)
        return _aside(_followed(progress, context), context)

    return effect(announcements.resend, version_id=_version(argument), states=states).then(
        say, _standing_refusals(context)
    )


def _followed(progress: Progress, context: Context) -> Reply:
    return replace(status(progress, context.words), follows=progress.version_id)


def _closed(context: Context, key: str) -> Reply:
    return _aside(Reply(context.words(key), (_menu(context),)), context)


def _menu(context: Context) -> Button:
    return Button(context.words("common.back_to_menu"), "start.menu")


def _aside(reply: Reply, context: Context) -> Reply:
    """Without touching the conversation under way, nor the menu it offers."""
    return replace(reply, stay=True, buttons=()) if context.scene.step else reply


def _standing_refusals(context: Context) -> dict[type[Exception], Reply]:
    return {
        NotAllowed: Reply(context.words("announcements.not_yours"), stay=True),
        NoSuchVersion: Reply(context.words("announcements.gone"), stay=True),
    }


def _version(argument: str) -> int:
    """0, which no version has, if it is no number."""
    return int(argument) if argument.isascii() and argument.isdecimal() else 0


def _draft(context: Context) -> Draft:
    return Draft.of(context.scene.keep)


def _says(message: Message) -> bool:
    return bool(message.text.strip() or message.attachments)


def _picked(message: Message, context: Context) -> tuple[str, ...] | None:
    if message.attachments or not message.text.strip():
        return None
    buttons = [(unticked(context.words, label), action) for label, action in context.scene.buttons]
    return picked(message.text, buttons, context.words("announcements.and"))


def _take(message: Message, context: Context, draft: Draft, show: Show) -> Outcome:
    """Words and files become part of the draft; said so once there is something to add to."""
    key = "announcements.replaced" if draft.mode == "rewrite" else "announcements.added"
    note = "" if draft.empty else context.words(key)
    if len(draft.written(message.text).body) > LONGEST:
        step = show_text(context) if context.scene.step == "announcements.text" else show
        return step(draft, context.words("announcements.too_long", longest=LONGEST))
    if not message.attachments:
        return show(draft.written(message.text), note)
    files = [Seen(file.ref, file.kind, file.name) for file in message.attachments]
    return effect(media.want, files=files).then(
        lambda ids: show(draft.written(message.text, ids), note)
    )
