"""A resident's report: what, where, photos, confirm. Nothing said on the way is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from content.folding import normalize
from db import handover, tickets
from db import people as people_verbs
from db.places import Spot
from handlers import people
from handlers.feedback import openings, telling
from handlers.feedback.telling import Draft
from handlers.interjection import OFFERED, given_up
from handlers.messages import Button, Incoming, Message, Outcome, Press, Reply, effect
from handlers.people import says
from handlers.questions import hours
from handlers.questions.keeping import handed
from handlers.router import Context, Router
from handlers.start import ask_first, back, instead, wish
from handlers.tickets import reports

PURPOSE: Final = "feedback"
_ITSELF: Final = ("/phananh", "feedback.new")  # wishes for what is under way

Ask: TypeAlias = Callable[[Draft], Reply]

router = Router()


@router.rule
async def opened(incoming: Incoming, context: Context) -> Outcome:
    """ "Tôi muốn phản ánh: …" begins a report; the opening words themselves are no part of it."""
    scene = context.scene
    if not isinstance(incoming, Message) or not (incoming.addressed and scene.private):
        return None
    told = openings.after_opening(incoming.text, context)
    if told is None or scene.step not in ("", OFFERED, "faq.ask"):
        return None
    return await begin(_running(context).with_what(told), context, incoming)


@router.command("phananh")
async def asked_for(message: Message, context: Context) -> Outcome:
    """Words, photos and a location that come with the command already belong to the report."""
    if not context.scene.private:
        return Reply(context.words("feedback.private_only"), stay=True)
    return await begin(_running(context).with_what(_told_words(message)), context, message)


@router.action("feedback.new", standing=True)
async def begun(press: Press, context: Context, argument: str) -> Outcome:
    if not context.scene.private:
        return Reply(context.words("feedback.private_only"), stay=True)
    return await begin(_running(context), context)


@router.action("feedback.agree")
async def agreed(press: Press, context: Context, argument: str) -> Outcome:
    return await _agree(context)


@router.action("feedback.refuse")
async def refused(press: Press, context: Context, argument: str) -> Outcome:
    return give_up("refused", context)


@router.step("feedback.consent")
async def before_consent(message: Message, context: Context) -> Outcome:
    """A clear yes or no counts; whatever else is said waits until there is one."""
    if bare(message) and says(context, "people.yes_words", message.text):
        return await _agree(context)
    if bare(message) and openings.refuses(message.text, context):
        return give_up("refused", context)
    text, said = await _part(message, context, "feedback.noted_first")
    draft = Draft.of(context.scene.keep).with_what(text)
    return absorb(draft, message, context, lambda more: telling.consent(more, context), said)


@router.step("feedback.what")
async def what_told(message: Message, context: Context) -> Outcome:
    draft, text = Draft.of(context.scene.keep), _told_words(message)
    named = wish(text, context) if bare(message) else ""
    if named and (named not in _ITSELF or draft.question is not None):
        return await instead(message, context) if draft.empty else ask_first(context, named)
    unnoted = bool(_text(message)) and not text
    said = context.words(telling.key(draft, "not_noted")) if unnoted else ""
    opening = "" if named else openings.after_opening(text, context)
    text, said = (text, said) if opening is None else (opening, "")
    return await _told(draft.with_what(text), message, context, said)


@router.step("feedback.village")
async def village_named(message: Message, context: Context) -> Outcome:
    """A village's name, perhaps inside a longer word about where it is; or more of the report."""
    draft = Draft.of(context.scene.keep)
    spot = people.meant(_text(message), await people.villages(context))
    named = spot is not None and people.is_name(_text(message), spot)
    text, said = ("", "") if named else await _part(message, context, "feedback.got_more")
    if spot is None or not (named or text):
        return await _told(draft.with_what(text), message, context, said)
    draft = draft.with_where(text)
    if not message.attachments:
        return _settle(draft.with_location(reports.on_earth(message.location)), spot, context)
    return await _told(draft.at(spot), message, context)


@router.action("feedback.village")
async def village_chosen(press: Press, context: Context, argument: str) -> Outcome:
    draft = Draft.of(context.scene.keep)
    for spot in await people.villages(context):
        if str(spot.id) == argument:
            return _settle(draft, spot, context)
    return await _ask(draft, context)


@router.step("feedback.where")
async def where_told(message: Message, context: Context) -> Outcome:
    draft = Draft.of(context.scene.keep)
    if _text(message) and not _told_words(message):
        return await _told(draft, message, context, context.words("feedback.where_figures"))
    text, said = await _part(message, context)
    return await _told(draft.with_where(text), message, context, said)


@router.step("feedback.photo")
async def photo_sent(message: Message, context: Context) -> Outcome:
    draft = Draft.of(context.scene.keep)
    if _no_more(message, context):
        return await _ask(replace(draft, asked=True), context)
    if bare(message) and says(context, "people.yes_words", message.text):
        return await _ask(draft, context)
    text, said = await _part(message, context, "feedback.got_more")
    return await _told(draft.with_what(text), message, context, said)


