"""Which handler answers: rules, commands, presses and steps, asked in the order of the routers.

Two promises are kept here for every conversation. A warning comes first and costs nothing:
where a message was awaited, it is still taken. And answers already given are not pushed
aside: what comes from elsewhere is said beside the conversation, or asks first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import (
    TYPE_CHECKING,
    Concatenate,
    Final,
    Literal,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
)

from content.folding import fold
from content.loader import Content
from content.schedule import HERE as HERE  # the time people in the village live by
from content.schedule import Schedule
from content.words import Words
from db.scene import Actor, Scene
from handlers.interjection import WISH, given_up, interjected, moves, preceded
from handlers.messages import Incoming, Message, Outcome, Press, Reply

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from db.quota import Allowance

P = ParamSpec("P")
T = TypeVar("T")
H = TypeVar("H")

LEAVE: Final = "start.leave"  # the action that gives up what is unfinished, for the wish kept
_LONGEST_COMMAND = 40  # characters, where it is typed without a slash

Takes: TypeAlias = Literal["anything", "number", "page", "place", "switch"]

_NUMBER: Final = "[0-9]{1,18}"  # what a database can hold
_TAKEN: Final[Mapping[Takes, re.Pattern[str]]] = {
    "anything": re.compile(r"(?!.*\b\d{19}).*", re.DOTALL),
    "number": re.compile(_NUMBER),
    "page": re.compile(f"(?:{_NUMBER})?"),
    "place": re.compile(f"{_NUMBER}|all"),
    "switch": re.compile(rf"{_NUMBER}\.(?:on|off)"),
}


class Read(Protocol):
    """Run a reading verb of `db/` off the event loop."""

    async def __call__(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T: ...


class Split(Protocol):
    """How a long text is cut into numbered messages, by the platform's name."""

    def __call__(self, text: str) -> dict[str, tuple[str, ...]]: ...


class Slots(Protocol):
    """The next `count` times of a schedule later than `after`, in UTC; fewer where it ends."""

    def __call__(self, schedule: Schedule, after: datetime, count: int) -> tuple[datetime, ...]: ...


@dataclass(frozen=True, slots=True)
class Context:
    """All a handler may know besides the Incoming itself."""

    scene: Scene
    words: Words
    content: Content
    read: Read
    split: Split
    slots: Slots
    files: bool = True  # whether documents can be sent here
    photos: bool = True  # whether photos can
    edits: bool = False  # whether what was said with a menu can be changed
    mention: str = ""  # as in Platform
    mentions: Mapping[int, str] = field(default_factory=dict)  # by the ids of all bots at work
    link: str = ""  # as in Platform
    plans: Mapping[int, Allowance] = field(default_factory=dict)  # by the ids of limited bots
    blind: frozenset[str] = frozenset()  # platforms that no photo can be sent to

    @property
    def actor(self) -> Actor:
        return self.scene.actor

    @property
    def language(self) -> str:
        return self.words.language


class OnMessage(Protocol):
    async def __call__(self, message: Message, context: Context) -> Outcome: ...


class OnPress(Protocol):
    """`argument`: what follows the colon in the button's action."""

    async def __call__(self, press: Press, context: Context, argument: str) -> Outcome: ...


class OnAny(Protocol):
    """None: not mine, ask the next."""

    async def __call__(self, incoming: Incoming, context: Context) -> Outcome: ...


class Warn(Protocol):
    """Words that come before all others, or "" for none."""

    def __call__(self, incoming: Incoming, context: Context) -> str: ...


class AskFirst(Protocol):
    """The question before unfinished answers are given up for `wish`: an action, or a command
    with its slash."""

    def __call__(self, context: Context, wish: str) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Action:
    """`standing`: the button says all there is to say, and works as long as it can be seen;
    otherwise it belongs to a conversation and dies with its menu. `takes`: the shape of its
    argument; with another one it is no button of ours."""

    handler: OnPress
    standing: bool
    takes: Takes = "anything"

    def fits(self, argument: str) -> bool:
        return _TAKEN[self.takes].fullmatch(argument) is not None


@dataclass(slots=True)
class Router:
    """One conversation's handlers, gathered by its decorators."""

    warnings: list[Warn] = field(default_factory=list)
    refusals: list[OnAny] = field(default_factory=list)
    rules: list[OnAny] = field(default_factory=list)
    commands: dict[str, OnMessage] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    steps: dict[str, OnMessage] = field(default_factory=dict)

    def warning(self, handler: Warn) -> Warn:
        """Asked before the rules; whatever else is answered comes after its words."""
        self.warnings.append(handler)
        return handler

    def refusal(self, handler: OnAny) -> OnAny:
        """Asked before the rules: what is not taken here. It may end a conversation."""
        self.refusals.append(handler)
        return handler

    def rule(self, handler: OnAny) -> OnAny:
        """Asked about everything, whatever the conversation, which it leaves as it is."""
        self.rules.append(handler)
        return handler

    def command(self, *names: str) -> Callable[[OnMessage], OnMessage]:
        """`/phananh`, and the same word without the slash, spaced and with diacritics."""

        def register(handler: OnMessage) -> OnMessage:
            self.commands.update(dict.fromkeys(names, handler))
            return handler

        return register

    def action(
        self, name: str, *, standing: bool = False, takes: Takes = "anything"
    ) -> Callable[[OnPress], OnPress]:
        """A press on a button whose action is `name` or `name:argument`. Any other argument than
        it `takes` is answered as a menu that is gone, and never reaches the handler."""

        def register(handler: OnPress) -> OnPress:
            self.actions[name] = Action(handler, standing, takes)
            return handler

        return register

    def step(self, name: str) -> Callable[[OnMessage], OnMessage]:
        """A message while the conversation stands at `name`."""

        def register(handler: OnMessage) -> OnMessage:
            self.steps[name] = handler
            return handler

        return register


