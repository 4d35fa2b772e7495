"""`loalang run` in a process of its own, a village that talks to it without end, and what is left.

All residents say the same: reports, line by line, whether they are answered or not, so that each
must have got the same number of answers. The clerk of another village announces; nobody else is
told of reports, since a cadre's one chat takes one message a second.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session

from bot.app import opened
from bot.clock import Clock
from bot.founding import Names, commune_toml
from content.commune import load_commune
from content.loader import SHIPPED, load
from db import communes, inbox, outbox
from db.communes import NewGroup, NewPerson, NewPlace, Settlement
from db.engine import Database
from db.tables import Chat, Outbox, Ticket, table
from tests.bot.hamlet import inbox_rows
from tests.bot.platforms.telegram.crashes.broadcasting import announce, told, wrong
from tests.living import ROOT
from tests.patience import PATIENCE
from tests.servers.telegram import Person, TelegramServer

chat, message, ticket = table(Chat), table(Outbox), table(Ticket)

RATE: Final = 30.0  # messages a second, of everybody
RESIDENTS: Final = 30
GROUPS: Final = 30
WILL: Final = "đồng ý"  # asked for before somebody's first report
SETTINGS: Final = """
data = "{folder}/du-lieu"
content = "{folder}/noi-dung"
[web]
port = 0
[telegram]
base_url = "{base_url}"
[[bots]]
name = "xa"
platform = "telegram"
place = "{seat}"
token_file = "token.txt"
"""


@dataclass
class Crowd:
    """The residents, each with what is left to say. They speak while `ears` are there."""

    token: str
    left: dict[Person, list[str]]
    random: Random
    said: int = 0
    ears: bool = False

    def speak(self) -> None:
        """Somebody, now; and so on."""
        if self.ears and self.left:
            person = self.random.choice(list(self.left))
            person.say(self.token, self.left[person].pop(0))
            self.said += 1
            if not self.left[person]:
                del self.left[person]
        if self.left:
            pause = self.random.expovariate(RATE)
            asyncio.get_running_loop().call_later(pause, self.speak)


@dataclass
class Town:
    folder: Path
    server: TelegramServer
    token: str
    crowd: Crowd
    database: Database  # the test's own way to the file
    residents: Sequence[Person]
    matters: list[str]
    process: Process | None = None  # the one that runs, or ran last

    async def start(self) -> None:
        """Until it asks for updates."""
        polls = self.server.records.calls["getUpdates"]
        settings = str(self.folder / "config.toml")
        command = [sys.executable, "-m", "bot.cli", "run", "--config", settings]
        with (self.folder / "errors.txt").open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, stdout=DEVNULL, stderr=errors
            )
        await self.server.until(lambda: self.server.records.calls["getUpdates"] > polls, PATIENCE)
        self.crowd.ears = True

    async def kill(self) -> None:
        self.crowd.ears = False
        assert self.process
        assert self.process.returncode is None, "it has ended by itself"
        self.process.kill()
        await self.process.wait()

    async def heard(self, count: int) -> None:
        """So many more words of the residents', or all there are."""
        enough = self.crowd.said + count
        await self.server.until(lambda: self.crowd.said >= enough or not self.crowd.left, PATIENCE)

    async def answered(self, count: int) -> None:
        """So many more answers to residents."""
        enough = self._answers() + count
        await self.server.until(lambda: self._answers() >= enough, PATIENCE)

    def _answers(self) -> int:
        ids = {person.id for person in self.residents}
        return sum(sent.chat in ids for sent in self.server.sent)

    async def finish(self) -> None:
        """Until everything has been said, done and settled; then it is told to stop."""
        await self.server.until(lambda: not self.crowd.left, PATIENCE)
        await self.server.idle(PATIENCE)
        async with asyncio.timeout(5 * PATIENCE):
            while await self.database.read(_left):
                with suppress(TimeoutError):
                    await self._sent(len(self.server.sent) + 1)
        assert self.process
        self.process.terminate()
        assert await self.process.wait() == 0

    async def _sent(self, count: int) -> None:
        """Raises TimeoutError: the last message has been sent, and is only to be settled."""
        await self.server.until(lambda: len(self.server.sent) >= count, 0.5)

    # --- the verdict

    async def wrong(self) -> list[str]:
        """What was lost, doubled or left lying; nothing of it may be."""
        return [
            *wrong(await self.database.read(told), self.server, self.token),
            *await self.database.read(self._wrong_reports),
            *await self.database.read(self._wrong_answers),
        ]

    def _wrong_reports(self, session: Session) -> list[str]:
        """Of what was told, each is one report; every update was kept, once, and is done."""
        kept = Counter(session.execute(select(ticket.c.what)).scalars())
        wrong = [f"{what!r}: {kept[what]} reports" for what in self.matters if kept[what] != 1]
        rows = inbox_rows(session)
        states = Counter((state, error) for _, state, error, _ in rows)
        if states != {("done", None): self.crowd.said}:
            wrong.append(f"{self.crowd.said} updates, of which {states}")
        return wrong

    def _wrong_answers(self, session: Session) -> list[str]:
        rows = session.execute(
            select(chat.c.external_id, func.count())
            .join(message, message.c.chat_id == chat.c.id)
            .where(message.c.origin == "reply", message.c.kind == "message")
            .where(chat.c.external_id.in_([str(person.id) for person in self.residents]))
            .group_by(chat.c.external_id)
        )
        counts = Counter(int(count) for _, count in rows)
        if len(counts) == 1 and counts.total() == len(self.residents):
            return []
        return [f"all said the same, and were answered so often (by person): {dict(counts)}"]


