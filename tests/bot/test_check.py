"""`check` looks at everything and says what to do, however much is wrong."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.check import Finding, check
from bot.check_content import content_of
from bot.config import load
from bot.init import Given, init
from bot.platforms.telegram.wire import Wire
from content.lint import ENOUGH_PHRASINGS, MOST_PHRASINGS
from content.loader import SHIPPED
from db import schema
from tests.living import CONTENT, ROOT
from tests.servers.telegram import FaultKind, TelegramServer

CANARY = "7654321:AACanaryCanaryCanaryCanaryCanaryCanary"
VARIABLE = "LOALANG_CHECKED"
BOT = (
    "# [[bots]]\n",
    "[[bots]]\nname = 'thon'\nplatform = 'telegram'\nplace = 'song-trang'\n"
    f"token_env = '{VARIABLE}'\n",
)


def settings(folder: Path, *changes: tuple[str, str]) -> Path:
    """The shipped ones, kept in `folder`, with each first text replaced by the second."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in (('data = "loalang-demo"', f'data = "{folder / "data"}"'), *changes):
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """As one whom permissions bind, which they do not bind root; `folder` is theirs."""
    if os.geteuid() != 0:
        yield
        return
    nobody = 65534
    os.chown(folder, nobody, nobody)
    os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(0)


def wrong(findings: list[Finding]) -> list[str]:
    assert all(finding.text[0] in ("✗" if finding.wrong else "✓!") for finding in findings)
    return [finding.text for finding in findings if finding.wrong]


def test_a_fresh_installation_is_well_and_nothing_is_made(tmp_path: Path) -> None:
    findings = check(settings(tmp_path))
    assert wrong(findings) == []
    said = "\n".join(finding.text for finding in findings)
    assert f"{len(CONTENT.faq)} procedures" in said
    assert "not made yet" in said
    assert not (tmp_path / "data").exists()


