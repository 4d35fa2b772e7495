"""What the tour looks like: chats drawn in a terminal, people on the left, the bot on the right."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from rich.align import Align
from rich.box import ROUNDED, SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

_WIDEST: Final = 66  # columns of a bubble
_TWO_CHATS: Final = 100  # columns from which on two chats stand side by side
_LEAST: Final = 12  # columns of a table's words
_LEISURE: Final = 14.0  # seconds after which nobody is kept waiting any more
_PEOPLE, _BOT, _QUIET = "yellow", "green", "dim"


@dataclass(slots=True)
class Screen:
    """`pace`: seconds that what was drawn is left alone before more comes; 0 for none."""

    console: Console
    pace: float = 0.0
    began: float = field(default_factory=monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the tour began."""
        return monotonic() - self.began

    @property
    def wide(self) -> bool:
        return self.console.width >= _TWO_CHATS

    async def show(self, *drawn: RenderableType, pauses: float = 1.0) -> None:
        self.console.print(*drawn, sep="\n")
        if self.pace and self.elapsed < _LEISURE:
            await asyncio.sleep(self.pace * pauses)

    async def beside(self, chats: Sequence[RenderableType]) -> None:
        """Chats side by side, or one below the other where there is no room."""
        if not self.wide:
            await self.show(*chats, pauses=2)
            return
        grid = Table.grid(expand=True, padding=(0, 1))
        for _ in chats:
            grid.add_column(ratio=1)
        grid.add_row(*chats)
        await self.show(grid, pauses=2)

    async def opening(self, title: str, live: str) -> None:
        heading = Text.assemble((f"LOA LÀNG · {title}", "bold"), "\n", (live, _QUIET))
        await self.show("", Panel(heading, box=ROUNDED, border_style=_BOT, padding=(0, 2)))

    async def scene(self, at: str, number: int, title: str) -> None:
        """`at`: the village's time."""
        heading = Text.assemble((at, _BOT), "  ", (f"{number}. {title}", "bold"))
        await self.show("", Rule(heading, align="left", style=_BOT), pauses=1.5)

    async def note(self, text: str) -> None:
        await self.show(Padding(Text(text, style="italic"), (0, 1)), pauses=1.5)

    async def pressed(self, text: str) -> None:
        await self.show(Padding(Text(f"› {text}", style=_PEOPLE), (0, 1)))

    def person(self, text: str, title: str, meaning: str = "") -> RenderableType:
        """A person's words and, if given, what they mean in another language."""
        said: list[RenderableType] = [Text(text)]
        if meaning:
            said.append(Text(meaning, style="dim italic"))
        return Align.left(self._bubble(Group(*said), title, _PEOPLE), width=self._widest)

    def bot(self, messages: Sequence[tuple[str, Sequence[str]]], title: str) -> RenderableType:
        """The bot's words, each message with the labels of its buttons."""
        drawn: list[RenderableType] = []
        for number, (text, labels) in enumerate(messages):
            bubble = self._bubble(Text(text), "" if number else title, _BOT)
            drawn.append(Align.right(bubble, width=self._widest))
            if labels:
                drawn.append(Align.right(self._chips(labels)))
        return Group(*drawn)

    async def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """The first column in words, the others in figures; the last row sums them up."""
        table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
        room = self.console.width - 6 - sum(cell_len(name) + 2 for name in head[1:])
        most = max(room, _LEAST)  # if that is too much, the other headings are broken
        table.add_column(head[0], no_wrap=True, overflow="ellipsis", max_width=most)
        for name in head[1:]:
            table.add_column(name, justify="right")
        for row in rows:
            table.add_row(*map(Text, row), end_section=row is rows[-2])
        await self.show(Padding(table, (0, 1)), pauses=3)

    async def record(self, cells: Sequence[tuple[str, str]]) -> None:
        """One row of a table, a line for each cell that holds something."""
        grid = Table.grid(padding=(0, 2))
        for name, cell in cells:
            if cell:
                grid.add_row(Text(name, style=_QUIET), Text(cell))
        await self.show(Padding(grid, (0, 3)), pauses=3)

    async def closing(self, over: str, advice: Sequence[tuple[str, str]]) -> None:
        """The end, and which commands to try next, each with what it is for."""
        grid = Table.grid(padding=(0, 2))
        for what, command in advice:
            grid.add_row(what, Text(command, style="bold cyan"))
        await self.show("", Padding(Group(Text(over, style="bold"), grid), (0, 1)), "", pauses=0)

    def _bubble(self, words: RenderableType, title: str, style: str) -> Panel:
        heading = Text(title, style="bold") if title else None
        return Panel(
            words, title=heading, title_align="left", box=ROUNDED, border_style=style, expand=False
        )

    @property
    def _widest(self) -> int:
        return min(_WIDEST, self.console.width - 6)

    def _chips(self, labels: Sequence[str]) -> Text:
        """Buttons in rows, none of them torn apart."""
        rows = [""]
        for chip in (f"[ {label} ]" for label in labels):
            longer = f"{rows[-1]}  {chip}".strip()
            rows[-1:] = [longer] if cell_len(longer) <= self._widest - 2 else [rows[-1], chip]
        return Text("\n".join(row for row in rows if row), style="bold cyan", justify="left")
