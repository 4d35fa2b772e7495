"""The invented commune on Zalo: the program as `run` serves it, over a Zalo on 127.0.0.1, spoken to
as people do.

    async with zalograph(tmp_path) as village:
        answer = await village.neighbour("Chị Cúc").says("lam giay khai sinh can gi")

All its people and groups are on Zalo, on the free plan: three groups for each bot. People know the
first of them, and staff have their roles. `on_telegram`: names of those who are there instead
(`village.person`), with a bot of the same program.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from bot import founding, service
from bot.app import opened
from bot.clock import Clock
from bot.config import BotConfig, Config, WebConfig, ZaloConfig
from bot.platforms.base import Pace, RawUpdate, Store
from bot.service import Served
from content.commune import Person
from db import communes
from db.communes import NewGroup, NewPerson, NewPlace, Settlement
from tests.blank import lay
from tests.bot.neighbours import Neighbour, Square
from tests.bot.telegraph import COMMUNE, SWIFT, Telegraph, free_port
from tests.bot.telegraph import settings as telegraph_settings
from tests.bot.villagers import Villager
from tests.patience import PATIENCE
from tests.servers.telegram import TelegramServer
from tests.servers.zalo import FREE, Habits, Plan, Sent, ZaloServer

__all__ = ["COMMUNE", "STAFF", "Zalograph", "zalograph"]

STAFF: Final = frozenset(one.name for one in COMMUNE.people if one.role != "resident")
BOTS: Final = ("Làng", "Đình", "Chợ", "Giếng", "Đa", "Sen")  # of Zalo, as many as the groups need
UNLIMITED: Final = 1_000_000  # messages a month
PATIENT: Final = Habits(grace=PATIENCE)  # nothing is lost between two polls, however slow we are


@dataclass(eq=False, kw_only=True)
class Zalograph(Telegraph):
    """`tokens` and `server` are those of Telegram, `zalo_tokens` and `zalo` those of Zalo. Stopped
    and started again, it goes on with its database; what is said meanwhile on Zalo is lost."""

    zalo: ZaloServer
    zalo_tokens: dict[str, str] = field(repr=False)
    neighbours: dict[str, Neighbour] = field(default_factory=dict, repr=False)
    squares: dict[str, Square] = field(default_factory=dict, repr=False)
    _stored: int = 0  # events of Zalo's that are safe

    # --- who is there

    @property
    def zalo_token(self) -> str:
        return next(iter(self.zalo_tokens.values()))

    def neighbour(self, name: str) -> Neighbour:
        """On Zalo: of the commune, or somebody new."""
        if name not in self.neighbours:
            self.neighbours[name] = Neighbour(self, self.zalo.person(name), self.zalo_token)
        return self.neighbours[name]

    def anybody(self, name: str) -> Neighbour | Villager:
        """Of the commune, wherever they are."""
        return self.neighbours[name] if name in self.neighbours else self.people[name]

    def square(self, title: str) -> Square:
        """Of the commune's groups."""
        return self.squares[title]

    # --- what runs

    async def start(self) -> None:
        """Until Zalo's bots hear."""
        self._stored = self._handed()
        await super().start()
        await self.zalo.until(self._listening, PATIENCE)

    async def stop(self) -> None:
        await super().stop()
        for bot in self.zalo.bots.values():
            bot.ears.forsake()

    def _connect(self, bot: BotConfig, token: str, config: Config) -> Served:
        if bot.platform != "zalo":
            return super()._connect(bot, token, config)
        platform = service.zalo(bot, token, config)
        platform.limits = replace(platform.limits, pace=self.pace)
        self._count(platform)
        return platform

    def _count(self, platform: Served) -> None:
        """What is stored is told; Zalo itself is never told anything."""
        receive = platform.receive

        async def counted(store: Store) -> None:
            async def stored(updates: Sequence[RawUpdate]) -> None:
                await store(updates)
                self._stored += len(updates)
                self.zalo.changed()

            await receive(stored)

        vars(platform)["receive"] = counted

    async def _still(self) -> bool:
        await self.zalo.until(self._heard_out, PATIENCE)
        return await super()._still() and self._heard_out()

    def _heard_out(self) -> bool:
        return not self.zalo.waiting and self._stored >= self._handed()

    def _handed(self) -> int:
        return sum(len(bot.ears.handed) for bot in self.zalo.bots.values())

    def _listening(self) -> bool:
        bots = [self.zalo.bots[token] for token in self.zalo_tokens.values()]
        return all(bot.ears.polls or bot.hook for bot in bots if not bot.revoked)

    # --- what was heard

    def fresh(self, token: str, chat: str) -> list[Sent]:
        """What was said there since last asked."""
        shown, place = self.zalo.shown(token, chat), (token, chat)
        found = [sent for sent in shown if sent.number > self._heard.get(place, 0)]
        self._heard[place] = max([0, *(sent.number for sent in shown)])
        return found


