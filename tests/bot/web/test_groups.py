"""Groups in the village: where the bot says they belong, and a line that is cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.living import Living, living, said

GROUP = "tgr-go-sen-ho-dan"
UNTIED = "tgr-phu-nu"
HEAD = "lua"


async def group(village: Living, person: str, id: str) -> dict[str, Any]:
    return next(chat for chat in await village.groups(person) if chat["id"] == id)


async def post(village: Living, path: str, body: Any) -> tuple[int, Any]:
    async with village.client.post(path, json=body) as answer:
        return answer.status, await answer.json()


async def test_a_group_shows_where_it_belongs_as_soon_as_it_is_tied(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        before = await group(village, "nhap", UNTIED)
        assert (before["place"], before["segment"]) == ("", "")
        await village.say("nhap", "/nhom")
        await village.press("nhap", "Thêm nhóm")
        await village.press("nhap", "Gò Sen")
        words = said(await village.press("nhap", "Người dân"))
        code = words.partition("đăng ký ")[2][:9]
        await village.say("nhap", f"@loalang_bot đăng ký {code}", UNTIED)
        after = await group(village, "nhap", UNTIED)
        assert (after["place"], after["segment"]) == ("Thôn Gò Sen", "residents")


async def test_a_cut_line_makes_a_delivery_fail_and_a_mended_one_lets_it_be_sent_again(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as village:
        assert await post(village, "/api/outages", {"chat": GROUP, "on": True}) == (200, {})
        assert (await group(village, HEAD, GROUP))["cut"] is True
        await village.say(HEAD, "/thongbao")
        await village.say(HEAD, "Tối nay 19 giờ họp thôn.")
        await village.press(HEAD, "Hộ dân")
        await village.press(HEAD, "Tiếp tục")
        told = said(await village.press(HEAD, "Gửi ngay"))
        assert "Chưa gửi được (1)" in told
        assert await village.heard(HEAD, GROUP) == []
        await post(village, "/api/outages", {"chat": GROUP, "on": False})
        await village.press(HEAD, "Gửi lại")
        assert said(await village.heard(HEAD, GROUP)) == "Tối nay 19 giờ họp thôn."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"chat": GROUP, "on": 1}, 400, id="a number for yes"),
        pytest.param({"chat": GROUP}, 400, id="no word of on or off"),
        pytest.param({"chat": "khe", "on": True}, 404, id="a private chat"),
        pytest.param({"chat": "nowhere", "on": True}, 404, id="an unknown chat"),
        pytest.param({"chat": GROUP, "on": True, "all": True}, 400, id="an unknown field"),
    ],
)
async def test_a_slip_in_an_outage_is_named(tmp_path: Path, body: Any, status: int) -> None:
    async with living(tmp_path) as village:
        answered, words = await post(village, "/api/outages", body)
        assert answered == status
        assert words["error"]
