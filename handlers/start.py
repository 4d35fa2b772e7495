"""The first words, the main menu, and the way back into a conversation that was left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from content.folding import fold
from content.phrases import after
from content.words import Words
from db.scene import Actor, Scene
from handlers.interjection import INTERRUPTED, given_up, kept, restored
from handlers.messages import Button, Incoming, Message, Outcome, Press, Reply, effect
from handlers.router import LEAVE, Context, Router

# permission → (label, action) of what only its holders see
_STAFF: Final = (
    ("announcement:send", "start.announce", "announcements.new"),
    ("announcement:send", "start.bulletins", "bulletins.list"),
    ("ticket:answer", "start.inbox", "tickets.inbox"),
    ("group:tie", "start.groups", "groups.menu"),
)

# what an admin's own menu holds
_ADMIN: Final = (
    ("ticket:export", "start.export", "exports.new"),
    ("ticket:statistics", "start.statistics", "exports.statistics"),
    ("role:grant", "start.roles", "roles.menu"),
    ("group:tie", "start.groups", "groups.menu"),
    ("ticket:export", "start.questions", "questions.list"),
)
_ADMINISTERS: Final = ("ticket:export", "ticket:statistics", "role:grant")

router = Router()


@router.rule
async def untaken(incoming: Incoming, context: Context) -> Outcome:
    """What came alone, and is not taken here: a way to say it that is."""
    if not isinstance(incoming, Message) or not (incoming.untaken and incoming.addressed):
        return None
    if incoming.text.strip() or incoming.attachments or incoming.location:
        return None
    other = incoming.untaken == "other"
    key = "start.unsupported" if other else f"start.untaken_{incoming.untaken}"
    return Reply(context.words(key), stay=True)


@router.command("start", "trogiup", "help", "menu", "danhsachviec", "vedau")
async def welcome(message: Message, context: Context) -> Outcome:
    return menu("start.hello", context)


@router.action("start.menu", standing=True)
async def main_menu(press: Press, context: Context, argument: str) -> Outcome:
    return menu("start.menu", context)


@router.action("start.admin", standing=True)
async def admin_menu(press: Press, context: Context, argument: str) -> Outcome:
    return _admin_menu(context)


@router.command("quantri", "admin")
async def admin_command(message: Message, context: Context) -> Outcome:
    return _admin_menu(context)


def _admin_menu(context: Context) -> Reply:
    """The rarer work of those who lead the commune."""
    if not context.scene.private:
        return menu("start.group", context)
    if not _administers(context.actor):
        return menu("start.not_allowed", context)
    return Reply(context.words("start.admin_menu"), (*_administering(context), back(context)))


def _administering(context: Context) -> tuple[Button, ...]:
    return tuple(
        Button(context.words(label), action)
        for permission, label, action in _ADMIN
        if context.actor.can(permission)
    )


@router.action("start.language", standing=True)
async def switch_language(press: Press, context: Context, argument: str) -> Outcome:
    return _speak("en" if context.language == "vi" else "vi", context)


@router.command("tiengviet", "vietnamese")
async def in_vietnamese(message: Message, context: Context) -> Outcome:
    return _speak("vi", context)


@router.command("english", "tienganh")
async def in_english(message: Message, context: Context) -> Outcome:
    return _speak("en", context)


def _speak(language: str, context: Context) -> Outcome:
    translated = replace(context, words=context.content.words(language))
    reply = menu("start.language_set", translated)
    from db import people  # not for a mere question

    return effect(people.speak, language=language).then(lambda _: reply)


def menu(key: str, context: Context) -> Reply:
    """The words of `key` above the main menu; a group is told in short who speaks."""
    if not context.scene.private:
        return Reply(context.words("start.group"))
    return Reply(context.words(key), buttons=entries(context))


async def instead(message: Message, context: Context) -> Outcome:
    """The message as if nothing had been offered; what was offered is let go."""
    from handlers import dispatcher  # which knows this module

    scene = replace(context.scene, step="", keep={}, buttons=(), free_text=False)
    text = wished(message.text, context) or message.text
    new: Incoming = replace(message, text=text)
    action = wish(text, context)
    if action and not action.startswith("/"):  # a label is no command
        new = Press(message.chat, message.sender, str(scene.menu_id), -1, action)
    outcome = await dispatcher().dispatch(new, replace(context, scene=scene))
    return given_up(outcome, context.scene)


def wished(text: str, context: Context) -> str:
    """The command or label that is wished for, after words like "tôi muốn gửi"; "" for none."""
    before = context.words.phrases("start.wish_words")
    rest: str | None = text
    while rest and not wish(rest, context):
        rest = after(rest, before, ())
    return rest or ""


def entries(context: Context) -> tuple[Button, ...]:
    """The main menu: the conversations open to this person."""
    return tuple(open_to(context.actor, context.words))


def open_to(actor: Actor, words: Words) -> Iterator[Button]:
    """The main menu of somebody, in some language."""
    yield Button(words("start.ask"), "faq.ask")
    yield Button(words("start.report"), "feedback.new")
    yield Button(words("start.my_reports"), "tickets.mine")
    for permission, label, action in _STAFF:
        if actor.can(permission):
            yield Button(words(label), action)
    if _administers(actor):
        yield Button(words("start.admin"), "start.admin")
    yield Button(words("linking.open"), "linking.open")
    yield Button(words("start.language"), "start.language")


def _administers(actor: Actor) -> bool:
    return any(actor.can(permission) for permission in _ADMINISTERS)


def wish(text: str, context: Context) -> str:
    """The command, or the action of the main or the admin's menu, that is all a text says; ""
    for none."""
    from handlers import routers  # which know this module

    said = fold(text).removeprefix("/")
    for button in (*entries(context), *_administering(context), back(context)):
        if fold(button.label) == said:
            return button.action
    name = said.replace(" ", "")
    return f"/{name}" if any(name in one.commands for one in routers()) else ""


def back(context: Context) -> Button:
    """The way to the main menu."""
    return Button(context.words("common.back_to_menu"), "start.menu")


def automatic(context: Context) -> str:
    """For the end of an answer, once, to whom we have not talked with before: a machine speaks."""
    new = context.scene.private and context.scene.version == 0
    return "\n\n" + context.words("start.automatic") if new else ""


def again(context: Context, text: str) -> Reply:
    """The conversation where it stands, its menu offered once more after `text`."""
    scene = context.scene
    prompt = _prompt(scene)
    return Reply(
        prompt or text,
        lead=(text,) if prompt and text else (),
        buttons=tuple(Button(label, action) for label, action in scene.buttons),
        step=scene.step or None,
        keep=scene.keep,
        free_text=scene.free_text,
    )


def _prompt(scene: Scene) -> str:
    """The words above the menu on offer: where there are no buttons, it stands in the text."""
    if not scene.buttons:
        return ""
    lines = scene.menu_body.split("\n")
    first = " ".join(scene.buttons[0][0].split())
    if scene.free_text and lines[-1].startswith("(") and first in lines[-1]:
        return "\n".join(lines[:-1]).rstrip()
    for number, line in enumerate(lines):
        if number and not lines[number - 1] and line.endswith(f" {first}"):
            return "\n".join(lines[: number - 1])
    return scene.menu_body


async def stale(incoming: Incoming, context: Context) -> Outcome:
    """A press on a menu that is gone."""
    scene = context.scene
    if scene.private and scene.step and scene.buttons:
        return again(context, context.words("start.stale"))
    menu = (back(context),) if scene.private and not scene.step else ()
    return Reply(context.words("start.stale"), buttons=menu, stay=True)


def ask_first(context: Context, wish: str) -> Reply:
    """Go on writing, or give it up for `wish`? What was written is kept until the answer."""
    words = context.words
    return Reply(
        words("start.unfinished"),
        buttons=(
            Button(words("start.go_on"), "start.resume"),
            Button(words("start.leave"), LEAVE),
        ),
        step=INTERRUPTED,
        keep=kept(context.scene, wish),
    )


@router.step(INTERRUPTED)
async def neither(message: Message, context: Context) -> Outcome:
    return again(context, context.words("start.choose_first"))


@router.action("start.resume")
async def resume(press: Press, context: Context, argument: str) -> Outcome:
    before = replace(context, scene=restored(context.scene))
    return again(before, context.words("start.resumed"))
