"""A commune of one's own: whole or not at all, from whatever names somebody types."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot import init as making
from bot.check import check
from bot.config import ConfigError
from bot.demo import open_demo
from bot.init import Ask, Given, init
from content.commune import Commune, commune_of
from content.documents import ContentError
from content.loader import SHIPPED, load
from db.errors import DatabaseError
from db.lock import hold
from tests.bot.process import demo, run
from tests.living import CONTENT, ROOT

GIVEN = Given("Xã Mây Trắng", "Thôn Đông, Thôn Đoài", "Tỉnh Hương Đồng")
CODE = re.compile(r"^ {4}([2-9A-Z]{4}-[2-9A-Z]{4})$", re.MULTILINE)


def made(folder: Path, given: Given = GIVEN, ask: Ask | None = None) -> str:
    """What it said."""
    said: list[str] = []
    init(folder, given, ask, said.append)
    return "\n".join(said)


def code(said: str) -> str:
    (found,) = CODE.findall(said)
    return str(found)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def commune(folder: Path) -> Commune:
    return commune_of(config.load(folder / "config.toml").content)


@pytest.mark.parametrize(
    ("found", "start"), [("/usr/bin/loalang", "loalang"), (None, "python3 scripts/run.py")]
)
def test_the_commands_told_are_those_that_work_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str | None, start: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: found)
    said = made(tmp_path / "xa")
    assert f'    {start} demo --config "{tmp_path}/xa/config.toml"' in said
    assert f'    {start} init "{tmp_path}/xa"' in said
    assert f'    {start} run --config "{tmp_path}/xa/config.toml"' in said
    assert f"in the practice village send the bot in private the code of “{start} init" in (
        check(tmp_path / "xa" / "config.toml")[-1].text
    )


def test_three_answers_make_a_commune_that_check_finds_well(tmp_path: Path) -> None:
    folder = tmp_path / "xa"
    said = made(folder)
    assert code(said)
    assert f' demo --config "{folder}/config.toml"' in said
    findings = check(folder / "config.toml")
    assert [finding.text for finding in findings if finding.wrong] == []
    assert "as this version needs it" in findings[-1].text
    assert [(place.kind, place.name) for place in commune(folder).places] == [
        ("province", "Tỉnh Hương Đồng"),
        ("commune", "Xã Mây Trắng"),
        ("village", "Thôn Đông"),
        ("village", "Thôn Đoài"),
    ]


def test_nobody_has_a_role_and_every_village_can_practise_in_both_styles(tmp_path: Path) -> None:
    made(tmp_path / "xa")
    found = commune(tmp_path / "xa")
    assert {person.role for person in found.people} == {"resident"}
    by_place = {p.slug: [q for q in found.people if q.place == p.slug] for p in found.places}
    assert {person.style for person in by_place["thon-dong"]} == {"telegram", "zalo"}
    assert len(by_place["xa-may-trang"]) == 3
    assert not any(group.tied for group in found.groups)
    for person in by_place["thon-dong"]:
        assert any(person.id in group.members for group in found.groups)


def test_the_settings_are_the_commented_ones_and_hold_wherever_one_starts(tmp_path: Path) -> None:
    made(tmp_path / "xa")
    text = (tmp_path / "xa" / "config.toml").read_text(encoding="utf-8")
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    comments = {line for line in shipped.splitlines() if line.startswith("#")}
    assert comments - set(text.splitlines()) == {'# place = "song-trang"'}
    loaded = config.load(tmp_path / "xa" / "config.toml")
    assert Path(loaded.data) == tmp_path / "xa" / "du-lieu"
    assert Path(loaded.practice.data) == tmp_path / "xa" / "du-lieu" / "thu"
    assert Path(loaded.content) == tmp_path / "xa" / "content"
    assert loaded.bots == ()


def test_what_the_commune_enters_itself_waits_commented_in_a_file(tmp_path: Path) -> None:
    """Nothing is there until a mark is taken off; then the owner and the day are asked for."""
    made(tmp_path / "xa")
    content = tmp_path / "xa" / "content"
    path = content / "places" / "xa-may-trang.toml"
    text = path.read_text(encoding="utf-8")
    chain = ("thon-dong", "xa-may-trang", "tinh-huong-dong")
    local = load([SHIPPED, content]).local
    assert "xa-may-trang" not in local.places
    assert local.missing(chain) == tuple(local.labels)
    assert all(text.count(f'\n# {key} = ""\n') == 1 for key in local.labels)
    for old, new in (
        ('# dien_thoai = ""', 'dien_thoai = "000 000 0001"'),
        ('# owner = ""', 'owner = "Văn phòng"'),
        ("# checked =", "checked = 2026-11-22"),
    ):
        text = text.replace(f"\n{old}\n", f"\n{new}\n")
        path.write_text(text, encoding="utf-8")
    assert load([SHIPPED, content]).local.of(chain) == {"dien_thoai": "000 000 0001"}
    path.write_text(text.replace('owner = "', '# owner = "'), encoding="utf-8")
    with pytest.raises(ContentError, match=r"places/xa-may-trang\.toml:1: “owner” is missing"):
        load([SHIPPED, content])


def test_bots_whose_marks_are_taken_off_serve_the_commune(tmp_path: Path) -> None:
    made(tmp_path / "xa")
    path = tmp_path / "xa" / "config.toml"
    text = path.read_text(encoding="utf-8")
    for line in ("[[bots]]", "name = ", "platform = ", "place = ", "token_file = "):
        assert text.count(f"\n# {line}") == 2
        text = text.replace(f"\n# {line}", f"\n{line}")
    path.write_text(text, encoding="utf-8")
    bots = config.load(path).bots
    assert [bot.platform for bot in bots] == ["telegram", "zalo"]
    assert {bot.place for bot in bots} == {"xa-may-trang"}
    files = [str(tmp_path / "xa" / name) for name in ("token.txt", "token-zalo.txt")]
    assert [bot.token_file for bot in bots] == files


async def test_the_demo_finds_the_database_as_it_was_made(tmp_path: Path) -> None:
    await asyncio.to_thread(made, tmp_path / "xa")
    loaded = config.load(tmp_path / "xa" / "config.toml").practice
    for _ in range(2):
        async with open_demo(loaded, CONTENT) as demo:
            people = await demo.village.people()
            assert len(people) == 3 + 2 * 2


def a_file(folder: Path) -> None:
    folder.write_text("mine", encoding="utf-8")


def something_else(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")


def other_settings(folder: Path) -> None:
    folder.mkdir()
    (folder / "config.toml").write_text("", encoding="utf-8")


def a_link_to_nothing(folder: Path) -> None:
    folder.symlink_to(folder.parent / "nowhere")


def below_a_file(folder: Path) -> None:
    folder.parent.rmdir()
    folder.parent.write_text("mine", encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(a_file, "is a file; name a folder", id="a file"),
        pytest.param(something_else, "holds something else; name a folder", id="in use"),
        pytest.param(other_settings, "choose a new, empty folder", id="other settings"),
        pytest.param(a_link_to_nothing, "points to nothing; name a folder", id="a dead link"),
        pytest.param(below_a_file, "choose another folder", id="below a file"),
    ],
)
def test_a_folder_that_is_not_free_is_named_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], told: str
) -> None:
    folder = tmp_path / "in" / "xa"
    folder.parent.mkdir()
    make(folder)
    before = tree(tmp_path)
    with pytest.raises(ConfigError, match=told):
        made(folder)
    assert tree(tmp_path) == before


def test_a_name_too_long_for_the_disk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="choose another folder"):
        made(tmp_path / ("x" * 300))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [True, False], ids=["empty folder", "new folder"])
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), DatabaseError("no"), KeyboardInterrupt()]
)
@pytest.mark.parametrize("at", ["_write", "first_code"])
def test_what_fails_halfway_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, error: BaseException, at: str
) -> None:
    whole: Callable[..., Any] = getattr(making, at)

    async def broken_code(*given: Any) -> None:
        await whole(*given)
        raise error

    def broken_write(*given: Any) -> None:
        whole(*given)
        raise error

    monkeypatch.setattr(making, at, broken_code if at == "first_code" else broken_write)
    folder = tmp_path / "new" / "xa"
    if there:
        folder.mkdir(parents=True)
    expected = ConfigError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        made(folder)
    left = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")]
    assert sorted(left) == (["new", "new/xa"] if there else [])


def test_again_nothing_is_overwritten_and_a_fresh_code_printed(tmp_path: Path) -> None:
    folder = tmp_path / "xa"
    first = code(made(folder))
    (folder / "content" / "replies" / "vi.toml").write_text("# của xã\n", encoding="utf-8")
    before = tree(folder)
    said = made(folder, Given("Xã Khác", "Thôn Khác"))
    assert code(said) != first
    assert "Nothing was overwritten" in said
    after = tree(folder)
    assert {name for name in after if after[name] != before.get(name)} <= {
        "du-lieu/thu/loalang.db",
        "du-lieu/thu/loalang.db-wal",
        "du-lieu/thu/loalang.db-shm",
    }


def test_while_the_commune_practises_no_code_is_made(tmp_path: Path) -> None:
    made(tmp_path / "xa")
    loaded = config.load(tmp_path / "xa" / "config.toml").practice
    with hold(loaded.url), pytest.raises(DatabaseError, match="close it first"):
        made(tmp_path / "xa")


def test_what_was_forgotten_with_fresh_is_made_again(tmp_path: Path) -> None:
    made(tmp_path / "xa")
    shutil.rmtree(tmp_path / "xa" / "du-lieu")
    assert code(made(tmp_path / "xa"))


def typing(*lines: str) -> tuple[Ask, list[str]]:
    """A person who types these lines, and the questions they heard."""
    left, heard = iter(lines), []

    def ask(question: str) -> str:
        heard.append(question)
        try:
            return next(left) + "\n"
        except StopIteration:
            raise EOFError from None

    return ask, heard


def test_what_is_missing_is_asked_for_until_it_can_be(tmp_path: Path) -> None:
    ask, heard = typing("", "X" * 300, "Xã Mây", "A, a", "A, B", "")
    said = made(tmp_path / "xa", Given(), ask)
    assert [question.partition(",")[0].split()[0] for question in heard] == [
        *["Tên"] * 3,
        *["Các"] * 2,
        "Tỉnh",
    ]
    assert "300 characters" in said
    assert [place.name for place in commune(tmp_path / "xa").places] == ["Xã Mây", "A", "B"]


def test_only_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    ask, heard = typing("A, B")
    made(tmp_path / "xa", Given("Xã Mây", None, "Tỉnh Mơ"), ask)
    assert len(heard) == 1


def test_whoever_leaves_in_the_middle_has_made_nothing(tmp_path: Path) -> None:
    ask, _ = typing("Xã Mây")
    with pytest.raises(ConfigError, match="nothing was made"):
        made(tmp_path / "xa", Given(), ask)
    assert list(tmp_path.iterdir()) == []


def test_whoever_is_overtaken_leaves_what_another_made(tmp_path: Path) -> None:
    folder, other = tmp_path / "xa", Given("Xã Khác", "Thôn Khác")

    def ask(question: str) -> str:
        made(folder, other)
        return "Xã Mây"

    with pytest.raises(ConfigError, match="another program has just made a commune"):
        made(folder, Given(None, "A, B", ""), ask)
    assert [place.name for place in commune(folder).places] == ["Xã Khác", "Thôn Khác"]
    assert code(made(folder))


def test_told_to_end_it_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "first_code", lambda _: signal.raise_signal(signal.SIGTERM))
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "xa")
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_commune_that_was_moved_says_what_to_mend(tmp_path: Path) -> None:
    made(tmp_path / "xa")
    (tmp_path / "xa").rename(tmp_path / "moved")
    with pytest.raises(ConfigError, match="mend data and content in its config"):
        made(tmp_path / "moved")


def test_the_folder_beside_the_program_is_written_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program").mkdir()
    monkeypatch.chdir(tmp_path / "program")
    assert ".." not in made(Path("../xa"))
    assert config.load(tmp_path / "xa" / "config.toml").data == str(tmp_path / "xa" / "du-lieu")


def test_a_code_is_said_to_be_for_practice_each_time(tmp_path: Path) -> None:
    for said in (made(tmp_path / "xa"), made(tmp_path / "xa")):
        assert "Mã này chỉ để tập" in said
        assert "quản trị, máy in mã riêng cho bot thật" in said
    assert "làng tập chưa có quản trị" in said


def test_other_names_given_for_a_commune_that_is_there_are_not_taken(tmp_path: Path) -> None:
    made(tmp_path / "xa")
    told = made(tmp_path / "xa", Given("Xã Khác", "Thôn Khác"))
    assert "stay as they are: Xã Mây Trắng, Thôn Đông, Thôn Đoài" in told


def test_the_command_prints_the_code_and_ends_well(tmp_path: Path) -> None:
    folder = tmp_path / "xa"
    ran = run("init", str(folder), "--commune", "Xã Mây", "--villages", "A, B")
    assert (ran.status, ran.err) == (0, "")
    assert code(ran.out)
    assert tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))["content"]
    assert folder.stat().st_mode & 0o077 == 0


def test_without_a_terminal_the_command_says_which_options_to_give(tmp_path: Path) -> None:
    assert "--commune NAME" in run("init", str(tmp_path / "xa")).complaint


@contextmanager
def terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command at a terminal of its own."""
    ours, theirs = pty.openpty()
    pipes: dict[str, Any] = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen([sys.executable, "-m", "bot.cli", *arguments], cwd=ROOT, **pipes) as ran:
        os.close(theirs)
        try:
            yield ran, ours
        finally:
            ran.kill()
            os.close(ours)


def test_at_a_terminal_the_command_asks_in_vietnamese_first(tmp_path: Path) -> None:
    with terminal("init", str(tmp_path / "xa")) as (ran, ours):
        os.write(ours, "Xã Mây\nThôn A, Thôn B\n\n".encode())
        said = b""
        while b' init "' not in said:
            said += os.read(ours, 4096)
        assert ran.wait(60) == 0
    text = said.decode()
    assert text.index("Tên xã") < text.index("commune:")
    assert CODE.findall(text.replace("\r", ""))


@pytest.mark.parametrize(
    ("own", "said"), [pytest.param(True, True, id="of one's own"), pytest.param(False, False)]
)
def test_the_demo_says_when_a_commune_has_no_admin(tmp_path: Path, own: bool, said: bool) -> None:
    made(tmp_path / "xa")
    more = ("--config", str(tmp_path / "xa" / "config.toml")) if own else ()
    with demo(tmp_path / "practice", *more) as running:
        running.process.send_signal(signal.SIGTERM)
        assert running.process.stdout is not None
        told = running.process.stdout.read()  # with what came along with the first line
        assert running.process.wait(60) == 0
    assert ("No admin yet" in told) == said
