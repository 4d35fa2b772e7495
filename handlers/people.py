"""Who a resident is to us: what they agreed to, with proof of the words, and their village."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from content import phrases
from content.folding import fold, normalize
from content.phrases import Pattern
from content.words import Words
from db import people, places
from db.tickets import Signature
from handlers.messages import Bound, Button, Message, Outcome, Press, Reply, effect
from handlers.router import Context, Router
from handlers.start import back
from handlers.titles import inside

CONSENT_VERSION: Final = "2026-11-23.1"  # a new one whenever the words people.consent change
_LONGEST_SAYING: Final = 60  # characters

router = Router()


async def consented(context: Context, purpose: str) -> bool:
    """Whether these very words were agreed to, and still are."""
    person_id = context.actor.person_id
    return await context.read(people.consented, person_id, purpose, CONSENT_VERSION)


def agreement(context: Context, purpose: str) -> Bound[None]:
    """The effect that keeps the proof of a consent to the words as they are shown here."""
    shown = context.words("people.consent")
    return effect(
        people.agree,
        purpose=purpose,
        version=CONSENT_VERSION,
        language=context.language,
        digest=sha256(shown.encode()).hexdigest(),
    )


def says(context: Context, key: str, text: str) -> bool:
    """Whether the text is what is listed, with commas, under `key`, perhaps among the small
    words people put around it: "gửi đi cháu", "thôi không có ảnh"."""
    said = fold(text).strip(" .,!?")
    if said in context.words.folded(key):
        return True
    around = listed(context, "people.small_words")
    return len(text) <= _LONGEST_SAYING and phrases.wholly(text, listed(context, key), around)


def listed(context: Context, key: str) -> tuple[Pattern, ...]:
    """The phrases listed, with commas, under `key`."""
    return context.words.phrases(key)


def mentions(context: Context, key: str, text: str) -> bool:
    """Whether one of the phrases listed under `key` is in the text."""
    return phrases.found(phrases.tokens(text), listed(context, key), strict=False)


def correction(text: str, context: Context) -> str | None:
    """The words that are to stand instead ("sửa lại: mai mới xong"), "" for the wish to write
    again; None where nothing is corrected."""
    head, _, rest = text.replace(",", ":", 1).partition(":")
    return rest.strip() if says(context, "tickets.correct_words", head) else None


def signed(words: Words, by: Signature) -> str:
    """Who speaks, by function and place, inside a sentence."""
    return words(f"people.role_{by.role}", place=inside(words, by.place))


async def villages(context: Context) -> list[places.Spot]:
    return await context.read(places.villages_of_bot, context.actor.bot_id)


def meant(text: str, spots: Sequence[places.Spot]) -> places.Spot | None:
    """The one village a text names, in full, in part ("bến") or among other words."""
    said = f" {fold(text)} "
    if not said.strip():
        return None
    names = [(f" {fold(spot.name)} ", spot) for spot in spots]
    for found in (
        [spot for name, spot in names if name == said],
        [spot for name, spot in names if said in name],
        [spot for name, spot in names if name in said],
    ):
        if len(found) == 1:
            return found[0]
    return None


def is_name(text: str, spot: places.Spot) -> bool:
    """Whether the text is the village's name, or a part of it, and nothing else."""
    return f" {fold(text)} " in f" {fold(spot.name)} "


def village_buttons(spots: Sequence[places.Spot], action: str) -> tuple[Button, ...]:
    return tuple(Button(spot.name, f"{action}:{spot.id}") for spot in spots)


@router.action("people.village", standing=True)
async def village(press: Press, context: Context, argument: str) -> Outcome:
    return await _ask_village(context, context.words("people.which_village"))


@router.step("people.village")
async def village_named(message: Message, context: Context) -> Outcome:
    spots = await villages(context)
    chosen = meant(normalize(message.text), spots)
    if chosen is None:
        return await _ask_village(context, context.words("people.village_unknown"))
    return _settle(chosen.id, context)


@router.action("people.live")
async def village_chosen(press: Press, context: Context, argument: str) -> Outcome:
    known = {str(spot.id): spot for spot in await villages(context)}
    if argument not in known:
        return await _ask_village(context, context.words("people.village_unknown"))
    return _settle(known[argument].id, context)


@router.action("people.cancel")
async def cancelled(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("people.village_kept"), (back(context),))


def _settle(place_id: int, context: Context) -> Outcome:
    def say(name: str) -> Reply:
        return Reply(context.words("people.settled", village=name), (back(context),))

    return effect(people.settle_in, place_id=place_id).then(say)


async def _ask_village(context: Context, question: str) -> Reply:
    if not context.scene.private:
        return Reply(context.words("people.private_only"), stay=True)
    cancel = Button(context.words("common.cancel"), "people.cancel")
    buttons = (*village_buttons(await villages(context), "people.live"), cancel)
    return Reply(question, buttons, step="people.village")
