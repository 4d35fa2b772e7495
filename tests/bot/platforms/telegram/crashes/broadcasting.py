"""Announcements of which every life dies at a moment of its own, and what came of each.

A `Station` speaks to `groups` groups, so that as many messages are on their way at once. Each life
begins with one more announcement, beside what the lives before it left. The verdict compares what
reached people, as Telegram recorded it, with what the database says of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

from sqlalchemy import Row, select
from sqlmodel import Session

from bot.clock import Clock
from db import announcements, communes, outbox, people
from db.announcements import Part
from db.communes import NewGroup, NewPerson, NewPlace, Settlement
from db.ledger import follow
from db.outbox import REPLY, Draft
from db.scene import Actor
from db.tables import Account, AnnouncementVersion, Chat, Delivery, Outbox, Place, table
from tests.blank import lay
from tests.bot.platforms.telegram.crashes.lives import BOT, Life, Paper, Witness
from tests.living import CONTENT
from tests.servers.telegram import Bot, Group, Person, TelegramServer

Told: TypeAlias = Row[Any]  # a row of the outbox, with its chat and version

account, chat, delivery = table(Account), table(Chat), table(Delivery)
message, place, version = table(Outbox), table(Place), table(AnnouncementVersion)

WORDS: Final = CONTENT.words("vi")
MARK: Final = WORDS("system.sent_again")


@dataclass
class Station:
    server: Witness
    token: str
    database: Paper
    author: Person
    groups: list[Group]
    deaths: list[str] = field(default_factory=list)  # by announcement: the moment of its life's
    most_in_flight: int = 0

    async def live(self, random: Random) -> None:
        """A life of one more announcement, which ends at any moment of what it has to do."""
        parts = random.randint(1, 1 if len(self.groups) > 9 else 3)
        await self.database.write(self._announce, random.random() < 0.3, parts)
        self.deaths.append(await self._live(random.randint(1, 20 + 6 * parts * len(self.groups))))

    async def finish(self) -> None:
        """A life that does what the others left, to the end."""
        await self._live(0)

    async def _live(self, last: int) -> str:
        """The moment of its death, "" if it came to rest."""
        life = Life.speaking(self.database, self.server, self.token, last)
        try:
            died = not await life.rests()
        finally:
            await life.end()
        self.most_in_flight = max(self.most_in_flight, life.platform.most_in_flight)
        return life.fate.moments[-1] if died else ""

    def _announce(self, session: Session, urgent: bool, parts: int) -> None:
        announce(session, self.author.id, "xa", len(self.deaths) + 1, urgent, parts)

    async def wrong(self) -> list[str]:
        """See `wrong`."""
        return list(wrong(await self.database.read(told), self.server, self.token, self.deaths))


def announce(
    session: Session, author: int, slug: str, number: int, urgent: bool, parts: int = 1
) -> None:
    """The database's announcement of that number, to the residents there, with a status message
    to its author. Its messages are "#3.1", "#3.2" …"""
    actor, body = _acting(session, author), f"Họp thôn #{number}"
    here = list(session.execute(select(place.c.id).where(place.c.slug == slug)).scalars())
    progress = announcements.release(
        session,
        actor,
        body=body,
        parts={"telegram": [Part(f"{body}.{n}") for n in range(1, parts + 1)]},
        media=(),
        places=here,
        segments=("residents",),
        urgent=urgent,
        shown=announcements.digest(body, (), here, ("residents",), urgent),
    )
    assert progress.version_id == number
    status = Draft(actor.bot_id, actor.chat_id, "reply", REPLY, "Đang gửi.", actor.now)
    follow(session, number, outbox.put(session, [status])[0])


def _acting(session: Session, author: int) -> Actor:
    now, name = Clock().now(), str(author)
    person, number = session.execute(
        select(account.c.person_id, account.c.id).where(account.c.external_id == name)
    ).one()
    home = session.execute(select(chat.c.id).where(chat.c.external_id == name)).scalar_one()
    return Actor(person, number, home, BOT, now, grants=people.grants(session, person, now))


def wrong(
    rows: Sequence[Told], server: TelegramServer, token: str, deaths: Sequence[str] = ()
) -> Iterator[str]:
    """What was lost without a flag, doubled, stuck or not told; nothing of it may be. `deaths`:
    how the life ended in which each announcement began."""
    came = defaultdict(list)
    for sent in server.sent:
        came[sent.chat, sent.key].append(sent.text)
    parts = [row for row in rows if row.version]
    for row in parts:
        death = deaths[row.version - 1] if deaths else ""
        for what in _wrong_part(row, came.pop((int(row.external), _key(row)), [])):
            yield f"{row.body} in {row.external} (a life that ended at “{death}”): {what}"
    yield from (f"{place} came from nowhere" for place in came if place[1].startswith("#"))
    words = [row for row in rows if not row.version]
    yield from _wrong_reports(parts, words)
    yield from _wrong_words(words, server.bots[token])


def told(session: Session) -> list[Told]:
    """Every message there was, and edits."""
    query = (
        select(
            message.c.id,
            message.c.kind,
            message.c.state,
            message.c.body,
            message.c.doubts,
            message.c.code,
            message.c.external_id,
            chat.c.external_id.label("external"),
            version.c.id.label("version"),
            version.c.urgent,
        )
        .join(chat, chat.c.id == message.c.chat_id)
        .outerjoin(delivery, delivery.c.id == message.c.delivery_id)
        .outerjoin(version, version.c.id == delivery.c.version_id)
        .order_by(message.c.id)
    )
    return list(session.execute(query))


def _wrong_words(words: list[Told], bot: Bot) -> Iterator[str]:
    """What was said in private: every message at most twice, and in the end as its row says.
    Which copy is whose cannot be told, so they are counted together."""
    messages = [row for row in words if row.kind == "message"]
    for row in words:
        if row.state in ("queued", "sending"):
            yield f"outbox {row.id} is stuck, {row.state}"
    for chat_id in {row.external for row in messages}:
        shown = bot.private[int(chat_id)].messages.items()
        reads = {str(number): one for number, one in shown if one["from"]["is_bot"]}
        here = [row for row in messages if row.external == chat_id]
        known = [row for row in here if row.state == "sent"]
        for row in known:
            if row.external_id not in reads:
                yield f"outbox {row.id} counts as sent, and never came"
            elif row.body != reads[row.external_id].get("text", ""):
                yield f"outbox {row.id} does not read as it should"
        doubtful = sum(row.doubts + (row.state == "uncertain") for row in here)
        if len(reads) > len(known) + doubtful:
            yield f"{len(reads)} messages came of {len(known)}, {doubtful} being in doubt"


def _key(row: Told) -> str:
    return str(row.body.rpartition(" ")[2])


def _wrong_part(row: Told, came: list[str]) -> Iterator[str]:
    if row.state not in ("sent", "uncertain"):
        yield f"is stuck, {row.state}"
    if row.state == "sent" and not came:
        yield "counts as sent, and never came"
    if len(came) > (2 if row.urgent else 1):
        yield f"came {len(came)} times"
    if any(not text.endswith(MARK) for text in came[1:]):
        yield "came again without the mark"


def _wrong_reports(parts: list[Told], words: list[Told]) -> Iterator[str]:
    """Each announcement is reported once, with as many groups in doubt as there are."""
    doubtful: dict[int, set[str]] = {row.version: set() for row in parts}
    for row in parts:
        if row.state == "uncertain":
            doubtful[row.version].add(row.external)
    reports = defaultdict(list)
    for row in words:
        reports[row.code].append(row.body)
    for number, groups in doubtful.items():
        said = reports[f"TB-{number}"]
        if len(said) != 1:
            yield f"#{number} was reported {len(said)} times"
        elif groups and _in_doubt(len(groups)) not in said[0]:
            yield f"#{number} is in doubt in {len(groups)} groups, and its author does not know"


def _in_doubt(count: int) -> str:
    return WORDS("announcements.not_reached_uncertain", count=count)


@asynccontextmanager
async def station(folder: Path, groups: int) -> AsyncIterator[Station]:
    database = Paper.open(lay(f"sqlite:///{folder / 'loalang.db'}"))
    assert isinstance(database, Paper)
    try:
        async with Witness(pace=None, key=r"#\d+\.\d+") as server:
            token = server.bot()
            author = server.person("Trần Thị Mẫu")
            author.received(token)  # their chat with the bot has begun
            places = [server.group(f"Nhóm {n}", [token], told=False) for n in range(groups)]
            await database.write(_found, author, places)
            yield Station(server, token, database, author, places)
    finally:
        await database.close()


def _found(session: Session, author: Person, groups: list[Group]) -> None:
    commune = Settlement(
        places=[NewPlace("xa", "Xã Mẫu", "commune", "")],
        bots=[("xa", "telegram", "xa")],
        groups=[NewGroup("xa", str(one.id), f"Nhóm {one.id}", "xa", "residents") for one in groups],
        people=[NewPerson("xa", "telegram", str(author.id), "Trần Thị Mẫu", "xa", "approver")],
    )
    communes.settle(session, commune, Clock().now())
