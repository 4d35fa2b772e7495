"""Something wrong, told out of the blue: whether it is meant as a report is asked first."""

from __future__ import annotations

from dataclasses import replace

from content.folding import normalize
from handlers.feedback import openings, telling
from handlers.feedback.talk import absorb, bare, begin, give_up
from handlers.feedback.telling import Draft
from handlers.interjection import OFFERED
from handlers.messages import Message, Outcome, Press, Reply
from handlers.people import says
from handlers.questions.keeping import kept
from handlers.router import Context, Router
from handlers.start import instead

router = Router()


def offer(text: str, media: tuple[int, ...], context: Context, heard: int = 0) -> Reply:
    """`media`: media ids; `heard`: the number under which the text is kept as a question."""
    return telling.offer(Draft(what=_clean(text), media=media, heard=heard), context)


@router.action("feedback.from_text")
async def accepted(press: Press, context: Context, argument: str) -> Outcome:
    return await begin(Draft.of(context.scene.keep), context)


@router.step(OFFERED)
async def more_offered(message: Message, context: Context) -> Outcome:
    """Nothing is asked for yet: a further complaint is added, what says nothing changes nothing,
    and anything else is answered as if nothing had been offered."""
    draft, text = Draft.of(context.scene.keep), _clean(message.text)
    if not bare(message):
        return _added(draft, "" if context.content.danger(text) else text, message, context)
    if says(context, "people.parting_words", text):
        return _courteous("cam_on", draft, context)
    if says(context, "people.yes_words", text):
        return await begin(draft, context)
    if openings.refuses(text, context):
        return give_up("cancelled", context)
    if context.content.danger(text):
        return None  # its warning is all there is to say
    if kind := context.content.topics.pleasantry(text):
        return _courteous(kind, draft, context)
    await context.content.search.ready()
    if rest := openings.after_no(text, context):
        return await instead(replace(message, text=rest), context)
    if openings.moves_on(text, context):
        return await instead(message, context)
    if context.content.search.find(text).decision == "feedback":
        return _added(draft, text, message, context)
    if context.content.topics.asks(text):
        return kept(text, "decline", "", context, lambda number: _unsure(draft, number, context))
    said = context.words("feedback.choose") if text else ""
    return _added(draft, "", message, context, said)


def _added(draft: Draft, text: str, message: Message, context: Context, said: str = "") -> Outcome:
    """The offer with what else was told; `said` comes before it."""
    return absorb(
        draft.with_what(text), message, context, lambda more: telling.offer(more, context), said
    )


def _courteous(kind: str, draft: Draft, context: Context) -> Reply:
    """Small talk beside an offer, which stands."""
    if kind == "chao":
        lead = (context.words("start.automatic"),)
        return replace(telling.offer(draft, context), lead=lead)
    return Reply(context.words(f"faq.{kind}"), stay=True)


def _unsure(draft: Draft, number: int, context: Context) -> Reply:
    """A question that nobody here can answer: those who can may be asked, and the offer stands."""
    reply = telling.offer(replace(draft, heard=number), context)
    return replace(reply, lead=(context.words("faq.unsure"),))


def _clean(text: str) -> str:
    return normalize(text).strip()
