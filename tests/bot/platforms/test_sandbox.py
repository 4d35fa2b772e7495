"""The village as a platform: what reaches the bot, what reaches people, and what is refused."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.platforms.base import (
    ChatGone,
    File,
    FileGone,
    NotUnderstood,
    OutcomeUnknown,
    Outgoing,
    OutgoingDelete,
    OutgoingEdit,
    OutgoingMessage,
    RawUpdate,
    Rejected,
    SendError,
    Sent,
    Unreachable,
)
from bot.platforms.entry import BOT, Entry, MenuGone, Missing, NotMember
from bot.platforms.record import RecordError
from bot.platforms.sandbox import Sandbox
from bot.platforms.village import Upload, Village
from content.commune import Style, load_commune
from handlers.messages import Attachment, Chat, Location, Message, Press
from tests.loop import one_turn
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ON_TELEGRAM, ON_ZALO = "khe", "cuc"
GROUPS: dict[Style, str] = {"telegram": "tgr-go-sen-ho-dan", "zalo": "zgr-ben-do-ho-dan"}
PEOPLE: dict[Style, str] = {"telegram": ON_TELEGRAM, "zalo": ON_ZALO}
SMILE = "\N{SLIGHTLY SMILING FACE}"


async def open_village(folder: Path) -> Village:
    return await Village.open(folder, load_commune(), lambda: NOW)


@pytest.fixture
async def village(tmp_path: Path) -> AsyncIterator[Village]:
    village = await open_village(tmp_path)
    yield village
    await village.close()


@pytest.fixture
def telegram(village: Village) -> Sandbox:
    return Sandbox(village, style="telegram")


@pytest.fixture
def zalo(village: Village) -> Sandbox:
    return Sandbox(village, style="zalo")


def sandbox(village: Village, style: Style) -> Sandbox:
    return Sandbox(village, style=style)


async def receive(platform: Sandbox, count: int) -> list[RawUpdate]:
    """The next `count` updates. Their acknowledgement is on its way to the record by then, and
    what is asked of the record later is done later."""
    received: list[RawUpdate] = []
    enough = asyncio.Event()

    async def store(updates: Sequence[RawUpdate]) -> None:
        received.extend(updates)
        if len(received) >= count:
            enough.set()

    task = asyncio.create_task(platform.receive(store))
    async with asyncio.timeout(PATIENCE):
        await enough.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return received


async def heard(village: Village, style: Style, text: str, chat: str = "") -> Message:
    """What the bot understands of a person's message."""
    platform = sandbox(village, style)
    await village.write(PEOPLE[style], chat or PEOPLE[style], text)
    (update,) = await receive(platform, 1)
    incoming = await platform.understand(update)
    assert isinstance(incoming, Message)
    return incoming


def raw(body: object) -> RawUpdate:
    return RawUpdate("1", "khe", json.dumps(body).encode())


# --- what reaches the bot -----------------------------------------------------------------------


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_a_private_message_reaches_the_bot(village: Village, style: Style) -> None:
    incoming = await heard(village, style, "xin chào")
    assert incoming.chat == Chat(PEOPLE[style], "private")
    assert incoming.sender.id == PEOPLE[style]
    assert (incoming.text, incoming.addressed) == ("xin chào", True)


@pytest.mark.parametrize(
    ("text", "understood", "addressed"),
    [
        pytest.param("mai họp thôn nhé", "mai họp thôn nhé", False, id="among themselves"),
        pytest.param("@loalang_bot giấy khai sinh", "giấy khai sinh", True, id="mention first"),
        pytest.param("giấy khai sinh @LoaLang_Bot", "giấy khai sinh", True, id="mention last"),
        pytest.param("/trogiup", "/trogiup", True, id="command"),
        pytest.param("/hoi@loalang_bot giấy", "/hoi giấy", True, id="command for us"),
        pytest.param("/hoi@bot_khac giấy", "/hoi@bot_khac giấy", False, id="command for another"),
    ],
)
async def test_a_telegram_group_is_heard_whole_and_knows_who_is_addressed(
    village: Village, text: str, understood: str, addressed: bool
) -> None:
    incoming = await heard(village, "telegram", text, GROUPS["telegram"])
    assert (incoming.text, incoming.addressed) == (understood, addressed)
    assert incoming.chat == Chat(GROUPS["telegram"], "group", "Các hộ dân thôn Gò Sen")


