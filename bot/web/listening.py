"""Answering on a port of this machine, for nobody else: what the outside may reach, a web server
in front hands on."""

from __future__ import annotations

import errno
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestPayloadError

from bot.config import ConfigError
from bot.web.guard import WithoutWords


@asynccontextmanager
async def listening(served: web.Application, port: int, setting: str) -> AsyncIterator[int]:
    """The port that was bound (0: any free one); `setting`: where another is chosen. Raises
    ConfigError."""
    wordless = WithoutWords(logging.getLogger(__name__))
    served.middlewares.append(_whole_bodies)
    runner = web.AppRunner(served, access_log=None, logger=wordless, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await _bind(runner, port, setting)
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@web.middleware
async def _whole_bodies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A body that is not what its headers say (broken gzip) is the caller's fault, not ours."""
    try:
        return await handler(request)
    except RequestPayloadError:
        raise web.HTTPBadRequest from None


async def _bind(runner: web.AppRunner, port: int, setting: str) -> None:
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        why = "is in use: close the other program" if in_use else "may not be used by this user"
        raise ConfigError(f"port {port} {why}, or choose another with {setting}") from None
