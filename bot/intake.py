"""What comes in: kept before it is acknowledged, then handled once, each chat in order.

One update is one transaction: the effect, the conversation, the replies and "done" together,
or nothing. No transaction is open while a handler runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from sqlmodel import Session

from bot.choices import choose
from bot.clock import Clock
from bot.composer import Composer
from bot.platforms.base import NotUnderstood, Platform, RawUpdate
from content.folding import fold
from content.loader import Content
from content.words import LANGUAGES, Words
from db import conversations, inbox, people
from db.conversations import Conflict
from db.engine import Database, DatabaseError
from db.inbox import AlreadyDone, Waiting
from db.permissions import NotAllowed
from db.scene import Actor, Scene
from handlers.messages import Effect, Incoming, Message, Outcome, Press, Reply
from handlers.router import Context, Dispatcher

T = TypeVar("T")

log = logging.getLogger(__name__)

SIDE_BY_SIDE: Final = 16  # lanes handled at once
BODIES_IN_MEMORY: Final = 200  # of updates waiting for their turn; others are read back
FIRST_PAUSE: Final = 0.5  # seconds between tries while the database cannot save, doubled …
FEWEST_WORDS: Final = 3  # of a message that may change the language spoken with a person
LONGEST_PAUSE: Final = 30.0  # … up to this


@dataclass(frozen=True, slots=True)
class Heard:
    """An update, what was understood of it, and what will be said to it."""

    update: Waiting
    incoming: Incoming
    scene: Scene
    words: Words
    outcome: Outcome
    pressed: bool = False  # a button of the platform's, not a choice in words
    aside: str = ""  # the class of the error that sets it aside; else it is done


class Intake:
    """One bot's inbox: `run` receives and handles until cancelled."""

    def __init__(
        self,
        bot_id: int,
        platform: Platform,
        database: Database,
        dispatcher: Dispatcher,
        composer: Composer,
        clock: Clock,
    ) -> None:
        self._bot_id = bot_id
        self._platform = platform
        self._database = database
        self._dispatcher = dispatcher
        self._composer = composer
        self._clock = clock
        self._lanes: dict[str, deque[tuple[int, Waiting | None]]] = {}
        self._cancelling = cancelling(composer.content)
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._bodies = 0
        self._entered: set[int] = set()  # inbox ids in the lanes

    async def run(self) -> None:
        """Resume what an earlier stop left, then receive and handle."""
        async with asyncio.TaskGroup() as self._tasks:
            resumed = await self._persist(lambda session, _: inbox.resume(session, self._bot_id))
            for inbox_id in resumed.aside:
                log.error(
                    "update %d set aside: it was in hand at too many stops; look at it by hand",
                    inbox_id,
                )
            for received in resumed.waiting:
                self._enter(received.id, received.lane, None)
            await self._platform.receive(self.store)

    async def store(self, updates: Sequence[RawUpdate]) -> None:
        """Keep the updates; once this returns they may be acknowledged."""
        triples = [(update.key, update.lane, update.body) for update in updates]
        now = self._clock.now()
        kept = await self._persist(
            lambda session, again: inbox.receive(session, self._bot_id, triples, now, again)
        )
        bodies = {update.key: update.body for update in reversed(updates)}  # the first of each
        for row in kept:
            if row.id in self._entered:
                continue
            waiting = None
            if self._bodies < BODIES_IN_MEMORY:
                self._bodies += 1
                waiting = Waiting(row.id, row.key, row.lane, bodies[row.key])
            self._enter(row.id, row.lane, waiting)

    async def _persist(self, verb: Callable[[Session, bool], T]) -> T:
        """The verb's result, however long the database cannot save. The verb is told whether it
        was tried before: that may have been saved after all."""
        again, pause = False, 0.0
        while True:
            try:
                return await self._database.write(verb, again)
            except DatabaseError as error:
                log.error("what comes in waits: %s", error)
                again, pause = True, _longer(pause)
                await asyncio.sleep(pause)

    def _enter(self, inbox_id: int, lane: str, waiting: Waiting | None) -> None:
        queue = self._lanes.get(lane)
        if queue is None:
            queue = self._lanes[lane] = deque()
            self._tasks.create_task(self._work(lane, queue))
        self._entered.add(inbox_id)
        queue.append((inbox_id, waiting))

    async def _work(self, lane: str, queue: deque[tuple[int, Waiting | None]]) -> None:
        """One lane, in order; it ends when nothing waits. Pauses hold no slot."""
        while queue:
            inbox_id, waiting = queue[0]
            pause = 0.0
            while (next_pause := await self._try(inbox_id, waiting, pause)) is not None:
                pause = next_pause
                await asyncio.sleep(pause)
            if waiting is not None:
                self._bodies -= 1
            queue.popleft()
            self._entered.discard(inbox_id)
        del self._lanes[lane]

    async def _try(self, inbox_id: int, waiting: Waiting | None, pause: float) -> float | None:
        """Handle one update. None: it is settled; else the seconds to wait before trying again."""
        async with self._slots:
            try:
                update = waiting or await self._database.read(inbox.load, inbox_id)
                if update is not None:
                    await self._handle(update)
                return None
            except AlreadyDone:
                return None
            except DatabaseError as error:
                log.error("update %d waits: %s", inbox_id, error)
                return _longer(pause)

    async def _handle(self, update: Waiting) -> None:
        try:
            incoming = await self._platform.understand(
                RawUpdate(update.key, update.lane, update.body)
            )
        except Exception as error:  # it would fail again: understanding asks nobody
            told = error if isinstance(error, NotUnderstood) else _where(error)
            log.warning("update %d set aside: not understood: %s", update.id, told)
            await self._database.write(inbox.set_aside, update.id, type(error).__name__)
            return
        if incoming is None:
            await self._database.write(inbox.finish, update.id, self._clock.now())
            return
        try:
            await self._answer(update, incoming)
        except (AlreadyDone, DatabaseError):
            raise
        except Exception as error:
            log.error("update %d failed: %s", update.id, _where(error))
            await self._failed(update, incoming, type(error).__name__)

    async def _answer(self, update: Waiting, incoming: Incoming) -> None:
        """Read, decide, write; again from the start when the conversation moved meanwhile."""
        while True:
            heard = await self._hear(update, incoming)
            try:
                await self._database.write(self._settle, heard)
                return
            except Conflict:
                continue
            except Exception as error:
                refusal = self._refusal(heard, error)
                if refusal is None:
                    raise
            try:
                await self._database.write(self._settle, replace(heard, outcome=refusal))
                return
            except Conflict:
                continue

    async def _hear(self, update: Waiting, incoming: Incoming) -> Heard:
        pressed = isinstance(incoming, Press)
        scene = await self._scene(update, incoming)
        incoming = await choose(incoming, scene, self._database, self._cancelling)
        words = self._words(incoming, scene)
        outcome = await self._dispatcher.dispatch(incoming, self._context(scene, words))
        return Heard(update, incoming, scene, words, outcome, pressed)

    def _context(self, scene: Scene, words: Words) -> Context:
        composer = self._composer
        return Context(scene, words, composer.content, self._database.read, composer.split)

    async def _scene(self, update: Waiting, incoming: Incoming) -> Scene:
        return await self._database.read(
            conversations.load,
            bot_id=self._bot_id,
            platform=self._platform.name,
            chat_id=incoming.chat.id,
            chat_kind=incoming.chat.kind,
            account_id=incoming.sender.id,
            now=self._clock.now(),
            inbox_id=update.id,
        )

    def _words(self, incoming: Incoming, scene: Scene) -> Words:
        """In the language of the message, or of the person: an "ok" changes nothing, nor does
        an answer inside a conversation."""
        language = scene.language or "vi"
        if isinstance(incoming, Message) and incoming.addressed and not scene.step:
            telling = scene.language is None or len(incoming.text.split()) >= FEWEST_WORDS
            if telling:
                language = self._composer.content.languages.detect(incoming.text, language)
        return self._composer.content.words(language)

    def _refusal(self, heard: Heard, error: Exception) -> Outcome:
        """The words for a verb that said no; None: it did not say no, it broke."""
        if not isinstance(heard.outcome, Effect):
            return None
        for kind, reply in heard.outcome.refusals.items():
            if isinstance(error, kind):
                return reply
        if isinstance(error, NotAllowed):
            reply = Reply(heard.words("start.not_allowed"), stay=True)
            return self._warned(reply, heard.incoming, heard.scene, heard.words)
        return None

    def _warned(self, outcome: Outcome, incoming: Incoming, scene: Scene, words: Words) -> Outcome:
        """The outcome, after the emergency number if there is danger."""
        try:
            return self._dispatcher.warned(outcome, incoming, self._context(scene, words))
        except Exception as error:  # perhaps the very mistake that is to be excused
            log.error("no warning was said: %s", _where(error))
            return outcome

    async def _failed(self, update: Waiting, incoming: Incoming, error: str) -> None:
        """Count the failure; try again, or set it aside and tell the person."""
        while not await self._database.write(inbox.fail, update.id, error):
            try:
                await self._answer(update, incoming)
                return
            except (AlreadyDone, DatabaseError):
                raise
            except Exception as again:
                error = type(again).__name__
                log.error("update %d failed again: %s", update.id, _where(again))
        try:
            await self._apologize(update, incoming, error)
        except (AlreadyDone, DatabaseError):
            raise
        except Exception as again:
            log.error("update %d set aside without a word: %s", update.id, _where(again))
            await self._database.write(inbox.set_aside, update.id, error)

    async def _apologize(self, update: Waiting, incoming: Incoming, error: str) -> None:
        """Set the update aside and tell the person, if they spoke to us."""
        scene = await self._scene(update, incoming)
        words = self._words(incoming, scene)
        speak = not isinstance(incoming, Message) or incoming.addressed
        sorry = Reply(words("start.failed"), stay=True) if speak else None
        said = self._warned(sorry, incoming, scene, words)
        heard = Heard(update, incoming, scene, words, said, aside=error)
        await self._database.write(self._settle, heard)

    def _settle(self, session: Session, heard: Heard) -> None:
        """The one transaction of an update. Runs off the event loop."""
        if heard.aside:
            inbox.set_aside(session, heard.update.id, heard.aside)
        else:
            inbox.finish(session, heard.update.id, heard.scene.actor.now)
        outcome = heard.outcome
        if outcome is None:
            return
        actor = self._actor(session, heard)
        if heard.scene.language != heard.words.language:
            people.speak(session, actor, language=heard.words.language)
        if isinstance(outcome, Effect):
            actor = replace(actor, grants=people.grants(session, actor.person_id, actor.now))
            reply = outcome.say(outcome.verb(session, actor, **outcome.arguments))
        else:
            reply = outcome
        chosen = _chosen(heard)
        self._composer.reply(
            session, actor, self._platform.name, heard.scene, reply, heard.words, chosen
        )

    def _actor(self, session: Session, heard: Heard) -> Actor:
        """Who acts, with ids of our own: chat, account and person are met here if need be."""
        scene, chat, sender = heard.scene, heard.incoming.chat, heard.incoming.sender
        known = scene.actor.chat_id and scene.actor.account_id
        if known and (not scene.private or scene.home_chat_id == scene.actor.chat_id):
            return scene.actor
        chat_id, account_id, person_id = people.meet(
            session,
            bot_id=self._bot_id,
            platform=self._platform.name,
            chat_id=chat.id,
            chat_kind=chat.kind,
            chat_title=chat.title,
            account_id=sender.id,
            name=sender.name,
            now=scene.actor.now,
        )
        return replace(scene.actor, chat_id=chat_id, account_id=account_id, person_id=person_id)


def cancelling(content: Content) -> frozenset[str]:
    """Words that give up, in every language we write."""
    said = (content.words(language)("common.cancel_words") for language in LANGUAGES)
    return frozenset(fold(word).strip() for words in said for word in words.split(","))


def _chosen(heard: Heard) -> str:
    """The label of the button just pressed, if it is one of the menu on offer."""
    press, scene = heard.incoming, heard.scene
    if not (heard.pressed and isinstance(press, Press) and press.menu == str(scene.menu_id)):
        return ""
    return scene.buttons[press.index][0] if 0 <= press.index < len(scene.buttons) else ""


def _longer(pause: float) -> float:
    return min(LONGEST_PAUSE, pause * 2 or FIRST_PAUSE)


def _where(error: Exception) -> str:
    """The error's class and the line it came from; never its words, which may quote people."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