def test_settings_that_cannot_be_read_end_the_look(tmp_path: Path) -> None:
    (finding,) = check(tmp_path / "nowhere.toml")
    assert finding.wrong


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param('content = ""', 'content = "/nowhere"', "no such content", id="content"),
        pytest.param('database = ""', 'database = "mysql://h/n"', "cannot begin with", id="url"),
    ],
)
def test_each_wrong_thing_is_found(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = settings(tmp_path)
    text = path.read_text(encoding="utf-8").replace(f"{old}\n", f"{new}\n")
    path.write_text(text, encoding="utf-8")
    (found,) = wrong(check(path))
    assert told in found


@pytest.mark.parametrize(
    ("name", "body", "line"),
    [
        pytest.param("replies/vi.toml", '[start]\nhello = "thiếu ngoặc\n', 2, id="TOML"),
        pytest.param("replies/vi.toml", '[start]\nmenu = "a"\nhelo = "x"\n', 3, id="unknown text"),
        pytest.param("faq/khai_sinh.md", "không có phần đầu\n", 1, id="procedure"),
        pytest.param("faq/cho.md", "+++\nid = “cho”\n+++\n", 2, id="curly quotes"),
        pytest.param("places/x.toml", "owner = 'Sen'\nchecked = 01/11/2026\n", 2, id="day"),
    ],
)
def test_a_mistake_in_the_content_is_found_by_file_and_line(
    tmp_path: Path, name: str, body: str, line: int
) -> None:
    file = tmp_path / "ours" / name
    file.parent.mkdir(parents=True)
    file.write_text(body, encoding="utf-8")
    (found,) = wrong(check(settings(tmp_path, ('content = ""', f'content = "{tmp_path}/ours"'))))
    assert f"{name}:{line}: " in found


def remarks(folder: Path, files: Mapping[str, str], *more: tuple[str, str]) -> list[str]:
    """What is said of a content folder that holds these files, but for what is said of ours."""
    ours = folder / "ours"
    ours.mkdir(exist_ok=True)
    for name, body in files.items():
        (ours / name).parent.mkdir(parents=True, exist_ok=True)
        (ours / name).write_text(body, encoding="utf-8")
    own = check(settings(folder, ('content = ""', f'content = "{ours}"'), *more))
    usual = {finding.text for finding in check(settings(folder))}
    said = [finding.text for finding in own if finding.text[0] in "✗!"]
    return [line for line in said if line not in usual and " on what came with " not in line]


def test_what_should_be_looked_at_is_told_and_is_not_wrong(tmp_path: Path) -> None:
    findings = check(settings(tmp_path))
    (line,) = (one for one in findings if "secondary sources" in one.text)
    assert line.text.startswith("! faq: ")
    assert not line.wrong


OWN = f"""+++
id = "ket_hon"
office = "UBND xã"
owner = "Chị Sen"
review_by = 2099-12-31
names = ["việc mây", "giấy mây", "sổ mây"]
phrasings = [{", ".join(f'"hỏi mây {number}"' for number in range(8))}]
[title]
vi = "Giấy Mây"
en = "Paper of clouds"
[[sources]]
name = "Sổ tay"
date = 2020-01-01
standing = "official text"
+++
## tra_loi
Dạ được ạ.
# en
Yes.
"""
MORE = "".join(f"hỏi gió {number}\n" for number in range(ENOUGH_PHRASINGS - 8))


def test_an_own_entry_that_lacks_what_ours_tells_is_looked_at(tmp_path: Path) -> None:
    far, line = remarks(tmp_path, {"faq/ket_hon.md": OWN})
    assert line.startswith("! faq/ket_hon.md: your own file leaves out ## ho_so, ")
    assert far.startswith("! faq/ket_hon.md:5: its review_by, 31/12/2099, is more than three years")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("faq/rac.MD", "✗ {}: not read under this name; rename it to rac.md", id="MD"),
        pytest.param("faq/rac.md.txt", "✗ {}: not read under this name; rename it to r", id="txt"),
        pytest.param("faq/rac.md.TXT", "✗ {}: not read under this name; rename it to r", id="TXT"),
        pytest.param(
            "faq/khaisinh.txt", "✗ {}: phrasings of no entry; did you mean “khai", id="id"
        ),
        pytest.param("places/x.toml.txt", "✗ {}: not read under this name; rename", id="place"),
        pytest.param("faq/rac.svg", "! {}: not read; only files of .md and pict", id="drawing"),
        pytest.param("faq/rac.pdf", "! {}: not read; only files of .md and pict", id="document"),
        pytest.param("faq/.rac.md", "✗ {}: hidden, so not read; rename it to rac.md,", id="hidden"),
        pytest.param("faq/.rac.txt", "✗ {}: hidden, so not read; rename it", id="hidden lines"),
        pytest.param("faq/.rac.png", "✗ {}: hidden, so not read; rename it", id="hidden picture"),
        pytest.param("places/.xa.toml", "✗ {}: hidden, so not read; rename", id="hidden place"),
        pytest.param("replies/vn.toml", "✗ {}: not read; only vi.toml and en.toml", id="language"),
        pytest.param("faqs/rac.md", "! faqs: not read; rename it to faq, or take", id="faqs"),
        pytest.param("FAQ/rac.md", "! FAQ: not read; rename it to faq, or take", id="FAQ"),
        pytest.param("rac.md", "! {}: not read; entries are read in faq/: move", id="no folder"),
        pytest.param("locals.toml", "! {}: not read; rename it to local.toml, or", id="list"),
        pytest.param("faq/rac.png/x", "! faq/rac.png: not read; only files of", id="folder"),
    ],
)
def test_what_is_not_read_is_told(tmp_path: Path, name: str, said: str) -> None:
    (line,) = remarks(tmp_path, {name: "x"})
    assert line.startswith(said.format(name))


