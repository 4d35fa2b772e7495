"""A bot among people, from the update to what is queued: it comes and goes, and reads along."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session

from bot.platforms.base import RawUpdate
from db.tables import Account, Chat, Conversation, Outbox, table
from handlers import messages
from handlers.messages import Incoming, Membership, Message, Moved, Sender
from tests.bot.hamlet import CADRE, LEADER, group, inbox_rows, title
from tests.bot.reception import REPORT, WORDS, Reception, receiving
from tests.bot.wire import Wire

account, chat = table(Account), table(Chat)
conversation, outbox = table(Conversation), table(Outbox)
HOME = group(0)  # a tied group of Telegram's style
TALK_OF_OTHERS = "Chuyện Nhà Ông Kín"
HELLO = WORDS("groups.hello", days=3)


class Company(Wire):
    """Groups, and what happens to the bot in them."""

    def happens(self, where: str, **what: Any) -> RawUpdate:
        return RawUpdate(next(self._keys), where, json.dumps({"happens": where, **what}).encode())

    async def understand(self, update: RawUpdate) -> Incoming | None:
        body = json.loads(update.body)
        if "happens" not in body:
            return await super().understand(update)
        titled = body.pop("title", "")
        where = messages.Chat(body.pop("happens"), body.pop("kind", "group"), titled)
        sender = Sender(body.pop("by", "an"))
        if "to" in body:
            return Moved(where, sender, body["to"])
        if "standing" in body:
            return Membership(where, sender, body["standing"], body["before"])
        return Message(where, sender, body["text"], addressed=False)


async def company(reception: Reception, where: str, *happenings: dict[str, Any]) -> None:
    assert isinstance(reception.wire, Company)
    for what in happenings:
        await reception.hear(reception.wire.happens(where, **what))


async def rows(reception: Reception) -> Sequence[tuple[str, str]]:
    """(chat, words) of every message queued."""
    query = select(chat.c.external_id, outbox.c.body).join(chat, chat.c.id == outbox.c.chat_id)
    return await reception.database.read(
        lambda session: [tuple(row) for row in session.execute(query.order_by(outbox.c.id))]
    )


async def standing(reception: Reception, where: str) -> str:
    query = select(chat.c.standing).where(chat.c.external_id == where)
    return await reception.database.read(lambda session: str(session.execute(query).scalar_one()))


IN = {"standing": "member", "before": "out"}
MUTED = {"standing": "muted", "before": "member"}
OUT = {"standing": "out", "before": "member"}


async def test_put_into_a_group_it_greets_once_and_knows_since_when(tmp_path: Path) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        await company(reception, "-1", IN, {"standing": "admin", "before": "member"})
        assert await rows(reception) == [("-1", HELLO), ("-1", WORDS("groups.hello_admin"))]
        assert await standing(reception, "-1") == "admin"
        met = select(chat.c.met_at).where(chat.c.external_id == "-1")
        assert await reception.database.read(lambda session: session.execute(met).scalar())


async def test_what_becomes_of_it_in_a_tied_group_is_told_to_those_who_tie_groups(
    tmp_path: Path,
) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        await company(reception, HOME, {**MUTED, "by": CADRE}, OUT, OUT, IN)
        said = await rows(reception)
        for person in (CADRE, LEADER):
            assert [words for where, words in said if where == person] == [
                WORDS("groups.news_muted", group=title(0)),
                WORDS("groups.news_out", group=title(0)),
                WORDS("groups.news_back", group=title(0)),
            ]
        in_group = [words for where, words in said if where == HOME]
        assert in_group == [WORDS("groups.hello_again")]


async def test_a_group_whose_topic_is_tied_is_greeted_as_known(tmp_path: Path) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        inside = update(chat).where(chat.c.external_id == HOME).values(external_id="-1009/45")
        await reception.database.write(lambda session: session.execute(inside) and None)
        await company(reception, "-1009", IN, {**OUT, "by": CADRE}, IN)
        in_group = [words for where, words in await rows(reception) if where == "-1009"]
        assert in_group == [WORDS("groups.hello_again")] * 2


@pytest.mark.parametrize(
    ("told", "called"), [("Hộ dân thôn Mới", "Hộ dân thôn Mới"), ("", title(0))]
)
async def test_a_group_is_called_as_its_members_call_it_now(
    tmp_path: Path, told: str, called: str
) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        news = {"standing": "admin", "before": "member", "title": told}
        await company(reception, HOME, news)
        query = select(chat.c.title).where(chat.c.external_id == HOME)
        found = await reception.database.read(lambda session: session.execute(query).scalar())
        assert found == called


async def test_nobody_becomes_a_person_by_what_happens_to_the_bot(tmp_path: Path) -> None:
    """An administrator who stays unnamed puts it in and out."""
    async with receiving(tmp_path, wire=Company()) as reception:
        count = select(func.count()).select_from(account)
        before = await reception.database.read(lambda session: session.execute(count).scalar())
        await company(reception, "-1", {**IN, "by": ""}, {**OUT, "by": ""}, {**IN, "by": ""})
        await company(reception, HOME, {"to": "-1009", "by": ""})
        assert await rows(reception) == [("-1", HELLO), ("-1", HELLO)]
        after = await reception.database.read(lambda session: session.execute(count).scalar())
        assert after == before


async def test_who_blocks_it_in_private_and_comes_back_hears_nothing(tmp_path: Path) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        await reception.say("xin chào")
        said = await rows(reception)
        for what in (OUT, IN):
            await company(reception, "an", {**what, "kind": "private"})
            assert await standing(reception, "an") == what["standing"]
        assert await rows(reception) == said


async def test_a_group_that_moves_is_written_to_where_it_is(tmp_path: Path) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        await company(reception, HOME, {"to": "-1009"})
        await company(reception, "-1009", OUT)
        said = await rows(reception)
        assert {words for _, words in said} == {WORDS("groups.news_out", group=title(0))}


@pytest.mark.parametrize("open_in_private", [False, True])
async def test_what_people_say_to_each_other_leaves_no_trace(
    tmp_path: Path, open_in_private: bool
) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        await reception.say(*(REPORT[:2] if open_in_private else ()))
        before = await everything(reception)
        talk = (
            "1",
            "ok",
            "có",
            "thôi",
            WORDS("feedback.no_photo"),
            "7KQM-3XRT",
            f"{TALK_OF_OTHERS}?",
        )
        for where in (HOME, "-1"):
            await company(reception, where, *({"text": text} for text in talk))
        assert await everything(reception) == before
        assert set(await reception.states()) == {"done"}
        assert {body for *_, body in await reception.database.read(inbox_rows)} == {b""}
    assert _lying_about(tmp_path) == []


async def everything(reception: Reception) -> list[Any]:
    """What was queued, who and what is known, and where everyone stands."""

    def read(session: Session) -> list[Any]:
        counts = [select(func.count()).select_from(one) for one in (account, chat)]
        return [
            *(session.execute(count).scalar() for count in counts),
            session.execute(select(conversation)).all(),
            session.execute(select(outbox)).all(),
        ]

    return await reception.database.read(read)


def _lying_about(folder: Path) -> list[str]:
    """The files in which the words can be found, as text or as the wire wrote them."""
    forms = (TALK_OF_OTHERS.encode(), TALK_OF_OTHERS.encode("unicode_escape"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(form in path.read_bytes() for form in forms)]


async def test_a_person_once_blocked_is_known_as_before(tmp_path: Path) -> None:
    """Nothing but the standing is changed by it."""
    async with receiving(tmp_path, wire=Company()) as reception:
        await reception.say(*REPORT[:2])
        before = await everything(reception)
        await company(reception, "an", {**OUT, "kind": "private"}, {**IN, "kind": "private"})
        assert await everything(reception) == before


async def test_a_group_untied_while_it_was_out_is_greeted_as_new(tmp_path: Path) -> None:
    async with receiving(tmp_path, wire=Company()) as reception:
        await company(reception, HOME, OUT)
        loose = update(chat).where(chat.c.external_id == HOME).values(place_id=None, segment=None)
        await reception.database.write(lambda session: session.execute(loose) and None)
        await company(reception, HOME, IN)
        assert [words for where, words in await rows(reception) if where == HOME] == [HELLO]
