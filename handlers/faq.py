"""Questions: an answer with its source, a choice between a few, or an honest "I do not know"."""

from __future__ import annotations

import re
from typing import Final

from content import phrases
from content.faq import FaqEntry
from content.search import Found
from handlers.messages import Button, Message, Outcome, Press, Reply
from handlers.procedures import answer, gist, opened
from handlers.router import Context, Router
from handlers.start import again, automatic, back, entries, menu

_MOST_CHOICES = 3
_MISSED = 3  # words of a message that was hardly more than a choice
_COMMAND: Final = re.compile(r"\s*/[A-Za-z]")

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
    return _entry(argument, None, context)


@router.action("faq.aspect", standing=True)
async def aspect(press: Press, context: Context, argument: str) -> Outcome:
    entry_id, _, name = argument.partition(".")
    return _entry(entry_id, name, context)


async def question(message: Message, context: Context) -> Outcome:
    """Whatever nobody else claims."""
    text, words, scene = message.text, context.words, context.scene
    shown = message.attachments or message.location
    if not shown and (said := _at_once(text, context)):
        return said
    found = context.content.search.find(text)
    if not scene.private:
        return _in_group(text, found, context)
    if shown and found.decision != "answer" and (offered := _offered(message, context)):
        return offered
    if not text.strip():
        return Reply(words("start.unsupported"), buttons=(back(context),))
    if scene.buttons and not scene.free_text and text.strip(" .)").isdecimal():
        choices = tuple(Button(label, action) for label, action in scene.buttons)
        return Reply(words("start.choose_number"), choices, keep=scene.keep)
    return _followed(text, found, context) or _decided(text, found, context)


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


def _decided(text: str, found: Found, context: Context) -> Reply:
    asked = context.content.search.aspect(text)
    if found.decision == "answer":
        return _entry(found.entry or "", asked, context)
    if found.decision == "choices":
        return _choices(found, asked, context)
    if found.decision == "decline" and (said := _at_a_loss(text, found, context)):
        return said
    if found.decision == "feedback":
        from handlers.feedback.talk import offer  # a mere question needs no tables

        return offer(text, (), context)
    staff = context.actor.can("announcement:send")
    key = "faq.unsure_for_staff" if staff else "faq.unsure"
    text = _unsure(found, key, context) + automatic(context)
    return Reply(text, buttons=entries(context))


def _at_a_loss(text: str, found: Found, context: Context) -> Reply | None:
    """What a text may be that asks for nothing we know: thanks, or a choice that was missed."""
    thanks = context.content.topics.small_talk["cam_on"]
    if phrases.found(phrases.tokens(text), thanks, strict=False):
        return Reply(context.words("faq.cam_on"), stay=True)
    scene, main = context.scene, {button.action for button in entries(context)}
    missed = len(text.split()) <= _MISSED and not (scene.free_text or found.topic)
    if not missed or opened(context) or {action for _, action in scene.buttons} <= main:
        return None
    return again(context, context.words("feedback.choose"))


def _unsure(found: Found, key: str, context: Context) -> str:
    """Whose matter it is instead, or the words of `key`."""
    return found.topic.advice[context.language] if found.topic else context.words(key)


def _candidates(found: Found, context: Context) -> list[FaqEntry]:
    entries = map(context.content.entry, found.candidates[:_MOST_CHOICES])
    return [entry for entry in entries if entry is not None]


def _choices(found: Found, asked: str | None, context: Context) -> Reply:
    buttons = [
        Button(
            entry.title[context.language],
            f"faq.aspect:{entry.id}.{asked}" if asked else f"faq.entry:{entry.id}",
        )
        for entry in _candidates(found, context)
    ]
    none = Button(context.words("faq.none_of_these"), "faq.ask")
    text = context.words("faq.which") + automatic(context)
    return Reply(text, buttons=(*buttons, none, back(context)))


def _followed(text: str, found: Found, context: Context) -> Reply | None:
    """The next aspect of the procedure just shown, asked in words."""
    shown, search = opened(context), context.content.search
    name = search.aspect(text)
    strange = found.decision == "decline" and found.topic is None
    if not (shown and name and (strange or search.only_aspect(text))):
        return None
    return _entry(shown, name, context)


def _offered(message: Message, context: Context) -> Outcome:
    """A photo or a place out of the blue is most likely a report."""
    from handlers.feedback.talk import offer
    from handlers.tickets.reports import noted, on_earth, point

    text = message.text.strip()
    place = on_earth(message.location)
    if not message.attachments and place is None:
        return None
    if place is not None:
        text = f"{text}\n{context.words('faq.location', point=point(place))}".strip()
    return noted(message, lambda ids: offer(text, ids, context))


def _entry(entry_id: str, name: str | None, context: Context) -> Reply:
    """The procedure, the aspect `name` before all others."""
    entry = context.content.entry(entry_id)
    if entry is None:
        return Reply(context.words("faq.gone"), buttons=(back(context),))
    return answer(entry, name, context)


def _in_group(text: str, found: Found, context: Context) -> Reply:
    """Short words that all may read; everything more is said in private."""
    words = context.words
    if not text.strip():
        return Reply(words("start.group"))
    if found.decision == "answer" and found.entry:
        asked = context.content.search.aspect(text)
        return Reply(_gist(found.entry, asked, context))
    if found.decision == "choices":
        titles = "; ".join(one.title[context.language] for one in _candidates(found, context))
        return Reply(words("faq.which_in_group", titles=titles))
    if found.decision == "feedback":
        return Reply(words("faq.report_in_private"))
    return Reply(_unsure(found, "faq.unsure_in_group", context))


def _gist(entry_id: str, name: str | None, context: Context) -> str:
    entry = context.content.entry(entry_id)
    return gist(entry, name, context) if entry else context.words("faq.gone")
