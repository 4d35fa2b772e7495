"""What a Reply or a Notice becomes on each platform, message by message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from bot.platforms.rendering import utf16_length
from bot.platforms.sandbox import LIMITS
from db import media
from db.media import Seen
from db.scene import Scene
from handlers.messages import Notice, Reply
from tests.bot.hall import COMMUNE, STYLE, Hall, buttons, chat, outbox

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
BOTH = pytest.mark.parametrize("person", ["khe", "cuc"], ids=["telegram", "zalo"])
LONG = " ".join(f"Câu thứ {number} của bài." for number in range(600))
MENU = buttons("Có", "Không")


async def kept(hall: Hall, person: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """Files of the person's that are on disk already."""
    actor = (await hall.scene(person)).actor
    files = [Seen(f"ref {name}", "photo", name) for name in names]
    ids = await hall.database.write(media.want, actor, files=files)
    for number in ids:
        await hall.database.write(
            media.keep,
            number,
            digest="0" * 64,
            size=1,
            mime="image/png",
            kind="photo",
            now=hall.clock.now(),
        )
    return ids


@BOTH
async def test_a_long_reply_is_split_in_order_with_its_menu_on_the_last_part(
    hall: Hall, person: str
) -> None:
    rows = await hall.reply(person, Reply(LONG, MENU))
    assert len(rows) > 1
    assert [row.labels for row in rows] == [[]] * (len(rows) - 1) + [["Có", "Không"]]
    assert all(utf16_length(row.body) <= LIMITS[STYLE[person]].max_text for row in rows)
    assert [row.body.partition(" ")[0] for row in rows] == [
        f"({number}/{len(rows)})" for number in range(1, len(rows) + 1)
    ]
    words = " ".join(row.body.partition(" ")[2] for row in rows).split()
    assert words[: len(LONG.split())] == LONG.split()


async def test_where_there_are_no_buttons_the_menu_stands_in_the_text(hall: Hall) -> None:
    (row,) = await hall.reply("cuc", Reply("Có không ạ?", MENU))
    assert row.body.startswith("Có không ạ?\n\n1. Có\n2. Không\n")
    assert row.labels == ["Có", "Không"]


async def test_where_words_are_awaited_the_menu_has_no_numbers(hall: Hall) -> None:
    (row,) = await hall.reply("cuc", Reply("Ở đâu ạ?", MENU, step="a.b", free_text=True))
    assert row.body == "Ở đâu ạ?\n\n(Hoặc nhắn: Có / Không)"
    assert "1." not in row.body


async def test_where_there_are_buttons_the_text_is_as_it_is(hall: Hall) -> None:
    (row,) = await hall.reply("khe", Reply("Có không ạ?", MENU))
    assert row.body == "Có không ạ?"


@BOTH
async def test_the_preview_comes_first_and_the_files_last(hall: Hall, person: str) -> None:
    files = await kept(hall, person, ("a.png", "b.png"))
    reply = Reply("Gửi nhé?", MENU, lead=("phần một", "phần hai"), media=files)
    rows = await hall.reply(person, reply)
    assert [row.body.partition("\n")[0] for row in rows] == [
        "phần một",
        "phần hai",
        "Gửi nhé?",
        "",
        "",
    ]
    assert [row.media_id for row in rows] == [None, None, None, *files]


@BOTH
async def test_the_files_of_a_preview_do_not_push_its_menu_up(hall: Hall, person: str) -> None:
    files = await kept(hall, person, ("a.png",))
    rows = await hall.reply(person, Reply("Gửi nhé?", MENU, lead=("một",), lead_media=files))
    assert [row.media_id for row in rows] == [None, *files, None]
    assert rows[-1].body.startswith("Gửi nhé?")


async def test_a_preview_made_for_another_platform_still_fits_this_one(hall: Hall) -> None:
    rows = await hall.reply("cuc", Reply("Gửi nhé?", lead=(LONG[:4000],)))
    assert all(utf16_length(row.body) <= 1900 for row in rows)
    assert " ".join(row.body for row in rows[:-1]).split() == LONG[:4000].split()


