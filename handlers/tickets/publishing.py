"""After a report is answered: one sentence about it for everyone, which names nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from content.folding import normalize
from db import publishing, tickets
from db.permissions import NotAllowed
from db.publishing import LONGEST, HasName, HasNumber, NotForAll, TooLong
from db.tickets import NoSuchReport, Report
from handlers.interjection import beside
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.people import correction, says
from handlers.router import Context, Router
from handlers.start import ask_first, back, wish
from handlers.tickets.reports import stray

# what a sentence for everyone must not be, and the words for it
_REFUSED: Final[dict[type[NotForAll], str]] = {
    TooLong: "publishing.too_long",
    HasNumber: "publishing.has_number",
    HasName: "publishing.has_name",
}

router = Router()


def button(number: int, context: Context) -> Button:
    """What staff are offered once they have answered."""
    return Button(context.words("publishing.begin"), f"tickets.publish:{number}")


def buttons(report: Report, context: Context) -> tuple[Button, ...]:
    """What staff may do about the bulletins with a report as it stands."""
    if report.state != "answered":
        return ()
    withdraw = (_withdraw(report.id, context),) if report.published else ()
    return (button(report.id, context), *withdraw)


def _withdraw(number: int, context: Context) -> Button:
    return Button(context.words("publishing.withdraw"), f"tickets.unpublish:{number}")


@router.action("tickets.unpublish", standing=True, takes="number")
async def withdraw(press: Press, context: Context, argument: str) -> Outcome:
    number = int(argument)
    text = context.words("publishing.withdrawn", code=tickets.code(number))
    said = beside(Reply(text, (button(number, context), back(context))), context.scene)
    verb = effect(publishing.publish, number=number, note="")
    return verb.then(lambda _: said, _gone(number, context))


@router.action("tickets.publish", standing=True, takes="number")
async def begin(press: Press, context: Context, argument: str) -> Outcome:
    number = int(argument)
    found = await _found(number, context)
    if isinstance(found, Reply):
        return found
    text = context.words("publishing.write", code=tickets.code(number))
    return _write(number, text, context)


@router.step("publishing.writing")
async def written(message: Message, context: Context) -> Outcome:
    """What is no more than a command is hardly meant for everybody."""
    if wished := wish(message.text, context):
        return ask_first(context, wished)
    number = int(context.scene.keep.get("number", 0))
    found = await _found(number, context)
    if isinstance(found, Reply):
        return found
    note = " ".join(normalize(message.text).split())
    if not note or stray(note) or says(context, "publishing.publish_words", note):
        return _write(number, context.words("publishing.words_please"), context)
    try:
        publishing.check(note, found.who)
    except NotForAll as refused:
        return _again(type(refused), number, context)
    return _preview(number, note, context)


@router.step("publishing.confirm")
async def confirmed(message: Message, context: Context) -> Outcome:
    """A yes publishes; other words take the place of the sentence."""
    corrected = correction(message.text, context)
    if corrected is not None:
        message = replace(message, text=corrected)
    if corrected == "":
        return _write_again(context)
    yes = ("people.yes_words", "publishing.publish_words")
    if any(says(context, key, message.text) for key in yes):
        return _publish(context)
    return await written(message, context)


@router.action("publishing.rewrite")
async def rewrite(press: Press, context: Context, argument: str) -> Outcome:
    return _write_again(context)


@router.action("publishing.publish")
async def publish(press: Press, context: Context, argument: str) -> Outcome:
    return _publish(context)


@router.action("publishing.cancel")
async def cancel(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("publishing.cancelled"), (back(context),))


async def _found(number: int, context: Context) -> Report | Reply:
    """The report, if it may be told of; else why not."""
    try:
        report = await context.read(tickets.read, context.actor, number)
    except NoSuchReport:
        return _refused("tickets.no_such", number, context)
    if not context.actor.can("ticket:answer", report.place_path):
        return _refused("tickets.not_yours", number, context)
    if report.state != "answered":
        return _refused("publishing.not_answered", number, context)
    return report


def _again(refused: type[NotForAll], number: int, context: Context) -> Reply:
    return _write(number, context.words(_REFUSED[refused], longest=LONGEST), context)


def _write_again(context: Context) -> Reply:
    number = int(context.scene.keep.get("number", 0))
    return _write(number, context.words("publishing.write_again"), context)


def _write(number: int, text: str, context: Context) -> Reply:
    """`note` is kept until there is another."""
    keep = {"number": number, "note": context.scene.keep.get("note", "")}
    buttons = (Button(context.words("common.cancel"), "publishing.cancel"),)
    return Reply(text, buttons, step="publishing.writing", keep=keep, free_text=True)


def _preview(number: int, note: str, context: Context) -> Reply:
    words = context.words
    buttons = (
        Button(words("publishing.publish"), "publishing.publish"),
        Button(words("publishing.rewrite"), "publishing.rewrite"),
        Button(words("common.cancel"), "publishing.cancel"),
    )
    keep = {"number": number, "note": note}
    text = words("publishing.preview", note=note)
    return Reply(text, buttons, step="publishing.confirm", keep=keep)


def _publish(context: Context) -> Outcome:
    number, note = int(context.scene.keep["number"]), str(context.scene.keep["note"])
    text, offered = context.words("publishing.published"), _withdraw(number, context)
    said = Reply(text, (offered, back(context)))
    refusals: dict[type[Exception], Reply] = {
        error: _again(error, number, context) for error in _REFUSED
    }
    verb = effect(publishing.publish, number=number, note=note)
    return verb.then(lambda _: said, {**refusals, **_gone(number, context)})


def _gone(number: int, context: Context) -> dict[type[Exception], Reply]:
    return {
        NoSuchReport: _refused("tickets.no_such", number, context),
        NotAllowed: _refused("tickets.not_yours", number, context),
    }


def _refused(key: str, number: int, context: Context) -> Reply:
    return Reply(context.words(key, code=tickets.code(number)), (back(context),))
