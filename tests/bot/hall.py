"""The program's database without the program: the demo's commune is settled in it, and what a
part of the program has queued is read from the outbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlmodel import Session

from bot.app import opened
from bot.choices import choose
from bot.clock import Clock
from bot.composer import Composer
from bot.demo import BOTS, settlement_of
from bot.platforms.sandbox import LIMITS
from bot.spoken import Spoken
from content.commune import load_commune
from db import bots, communes, conversations
from db.engine import Database
from db.scene import Scene
from db.tables import Chat, Outbox, table
from handlers import dispatcher
from handlers.messages import Button, Incoming, Message, Notice, Press, Reply, Sender
from handlers.messages import Chat as Room
from tests.living import CONTENT, settings

COMMUNE = load_commune()
SPOKEN = Spoken(CONTENT, dispatcher().commands)
STYLE = {person.id: person.style for person in COMMUNE.people} | {
    group.id: group.style for group in COMMUNE.groups
}
chat, outbox = table(Chat), table(Outbox)


class Row(NamedTuple):
    """One message, or the edit of one, on its way to a chat."""

    id: int
    kind: str
    origin: str
    body: str
    labels: list[str]
    state: str
    held: bool
    code: str
    media_id: int | None
    ref: int | None


@dataclass(frozen=True, slots=True)
class Hall:
    database: Database
    composer: Composer
    clock: Clock
    bots: dict[str, int]  # by style

    async def scene(self, person: str, room: str = "") -> Scene:
        """Where the person stands in that chat: the private one if none is named."""
        style = STYLE[person]
        return await self.database.read(
            conversations.load,
            bot_id=self.bots[style],
            platform=f"sandbox-{style}",
            chat_id=room or person,
            chat_kind="group" if room else "private",
            account_id=person,
            now=self.clock.now(),
        )

    async def reply(self, person: str, reply: Reply, chosen: str = "") -> list[Row]:
        """The bot replies; what that queued."""
        before = {row.id for row in await self.rows(person)}
        scene = await self.scene(person)
        platform = f"sandbox-{STYLE[person]}"
        await self.database.write(
            lambda session: self.composer.reply(
                session, scene.actor, platform, scene, reply, CONTENT.words("vi"), chosen
            )
        )
        return [row for row in await self.rows(person) if row.id not in before]

    async def notice(self, notice: Notice) -> None:
        await self.database.write(self.composer.notice, self.clock.now(), notice)

    async def hears(self, person: str, text: str, room: str = "", **more: Any) -> Incoming:
        """What a message is taken for."""
        where = Room(room or person, "group" if room else "private")
        message = Message(where, Sender(person), text, **more)
        scene = await self.scene(person, room)
        return await choose(message, scene, self.database, SPOKEN)

    async def feels(self, person: str, menu: str, index: int, room: str = "") -> Press:
        """What a press is taken for."""
        where = Room(room or person, "group" if room else "private")
        press = Press(where, Sender(person), menu, index, action="invented")
        felt = await choose(press, await self.scene(person, room), self.database, SPOKEN)
        assert isinstance(felt, Press)
        return felt

    async def rows(self, room: str) -> list[Row]:
        return await self.database.read(_rows, self.bots[STYLE[room]], room)

    async def set_state(self, state: str, ids: Sequence[int]) -> None:
        """What the sender would write."""
        values = {"state": state, "external_id": "1"}
        await self.database.write(
            lambda session: session.execute(
                update(outbox).where(outbox.c.id.in_(ids)).values(**values)
            )
        )


@asynccontextmanager
async def hall(folder: Path) -> AsyncIterator[Hall]:
    clock = Clock()
    async with opened(settings(folder).url, clock) as database:
        await database.write(communes.settle, settlement_of(COMMUNE), clock.now())
        ids = await database.read(bots.named)
        composer = Composer(CONTENT, {f"sandbox-{style}": LIMITS[style] for style in LIMITS})
        yield Hall(database, composer, clock, {style: ids[name] for style, name in BOTS.items()})


def buttons(*labels: str) -> tuple[Button, ...]:
    """Each with an action of its own: "act:<number from 1>"."""
    return tuple(Button(label, f"act:{number}") for number, label in enumerate(labels, 1))


def _rows(session: Session, bot_id: int, room: str) -> list[Row]:
    found = session.execute(
        select(outbox)
        .join(chat, chat.c.id == outbox.c.chat_id)
        .where(chat.c.bot_id == bot_id, chat.c.external_id == room)
        .order_by(outbox.c.id)
    )
    return [
        Row(
            row.id,
            row.kind,
            row.origin,
            row.body,
            [label for label, _ in row.buttons],
            row.state,
            row.due_at is None,
            row.code,
            row.media_id,
            row.ref,
        )
        for row in found
    ]
