"""A question that a cadre answered, kept with one press to become an entry of the FAQ; and the
list of what waits for that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from content.masking import Masking
from content.words import Words
from db import drafts, tickets
from db.drafts import READS, Draft
from db.permissions import NotAllowed
from db.tickets import NoSuchReport, Report
from handlers.interjection import beside
from handlers.messages import Button, Outcome, Press, Reply, effect
from handlers.router import Context, Router
from handlers.start import back
from handlers.tickets import reports

NUMBER: Final = "[số …]"  # in place of one that may be a resident's
NAME: Final = "[tên …]"
MOST: Final = 5  # drafts in one message
LONGEST: Final = 250  # characters shown of a question, and of an answer

_NUMBER: Final = re.compile(r"(?<![\w.])\+?\d(?:[ .\-]{0,2}\d){8,}")  # a telephone, a paper, a card
_MONEY: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")

router = Router()


def button(number: int, context: Context) -> Button:
    """What staff are offered once they have answered a question."""
    return Button(context.words("handing.draft"), f"drafts.keep:{number}")


def buttons(report: Report, context: Context) -> tuple[Button, ...]:
    """The same, for a question as it stands."""
    return (button(report.id, context),) if report.state == "answered" else ()


def list_button(words: Words) -> Button:
    """The way to what waits, for those who look after the answers."""
    return Button(words("handing.drafts_open"), "drafts.list")


@router.action("drafts.keep", standing=True, takes="number")
async def kept(press: Press, context: Context, argument: str) -> Outcome:
    number = int(argument)
    try:
        report = await context.read(tickets.read, context.actor, number)
    except NoSuchReport:
        return _said("handing.draft_refused", number, context)
    refused = _said("handing.draft_refused", number, context)
    refusals: dict[type[Exception], Reply] = {NoSuchReport: refused, NotAllowed: refused}
    text = context.content.masking.masked(report.what)
    done = _said("handing.draft_kept", number, context)
    return effect(drafts.keep, number=number, text=text).then(lambda _: done, refusals)


@router.action("drafts.list", standing=True)
async def listed(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    if not (context.scene.private and context.actor.can(READS)):
        return beside(Reply(words("handing.drafts_refused"), (back(context),)), context.scene)
    waiting = await context.read(drafts.of, context.actor)
    key = "handing.drafts" if waiting else "handing.drafts_none"
    lines = [words(key, count=len(waiting)), *_lines(waiting, context)]
    if waiting:
        lines.append(words("handing.drafts_next"))
    return beside(Reply("\n\n".join(lines), (back(context),)), context.scene)


def without_numbers(answer: str) -> str:
    """A cadre's answer, NUMBER in place of telephone numbers and those of papers and cards. Whose
    they are cannot be told, so an office's goes too; sums of money and dates stay."""
    return _NUMBER.sub(lambda found: found[0] if _MONEY.fullmatch(found[0]) else NUMBER, answer)


def impersonal(answer: str, masking: Masking) -> str:
    """A cadre's answer without numbers, and NAME in place of names: of a resident, mostly."""
    return without_numbers(masking.without_names(answer, NAME))


def _lines(waiting: Sequence[Draft], context: Context) -> list[str]:
    words, masking = context.words, context.content.masking
    lines = [
        words(
            "handing.drafts_one",
            date=reports.day(one.made_at),
            place=one.place,
            question=reports.quote(one.question, LONGEST),
            answer=reports.quote(impersonal(one.answer, masking), LONGEST),
        )
        for one in waiting[:MOST]
    ]
    more = len(waiting) - MOST
    return [*lines, words("handing.drafts_more", count=more)] if more > 0 else lines


def _said(key: str, number: int, context: Context) -> Reply:
    text = context.words(key, code=tickets.code(number))
    return beside(Reply(text, (back(context),)), context.scene)
