"""Photos that people sent, read from the address that Zalo gave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.platforms.base import FileGone, Unreachable
from bot.platforms.zalo import download as downloading
from bot.platforms.zalo import facts
from bot.platforms.zalo.download import is_loopback
from bot.platforms.zalo.platform import Zalo
from handlers.messages import Attachment
from tests.living import PNG


@asynccontextmanager
async def shelf() -> AsyncIterator[str]:
    """The address of a place that gives photos, and worse."""

    async def give(request: web.Request) -> web.StreamResponse:
        name = request.path.strip("/")
        assert "Bot" not in str(request.headers)
        if name.isdecimal():
            return web.Response(status=int(name))
        if name.startswith("to-"):
            raise web.HTTPFound({"to-photo": "/photo", "to-self": "/to-self"}.get(name, LEADS))
        if name == "large":
            return web.Response(body=b"x" * (facts.LARGEST_PHOTO + 100_000))
        if name == "half":
            answer = web.StreamResponse(headers={"Content-Length": "1000"})
            await answer.prepare(request)
            await answer.write(b"x" * 10)
            assert request.transport is not None
            request.transport.close()
            return answer
        return web.Response(body=PNG)

    application = web.Application()
    application.router.add_get("/{name}", give)
    server = TestServer(application)
    await server.start_server(access_log=None)
    yield str(server.make_url("/"))
    await server.close()


LEADS = "https://10.0.0.7/inside"


async def fetched(url: str, to: Path, base_url: str = "http://127.0.0.1:1") -> bytes:
    platform = Zalo("1:x", base_url=base_url)
    try:
        await platform.fetch(Attachment(url, "photo"), to)
    finally:
        await platform.aclose()
    return to.read_bytes()  # noqa: ASYNC240 (small)


@pytest.mark.parametrize("name", ["photo", "to-photo"])
async def test_a_photo_comes_down_whole(tmp_path: Path, name: str) -> None:
    async with shelf() as there:
        assert await fetched(there + name, tmp_path / "photo") == PNG


async def test_of_one_too_large_no_more_comes_than_shows_it(tmp_path: Path) -> None:
    async with shelf() as there:
        found = await fetched(there + "large", tmp_path / "photo")
    assert len(found) == facts.LARGEST_PHOTO + 1


@pytest.mark.parametrize("name", ["403", "404", "410", "to-self", "to-inside", "304"])
async def test_what_is_gone_is_not_asked_for_again(tmp_path: Path, name: str) -> None:
    async with shelf() as there:
        with pytest.raises(FileGone):
            await fetched(there + name, tmp_path / "photo")


@pytest.mark.parametrize("name", ["500", "401", "half"])
async def test_what_failed_may_be_asked_for_again(tmp_path: Path, name: str) -> None:
    async with shelf() as there:
        with pytest.raises(Unreachable):
            await fetched(there + name, tmp_path / "photo")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a", "https://127.0.0.1:1/a"])
async def test_nobody_there_may_be_asked_again(tmp_path: Path, url: str) -> None:
    with pytest.raises(Unreachable):
        await fetched(url, tmp_path / "photo")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "photo",
        "http://photo.zdn.example/1",
        "ftp://photo.zdn.example/1",
        "file:///etc/passwd",
        "https://",
        "https://localhost/1",
        "https://router/1",
        "https://nas.lan/1",
        "https://10.1.2.3/1",
        "https://192.168.1.1/1",
        "https://169.254.169.254/latest",
        "https://127.0.0.1/1",
        "https://127.1/1",
        "https://2130706433/1",
        "https://0x7f000001/1",
        "https://0/1",
        "https://[::1]/1",
        "https://[fd00::1]/1",
        "https://[::ffff:10.0.0.1]/1",
        "https://user@10.0.0.1/1",
        "https://zdn.example\\@10.0.0.1/1",
        "https://127。0。0。1/1",
        "https://１２７.0.0.1/1",
        "https://[oops/1",
        "https://zdn.example:99999999/1",
        "https://a\x00b.example/",
        "//photo.zdn.example/1",
    ],
)
async def test_no_address_leads_inside(tmp_path: Path, url: str) -> None:
    with pytest.raises(FileGone):
        await fetched(url, tmp_path / "photo", facts.BASE_URL)
    assert not (tmp_path / "photo").exists()


@pytest.mark.parametrize("url", ["https://photo-zpc.zdn.example/jpg/1", "https://1.1.1.1/a"])
def test_an_address_outside_is_read(url: str) -> None:
    assert downloading._is_public(url)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:1", True),
        (facts.BASE_URL, False),
        ("https://10.0.0.1", False),
        ("http://[oops", False),
        ("", False),
    ],
)
def test_only_an_imitation_on_this_machine_may_give_photos_from_here(url: str, here: bool) -> None:
    assert is_loopback(url) is here
