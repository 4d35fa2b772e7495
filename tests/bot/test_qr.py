"""A QR code asked for in chat: the very code of the page, sent through the outbox, then erased."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import segno
from PIL import Image
from sqlalchemy import delete, func, select
from sqlmodel import Session

from bot.exports import code
from bot.exports.maker import Exporter
from bot.media import Fetcher
from content.faq import Document
from db import exports, media
from db.exports import UnderWay
from db.permissions import NotAllowed
from db.tables import Audit, Role, table
from handlers.questions.qr import PORTAL
from tests.bot.hall import Hall
from tests.bot.shelf import Shelf
from tests.living import CONTENT

LINK = f"{PORTAL}00000000-0000-0000-0000-000000000001"
HEAD, RESIDENT = "lua", "cuc"
ENTRY = CONTENT.faq[0]
TITLE = ENTRY.title["vi"]


def modules(picture: Image.Image, link: str) -> bool:
    """Whether every module of the link's code is where it belongs in the picture."""
    matrix = [list(row) for row in segno.make(link, error="m", micro=False).matrix_iter(border=4)]
    scale = code.WIDTH // len(matrix)
    left = (code.WIDTH - scale * len(matrix)) // 2
    half = scale // 2
    return all(
        (picture.getpixel((left + x * scale + half, y * scale + half)) == 0) is bool(dark)
        for y, row in enumerate(matrix)
        for x, dark in enumerate(row)
    )


@pytest.mark.parametrize(
    "title", ["Khai sinh", "Sửa, đổi, bổ sung hộ tịch và xác định lại dân tộc cho con"]
)
def test_the_picture_is_the_code_of_the_link_above_its_title(tmp_path: Path, title: str) -> None:
    code.draw(LINK, title, tmp_path / "qr.png")
    with Image.open(tmp_path / "qr.png") as picture:
        assert (picture.format, picture.width) == ("PNG", code.WIDTH)
        assert modules(picture, LINK)
        assert not modules(picture, f"{LINK}2")
        below = picture.crop((0, code.WIDTH, code.WIDTH, picture.height))
        assert below.getextrema()[0] == 0  # something is written there
        edges = picture.crop((0, code.WIDTH, 8, picture.height))
        assert edges.getextrema() == (255, 255)  # and it is not cut off


@pytest_asyncio.fixture
async def hall_with_page(hall: Hall) -> Hall:
    """The hall, where the first procedure has a page on the portal."""
    content = copy(hall.composer.content)
    content.faq = (replace(ENTRY, documents=(Document("Thủ tục", LINK),)), *content.faq[1:])
    return replace(hall, composer=replace(hall.composer, content=content))


class Office:
    def __init__(self, hall: Hall, folder: Path) -> None:
        given = (hall.database, hall.composer, hall.clock, folder, asyncio.Lock())
        self.hall, self.folder = hall, folder
        self.exporter = Exporter(*given)
        self.fetcher = Fetcher(hall.bots["telegram"], Shelf(), *given)

    async def order(self, person: str = HEAD, entry: str = ENTRY.id) -> int:
        actor = (await self.hall.scene(person)).actor
        return await self.hall.database.write(exports.draw_code, actor, entry=entry)

    async def files(self) -> list[Path]:
        await self.fetcher.sweep()
        return [path for path in self.folder.iterdir() if path.is_file()]


@pytest_asyncio.fixture
async def office(hall_with_page: Hall, tmp_path: Path) -> AsyncIterator[Office]:
    (tmp_path / "media").mkdir()
    yield Office(hall_with_page, tmp_path / "media")


async def test_it_is_sent_as_a_photo_with_its_link_and_no_copy_stays_behind(office: Office) -> None:
    hall = office.hall
    await office.order()
    assert await office.exporter.sweep() == 1
    said, file = await hall.rows(HEAD)
    words = hall.composer.content.words("vi")
    assert said.body == words("handing.qr_ready", title=TITLE, link=LINK)
    (kept,) = await office.files()
    with Image.open(io.BytesIO(kept.read_bytes())) as picture:
        assert modules(picture, LINK)
    assert file.media_id is not None
    assert await hall.database.read(_kind, file.media_id) == ("photo", f"ma-qr-{ENTRY.id}.png")
    await hall.set_state("sent", [said.id, file.id])
    await office.exporter.sweep()
    assert await office.files() == []


async def test_one_at_a_time_and_only_for_who_may_announce(office: Office) -> None:
    await office.order()
    with pytest.raises(UnderWay):
        await office.order()
    with pytest.raises(NotAllowed):
        await office.order(RESIDENT)
    assert await office.hall.database.read(_audited) == 0  # nobody's data is in it


async def test_whose_right_ends_meanwhile_gets_no_picture(office: Office) -> None:
    await office.order()
    await office.hall.database.write(lambda session: session.execute(delete(table(Role))))
    await office.exporter.sweep()
    (said,) = await office.hall.rows(HEAD)
    words = office.hall.composer.content.words("vi")
    assert (said.body, said.media_id) == (words("start.not_allowed"), None)


@pytest.mark.parametrize("entry", [CONTENT.faq[1].id, "gone"])
async def test_a_page_that_is_gone_meanwhile_is_told(office: Office, entry: str) -> None:
    content = office.hall.composer.content
    content.faq = tuple(replace(one, documents=()) for one in content.faq)
    await office.order(entry=entry)
    await office.exporter.sweep()
    (said,) = await office.hall.rows(HEAD)
    assert said.body == content.words("vi")("handing.qr_gone")


def _kind(session: Session, media_id: int) -> tuple[Any, ...]:
    rows = media.media.c
    found = select(rows.kind, rows.name).where(rows.id == media_id)
    return tuple(session.execute(found).one())


def _audited(session: Session) -> int:
    return int(session.execute(select(func.count()).select_from(table(Audit))).scalar_one())
