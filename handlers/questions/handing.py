"""From a question to the staff of the place: it goes the road of a report, from its words to the
answer, and is only spoken of in other words."""

from __future__ import annotations

from dataclasses import replace

from db import handover, tickets
from handlers.feedback import talk
from handlers.feedback.telling import Draft
from handlers.interjection import OFFERED, beside
from handlers.messages import Button, Outcome, Press, Reply
from handlers.router import Context, Router
from handlers.start import back

router = Router()


@router.action("questions.hand", standing=True, takes="number")
async def begun(press: Press, context: Context, argument: str) -> Outcome:
    """`argument`: the number of the question. What is kept of it is offered, or its own words while
    these stand in an offer; its person sends that, or writes it anew."""
    if not context.scene.private:
        return Reply(context.words("handing.private_only"), stay=True)
    number = int(argument)
    asked = await context.read(handover.asked, context.actor, number)
    if asked is not None and asked.report is not None:
        return beside(_already(asked.report, context), context.scene)
    text = asked.text if asked else ""
    offered = Draft.of(context.scene.keep) if context.scene.step == OFFERED else Draft()
    if text and context.content.masking.kept(offered.what) == text:
        return await talk.begin(replace(offered, question=number), context)
    return await talk.begin(Draft(what=text, question=number, recorded=bool(text)), context)


def _already(report: int, context: Context) -> Reply:
    words, code = context.words, tickets.code(report)
    follow = Button(words("handing.follow"), "tickets.mine")
    return Reply(words("handing.already", code=code), (follow, back(context)))
