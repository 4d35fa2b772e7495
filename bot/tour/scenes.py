"""The scenes of the tour: who says what to whom, and what must come of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from rich.console import Group, RenderableType

from bot.platforms.entry import Entry
from bot.tour.screen import Screen
from bot.tour.stage import Stage, Unheard
from content.loader import Content
from content.words import Words

_APPS: Final = {"telegram": "Telegram", "zalo": "Zalo"}
_GROUPS: Final = (("lua", "tgr-go-sen-ho-dan"), ("tre", "zgr-ben-do-ho-dan"))  # who reads there
_ENTRY: Final = "khai_sinh"
_BULLETIN: Final = "ban-tin-sang"
_CELLS: Final = ("code", "made_at", "place", "category", "what", "state", "hours", "last_answer")
_DAWN: Final = time(5, 30)
_NOON: Final = time(11, 45)
_CODE: Final = re.compile(r"PA-\d+")
COLUMNS: Final = (  # of the ledger
    ("state_sent", ("sent", "relayed")),
    ("state_waiting", ("queued", "sending", "handed")),
    ("state_uncertain", ("uncertain",)),
    ("state_failed", ("failed",)),
    ("state_cancelled", ("cancelled",)),
)


class TourError(Exception):
    """A scene failed. The message names it and ends in what to do."""


@dataclass(slots=True)
class Tour:
    """`words` narrate; `lines`, always Vietnamese, are what people and the bot say. `releases`:
    what went out so far, as (what, to how many groups)."""

    stage: Stage
    screen: Screen
    content: Content
    words: Words
    lines: Words
    releases: list[tuple[str, int]] = field(default_factory=list)
    today: date | None = None

    def moment(self) -> str:
        """The village's time; its day, too, when that is a new one."""
        now = self.stage.now()
        if now.date() == self.today:
            return f"{now:%H:%M}"
        self.today = now.date()
        weekday = self.words("tour.weekdays").split(", ")[now.weekday()]
        return f"{weekday} {now:%d/%m · %H:%M}"

    async def note(self, key: str, person: str = "", **values: object) -> None:
        who = self.stage.people[person].name if person else ""
        await self.screen.note(self.words(f"tour.{key}", who=who, **values))

    async def say(self, person: str, key: str, *, show: bool = True) -> list[Entry]:
        """A line of the play; without `show`, the bot's answer to it is not drawn."""
        news = await self.stage.say(person, self.lines(f"tour.{key}"))
        await self.screen.show(self.said(person, key))
        if show:
            await self.screen.show(self.heard(news, person))
        return news

    async def choose(self, person: str, *labels: str, show: bool = True) -> list[Entry]:
        """From one menu after the other. Without `show`, the last answer is not drawn."""
        chosen: list[str] = []
        news: list[Entry] = []
        for label in labels:
            typed, news = await self.stage.press(person, label)
            shown = f"{typed} ({label})" if typed.isdecimal() else f"“{label}”"
            chosen.append(shown if typed else f"[ {label} ]")
        who = self.stage.people[person].name
        await self.screen.pressed(self.words("tour.pressed", who=who, labels="  ".join(chosen)))
        if show:
            await self.screen.show(self.heard(news, person))
        return news

    async def overhear(self, person: str, group: str = "", *, proof: str) -> RenderableType:
        """What came there unasked. Raises Unheard if `proof` is not among it."""
        news = await self.stage.heard(person, group)
        prove(news, proof)
        return self.heard(news, person, group)

    def said(self, person: str, key: str) -> RenderableType:
        """A person's words; beneath them, what they mean in the narrator's language."""
        villager = self.stage.people[person]
        text, meaning = self.lines(f"tour.{key}"), self.words(f"tour.{key}")
        title = f"{villager.name} · {_APPS[villager.style]}"
        return self.screen.person(text, title, "" if meaning == text else meaning)

    def heard(
        self, entries: Sequence[Entry], person: str, group: str = "", *, brief: bool = False
    ) -> RenderableType:
        """What the bot said; `brief`: its beginning and its end."""
        villager = self.stage.people[person]
        where = self.stage.groups[group].title if group else villager.name
        told = [
            (_brief(entry.text) if brief else entry.text, [label for label, _ in entry.buttons])
            for entry in entries
        ]
        return self.screen.bot(told, f"Loa Làng → {where} · {_APPS[villager.style]}")


