"""Tables asked for in chat: made once whatever stops the program, sent, and erased."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import delete, select, update
from sqlmodel import Session

from bot.exports.maker import REST, Exporter
from bot.media import Fetcher
from content.periods import last_weeks
from content.schedule import HERE
from db import exports
from db.engine import Database
from db.exports import MAX_ATTEMPTS, MAX_FAILURES
from db.listing import Filters
from db.tables import Export, Role, table
from tests.bot.hall import Hall, Row
from tests.bot.multitude import crowd
from tests.bot.shelf import Shelf
from tests.db.reports import reported
from tests.living import CONTENT
from tests.patience import PATIENCE

ADMIN, RESIDENT = "mau", "cuc"


def words(key: str, **values: object) -> str:
    return CONTENT.words("vi")(f"exports.{key}", **values)


class Killed(BaseException):
    """The program is no more."""


@dataclass
class Office:
    """An admin orders, and the exporter makes it in `folder`."""

    hall: Hall
    folder: Path
    exporter: Exporter
    fetcher: Fetcher

    async def report(self) -> None:
        actor = (await self.hall.scene(RESIDENT)).actor
        place = (await self.hall.scene(ADMIN)).actor.grants[0].place_id
        await self.hall.database.write(reported, actor, place, self.hall.clock.now())

    async def order(self, kind: str = "csv", **filters: Any) -> int:
        actor = (await self.hall.scene(ADMIN)).actor
        wanted = Filters(**filters)
        return await self.hall.database.write(exports.request, actor, kind=kind, filters=wanted)

    async def told(self) -> list[Row]:
        return await self.hall.rows(ADMIN)

    async def arrives(self, state: str = "sent") -> None:
        await self.hall.set_state(state, [row.id for row in await self.told()])

    async def states(self) -> list[str]:
        return await self.hall.database.read(_states)

    async def tidied(self) -> dict[str, bytes]:
        """The files there are, after the fetcher has cleared up."""
        await self.fetcher.sweep()
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}


def _states(session: Session) -> list[str]:
    rows = table(Export).c
    return list(session.execute(select(rows.state).order_by(rows.id)).scalars())


def _opened(hall: Hall, folder: Path) -> Office:
    keeping = asyncio.Lock()
    given = (hall.database, hall.composer, hall.clock, folder, keeping)
    fetcher = Fetcher(hall.bots["telegram"], Shelf(), *given)
    return Office(hall, folder, Exporter(*given), fetcher)


@pytest_asyncio.fixture
async def office(hall: Hall, tmp_path: Path) -> AsyncIterator[Office]:
    (tmp_path / "media").mkdir()
    yield _opened(hall, tmp_path / "media")


async def test_a_table_is_made_sent_and_erased(office: Office) -> None:
    await office.report()
    await office.order(names=True)
    assert await office.exporter.sweep() == 1
    said, file = await office.told()
    assert said.body == words("ready", count=1)
    assert (file.body, file.media_id is None, file.held) == ("", False, False)
    (content,) = (await office.tidied()).values()
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines[1][-1] == "Chị Cúc"
    assert await office.states() == ["made"]
    await office.arrives()
    assert await office.exporter.sweep() == 0
    assert await office.states() == ["erased"]
    assert await office.tidied() == {}
    assert len(await office.told()) == 2


async def test_a_file_stays_until_its_message_has_left(office: Office) -> None:
    await office.report()
    await office.order()
    await office.exporter.sweep()
    await office.arrives("sending")
    await office.exporter.sweep()
    assert await office.states() == ["made"]
    assert len(await office.tidied()) == 1


async def test_a_file_that_could_not_be_sent_is_erased_with_a_word(office: Office) -> None:
    await office.report()
    await office.order()
    await office.exporter.sweep()
    await office.arrives("failed")
    await office.exporter.sweep()
    assert (await office.told())[-1].body == words("not_sent")
    assert await office.states() == ["erased"]
    assert await office.tidied() == {}


async def test_where_there_is_nothing_to_show_that_is_said(office: Office) -> None:
    await office.order("xlsx")
    await office.exporter.sweep()
    assert [row.body for row in await office.told()] == [words("nothing")]
    assert await office.states() == ["erased"]
    assert await office.tidied() == {}


async def test_who_lost_the_right_meanwhile_gets_nothing(office: Office) -> None:
    await office.report()
    await office.order()
    await office.hall.database.write(_take_all_roles)
    await office.exporter.sweep()
    assert [row.body for row in await office.told()] == [CONTENT.words("vi")("start.not_allowed")]
    assert await office.states() == ["failed"]


def _take_all_roles(session: Session) -> None:
    session.execute(delete(table(Role)))


async def test_after_a_few_failures_whoever_asked_is_told(office: Office) -> None:
    await office.report()
    await office.order()
    (office.folder / "exports").write_text("a file where a folder should be")
    for _ in range(MAX_FAILURES):
        assert await office.told() == []
        assert await office.exporter.sweep() == 1
        assert await office.exporter.sweep() == 0  # a moment later it would fail again
        office.hall.clock.advance(REST)
    assert [row.body for row in await office.told()] == [words("failed")]
    assert await office.exporter.sweep() == 0


async def test_a_disk_that_was_full_for_a_moment_spoils_nothing(office: Office) -> None:
    await office.report()
    await office.order()
    (office.folder / "exports").write_text("a file where a folder should be")
    await office.exporter.sweep()
    (office.folder / "exports").unlink()
    office.hall.clock.advance(REST)
    assert await office.exporter.sweep() == 1
    assert (await office.told())[0].body == words("ready", count=1)


async def test_an_order_nobody_can_read_stops_no_other_and_is_told(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.report()
    bad = await office.order(category="a secret")
    await office.hall.database.write(_spoil, bad)
    await office.order("xlsx")
    assert await office.exporter.sweep() == 2
    assert await office.states() == ["wanted", "made"]
    for _ in range(MAX_FAILURES - 1):
        office.hall.clock.advance(REST)
        await office.exporter.sweep()
    assert await office.states() == ["failed", "made"]
    assert (await office.told())[-1].body == words("failed")
    assert [f"export {bad} failed: TypeError" in line for line in caplog.messages] == [True]
    assert "secret" not in caplog.text


def _spoil(session: Session, export_id: int) -> None:
    """As if a later version had written it."""
    rows = table(Export)
    spoilt = {**Filters(category="a secret").data, "mood": "sour"}
    session.execute(update(rows).where(rows.c.id == export_id).values(filters=spoilt))


async def test_a_file_that_cannot_be_let_go_stops_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await office.report()
    for kind in ("csv", "xlsx"):
        await office.order(kind)
    await office.exporter.sweep()
    await office.arrives()
    erase = office.exporter._erase

    def torn(session: Session, over: exports.Over) -> None:
        if over.export_id == 1:
            raise KeyError("what people said")
        erase(session, over)

    monkeypatch.setattr(office.exporter, "_erase", torn)
    for _ in range(2):
        await office.exporter.sweep()
    assert await office.states() == ["made", "erased"]
    assert ["export 1 failed: KeyError" in line for line in caplog.messages] == [True]
    assert "what people said" not in caplog.text


async def test_restarts_do_not_end_an_order_unless_there_is_no_end_to_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.report()
    await office.order()

    async def killed(order: exports.Order) -> None:
        raise Killed

    with monkeypatch.context() as stopping:
        stopping.setattr(office.exporter, "_fulfil", killed)
        for _ in range(MAX_ATTEMPTS - 1):
            with suppress(Killed):
                await office.exporter.sweep()
    assert await office.told() == []
    await office.exporter.sweep()
    assert (await office.told())[0].body == words("ready", count=1)


async def test_an_order_that_always_ends_the_program_is_given_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.order()

    async def killed(order: exports.Order) -> None:
        raise Killed

    monkeypatch.setattr(office.exporter, "_fulfil", killed)
    for _ in range(MAX_ATTEMPTS):
        with suppress(Killed):
            await office.exporter.sweep()
    await office.exporter.sweep()
    assert [row.body for row in await office.told()] == [words("failed")]
    assert await office.states() == ["failed"]


async def test_statistics_are_a_picture_and_two_lines(office: Office) -> None:
    await office.report()
    today = office.hall.clock.now().astimezone(HERE).date()
    since, until = last_weeks(today).moments(HERE)
    await office.order("chart", since=since, until=until)
    await office.exporter.sweep()
    said, picture = await office.told()
    assert "1 phản ánh, 0 đã trả lời, 1 đang chờ" in said.body
    assert said.body.count("\n") == 1
    assert picture.media_id
    (content,) = (await office.tidied()).values()
    with Image.open(io.BytesIO(content)) as opened:
        assert (opened.format, opened.width) == ("PNG", 1080)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("verb", ["begin", "announce", "_send"])
async def test_wherever_it_is_killed_one_file_is_sent_and_none_is_left(
    office: Office, monkeypatch: pytest.MonkeyPatch, verb: str, when: str
) -> None:
    await office.report()
    await office.order("xlsx")
    monkeypatch.setattr(office.hall.database, "write", _deadly(office.hall.database, verb, when))
    with suppress(Killed):
        await office.exporter.sweep()
    monkeypatch.undo()
    again = _opened(office.hall, office.folder)
    await again.exporter.sweep()
    assert [bool(row.media_id) for row in await again.told()] == [False, True]
    assert len(await again.tidied()) == 1
    await again.arrives()
    await again.exporter.sweep()
    assert await again.tidied() == {}
    assert await again.states() == ["erased"]


def _deadly(database: Database, fatal: str, when: str) -> Callable[..., Any]:
    """Writes as ever, but the program ends before or after that verb."""
    write = database.write

    async def killing(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if verb.__name__ == fatal and when == "before":
            raise Killed
        result = await write(verb, *args, **kwargs)
        if verb.__name__ == fatal:
            raise Killed
        return result

    return killing


async def test_what_a_stop_left_unfinished_is_cleared_away_at_the_start(office: Office) -> None:
    await office.report()
    left = office.folder / "exports" / ".loalang-abc"
    left.mkdir(parents=True)
    (left / "table").write_text("half of it")
    await office.order()
    running = asyncio.create_task(office.exporter.run())
    async with asyncio.timeout(PATIENCE):
        while await office.states() != ["made"]:
            await asyncio.to_thread(lambda: None)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert list((office.folder / "exports").iterdir()) == []


async def test_a_stop_in_the_middle_does_not_wait_for_the_end(office: Office) -> None:
    await office.hall.database.write(crowd, 3000)
    await office.order("xlsx")
    begun, reading = asyncio.Event(), office.exporter._pause
    loop = asyncio.get_running_loop()

    def pause() -> None:
        loop.call_soon_threadsafe(begun.set)
        reading()

    office.exporter._pause = pause  # type: ignore[method-assign]
    running = asyncio.create_task(office.exporter.run())
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert await office.states() == ["wanted"]
    again = _opened(office.hall, office.folder)
    await again.exporter.sweep()
    assert (await again.told())[0].body == words("ready", count=3000)