def test_more_phrasings_of_a_shipped_entry_need_no_remark(tmp_path: Path) -> None:
    ours = (SHIPPED / "faq" / "rac.txt").read_text(encoding="utf-8")
    more = f"{ours}xe rác thôn mình mấy giờ chạy qua ngõ\n"
    assert remarks(tmp_path, {"faq/rac.txt": more}) == []


def test_few_phrasings_that_take_the_place_of_ours_are_told_once(tmp_path: Path) -> None:
    (line,) = remarks(tmp_path, {"faq/rac.txt": "xe rác thôn mình mấy giờ chạy qua ngõ\n"})
    assert line.startswith("! faq/rac.txt: your own file takes the place of ours, which leaves ")
    assert line.endswith(f"; add the lines of {SHIPPED / 'faq' / 'rac.txt'} to yours")
    config = settings(tmp_path, ('content = ""', f'content = "{tmp_path}/ours"'))
    about = [one.text for one in check(config, whole=True) if "faq/rac." in one.text]
    assert about == [line]


def test_an_own_entry_of_few_phrasings_is_told_until_there_are_more(tmp_path: Path) -> None:
    few = OWN.replace("ket_hon", "giay_may").replace("2099-12-31", "2027-12-31")
    (line,) = remarks(tmp_path, {"faq/giay_may.md": few})
    assert line.startswith("! faq/giay_may.md: only 8 phrasings, ")
    lacking = MORE.count("\n")
    assert line.endswith(f"; write {lacking} more that differ into faq/giay_may.txt, one a line")
    (line,) = remarks(tmp_path, {"faq/giay_may.txt": MORE.partition("\n")[2]})
    assert "; write 1 more that " in line
    assert remarks(tmp_path, {"faq/giay_may.txt": MORE}) == []


def test_a_picture_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "ours" / "faq").mkdir(parents=True)
    (tmp_path / "ours" / "faq" / "rac.png").symlink_to(tmp_path / "gone.png")
    (line,) = remarks(tmp_path, {})
    assert line.startswith("! faq/rac.png: not read; ")


@pytest.mark.parametrize("shut", [".", "faq"])
def test_a_folder_that_may_not_be_looked_into_is_named(shut: str) -> None:
    with TemporaryDirectory() as name, unprivileged(Path(name)):
        folder = Path(name)
        closed = folder / "ours" / shut
        (folder / "ours" / "faq").mkdir(parents=True)
        path = settings(folder, ('content = ""', f'content = "{folder}/ours"'))
        for mode in (0o000, 0o400, 0o100):
            closed.chmod(mode)
            told = "\n".join(wrong(check(path)))
            closed.chmod(0o700)
            assert f"the folder {closed} cannot be looked into (Permission denied); check" in told
        assert wrong(check(path)) == []


def test_an_entry_that_has_ended_is_wrong_and_its_owner_is_named(tmp_path: Path) -> None:
    ended = OWN.replace("2099-12-31", "2020-02-02").replace("ket_hon", "giay_may")
    (line,) = remarks(tmp_path, {"faq/giay_may.md": ended, "faq/giay_may.txt": MORE})
    assert line.startswith("✗ faq/giay_may.md:5: not told any more since 02/02/2020; Chị Sen: look")


VALUES = "owner = 'Chị Sen'\nchecked = 2026-11-01\n[values]\n"


def test_what_a_commune_keeps_beside_its_content_is_its_own_affair(tmp_path: Path) -> None:
    assert remarks(tmp_path, {"README.txt": "x", ".git/config": "x", "so-tay.pdf": "x"}) == []


