"""Files over Telegram: uploaded once, sent on by what Telegram calls them, and taken in albums."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import delete, select
from sqlmodel import Session

from content.commune import Commune, Group
from db.tables import Outbox, Upload, table
from tests.bot.telegraph import COMMUNE, Telegraph, telegraph
from tests.bot.villagers import Circle, announce, files, words
from tests.living import PNG
from tests.servers.telegram.files import Stored
from tests.servers.telegram.refusals import WRONG_FILE, bad

outbox = table(Outbox)

NEWS = "Bà con xem lịch cắt nước trong ảnh."
PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def many(groups: int) -> Commune:
    """Gò Sen with so many groups of its households."""
    return replace(
        COMMUNE,
        groups=tuple(
            Group(f"nhom-{n}", f"Xóm {n}", "go-sen", "households", "telegram", ("lua",), True)
            for n in range(1, groups + 1)
        ),
    )


def photo(number: int) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (10 + number, 10)).save(kept, "PNG")
    return kept.getvalue()


def got(village: Telegraph) -> list[list[Stored]]:
    """What lies in each group, in order."""
    number = village.server.bots[village.token].id
    return [
        [village.server.files.found(number, id) for one in circle.shown() for id in files(one)]
        for circle in village.groups.values()
    ]


def uploads(village: Telegraph) -> int:
    """Files that were ever brought to Telegram, by anybody."""
    return len(village.server.files._stored)


def owed(session: Session) -> list[str]:
    query = select(outbox.c.state).where(outbox.c.delivery_id.is_not(None)).order_by(outbox.c.id)
    return list(session.execute(query).scalars())


async def ready(village: Telegraph, *, known: bool = False) -> int:
    """An announcement with a photo up to its last button; how many files Telegram has by then.
    `known`: it may be sent on by what Telegram called it in the preview."""
    head = village.person("Bà Lúa")
    await head.says("/thongbao")
    await head.says(NEWS, photo=PNG)
    await head.presses("Hộ dân")
    await head.presses("Tiếp tục")
    if not known:
        await village.app.database.write(lambda session: session.execute(delete(table(Upload))))
    return uploads(village)


async def test_a_photo_for_thirty_groups_goes_up_once_and_the_others_wait_for_it(
    tmp_path: Path,
) -> None:
    async with telegraph(tmp_path, commune=many(30)) as village:
        before, server = await ready(village), village.server
        calls = server.records.calls["sendPhoto"]
        hanging = server.fault("hang", "sendPhoto")
        village.person("Bà Lúa").push("Gửi ngay")
        circles = list(village.groups.values())
        await server.until(lambda: hanging.holding == 1 and all(one.shown() for one in circles))
        resident = village.person("Anh Khế")
        resident.speaks("lam giay khai sinh can gi")
        await server.until(lambda: bool(resident.shown()))
        assert server.records.calls["sendPhoto"] == calls + 1
        hanging.release()
        await village.quiet()
        assert [[one.data for one in stored] for stored in got(village)] == [[PNG]] * 30
        assert [len(one.shown()) for one in circles] == [2] * 30
        assert server.records.calls["sendPhoto"] == calls + 30
        assert uploads(village) == before + 1
        assert "30/30" in "\n".join(village.person("Bà Lúa").reads())


@pytest.mark.parametrize("fault", ["reset", "error", "half"])
async def test_an_upload_that_breaks_off_is_in_doubt_for_one_group_alone(
    tmp_path: Path, fault: Any
) -> None:
    async with telegraph(tmp_path, commune=many(3)) as village:
        before = await ready(village)
        village.server.fault(fault, "sendPhoto")
        told = await village.person("Bà Lúa").presses("Gửi ngay")
        assert "2/3" in told
        states = await village.app.database.read(owed)
        assert sorted(states) == ["sent"] * 5 + ["uncertain"]
        arrived = sorted(len(stored) for stored in got(village))
        assert arrived == ([0, 1, 1] if fault == "error" else [1, 1, 1])
        assert uploads(village) == before + (1 if fault == "error" else 2)


async def test_an_upload_under_way_when_the_program_stops_is_in_doubt_and_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sender.LAST_WORDS", 0.0)
    async with telegraph(tmp_path, commune=many(3)) as village:
        before, head = await ready(village), village.person("Bà Lúa")
        hanging = village.server.fault("hang", "sendPhoto")
        head.push("Gửi ngay")
        circles = village.groups.values()
        await village.server.until(
            lambda: hanging.holding == 1 and all(one.shown() for one in circles)
        )
        await village.stop()
        village.server.clear_faults()
        await village.start()
        await village.quiet()
        assert "2/3" in "\n".join(head.reads())
        assert sorted(await village.app.database.read(owed)) == ["sent"] * 5 + ["uncertain"]
        assert uploads(village) <= before + 2


@pytest.mark.parametrize("refused", [1, 99], ids=["once", "always"])
async def test_a_file_that_telegram_has_forgotten_is_uploaded_again(
    tmp_path: Path, refused: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with telegraph(tmp_path, commune=many(4)) as village:
        before, known = await ready(village, known=True), village.server.files.of_kind
        asked: list[str] = []

        def forgetful(bot: int, file_id: str, kind: str) -> Stored:
            asked.append(file_id)
            if len(asked) <= refused:
                raise bad(WRONG_FILE)
            return known(bot, file_id, kind)

        monkeypatch.setattr(village.server.files, "of_kind", forgetful)
        assert "4/4" in await village.person("Bà Lúa").presses("Gửi ngay")
        assert [[one.data for one in stored] for stored in got(village)] == [[PNG]] * 4
        assert uploads(village) == before + min(refused, 4)
        assert len(asked) == 4


async def test_what_was_seen_in_the_preview_is_not_uploaded_again(tmp_path: Path) -> None:
    async with telegraph(tmp_path, commune=many(4)) as village:
        before = await ready(village, known=True)
        assert "4/4" in await village.person("Bà Lúa").presses("Gửi ngay")
        assert [[one.data for one in stored] for stored in got(village)] == [[PNG]] * 4
        assert uploads(village) == before


async def test_a_document_arrives_under_its_name(tmp_path: Path) -> None:
    async with telegraph(tmp_path, commune=many(2)) as village:
        head = village.person("Bà Lúa")
        paper = ("Lịch cắt nước.pdf", PDF)
        _, told = await announce(head, "Lịch cắt nước tháng này", document=paper)
        assert "2/2" in told
        assert [[(one.kind, one.name, one.data) for one in stored] for stored in got(village)] == [
            [("document", *paper)]
        ] * 2


async def test_an_album_is_announced_in_its_order_and_once_though_send_is_pressed_twice(
    tmp_path: Path,
) -> None:
    async with telegraph(tmp_path, commune=many(2)) as village:
        head, photos = village.person("Bà Lúa"), [photo(number) for number in range(4)]
        await head.says("/thongbao")
        head.person.album(village.token, photos, NEWS)
        await village.quiet()
        await head.presses("Hộ dân")
        await head.presses("Tiếp tục")
        head.push("Gửi ngay")
        head.push("Gửi ngay")
        await village.quiet()
        assert "2/2" in "\n".join(head.reads())
        assert [[one.data for one in stored] for stored in got(village)] == [photos] * 2
        for circle in village.groups.values():
            assert [words(one) for one in circle.shown()] == [NEWS, *[""] * len(photos)]


async def test_a_photo_goes_up_once_for_each_bot_whose_groups_see_it(tmp_path: Path) -> None:
    """What one bot calls a file means nothing to another."""
    async with telegraph(tmp_path, bots=("xa", "thon"), commune=many(2)) as village:
        head, other = village.person("Bà Lúa"), village.tokens["thon"]
        place = village.server.group("Nhóm của bot kia", [head.person])
        circle = Circle(village, place, other)
        place.add(other)
        await village.quiet()
        await head.says("nhóm")
        await head.presses("Thêm nhóm")
        code = await head.presses("Hộ dân")
        await head.says("@bot đăng ký " + code.partition("đăng ký ")[2].split()[0], circle)
        before = await ready(village, known=True)
        assert "3/3" in await head.presses("Gửi ngay")
        assert [words(one) for one in circle.shown()[-2:]] == [NEWS, ""]
        assert data(village, circle.shown(), other) == [PNG]
        assert [[one.data for one in stored] for stored in got(village)] == [[PNG]] * 2
        assert uploads(village) == before + 1


async def test_ten_photos_in_one_album_are_in_the_report_in_their_order(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        resident, head = village.person("Anh Khế"), village.person("Bà Lúa")
        photos = [photo(number) for number in range(10)]
        for said in ("phản ánh", "đồng ý", "Rác đổ đầy mương", "Đầu ngõ"):
            await resident.says(said)
        resident.person.album(village.token, photos)
        await village.quiet()
        heard = resident.reads()
        assert sum("10 ảnh" in text for text in heard) == 1, heard
        head.news()
        assert "PA-1" in await resident.presses("Gửi")
        assert data(village, head.news()) == photos


async def test_an_album_with_words_begins_a_report_and_all_of_it_is_kept(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        resident, head = village.person("Anh Khế"), village.person("Bà Lúa")
        photos = [photo(number) for number in range(3)]
        for said in ("phản ánh", "đồng ý"):
            await resident.says(said)
        resident.person.album(village.token, photos, "Rác đổ đầy mương")
        await village.quiet()
        await resident.says("Đầu ngõ")
        head.news()
        assert "PA-1" in await resident.presses("Gửi")
        told = head.news()
        assert "Rác đổ đầy mương" in words(told[0])
        assert data(village, told) == photos


def data(village: Telegraph, messages: Sequence[dict[str, Any]], token: str = "") -> list[bytes]:
    number = village.server.bots[token or village.token].id
    found = [id for message in messages for id in files(message)]
    return [village.server.files.found(number, id).data for id in found]
