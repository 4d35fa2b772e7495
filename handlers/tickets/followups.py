"""A report after it is sent, in its person's words: how far it is, and that it is not done yet."""

from __future__ import annotations

from typing import Final

from content.folding import normalize
from content.words import LANGUAGES
from db import media, tickets
from db.tickets import NoSuchReport, Report
from handlers.interjection import OFFERED, beside, given_up
from handlers.messages import Button, Incoming, Message, Notice, Outcome, Press, Reply, effect
from handlers.people import mentions, says
from handlers.procedures import opened
from handlers.router import Context, Router
from handlers.start import ask_first, back, instead, wish
from handlers.tickets import reports
from handlers.tickets.talk import MOST_MINE, mine

LONGEST_QUESTION: Final = 80  # characters of a message that only asks how far a report is
_NAMES_NOTHING: Final = 8  # words of a sigh that says what about only to who knows

router = Router()


@router.rule
async def asked_after(incoming: Incoming, context: Context) -> Outcome:
    """How far one's reports are; and a sigh that it is still not done, after an answer."""
    scene = context.scene
    if not isinstance(incoming, Message) or not (incoming.addressed and scene.private):
        return None
    text = incoming.text
    if scene.step not in ("", OFFERED) or len(text) > LONGEST_QUESTION or ":" in text:
        return None
    if incoming.attachments or incoming.location:
        return None
    if mentions(context, "tickets.mine_words", text):
        return given_up(await mine(context), scene)
    return await _unfinished_business(text, context)


async def _unfinished_business(text: str, context: Context) -> Outcome:
    progress = mentions(context, "tickets.progress_words", text)
    still = mentions(context, "tickets.still_words", text) and not context.scene.step
    waits = mentions(context, "tickets.waiting_words", text) and not context.scene.step
    if not (progress or still or waits) or opened(context):
        return None
    await context.content.search.ready()
    meant = context.content.search.find(text)
    complains = meant.decision == "feedback"
    unclear = meant.nothing or says(context, "tickets.progress_words", text)
    if not (complains or unclear):
        return None
    own = await context.read(tickets.mine, context.actor, MOST_MINE)
    answered = [report for report in own if report.state == "answered"]
    waiting = [report for report in own if report.state == "open"]
    if still and answered:
        return _offer(answered[0], text, context)
    if waits and waiting and len(text.split()) <= _NAMES_NOTHING:
        return _offer(waiting[0], text, context)
    if own and not complains:
        return given_up(await mine(context), context.scene)
    return None


def _offer(report: Report, text: str, context: Context) -> Reply:
    """Is it about the report just answered, or a new one?"""
    words, code = context.words, tickets.code(report.id)
    quote = reports.quote(report.what)
    buttons = (
        Button(words("tickets.again_send", code=code), "tickets.again_send"),
        Button(words("tickets.new"), "feedback.from_text"),
        Button(words("common.no"), "tickets.again.cancel"),
    )
    keep = {"number": report.id, "what": normalize(text).strip()}
    asked = words("tickets.again_or_new", code=code, quote=quote)
    return Reply(asked, buttons, step="tickets.offered", keep=keep)


@router.step("tickets.offered")
async def offer_answered(message: Message, context: Context) -> Outcome:
    if says(context, "people.yes_words", message.text):
        return _again(context.scene.keep["what"], message, context)
    if says(context, "people.no_words", message.text):
        return _cancelled(context)
    return await instead(message, context)


@router.action("tickets.again_send")
async def offer_accepted(press: Press, context: Context, argument: str) -> Outcome:
    return _again(context.scene.keep["what"], None, context)


@router.action("tickets.thanks", standing=True)
async def thanked(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("tickets.thanked"), stay=True)


@router.action("tickets.again", standing=True, takes="number")
async def again_begun(press: Press, context: Context, argument: str) -> Outcome:
    number = int(argument)
    try:
        report = await context.read(tickets.read, context.actor, number)
    except NoSuchReport:
        return beside(_no_such(number, context), context.scene)
    code, quote = tickets.code(number), reports.quote(report.what)
    return _ask(number, context.words("tickets.again_write", code=code, quote=quote), context)


@router.step("tickets.again")
async def again_written(message: Message, context: Context) -> Outcome:
    if not message.attachments and (wished := wish(message.text, context)):
        return ask_first(context, wished)
    text = normalize(message.text).strip()
    if reports.stray(text):
        number = int(context.scene.keep["number"])
        return _ask(number, context.words("tickets.again_words_please"), context)
    return _again(text, message, context)


@router.action("tickets.again.cancel")
async def again_cancelled(press: Press, context: Context, argument: str) -> Outcome:
    return _cancelled(context)


def _ask(number: int, text: str, context: Context) -> Reply:
    buttons = (Button(context.words("common.cancel"), "tickets.again.cancel"),)
    return Reply(text, buttons, step="tickets.again", keep={"number": number}, free_text=True)


def _cancelled(context: Context) -> Reply:
    return Reply(context.words("tickets.again_cancelled"), (back(context),))


def _again(text: str, message: Message | None, context: Context) -> Outcome:
    """Say it to the staff of the report, which waits for an answer again."""
    number = int(context.scene.keep["number"])
    attachments = message.attachments if message else ()
    files = [media.Seen(file.ref, file.kind, file.name) for file in attachments]
    verb = effect(tickets.reopen, number=number, body=text, files=files)
    refusals: dict[type[Exception], Reply] = {NoSuchReport: _no_such(number, context)}
    return verb.then(lambda reopened: _sent(reopened, text, context), refusals)


def _sent(reopened: tickets.Reopened, text: str, context: Context) -> Reply:
    words, number = context.words, reopened.report.id
    theirs, code = context.content.words(LANGUAGES[0]), tickets.code(number)
    told = theirs("tickets.again_notice", code=code, who=reopened.report.who, text=text)
    notice = Notice(
        told,
        people=reopened.staff,
        buttons=reports.staff_buttons(theirs, number),
        code=code,
        media=reopened.files,
    )
    buttons = (Button(words("feedback.follow"), "tickets.mine"), back(context))
    return Reply(words("tickets.again_sent", code=code), buttons, notices=(notice,))


def _no_such(number: int, context: Context) -> Reply:
    return Reply(context.words("tickets.no_such", code=tickets.code(number)), (back(context),))
