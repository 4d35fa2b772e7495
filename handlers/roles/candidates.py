"""A code said to the bot by whoever was invited, and the question whether it is the right person.

Only that answer gives the role: a name proves nothing. See `groups.register` for how a code is
found among other words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from content.words import Words
from db import candidates, invitations, roles
from db.candidates import Candidate, Decided
from db.groups import CodeRefused
from db.invitations import ForGroup, HasRole, InviterGone, Oneself, Over, Spoiled, Used, Waiting
from db.permissions import NotAllowed
from db.roles import TooLong
from db.scene import Grant
from handlers.groups.group_list import platform_name
from handlers.interjection import beside
from handlers.messages import Button, Incoming, Message, Notice, Outcome, Press, Reply, effect
from handlers.pages import LABEL
from handlers.people import says
from handlers.roles.choosing import answered
from handlers.roles.inviting import not_allowed, to_list
from handlers.router import Context, Router
from handlers.start import again, automatic, back, entries
from handlers.tickets.reports import clip
from handlers.titles import dated, named, titled

MOST: Final = 10  # candidates named at once
_ANSWERS: Final = ("roles.say_right", "roles.say_wrong", "people.yes_words", "people.no_words")

router = Router()


def used(context: Context, code: str, in_group: str) -> Outcome:
    """A code said in private: perhaps an invitation. `in_group`: the words for a group's."""

    def say(result: Used) -> Reply:
        return _granted_here(context, result) if result.grant else _asked(context, result)

    def refused(key: str) -> Reply:
        return Reply(context.words(key), stay=True)

    refusals = {
        ForGroup: Reply(in_group, stay=True),
        HasRole: refused("roles.has_role"),
        Waiting: refused("roles.still_waiting"),
        InviterGone: refused("roles.inviter_gone"),
        Oneself: refused("roles.not_oneself"),
        Over: refused("roles.over"),
        CodeRefused: refused("roles.code_refused"),
    }
    return effect(invitations.use, code=code).then(say, refusals)


def _granted_here(context: Context, result: Used) -> Reply:
    """The first admin: at once, with the menu as it is from now on."""
    grants = (*context.actor.grants, *((result.grant,) if result.grant else ()))
    text = _congratulation(context.words, result)
    return beside(Reply(text, _menu_of(context, context.words, grants)), context.scene)


def _asked(context: Context, result: Used) -> Reply:
    words = context.content.words("vi")
    text = words(
        "roles.asked",
        who=named(words, result.who),
        platform=platform_name(words, result.platform),
        title=titled(words, result.role, result.place),
    )
    asked = Notice(
        text,
        people=(result.inviter,) if result.inviter else (),
        buttons=_answers(words, result.id),
        code=code_of(result.id),
        careful=True,
    )
    title = titled(context.words, result.role, result.place)
    text = context.words("roles.used", title=title) + automatic(context)
    return Reply(text, stay=True, notices=(asked,))


def _answers(words: Words, invitation_id: int) -> tuple[Button, ...]:
    return (
        Button(words("roles.right"), f"roles.right:{invitation_id}"),
        Button(words("roles.wrong"), f"roles.wrong:{invitation_id}"),
    )


def spoiled(context: Context, result: Spoiled) -> Reply:
    """An invitation said in a group."""
    vietnamese = context.content.words("vi")
    title = titled(vietnamese, result.role, result.place)
    text = vietnamese("roles.spoiled_notice", title=title)
    notices = (Notice(text, people=(result.inviter,)),) if result.inviter else ()
    return Reply(context.words("roles.spoiled"), stay=True, notices=notices)


@router.action("roles.right", standing=True, takes="number")
async def right(press: Press, context: Context, argument: str) -> Outcome:
    return _accept(context, int(argument))


def _accept(context: Context, invitation_id: int) -> Outcome:
    def say(candidate: Candidate) -> Reply:
        words = context.words
        title = titled(words, candidate.role, candidate.place)
        text = words("roles.accepted", who=named(words, candidate.who), title=title)
        theirs = context.content.words(candidate.language or "vi")
        notice = Notice(
            _congratulation(theirs, candidate),
            people=(candidate.person_id,),
            buttons=_menu_of(context, theirs, (Grant(candidate.role, 0, ""),)),
            code=code_of(candidate.id),
        )
        reply = Reply(text, (to_list(context), back(context)), notices=(notice,))
        return beside(reply, context.scene)

    bound = effect(candidates.accept, invitation_id=invitation_id)
    return bound.then(say, _undecided(context))


