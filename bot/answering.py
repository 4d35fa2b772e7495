"""One update, from its bytes to its one transaction: understood, decided, written.

The effect, the conversation, the replies and "done" are written together, or nothing. No
transaction is open while a handler runs.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from sqlmodel import Session

from bot.albums import AlbumComing, belongs, joined
from bot.choices import choose
from bot.clock import Clock
from bot.composer import Composer
from bot.logs import Seldom, where
from bot.platforms.base import NotUnderstood, Platform, RawUpdate
from bot.scheduler import slots
from bot.spoken import Spoken
from content.words import Words
from db import conversations, inbox, people
from db.conversations import Conflict
from db.engine import Database, DatabaseError
from db.inbox import AlreadyDone, Waiting
from db.permissions import NotAllowed
from db.scene import Actor, Scene
from handlers.interjection import FREE
from handlers.messages import Effect, Incoming, Message, Outcome, Press, Reply
from handlers.router import Context, Dispatcher

log = logging.getLogger(__name__)

FEWEST_WORDS: Final = 3  # of a message that may change the language spoken with a person


Updates: TypeAlias = tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """An update (an album: its updates), what was understood of it, and what will be said."""

    updates: Updates
    incoming: Incoming
    scene: Scene
    words: Words
    outcome: Outcome
    pressed: bool = False  # a button of the platform's, not a choice in words
    aside: str = ""  # the class of the error that sets it aside; else it is done


class Answering:
    """One bot's updates, one at a time for each chat; see `Intake` for the order."""

    def __init__(
        self,
        bot_id: int,
        platform: Platform,
        database: Database,
        dispatcher: Dispatcher,
        composer: Composer,
        clock: Clock,
        platforms: Mapping[int, Platform] | None = None,
    ) -> None:
        """`platforms`: all at work, by the ids of their bots."""
        self._bot_id = bot_id
        self._platforms = platforms or {bot_id: platform}
        self._platform = platform
        self._database = database
        self._dispatcher = dispatcher
        self._composer = composer
        self._clock = clock
        self._strange, self._broken = Seldom(log), Seldom(log)
        self._spoken = Spoken(composer.content, dispatcher.commands)

    async def handle(self, update: Waiting, following: AsyncIterator[Waiting] | None = None) -> int:
        """Settle one update, whatever it is. `following`: what waits behind it in its chat, once
        the rest of an album has had time to come; how many of those were settled with it.
        Raises AlbumComing, AlreadyDone, DatabaseError."""
        try:
            incoming = await self._understood(update)
        except Exception as error:  # it would fail again: understanding asks nobody
            told = error if isinstance(error, NotUnderstood) else where(error)
            line = "update %d set aside: not understood: %s"
            self._strange.log(logging.WARNING, line, update.id, told)
            await self._database.write(inbox.set_aside, update.id, type(error).__name__)
            return 0
        if incoming is None:
            await self._database.write(inbox.finish, update.id, self._clock.now())
            return 0
        updates: Updates = (update,)
        if isinstance(incoming, Message) and incoming.album:
            if following is None:
                raise AlbumComing
            updates, incoming = await self._album(update, incoming, following)
        await self._settled(updates, incoming)
        return len(updates) - 1

    async def _album(
        self, first: Waiting, album: Message, following: AsyncIterator[Waiting]
    ) -> tuple[tuple[Waiting, ...], Message]:
        """All that has come of it, as one message."""
        updates = [first]
        async for update in following:
            with suppress(Exception):  # its own turn will tell
                piece = await self._understood(update)
                if isinstance(piece, Message) and belongs(piece, album):
                    updates.append(update)
                    album = joined(album, piece)
                    continue
            break
        return tuple(updates), album

    async def _understood(self, update: Waiting) -> Incoming | None:
        raw = RawUpdate(update.key, update.lane, update.body)
        return await self._platform.understand(raw)

    async def _settled(self, updates: Updates, incoming: Incoming) -> None:
        try:
            await self._answer(updates, incoming)
        except (AlreadyDone, DatabaseError):
            raise
        except Exception as error:
            self._broken.log(logging.ERROR, "update %d failed: %s", updates[0].id, where(error))
            await self._failed(updates, incoming, type(error).__name__)

    async def _answer(self, updates: Updates, incoming: Incoming) -> None:
        """Read, decide, write; again from the start when the conversation moved meanwhile."""
        while True:
            heard = await self._hear(updates, incoming)
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

    async def _hear(self, updates: Updates, incoming: Incoming) -> Heard:
        pressed = isinstance(incoming, Press)
        scene = await self._scene(updates[0], incoming)
        incoming = await choose(incoming, scene, self._database, self._spoken)
        words = self._words(incoming, scene)
        outcome = await self._dispatcher.dispatch(incoming, self._context(scene, words))
        return Heard(updates, incoming, scene, words, outcome, pressed)

    def _context(self, scene: Scene, words: Words) -> Context:
        composer = self._composer
        read = self._database.read
        platform = self._platform
        return Context(
            scene,
            words,
            composer.content,
            read,
            composer.split,
            slots,
            files=platform.limits.files,
            photos=platform.name not in composer.blind,
            edits=platform.limits.buttons and platform.limits.edits,
            mention=platform.mention,
            mentions={bot_id: one.mention for bot_id, one in self._platforms.items()},
            link=platform.link,
            plans=composer.plans,
            blind=composer.blind,
        )

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
        an answer inside a conversation that has begun."""
        language = scene.language or "vi"
        if isinstance(incoming, Message) and incoming.addressed and scene.step in FREE:
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
            log.error("no warning was said: %s", where(error))
            return outcome

    async def _failed(self, updates: Updates, incoming: Incoming, error: str) -> None:
        """Count the failure; try again, or set it aside and tell the person."""
        first = updates[0].id
        while not await self._database.write(inbox.fail, first, error):
            try:
                await self._answer(updates, incoming)
                return
            except (AlreadyDone, DatabaseError):
                raise
            except Exception as again:
                error = type(again).__name__
                self._broken.log(logging.ERROR, "update %d failed again: %s", first, where(again))
        try:
            await self._apologize(updates, incoming, error)
        except (AlreadyDone, DatabaseError):
            raise
        except Exception as again:
            log.error("update %d set aside without a word: %s", first, where(again))
            for update in updates:
                keep = _spoken_to_us(incoming)
                await self._database.write(inbox.set_aside, update.id, error, keep)

    async def _apologize(self, updates: Updates, incoming: Incoming, error: str) -> None:
        """Set the update aside and tell the person, if they spoke to us."""
        scene = await self._scene(updates[0], incoming)
        words = self._words(incoming, scene)
        sorry = Reply(words("start.failed"), stay=True) if _spoken_to_us(incoming) else None
        said = self._warned(sorry, incoming, scene, words)
        heard = Heard(updates, incoming, scene, words, said, aside=error)
        await self._database.write(self._settle, heard)

    def _settle(self, session: Session, heard: Heard) -> None:
        """The one transaction of an update. Runs off the event loop."""
        for update in heard.updates:
            if heard.aside:
                keep = _spoken_to_us(heard.incoming)
                inbox.set_aside(session, update.id, heard.aside, keep)
            else:
                inbox.finish(session, update.id, heard.scene.actor.now)
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
        if not sender.id:  # something happened, and nobody can be named who did it
            chat_id = people.know_chat(session, self._bot_id, chat.id, chat.kind, chat.title)
            return replace(scene.actor, chat_id=chat_id)
        known = scene.actor.chat_id and scene.actor.account_id
        if known and (not scene.private or scene.home_chat_id == scene.actor.chat_id):
            if chat.title and chat.title != scene.chat_title:
                people.rename_chat(session, scene.actor.chat_id, chat.title)
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


def _spoken_to_us(incoming: Incoming) -> bool:
    """Of what a group talks among itself nothing is kept."""
    return not isinstance(incoming, Message) or incoming.addressed


def _chosen(heard: Heard) -> str:
    """The label of the button just pressed, if it is one of the menu on offer."""
    press, scene = heard.incoming, heard.scene
    if not (heard.pressed and isinstance(press, Press) and press.menu == str(scene.menu_id)):
        return ""
    return scene.buttons[press.index][0] if 0 <= press.index < len(scene.buttons) else ""
