"""A commune's first day, from `init` to its first announcement, on each kind of database."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.config import Config
from bot.init import Given, first_code, init
from db import roles
from tests.living import Living, inhabited, said

GIVEN = Given("Xã Mây Trắng", "Thôn Đông, Thôn Đoài")
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")
ADMIN = {"telegram": "can-bo-1", "zalo": "can-bo-2"}
MENTION = {"telegram": "@loalang_bot", "zalo": "@Bot Loa Làng"}
STYLES = ["telegram", "zalo"]


async def founded(folder: Path, database: str = "") -> tuple[Config, str]:
    """A commune, and the code of its first admin."""
    told: list[str] = []
    await asyncio.to_thread(init, folder, GIVEN, None, told.append)
    practice = config.load(folder / "config.toml").practice
    if not database:
        return practice, code("\n".join(told))
    practice = replace(practice, database=database)
    return practice, (await first_code(practice)).code


def code(text: str) -> str:
    (found,) = CODE.findall(text)
    return str(found)


async def invite(village: Living, admin: str, role: str, place: str = "") -> str:
    """The message to forward; its code stands in it."""
    await village.say(admin, "vai trò")
    await village.press(admin, "Mời người mới")
    await village.press(admin, role)
    if place:
        await village.say(admin, place)
    return said(await village.press(admin, "Không thời hạn"))


async def confirm(village: Living, admin: str, answer: str = "Đúng người") -> str:
    """The admin's word about the newest candidate: by its button, or by its code and number."""
    newest = (await village.heard(admin, admin))[-1]
    assert "vừa dùng mã" in newest["text"]
    if newest["buttons"]:
        return said(await village.press(admin, answer))
    matter = re.search(r"VT-\d+", newest["text"])
    assert matter
    number = 1 if answer == "Đúng người" else 2
    return said(await village.say(admin, f"{matter[0]} {number}"))


async def last_heard(village: Living, person: str) -> str:
    return str((await village.heard(person, person))[-1]["text"])


@pytest.mark.parametrize("style", STYLES)
async def test_from_init_to_the_first_announcement(tmp_path: Path, style: str) -> None:
    await first_day(*await founded(tmp_path / "xa"), style)


async def test_the_same_on_postgresql(tmp_path: Path, postgresql_url: str) -> None:
    await first_day(*await founded(tmp_path / "xa", postgresql_url), "zalo")


async def first_day(settings: Config, first_code: str, style: str) -> None:
    admin, approver = ADMIN[style], "can-bo-3"
    async with inhabited(settings) as village:
        assert "Quản trị xã Mây Trắng" in said(await village.say(admin, first_code))
        await village.say(approver, await invite(village, admin, "Lãnh đạo xã"))
        assert "Đã giao" in await confirm(village, admin)
        assert "Từ nay anh/chị là Lãnh đạo xã" in await last_heard(village, approver)
        for app in STYLES:
            head, group = f"dan-thon-dong-{app}", f"nhom-thon-dong-{app}"
            await village.say(head, code(await invite(village, admin, "Trưởng thôn", "đông")))
            await confirm(village, admin)
            assert "Từ nay anh/chị là Trưởng thôn Đông" in await last_heard(village, head)
            await tie(village, head, group, MENTION[app])
        head = f"dan-thon-dong-{style}"
        await announce(village, head)
        for app in STYLES:
            told = await village.heard(f"dan-thon-dong-{app}", f"nhom-thon-dong-{app}")
            assert told[-1]["text"] == "Tối nay họp thôn."
        overview = said(await village.say(approver, "nhóm"))
        assert overview.count("tin gần nhất tới lúc") == 2
        assert "2 nhóm chưa nối" in overview


async def tie(village: Living, head: str, group: str, mention: str) -> None:
    await village.say(head, "nhóm")
    await village.press(head, "Thêm nhóm")
    await village.press(head, "Thôn Đông")
    told = said(await village.press(head, "Hộ dân"))
    group_code = CODE.findall(told)[0]
    assert "từ nay nhận tin của Thôn Đông" in said(
        await village.say(head, f"{mention} đăng ký {group_code}", group)
    )


