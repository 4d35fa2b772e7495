"""What `run` answers over HTTP: whether it is well, the calls of platforms (webhooks), and the
photos they fetch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from aiohttp import web

from bot.web.photos import PATH, Photos
from db import bots
from db.engine import Database, DatabaseError

LARGEST: Final = 8_000_000  # bytes of an update: what is refused would be brought again for ever
PATIENCE: Final = 5.0  # seconds until a database that does not answer is not well

Hook: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]


def service_app(
    database: Database, hooks: Mapping[str, Hook], photos: Photos | None = None
) -> web.Application:
    """`hooks` by their paths: the platform itself knows whom it lets in. `photos` None: no
    platform fetches any."""

    async def health(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(PATIENCE):
                await database.read(bots.named)
        except (DatabaseError, TimeoutError):
            return web.json_response({"ok": False}, status=503)
        return web.json_response({"ok": True})

    served = web.Application(client_max_size=LARGEST)
    served.router.add_get("/health", health)
    for path, hook in hooks.items():
        served.router.add_post(path, hook)
    if photos:
        served.router.add_get(PATH, photos.answer)
    return served
