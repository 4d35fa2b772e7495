"""A commune with very many reports, in a process of its own: an admin has them all exported in
chat while a resident asks. Prints what it took, as JSON.

    python -m tests.bot.multitude FOLDER REPORTS FORMAT
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import select, text
from sqlmodel import Session

from bot.clock import wait
from db.tables import Export, Place, Ticket, TicketEvent, table
from tests.living import CONTENT, Living, living
from tests.patience import PATIENCE

QUESTIONS = 5  # asked while the table is made

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
_TICKETS = text(
    _NUMBERS + f"INSERT INTO {Ticket.__tablename__} (person_id, chat_id, place_id, category, what, "  # noqa: S608
    "address, media, language, state, published, created_at) "
    "SELECT (SELECT min(id) FROM person), (SELECT min(id) FROM chat), "
    f"(SELECT max(id) FROM {Place.__tablename__}), 'light', "
    "'Đèn đường hỏng, số ' || i, 'ngõ 1', '[]', 'vi', "
    "CASE i % 3 WHEN 0 THEN 'open' ELSE 'answered' END, '', '2026-11-20 03:00:00.000000' FROM n"
)
_ANSWERS = text(
    f"INSERT INTO {TicketEvent.__tablename__} (ticket_id, kind, person_id, body, at) "  # noqa: S608
    "SELECT id, 'answered', person_id, 'Đã sửa xong', '2026-11-20 09:30:00.000000' "
    f"FROM {Ticket.__tablename__} WHERE state = 'answered'"
)


def crowd(session: Session, count: int) -> None:
    session.execute(_TICKETS, {"count": count})
    session.execute(_ANSWERS)


async def main(folder: Path, count: int, format: str) -> dict[str, Any]:
    await CONTENT.search.ready()  # what is watched is the export
    async with living(folder) as village:
        await village.app.database.write(crowd, count)
        admin = await village.person("admin", "telegram")
        resident = await village.person("resident", "telegram")
        for what in ("/xuat", "Tất cả", format, "Tất cả các nơi"):
            await village.say(admin, what)
        await village.say(resident, "làm giấy khai sinh cần gì")
        watched = psutil.Process()
        spoken = asyncio.Event()
        village.app.database.on_commit("settled", spoken.set)
        idle = most = watched.memory_info().rss
        await post(village, admin, "Xuất, không tên")
        while not await village.app.database.read(begun):
            await wait(spoken, 0.1)
        answers = 0
        while not await received(village, admin):
            most = max(most, watched.memory_info().rss)
            if answers < QUESTIONS:
                await answered(village, resident, spoken)
                answers += not await received(village, admin)
            else:
                await wait(spoken, 0.1)
        return {
            "above": most - idle,
            "answered": answers,
            "said": [message["text"] for message in await village.heard(admin, admin)][-2],
        }


def begun(session: Session) -> bool:
    """Whether an export is being made, or was."""
    return session.execute(select(table(Export).c.attempts)).scalar() == 1


async def received(village: Living, person: str) -> list[int]:
    """The sizes of the files that have arrived."""
    heard = await village.heard(person, person)
    return [file["size"] for message in heard for file in message["attachments"]]


async def answered(village: Living, person: str, spoken: asyncio.Event) -> None:
    """A question, and its answer. `spoken`: set whenever something was sent."""
    sent = await post(village, person, "làm giấy khai sinh cần gì")
    async with asyncio.timeout(PATIENCE):
        while not await village.heard(person, person, after=sent):
            await spoken.wait()
            spoken.clear()


async def post(village: Living, person: str, words: str) -> str:
    body = {"person": person, "chat": person, "text": words}
    async with village.client.post("/api/messages", json=body) as answer:
        assert answer.status == 200
        return str((await answer.json())["id"])


if __name__ == "__main__":
    given = asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
    sys.stdout.write(json.dumps(given))