@asynccontextmanager
async def zalograph(
    folder: Path,
    *,
    on_telegram: Collection[str] = (),
    habits: Habits = PATIENT,
    plan: Plan = FREE,
    webhook: bool = False,
    database: str = "",
    pace: Pace = SWIFT,
) -> AsyncIterator[Zalograph]:
    """A village at work."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer(pace=None))
        zalo = await stack.enter_async_context(ZaloServer(habits=habits))
        tokens = {"xa": telegram.bot("loalang_xa_bot")} if on_telegram else {}
        config = telegraph_settings(
            folder, telegram.base_url, tokens, webhook=False, database=database
        )
        bots = {f"lang-{n}": zalo.bot(f"Bot Loa {name}", plan=plan) for n, name in enumerate(BOTS)}
        config = _with_zalo(config, folder, zalo, bots, webhook=webhook)
        config = replace(config, zalo=ZaloConfig(zalo.base_url, plan.monthly or UNLIMITED))
        village = Zalograph(telegram, config, tokens, pace, zalo=zalo, zalo_tokens=bots)
        await _inhabit(village, on_telegram)
        stack.push_async_callback(village.stop)
        await village.start()
        yield village


def _with_zalo(
    config: Config, folder: Path, zalo: ZaloServer, tokens: dict[str, str], *, webhook: bool
) -> Config:
    """Zalo's bots first. Photos can be read from outside."""
    bots = []
    for name, token in tokens.items():
        kept = folder / f"{name}.token"
        kept.touch(mode=0o600)
        kept.write_text(token)
        seat, display = founding.seat(COMMUNE), zalo.bots[token].display
        bots.append(BotConfig(name, "zalo", seat, "", str(kept), webhook, display))
    port = free_port()
    return replace(
        config,
        web=WebConfig(port, f"http://127.0.0.1:{port}"),
        bots=(*bots, *config.bots),
    )


async def _inhabit(village: Zalograph, on_telegram: Collection[str]) -> None:
    """The commune's people and groups, on the servers and in the database."""
    for one in COMMUNE.people:
        if one.name in on_telegram:
            village.person(one.name).shown()  # their chat with the bot has begun
        else:
            village.neighbour(one.name).person.meet(village.zalo_token)
    tokens = list(village.zalo_tokens.values())
    for number, group in enumerate(COMMUNE.groups):
        token = tokens[number * len(tokens) // len(COMMUNE.groups)]
        place = village.zalo.group(group.title, [token])
        village.squares[group.title] = Square(village, place, token)
    village.config.folder.mkdir(mode=0o700, exist_ok=True)
    lay(village.config.url)
    async with opened(village.config.url, Clock()) as database:
        await database.write(communes.settle, _settlement(village), Clock().now())


def _settlement(village: Zalograph) -> Settlement:
    bots = village.config.bots
    names = {token: name for name, token in village.zalo_tokens.items()}
    squares = [(one, village.square(one.title)) for one in COMMUNE.groups]
    return Settlement(
        places=[NewPlace(p.slug, p.name, p.kind, p.parent) for p in COMMUNE.places],
        bots=[(bot.name, bot.platform, bot.place) for bot in bots],
        groups=[
            NewGroup(names[square.token], square.place.id, one.title, one.place, one.segment)
            for one, square in squares
        ],
        people=[_person(village, one) for one in COMMUNE.people],
    )


def _person(village: Zalograph, one: Person) -> NewPerson:
    bot = village.config.bots[0 if one.name in village.neighbours else -1]
    id = str(village.anybody(one.name).person.id)
    role = "" if one.role == "resident" else one.role
    return NewPerson(bot.name, bot.platform, id, one.name, one.place, role)
