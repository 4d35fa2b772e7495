"""`loalang init`: a commune of one's own, from three answers to the code of its first admin.

The code is for practice, whose data lies in a folder of its own ("thu"), so that it never mixes
with service; `loalang run` prints the code of the service.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from bot import config as settings
from bot import founding
from bot.app import opened
from bot.config import Config, ConfigError
from bot.demo import kept_clock, settlement_of
from bot.founding import Names
from content.commune import Commune, load_commune
from db import communes, invitations
from db.communes import Inhabited
from db.invitations import AdminThere, Invited
from handlers.tickets.reports import day

T = TypeVar("T")
Ask: TypeAlias = Callable[[str], str]  # a prompt → the line typed; raises EOFError
Say: TypeAlias = Callable[[str], None]

DATA: Final = "du-lieu"
_MADE: Final = (settings.FILE, "content", DATA)
_HERE: Final = Path(__file__).parent

_REPLIES = """\
# Lời của xã: chép một đoạn từ bộ lời có sẵn (content/replies/vi.toml) vào đây rồi sửa. Ví dụ:
# The commune's own words: copy any text from the shipped replies, and change it. For example:
#
# [start]
# menu = "Dạ, em là trợ lý tự động của xã. Anh/chị cần việc gì ạ?"
"""


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says; None: it does not."""

    commune: str | None = None
    villages: str | None = None
    province: str | None = None


def init(folder: Path, given: Given, ask: Ask | None, say: Say) -> None:
    """Make a commune in `folder`; where there is one already, only a fresh code. `ask` None:
    there is nobody to ask. Raises ConfigError, ContentError, DatabaseError."""
    # Without “..”, as it will stand in a file; links stay as they are.
    folder = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100
    founding.on_one_line(str(folder))
    if _there(folder / settings.FILE):
        _again(folder, given, say)
        return
    _refuse_others(folder)
    names = _complete(given, ask, say)
    with _whole(folder):
        _write(folder, names)
        config = settings.load(folder / settings.FILE)
        config.folder.mkdir(mode=0o700)
        config.practice.folder.mkdir(mode=0o700)
        invited = asyncio.run(first_code(config.practice))
    say(f"Đã lập {names.commune}: {len(names.villages)} thôn, trong {folder}")
    say(f"Made {names.commune} with {len(names.villages)} villages, in {folder}")
    _tell(folder, invited, say)


def _again(folder: Path, given: Given, say: Say) -> None:
    config = settings.load(folder / settings.FILE)
    if config.content and not Path(config.content).is_dir():
        raise ConfigError(
            f"{folder}: không thấy {config.content}; nếu đã dời thư mục thì sửa data và content "
            f"trong {settings.FILE} / was it moved? mend data and content in its {settings.FILE}"
        )
    if not (config.content and _there(Path(config.content) / "commune.toml")):
        raise ConfigError(
            f"{folder}: its settings name no commune of their own; choose a new, empty folder"
        )
    try:
        _make(config.practice.folder)
        invited = asyncio.run(first_code(config.practice))
    except AdminThere:
        raise ConfigError(
            f"{folder}: đã lập rồi, làng tập đã có quản trị, nên không đổi gì: quản trị mời thêm "
            "người bằng mục Vai trò trong trò chuyện riêng; mã cho bot thật thì lệnh run in / has "
            "a commune, and its practice an admin, so nothing was changed: further people are "
            "invited in private chat, under Vai trò; the real bot's code comes from run"
        ) from None
    names = [place.name for place in _commune(config).places if place.kind != "province"]
    say(f"{folder}: đã lập từ trước, làng tập chưa có quản trị. Không ghi đè gì; đây là mã mới.")
    say("Its practice has no admin yet. Nothing was overwritten; here is a fresh code.")
    if given != Given():
        say("Địa bàn vẫn như cũ / its places stay as they are: " + ", ".join(names))
    _tell(folder, invited, say)


def _tell(folder: Path, invited: Invited, say: Say) -> None:
    last = day(invited.expires_at)
    say("")
    say(f"    {invited.code}")
    say("")
    say("Mã này chỉ để tập: trong làng tập, ai nhắn mã riêng cho bot sẽ thành quản trị đầu tiên.")
    say("Mã dùng một lần, đến " + last)
    say("Mã cho bot thật thì lệnh run in ra, lúc chạy thật.")
    say("For practice only: there, whoever sends it to the bot in private becomes the first admin;")
    say("it counts once, until then.")
    say("")
    say("Tập trong trình duyệt / practise in the browser:")
    say(f'    {founding.program()} demo --config "{folder / settings.FILE}"')
    say("Mất mã thì lấy mã mới / a fresh code, should this one be lost:")
    say(f'    {founding.program()} init "{folder}"')
    say(f"Chạy thật: dừng làng tập, khai bot ở cuối {settings.FILE} rồi chạy; khi bot thật chưa có")
    say("quản trị, máy in mã riêng cho bot thật / to serve: stop the practice, name the bot at the")
    say("end of that file, then run; while the real bot has no admin, that prints its own code:")
    say(f'    {founding.program()} run --config "{folder / settings.FILE}"')
    say("Từng bước, cho Zalo và Telegram / step by step: docs/zalo.vi.md, docs/telegram.vi.md")


