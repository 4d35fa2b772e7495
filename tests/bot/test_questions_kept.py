"""From the update to the table: what is kept of a question, what is not, and who may judge it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from bot.clock import Clock
from content.folding import fold
from db import people
from db.tables import Account, Chat, Outbox, Place, Question, table
from tests.bot.hamlet import group
from tests.bot.reception import DENUNCIATION, REPORT, WORDS, Reception, receiving
from tests.bot.test_group_life import Company
from tests.handlers.test_faq import BIRTH, BROKEN_LIGHT, ID_FEE, VAGUE
from tests.living import CONTENT

account, chat, outbox = table(Account), table(Chat), table(Outbox)
place, question = table(Place), table(Question)
HOME = group(0)  # a tied group of Telegram's style
CARD = "4111 1111 1111 1111"
NAME = "Nguyễn Văn Kín"


async def kept(reception: Reception) -> list[tuple[str, str, str, str]]:
    """(text, outcome, entry, verdict) of every question."""
    columns = (question.c.text, question.c.outcome, question.c.entry, question.c.verdict)
    query = select(*columns).order_by(question.c.id)
    return await reception.database.read(lambda s: [tuple(row) for row in s.execute(query)])


async def choose(reception: Reception, label: str, chat_id: str = "an") -> None:
    """Press the newest button of that label."""
    query = select(outbox.c.id, outbox.c.buttons).order_by(outbox.c.id.desc())
    for menu, buttons in await reception.database.read(lambda s: s.execute(query).all()):
        labels = [one[0] for one in buttons]
        if label in labels:
            press = f"{menu}.{labels.index(label)}"
            await reception.hear(reception.wire.update("", chat_id, press=press))
            return
    raise AssertionError(f"no button {label}")


def lying_about(folder: Path, *words: str) -> list[str]:
    forms = [form for one in words for form in (one.encode(), one.encode("unicode_escape"))]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(form in path.read_bytes() for form in forms)]


SECRETS = (CARD, CARD.replace(" ", ""), CARD.replace(" ", "."), NAME, "nguyen van kin")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"Làm căn cước bao nhiêu tiền, thẻ em là {CARD}, tên {NAME}", id="answered"),
        pytest.param(f"qwrt zxcv {CARD} của {NAME} mnbv", id="not known"),
        pytest.param(f"{VAGUE} {CARD.replace(' ', '.')} ạ, tôi là {NAME}", id="perhaps a choice"),
        pytest.param(f"/hoi {BIRTH} {CARD.replace(' ', '')}", id="by command"),
    ],
)
async def test_nothing_of_a_card_or_a_name_stays_on_the_disk(tmp_path: Path, text: str) -> None:
    async with receiving(tmp_path) as reception:
        await reception.say(text, "xin chào")
        ((told, *_),) = await kept(reception)
        assert "•••" in told
    assert lying_about(tmp_path, *SECRETS) == []


async def test_what_is_no_question_or_nobodys_to_read_is_not_kept(tmp_path: Path) -> None:
    async with receiving(tmp_path) as reception:
        await reception.say(DENUNCIATION, "cháy nhà rồi cứu với", "cảm ơn", "xin chào", "/hoi")
        await reception.say("cháy nhà rồi cứu với", "/hoi", DENUNCIATION, *REPORT)
        assert await kept(reception) == []


async def test_a_verdict_given_twice_counts_once_and_the_last_one(tmp_path: Path) -> None:
    useful, wrong = WORDS("questions.useful"), WORDS("questions.wrong")
    async with receiving(tmp_path) as reception:
        await reception.say(ID_FEE)
        for label, verdict in ((wrong, "wrong"), (useful, "useful"), (wrong, "wrong")):
            await choose(reception, label)
            ((_, _, _, noted),) = await kept(reception)
            assert noted == verdict


async def test_a_choice_answers_the_question_it_was_left_by(tmp_path: Path) -> None:
    async with receiving(tmp_path) as reception:
        await reception.say(VAGUE)
        assert [row[1:3] for row in await kept(reception)] == [("choices", "")]
        buttons = select(outbox.c.buttons).order_by(outbox.c.id.desc()).limit(1)
        ((label, action), *_) = await reception.database.read(
            lambda s: s.execute(buttons).scalar_one()
        )
        await choose(reception, label)
        chosen = action.partition(":")[2].partition(".")[0]
        assert [row[1:3] for row in await kept(reception)] == [("choices", chosen)]
        await choose(reception, WORDS("questions.wrong"))
        assert [row[3] for row in await kept(reception)] == ["wrong"]


def leads(session: Session) -> None:
    """Whoever wrote last is an admin of the commune."""
    newest = select(account.c.person_id).order_by(account.c.id.desc()).limit(1)
    person = session.execute(newest).scalar_one()
    where = session.execute(select(place.c.id).where(place.c.kind == "commune")).scalars().first()
    assert where is not None
    people.grant(session, person, "admin", where, Clock().now())


async def test_what_was_not_right_stands_in_the_admins_list_with_its_entry(tmp_path: Path) -> None:
    async with receiving(tmp_path) as reception:
        await reception.say(ID_FEE)
        await choose(reception, WORDS("questions.wrong"))
        await reception.database.write(leads)
        await reception.say("/cauhoi")
        told = (await reception.answers())[-1].splitlines()
    entry = CONTENT.entry("can_cuoc")
    assert entry is not None
    assert WORDS("questions.line_wrong", title=entry.title["vi"], count=1) in told
    assert any(fold(ID_FEE) in line for line in told)


def overhears(on: bool) -> Any:
    return update(chat).where(chat.c.external_id == HOME).values(answers=on)


async def muttered(reception: Reception, *texts: str, by: str = "binh") -> None:
    assert isinstance(reception.wire, Company)
    for text in texts:
        await reception.hear(reception.wire.happens(HOME, text=text, by=by))


async def test_of_what_a_group_says_to_itself_only_what_is_answered_is_kept(
    tmp_path: Path,
) -> None:
    talk = (ID_FEE, BROKEN_LIGHT, "qwrt zxcv", DENUNCIATION, f"số em {CARD}")
    async with receiving(tmp_path, wire=Company()) as reception:
        await muttered(reception, *talk)
        assert (await kept(reception), await reception.answers()) == ([], [])
        await reception.database.write(lambda s: s.execute(overhears(True)).close())
        await muttered(reception, *talk, ID_FEE)
        ((_, outcome, entry, _),) = await kept(reception)
        assert (outcome, entry) == ("answer", "can_cuoc")
        (answer,) = await reception.answers()
        assert answer.endswith(WORDS("faq.more_in_private"))
        where = select(chat.c.external_id).join(question, question.c.chat_id == chat.c.id)
        told = await reception.database.read(lambda s: s.execute(where).scalars().all())
        assert told == [HOME]
    assert lying_about(tmp_path, *SECRETS) == []


async def test_ten_minutes_later_a_group_is_answered_again(tmp_path: Path) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        await reception.database.write(lambda s: s.execute(overhears(True)).close())
        await muttered(reception, ID_FEE, ID_FEE)
        assert len(await reception.answers()) == 1

        def age(session: Any) -> None:
            ((at,),) = session.execute(select(question.c.asked_at)).all()
            earlier = at - timedelta(minutes=10)
            session.execute(update(question).values(asked_at=earlier))

        await reception.database.write(age)
        await muttered(reception, ID_FEE)
        assert len(await reception.answers()) == 2
        assert len(await kept(reception)) == 2