def _brief(text: str) -> str:
    paragraphs = text.split("\n\n")
    return "\n…\n".join([paragraphs[0], *paragraphs[1:][-1:]])


def prove(entries: Sequence[Entry], proof: str) -> None:
    """Raises Unheard when none of them holds it."""
    if not any(proof in entry.text for entry in entries):
        raise Unheard(f"the bot was to say “{proof}”, and did not")


async def announce(tour: Tour) -> None:
    author, words = "nhap", tour.lines
    await tour.note("announce_note", author)
    await tour.stage.say(author, "/thongbao")
    await tour.say(author, "announce_text")
    await tour.say(author, "announce_places", show=False)
    onwards = words("announcements.next")
    await tour.choose(author, onwards, words("segments.households"), onwards)
    done = await tour.choose(author, words("announcements.send"))
    prove(done, words("announcements.report_all", total=len(_GROUPS)))
    await tour.note("announce_heard")
    text = words("tour.announce_text")
    await tour.screen.beside([await tour.overhear(*ears, proof=text) for ears in _GROUPS])
    tour.releases.append((text, len(_GROUPS)))


async def carry(tour: Tour) -> None:
    author, keeper, words = "nhap", "sen", tour.lines
    await tour.note("carry_note", keeper)
    await tour.stage.say(author, "/thongbao")
    await tour.say(author, "carry_text", show=False)
    await tour.say(author, "carry_place", show=False)
    onwards, loudspeaker = words("announcements.next"), words("segments.loudspeaker")
    choices = onwards, loudspeaker, onwards, words("announcements.send")
    await tour.choose(author, *choices, show=False)
    asked = words("relay.then_one")
    await tour.screen.show(await tour.overhear(keeper, proof=asked))
    done = await tour.choose(keeper, words("relay.done_loudspeaker"))
    prove(done, words("relay.noted"))
    told = words("announcements.report_all_carried", total=1)
    await tour.screen.show(await tour.overhear(author, proof=told))
    tour.releases.append((words("tour.carry_text"), 1))


async def ask(tour: Tour) -> None:
    await tour.note("question_note")
    entry = next(entry for entry in tour.content.faq if entry.id == _ENTRY)
    chats: list[RenderableType] = []
    for person in ("khe", "cuc"):
        news = await tour.stage.say(person, tour.lines("tour.question_text"))
        prove(news, entry.title["vi"])
        answer = tour.heard(news, person, brief=bool(chats) and not tour.screen.wide)
        chats.append(Group(tour.said(person, "question_text"), answer))
    await tour.screen.beside(chats)
    expired = entry.expired(tour.stage.now().date())
    await tour.note("question_expired" if expired else "question_source")
    await tour.note("decline_note")
    prove(await tour.say("dao", "decline_text"), tour.lines("faq.unsure"))


async def report(tour: Tour) -> None:
    resident, head, words = "cuc", "tre", tour.lines
    await tour.note("report_note", resident)
    await tour.stage.say(resident, "/phananh")
    await tour.choose(resident, words("feedback.agree"), show=False)
    await tour.say(resident, "report_what", show=False)
    await tour.say(resident, "report_where", show=False)
    receipt = await tour.choose(resident, words("feedback.no_photo"), words("feedback.send"))
    code = _CODE.search("\n".join(entry.text for entry in receipt))
    if code is None:
        raise Unheard("the bot gave no receipt code")
    await tour.note("report_told", head)
    await tour.screen.show(await tour.overhear(head, proof=code[0]))
    await tour.stage.until(_NOON)
    await tour.note("report_answers", head)
    await tour.choose(head, words("tickets.answer"), show=False)
    await tour.say(head, "report_answer", show=False)
    await tour.choose(head, words("tickets.send"), show=False)
    await tour.note("report_back", resident)
    answer = words("tour.report_answer")
    await tour.screen.show(await tour.overhear(resident, proof=answer))


