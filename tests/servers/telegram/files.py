"""Files that lie with the server. A file_id belongs to one bot and one kind; the file behind it
may be had under several, one for each bot and size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from tests.servers.telegram.refusals import WRONG_FILE, bad

MAX_PHOTO: Final = 10 * 1024 * 1024
MAX_UPLOAD: Final = 50 * 1024 * 1024
MAX_DOWNLOAD: Final = 20 * 1024 * 1024
SIZES: Final = (("s", 90, 67), ("m", 320, 240), ("x", 800, 600), ("y", 1280, 960))
FOLDERS: Final = {"photo": "photos", "document": "documents", "voice": "voice", "video": "videos"}
MAGIC: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM")


def picture(size: int = 2_000) -> bytes:
    """Bytes that pass for a JPEG."""
    return b"\xff\xd8\xff\xe0" + bytes(max(0, size - 6)) + b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Stored:
    """`size`: what it claims; `data` may be shorter where nobody reads it."""

    number: int
    kind: str
    name: str
    mime: str
    size: int
    data: bytes = field(repr=False)

    @property
    def path(self) -> str:
        suffix = self.name.rpartition(".")[2] if "." in self.name else "bin"
        return f"{FOLDERS.get(self.kind, 'files')}/file_{self.number}.{suffix}"


class Files:
    def __init__(self) -> None:
        self._stored: dict[int, Stored] = {}
        self._paths: dict[str, Stored] = {}

    def keep(self, kind: str, name: str, data: bytes, size: int = 0, mime: str = "") -> Stored:
        """`size`: what to claim, where that is not the length of the data."""
        mime = mime or {"photo": "image/jpeg", "voice": "audio/ogg", "video": "video/mp4"}.get(
            kind, "application/octet-stream"
        )
        stored = Stored(len(self._stored) + 1, kind, name, mime, size or len(data), data)
        self._stored[stored.number] = stored
        self._paths[stored.path] = stored
        return stored

    def upload(self, kind: str, name: str, data: bytes) -> Stored:
        """What a bot sends along; raises a 400 for what Telegram does not take."""
        if not data:
            raise bad("file must be non-empty")
        if kind == "photo":
            if len(data) > MAX_PHOTO:
                raise bad(f"file of size {len(data)} bytes is too big for a photo")
            if not data.startswith(MAGIC):
                raise bad("IMAGE_PROCESS_FAILED")
        return self.keep(kind, name, data)

    def by_path(self, path: str) -> Stored | None:
        return self._paths.get(path)

    def found(self, bot: int, file_id: str) -> Stored:
        """Raises a 400 for an id of another bot, or of nobody."""
        _, _, rest = file_id.partition("-")
        owner, _, number = rest.partition("-")
        number = number.partition("-")[0]
        if owner != str(bot) or not number.isdigit() or int(number) not in self._stored:
            raise bad(WRONG_FILE)
        return self._stored[int(number)]

    def of_kind(self, bot: int, file_id: str, kind: str) -> Stored:
        """Raises a 400 as `found`, and for a file of another kind."""
        if file_id.startswith(("http://", "https://")):
            raise bad("failed to get HTTP URL content")
        stored = self.found(bot, file_id)
        if stored.kind != kind:
            raise bad(f"can't use file of type {stored.kind.title()} as {kind.title()}")
        return stored


def described(stored: Stored, bot: int) -> dict[str, Any]:
    """The fields of a message that show this file to this bot."""
    if stored.kind == "photo":
        return {"photo": [_size(stored, bot, *size) for size in SIZES]}
    fields: dict[str, Any] = {
        "file_id": f"{stored.kind}-{bot}-{stored.number}",
        "file_unique_id": f"u{stored.number}",
        "file_size": stored.size,
    }
    if stored.kind == "document":
        fields |= {"file_name": stored.name, "mime_type": stored.mime}
    elif stored.kind == "voice":
        fields |= {"duration": 3, "mime_type": stored.mime}
    elif stored.kind == "video":
        fields |= {"width": 640, "height": 480, "duration": 3, "mime_type": stored.mime}
    elif stored.kind == "sticker":
        fields |= {"type": "regular", "width": 512, "height": 512, "is_animated": False}
        fields |= {"is_video": False, "emoji": "👍"}
    return {stored.kind: fields}


def _size(stored: Stored, bot: int, letter: str, width: int, height: int) -> dict[str, Any]:
    return {
        "file_id": f"photo-{bot}-{stored.number}-{letter}",
        "file_unique_id": f"u{stored.number}{letter}",
        "width": width,
        "height": height,
        "file_size": stored.size if letter == "y" else max(1, stored.size * width // 1280),
    }
