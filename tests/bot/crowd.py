"""Five hundred people write ten thousand messages: run as a program of its own, so that nobody
else's memory is counted. Prints one JSON object: see `Tally`."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from aiohttp import web

from bot.app import App
from bot.clock import Clock
from bot.demo import Demo
from bot.platforms.sandbox import Sandbox
from bot.platforms.village import Village
from content.commune import Commune
from content.search import PLAINTS
from tests.bot.hamlet import CADRE, HEAD, bot_ids, founded, group, hamlet, resident, style_of
from tests.living import CONTENT

PEOPLE, GROUPS = 500, 60
WAVES = 10  # in each, everybody writes once in private and once in their group
PATIENCE = 300.0  # seconds for one wave
WORDS = CONTENT.words("vi")


@dataclass
class Tally:
    """`asked`: messages that want a reply; `wrong`: chats whose replies are not these, in their
    order; `halfway`, `finally_`: resident memory in MB."""

    written: int = 0
    asked: int = 0
    wrong: int = 0
    halfway: float = 0.0
    finally_: float = 0.0


def questions() -> dict[str, str]:
    """A question for each entry that is answered at once, whatever was asked before, and the
    answer's first line."""
    found, search = {}, CONTENT.search
    for entry in CONTENT.faq:
        if entry.id in PLAINTS:  # there a report may begin
            continue
        for phrasing in entry.phrasings:
            if CONTENT.topics.mourning.told(phrasing):  # sympathy is the first line there
                continue
            if search.find(phrasing).entry == entry.id and not search.only_aspect(phrasing):
                found[phrasing] = entry.title["vi"].splitlines()[0]
                break
    return found


TALK = "chào cả nhà"
TOLD = WORDS("questions.just_told")
QUESTIONS = questions()
ASKED = list(QUESTIONS)
REPLIES = QUESTIONS | {
    "/start": WORDS("start.hello").strip().splitlines()[0],
    "1": WORDS("faq.ask").splitlines()[0],
}


def private(person: int, number: int) -> str:
    """The menu, a choice from it by its number, and then one question after the other."""
    if number % 5 < 2:
        return ("/start", "1")[number % 5]
    return ASKED[(person + number) % len(ASKED)]


def public(person: int, number: int, mention: str) -> str:
    """One in five speaks to the bot, the others to each other."""
    if (person + number) % 5:
        return f"{TALK}, tin {number}"
    return f"{mention} {ASKED[(person + 3 * number) % len(ASKED)]}"


async def settle(demo: Demo, number: int, commune: Commune, tally: Tally) -> None:
    write = demo.village.write
    own = (write(resident(n), resident(n), private(n, number)) for n in range(PEOPLE))
    tally.written += len(await asyncio.gather(*own))
    mentions = [commune.mentions[style_of(n)] for n in range(PEOPLE)]
    shared = (
        write(resident(n), group(n % GROUPS), public(n, number, mentions[n])) for n in range(PEOPLE)
    )
    tally.written += len(await asyncio.gather(*shared))
    assert await demo.idle(PATIENCE), "something is stuck"


def without_mentions(text: str) -> str:
    for mention in hamlet().mentions.values():
        text = text.removeprefix(f"{mention} ")
    return text


def replies(asked: list[str], together: bool) -> list[str]:
    """The first line of each. In a group the same is not told twice in so short a time."""
    return [
        TOLD if together and text in asked[:number] else REPLIES[text]
        for number, text in enumerate(asked)
    ]


async def judge(village: Village, tally: Tally) -> None:
    """By the village's own record: in each chat, one reply to each question, in their order."""
    chats = [(resident(n), resident(n)) for n in range(PEOPLE)]
    chats += [(HEAD if style_of(n) == "zalo" else CADRE, group(n)) for n in range(GROUPS)]
    for person, chat in chats:
        entries = await village.messages(person, chat)
        asked = [without_mentions(entry.text) for entry in entries if not entry.from_bot]
        wanted = replies([text for text in asked if not text.startswith(TALK)], person != chat)
        came = [entry.text.splitlines()[0] for entry in entries if entry.from_bot]
        tally.asked += len(wanted)
        tally.wrong += came != wanted


async def main(folder: Path) -> Tally:
    tally, clock = Tally(), Clock()
    commune = hamlet(residents=PEOPLE, groups=GROUPS)
    memory = psutil.Process()
    async with founded(folder, commune, clock) as database:
        village = await Village.open(folder / "village", commune, clock.now)
        ids = await bot_ids(database)
        platforms = {ids[style]: Sandbox(village, style=style) for style in ids}
        app = App(database, CONTENT, clock, platforms, folder / "media")
        demo = Demo(app, village, web.Application())
        running = asyncio.create_task(app.run())
        for number in range(WAVES):
            await settle(demo, number, commune, tally)
            if number == WAVES // 2 - 1:
                tally.halfway = memory.memory_info().rss / 1e6
        tally.finally_ = memory.memory_info().rss / 1e6
        await judge(village, tally)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await village.close()
    return tally


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(asdict(asyncio.run(main(Path(folder))))))
