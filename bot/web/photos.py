"""Photos that a platform reads at an address of ours, because it takes no files (Zalo).

Who knows such an address sees the photo: so it cannot be guessed, it is told to the platform alone,
and it shows only what an announcement has carried into groups anyway, and photo guides.
"""

from __future__ import annotations

import hmac
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.config import ConfigError
from db import media
from db.engine import Database, DatabaseError

PATH: Final = r"/photos/{media:[0-9]{1,10}}-{mark:[0-9a-f]{64}}"
TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
KEY_BYTES: Final = 32
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "private, max-age=86400, immutable",
}


class Photos:
    """`folder`: of the files, each under its digest; `key` makes the addresses; `public`: under
    which address the outside reaches us."""

    def __init__(self, database: Database, folder: Path, key: bytes, public: str) -> None:
        self._database = database
        self._folder = folder
        self._key = key
        self._public = public

    def url(self, media_id: int) -> str:
        return f"{self._public}/photos/{media_id}-{self._mark(str(media_id))}"

    def _mark(self, media_id: str) -> str:
        return hmac.digest(self._key, media_id.encode(), "sha256").hex()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """200 with the picture, 404 for everything that is none, without saying why."""
        media_id, mark = request.match_info["media"], request.match_info["mark"]
        if not hmac.compare_digest(self._mark(media_id), mark):
            return web.Response(status=404)
        try:
            found = await self._database.read(media.released, int(media_id))
        except DatabaseError:
            return web.Response(status=503)
        if found is None or found.mime not in TYPES:
            return web.Response(status=404)
        headers = {**_HEADERS, "Content-Type": found.mime}
        return web.FileResponse(self._folder / found.digest, headers=headers)


def kept_key(file: Path) -> bytes:
    """The key in `file`, for this user alone; made where there is none, or half of one. Raises
    ConfigError."""
    try:
        with suppress(FileNotFoundError):
            key = file.read_bytes()
            if len(key) == KEY_BYTES:
                return key
        return _new_key(file)
    except OSError as error:
        raise ConfigError(
            f"{file}: the key of the photos' addresses cannot be kept there ({error.strerror}); "
            "let this user write in that folder, or choose another as “data”"
        ) from None


def _new_key(file: Path) -> bytes:
    key, partial = os.urandom(KEY_BYTES), file.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(key)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)
    return key
