"""A file that somebody sent: asked for by its id, and brought down in pieces.

https://core.telegram.org/bots/api#getfile
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from bot.platforms.base import ChatGone, FileGone, PlatformError, Rejected, Unreachable
from bot.platforms.line import save
from bot.platforms.telegram.wire import Wire

PATIENCE: Final = 300.0  # seconds: 20 MB at 70 kB/s
TOO_LARGE: Final = "file is too big"  # for Telegram, which gives nothing of it


async def download(wire: Wire, ref: str, to: Path, most: int) -> None:
    """Write the file's bytes to `to`; of one larger than `most` bytes, one more than that.
    Raises FileGone, Unreachable."""
    try:
        found = await wire.call("getFile", file_id=ref)
    except (Rejected, ChatGone) as refusal:
        if TOO_LARGE not in str(refusal):
            raise FileGone("Telegram has no such file") from None
        await asyncio.to_thread(_stand_in, to, most + 1)
        return
    except PlatformError:
        raise Unreachable("the file could not be asked for") from None
    path = found.get("file_path") if isinstance(found, dict) else None
    if not isinstance(path, str):
        raise FileGone("Telegram tells no path to the file")
    answer = await wire.download(path, PATIENCE)
    async with answer:
        if answer.status == 404:
            raise FileGone("Telegram no longer has the file")
        if answer.status != 200:
            raise Unreachable(f"the file was not given (HTTP {answer.status})")
        await save(answer.content, to, most + 1)


def _stand_in(to: Path, size: int) -> None:
    """Empty bytes for a file that nobody gets: whoever judges it sees that it is too large."""
    with to.open("wb") as file:
        file.truncate(size)