@pytest.mark.parametrize("name", ["faq", "places", "bulletins", "replies"])
def test_a_file_in_the_place_of_a_folder_is_wrong(tmp_path: Path, name: str) -> None:
    (line,) = remarks(tmp_path, {name: "x"})
    assert line.startswith(f"✗ {name}:1: a file, where a folder is read; rename it, and make a fol")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "2099-12-31", "2027-05-31\nvalid_from = 2027-01-01", "6: it is not", id="early"
        ),
        pytest.param('"UBND xã"', f'"{"U" * 161}"', "3: the office has 161", id="office"),
        pytest.param('"việc mây"', '"giấy"', "6: the name “giấy” is said", id="name"),
        pytest.param('"hỏi mây 3"', '"dạ em xin ạ"', "7: the phrasing “dạ em", id="empty"),
        pytest.param("Dạ được", "Dạ http://a.b được", "17: the link http://a.b is", id="link"),
        pytest.param("2020-01-01", "2026-12-31", "13: the source “Sổ tay” is dated", id="source"),
        pytest.param(
            '"hỏi mây 3"', '"giấy khai sinh"', "7: “giấy khai sinh” also asks for", id="shared"
        ),
    ],
)
def test_what_is_remarked_stands_in_a_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    own = OWN.replace("ket_hon", "giay_may")
    assert old in own
    own = own.replace(old, new, 1).replace("2099-12-31", "2028-12-31")
    lines = remarks(tmp_path, {"faq/giay_may.md": own, "faq/giay_may.txt": MORE})
    assert any(line[2:].startswith(f"faq/giay_may.md:{said}") for line in lines), lines


def test_of_phrasings_beside_an_entry_the_line_is_told_there(tmp_path: Path) -> None:
    own = OWN.replace("ket_hon", "giay_may").replace("2099-12-31", "2028-12-31")
    lines = {"faq/giay_may.md": own, "faq/giay_may.txt": f"{MORE}khai sinh cho con\ndạ em xin ạ\n"}
    (line,) = (one for one in remarks(tmp_path, lines) if "tells nothing" in one)
    number = MORE.count("\n") + 2
    assert line.startswith(f"! faq/giay_may.txt:{number}: the phrasing “dạ em xin ạ” ")


def test_own_phrasings_of_a_shipped_entry_are_looked_at(tmp_path: Path) -> None:
    ours = (SHIPPED / "faq" / "rac.txt").read_text(encoding="utf-8")
    many = "".join(f"xe rác thôn số {number} chạy giờ nào\n" for number in range(MOST_PHRASINGS))
    (line,) = remarks(tmp_path, {"faq/rac.txt": many})
    assert re.match(r"! faq/rac\.txt: \d+ phrasings outweigh other entries; keep the 100 b", line)
    long = f"{'xe rác ' * 100}\ndạ em xin ạ\n"
    first, second = remarks(tmp_path, {"faq/rac.txt": ours + long})
    after = ours.count("\n")
    assert first.startswith(f"! faq/rac.txt:{after + 2}: the phrasing “dạ em xin ạ” tells nothing")
    assert second.startswith(f"! faq/rac.txt:{after + 1}: a phrasing, “xe rác xe rác ")


def test_local_values_of_no_place_are_told_with_the_place_that_is_meant(tmp_path: Path) -> None:
    files = {"places/song-tran.toml": f"{VALUES}dia_chi = 'Đầu cầu'\n"}
    (line,) = remarks(tmp_path, files)
    assert line.startswith("✗ places/song-tran.toml: no place of the commune; did you mean “song-t")


def test_places_of_the_invented_commune_are_no_strangers_to_another(tmp_path: Path) -> None:
    init(tmp_path / "xa", Given("Xã Mây", "A, B"), None, lambda line: None)
    assert not any("places/" in line for line in wrong(check(tmp_path / "xa" / "config.toml")))


def test_local_values_that_a_served_place_has_not_entered_are_named(tmp_path: Path) -> None:
    where = ("https://api.telegram.org", "http://127.0.0.1:1")
    bot = (BOT[0], BOT[1].replace("song-trang", "go-sen"))
    lines = remarks(tmp_path, {}, where, bot)
    (line,) = (one for one in lines if "places/" in one)
    assert line.startswith("! places/go-sen.toml: Thôn Gò Sen has not entered ")
    missing = CONTENT.local.missing(("go-sen", "song-trang", "huong-dong"))
    asked = {key for entry in CONTENT.faq for key in entry.local}
    first = next(key for key in missing if key in asked)
    assert f"entered {first}, " in line
    value = f"{VALUES}{first} = 'Đã ghi'\n"
    lines = remarks(tmp_path, {"places/huong-dong.toml": value}, where, bot)
    assert not any(f" {first}," in one for one in lines)