async def test_files_not_here_yet_hold_their_message_and_lost_ones_have_none(hall: Hall) -> None:
    actor = (await hall.scene("khe")).actor
    files = [Seen("1", "photo", "a.png"), Seen("2", "photo", "b.png")]
    wanted, lost = await hall.database.write(media.want, actor, files=files)
    await hall.database.write(media.drop, lost, "lost")
    rows = await hall.reply("khe", Reply("Đây ạ", media=(wanted, lost)))
    assert [(row.media_id, row.held) for row in rows] == [(None, False), (wanted, True)]


async def test_a_notice_reaches_each_of_several_people_in_their_own_style(hall: Hall) -> None:
    people = tuple([(await hall.scene(person)).actor.person_id for person in ("lua", "tre")])
    await hall.notice(Notice("Phản ánh mới", people, buttons=MENU, code="PA-7"))
    (telegram,), (zalo,) = await hall.rows("lua"), await hall.rows("tre")
    assert telegram.body == "Phản ánh mới"
    assert zalo.body.startswith("Phản ánh mới\n\n1. Có\n2. Không\n")
    assert "PA-7 1" in zalo.body
    assert (telegram.code, zalo.code) == ("PA-7", "PA-7")


async def test_a_notice_to_an_idle_chat_without_buttons_can_be_answered_by_number(
    hall: Hall,
) -> None:
    person = (await hall.scene("tre")).actor.person_id
    await hall.notice(Notice("Phản ánh mới", (person,), buttons=MENU, code="PA-7"))
    scene = await hall.scene("tre")
    assert [label for label, _ in scene.buttons] == ["Có", "Không"]


async def stands(hall: Hall, person: str) -> Scene:
    """Where the conversation stands, whatever the time."""
    scene = await hall.scene(person)
    return replace(scene, actor=replace(scene.actor, now=EPOCH))


@pytest.mark.parametrize("free_text", [True, False])
async def test_a_notice_does_not_push_aside_what_is_under_way(hall: Hall, free_text: bool) -> None:
    running = Reply("Viết đi ạ", buttons("Thôi"), step="a.b", keep={"x": 1}, free_text=free_text)
    await hall.reply("tre", running)
    before = await stands(hall, "tre")
    await hall.notice(Notice("Mới", (before.actor.person_id,), buttons=MENU, code="PA-7"))
    assert await stands(hall, "tre") == before
    newest = (await hall.rows("tre"))[-1]
    assert "PA-7 1" in newest.body
    assert "ví dụ: 1 " not in newest.body


async def test_a_bare_number_never_makes_a_choice_that_needs_care(hall: Hall) -> None:
    await hall.reply("tre", Reply("Chọn ạ", buttons("Một")))
    before = await stands(hall, "tre")
    person = before.actor.person_id
    await hall.notice(Notice("Xong", (person,), buttons=MENU, code="TB-1", careful=True))
    assert await stands(hall, "tre") == before
    assert "TB-1 1" in (await hall.rows("tre"))[-1].body


async def test_a_notice_leaves_a_menu_of_buttons_alone(hall: Hall) -> None:
    await hall.reply("lua", Reply("Chọn ạ", buttons("Một")))
    before = await stands(hall, "lua")
    await hall.notice(Notice("Mới", (before.actor.person_id,), buttons=MENU, code="PA-7"))
    assert await stands(hall, "lua") == before


async def test_a_menu_of_a_step_closes_with_it_and_shows_what_was_chosen(hall: Hall) -> None:
    (menu,) = await hall.reply("khe", Reply("Có không ạ?", MENU, step="a.b"))
    await hall.set_state("sent", [menu.id])
    edit, reply = sorted(await hall.reply("khe", Reply("Vâng ạ"), chosen="Có"))
    assert (edit.kind, edit.ref, edit.labels) == ("edit", menu.id, [])
    assert edit.body == "Có không ạ?\n→ Có"
    assert reply.body == "Vâng ạ"


