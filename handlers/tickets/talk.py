"""Reports after they are sent: their people follow them, staff read and answer them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from content.folding import fold, normalize
from content.words import LANGUAGES
from db import tickets
from db.permissions import NotAllowed
from handlers.interjection import beside, given_up, unfinished
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
from handlers.people import correction, says, signed
from handlers.questions import drafts
from handlers.router import Context, Router
from handlers.start import ask_first, back, wish
from handlers.tickets import publishing, reports

MOST_MINE: Final = 5
MOST_OPEN: Final = 8
LONGEST_CODE: Final = 40  # characters of a message that is nothing but a code

_CODE: Final = re.compile(r"(tra loi (?:phan anh )?)?pa\W{0,3}([0-9]{1,9})")

router = Router()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way: to report `number`; `files`: media ids."""

    number: int
    body: str = field(default="", repr=False)
    files: tuple[int, ...] = ()

    @classmethod
    def of(cls, context: Context) -> Answer:
        keep = context.scene.keep
        files = tuple(keep.get("media", ()))
        return cls(int(keep.get("number", 0)), str(keep.get("body", "")), files)

    def keep(self) -> dict[str, Any]:
        return {"number": self.number, "body": self.body, "media": list(self.files)}


@router.rule
async def named(incoming: Incoming, context: Context) -> Outcome:
    """A bare code asks how that report stands, "trả lời PA-1" begins to answer it; where words
    are awaited either is an answer."""
    if not isinstance(incoming, Message) or not incoming.addressed or context.scene.free_text:
        return None
    if len(incoming.text) > LONGEST_CODE or incoming.attachments:
        return None
    found = _CODE.fullmatch(fold(incoming.text))
    if found is None:
        return None
    if found[1] and not unfinished(context.scene):
        return await _answer_begun(int(found[2]), context)
    reply = await _show(int(found[2]), context)
    return replace(reply, stay=True, buttons=()) if context.scene.step else reply


@router.command("phananhcuatoi")
async def mine_asked(message: Message, context: Context) -> Outcome:
    return await mine(context)


@router.action("tickets.mine", standing=True)
async def mine_pressed(press: Press, context: Context, argument: str) -> Outcome:
    return await mine(context)