async def test_a_reply_to_the_bot_is_addressed_to_it(village: Village, telegram: Sandbox) -> None:
    (asked,) = (await telegram.send(OutgoingMessage(GROUPS["telegram"], "Bà con cần gì?"))).ids
    await village.write(ON_TELEGRAM, GROUPS["telegram"], "cái này", reply_to=asked)
    (update,) = await receive(telegram, 1)
    incoming = await telegram.understand(update)
    assert isinstance(incoming, Message)
    assert incoming.addressed


async def test_a_zalo_group_is_heard_only_when_the_bot_is_mentioned(
    village: Village, zalo: Sandbox
) -> None:
    await village.write(ON_ZALO, GROUPS["zalo"], "mai họp thôn nhé")
    assert await village.unacknowledged() == 0
    incoming = await heard(village, "zalo", "@bot loa lang cho hỏi", GROUPS["zalo"])
    assert (incoming.text, incoming.addressed) == ("cho hỏi", True)
    assert incoming.chat == Chat(GROUPS["zalo"], "group")
    written = await village.messages(ON_ZALO, GROUPS["zalo"])
    assert [entry.text for entry in written] == ["mai họp thôn nhé", "@bot loa lang cho hỏi"]


async def test_a_photo_and_a_place_reach_the_bot_and_can_be_fetched(
    village: Village, zalo: Sandbox, tmp_path: Path
) -> None:
    uploads = [Upload("đèn.jpg", "image/jpeg", b"picture"), Upload("đơn.pdf", "", b"paper")]
    await village.write(ON_ZALO, ON_ZALO, "", uploads, location=(20.5, 106.25))
    (update,) = await receive(zalo, 1)
    incoming = await zalo.understand(update)
    assert isinstance(incoming, Message)
    photo, paper = incoming.attachments
    assert (photo.kind, photo.name, photo.size) == ("photo", "đèn.jpg", 7)
    assert paper.kind == "document"
    assert incoming.location == Location(20.5, 106.25)
    await zalo.fetch(photo, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"picture"


async def test_a_file_that_nobody_handed_over_cannot_be_fetched(
    telegram: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(FileGone):
        await telegram.fetch(Attachment("../village.db", "photo"), tmp_path / "fetched")


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        pytest.param("a\x00b", "a\ufffdb", id="NUL"),
        pytest.param("a\ud83db", "a\ufffdb", id="half a surrogate pair"),
        pytest.param("dài " * 25_000 + "hết", "dài " * 25_000 + "hết", id="100,000 characters"),
    ],
)
async def test_unusual_text_arrives_whole_and_storable(
    village: Village, text: str, understood: str
) -> None:
    assert (await heard(village, "telegram", text)).text == understood
    (entry,) = await village.messages(ON_TELEGRAM)
    assert entry.text == understood


async def test_a_pressed_button_names_menu_and_index(village: Village, telegram: Sandbox) -> None:
    buttons = (("Có", "m7.x.0"), ("Không", "m7.x.1"))
    (menu,) = (await telegram.send(OutgoingMessage(ON_TELEGRAM, "Gửi chứ?", buttons))).ids
    await village.press(ON_TELEGRAM, ON_TELEGRAM, menu, "m7.x.1")
    (update,) = await receive(telegram, 1)
    incoming = await telegram.understand(update)
    assert isinstance(incoming, Press)
    assert (incoming.menu, incoming.index, incoming.sender.id) == ("m7.x", 1, ON_TELEGRAM)