def own_commune(folder: Path) -> Path:
    """The settings of a commune that has just been made; no bot is in them."""
    init(folder / "xa", Given("Xã Mây", "A, B"), None, lambda line: None)
    return folder / "xa" / "config.toml"


def test_a_commune_without_a_bot_hears_what_it_has_not_entered(tmp_path: Path) -> None:
    config = own_commune(tmp_path)
    lines = [one.text for one in check(config) if "[values]" in one.text]
    (line,) = lines  # of the commune; its villages would only repeat it
    assert line.startswith("! places/xa-may.toml: Xã Mây has not entered ")
    assert not any("[values]" in one.text for one in check(settings(tmp_path)))


def test_what_only_we_can_mend_does_not_drown_what_the_commune_can(tmp_path: Path) -> None:
    config = own_commune(tmp_path)
    secondary = (
        OWN.replace("ket_hon", "giay_may")
        .replace("Dạ được", "Dạ được [so]")
        .replace('standing = "official text"', 'standing = "secondary"\nkey = "so"')
    )
    (tmp_path / "xa" / "content" / "faq").mkdir(exist_ok=True)
    (tmp_path / "xa" / "content" / "faq" / "giay_may.md").write_text(secondary, encoding="utf-8")
    short, long = ([one.text for one in check(config, whole=whole)] for whole in (False, True))
    (own,) = (line for line in short if "secondary source" in line)
    assert own.startswith("! faq: 1 secondary source, in giay_may;")
    (count,) = (line for line in short if " on what came with the program; " in line)
    assert count.startswith("! 1 remark on ")
    assert "“--all” shows" in count
    (more,) = (line for line in long if line not in short)
    assert more.startswith("! faq: ")
    assert "giay_may" not in more
    assert set(short) - set(long) == {count}


def test_shipped_entries_whose_review_is_due_are_told_to_a_commune_of_its_own(
    tmp_path: Path,
) -> None:
    config = load(own_commune(tmp_path))
    late = max(entry.review_by for entry in CONTENT.faq) + timedelta(days=1)
    own = tmp_path / "xa" / "content" / "faq" / "ket_hon.md"
    own.parent.mkdir(exist_ok=True)
    own.write_text(OWN, encoding="utf-8")
    told = content_of(config, late)
    (line,) = (one.text for one in told.remarks if one.wrong)
    assert line.startswith("faq/bhyt.md, ")
    assert "take a newer version of the program, or copy them from " in line
    assert "ket_hon" not in line
    assert not any("not told any more" in one.text or one.wrong for one in told.shipped)
    soon = content_of(config, min(entry.review_by for entry in CONTENT.faq))
    assert not any(one.wrong for one in soon.remarks)
    assert any(" only; " in one.text for one in soon.shipped)


def test_what_a_file_manager_hides_is_no_file_of_a_commune(tmp_path: Path) -> None:
    config = own_commune(tmp_path)
    before = [one.text for one in check(config)]
    for name in ("places/._xa-may.toml", "faq/._cho.md", "faq/.DS_Store"):
        path = tmp_path / "xa" / "content" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\x00\x05\x16\x07\xff")
    assert [one.text for one in check(config)] == before


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = settings(tmp_path, ('content = ""', 'content = "/nowhere"'), BOT)
    path.write_text(path.read_text(encoding="utf-8").replace("song-trang", "nowhere"))
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    content, bots, bot, folder = wrong(check(path))
    assert "no such content" in content
    assert "bots.place “nowhere” is no place" in bots
    assert "variable LOALANG_CHECKED is empty" in bot
    assert "choose another folder" in folder


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE cows (name TEXT)")
        opened.commit()


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        opened.execute(f"CREATE TABLE {schema.VERSION_TABLE} (version_num TEXT)")
        opened.execute(f"INSERT INTO {schema.VERSION_TABLE} VALUES ('9999')")  # noqa: S608
        opened.commit()


def damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(foreign, "is not a Loa Làng database", id="foreign"),
        pytest.param(newer, "made by a newer Loa Làng", id="newer"),
        pytest.param(damaged, "restore a copy", id="damaged"),
    ],
)
def test_a_database_that_is_not_for_us_is_found_and_left_alone(
    tmp_path: Path, make: object, told: str
) -> None:
    assert callable(make)
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / "loalang.db"
    make(database)
    before = database.read_bytes()
    (found,) = wrong(check(settings(tmp_path)))
    assert told in found
    assert database.read_bytes() == before


def asked(folder: Path, base_url: str, *more: tuple[str, str]) -> list[str]:
    """What is said of a bot that asks there for itself; its token never."""
    where = ("https://api.telegram.org", base_url)
    findings = check(settings(folder, where, BOT, *more))
    assert "Canary" not in str(findings)
    return [finding.text for finding in findings if " bot thon: " in finding.text]


async def told(folder: Path, server: TelegramServer, *more: tuple[str, str]) -> str:
    (line,) = await asyncio.to_thread(asked, folder, server.base_url, *more)
    return line


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(VARIABLE, CANARY)
    return CANARY


@pytest.mark.parametrize(
    ("privacy", "hears"), [(True, "only what is addressed to it"), (False, "sees all")]
)
async def test_a_bot_is_named_with_what_it_hears(
    tmp_path: Path, token: str, privacy: bool, hears: str
) -> None:
    async with TelegramServer() as server:
        server.bot("thon_bot", token=token, privacy=privacy)
        line = await told(tmp_path, server)
    assert line.startswith("✓ bot thon: @thon_bot (privacy mode ")
    assert hears in line


async def test_a_token_that_telegram_refuses_is_to_be_copied_again(
    tmp_path: Path, token: str
) -> None:
    async with TelegramServer() as server:
        assert "copy it from BotFather again" in await told(tmp_path, server)
        server.revoke(server.bot("thon_bot", token=token))
        assert "copy it from BotFather again" in await told(tmp_path, server)


PUBLIC = ('public = ""', 'public = "https://bot.xa.example"')
CALLED = (f"token_env = '{VARIABLE}'\n", f"token_env = '{VARIABLE}'\nwebhook = true\n")


@pytest.mark.parametrize(
    ("webhook", "more", "said"),
    [
        pytest.param("https://other.example/s3cret", (), "by a webhook at other.example;", id="no"),
        pytest.param("https://other.example/s3cret", (PUBLIC, CALLED), "go to other.example u"),
        pytest.param("https://bot.xa.example/telegram/thon", (PUBLIC, CALLED), "@thon_bot"),
        pytest.param("", (PUBLIC, CALLED), "@thon_bot", id="not yet called"),
    ],
)
async def test_a_webhook_elsewhere_is_told_by_its_host_alone(
    tmp_path: Path, token: str, webhook: str, more: tuple[tuple[str, str], ...], said: str
) -> None:
    async with TelegramServer() as server:
        server.bot("thon_bot", token=token)
        if webhook:
            async with Wire(token, base_url=server.base_url) as wire:
                await wire.call("setWebhook", url=webhook)
        line = await told(tmp_path, server, *more)
    assert said in line
    assert "s3cret" not in line
    assert line.startswith("✗") == (not more)


