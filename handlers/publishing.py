"""After a report is answered: one sentence about it for everyone, which names nobody."""

from __future__ import annotations

import re
from typing import Final

from content.folding import fold, normalize
from db import tickets
from db.permissions import NotAllowed
from db.tickets import NoSuchReport, Report
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.people import says
from handlers.reports import stray
from handlers.router import Context, Router
from handlers.start import back

LONGEST: Final = 160  # characters: a line of a bulletin

_LONG_NUMBER: Final = re.compile(r"\d(?:[\s.,()\-–]*\d){8}")  # a telephone's, or an identity card's

router = Router()


def button(number: int, context: Context) -> Button:
    """What staff are offered once they have answered."""
    return Button(context.words("publishing.begin"), f"tickets.publish:{number}")


@router.action("tickets.publish", standing=True)
async def begin(press: Press, context: Context, argument: str) -> Outcome:
    number = int(argument)
    found = await _found(number, context)
    if isinstance(found, Reply):
        return found
    text = context.words("publishing.write", code=tickets.code(number))
    return _write(number, text, context)


@router.step("publishing.writing")
async def written(message: Message, context: Context) -> Outcome:
    number = int(context.scene.keep.get("number", 0))
    found = await _found(number, context)
    if isinstance(found, Reply):
        return found
    note = " ".join(normalize(message.text).split())
    if wrong := _wrong(note, found):
        return _write(number, context.words(wrong, longest=LONGEST), context)
    return _preview(number, note, context)


@router.step("publishing.confirm")
async def confirmed(message: Message, context: Context) -> Outcome:
    """A yes publishes; other words take the place of the sentence."""
    if says(context, "people.yes_words", message.text):
        return _publish(context)
    return await written(message, context)


@router.action("publishing.rewrite")
async def rewrite(press: Press, context: Context, argument: str) -> Outcome:
    number = int(context.scene.keep.get("number", 0))
    return _write(number, context.words("publishing.write_again"), context)


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


def _wrong(note: str, report: Report) -> str:
    """The key of what is wrong with a sentence for everyone; "" for nothing."""
    if not note or stray(note):
        return "publishing.words_please"
    if len(note) > LONGEST:
        return "publishing.too_long"
    if _LONG_NUMBER.search(note):
        return "publishing.has_number"
    name = fold(report.who)
    return "publishing.has_name" if " " in name and name in fold(note) else ""


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
    said = Reply(context.words("publishing.published"), (back(context),))
    refusals = {
        NoSuchReport: _refused("tickets.no_such", number, context),
        NotAllowed: _refused("tickets.not_yours", number, context),
    }
    return effect(tickets.publish, number=number, note=note).then(lambda _: said, refusals)


def _refused(key: str, number: int, context: Context) -> Reply:
    return Reply(context.words(key, code=tickets.code(number)), (back(context),))
