"""Questions: an answer with its source, a choice between a few, or an honest "I do not know"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from content import phrases
from content.search import Found
from handlers.messages import Button, Incoming, Message, Outcome, Press, Reply, effect
from handlers.procedures import answer, gist, opened, still_open
from handlers.questions.choosing import choices, known, which
from handlers.questions.guide import with_guide
from handlers.questions.keeping import QUESTION, handed, judged, kept
from handlers.questions.qr import with_qr
from handlers.router import Context, Router
from handlers.start import again, automatic, back, entries, menu

_REPEATED: Final = timedelta(minutes=10)  # a group is told the same no sooner
_ASPECT = "aspect"  # kept without a step: what is asked of the procedure that is named next
_MISSED = 3  # words of a message that was hardly more than a choice
_HANDED_OVER: Final = ("questions.hand",)  # beside the main menu, where there is no answer
_REPORT: Final = "feedback.new"  # all of the main menu where staff may help
_COMMAND: Final = re.compile(r"\s*/[A-Za-z]")
_TO_OTHERS: Final = re.compile(r"\s*[/@]")
_LINKED: Final = re.compile(r"/start ([a-z0-9_]+)")

router = Router()


@router.command("hoi")
async def ask_at_once(message: Message, context: Context) -> Outcome:
    if message.text or message.attachments or message.location:
        return await question(message, context)
    return _ask(context) if context.scene.private else Reply(context.words("start.group"))


@router.action("faq.ask", standing=True)
async def ask(press: Press, context: Context, argument: str) -> Outcome:
    return _ask(context)


@router.action("faq.cancel")
async def cancel(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("faq.cancelled"), buttons=(back(context),))


@router.step("faq.ask")
async def asked(message: Message, context: Context) -> Outcome:
    if message.text.strip() or message.attachments or message.location:
        return await question(message, context)
    return _ask(context)


@router.action("faq.entry", standing=True)
async def entry(press: Press, context: Context, argument: str) -> Outcome:
    return await _chosen(press, argument, [], context)


@router.action("faq.aspect", standing=True)
async def aspect(press: Press, context: Context, argument: str) -> Outcome:
    entry_id, *names = argument.split(".")
    return await _chosen(press, entry_id, names, context)


@router.rule
async def linked(incoming: Incoming, context: Context) -> Outcome:
    """Who follows the link below a short answer in a group."""
    if not (isinstance(incoming, Message) and context.scene.private):
        return None
    found = _LINKED.fullmatch(incoming.text)
    told = found and context.content.entry(found[1])
    return await _entry(told.id, None, context) if told else None


@router.rule
async def overheard(incoming: Incoming, context: Context) -> Outcome:
    """Questions put to nobody, in a group that wants them answered: only where there is no doubt,
    and nothing is said twice."""
    if not (isinstance(incoming, Message) and context.scene.answers) or incoming.addressed:
        return None
    text, content = incoming.text, context.content
    if not text.strip() or incoming.attachments or _TO_OTHERS.match(text):
        return None
    await content.search.ready()
    found = content.search.find(text)
    if not (found.sure and found.entry and _asks(text, context)):
        return None
    if content.denunciation(text) or content.danger(text):
        return None
    if await _lately(found.entry, context):
        return None
    return await _in_group(text, found, context)


async def question(message: Message, context: Context) -> Outcome:
    """Whatever nobody else claims."""
    text, words, scene = message.text, context.words, context.scene
    shown = message.attachments or message.location
    if not shown and (said := _at_once(text, context)):
        return said
    await context.content.search.ready()
    found = context.content.search.find(text)
    if not scene.private:
        return await _in_group(text, await _of_last(text, found, context), context)
    if shown and found.decision != "answer" and (offered := _offered(message, context)):
        return offered
    if not text.strip():
        return Reply(words("start.unsupported"), buttons=(back(context),))
    if scene.buttons and not scene.free_text and text.strip(" .)").isdecimal():
        choices = tuple(Button(label, action) for label, action in scene.buttons)
        return Reply(words("start.choose_number"), choices, keep=scene.keep)
    return await _followed(text, found, context) or await _decided(text, found, context)


def _asks(text: str, context: Context) -> bool:
    """Whether it is a question to whoever knows, and tells of nobody."""
    content = context.content
    return content.topics.asks_all(text) and content.masking.masked(text) == text


def _at_once(text: str, context: Context) -> Reply | None:
    """What needs no search: small talk, and a command that is none."""
    private = context.scene.private
    kind = context.content.topics.pleasantry(text)
    if kind == "chao" and private:
        return menu("start.hello", context)
    if kind:
        return Reply(context.words(f"faq.{kind}" if private else f"faq.{kind}_in_group"), stay=True)
    return menu("start.unknown_command", context) if _COMMAND.match(text) else None


def _ask(context: Context) -> Reply:
    cancel = Button(context.words("common.cancel"), "faq.cancel")
    text = context.words("faq.ask")
    return Reply(text, buttons=(cancel,), step="faq.ask", free_text=True)


async def _decided(text: str, found: Found, context: Context) -> Outcome:
    asked = context.content.search.aspect(text) or _awaited(context)
    if found.decision == "answer":
        return await _answered(text, found.entry or "", asked, context)
    found = _in_mourning(text, found, context)
    if found.decision == "choices":
        names = _each(text, asked, context)
        return kept(
            text, "choices", "", context, lambda number: which(found, names, number, context)
        )
    lost = found.decision == "decline"
    if lost and (said := _at_a_loss(text, found, context) or _of_what(text, found, context)):
        return said
    if found.decision == "feedback":
        from handlers.feedback.offering import offer  # a mere question needs no tables

        return kept(text, "feedback", "", context, lambda number: offer(text, (), context, number))
    topic = found.topic.id if found.topic else ""
    return kept(
        text, found.decision, topic, context, lambda number: _unknown(text, found, number, context)
    )


async def _answered(text: str, entry_id: str, asked: str | None, context: Context) -> Outcome:
    names = _each(text, asked, context)
    reply = await _entry(entry_id, next(iter(names), None), context, *names[1:])
    return kept(text, "answer", entry_id, context, lambda number: judged(reply, number, context))


def _in_mourning(text: str, found: Found, context: Context) -> Found:
    """Who tells of a death and is not understood may choose from what families then need."""
    mourning = context.content.topics.mourning
    if not (found.nothing and mourning.told(text)):
        return found
    return replace(found, decision="choices", topic=None, likely=mourning.entries)


def _each(text: str, asked: str | None, context: Context) -> tuple[str, ...]:
    """All aspects that are asked for, `asked` among them."""
    each = context.content.search.each_aspect(text)
    return each if asked in each or asked is None else (asked, *each)


def _unknown(asked: str, found: Found, number: int, context: Context) -> Reply:
    """Whose matter it is instead, or that it is not known, and who would know. A miss leaves the
    procedure told before it open."""
    staff = context.actor.can("announcement:send")
    key = "faq.unsure_for_staff" if staff else "faq.unsure"
    text = _unsure(found, key, context) + automatic(context)
    if not found.topic and context.content.topics.tells(asked):
        text = f"{text}\n{context.words('faq.if_danger')}"
    helped = found.topic is None or found.topic.hand
    others = (*_named(asked, found, context), *handed(number, context)) if helped else ()
    main = entries(context)
    if found.topic and helped:
        main = (*(one for one in main if one.action == _REPORT), back(context))
    keep = still_open(context) if found.nothing else {}
    return Reply(text, (*others, *main), keep=keep)


def _named(asked: str, found: Found, context: Context) -> tuple[Button, ...]:
    """The one procedure that a question on something about it names: a fine, say."""
    named = context.content.search.named(asked) if found.topic else ()
    return choices(named, (), context) if len(named) == 1 else ()


def _at_a_loss(text: str, found: Found, context: Context) -> Reply | None:
    """What a text may be that asks for nothing we know: thanks, or a choice that was missed."""
    thanks = context.content.topics.small_talk["cam_on"]
    if phrases.found(phrases.tokens(text), thanks, strict=False):
        return Reply(context.words("faq.cam_on"), stay=True)
    scene, main = context.scene, {button.action for button in entries(context)}
    missed = len(text.split()) <= _MISSED and not (scene.free_text or found.topic)
    offered = {one for _, one in scene.buttons if not one.startswith(_HANDED_OVER)}
    if not missed or opened(context) or offered <= main:
        return None
    return again(context, context.words("feedback.choose"))


def _of_what(text: str, found: Found, context: Context) -> Reply | None:
    """What to say to an aspect of nothing: the name of a procedure is enough then."""
    search, words = context.content.search, context.words
    name = search.aspect(text)
    if found.topic or not name or not search.only_aspect(text):
        return None
    told = words("faq.of_what", aspect=words(f"faq.{name}")) + automatic(context)
    return Reply(told, (back(context),), keep={_ASPECT: name})


def _awaited(context: Context) -> str | None:
    """The aspect that was asked for just before, of nothing."""
    return None if context.scene.step else context.scene.keep.get(_ASPECT)


def _unsure(found: Found, key: str, context: Context) -> str:
    """Whose matter it is instead, or the words of `key`."""
    if not found.topic:
        return context.words(key)
    advice = found.topic.advice[context.language]
    if context.scene.private or not found.topic.hand:
        return advice
    return f"{advice} {context.words('faq.hand_in_private')}"


async def _chosen(press: Press, entry_id: str, names: Sequence[str], context: Context) -> Outcome:
    """The procedure; where a question was left with a choice, this is its answer."""
    reply = await _entry(entry_id, next(iter(names), None), context, *names[1:])
    number = int(context.scene.keep.get(QUESTION) or 0)  # a draft keeps None there
    if context.scene.step or press.menu != str(context.scene.menu_id) or not number:
        return reply
    from db import questions  # only here

    chosen = effect(questions.choose, question_id=number, entry=entry_id)
    refusals: dict[type[Exception], Reply] = {questions.NoSuchQuestion: reply}
    return chosen.then(lambda _: judged(reply, number, context), refusals)


async def _followed(text: str, found: Found, context: Context) -> Outcome:
    """The next aspect of the procedure just shown, asked in words. Where other words stand beside
    it, it may be of anything: whether it is of that procedure is asked."""
    shown, search = opened(context), context.content.search
    if shown and (name := search.next_aspect(text)):
        return await _answered(text, shown, name, context)
    name = search.aspect(text)
    if not (shown and name):
        return None
    if found.decision != "decline" or found.topic:
        return None
    perhaps, names = replace(found, likely=(shown,)), _each(text, name, context)
    return kept(text, "choices", "", context, lambda number: which(perhaps, names, number, context))


def _offered(message: Message, context: Context) -> Outcome:
    """A photo or a place out of the blue is most likely a report."""
    from handlers.feedback.offering import offer
    from handlers.tickets.reports import noted, on_earth, point

    text = message.text.strip()
    place = on_earth(message.location)
    if not message.attachments and place is None:
        return None
    if place is not None:
        text = f"{text}\n{context.words('faq.location', point=point(place))}".strip()
    return noted(message, lambda ids: offer(text, ids, context))


async def _entry(entry_id: str, name: str | None, context: Context, *more: str) -> Reply:
    """The procedure, the aspect `name` (and `more`) before all others."""
    entry = context.content.entry(entry_id)
    if entry is None:
        return Reply(context.words("faq.gone"), buttons=(back(context),))
    told = with_qr(await answer(entry, name, context, *more), entry, context)
    return with_guide(told, entry, context)


async def _in_group(text: str, found: Found, context: Context) -> Outcome:
    """Short words that all may read; everything more is said in private."""
    words, topic = context.words, found.topic.id if found.topic else ""
    if not text.strip():
        return Reply(words("start.group"))
    if found.decision == "answer" and found.entry:
        asked = context.content.search.aspect(text)
        if asked in await _lately(found.entry, context):
            return Reply(words("questions.just_told"), stay=True, whisper=True)
        topic, reply = found.entry, Reply(await _gist(found.entry, asked, context))
    elif found.decision == "choices":
        titles = "; ".join(one.title[context.language] for one in known(found.candidates, context))
        reply = Reply(words("faq.which_in_group", titles=titles))
    elif found.decision == "feedback":
        reply = Reply(words("faq.report_in_private"))
    else:
        reply = Reply(_unsure(found, "faq.unsure_in_group", context))
    return kept(text, found.decision, topic, context, lambda _: reply)


async def _of_last(text: str, found: Found, context: Context) -> Found:
    """What was found; but who only asks for an aspect means what this group was told last."""
    if not context.actor.chat_id or not context.content.search.only_aspect(text):
        return found
    from db import questions  # only here

    since = context.actor.now - _REPEATED
    told = await context.read(questions.last, context.actor.chat_id, since)
    return Found("answer", told) if told and context.content.entry(told) else found


async def _lately(entry_id: str, context: Context) -> set[str | None]:
    """Which aspects of a procedure this group was told just now, in the language asked in."""
    if not context.actor.chat_id:
        return set()
    from db import questions  # only here

    since = context.actor.now - _REPEATED
    told = await context.read(
        questions.lately, context.actor.chat_id, entry_id, context.language, since
    )
    return {context.content.search.aspect(text) for text in told}


async def _gist(entry_id: str, name: str | None, context: Context) -> str:
    entry = context.content.entry(entry_id)
    if entry is None:
        return context.words("faq.gone")
    told = await gist(entry, name, context)
    return f"{told}\n{context.link}{entry_id}" if context.link else told
