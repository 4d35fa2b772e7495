"""The program in a process of its own over a Zalo that keeps nothing, a village that talks to it
without end, and what is left.

All residents say the same reports, line by line, whether they are answered or not. What Zalo lost
they say again, as people do who get no answer: so each must get the same number of answers, and
each report must be there once.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session

from bot.app import opened
from bot.clock import Clock
from bot.founding import Names, commune_toml
from content.commune import load_commune
from content.loader import SHIPPED, load
from db import communes, inbox, outbox
from db.communes import NewPerson, NewPlace, Settlement
from db.engine import Database
from db.tables import Chat, Inbox, Outbox, Ticket, table
from tests.living import ROOT
from tests.patience import PATIENCE
from tests.servers.zalo import Habits, Person, ZaloServer
from tests.servers.zalo.events import identity
from tests.servers.zalo.world import Bot

arrived, chat, message, ticket = table(Inbox), table(Chat), table(Outbox), table(Ticket)

RATE: Final = 30.0  # messages a second, of everybody
RESIDENTS: Final = 20
INTO_THE_VOID: Final = 3  # messages said to a program that is dead
WILL: Final = "đồng ý"  # asked for before somebody's first report
PROGRAM: Final = "tests.bot.platforms.zalo.crashes.serving"
SETTINGS: Final = """
data = "{folder}/du-lieu"
content = "{folder}/noi-dung"
[web]
port = 0
[zalo]
base_url = "{base_url}"
monthly = 1000000
[[bots]]
name = "xa"
platform = "zalo"
place = "{seat}"
token_file = "token.txt"
display = "Bot Loa Làng"
"""


class Line(NamedTuple):
    """What somebody said. `id`: of the message."""

    person: Person
    text: str
    id: str


@dataclass
class Crowd:
    """The residents, each with what is left to say. They speak while it is `awake`."""

    token: str
    left: dict[Person, list[str]]
    random: Random
    said: list[Line] = field(default_factory=list)  # in this life
    awake: bool = False

    def run(self) -> None:
        """Somebody, now; and so on."""
        if self.awake and self.left:
            self.speak()
        pause = self.random.expovariate(RATE)
        asyncio.get_running_loop().call_later(pause, self.run)

    def speak(self) -> None:
        if not self.left:
            return
        person = self.random.choice(list(self.left))
        text = self.left[person].pop(0)
        event = person.say(self.token, text)
        self.said.append(Line(person, text, identity(event)))
        if not self.left[person]:
            del self.left[person]

    def repeat(self, lines: Sequence[Line]) -> None:
        """These were lost: they come first."""
        for line in reversed(lines):
            self.left.setdefault(line.person, []).insert(0, line.text)


@dataclass
class Losses:
    """`in_flight`: handed out, and not kept; `unheard`: said while nobody polled."""

    in_flight: int = 0
    unheard: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Town:
    folder: Path
    server: ZaloServer
    bot: Bot
    crowd: Crowd
    database: Database  # the test's own way to the file
    residents: Sequence[Person]
    matters: list[str]
    lines: int  # that each has to say
    losses: Losses = field(default_factory=Losses)
    process: Process | None = None  # the one that runs, or ran last

    async def start(self) -> None:
        """Until it polls."""
        command = [sys.executable, "-m", PROGRAM, str(self.folder / "config.toml")]
        with (self.folder / "errors.txt").open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, stdout=DEVNULL, stderr=errors
            )
        await self.server.until(lambda: self.bot.ears.polls, PATIENCE)
        self.crowd.said.clear()
        self.crowd.awake = True

    async def kill(self) -> None:
        """People talk on until it is dead, and a little longer."""
        assert self.process
        assert self.process.returncode is None, "it has ended by itself"
        handed = len(self.bot.ears.handed)
        self.process.kill()
        await self.process.wait()
        await self.server.until(lambda: not self.server.connections, PATIENCE)
        self.crowd.awake = False
        self.bot.ears.forsake()
        for _ in range(INTO_THE_VOID):
            self.crowd.speak()
        assert len(self.bot.ears.handed) <= handed + 1
        await self._count()

    async def _count(self) -> None:
        """What of this life is lost, by whom: it will be said again."""
        kept = await self.database.read(_kept)
        missing = [line for line in self.crowd.said if line.id not in kept]
        handed = [identity(event) for event in self.bot.ears.handed]
        spoken = {line.id for line in self.crowd.said}
        life = [id for id in handed if id in spoken]
        in_flight = [line.id for line in missing if line.id in life]
        if in_flight not in ([], life[-1:]):
            self.losses.wrong.append(f"{len(in_flight)} of {len(life)} handed out are not kept")
        unheard = {identity(event) for event in self.bot.ears.lost}
        if lost := [line for line in missing if line.id not in {*in_flight, *unheard}]:
            self.losses.wrong.append(f"nobody knows what became of {len(lost)}")
        self.losses.in_flight += len(in_flight)
        self.losses.unheard += len(missing) - len(in_flight)
        self.crowd.repeat(missing)

    async def heard(self, count: int) -> None:
        """So many more events handed out, or all there are."""
        enough = len(self.bot.ears.handed) + count
        await self.server.until(
            lambda: len(self.bot.ears.handed) >= enough or not self.crowd.left, PATIENCE
        )

    async def answered(self, count: int) -> None:
        """So many more answers."""
        enough = len(self.server.sent) + count
        await self.server.until(
            lambda: len(self.server.sent) >= enough or not self.crowd.left, PATIENCE
        )

    async def finish(self) -> None:
        """Until everything has been said, done and settled; then it is told to stop."""
        await self.server.until(
            lambda: not self.crowd.left and not self.server.waiting and self.bot.ears.polls,
            PATIENCE,
        )
        async with asyncio.timeout(PATIENCE):
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
        return [*self.losses.wrong, *await self.database.read(self._wrong)]

    def _wrong(self, session: Session) -> list[str]:
        """Each report is there once, each update kept is done once, each line answered once."""
        return [*self._reports(session), *self._updates(session), *self._answers(session)]

    def _reports(self, session: Session) -> list[str]:
        kept = Counter(session.execute(select(ticket.c.what)).scalars())
        return [f"{what!r}: {kept[what]} reports" for what in self.matters if kept[what] != 1]

    def _updates(self, session: Session) -> list[str]:
        query = select(arrived.c.state, arrived.c.error, func.count())
        rows = session.execute(query.group_by(arrived.c.state, arrived.c.error)).all()
        wanted = [("done", None, self.lines * len(self.residents))]
        return [] if [tuple(row) for row in rows] == wanted else [f"updates: {rows}, not {wanted}"]

    def _answers(self, session: Session) -> list[str]:
        rows = session.execute(
            select(chat.c.external_id, func.count())
            .join(message, message.c.chat_id == chat.c.id)
            .where(message.c.origin == "reply", message.c.kind == "message")
            .group_by(chat.c.external_id)
        )
        counts = Counter(int(count) for _, count in rows)
        if counts == {self.lines: len(self.residents)}:
            return []
        return [f"{self.lines} lines were said by each; the answers: {dict(counts)}"]


def _kept(session: Session) -> set[str]:
    """The ids of messages that are safe."""
    keys = session.execute(select(arrived.c.key)).scalars()
    return {key.partition(":")[2] for key in keys}


def _left(session: Session) -> int:
    return inbox.waiting(session) + outbox.unsettled(session, Clock().now())


@asynccontextmanager
async def town(folder: Path, random: Random, reports: int) -> AsyncIterator[Town]:
    """Each resident has so many reports to tell."""
    own = folder / "noi-dung"
    own.mkdir()
    names = Names("Xã Mẫu", ("Thôn Đông", "Thôn Đoài"))
    (own / "commune.toml").write_text(commune_toml(names), encoding="utf-8")
    places = load_commune(own / "commune.toml").places
    (folder / "du-lieu").mkdir(mode=0o700)
    await load((SHIPPED, own), folder / "du-lieu").search.ready()  # learned long before
    async with ZaloServer(habits=Habits(grace=PATIENCE)) as server:
        token = server.bot()
        residents = [server.person(f"Người dân {n}") for n in range(RESIDENTS)]
        for person in residents:
            person.meet(token)
        _write(folder, server, token, places[0].slug)
        known = [NewPlace(p.slug, p.name, p.kind, p.parent) for p in places]
        people = [NewPerson("xa", "zalo", r.id, r.name, places[1].slug, "") for r in residents]
        settlement = Settlement(known, [("xa", "zalo", places[0].slug)], [], people)
        url = f"sqlite:///{folder / 'du-lieu' / 'loalang.db'}"
        async with opened(url, Clock()) as database:
            await database.write(communes.settle, settlement, Clock().now())
        matters = {
            person: [f"Đèn đường hỏng ở cột số {n}{k}" for k in range(reports)]
            for n, person in enumerate(residents, 10)
        }
        left = {person: _lines(told) for person, told in matters.items()}
        all_matters = [matter for told in matters.values() for matter in told]
        crowd, database = Crowd(token, left, random), Database.open(url)
        lines = len(left[residents[0]])
        place = Town(
            folder, server, server.bots[token], crowd, database, residents, all_matters, lines
        )
        crowd.run()
        try:
            yield place
        finally:
            if place.process and place.process.returncode is None:
                place.process.kill()
                await place.process.wait()
            await database.close()


def _write(folder: Path, server: ZaloServer, token: str, seat: str) -> None:
    """The settings and the token."""
    kept = folder / "token.txt"
    kept.touch(mode=0o600)
    kept.write_text(token)
    settings = SETTINGS.format(folder=folder, base_url=server.base_url, seat=seat)
    (folder / "config.toml").write_text(settings, encoding="utf-8")


def _lines(matters: list[str]) -> list[str]:
    reports = [("phản ánh", one, "Đầu ngõ cạnh giếng", "không có", "Gửi") for one in matters]
    lines = [line for report in reports for line in report]
    return [lines[0], WILL, *lines[1:]]
