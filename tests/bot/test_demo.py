"""The demo starts on what is its own, and on nothing else; afresh means only its own goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import opened
from bot.clock import Clock
from bot.config import BotConfig, Config, ConfigError
from bot.demo import open_demo, remove, settlement_of
from content.commune import load_commune
from db import bots, communes, schema
from db.errors import DatabaseError
from tests.bot.process import run
from tests.living import CONTENT, PNG, ROOT, Living, living, settings


async def start(config: Config) -> None:
    async with open_demo(config, CONTENT):
        pass


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def lived_in(folder: Path) -> None:
    """A village with a photo in it, its clock moved."""
    async with living(folder) as village:
        await village.say("cuc", "Cầu gãy", files=(("a.png", "image/png", PNG),))
        await advance(village, 60)


async def advance(village: Living, seconds: float) -> None:
    async with village.client.post("/api/clock", json={"advance": seconds}) as answer:
        assert answer.status == 200, await answer.text()


def readable_by_others(folder: Path) -> list[str]:
    """What another user of this machine could read in it."""
    if not folder.stat().st_mode & 0o055:
        return []
    found = []
    for path in folder.iterdir():
        if path.is_dir():
            found += readable_by_others(path)
        elif path.stat().st_mode & 0o044:
            found.append(path.name)
    return found


@pytest.mark.parametrize(
    "open_to", [pytest.param(None, id="a new folder"), pytest.param(0o755, id="an open one")]
)
async def test_nobody_else_on_the_machine_can_read_what_people_write(
    tmp_path: Path, open_to: int | None
) -> None:
    data = tmp_path / "data"
    if open_to is not None:
        data.mkdir()
        data.chmod(open_to)
    await lived_in(data)
    assert {"loalang.db", "clock", "village/village.db"} < tree(data)
    assert readable_by_others(data) == []
    assert data.stat().st_mode & 0o777 == (open_to or 0o700)
    assert [(data / name).stat().st_mode & 0o077 for name in ("loalang.db", "media")] == [0, 0]


async def test_afresh_everything_of_ours_is_gone(tmp_path: Path) -> None:
    await lived_in(tmp_path)
    assert {"loalang.db", "clock", "village/village.db"} < tree(tmp_path)
    remove(settings(tmp_path))
    assert tree(tmp_path) <= {"loalang.db.lock"}
    assert not (tmp_path / "village").exists()
    assert not (tmp_path / "media").exists()


async def test_afresh_a_strangers_files_stay_wherever_they_lie(tmp_path: Path) -> None:
    await lived_in(tmp_path)
    strange = ["notes.txt", "media/holiday.jpg", "village/map.png", "village/files/x", "other.db"]
    for name in strange:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    remove(settings(tmp_path))
    assert tree(tmp_path) - {"loalang.db.lock"} == set(strange)
    async with living(tmp_path) as village:
        assert await village.heard("cuc", "cuc") == []


def test_a_strangers_clock_stays(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("half past nine", encoding="utf-8")
    remove(settings(tmp_path))
    assert (tmp_path / "clock").read_text(encoding="utf-8") == "half past nine"


def test_afresh_where_nothing_is_makes_nothing(tmp_path: Path) -> None:
    remove(settings(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_afresh_with_a_database_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="leave “database” empty"):
        remove(settings(tmp_path, "postgresql://loalang@localhost/loalang"))


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE cows (name TEXT)")
        opened.commit()


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        opened.execute(f"CREATE TABLE {schema.VERSION_TABLE} (version_num TEXT)")
        opened.execute(f"INSERT INTO {schema.VERSION_TABLE} VALUES ('9999')")  # noqa: S608
        opened.commit()


def damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(foreign, "is not a Loa Làng database", id="foreign"),
        pytest.param(newer, "made by a newer Loa Làng", id="newer"),
        pytest.param(damaged, "restore a copy", id="damaged"),
    ],
)
async def test_a_database_that_is_not_for_us_is_refused_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], told: str
) -> None:
    database = tmp_path / "loalang.db"
    make(database)
    before = database.read_bytes()
    with pytest.raises(DatabaseError, match=told):
        await start(settings(tmp_path))
    with pytest.raises(DatabaseError, match=told):
        remove(settings(tmp_path))
    assert database.read_bytes() == before


@pytest.mark.parametrize("name", ["", "media", "village"])
async def test_something_in_the_way_of_a_folder_is_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "data"
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("in the way", encoding="utf-8")
    with pytest.raises(Exception, match=r"cannot be made.*choose another") as raised:
        await start(settings(folder))
    assert type(raised.value).__name__ in ("ConfigError", "RecordError")


async def test_the_demo_makes_its_own_bots_and_leaves_real_ones_alone(tmp_path: Path) -> None:
    real = BotConfig("xa", "telegram", "song-trang", "NOWHERE")
    async with open_demo(replace(settings(tmp_path), bots=(real,)), CONTENT) as demo:
        assert (await demo.app.database.read(bots.named)).keys() == {"lang-telegram", "lang-zalo"}


async def test_a_village_in_which_much_is_carried_by_hand_starts_again_and_is_emptied(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as village:
        await village.say("lua", "nhóm")
        for label in ("Thêm loa", "Bảng tin", "Tôi"):
            await village.press("lua", label)
    async with living(tmp_path) as village:
        (told,) = await village.say("lua", "nhóm")
        assert "Bảng tin thôn Gò Sen" in told["text"]
    remove(settings(tmp_path))
    assert tree(tmp_path) == {"loalang.db.lock"}


async def in_service(config: Config) -> None:
    """A database that knows the demo's commune and a real bot."""
    places = settlement_of(load_commune()).places
    async with opened(config.url, Clock()) as database:
        await database.write(communes.serve, places, [("xa", "telegram", "song-trang")])


