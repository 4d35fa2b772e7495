"""What was asked is kept for those who write the answers, never who asked; and what is offered
below an answer, so that they learn whether it helped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from handlers.interjection import unfinished
from handlers.messages import Button, Outcome, Reply, effect
from handlers.router import Context

QUESTION: Final = "question"  # kept without a step: the id of what is being chosen for
ANOTHER: Final = "faq.ask"


def kept(
    text: str, outcome: str, entry: str, context: Context, say: Callable[[int], Reply]
) -> Outcome:
    """Keep the question, `outcome` and `entry` as in db.tables.Question; `say` gets its id, 0 where
    it is not kept: a cry for help is nobody's to read, nor is what may yet be asked again."""
    scene, content = context.scene, context.content
    told = content.masking.kept(text)
    if content.topics.mourning.told(text):
        say = _condoling(say, context)
    nobody = not context.actor.bot_id or unfinished(scene)
    if nobody or not any(sign.isalpha() for sign in told) or (scene.step and content.danger(text)):
        return say(0)
    from db import questions  # not for a mere question asked of no bot

    return effect(
        questions.keep,
        text=told,
        language=context.language,
        outcome=outcome,
        entry=entry,
        place_id=context.actor.place_id if scene.private else scene.chat_place_id,
        in_group=not scene.private,
    ).then(say)


def _condoling(say: Callable[[int], Reply], context: Context) -> Callable[[int], Reply]:
    """What is said to a family in mourning, before anything else."""

    def condoled(number: int) -> Reply:
        reply = say(number)
        return replace(reply, text=f"{context.words('faq.condolence')}\n\n{reply.text}")

    return condoled


def judged(answer: Reply, number: int, context: Context) -> Reply:
    """The answer to the question of that id, and whether it helped: in place of another question,
    which can be asked at any time."""
    if not number or not answer.buttons:
        return answer
    words = context.words
    verdicts = (
        Button(words("questions.useful"), f"faq.useful:{number}"),
        Button(words("questions.wrong"), f"faq.wrong:{number}"),
    )
    *before, back = (button for button in answer.buttons if button.action != ANOTHER)
    return replace(answer, buttons=(*before, *verdicts, back))


def handed(number: int, context: Context) -> tuple[Button, ...]:
    """The way to the staff, for a question that is kept."""
    button = Button(context.words("questions.hand"), f"questions.hand:{number}")
    return (button,) if number else ()