async def announce(village: Living, head: str) -> None:
    await village.say(head, "thông báo")
    await village.say(head, "Tối nay họp thôn.")
    await village.press(head, "Hộ dân")
    await village.press(head, "Tiếp tục")
    assert "2/2" in said(await village.press(head, "Gửi ngay"))


@pytest.mark.parametrize("style", STYLES)
async def test_a_code_for_a_role_counts_once_and_for_the_right_person(
    tmp_path: Path, style: str
) -> None:
    settings, first_code = await founded(tmp_path / "xa")
    admin, right, wrong = ADMIN[style], f"dan-thon-doai-{style}", f"dan-thon-dong-{style}"
    async with inhabited(settings) as village:
        await village.say(admin, first_code)
        assert "không đúng" in said(await village.say(wrong, first_code))
        stolen = code(await invite(village, admin, "Trưởng thôn", "đoài"))
        await village.say(wrong, stolen)
        assert "em không giao" in await confirm(village, admin, "Không phải")
        assert "chưa xác nhận anh/chị" in await last_heard(village, wrong)
        assert "không đúng" in said(await village.say(right, stolen))
        assert "trưởng thôn và cán bộ" in said(await village.say(wrong, "nhóm"))


async def test_a_code_for_a_role_is_void_in_a_group_and_after_a_week(tmp_path: Path) -> None:
    settings, first_code = await founded(tmp_path / "xa")
    admin, head, group = "can-bo-1", "dan-thon-dong-telegram", "nhom-thon-dong-telegram"
    async with inhabited(settings) as village:
        await village.say(admin, first_code)
        seen = await invite(village, admin, "Trưởng thôn", "đông")
        assert "em đã hủy mã" in said(await village.say(head, seen, group))
        assert "viết lên nhóm" in await last_heard(village, admin)
        assert "không đúng" in said(await village.say(head, code(seen)))
        old = code(await invite(village, admin, "Trưởng thôn", "đông"))
        week = {"advance": timedelta(days=7).total_seconds()}
        async with village.client.post("/api/clock", json=week) as answer:
            assert answer.status == 200
        assert "quá hạn" in said(await village.say(head, old))


async def test_a_role_ends_on_its_day_and_its_menu_with_it(tmp_path: Path) -> None:
    settings, first_code = await founded(tmp_path / "xa")
    admin, approver = "can-bo-1", "can-bo-3"
    async with inhabited(settings) as village:
        await village.say(admin, first_code)
        await village.say(admin, "vai trò")
        await village.press(admin, "Mời người mới")
        await village.press(admin, "Lãnh đạo xã")
        today = village.app.clock.now() + timedelta(hours=7)
        told = said(await village.say(admin, f"đến {today:%d/%m/%Y}"))
        await village.say(approver, code(told))
        await confirm(village, admin)
        assert labels(await village.say(approver, "menu")) >= {"Soạn thông báo"}
        day = {"advance": timedelta(days=1).total_seconds()}
        async with village.client.post("/api/clock", json=day) as answer:
            assert answer.status == 200
        assert "Soạn thông báo" not in labels(await village.say(approver, "menu"))


def labels(messages: list[dict[str, Any]]) -> set[str]:
    return {button["label"] for message in messages for button in message["buttons"]}


async def test_a_fresh_code_is_there_as_long_as_nobody_is_admin(tmp_path: Path) -> None:
    settings, lost = await founded(tmp_path / "xa")
    again: list[str] = []
    await asyncio.to_thread(init, tmp_path / "xa", Given(), None, again.append)
    async with inhabited(settings) as village:
        assert "không đúng" in said(await village.say("can-bo-1", lost))
        assert "Quản trị" in said(await village.say("can-bo-1", code("\n".join(again))))
        now = village.app.clock.now()
        assert await village.app.database.read(roles.admins, now) == 1
    with pytest.raises(config.ConfigError, match="its practice an admin"):
        await asyncio.to_thread(init, tmp_path / "xa", Given(), None, again.append)