async def test_a_folder_in_service_is_neither_practised_in_nor_emptied(tmp_path: Path) -> None:
    config = settings(tmp_path)
    await in_service(config)
    with pytest.raises(DatabaseError, match=r"serves real bots: .* --data"):
        await start(config)
    with pytest.raises(DatabaseError, match=r"in service, for real bots, .* --data"):
        remove(config)
    assert "loalang.db" in tree(tmp_path)


async def test_a_commune_without_its_seat_says_what_to_write(tmp_path: Path) -> None:
    bot = '[bot]\ntitle = "B"\ntelegram = "@b"\nzalo = "@B"\n'
    (tmp_path / "commune.toml").write_text(f"people = []\ngroups = []\nplaces = []\n{bot}")
    with pytest.raises(ConfigError, match='kind = "commune"'):
        await start(replace(settings(tmp_path / "data"), content=str(tmp_path)))


@pytest.mark.parametrize("kept", ["", "nan", "inf", "-5", "1e300", "9" * 400, "two", "\0"])
async def test_a_clock_that_cannot_be_is_not_believed(tmp_path: Path, kept: str) -> None:
    (tmp_path / "clock").write_text(kept, encoding="utf-8")
    async with open_demo(settings(tmp_path), CONTENT) as demo:
        assert demo.app.clock.ahead.total_seconds() == 0


async def test_the_clock_goes_on_where_it_was(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        await advance(village, 3600)
    async with open_demo(settings(tmp_path), CONTENT) as demo:
        assert demo.app.clock.ahead.total_seconds() == 3600


def content(folder: Path) -> Path:
    """Settings whose own content is broken in its second line."""
    ours = folder / "ours" / "replies"
    ours.mkdir(parents=True)
    (ours / "vi.toml").write_text('[start]\nmenu = "thiếu ngoặc\n', encoding="utf-8")
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    path = folder / "settings.toml"
    path.write_text(shipped.replace('content = ""', f'content = "{ours.parent}"'), encoding="utf-8")
    return path


def test_broken_content_is_named_by_file_and_line_and_nothing_is_made(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ran = run("demo", "--config", str(content(tmp_path)), "--data", str(data), "--port", "0")
    assert "replies/vi.toml:2: " in ran.complaint
    assert not data.exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    ran = run("demo", "--data", str(tmp_path / "file" / "data"), "--port", "0")
    assert "choose another with --data" in ran.complaint


async def test_the_clock_never_goes_further_than_a_restart_would_believe(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        year = 366 * 24 * 3600
        for _ in range(99):
            async with village.client.post("/api/clock", json={"advance": year}) as answer:
                assert answer.status == 200
        async with village.client.post("/api/clock", json={"advance": year}) as answer:
            assert answer.status == 400
            assert "--fresh" in (await answer.json())["error"]
        ahead = village.app.clock.ahead
    async with living(tmp_path) as village:
        assert village.app.clock.ahead == ahead
