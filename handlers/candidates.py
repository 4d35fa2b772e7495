"""A code said to the bot by whoever was invited, and the question whether it is the right person.

Only that answer gives the role: a name proves nothing. See `groups.register` for how a code is
found among other words.
"""

from __future__ import annotations

from dataclasses import replace

from content.words import Words
from db import candidates, invitations, roles
from db.candidates import Candidate, Decided
from db.groups import CodeRefused
from db.invitations import ForGroup, HasRole, InviterGone, Over, Spoiled, Used, Waiting
from db.permissions import NotAllowed
from db.scene import Grant
from handlers.inviting import not_allowed, router, to_list
from handlers.messages import Button, Notice, Outcome, Press, Reply, effect
from handlers.overview import platform_name
from handlers.router import Context
from handlers.start import automatic, back, entries
from handlers.titles import dated, named, titled

__all__ = ["router"]


def used(context: Context, code: str) -> Outcome:
    """A code said in private: perhaps an invitation."""

    def say(result: Used) -> Reply:
        return _granted_here(context, result) if result.grant else _asked(context, result)

    def refused(key: str) -> Reply:
        return Reply(context.words(key), stay=True)

    refusals = {
        ForGroup: refused("groups.code_in_private"),
        HasRole: refused("roles.has_role"),
        Waiting: refused("roles.still_waiting"),
        InviterGone: refused("roles.inviter_gone"),
        Over: refused("roles.over"),
        CodeRefused: refused("roles.code_refused"),
    }
    return effect(invitations.use, code=code).then(say, refusals)


def _granted_here(context: Context, result: Used) -> Reply:
    """The first admin: at once, with the menu as it is from now on."""
    grants = (*context.actor.grants, *((result.grant,) if result.grant else ()))
    text = _congratulation(context.words, result)
    return _aside(context, Reply(text, _menu_of(context, context.words, grants)))


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


@router.action("roles.right", standing=True)
async def right(press: Press, context: Context, argument: str) -> Outcome:
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
        return _aside(context, Reply(text, (to_list(context), back(context)), notices=(notice,)))

    bound = effect(candidates.accept, invitation_id=int(argument))
    return bound.then(say, _undecided(context))


@router.action("roles.wrong", standing=True)
async def wrong(press: Press, context: Context, argument: str) -> Outcome:
    def say(candidate: Candidate) -> Reply:
        theirs = context.content.words(candidate.language or "vi")
        title = titled(theirs, candidate.role, candidate.place)
        notice = Notice(theirs("roles.not_granted", title=title), people=(candidate.person_id,))
        buttons = (Button(context.words("roles.invite"), "roles.invite"), to_list(context))
        reply = Reply(context.words("roles.refused"), (*buttons, back(context)))
        return _aside(context, replace(reply, notices=(notice,)))

    bound = effect(candidates.refuse, invitation_id=int(argument))
    return bound.then(say, _undecided(context))


def _undecided(context: Context) -> dict[type[Exception], Reply]:
    decided = Reply(context.words("roles.decided"), (to_list(context), back(context)))
    return {Decided: _aside(context, decided), NotAllowed: _aside(context, not_allowed(context))}


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
    return Reply(waits(words, one), (*_answers(words, one.id), to_list(context)))


def code_of(invitation_id: int) -> str:
    """How the question about a candidate is answered where there are no buttons."""
    return f"VT-{invitation_id}"


def _aside(context: Context, reply: Reply) -> Reply:
    """Whoever is in the middle of something goes on with it."""
    return replace(reply, stay=True, buttons=()) if context.scene.step else reply
