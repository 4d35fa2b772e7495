"""A photo is shown to the outside at an address that nobody guesses, once it was released."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, update
from sqlmodel import Session

from bot.config import ConfigError
from bot.web.health import service_app
from bot.web.photos import Photos, kept_key
from db.announcements import Part
from db.engine import Database
from db.tables import Media, table
from tests.blank import lay
from tests.db.village import NOW, Village, build, released
from tests.living import PNG

media = table(Media)
PUBLIC = "https://bot.xa.example"
KEY = b"k" * 32


def photo(session: Session, village: Village) -> int:
    found = session.execute(
        insert(media)
        .values(
            bot_id=village.bots["zalo"],
            chat_id=village.groups["ben households zalo"],
            ref="",
            kind="photo",
            name="anh",
            state="kept",
            attempts=0,
            due_at=NOW,
            digest="abc",
            mime="image/png",
        )
        .returning(media.c.id)
    )
    return int(found.scalar_one())


def changed(session: Session, /, **values: str) -> None:
    session.execute(update(media).values(**values))


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class House:
    database: Database
    folder: Path
    photos: Photos
    client: TestClient  # type: ignore[type-arg]
    photo: int  # released
    other: int  # not

    @property
    def path(self) -> str:
        return self.photos.url(self.photo).removeprefix(PUBLIC)

    async def asked(self, path: str, method: str = "GET") -> Answer:
        async with self.client.request(method, path) as answer:
            return Answer(answer.status, await answer.read(), answer.headers)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    database = Database.open(lay(f"sqlite:///{tmp_path}/loalang.db"))
    village = await database.write(build)
    one, other = [await database.write(photo, village) for _ in range(2)]
    parts = {"zalo": [Part("", one)]}
    await database.write(released, village, ["ben"], media=[one], parts=parts)
    (tmp_path / "abc").write_bytes(PNG)
    photos = Photos(database, tmp_path, KEY, PUBLIC)
    async with TestClient(TestServer(service_app(database, {}, photos))) as client:
        yield House(database, tmp_path, photos, client, one, other)
    await database.close()


async def test_a_released_photo_is_shown_as_what_it_is(house: House) -> None:
    answer = await house.asked(house.path)
    assert (answer.status, answer.body) == (200, PNG)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    head = await house.asked(house.path, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(PNG))


async def test_nothing_else_is_found_and_why_is_not_said(house: House) -> None:
    released, other = house.path, house.photos.url(house.other).removeprefix(PUBLIC)
    mark = released.rpartition("-")[2]
    wrong = [
        other,
        "/photos/",
        "/photos",
        f"/photos/{house.photo}",
        f"/photos/{house.other}-{mark}",
        f"/photos/{house.photo}-{mark[:-1]}{'1' if mark[-1] == '0' else '0'}",
        f"/photos/{house.photo}-{mark.upper()}",
        f"/photos/0{house.photo}-{mark}",
        f"/photos/{house.photo}-{mark}/",
        f"/photos/..%2f{house.photo}-{mark}",
        f"/photos/{'9' * 40}-{mark}",
        "/photos/abc",
        "/photos/..%2floalang.db",
    ]
    answers = [await house.asked(path) for path in wrong]
    assert {answer.status for answer in answers} == {404}
    assert not any(PNG in answer.body for answer in answers)
    assert (await house.asked(released, "POST")).status == 405


@pytest.mark.parametrize(
    ("name", "value"),
    [("mime", "text/html"), ("mime", "image/svg+xml"), ("state", "refused"), ("kind", "document")],
)
async def test_only_pictures_that_are_kept_are_shown(house: House, name: str, value: str) -> None:
    await house.database.write(changed, **{name: value})
    assert (await house.asked(house.path)).status == 404


async def test_a_photo_gone_from_the_disk_is_not_found(house: House) -> None:
    await asyncio.to_thread((house.folder / "abc").unlink)
    assert (await house.asked(house.path)).status == 404


async def test_without_the_database_it_may_be_asked_again(house: House) -> None:
    await house.database.close()
    assert (await house.asked(house.path)).status == 503


async def test_another_key_makes_other_addresses(house: House) -> None:
    others = Photos(house.database, house.folder, b"x" * 32, PUBLIC)
    assert others.url(house.photo) != house.photos.url(house.photo)
    assert (await house.asked(others.url(house.photo).removeprefix(PUBLIC))).status == 404


def test_the_key_is_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "photos.key"
    key = kept_key(file)
    assert len(set(key)) > 8
    assert kept_key(file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["photos.key"]
    assert kept_key(tmp_path / "other.key") != key


def test_half_a_key_after_a_sudden_end_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "photos.key"
    file.write_bytes(b"half")
    file.with_suffix(".part").write_bytes(b"a quarter")
    key = kept_key(file)
    assert (len(key), kept_key(file)) == (32, key)


def test_a_key_that_cannot_be_kept_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "photos.key").mkdir()
    with pytest.raises(ConfigError, match="choose another as “data”"):
        kept_key(tmp_path / "photos.key")
