"""What becomes part of an announcement besides what was asked for: files and long texts at once,
short words once it is said that they belong to it. What was added can be taken out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from db import media
from db.media import Seen
from handlers.announcements.draft import Draft
from handlers.announcements.drafting import (
    Show,
    show_again,
    show_doubt,
    show_step,
    show_text,
    unticked,
    with_undo,
)
from handlers.announcements.wishes import meant, wished
from handlers.messages import Attachment, Message, Outcome, Press, Reply, effect
from handlers.people import says
from handlers.router import Context, Router
from handlers.start import ask_first, wish
from handlers.tickets.reports import asked, stray

router = Router()

LONGEST: Final = 20_000  # characters: some eleven messages on Zalo
CONTENT: Final = 60  # … of a text that is no answer but content


async def heard(message: Message, context: Context, draft: Draft) -> Outcome:
    """What answers nothing: content where that is clear, else it is asked. A question is
    answered, and what is no more than the name of other work begins it, once that is sure."""
    text, step = message.text.strip(), context.scene.step
    if not message.attachments and (named := wish(text, context)):
        return ask_first(context, named)
    if not message.attachments and (stray(text) or says(context, "people.no_words", text)):
        return await show_again(context, draft, "announcements.choose")
    show = await show_step(context, draft, step)
    if message.attachments:
        return take(message, context, draft, show)
    long = "\n" in text or len(text) >= CONTENT
    answer = None if long and "?" not in text else await asked(text, context)
    if answer:
        return replace(
            await show_again(context, draft, "announcements.not_added"), lead=(answer.text,)
        )
    if long:
        return take(message, context, draft, show)
    return show_doubt(context)(replace(draft, doubt=text, back=step), "")


def take(message: Message, context: Context, draft: Draft, show: Show) -> Outcome:
    """Words and files become part of the draft; said so once there is something to add to."""
    return _taken(message.text.strip(), message.attachments, context, draft, show)


def _taken(
    text: str, attachments: Sequence[Attachment], context: Context, draft: Draft, show: Show
) -> Outcome:
    asked_for = context.scene.step == "announcements.text"
    key = "announcements.replaced" if draft.mode == "rewrite" else "announcements.added"
    note = "" if draft.empty else context.words(key)
    if len(draft.written(text).body) > LONGEST:
        step = show_text(context) if asked_for else show
        return step(draft, context.words("announcements.too_long", longest=LONGEST))

    def say(files: tuple[int, ...]) -> Reply:
        reply = show(draft.written(text, files), note)
        return reply if asked_for else with_undo(context, reply, draft)

    if not attachments:
        return say(())
    files = [Seen(file.ref, file.kind, file.name) for file in attachments]
    return effect(media.want, files=files).then(say)


@router.step("announcements.doubt")
async def say_doubt(message: Message, context: Context) -> Outcome:
    words, draft, text = context.words, _draft(context), message.text.strip()
    if message.attachments:
        show = await show_step(context, draft, draft.back)
        text = "\n".join(part for part in (draft.doubt, text) if part)
        return _taken(text, message.attachments, context, draft, show)
    said = wished(text, words)
    if said == "send":  # away with what is written: these words were not meant to be part of it
        return await _leave_out(context, draft)
    if said == "add" or says(context, "people.yes_words", text):
        return await _add(context, draft)
    if said in ("leave_out", "next") or says(context, "people.no_words", text):
        return await _leave_out(context, draft)
    if named := wish(text, context):
        return ask_first(context, named)
    before = (await show_step(context, draft, draft.back))(draft, "")
    offered = [(unticked(words, button.label), button.action) for button in before.buttons]
    if stray(text) or meant(text, offered, words):
        return show_doubt(context)(draft, words("announcements.choose"))
    return show_doubt(context)(replace(draft, doubt=f"{draft.doubt}\n{text}"), "")


@router.action("announcements.take")
async def add(press: Press, context: Context, argument: str) -> Outcome:
    return await _add(context, _draft(context))


async def _add(context: Context, draft: Draft) -> Outcome:
    return _taken(draft.doubt, (), context, draft, await show_step(context, draft, draft.back))


@router.action("announcements.leave_out")
async def leave_out(press: Press, context: Context, argument: str) -> Outcome:
    return await _leave_out(context, _draft(context))


async def _leave_out(context: Context, draft: Draft) -> Outcome:
    show = await show_step(context, draft, draft.back)
    return replace(show(draft, context.words("announcements.left_out")), lead=(), lead_media=())


@router.action("announcements.undo")
async def undo(press: Press, context: Context, argument: str) -> Outcome:
    draft = _draft(context)
    show = await show_step(context, draft, context.scene.step)
    reply = show(draft.shortened, context.words("announcements.undone"))
    if gone := draft.media[len(draft.shortened.media) :]:
        return effect(media.discard, files=gone).then(lambda _: reply)
    return reply


def _draft(context: Context) -> Draft:
    return Draft.of(context.scene.keep)
