"""A photo guide asked for in chat: the very picture, as often as it is asked for, and to whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import Session

from bot.config import WebConfig
from bot.exports.maker import Exporter
from bot.media import Fetcher
from content.guides import Guides
from db import exports, media
from db.exports import UnderWay
from tests.bot.hall import Hall, Row
from tests.bot.shelf import Shelf
from tests.bot.telegraph import telegraph
from tests.bot.villagers import files
from tests.bot.zalograph import zalograph
from tests.living import CONTENT, PNG, Living, living, said

RESIDENT: Final = "cuc"
JPEG: Final = b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9"
ONLINE: Final = "nop_online"
ASKED: Final = "nộp hồ sơ qua mạng"
LABEL: Final = CONTENT.words("vi")("handing.guide")
UNSENT: Final = CONTENT.words("vi")("handing.guide_unsent")
SHIPPED: Final = CONTENT.guides.pictures[ONLINE].read_bytes()


class Office:
    """`picture`: the guide, which may be changed."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        given = (hall.database, hall.composer, hall.clock, folder / "media", asyncio.Lock())
        self.hall, self.folder, self.picture = hall, folder / "media", folder / "guide.png"
        self.exporter = Exporter(*given)
        self.fetcher = Fetcher(hall.bots["telegram"], Shelf(), *given)

    async def order(self, person: str = RESIDENT) -> int:
        actor = (await self.hall.scene(person)).actor
        return await self.hall.database.write(exports.show_guide, actor, entry=ONLINE)

    async def arrives(self, state: str = "sent") -> None:
        await self.hall.set_state(state, [row.id for row in await self.told()])
        await self.exporter.sweep()

    async def told(self) -> list[Row]:
        return await self.hall.rows(RESIDENT)

    async def files(self) -> list[bytes]:
        await self.fetcher.sweep()
        return [path.read_bytes() for path in self.folder.iterdir() if path.is_file()]


@pytest_asyncio.fixture
async def office(hall: Hall, tmp_path: Path) -> AsyncIterator[Office]:
    (tmp_path / "media").mkdir()
    content = copy(hall.composer.content)
    content.guides = Guides({ONLINE: tmp_path / "guide.png"})
    (tmp_path / "guide.png").write_bytes(PNG)
    yield Office(replace(hall, composer=replace(hall.composer, content=content)), tmp_path)


def _kept(session: Session, media_id: int) -> tuple[Any, ...]:
    rows = media.media.c
    found = select(rows.kind, rows.name, rows.mime, rows.state).where(rows.id == media_id)
    return tuple(session.execute(found).one())


@pytest.mark.parametrize(
    ("picture", "ending", "mime"), [(PNG, "png", "image/png"), (JPEG, "jpg", "image/jpeg")]
)
async def test_a_resident_gets_the_picture_as_a_photo_and_no_word_more(
    office: Office, picture: bytes, ending: str, mime: str
) -> None:
    office.picture.write_bytes(picture)
    await office.order()
    assert await office.exporter.sweep() == 1
    (file,) = await office.told()
    assert (file.body, file.held, file.media_id is None) == ("", False, False)
    assert await office.files() == [picture]
    assert file.media_id is not None
    kept = await office.hall.database.read(_kept, file.media_id)
    assert kept == ("photo", f"huong-dan-{ONLINE}.{ending}", mime, "kept")


async def test_who_asks_twice_gets_it_twice_and_it_lies_there_once(office: Office) -> None:
    for _ in range(2):
        await office.order()
        await office.exporter.sweep()
        await office.arrives()
    first, second = await office.told()
    assert first.media_id == second.media_id
    assert await office.files() == [PNG]
    assert await office.hall.database.read(exports.carried) is False


async def test_a_new_picture_is_another_file(office: Office) -> None:
    await office.order()
    await office.exporter.sweep()
    await office.arrives()
    office.picture.write_bytes(JPEG)
    await office.order()
    await office.exporter.sweep()
    first, second = await office.told()
    assert first.media_id != second.media_id
    assert sorted(await office.files()) == sorted([PNG, JPEG])


