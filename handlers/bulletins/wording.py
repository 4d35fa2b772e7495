"""The words of one's own that stand in every issue of a bulletin.

Every household reads them, each time: so what rather sounds like a change of mind is not taken
for them, or is asked about first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from content.folding import normalize
from content.phrases import after, tokens
from handlers.bulletins import planning, timing
from handlers.bulletins.plan import Plan
from handlers.bulletins.synonyms import means, step
from handlers.messages import Message, Outcome, Press, Reply
from handlers.people import listed
from handlers.router import Context, Router
from handlers.start import ask_first, wish
from handlers.tickets.reports import stray

LONGEST: Final = 1_500  # characters of words of one's own: one message, with what else is told
_FEW: Final = 3  # words that are hardly a sentence for everybody
_TURNED: Final = 6  # words of what begins as a change of mind does

router = Router()


@step(router, "bulletins.text")
async def say_text(message: Message, context: Context) -> Outcome:
    plan, text = Plan.of(context.scene.keep), normalize(message.text).strip()
    if not message.attachments and (named := wish(text, context)):
        return ask_first(context, named)
    if schedule := timing.retimed(text, plan, context):
        return await planning.timed(context, plan, schedule)
    if _says(context, "bulletins.say_retime", text):
        return planning.show_when(context, plan)
    if _says(context, "people.no_words", text) or _says(context, "bulletins.say_no_text", text):
        return await _without(plan, context)
    if not text or stray(text):
        return planning.show_text(context, plan, context.words("bulletins.words_please"))
    if len(text) > LONGEST:
        note = context.words("bulletins.too_long", longest=LONGEST)
        return planning.show_text(context, plan, note)
    if message.attachments:
        note = context.words("bulletins.no_files")
        return await planning.onwards(context, plan.saying(text), note)
    if _doubtful(text, context):
        return planning.show_doubt(context, replace(plan, doubt=text))
    return await planning.onwards(context, plan.saying(text))


def _says(context: Context, key: str, text: str) -> bool:
    return means(context, listed(context, key), text)


async def _without(plan: Plan, context: Context) -> Reply:
    """Where words are needed the old ones stay, or they are asked for again."""
    if plan.needs_text and not plan.text:
        return planning.show_text(context, plan)
    return await planning.onwards(context, plan.saying(plan.text if plan.needs_text else ""))


def _doubtful(text: str, context: Context) -> bool:
    """Whether it may be said to us, not to everybody."""
    count = len(tokens(text))
    turning = after(text, listed(context, "bulletins.turning_words"), ()) is not None
    wary = turning or context.scene.step == "bulletins.doubt"
    return count <= _FEW or (wary and count <= _TURNED)


@step(router, "bulletins.doubt")
async def say_doubt(message: Message, context: Context) -> Outcome:
    """A yes writes the words, a no drops them; others take their place."""
    if _says(context, "people.yes_words", message.text):
        plan = Plan.of(context.scene.keep)
        return await planning.onwards(context, plan.saying(plan.doubt))
    if _says(context, "people.no_words", message.text):
        return _dropped(context)
    return await say_text(message, context)


@router.action("bulletins.write_text")
async def write_text(press: Press, context: Context, argument: str) -> Outcome:
    plan = Plan.of(context.scene.keep)
    return await planning.onwards(context, plan.saying(plan.doubt))


@router.action("bulletins.drop_doubt")
async def drop_doubt(press: Press, context: Context, argument: str) -> Outcome:
    return _dropped(context)


def _dropped(context: Context) -> Reply:
    plan = replace(Plan.of(context.scene.keep), doubt="")
    return planning.show_text(context, plan, context.words("bulletins.not_written"))


@router.action("bulletins.no_text")
async def without_text(press: Press, context: Context, argument: str) -> Outcome:
    return await _without(Plan.of(context.scene.keep), context)


@router.action("bulletins.keep_text")
async def keep_text(press: Press, context: Context, argument: str) -> Outcome:
    plan = Plan.of(context.scene.keep)
    return await planning.onwards(context, plan.saying(plan.text))