async def test_a_button_that_is_gone_cannot_be_pressed(village: Village, telegram: Sandbox) -> None:
    buttons = (("Có", "m.0"),)
    (edited,) = (await telegram.send(OutgoingMessage(ON_TELEGRAM, "Một", buttons))).ids
    (deleted,) = (await telegram.send(OutgoingMessage(ON_TELEGRAM, "Hai", buttons))).ids
    await telegram.send(OutgoingEdit(ON_TELEGRAM, edited, "Đã xong"))
    await telegram.send(OutgoingDelete(ON_TELEGRAM, deleted))
    for message in (edited, deleted):
        with pytest.raises(MenuGone):
            await village.press(ON_TELEGRAM, ON_TELEGRAM, message, "m.0")
    assert await village.unacknowledged() == 0


CHAT = {"id": "khe", "kind": "private"}
FROM = {"id": "khe", "name": "Anh Khế"}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param([], "the body is not a JSON object", id="no object"),
        pytest.param({"from": FROM, "message": {"text": ""}}, "chat", id="no chat"),
        pytest.param({"chat": {**CHAT, "kind": "x"}, "from": FROM}, "chat.kind", id="chat kind"),
        pytest.param({"chat": CHAT, "from": {"id": 5}}, "from.id", id="number for an id"),
        pytest.param({"chat": CHAT, "from": FROM, "message": 1}, "message", id="no message"),
        pytest.param({"chat": CHAT, "from": FROM, "message": {}}, "message.text", id="no text"),
        pytest.param(
            {"chat": CHAT, "from": FROM, "message": {"text": "", "location": ["x", 1]}},
            "message.location",
            id="place in words",
        ),
        pytest.param(
            {"chat": CHAT, "from": FROM, "message": {"text": "", "attachments": [{"kind": "x"}]}},
            "message.attachments[0].size",
            id="attachment",
        ),
        pytest.param(
            {"chat": CHAT, "from": FROM, "press": {"data": "bí mật"}}, "press.data", id="press"
        ),
    ],
)
async def test_what_is_malformed_is_refused_by_the_path_of_its_field(
    telegram: Sandbox, body: object, path: str
) -> None:
    with pytest.raises(NotUnderstood) as caught:
        await telegram.understand(raw(body))
    assert str(caught.value) == path


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 99_999], ids=["empty", "cut", "not UTF-8", "deep"]
)
async def test_a_body_that_is_no_json_is_refused(telegram: Sandbox, body: bytes) -> None:
    with pytest.raises(NotUnderstood, match="not JSON"):
        await telegram.understand(RawUpdate("1", "khe", body))


async def test_an_unknown_kind_of_update_is_nothing_for_us(telegram: Sandbox) -> None:
    assert await telegram.understand(raw({"chat": CHAT, "from": FROM, "sticker": {}})) is None


# --- acknowledging ------------------------------------------------------------------------------


async def test_an_update_is_kept_until_it_is_stored(tmp_path: Path) -> None:
    village = await open_village(tmp_path)
    offered: list[RawUpdate] = []

    async def fail(updates: Sequence[RawUpdate]) -> None:
        offered.extend(updates)
        raise RuntimeError("the disk is full")

    await village.write(ON_TELEGRAM, ON_TELEGRAM, "một")
    with pytest.raises(RuntimeError, match="disk"):
        await sandbox(village, "telegram").receive(fail)
    await village.close()

    village = await open_village(tmp_path)
    assert await village.unacknowledged() == 1
    assert await receive(sandbox(village, "telegram"), 1) == offered
    assert await village.unacknowledged() == 0
    await village.close()