def _left(session: Session) -> int:
    return inbox.waiting(session) + outbox.unsettled(session, Clock().now())


@asynccontextmanager
async def town(folder: Path, random: Random, reports: int) -> AsyncIterator[Town]:
    """Each resident has so many reports to tell; three announcements are on their way."""
    own = folder / "noi-dung"
    own.mkdir()
    names = Names("Xã Mẫu", ("Thôn Đông", "Thôn Đoài"))
    (own / "commune.toml").write_text(commune_toml(names), encoding="utf-8")
    places = load_commune(own / "commune.toml").places
    seat, east, west = (one.slug for one in places)
    async with TelegramServer(pace=None, key=r"#\d+\.\d+") as server:
        token = server.bot()
        kept = folder / "token.txt"
        kept.touch(mode=0o600)
        kept.write_text(token)
        (folder / "config.toml").write_text(
            SETTINGS.format(folder=folder, base_url=server.base_url, seat=seat), encoding="utf-8"
        )
        clerk, residents = server.person("Trần Thị Mẫu"), _crowd(server, token)
        groups = [server.group(f"Nhóm {n}", [token], told=False) for n in range(GROUPS)]
        settlement = Settlement(
            places=[NewPlace(p.slug, p.name, p.kind, p.parent) for p in places],
            bots=[("xa", "telegram", seat)],
            groups=[NewGroup("xa", str(g.id), f"Nhóm {g.id}", west, "residents") for g in groups],
            people=[
                NewPerson("xa", "telegram", str(clerk.id), "Trần Thị Mẫu", west, "approver"),
                *(NewPerson("xa", "telegram", str(r.id), "Dân", east, "") for r in residents),
            ],
        )
        clerk.received(token)
        (folder / "du-lieu").mkdir(mode=0o700)
        await load((SHIPPED, own), folder / "du-lieu").search.ready()  # learned long before
        async with opened(f"sqlite:///{folder / 'du-lieu' / 'loalang.db'}", Clock()) as database:
            await database.write(communes.settle, settlement, Clock().now())
            for number, urgent in enumerate((False, True, False), 1):
                await database.write(announce, clerk.id, west, number, urgent)
        matters = {
            person: [f"Đèn đường hỏng ở cột số {n}{k}" for k in range(reports)]
            for n, person in enumerate(residents, 10)
        }
        left = {person: _lines(told) for person, told in matters.items()}
        database = Database.open(f"sqlite:///{folder / 'du-lieu' / 'loalang.db'}")
        crowd = Crowd(token, left, random)
        all_matters = [matter for told in matters.values() for matter in told]
        place = Town(folder, server, token, crowd, database, residents, all_matters)
        crowd.speak()
        try:
            yield place
        finally:
            if place.process and place.process.returncode is None:
                place.process.kill()
                await place.process.wait()
            await database.close()


def _lines(matters: list[str]) -> list[str]:
    reports = [("phản ánh", one, "Đầu ngõ cạnh giếng", "không có", "Gửi") for one in matters]
    lines = [line for report in reports for line in report]
    return [lines[0], WILL, *lines[1:]]


def _crowd(server: TelegramServer, token: str) -> list[Person]:
    residents = [server.person(f"Người dân {n}") for n in range(RESIDENTS)]
    for person in residents:
        person.received(token)  # their chats with the bot have begun
    return residents