def _complete(given: Given, ask: Ask | None, say: Say) -> Names:
    """Raises ConfigError for what is missing or wrong."""
    if ask is None and (given.commune is None or given.villages is None):
        raise ConfigError(
            "không có ai để hỏi: ghi đủ / there is nobody to ask: give "
            '--commune NAME --villages "A, B, C" (--province NAME)'
        )
    commune = _answer(given.commune, "Tên xã, phường / commune: ", founding.name, ask, say)
    villages = _answer(
        given.villages,
        "Các thôn, tổ dân phố, cách nhau bằng dấu phẩy / villages, with commas: ",
        founding.villages,
        ask,
        say,
    )
    province = "" if ask is None and given.province is None else given.province
    question = "Tỉnh, thành phố (bỏ trống cũng được) / province (may be left empty): "
    return Names(commune, villages, _answer(province, question, founding.optional, ask, say))


def _answer(
    given: str | None, question: str, read: Callable[[str], T], ask: Ask | None, say: Say
) -> T:
    """Asked again until it can be read."""
    if given is not None or ask is None:
        return read(given or "")
    while True:
        try:
            return read(ask(question).rstrip("\r\n"))
        except ConfigError as error:
            say(str(error))
        except EOFError:
            raise ConfigError("chưa lập gì: chạy lại / nothing was made: run it again") from None


def _there(path: Path) -> bool:
    with suppress(OSError):
        return path.is_file()
    return False


def _refuse_others(folder: Path) -> None:
    """Raises ConfigError unless the folder is new or empty."""
    try:
        if folder.is_symlink() and not folder.exists():
            raise ConfigError(f"{folder}: points to nothing; name a folder that is new or empty")
        if not folder.exists():
            return
        if not folder.is_dir():
            raise ConfigError(f"{folder}: is a file; name a folder that is new or empty")
        if any(folder.iterdir()):
            raise ConfigError(f"{folder}: holds something else; name a folder that is new or empty")
    except OSError as error:
        raise _unusable(folder, error) from None


@contextmanager
def _whole(folder: Path) -> Iterator[None]:
    """What was made goes again unless all of it was; nothing that somebody else made meanwhile.
    Raises ConfigError where that is so, or the disk refuses."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    ours: tuple[str, ...] = ()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _claim(folder)
        ours = _MADE
        with _ended_like_interrupted():
            yield
    except BaseException as error:
        for name in ours:
            shutil.rmtree(folder / name, ignore_errors=True)
            with suppress(OSError):
                (folder / name).unlink()
        for path in made:
            with suppress(OSError):
                path.rmdir()
        if isinstance(error, OSError):
            raise _unusable(folder, error) from None
        raise


def _claim(folder: Path) -> None:
    """Whoever makes the folder of the contents makes the commune. Raises ConfigError, OSError."""
    if not (_there(folder / settings.FILE) or (folder / "content").exists()):
        with suppress(FileExistsError):
            _refuse_others(folder)
            (folder / "content").mkdir()
            return
    raise ConfigError(
        f"{folder}: vừa có nơi khác lập xã ở đây; chạy lại để lấy mã / another program has just "
        "made a commune here: run this again for its code"
    )


@contextmanager
def _ended_like_interrupted() -> Iterator[None]:
    """Told to end, the program tidies up as after Ctrl+C."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are not heard there
        return
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (getattr(signal, name) for name in names)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unusable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(f"{folder}: cannot be used ({error.strerror}); choose another folder")


def _write(folder: Path, names: Names) -> None:
    content = folder / "content"
    (content / "replies").mkdir()
    (content / "replies" / "vi.toml").write_text(_REPLIES, encoding="utf-8")
    (content / "commune.toml").write_text(founding.commune_toml(names), encoding="utf-8")
    (content / "places").mkdir()
    place = content / "places" / f"{founding.commune_slug(names)}.toml"
    place.write_text(founding.place_toml(names), encoding="utf-8")
    (folder / settings.FILE).write_text(_config_toml(folder, names), encoding="utf-8")


def _config_toml(folder: Path, names: Names) -> str:
    """The shipped settings, commented as they are, with this commune's in them. Paths are
    absolute: they hold wherever the program is started."""
    shipped = next(path for path in (_HERE, _HERE.parent) if (path / settings.FILE).is_file())
    text = (shipped / settings.FILE).read_text(encoding="utf-8")
    for key, value in (
        ("data", str(folder / DATA)),
        ("content", str(folder / "content")),
        ("# place", founding.commune_slug(names)),
    ):
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        text = re.sub(rf"(?m)^{key} = .*$", line.replace("\\", r"\\"), text)
    return (
        "# Đường dẫn ghi đầy đủ: dời thư mục này thì sửa lại data và content.\n"
        "# Paths are written in full: mend data and content when this folder is moved.\n"
        "# Những gì tập thử nằm riêng trong thư mục “thu” của data, không lẫn vào khi chạy thật.\n"
        "# What is practised lies in the folder “thu” of data, apart from service.\n"
        "\n"
        f"{text}"
    )


def _make(folder: Path) -> None:
    """Raises ConfigError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from None


async def first_code(config: Config) -> Invited:
    """The commune in its database, if it is not there yet, and a code. Raises AdminThere."""
    commune = _commune(config)
    clock = kept_clock(config.folder / "clock")
    async with opened(config.url, clock) as database:
        try:
            await database.write(communes.settle, settlement_of(commune), clock.now())
        except Inhabited:
            raise ConfigError(
                f"{config.folder}: its database holds other places than commune.toml; name a new "
                "folder"
            ) from None
        return await database.write(invitations.first, founding.seat(commune), clock.now())


def _commune(config: Config) -> Commune:
    return load_commune(Path(config.content) / "commune.toml")