async def test_nobody_has_two_under_way(office: Office) -> None:
    await office.order()
    with pytest.raises(UnderWay):
        await office.order()
    await office.exporter.sweep()
    with pytest.raises(UnderWay):
        await office.order()
    await office.order("lua")  # but somebody else
    await office.arrives()
    await office.order()


@pytest.mark.parametrize("now", [b"no picture", None], ids=["no picture", "gone"])
async def test_a_picture_that_cannot_be_shown_any_more_is_told(
    office: Office, now: bytes | None
) -> None:
    if now is None:
        office.picture.unlink()
    else:
        office.picture.write_bytes(now)
    await office.order()
    await office.exporter.sweep()
    assert [(row.body, row.media_id) for row in await office.told()] == [(UNSENT, None)]
    assert await office.files() == []


async def test_a_picture_that_could_not_be_sent_is_told_and_may_be_asked_for_again(
    office: Office,
) -> None:
    await office.order()
    await office.exporter.sweep()
    await office.arrives("failed")
    assert [row.body for row in await office.told()] == ["", UNSENT]
    await office.order()


# --- in the village


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Living]:
    async with living(tmp_path) as village:
        yield village


async def photos(village: Living, messages: list[dict[str, Any]]) -> list[bytes]:
    found = []
    for url in [file["url"] for message in messages for file in message["attachments"]]:
        async with village.client.get(url) as answer:
            assert answer.status == 200
            found.append(await answer.read())
    return found


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_a_resident_of_the_sandbox_asks_and_sees_it(village: Living, style: str) -> None:
    resident = await village.person("resident", style)
    assert "dichvucong.gov.vn" in said(await village.say(resident, ASKED))
    for _ in range(2):
        heard = await village.press(resident, LABEL)
        assert "ngay sau tin này" in said(heard)
        assert await photos(village, heard) == [SHIPPED]


async def test_in_a_group_it_is_not_on_offer(village: Living) -> None:
    resident = await village.person("resident", "telegram")
    group, *_ = await village.groups(resident)
    heard = await village.say(resident, f"{group['mention']} {ASKED}", group["id"])
    assert "dichvucong.gov.vn" in said(heard)
    assert LABEL not in f"{said(heard)}{[one['buttons'] for one in heard]}"


async def test_telegram_gets_it_once_and_then_by_name(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        people = [village.person(name) for name in ("Anh Khế", "Bà Lúa")]
        number, seen = village.server.bots[village.token].id, []
        for person in (*people, people[0]):
            await person.says(ASKED)
            told = await person.press(LABEL)
            seen += [village.server.files.found(number, id) for one in told for id in files(one)]
        assert [stored.data for stored in seen] == [SHIPPED] * 3
        assert len({stored.number for stored in seen}) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_zalo_reads_it_at_an_address_that_stays(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("laid_postgresql_url") if kind == "postgresql" else ""
    async with zalograph(tmp_path, database=url) as village:
        resident = village.neighbour("Chị Cúc")
        assert LABEL in await resident.says(ASKED)
        words, photo = await resident.press(LABEL)
        assert "ngay sau tin này" in words.text
        assert (photo.text, photo.photo) == ("", SHIPPED)
        _, again = await resident.press(LABEL)  # typed: its number stands further up
        assert again.photo == SHIPPED
        assert len(village.zalo.records.fetched) == 2
        assert len(set(village.zalo.records.fetched)) == 1


async def test_where_zalo_cannot_read_it_the_words_are_the_guide(tmp_path: Path) -> None:
    async with zalograph(tmp_path) as village:
        await village.stop()
        village.config = replace(village.config, web=WebConfig(village.config.web.port, ""))
        await village.start()
        resident = village.neighbour("Chị Cúc")
        assert LABEL not in await resident.says(ASKED)
        assert village.zalo.records.fetched == []