@router.action("roles.wrong", standing=True, takes="number")
async def wrong(press: Press, context: Context, argument: str) -> Outcome:
    return _refuse(context, int(argument))


def _refuse(context: Context, invitation_id: int) -> Outcome:
    def say(candidate: Candidate) -> Reply:
        theirs = context.content.words(candidate.language or "vi")
        title = titled(theirs, candidate.role, candidate.place)
        notice = Notice(theirs("roles.not_granted", title=title), people=(candidate.person_id,))
        buttons = (Button(context.words("roles.invite"), "roles.invite"), to_list(context))
        reply = Reply(context.words("roles.refused"), (*buttons, back(context)))
        return beside(replace(reply, notices=(notice,)), context.scene)

    bound = effect(candidates.refuse, invitation_id=invitation_id)
    return bound.then(say, _undecided(context))


def _undecided(context: Context) -> dict[type[Exception], Reply]:
    buttons = (to_list(context), back(context))
    refusals = {
        Decided: Reply(context.words("roles.decided"), buttons),
        Oneself: Reply(context.words("roles.not_oneself"), buttons),
        TooLong: Reply(context.words("roles.longer_than_yours"), buttons),
        NotAllowed: not_allowed(context),
    }
    return {error: beside(reply, context.scene) for error, reply in refusals.items()}


def _congratulation(words: Words, given: Used | Candidate) -> str:
    title = titled(words, given.role, given.place)
    can = words(f"roles.can_{given.role}")
    return dated(words, "roles.granted", given.until, title=title, can=can)


def _menu_of(context: Context, words: Words, grants: tuple[Grant, ...]) -> tuple[Button, ...]:
    """The main menu of whoever holds these roles, in their language."""
    actor = replace(context.actor, grants=grants)
    return entries(replace(context, words=words, scene=replace(context.scene, actor=actor)))


def waits(words: Words, one: Candidate) -> str:
    title = titled(words, one.role, one.place)
    return words("roles.waiting", who=named(words, one.who), title=title)


@router.action("roles.candidate", standing=True)
async def candidate(press: Press, context: Context, argument: str) -> Outcome:
    """The question about a candidate once more."""
    words = context.words
    if not context.actor.can(roles.GRANT):
        return not_allowed(context)
    found = await context.read(candidates.waiting, context.actor)
    one = next((one for one in found if str(one.id) == argument), None)
    if one is None:
        return Reply(words("roles.decided"), (to_list(context), back(context)))
    return _question(context, one)


def _question(context: Context, one: Candidate) -> Reply:
    words = context.words
    buttons = (*_answers(words, one.id), to_list(context))
    return Reply(waits(words, one), buttons, step="roles.candidate")


@router.step("roles.candidate")
async def say_whether(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("roles.choose"))


@router.rule
async def typed(incoming: Incoming, context: Context) -> Outcome:
    """Yes or no while somebody waits for it, and nothing else is being asked. Only plain words
    to the one who was asked about the only candidate decide; else it is asked whom they mean."""
    if not (isinstance(incoming, Message) and context.scene.private and not context.scene.step):
        return None
    if incoming.attachments or not context.actor.can(roles.GRANT):
        return None
    said = [key for key in _ANSWERS if says(context, key, incoming.text)]
    asked = await context.read(candidates.waiting, context.actor) if said else []
    if not asked:
        return None
    if len(asked) > 1:
        return _whom(context, asked)
    one = asked[0]
    if one.inviter == context.actor.person_id and said[0] == "roles.say_right":
        return _accept(context, one.id)
    if one.inviter == context.actor.person_id and said[0] == "roles.say_wrong":
        return _refuse(context, one.id)
    return _question(context, one)


def _whom(context: Context, asked: list[Candidate]) -> Reply:
    words = context.words
    lines = [words("roles.whom"), *(waits(words, one) for one in asked[:MOST])]
    choices = tuple(confirm(words, one) for one in asked[:MOST])
    return Reply("\n".join(lines), (*choices, to_list(context)))


def confirm(words: Words, one: Candidate) -> Button:
    label = words("roles.confirm", who=named(words, one.who))
    return Button(clip(label, LABEL), f"roles.candidate:{one.id}")


def code_of(invitation_id: int) -> str:
    """How the question about a candidate is answered where there are no buttons."""
    return f"VT-{invitation_id}"
