"""A photo that somebody sent: Zalo gives its address, which stops working after a while.

The address comes from outside: it must not lead us into the village office's own network.
"""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from yarl import URL

from bot.platforms.base import FileGone, Unreachable
from bot.platforms.line import save
from bot.platforms.zalo.wire import Wire

PATIENCE: Final = 120.0  # seconds: 10 MB at 85 kB/s
MOVES: Final = 3  # redirects that are followed
GONE: Final = (403, 404, 410)
_NAME: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_INSIDE: Final = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


async def download(wire: Wire, url: str, to: Path, most: int, *, here: bool = False) -> None:
    """Write the photo's bytes to `to`; of one larger than `most` bytes, one more than that.
    `here`: it may be on this machine, and without https. Raises FileGone, Unreachable."""
    for _ in range(MOVES + 1):
        if not (_is_public(url) or (here and is_loopback(url))):
            raise FileGone("the photo's address is none that is read")
        async with await wire.read(url, PATIENCE) as answer:
            if answer.status in GONE:
                raise FileGone("Zalo no longer has the photo")
            if answer.status == 200:
                await save(answer.content, to, most + 1)
                return
            if not 300 <= answer.status < 400:
                raise Unreachable(f"the photo was not given (HTTP {answer.status})")
            url = _next(url, answer.headers.get("Location", ""))
    raise FileGone("the photo's address leads nowhere")


def is_loopback(url: str) -> bool:
    host = _host(url, "http", "https")
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _is_public(url: str) -> bool:
    host = _host(url, "https")
    if ":" in host or _is_number(host):
        return _is_global(host)
    return bool(_NAME.fullmatch(host)) and not host.endswith(_INSIDE)


def _is_global(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_global
    return False


def _is_number(host: str) -> bool:
    """Also as old programs write addresses: 127.1, 0x7f.0.0.1."""
    last = host.rstrip(".").rpartition(".")[2]
    return last.isdecimal() or last.startswith("0x")


def _host(url: str, *schemes: str) -> str:
    """As who asks for it reads it; "" where there is none, or by another way."""
    try:
        address = URL(url)
    except ValueError:
        return ""
    return (address.raw_host or "") if address.scheme in schemes else ""


def _next(url: str, location: str) -> str:
    try:
        return str(URL(url).join(URL(location))) if location else ""
    except ValueError:
        return ""