class Dispatcher:
    """All routers as one: finds the handler for an Incoming."""

    def __init__(
        self, routers: Sequence[Router], *, fallback: OnMessage, stale: OnAny, ask_first: AskFirst
    ) -> None:
        """`fallback`: messages nobody claims; `stale`: presses on a menu that is gone."""
        self._warnings = [warn for router in routers for warn in router.warnings]
        self._refusals = [refuse for router in routers for refuse in router.refusals]
        self._rules = [rule for router in routers for rule in router.rules]
        self._commands = _merge(router.commands for router in routers)
        self._actions = _merge(router.actions for router in routers)
        self._steps = _merge(router.steps for router in routers)
        self._fallback = fallback
        self._stale = stale
        self._ask_first = ask_first

    @property
    def commands(self) -> frozenset[str]:
        """Their names, folded and without spaces."""
        return frozenset(self._commands)

    async def dispatch(self, incoming: Incoming, context: Context) -> Outcome:
        warning = self._warning(incoming, context)
        if not warning:
            return await self._answer(incoming, context)
        awaited = isinstance(incoming, Message) and context.scene.step in self._steps
        return preceded(await self._answer(incoming, context) if awaited else None, warning)

    def warned(self, outcome: Outcome, incoming: Incoming, context: Context) -> Outcome:
        """The outcome, after the warning if there is one: for what answers instead of us."""
        warning = self._warning(incoming, context)
        return preceded(outcome, warning) if warning else outcome

    def _warning(self, incoming: Incoming, context: Context) -> str:
        warnings = (warn(incoming, context) for warn in self._warnings)
        return next((words for words in warnings if words), "")

    async def _answer(self, incoming: Incoming, context: Context) -> Outcome:
        for refuse in self._refusals:
            outcome = await refuse(incoming, context)
            if outcome is not None:
                return outcome
        for rule in self._rules:
            outcome = await rule(incoming, context)
            if outcome is not None:
                return interjected(outcome, context.scene)
        if isinstance(incoming, Press):
            return await self._press(incoming, context)
        if isinstance(incoming, Message) and incoming.addressed:
            return await self._message(incoming, context)
        return None

    async def _press(self, press: Press, context: Context) -> Outcome:
        name, _, argument = press.action.partition(":")
        current = press.menu == str(context.scene.menu_id)
        if name == LEAVE and current:
            return await self._anew(press, context)
        action = self._action(name, argument)
        if action is None or not (action.standing or current):
            return await self._stale(press, context)
        outcome = await action.handler(press, context, argument)
        if current:
            return outcome
        if moves(outcome, context.scene):
            return self._ask_first(context, press.action)
        return interjected(outcome, context.scene)

    async def _anew(self, press: Press, context: Context) -> Outcome:
        """What was wished for, the unfinished answers given up."""
        wish = context.scene.keep.get(WISH, "")
        name, _, argument = wish.partition(":")
        free = replace(context, scene=replace(context.scene, step="", keep={}, free_text=False))
        if wish.startswith("/"):
            outcome = await self._answer(Message(press.chat, press.sender, wish), free)
        elif action := self._action(name, argument):
            outcome = await action.handler(press, free, argument)
        else:
            return await self._stale(press, context)
        return given_up(outcome, context.scene)

    def _action(self, name: str, argument: str) -> Action | None:
        action = self._actions.get(name)
        return action if action and action.fits(argument) else None

    async def _message(self, message: Message, context: Context) -> Outcome:
        command, rest = self._command(message.text, slashed_only=context.scene.free_text)
        if command:
            return await self._begin(command, replace(message, text=rest), context)
        step = self._steps.get(context.scene.step)
        if step is not None:
            return await step(message, context)
        return await self._fallback(message, context)

    def _command(self, text: str, *, slashed_only: bool) -> tuple[str, str]:
        """The command's name, "" for none, and the words after it."""
        text = text.strip()
        rest = ""
        if text.startswith("/"):
            word, _, rest = text[1:].partition(" ")
            name = fold(word.partition("@")[0])
        elif slashed_only or len(text) > _LONGEST_COMMAND:
            return "", text
        else:
            name = fold(text).replace(" ", "")
        return (name, rest.strip()) if name in self._commands else ("", text)

    async def _begin(self, command: str, message: Message, context: Context) -> Outcome:
        """What the command begins; asked first, where that would push answers aside. Files are
        noted by an Effect, so whether it would is seen from the words alone."""
        handler = self._commands[command]
        outcome = await handler(replace(message, attachments=()), context)
        if moves(outcome, context.scene):
            reply = self._ask_first(context, f"/{command} {message.text}".strip())
            lost = message.attachments or message.location
            return replace(reply, lead=(context.words("start.send_again"),)) if lost else reply
        if message.attachments:
            outcome = await handler(message, context)
        return interjected(outcome, context.scene)


def _merge(tables: Iterable[dict[str, H]]) -> dict[str, H]:
    merged: dict[str, H] = {}
    for table in tables:
        clash = merged.keys() & table.keys()
        if clash:
            raise ValueError(f"two routers claim {', '.join(sorted(clash))}")
        merged.update(table)
    return merged