async def export(tour: Tour) -> None:
    await tour.note("export_note")
    for kind in ("xlsx", "csv"):
        name = f"phan-anh.{kind}"
        table, count = await tour.stage.export(name, kind, tour.words)
        await tour.screen.pressed(f"loalang export feedback --format {kind} --out {name}")
    first = next(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    names = [tour.words(f"exports.column_{column}") for column in _CELLS]
    if tour.lines("tour.report_what") not in first.values():
        raise Unheard("the report was to be in the table, and is not")
    await tour.note("export_rows", count=count)
    await tour.screen.record([(name, first[name]) for name in names])


async def bulletin(tour: Tour) -> None:
    (_, group), head, words = _GROUPS[1], "tre", tour.lines
    title = next(one.title for one in tour.content.bulletins if one.id == _BULLETIN)
    await tour.note("bulletin_note", head)
    await tour.stage.say(head, "/bantin")
    households, onwards = words("segments.households"), words("announcements.next")
    begin = words("bulletins.new"), title, households, onwards
    await tour.choose(head, *begin, show=False)
    await tour.say(head, "bulletin_when")
    await tour.choose(head, words("bulletins.no_text"), words("bulletins.begin"))
    await tour.stage.heard(head, group)
    await tour.stage.until(_DAWN, tomorrow=True)
    await tour.note("bulletin_moves")
    await tour.screen.show(await tour.overhear(head, group, proof=title))
    tour.releases.append((title, 1))


async def ledger(tour: Tour) -> None:
    await tour.note("ledger_note")
    found = await tour.stage.ledger()
    names = [tour.words(f"tour.{key}") for key, _ in COLUMNS]
    counts = [[progress.count(*states) for _, states in COLUMNS] for progress in found]
    rows = [(what, counted) for (what, _), counted in zip(tour.releases, counts, strict=False)]
    sums = [sum(column) for column in zip(*counts, strict=True)]
    rows.append((tour.words("tour.ledger_total"), sums))
    await tour.screen.table(
        [tour.words("tour.ledger_what"), *names, tour.words("tour.ledger_total")],
        [[what, *map(str, counted), str(sum(counted))] for what, counted in rows],
    )
    if [counted[0] for counted in counts] != [groups for _, groups in tour.releases]:
        raise Unheard("the ledger was to say that every group was reached, and does not")


@dataclass(frozen=True, slots=True)
class Scene:
    """`at`: a time of the village's day; `key`: its title, in the section of the tour."""

    at: time
    key: str
    play: Callable[[Tour], Awaitable[None]]


SCENES: Final = (
    Scene(time(7, 0), "announce", announce),
    Scene(time(7, 45), "carry", carry),
    Scene(time(8, 30), "question", ask),
    Scene(time(10, 15), "report", report),
    Scene(time(15, 45), "export", export),
    Scene(time(16, 30), "bulletin", bulletin),
    Scene(time(6, 0), "ledger", ledger),
)


async def perform(tour: Tour, number: int, scene: Scene) -> None:
    """Raises TourError."""
    title = tour.words(f"tour.{scene.key}")
    try:
        await tour.stage.until(scene.at, tomorrow=number == 1)
        await tour.screen.scene(tour.moment(), number, title)
        await scene.play(tour)
    except Unheard as error:
        raise TourError(
            f"scene {number} of the tour, “{title}”, failed: {error}; "
            "run “loalang check”, and if it finds nothing report this line to us"
        ) from None
