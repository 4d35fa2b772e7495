"""One person, several accounts: a code asked for with the one, said with the other, and a yes
from both. For the list of one's accounts, and how to take one away, see `accounts`.

here: “/lienket” ─▶ code · there: the code ─▶ “that is me” · here: “that is me” ─▶ joined
"""

from __future__ import annotations

from content.folding import fold
from content.words import Words
from db import links
from db.groups import CodeRefused
from db.links import Asked, Joined, Oneself, Over, Own, Said, Waiting
from handlers.groups.code import possible
from handlers.groups.group_list import platform_name
from handlers.groups.talk import FORWARDED
from handlers.interjection import beside, unfinished
from handlers.linking import accounts
from handlers.linking.accounts import also, called, to_admins
from handlers.messages import Button, Incoming, Message, Notice, Outcome, Press, Reply, effect
from handlers.roles.choosing import answered
from handlers.router import Context, Router
from handlers.start import again, automatic, back
from handlers.titles import named

router = Router()


@router.command("lienket", "lienkettaikhoan", "noitaikhoan", "link")
async def command(message: Message, context: Context) -> Outcome:
    return await _begin(context)


@router.action("linking.open", standing=True)
async def begin(press: Press, context: Context, argument: str) -> Outcome:
    return await _begin(context)


async def _begin(context: Context) -> Outcome:
    """What waits for an answer comes first; then the accounts, where there are several."""
    if not context.scene.private:
        return Reply(context.words("people.private_only"), stay=True)
    if (asked := await context.read(links.waiting, context.actor)) is not None:
        return Reply(
            _question(context.words, asked), _answers(context.words, asked), step="linking.asked"
        )
    own = await context.read(links.accounts, context.actor.person_id)
    return accounts.listed(context, own) if len(own) > 1 else _code(context)


@router.action("linking.add", standing=True)
async def add(press: Press, context: Context, argument: str) -> Outcome:
    return _code(context)


def _code(context: Context) -> Outcome:
    def say(code: str) -> Reply:
        return Reply(context.words("linking.code", code=code), (back(context),))

    return effect(links.ask).then(say)


@router.rule
async def code_said(incoming: Incoming, context: Context) -> Outcome:
    """In private, to the bot; a code that others read is void."""
    if not isinstance(incoming, Message) or len(incoming.text) > FORWARDED:
        return None
    codes = possible(fold(incoming.text))
    code = await context.read(links.open_among, codes, context.actor.now) if codes else ""
    if not code:
        return None
    if not context.scene.private:
        spoiled = Reply(context.words("linking.spoiled"), stay=True)
        return effect(links.spoil, code=code).then(lambda _: spoiled, {CodeRefused: spoiled})
    if unfinished(context.scene):
        return Reply(context.words("linking.busy"), stay=True)
    return _said(context, code)


def _said(context: Context, code: str) -> Outcome:
    words = context.words

    def say(said: Said) -> Reply:
        text = words("linking.said", who=named(words, said.who), platforms=_all(words, said))
        text += also(words, "linking.warned", said.roles)
        buttons = (
            Button(words("linking.right"), f"linking.mine:{said.id}"),
            Button(words("linking.wrong"), f"linking.wrong:{said.id}"),
        )
        return Reply(text + automatic(context), buttons, step="linking.said")

    refusals = {
        Oneself: Reply(words("linking.oneself"), stay=True),
        Waiting: Reply(words("linking.waiting"), stay=True),
        CodeRefused: Reply(words("roles.code_refused"), stay=True),
    }
    return effect(links.say, code=code).then(say, refusals)


@router.step("linking.said")
@router.step("linking.asked")
async def say_whether(message: Message, context: Context) -> Outcome:
    found = await answered(message, context, router)
    return found or again(context, context.words("roles.choose"))


@router.action("linking.mine", takes="number")
async def mine(press: Press, context: Context, argument: str) -> Outcome:
    """The other side is asked."""

    def say(asked: Asked) -> Reply:
        theirs = context.content.words(asked.language or "vi")
        question = Notice(
            _question(theirs, asked),
            people=(asked.person_id,),
            buttons=_answers(theirs, asked),
            code=_code_of(asked.id),
        )
        return Reply(context.words("linking.agreed"), (back(context),), notices=(question,))

    return effect(links.agree, link_id=int(argument)).then(say, _over(context))


def _question(words: Words, asked: Asked) -> str:
    question = words("linking.asked", **called(words, asked.account))
    return question + also(words, "linking.warned", asked.roles)


def _answers(words: Words, asked: Asked) -> tuple[Button, ...]:
    return (
        Button(words("linking.right"), f"linking.right:{asked.id}"),
        Button(words("linking.wrong"), f"linking.wrong:{asked.id}"),
    )


@router.action("linking.right", standing=True, takes="number")
async def right(press: Press, context: Context, argument: str) -> Outcome:
    def say(joined: Joined) -> Reply:
        told = _told(context, "linking.joined_notice", joined.account, int(argument))
        told += to_admins(context, "linking.joined_admins", joined)
        reply = Reply(context.words("linking.joined"), (back(context),), notices=told)
        return beside(reply, context.scene)

    return effect(links.join, link_id=int(argument)).then(say, _over(context))


@router.action("linking.wrong", standing=True, takes="number")
async def wrong(press: Press, context: Context, argument: str) -> Outcome:
    """Said by either of the two."""

    def say(other: Own) -> Reply:
        theirs = other.id != context.actor.account_id
        told = _told(context, "linking.declined_notice", other, int(argument)) if theirs else ()
        reply = Reply(context.words("linking.declined"), (back(context),), notices=told)
        return beside(reply, context.scene)

    return effect(links.decline, link_id=int(argument)).then(say, _over(context))


def _told(context: Context, key: str, other: Own, link_id: int) -> tuple[Notice, ...]:
    """What becomes of it, in the private chat of the account that said the code."""
    if other.chat_id is None:
        return ()
    buttons = (back(context),)
    return (
        Notice(context.words(key), chat=other.chat_id, buttons=buttons, code=_code_of(link_id)),
    )


def _over(context: Context) -> dict[type[Exception], Reply]:
    anew = Button(context.words("linking.anew"), "linking.add")
    return {
        Over: beside(Reply(context.words("linking.over"), (anew, back(context))), context.scene)
    }


def _all(words: Words, said: Said) -> str:
    return ", ".join(platform_name(words, one) for one in said.platforms)


def _code_of(link_id: int) -> str:
    """How the question about an account is answered where there are no buttons."""
    return f"TK-{link_id}"
