"""The invented village with the whole program at work in it, for a play: its people write and
press as in life, and what they hear is read from the village's own record."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from bot.config import Config
from bot.demo import Demo, open_demo
from bot.exports.command import Wish, export
from bot.platforms.entry import Entry, Villager
from content.commune import Group, load_commune
from content.loader import Content
from content.schedule import HERE
from content.words import Words
from db import announcements
from db.announcements import NoSuchVersion, Progress

ROOM: Final = 1_000_000  # bytes that the tour cannot do without
PATIENCE: Final = 60.0  # seconds until a program that does not come to rest has failed


class Unheard(Exception):
    """Something did not come that should have; the message names it."""


@dataclass(slots=True)
class Stage:
    """Names of people and of groups are ids; a person's private chat has their own."""

    demo: Demo
    config: Config
    people: Mapping[str, Villager]
    groups: Mapping[str, Group]
    known: dict[str, int] = field(default_factory=dict)  # the newest message read, by chat

    def now(self) -> datetime:
        """The village's time, as its people read it."""
        return self.demo.app.clock.now().astimezone(HERE)

    async def until(self, at: time, *, tomorrow: bool = False) -> None:
        """Turn the clock to this time of the village's day, and let what falls due happen; one
        that is over is now."""
        now = self.now()
        there = datetime.combine(now.date() + timedelta(days=tomorrow), at, HERE)
        await self.demo.advance(max(there - now, timedelta(0)), lambda: None)
        await self.quiet()

    async def quiet(self) -> None:
        if not await self.demo.idle(PATIENCE):
            if shutil.disk_usage(self.config.folder).free < ROOM:
                raise Unheard("the disk of the temporary folder is full: free some room")
            raise Unheard(f"the program did not come to rest within {PATIENCE:.0f} seconds")

    async def say(self, person: str, text: str) -> list[Entry]:
        """In private; what the bot said to it."""
        await self.heard(person)
        await self.demo.village.write(person, person, text)
        await self.quiet()
        return await self.heard(person)

    async def press(self, person: str, label: str) -> tuple[str, list[Entry]]:
        """Choose what begins with `label` from the newest menu that has it: by its button; where
        there are none by its number, or in words. What was typed, if anything; what the bot said
        to it. Raises Unheard."""
        for entry in reversed(await self.demo.village.messages(person, person)):
            for offered, callback in entry.buttons:
                if _is(label, offered):
                    await self.heard(person)
                    await self.demo.village.press(person, person, entry.id, callback)
                    await self.quiet()
                    return "", await self.heard(person)
            if typed := _typed(label, entry):
                return typed, await self.say(person, typed)
        raise Unheard(f"no menu offered “{label}”")

    async def heard(self, person: str, group: str = "") -> list[Entry]:
        """What the bot has said there since last asked."""
        chat = group or person
        entries = await self.demo.village.messages(person, chat, self.known.get(chat, 0))
        if entries:
            self.known[chat] = int(entries[-1].id)
        return [entry for entry in entries if entry.from_bot]

    async def ledger(self) -> list[Progress]:
        """Every version released so far, oldest first."""
        found: list[Progress] = []
        with suppress(NoSuchVersion):
            while True:
                read = self.demo.app.database.read
                found.append(await read(announcements.progress, len(found) + 1))
        return found

    async def export(self, name: str, kind: str, words: Words) -> tuple[Path, int]:
        """The reports in a table, as the command writes it, beside the village; how many rows."""
        target, now = self.config.folder / name, self.demo.app.clock.now()
        wish = Wish(kind, target)
        return target, await asyncio.to_thread(export, self.config.url, wish, words, now)


def _is(label: str, offered: str) -> bool:
    return offered.removeprefix("✓ ").startswith(label)


def _typed(label: str, entry: Entry) -> str:
    """What to write to choose it where there are no buttons; "" if it is not on offer."""
    *_, menu = entry.text.rpartition("\n\n")
    for line in menu.splitlines() if entry.from_bot else ():
        number, _, offered = line.partition(". ")
        if number.isdecimal() and _is(label, offered):
            return number
    return label if entry.from_bot and label in menu else ""


@asynccontextmanager
async def open_stage(folder: Path, content: Content) -> AsyncIterator[Stage]:
    """The village of the demo in `folder`, and the program running. Raises what
    `open_demo` does."""
    config = Config(data=str(folder))
    async with open_demo(config, content) as demo:
        demo = replace(demo, app=replace(demo.app, follow_every=0.1))
        running = asyncio.create_task(demo.app.run())
        try:
            people = await demo.village.people()
            groups = {group.id: group for group in load_commune().groups}
            yield Stage(demo, config, {person.id: person for person in people}, groups)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
