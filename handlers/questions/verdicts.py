"""Whether an answer helped: a word of thanks, or what else may have been meant and the way to the
staff."""

from __future__ import annotations

from typing import Final

from db import questions
from db.questions import NoSuchQuestion
from handlers.messages import Button, Outcome, Press, Reply, effect
from handlers.questions.choosing import MOST_CHOICES, choices
from handlers.questions.keeping import ANOTHER, QUESTION, handed
from handlers.router import Context, Router
from handlers.start import back

_MOST_BESIDE: Final = 2  # others, where one was answered: the rest is far off

router = Router()


@router.action("faq.useful", standing=True, takes="number")
async def useful(press: Press, context: Context, argument: str) -> Outcome:
    thanks = _thanked(press, context)
    judgement = effect(questions.judge, question_id=int(argument), verdict=questions.USEFUL)
    return judgement.then(lambda _: thanks, _refusals(context))


def _thanked(press: Press, context: Context) -> Reply:
    """Below the answer itself, where it can be changed; its other buttons stay."""
    scene, thanks = context.scene, context.words("questions.thanks")
    if not (context.edits and scene.private and press.menu == str(scene.menu_id)):
        return Reply(thanks, stay=True)
    buttons = tuple(
        Button(label, action) for label, action in scene.buttons if action != press.action
    )
    text = f"{scene.menu_body}\n\n{thanks}"
    return Reply(text, buttons, keep=scene.keep, in_place=True)


@router.action("faq.wrong", standing=True, takes="number")
async def wrong(press: Press, context: Context, argument: str) -> Outcome:
    words = context.words
    try:
        asked = await context.read(questions.read, context.actor, int(argument))
    except NoSuchQuestion as gone:
        return _refusals(context)[type(gone)]
    await context.content.search.ready()
    found = context.content.search.find(asked.text)
    most = _MOST_BESIDE if found.decision == "answer" else MOST_CHOICES
    others = [one for one in found.near if one != asked.entry][:most]
    buttons = (*choices(others, (), context), *handed(asked.id, context), back(context))
    text = words("questions.wrong_others" if others else "questions.wrong_none")
    reply = Reply(text, buttons, keep={QUESTION: asked.id})
    judgement = effect(questions.judge, question_id=asked.id, verdict=questions.WRONG)
    return judgement.then(lambda _: reply, _refusals(context))


@router.action("faq.none", standing=True, takes="number")
async def none(press: Press, context: Context, argument: str) -> Outcome:
    """None of the procedures on offer: the question is asked anew, or handed over."""
    cancel = Button(context.words("common.cancel"), "faq.cancel")
    text = context.words("questions.none")
    buttons = (*handed(int(argument), context), cancel)
    return Reply(text, buttons, step=ANOTHER, free_text=True)


def _refusals(context: Context) -> dict[type[Exception], Reply]:
    return {NoSuchQuestion: Reply(context.words("questions.gone"), stay=True)}