@pytest.mark.parametrize(
    ("ago", "waiting", "wrong"),
    [
        pytest.param(30, 2, True, id="now"),
        pytest.param(30, 0, False, id="nothing waits"),
        pytest.param(86_400, 2, False, id="yesterday"),
    ],
)
async def test_a_webhook_that_telegram_cannot_call_is_told_without_telegrams_words(
    tmp_path: Path, token: str, ago: int, waiting: int, wrong: bool
) -> None:
    async with TelegramServer() as server:
        bot = server.bots[server.bot("thon_bot", token=token)]
        async with Wire(token, base_url=server.base_url) as wire:
            await wire.call("setWebhook", url="https://bot.xa.example/telegram/thon")
        for _ in range(waiting):
            server.person("Bà Lúa").say(token, "alo")
        await server.until(lambda: bot.hook.last_error)
        bot.hook.last_error = "SSL error {error:certificate s3cret}"
        bot.hook.last_error_at = int(time.time()) - ago
        line = await told(tmp_path, server, PUBLIC, CALLED)
    assert line.startswith("✗") == wrong
    assert (": its certificate is not accepted; 2 updates wait; start “" in line) == wrong
    assert ("cannot call https://bot.xa.example:" in line) == wrong
    assert "s3cret" not in line


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param("garbage", "gives no answer of Telegram's", id="garbage"),
        pytest.param("no_result", "gives no answer of Telegram's", id="no result"),
    ],
)
async def test_an_answer_that_is_not_telegrams_is_told(
    tmp_path: Path, token: str, fault: FaultKind, said: str
) -> None:
    async with TelegramServer() as server:
        server.bot("thon_bot", token=token)
        server.fault(fault, "getMe")
        assert said in await told(tmp_path, server)


def test_telegram_out_of_reach_is_told_with_what_helps(tmp_path: Path, token: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    (line,) = asked(tmp_path, f"http://127.0.0.1:{port}")
    assert "Telegram (127.0.0.1) cannot be reached" in line
    assert "as telegram.proxy" in line
    through = ('proxy = ""', f'proxy = "http://127.0.0.1:{port}"')
    (line,) = asked(tmp_path, f"https://127.0.0.1:{port}", through)
    assert "check the network, telegram.proxy" in line


@pytest.mark.parametrize("token", ["", "7654321:AACanary", "AACanaryCanaryCanaryCanaryCanaryCa"])
def test_what_is_no_token_is_told_without_asking_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(VARIABLE, token)
    monkeypatch.setattr(socket, "socket", None)  # nobody can be asked
    (line,) = asked(tmp_path, "https://api.telegram.org")
    assert line.startswith(f"✗ bot thon: {'what ' if token else ''}variable {VARIABLE} ")


def test_two_bots_with_one_token_are_told(tmp_path: Path, token: str) -> None:
    second = f"{BOT[1]}{BOT[1].replace('thon', 'xa')}"
    where = ("https://api.telegram.org", "http://127.0.0.1:1")
    found = wrong(check(settings(tmp_path, where, (BOT[0], second))))
    assert any("bots thon and xa have the same token" in line for line in found)


def test_a_commune_of_its_own_is_told_of_its_service_and_its_practice(tmp_path: Path) -> None:
    init(tmp_path / "xa", Given("Xã Mây", "A, B"), None, lambda line: None)
    *_, service, practice = check(tmp_path / "xa" / "config.toml")
    assert service.text == "✓ database: not made yet; the first start makes it"
    assert practice.text.startswith("✓ practice: as this version needs it; no admin yet: in ")


def test_who_has_named_a_bot_hears_no_more_of_practice(tmp_path: Path, token: str) -> None:
    init(tmp_path / "xa", Given("Xã Mây", "A, B"), None, lambda line: None)
    path = tmp_path / "xa" / "config.toml"
    bot = BOT[1].replace("song-trang", "xa-may")
    where = ("https://api.telegram.org", "http://127.0.0.1:1")
    path.write_text(path.read_text(encoding="utf-8").replace(*where) + bot, encoding="utf-8")
    said = [finding.text for finding in check(path)]
    assert said[-1] == "✓ database: not made yet; the first start makes it"
    assert not any("practice" in line for line in said)
