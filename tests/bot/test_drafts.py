"""`faq drafts`: what cadres answered becomes files that are entries once they are completed."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from bot import config
from bot.app import opened
from bot.cli import main
from bot.clock import Clock
from bot.config import Config, ConfigError
from bot.drafting import GOOD_FOR, text, write
from content.documents import ContentError, File, parse_toml, split_front_matter
from content.faq import parse_entry
from content.schedule import HERE
from db import drafts
from db.drafts import Draft
from db.errors import DatabaseError
from tests.db.neighbours import appoint, found, move_in
from tests.db.questioning import ask, hand
from tests.db.reports import answered
from tests.living import CONTENT, ROOT

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # the 23rd in Vietnam
NAMES = '"khai sinh muộn", "đăng ký khai sinh muộn", "khai sinh quá hạn"'
PHRASINGS = tuple(f"khai sinh muộn thì làm sao {number}" for number in range(8))
QUESTION = 'Con sinh "muộn" \\ thì khai sinh sao?'
ANSWER = "# Chị mang giấy chứng sinh\n+++\nra xã ạ."
DRAFT = Draft(7, QUESTION, ANSWER, "khai_sinh", "Thôn Trên", NOW)


def made(session: Session, count: int) -> None:
    """As many questions of the upper village, answered and kept."""
    village = found(session)
    resident = move_in(session, village, "Bác Mít")
    head = appoint(session, village, "Ông Tre", "village_head", village.upper)
    for number in range(count):
        asked = ask(session, village.bot)
        report = hand(session, resident, asked, place_id=village.upper.id).id
        answered(session, head, report, 1, f"{ANSWER} {number}")
        drafts.keep(session, head, number=report, text=QUESTION)


def waiting(at: Config) -> list[Draft]:
    async def read() -> list[Draft]:
        async with opened(at.url, Clock()) as database:
            return await database.read(drafts.waiting)

    return asyncio.run(read())


@pytest.fixture
def office(tmp_path: Path) -> Config:
    """Settings, and a database with two drafts."""
    shipped = config.load(ROOT / "config.toml")
    settings = replace(shipped, data=str(tmp_path))

    async def open_it() -> None:
        async with opened(settings.url, Clock()) as database:
            await database.write(made, 2)

    asyncio.run(open_it())
    return settings


def entry(file: str, name: str = "nhap_7") -> Any:
    return parse_entry(File(f"faq/{name}.md", file), CONTENT.local.labels)


def completed(file: str) -> str:
    """What its comments ask for, written."""
    more = "".join(f'  "{one}",\n' for one in PHRASINGS)
    for blank, written in (
        ('office = ""', 'office = "UBND xã"'),
        ('owner = ""', 'owner = "Công chức tư pháp – hộ tịch"'),
        ("names = []", f"names = [{NAMES}]"),
        ("phrasings = [\n", f"phrasings = [\n{more}"),
        ('vi = ""', 'vi = "Khai sinh muộn"'),
        ('en = ""', 'en = "Late birth registration"'),
    ):
        assert file.count(blank) == 1
        file = file.replace(blank, written)
    return f"{file}Go to the commune [can_bo]."


def test_completed_it_is_an_entry_that_says_who_vouches_for_it() -> None:
    made = entry(completed(text(DRAFT, "nhap_7", NOW)))
    assert made.phrasings == PHRASINGS
    assert "Chị mang giấy chứng sinh" in made.aspects["tra_loi"]
    assert "ra xã ạ. [can_bo]" in made.aspects["tra_loi"]
    (source,) = made.sources
    assert (source.name, source.standing) == ("Cán bộ xã trả lời ngày 23/11/2026", "secondary")
    assert made.review_by == (NOW + GOOD_FOR).astimezone(HERE).date()


def test_a_number_is_hidden_and_the_file_refused_until_somebody_has_looked_at_it() -> None:
    file = completed(text(replace(DRAFT, answer="Gọi chị Hoa 0900 000 001."), "nhap_7", NOW))
    assert "0900" not in file
    assert "Gọi chị Hoa [số …]. [can_bo]" in file
    with pytest.raises(ContentError, match="số …"):
        entry(file)


@pytest.mark.parametrize("blank", ["office", "names", "vi"])
def test_what_is_not_complete_is_refused_and_the_line_named(blank: str) -> None:
    file = completed(text(DRAFT, "nhap_7", NOW))
    file = re.sub(
        rf"(?m)^{blank} = .*$", f"{blank} = " + ("[]" if blank == "names" else '""'), file
    )
    with pytest.raises(ContentError) as refused:
        entry(file)
    assert str(refused.value).startswith("faq/nhap_7.md:")


def test_as_it_is_written_it_is_no_entry() -> None:
    with pytest.raises(ContentError, match=r"faq/nhap_7\.md:\d+: "):
        entry(text(DRAFT, "nhap_7", NOW))


@pytest.mark.parametrize("place", ["Thôn Trên", 'Xã "Mơ"', ""])
@pytest.mark.parametrize(
    "question",
    [
        "a\nb\tc",
        "a\n+++\n## b",
        '"',
        "\\u0041 \\",
        "{id}",
        "'''",
        "🙂",
        "a\0\x07\x7fb",
        "a\r\u2028b",
    ],
)
def test_whatever_was_asked_the_file_can_be_read(question: str, place: str) -> None:
    file = File(
        "faq/nhap_7.md", text(replace(DRAFT, question=question, place=place), "nhap_7", NOW)
    )
    table, body, _ = split_front_matter(file)
    assert table.texts("phrasings") == ()
    assert table.text("id") == "nhap_7"
    assert body.startswith("\n## tra_loi\n")


def test_what_was_asked_can_be_read_above_the_phrasings_and_is_none_of_them() -> None:
    asked = "khai sinh\ncho con\t“muộn” 🙂 thi sao"
    file = text(replace(DRAFT, question=asked), "nhap_7", NOW)
    line = (
        "# Bà con hỏi (để hiểu ý, đừng chép): khai sinh cho con “muộn” 🙂 thi sao\nphrasings = [\n"
    )
    assert line in file
    assert file.count("thi sao") == 1


def test_without_phrasings_of_its_own_it_is_refused_with_what_to_write() -> None:
    file = completed(text(DRAFT, "nhap_7", NOW))
    for one in PHRASINGS:
        file = file.replace(f'  "{one}",\n', "")
    with pytest.raises(ContentError, match=r"^faq/nhap_7\.md:\d+: only 0 .+; write 8 or more$"):
        entry(file)


def test_every_draft_becomes_a_file_and_waits_no_more(office: Config, tmp_path: Path) -> None:
    folder = tmp_path / "nhap" / "moi"
    paths = write(office, folder)
    assert [path.name for path in paths] == ["nhap_1.md", "nhap_2.md"]
    assert sorted(folder.iterdir()) == paths
    for path, number in zip(paths, "01", strict=True):
        file = path.read_text(encoding="utf-8")
        assert f"ra xã ạ. {number} [can_bo]" in file
        assert parse_toml(File(path.name, file.split("+++\n")[1])).text("id") == path.stem
        assert "“khai_sinh”" in file
        assert path.stat().st_mode & 0o077 == 0
    assert waiting(office) == []
    assert write(office, folder) == []


def test_with_nothing_waiting_the_command_says_what_makes_a_draft(
    office: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    settings = tmp_path / "config.toml"
    settings.write_text(
        shipped.replace('data = "loalang-demo"', f'data = "{office.data}"'), encoding="utf-8"
    )
    command = ["faq", "drafts", "--out", str(tmp_path / "nhap"), "--config", str(settings)]
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(tmp_path / "nhap" / f"nhap_{number}.md") for number in (1, 2)
    ]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert said.startswith("no drafts wait; ")
    for language in ("vi", "en"):
        assert f"“{CONTENT.words(language)('handing.draft')}”" in said


def test_what_somebody_is_writing_on_is_never_touched(office: Config, tmp_path: Path) -> None:
    (tmp_path / "nhap_1.md").write_text("đang viết", encoding="utf-8")
    paths = write(office, tmp_path)
    assert [path.name for path in paths] == ["nhap_1_2.md", "nhap_2.md"]
    assert (tmp_path / "nhap_1.md").read_text(encoding="utf-8") == "đang viết"
    assert 'id = "nhap_1_2"' in paths[0].read_text(encoding="utf-8")


def test_where_nothing_can_be_written_they_go_on_waiting(office: Config, tmp_path: Path) -> None:
    (tmp_path / "tep").touch()
    with pytest.raises(ConfigError, match="--out"):
        write(office, tmp_path / "tep" / "nhap")
    assert len(waiting(office)) == 2


def test_without_a_database_there_is_a_word_on_what_to_do(office: Config, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="start Loa Làng once"):
        write(replace(office, data=str(tmp_path / "khac")), tmp_path / "nhap")


def test_they_are_good_for_about_a_season() -> None:
    assert timedelta(days=90) == GOOD_FOR
