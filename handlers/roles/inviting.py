"""An admin invites somebody to a role: role ─▶ place ─▶ until when ─▶ a code to hand on.

What becomes of the code: see `candidates`.
"""

from __future__ import annotations

from datetime import datetime

from content.periods import Period, last_day
from db import invitations, places, roles
from db.invitations import Invited, NotThere
from db.permissions import NotAllowed
from db.places import Spot
from db.roles import KINDS, TooLong
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.people import meant
from handlers.roles.choosing import answered
from handlers.router import HERE, Context, Router
from handlers.start import again, back
from handlers.titles import dated, titled

router = Router()


@router.action("roles.invite", standing=True)
async def invite(press: Press, context: Context, argument: str) -> Outcome:
    if not context.actor.can(roles.GRANT):
        return not_allowed(context)
    choices = tuple(Button(context.words(f"roles.as_{role}"), f"roles.as:{role}") for role in KINDS)
    return Reply(context.words("roles.ask_role"), (*choices, _cancel(context)), step="roles.role")


@router.step("roles.role")
async def say_role(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("roles.choose"))


@router.action("roles.as", standing=True)
async def choose_role(press: Press, context: Context, argument: str) -> Outcome:
    spots = await _spots(context, argument)
    if not spots:
        return Reply(context.words("roles.no_place"), (to_list(context), back(context)))
    if len(spots) == 1:
        return _ask_until(context, argument, spots[0].id)
    return _ask_place(context, argument, spots)


async def _spots(context: Context, role: str) -> list[Spot]:
    """The places that the actor may give the role for."""
    spots: dict[int, Spot] = {}
    for path in roles.paths(context.actor):
        found = await context.read(places.below, path, KINDS[role])
        spots.update({spot.id: spot for spot in found})
    return list(spots.values())


def _ask_place(context: Context, role: str, spots: list[Spot], note: str = "") -> Reply:
    buttons = tuple(Button(spot.name, f"roles.at:{spot.id}") for spot in spots)
    return Reply(
        _noted(note, context.words("roles.ask_place")),
        (*buttons, _cancel(context)),
        step="roles.place",
        keep={"role": role},
    )


@router.step("roles.place")
async def say_place(message: Message, context: Context) -> Outcome:
    if found := await answered(message, context, router):
        return found
    role = context.scene.keep["role"]
    spots = await _spots(context, role)
    spot = meant(message.text, spots)
    if spot is None:
        return _ask_place(context, role, spots, context.words("roles.choose"))
    return _ask_until(context, role, spot.id)


@router.action("roles.at", takes="number")
async def choose_place(press: Press, context: Context, argument: str) -> Outcome:
    return _ask_until(context, context.scene.keep["role"], int(argument))


def _ask_until(context: Context, role: str, place_id: int, note: str = "") -> Reply:
    words = context.words
    return Reply(
        _noted(note, words("roles.ask_until")),
        (Button(words("roles.always"), "roles.always"), _cancel(context)),
        step="roles.until",
        keep={"role": role, "place": place_id},
    )


@router.step("roles.until")
async def say_until(message: Message, context: Context) -> Outcome:
    if found := await answered(message, context, router):
        return found
    ends_at = end_of(message.text, context)
    if ends_at is None:
        return _ask_again(context, "roles.unclear_day")
    return _invite(context, ends_at)


def end_of(text: str, context: Context) -> datetime | None:
    """When the last day that is meant will be over in the village; None: no such day."""
    last = last_day(text, context.actor.now.astimezone(HERE).date())
    return Period(until=last).moments(HERE)[1] if last else None


def _ask_again(context: Context, key: str) -> Reply:
    keep = context.scene.keep
    return _ask_until(context, keep["role"], keep["place"], context.words(key))


@router.action("roles.always")
async def choose_always(press: Press, context: Context, argument: str) -> Outcome:
    return _invite(context, None)


def _invite(context: Context, ends_at: datetime | None) -> Outcome:
    """The code, in a message that can be forwarded as it is."""
    words, keep = context.words, context.scene.keep
    buttons = (Button(words("roles.invite"), "roles.invite"), to_list(context), back(context))

    def say(invited: Invited) -> Reply:
        return Reply(words("roles.invited"), buttons, lead=(_to_forward(context, invited),))

    refusals = {
        NotAllowed: not_allowed(context),
        TooLong: _ask_again(context, "roles.too_long"),
        NotThere: Reply(words("roles.no_place"), buttons),
    }
    bound = effect(invitations.invite, place_id=keep["place"], role=keep["role"], until=ends_at)
    return bound.then(say, refusals)


def _to_forward(context: Context, invited: Invited) -> str:
    """With all that somebody needs who has never seen the bot: its name and, where there is one,
    the address that opens it."""
    words, told = context.words, {"code": invited.code}
    told["title"] = titled(words, invited.role, invited.place)
    key = "roles.forward"
    if context.mention:
        key, told["mention"] = "roles.forward_at", context.mention
    text = dated(words, key, invited.until, **told)
    if not context.link:
        return text
    return f"{text}\n{words('roles.forward_link', link=context.link + invited.code)}"


@router.action("roles.cancel")
async def cancel(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("roles.cancelled"), (to_list(context), back(context)))


def not_allowed(context: Context) -> Reply:
    return Reply(context.words("roles.not_allowed"), (back(context),))


def to_list(context: Context) -> Button:
    return Button(context.words("roles.back_to_list"), "roles.menu")


def _cancel(context: Context) -> Button:
    return Button(context.words("common.cancel"), "roles.cancel")


def _noted(note: str, question: str) -> str:
    return f"{note}\n\n{question}" if note else question
