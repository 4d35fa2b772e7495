"""The page's own files, all in one flat folder, as they stand there: no build step between."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from aiohttp import web

PAGE: Final = Path(__file__).parent / "page"

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}


class Assets:
    """Compressed where the browser can take it, and asked for anew at each load."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/", self.index)
        app.router.add_get("/page/{name}", self.part)

    async def index(self, request: web.Request) -> web.Response:
        return await self._file("index.html")

    async def part(self, request: web.Request) -> web.Response:
        return await self._file(request.match_info["name"])

    async def _file(self, name: str) -> web.Response:
        files = {path.name: path for path in self._folder.iterdir() if path.suffix in _TYPES}
        if name not in files:
            raise web.HTTPNotFound
        headers = {"Content-Type": _TYPES[files[name].suffix], "Cache-Control": "no-cache"}
        body = await asyncio.to_thread(files[name].read_bytes)
        response = web.Response(body=body, headers=headers)
        response.enable_compression()
        return response