@router.action("feedback.no_photo")
async def no_photo(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask(replace(Draft.of(context.scene.keep), asked=True), context)


@router.step("feedback.confirm")
async def more_told(message: Message, context: Context) -> Outcome:
    draft = Draft.of(context.scene.keep)
    if bare(message) and says(context, "people.yes_words", message.text):
        return await _send(draft, context)
    if _no_more(message, context):
        return await _ask(draft, context)
    taken = "" if draft.recorded else telling.key(draft, "got_more")
    text, said = await _part(message, context, taken)
    return await _told(draft.with_what(text), message, context, said)


@router.action("feedback.send")
async def confirmed(press: Press, context: Context, argument: str) -> Outcome:
    return await _send(Draft.of(context.scene.keep), context)


@router.action("feedback.rewrite")
async def rewritten(press: Press, context: Context, argument: str) -> Outcome:
    """The old words stay until there are new ones."""
    return await _ask(replace(Draft.of(context.scene.keep), anew=True), context)


@router.action("feedback.cancel")
async def cancelled(press: Press, context: Context, argument: str) -> Outcome:
    return give_up("cancelled", context)


async def begin(draft: Draft, context: Context, message: Message | None = None) -> Outcome:
    """Consent comes first, once; what is told already (`draft`, `message`) waits for it."""
    if await people.consented(context, PURPOSE):
        return await _told(draft, message, context) if message else await _ask(draft, context)
    if message is None:
        return telling.consent(draft, context)
    return absorb(draft, message, context, lambda more: telling.consent(more, context))


async def _agree(context: Context) -> Outcome:
    reply = await _ask(Draft.of(context.scene.keep), context)
    return people.agreement(context, PURPOSE).then(lambda _: reply)


async def _told(draft: Draft, message: Message, context: Context, said: str = "") -> Outcome:
    """Keep what else the message brings, and ask for what is missing."""
    draft, spots = await _known(draft, context)
    return absorb(
        draft, message, context, lambda more: telling.question(more, spots, context), said
    )


async def _ask(draft: Draft, context: Context) -> Reply:
    draft, spots = await _known(draft, context)
    return telling.question(draft, spots, context)


async def _known(draft: Draft, context: Context) -> tuple[Draft, list[Spot]]:
    """The draft with its village, if that is known, and the villages to choose from; without
    files that turned out to be of no use."""
    if draft.media:
        draft = replace(draft, media=await context.read(tickets.usable, draft.media))
    if draft.place is not None:
        return draft, []
    spots = await people.villages(context)
    for spot in spots:
        if spot.id == context.actor.place_id or len(spots) == 1:
            return draft.at(spot), []
    return draft, spots


def absorb(draft: Draft, message: Message, context: Context, ask: Ask, said: str = "") -> Outcome:
    """Add the message's location and files to the draft, then ask. `said` comes first, as a
    message of its own: it is not repeated when the question is."""
    before = Draft.of(context.scene.keep)
    located = draft.with_location(reports.on_earth(message.location))

    def say(ids: tuple[int, ...]) -> Reply:
        more = located.with_media(ids)
        lines = [line for line in (said, *telling.gained(before, more, context)) if line]
        return replace(ask(more), lead=("\n".join(lines),) if lines else ())

    return reports.noted(message, say)


def _settle(draft: Draft, spot: Spot, context: Context) -> Outcome:
    """Go on with the village; it is the person's own if they had none."""
    reply = telling.question(draft.at(spot), (), context)
    if context.actor.place_id is not None:
        return reply
    return effect(people_verbs.settle_in, place_id=spot.id).then(lambda _: reply)


async def _send(draft: Draft, context: Context) -> Outcome:
    if not draft.what:
        return await _ask(draft, context)
    if draft.question is not None:
        return await _hand_over(draft, draft.question, context)
    return effect(
        tickets.open_report,
        place_id=draft.place,
        what=draft.what,
        address=draft.where,
        location=draft.location,
        files=draft.media,
        language=context.language,
        category=context.content.categories(draft.what),
    ).then(lambda opened: telling.receipt(draft, opened, context))


async def _hand_over(draft: Draft, question: int, context: Context) -> Outcome:
    promise = await hours.promise(context, draft.place)
    return effect(
        handover.hand_over,
        number=question,
        place_id=draft.place,
        what=draft.what,
        location=draft.location,
        files=draft.media,
        language=context.language,
    ).then(lambda opened: telling.receipt(draft, opened, context, promise))


def give_up(name: telling.Told, context: Context) -> Outcome:
    """Nothing is kept, and that is said; what was only taken for a report can still be asked."""
    draft = Draft.of(context.scene.keep)
    text = context.words(telling.key(draft, name))
    others: tuple[Button, ...] = ()
    if context.scene.step == OFFERED and draft.heard:
        text = f"{text}\n{context.words('feedback.ask_instead')}"
        others = handed(draft.heard, context)
    return given_up(Reply(text, (*others, back(context))), context.scene)


def _running(context: Context) -> Draft:
    """The draft in hand, if a report is under way; a question is none."""
    scene = context.scene
    draft = Draft.of(scene.keep) if scene.step.startswith("feedback.") else Draft()
    return draft if draft.question is None else Draft()


def _text(message: Message) -> str:
    return normalize(message.text).strip()


def _told_words(message: Message) -> str:
    """The text, if it has words: figures and signs alone are no report."""
    text = _text(message)
    return text if any(sign.isalpha() for sign in text) else ""


async def _part(message: Message, context: Context, taken: str = "") -> tuple[str, str]:
    """The text, as far as it is part of the report, and what to say of it. `taken`: the key of
    the words for a text that is. Where a question is handed over, a question is part of it."""
    text, apart = _text(message), ""
    if text and Draft.of(context.scene.keep).question is None:
        apart = await reports.apart(text, context)
    elif text:
        apart = reports.aside(text, context, "handing.not_noted")
    if apart or not text:
        return "", apart
    return text, context.words(taken) if taken else ""


def bare(message: Message) -> bool:
    """Nothing but words."""
    return not message.attachments and message.location is None


def _no_more(message: Message, context: Context) -> bool:
    """A no or a "done": nothing is to be added, and nothing is sent by it."""
    keys = ("people.no_words", "people.done_words")
    return bare(message) and any(says(context, key, message.text) for key in keys)