async def test_updates_come_in_order_and_each_once(village: Village, telegram: Sandbox) -> None:
    for number in range(250):
        await village.write(ON_TELEGRAM, ON_TELEGRAM, str(number))
    updates = await receive(telegram, 250)
    assert [json.loads(update.body)["message"]["text"] for update in updates] == [
        str(number) for number in range(250)
    ]
    assert len({update.key for update in updates}) == 250
    assert {update.lane for update in updates} == {ON_TELEGRAM}


async def test_who_waits_is_woken_by_the_next_update(village: Village, telegram: Sandbox) -> None:
    waiting = asyncio.create_task(receive(telegram, 1))
    await one_turn()
    await village.write(ON_TELEGRAM, ON_TELEGRAM, "đây")
    assert len(await waiting) == 1


async def test_another_village_never_repeats_a_key(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        village = await open_village(tmp_path / name)
        await village.write(ON_TELEGRAM, ON_TELEGRAM, "một")
        keys |= {update.key for update in await village.waiting("telegram")}
        await village.close()
    assert len(keys) == 2


# --- what reaches people ------------------------------------------------------------------------


async def test_what_the_bot_sends_is_on_record_with_its_buttons(
    village: Village, telegram: Sandbox
) -> None:
    (id,) = (await telegram.send(OutgoingMessage(ON_TELEGRAM, "Chào", (("Được", "m.0"),)))).ids
    (entry,) = await village.messages(ON_TELEGRAM)
    assert (entry.id, entry.from_bot, entry.text) == (id, True, "Chào")
    assert entry.buttons == (("Được", "m.0"),)
    assert entry.sent_at == "2026-11-22T03:00:00+00:00"


async def test_an_edit_changes_the_message_in_place(village: Village, telegram: Sandbox) -> None:
    (id,) = (await telegram.send(OutgoingMessage(ON_TELEGRAM, "1 nhóm", (("Dừng", "m.0"),)))).ids
    assert await telegram.send(OutgoingEdit(ON_TELEGRAM, id, "2 nhóm")) == Sent((id,))
    (entry,) = await village.messages(ON_TELEGRAM)
    assert (entry.text, entry.buttons) == ("2 nhóm", ())
    assert entry.edited_at is not None


async def test_an_edit_or_delete_may_be_repeated(village: Village, telegram: Sandbox) -> None:
    told: list[str] = []
    (id,) = (await telegram.send(OutgoingMessage(ON_TELEGRAM, "cũ"))).ids
    village.listen(lambda news, entry: told.append(news))
    for _ in range(2):
        await telegram.send(OutgoingEdit(ON_TELEGRAM, id, "mới"))
    for _ in range(2):
        await telegram.send(OutgoingDelete(ON_TELEGRAM, id))
    assert told == ["edit", "delete"]
    (entry,) = await village.messages(ON_TELEGRAM)
    assert entry.deleted


async def test_a_file_is_copied_and_sent_with_its_caption(
    village: Village, telegram: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"plan")
    await telegram.send(
        OutgoingMessage(ON_TELEGRAM, "Lịch", file=File(path, "lịch.pdf", "document"))
    )
    path.unlink()
    (entry,) = await village.messages(ON_TELEGRAM)
    (attached,) = entry.attachments
    assert (attached.name, attached.type, attached.size) == ("lịch.pdf", "application/pdf", 4)
    name, kept = await village.file(attached.id)
    assert (name, kept.read_bytes()) == ("lịch.pdf", b"plan")


def message(text: str = "x", **rest: object) -> OutgoingMessage:
    return OutgoingMessage("", text, **rest)  # type: ignore[arg-type]


PAPER = File(Path(__file__), "a.pdf", "document")
PHOTO = File(Path(__file__), "a.jpg", "photo")
NO_FILE = File(Path("nowhere"), "a.jpg", "photo")


@pytest.mark.parametrize(
    ("style", "outgoing", "refused"),
    [
        pytest.param("telegram", message("a" * 4096), False, id="telegram: longest"),
        pytest.param("telegram", message("a" * 4097), True, id="telegram: too long"),
        pytest.param("telegram", message(SMILE * 2048), False, id="telegram: emoji count two"),
        pytest.param("telegram", message(SMILE * 2048 + "a"), True, id="telegram: emoji too long"),
        pytest.param("zalo", message("a" * 2000), False, id="zalo: longest"),
        pytest.param("zalo", message("a" * 2001), True, id="zalo: too long"),
        pytest.param("telegram", message("a" * 1024, file=PHOTO), False, id="longest caption"),
        pytest.param("telegram", message("a" * 1025, file=PHOTO), True, id="caption too long"),
        pytest.param("telegram", message("", file=PHOTO), False, id="no caption"),
        pytest.param("telegram", message(" \n"), True, id="empty"),
        pytest.param("telegram", message("\ud800"), True, id="half a character"),
        pytest.param("telegram", message(buttons=(("a", "b" * 64),)), False, id="callback"),
        pytest.param("telegram", message(buttons=(("a", "b" * 65),)), True, id="long callback"),
        pytest.param("telegram", message(buttons=(("", "b"),)), True, id="no label"),
        pytest.param("zalo", message(buttons=(("a", "b"),)), True, id="zalo: buttons"),
        pytest.param("zalo", message(file=PHOTO), False, id="zalo: photo"),
        pytest.param("zalo", message(file=PAPER), True, id="zalo: document"),
        pytest.param("telegram", message(file=PAPER), False, id="telegram: document"),
        pytest.param("telegram", message(file=NO_FILE), True, id="file that is not there"),
    ],
)
async def test_each_style_is_as_strict_as_its_platform(
    village: Village, style: Style, outgoing: OutgoingMessage, refused: bool
) -> None:
    platform, person = sandbox(village, style), PEOPLE[style]
    sent = OutgoingMessage(person, outgoing.text, outgoing.buttons, outgoing.file)
    if refused:
        with pytest.raises(Rejected):
            await platform.send(sent)
    else:
        await platform.send(sent)
    assert len(await village.messages(person)) == (0 if refused else 1)


@pytest.mark.parametrize(
    ("style", "outgoing", "error"),
    [
        pytest.param("telegram", OutgoingMessage("nobody", "x"), ChatGone, id="unknown chat"),
        pytest.param("telegram", OutgoingMessage(ON_ZALO, "x"), ChatGone, id="other platform"),
        pytest.param("telegram", OutgoingEdit("khe", "99", "x"), Rejected, id="edit nothing"),
        pytest.param("telegram", OutgoingEdit("khe", "x", "x"), Rejected, id="edit no id"),
        pytest.param("telegram", OutgoingEdit("khe", "1", "x"), Rejected, id="edit a person's"),
        pytest.param("telegram", OutgoingDelete("khe", "1"), Rejected, id="delete a person's"),
        pytest.param("zalo", OutgoingEdit("cuc", "2", "x"), Rejected, id="zalo: edit"),
        pytest.param("zalo", OutgoingDelete("cuc", "2"), Rejected, id="zalo: delete"),
    ],
)
async def test_what_cannot_be_done_is_a_send_error(
    village: Village, style: Style, outgoing: Outgoing, error: type[SendError]
) -> None:
    await village.write("khe", "khe", "của tôi")
    await sandbox(village, "zalo").send(OutgoingMessage("cuc", "của loa"))
    with pytest.raises(error):
        await sandbox(village, style).send(outgoing)


@pytest.mark.parametrize(
    ("error", "moment", "arrived"),
    [
        pytest.param(Unreachable("down"), "before", 0, id="before the commit nothing arrives"),
        pytest.param(OutcomeUnknown("lost"), "after", 1, id="after the commit it has arrived"),
    ],
)
async def test_a_fault_strikes_before_or_after_the_commit(
    village: Village, error: SendError, moment: str, arrived: int
) -> None:
    async def strike(outgoing: Outgoing) -> None:
        raise error

    if moment == "before":
        platform = Sandbox(village, style="telegram", before=strike)
    else:
        platform = Sandbox(village, style="telegram", after=strike)
    with pytest.raises(type(error)):
        await platform.send(OutgoingMessage(ON_TELEGRAM, "x"))
    assert len(await village.messages(ON_TELEGRAM)) == arrived


# --- the record ---------------------------------------------------------------------------------


async def test_a_later_start_keeps_what_is_there(tmp_path: Path) -> None:
    village = await open_village(tmp_path)
    first = await village.write("khe", "khe", "một")
    await village.close()
    village = await open_village(tmp_path)
    assert [entry.text for entry in await village.messages("khe")] == ["một"]
    assert int(await village.write("khe", "khe", "hai")) > int(first)
    assert len(await village.people()) == len(load_commune().people)
    await village.close()


async def test_a_message_by_someone_outside_the_chat_is_refused(village: Village) -> None:
    for person, chat, error in (
        ("nobody", "khe", Missing),
        ("khe", "nowhere", Missing),
        ("khe", "nhai", NotMember),
        ("khe", GROUPS["zalo"], NotMember),
    ):
        with pytest.raises(error):
            await village.write(person, chat, "x")
        with pytest.raises(error):
            await village.messages(person, chat)


async def test_a_cancelled_caller_neither_loses_nor_hides_the_message(village: Village) -> None:
    told: list[str] = []
    village.listen(lambda news, entry: told.append(entry.text))
    caller = asyncio.create_task(village.post("telegram", Entry("khe", BOT, "một")))
    await one_turn()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert [entry.text for entry in await village.messages("khe")] == ["một"]
    assert told == ["một"]


async def test_a_crowd_writing_at_once_is_kept_whole(village: Village) -> None:
    written = await asyncio.gather(
        *(village.write("khe", GROUPS["telegram"], str(number)) for number in range(300)),
        *(village.write("khe", GROUPS["zalo"], "x") for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, NotMember) for one in written) == 20
    entries = await village.messages("khe")
    assert {entry.id for entry in entries} == {one for one in written if isinstance(one, str)}
    assert len(entries) == 300


async def test_a_closed_village_says_so(tmp_path: Path) -> None:
    village = await open_village(tmp_path)
    await village.close()
    await village.close()
    with pytest.raises(RecordError, match="closed"):
        await village.people()
    with pytest.raises(Unreachable):
        await sandbox(village, "telegram").send(OutgoingMessage("khe", "x"))


async def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "village.db").write_bytes(b"not a database" * 100)
    with pytest.raises(RecordError, match="DatabaseError"):
        await open_village(tmp_path)


SPEAKER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.platforms.base import OutgoingMessage
from bot.platforms.sandbox import Sandbox
from bot.platforms.village import Village
from content.commune import load_commune

async def speak() -> None:
    village = await Village.open(
        Path(sys.argv[1]), load_commune(), lambda: datetime(2026, 11, 22, tzinfo=UTC)
    )
    platform = Sandbox(village, style="telegram")
    while True:
        (id,) = (await platform.send(OutgoingMessage("khe", "x"))).ids
        sys.stdout.write(id + "\\n")
        sys.stdout.flush()

asyncio.run(speak())
"""


async def test_what_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    command = (sys.executable, "-c", SPEAKER, str(tmp_path))
    root = Path(__file__).parents[3]
    speaker = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=root)
    assert speaker.stdout is not None
    confirmed = [(await speaker.stdout.readline()).decode().strip() for _ in range(20)]
    speaker.kill()
    confirmed += (await speaker.stdout.read()).decode().split("\n")[:-1]
    await speaker.wait()
    village = await open_village(tmp_path)
    kept = [entry.id for entry in await village.messages("khe")]
    assert kept[: len(confirmed)] == confirmed
    assert len(kept) - len(confirmed) in {0, 1}
    await village.close()