@router.action("tickets.inbox", standing=True)
async def inbox(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    if not context.scene.private or not context.actor.can("ticket:answer"):
        return beside(Reply(words("tickets.staff_only"), (back(context),)), context.scene)
    waiting = await context.read(tickets.unanswered, context.actor, MOST_OPEN + 1)
    if not waiting:
        return beside(Reply(words("tickets.inbox_empty"), (back(context),)), context.scene)
    key = "tickets.inbox_more" if len(waiting) > MOST_OPEN else "tickets.inbox"
    shown = waiting[:MOST_OPEN]
    lines = [f"{reports.heading(words, one)} · {one.place}" for one in shown]
    text = "\n".join([words(key, count=len(shown)), *lines])
    menu = (*reports.show_buttons(shown), back(context))
    return beside(Reply(text, menu), context.scene)


@router.action("tickets.show", standing=True, takes="number")
async def shown(press: Press, context: Context, argument: str) -> Outcome:
    return await _show(int(argument), context)


@router.action("tickets.answer", standing=True, takes="number")
async def answer_begun(press: Press, context: Context, argument: str) -> Outcome:
    return await _answer_begun(int(argument), context)


async def _answer_begun(number: int, context: Context) -> Outcome:
    words = context.words
    try:
        report = await context.read(tickets.read, context.actor, number)
    except tickets.NoSuchReport:
        return _no_such(number, context)
    if not context.actor.can("ticket:answer", report.place_path):
        return _not_yours(number, context)
    code, quote = tickets.code(number), reports.quote(report.again or report.what)
    text = words("tickets.write", code=code, who=report.who, quote=quote)
    if report.state == "answered":
        answer = reports.quote(report.answer, reports.LONGEST_ANSWER)
        by = report.answerer
        text = words("tickets.write_more", code=code, who=report.who, by=by, answer=answer)
    return _write(Answer(number), text, context)


@router.step("tickets.answering")
async def answer_written(message: Message, context: Context) -> Outcome:
    """The words of an answer; they take the place of earlier ones that were to be rewritten.
    What is no more than a command is hardly meant for the resident."""
    wished = "" if message.attachments else wish(message.text, context)
    if wished:
        return ask_first(context, wished)
    body = _told(message, context)
    before = Answer.of(context)
    return await _take(replace(before, body=body or before.body), bool(body), message, context)


@router.step("tickets.confirm")
async def answer_extended(message: Message, context: Context) -> Outcome:
    """Whatever comes now is part of the answer, except a yes, a no or a correction."""
    answer, more = Answer.of(context), _told(message, context)
    if not message.attachments:
        corrected = correction(more, context)
        if corrected == "":
            return _write(answer, context.words("tickets.write_again"), context)
        if corrected:
            said = context.words("tickets.replaced")
            return await _take(replace(answer, body=corrected), True, message, context, said)
        if says(context, "people.yes_words", more):
            return _send(answer, context)
        if says(context, "people.no_words", more) or reports.stray(more):
            more = ""
    body = "\n".join(part for part in (answer.body, more) if part)
    return await _take(replace(answer, body=body), bool(body), message, context)


@router.action("tickets.rewrite")
async def answer_rewritten(press: Press, context: Context, argument: str) -> Outcome:
    return _write(Answer.of(context), context.words("tickets.write_again"), context)


@router.action("tickets.send")
async def answer_confirmed(press: Press, context: Context, argument: str) -> Outcome:
    return _send(Answer.of(context), context)


@router.action("tickets.cancel")
async def answer_cancelled(press: Press, context: Context, argument: str) -> Outcome:
    reply = Reply(context.words("tickets.cancelled"), (back(context),))
    return given_up(reply, context.scene)


def _told(message: Message, context: Context) -> str:
    """What a message says in words; a location becomes a line of its own."""
    text, location = normalize(message.text).strip(), reports.on_earth(message.location)
    line = context.words("tickets.location", point=reports.point(location)) if location else ""
    return "\n".join(part for part in (text, line) if part)


async def _take(
    answer: Answer, complete: bool, message: Message, context: Context, said: str = ""
) -> Outcome:
    """Go on with what was just added: to the preview, or back to the words that are missing.
    `said` comes first."""
    try:
        report = await context.read(tickets.read, context.actor, answer.number)
        by = await context.read(tickets.signature, context.actor, report.place_path)
    except tickets.NoSuchReport:
        return _no_such(answer.number, context)
    except NotAllowed:
        return _not_yours(answer.number, context)
    told = tickets.Answered(report, by)

    def say(ids: tuple[int, ...]) -> Reply:
        more = replace(answer, files=answer.files + ids)
        if complete:
            return replace(_preview(more, told, context), lead=(said,) if said else ())
        key = "tickets.words_after_files" if more.files else "tickets.words_please"
        return _write(more, context.words(key), context)

    return reports.noted(message, say)


def _write(answer: Answer, text: str, context: Context) -> Reply:
    buttons = (Button(context.words("common.cancel"), "tickets.cancel"),)
    keep = answer.keep()
    return Reply(text, buttons, step="tickets.answering", keep=keep, free_text=True)


def _preview(answer: Answer, told: tickets.Answered, context: Context) -> Reply:
    """The answer as its resident will read it, waiting for a yes."""
    words, who = context.words, told.report.who
    lines = [words("tickets.preview", who=who), "", _notice_text(answer, told, context)]
    if answer.files:
        lines.append(words("tickets.files", count=len(answer.files)))
    buttons = (
        Button(words("tickets.send"), "tickets.send"),
        Button(words("tickets.rewrite"), "tickets.rewrite"),
        Button(words("common.cancel"), "tickets.cancel"),
    )
    return Reply("\n".join(lines), buttons, step="tickets.confirm", keep=answer.keep())


def _send(answer: Answer, context: Context) -> Outcome:
    if not answer.body:
        return _write(answer, context.words("tickets.words_please"), context)

    def say(told: tickets.Answered) -> Reply:
        return _delivered(answer, told, context)

    refusals = {
        tickets.NoSuchReport: _no_such(answer.number, context),
        NotAllowed: _not_yours(answer.number, context),
    }
    return effect(tickets.answer, number=answer.number, body=answer.body).then(say, refusals)


def _delivered(answer: Answer, told: tickets.Answered, context: Context) -> Reply:
    """To where the report was made: if in private, to whichever account is its person's now."""
    words, report = context.words, told.report
    text, code = _notice_text(answer, told, context), tickets.code(report.id)
    offered = reports.reader_buttons(context.content.words(report.language), report)
    people, chat = ((), report.chat_id) if report.in_group else ((report.person_id,), None)
    notice = Notice(text, people, chat, buttons=offered, code=code, media=answer.files)
    key = "tickets.sent_more" if report.state == "answered" else "tickets.sent"
    waiting = Button(words("tickets.inbox_button"), "tickets.inbox")
    use = drafts.button if report.category == tickets.QUESTION else publishing.button
    buttons = (waiting, use(report.id, context), back(context))
    notices = (notice, *_to_colleagues(told, context))
    return Reply(words(key, code=code, who=report.who), buttons, notices=notices)


def _to_colleagues(told: tickets.Answered, context: Context) -> tuple[Notice, ...]:
    """Who else was asked to answer hears that it is done."""
    if not told.staff:
        return ()
    words, code = context.content.words(LANGUAGES[0]), tickets.code(told.report.id)
    by, who = signed(words, told.by), context.scene.name
    return (Notice(words("tickets.answered_by", code=code, by=by, who=who), people=told.staff),)


def _notice_text(answer: Answer, told: tickets.Answered, context: Context) -> str:
    """What the resident reads, in the language the report was made in."""
    report = told.report
    words = context.content.words(report.language)
    name: reports.Told = "notice_more" if report.state == "answered" else "notice"
    return words(
        reports.key(report, name),
        by=signed(words, told.by),
        code=tickets.code(report.id),
        date=reports.day(report.created_at),
        quote=reports.quote(report.what),
        answer=answer.body,
    )


async def mine(context: Context) -> Reply:
    """The person's own reports, with their state."""
    words = context.words
    if not context.scene.private:
        return Reply(words("tickets.private_only"), stay=True)
    own = await context.read(tickets.mine, context.actor, MOST_MINE)
    new = Button(words("tickets.new"), "feedback.new")
    if not own:
        return beside(Reply(words("tickets.none"), (new, back(context))), context.scene)
    text = "\n\n".join([words("tickets.mine"), *(reports.summary(words, one) for one in own)])
    buttons = (*reports.show_buttons(own), new, back(context))
    return beside(Reply(text, buttons), context.scene)


async def _show(number: int, context: Context) -> Reply:
    """The whole report: with its photos for staff, with its answer for its own person."""
    words, actor = context.words, context.actor
    if not context.scene.private:
        return Reply(words("tickets.private_only"), stay=True)
    try:
        report = await context.read(tickets.read, actor, number)
    except tickets.NoSuchReport:
        return beside(_no_such(number, context), context.scene)
    staff = actor.can("ticket:read", report.place_path)
    buttons: tuple[Button, ...] = (back(context),)
    if actor.can("ticket:answer", report.place_path):
        answer = Button(words("tickets.answer"), f"tickets.answer:{number}")
        uses = drafts if report.category == tickets.QUESTION else publishing
        buttons = (answer, *uses.buttons(report, context), *buttons)
    reply = Reply(reports.full(words, report, staff), buttons, media=report.media if staff else ())
    return beside(reply, context.scene)


def _no_such(number: int, context: Context) -> Reply:
    text = context.words("tickets.no_such", code=tickets.code(number))
    return Reply(text, (back(context),))


def _not_yours(number: int, context: Context) -> Reply:
    text = context.words("tickets.not_yours", code=tickets.code(number))
    return Reply(text, (back(context),))