@pytest.mark.parametrize(
    ("chosen", "reads"),
    [
        pytest.param("", "Có không ạ?", id="nothing chosen"),
        pytest.param("✓ Thôn Bến Đò", "Có không ạ?\n→ Thôn Bến Đò", id="a tick taken off"),
        pytest.param("x" * 5000, "Có không ạ?", id="no room for it"),
    ],
)
async def test_a_closed_menu_reads_as_it_was_or_with_the_choice(
    hall: Hall, chosen: str, reads: str
) -> None:
    (menu,) = await hall.reply("khe", Reply("Có không ạ?", MENU, step="a.b"))
    await hall.set_state("sent", [menu.id])
    rows = await hall.reply("khe", Reply("Vâng ạ"), chosen=chosen)
    assert [row.body for row in rows if row.kind == "edit"] == [reads]


@pytest.mark.parametrize(
    ("person", "first", "second"),
    [
        pytest.param("cuc", Reply("Có?", MENU, step="a.b"), Reply("Vâng"), id="no edits there"),
        pytest.param("khe", Reply("Có?", MENU), Reply("Vâng"), id="a standing menu"),
        pytest.param(
            "khe", Reply("Có?", MENU, step="a.b"), Reply("À", stay=True), id="an interjection"
        ),
    ],
)
async def test_other_menus_stay(hall: Hall, person: str, first: Reply, second: Reply) -> None:
    (menu,) = await hall.reply(person, first)
    await hall.set_state("sent", [menu.id])
    rows = await hall.reply(person, second)
    assert [row.kind for row in rows] == ["message"]


@BOTH
async def test_an_interjection_leaves_the_conversation_where_it_was(
    hall: Hall, person: str
) -> None:
    await hall.reply(person, Reply("Viết đi ạ", MENU, step="a.b", keep={"x": 1}))
    before = await stands(hall, person)
    await hall.reply(person, Reply("Gọi 114!", stay=True, urgent=True))
    assert await stands(hall, person) == before


async def test_a_reply_without_words_moves_on_without_a_message(hall: Hall) -> None:
    assert await hall.reply("khe", Reply("", step="a.b")) == []
    assert (await hall.scene("khe")).step == "a.b"


async def test_every_platform_splits_by_its_own_limit(hall: Hall) -> None:
    pieces = hall.composer.split(LONG)
    assert len(pieces["sandbox-telegram"]) < len(pieces["sandbox-zalo"])


async def whispered(hall: Hall, reply: Reply, *, whispers: bool) -> list[str | None]:
    """Said to Khế in a group that the bot is an admin of: whose eyes each message is for."""
    group = next(one.id for one in COMMUNE.groups if one.style == "telegram")
    limits = {name: replace(one, whispers=whispers) for name, one in hall.composer.limits.items()}
    composer = replace(hall.composer, limits=limits)
    admin = update(chat).where(chat.c.external_id == group).values(standing="admin")
    await hall.database.write(lambda session: session.execute(admin).close())
    scene = await hall.scene("khe", group)
    words = hall.composer.content.words("vi")
    await hall.database.write(composer.reply, scene.actor, "sandbox-telegram", scene, reply, words)
    found = select(outbox.c.only_for).order_by(outbox.c.id)
    return await hall.database.read(lambda session: list(session.execute(found).scalars()))


WHISPER = Reply("Vừa nói ạ", stay=True, whisper=True)


@pytest.mark.parametrize(
    ("reply", "whispers", "eyes"),
    [
        pytest.param(WHISPER, True, ["khe"], id="a whisper"),
        pytest.param(WHISPER, False, [None], id="where nobody can whisper"),
        pytest.param(Reply("Cần tờ khai ạ"), True, [None], id="any other reply"),
        pytest.param(
            replace(WHISPER, lead=("Gọi 114 ngay",), urgent=True),
            True,
            [None, "khe"],
            id="a warning before it is for all",
        ),
    ],
)
async def test_only_a_whisper_is_for_the_asker_alone(
    hall: Hall, reply: Reply, whispers: bool, eyes: list[str | None]
) -> None:
    assert await whispered(hall, reply, whispers=whispers) == eyes
