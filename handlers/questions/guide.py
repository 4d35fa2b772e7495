"""The picture that shows how a matter is done, for everybody who asks in private."""

from __future__ import annotations

from dataclasses import replace

from content.faq import FaqEntry
from handlers.interjection import beside
from handlers.messages import Button, Outcome, Press, Reply, effect
from handlers.procedures import answer
from handlers.router import HERE, Context, Router
from handlers.start import back

router = Router()


def with_guide(told: Reply, entry: FaqEntry, context: Context) -> Reply:
    """The answer about the entry, its picture on offer before all else."""
    if not (context.scene.private and _shown(entry, context)):
        return told
    button = Button(context.words("handing.guide"), f"questions.guide:{entry.id}")
    return replace(told, buttons=(button, *told.buttons))


def _shown(entry: FaqEntry, context: Context) -> bool:
    """Whether there is a picture that can be sent here, of what still holds."""
    today = context.actor.now.astimezone(HERE).date()
    there = entry.id in context.content.guides.pictures
    return there and context.photos and not entry.expired(today)


@router.action("questions.guide", standing=True)
async def asked(press: Press, context: Context, argument: str) -> Outcome:
    """`argument`: the entry's id. The menu stays for the next question; where no picture can be
    sent, the entry's words are the guide."""
    words, entry = context.words, context.content.entry(argument)
    if entry is None:
        return beside(Reply(words("faq.gone"), (back(context),)), context.scene)
    if not context.scene.private:
        return Reply(words("handing.guide_in_private"), stay=True)
    if not _shown(entry, context):
        told = await answer(entry, None, context)
        text = f"{words('handing.guide_in_words')}\n\n{told.text}"
        return beside(replace(told, text=text), context.scene)
    from db import exports  # a mere question needs no tables

    begun = Reply(words("handing.guide_begun", title=entry.title[context.language]), stay=True)
    waits = Reply(words("handing.guide_under_way"), stay=True)
    ordered = effect(exports.show_guide, entry=entry.id)
    return ordered.then(lambda _: begun, {exports.UnderWay: waits})
