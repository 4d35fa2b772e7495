from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlmodel import Session

from bot import intake
from db import conversations, inbox, people
from db.scene import Actor
from handlers.interjection import FREE
from handlers.messages import Message, Outcome, Reply, effect
from handlers.router import Context, Dispatcher
from tests.bot.hamlet import inbox_rows, url
from tests.bot.reception import DENUNCIATION, REPORT, receiving
from tests.bot.wire import BREAKING, GARBLED, Wire
from tests.living import CONTENT
from tests.patience import PATIENCE

WORDS = CONTENT.words("vi")


async def echo(message: Message, context: Context) -> Outcome:
    return Reply(f"nghe {message.text}")


def _unable(*_: object) -> None:
    raise LookupError


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "FIRST_PAUSE", 0.0)


@pytest.mark.parametrize(
    ("before", "text", "kind"),
    [
        pytest.param((), "làm giấy khai sinh cần gì", "private", id="a question"),
        pytest.param((), "hôm nay trời đẹp quá", "private", id="small talk"),
        pytest.param((), "mai họp lúc mấy giờ nhỉ", "group", id="talk in a group"),
        pytest.param((), "nhà ông Ba cháy to quá", "group", id="a fire"),
        pytest.param((), "/start", "private", id="a command"),
        pytest.param((), DENUNCIATION, "private", id="a denunciation"),
        pytest.param((), GARBLED, "private", id="not understood"),
        pytest.param(REPORT[:1], REPORT[1], "private", id="a consent"),
        pytest.param(REPORT[:2], REPORT[2], "private", id="an answer"),
        pytest.param(REPORT, WORDS("feedback.send"), "private", id="a report"),
    ],
)
async def test_an_update_costs_one_write_to_keep_it_and_one_to_do_everything(
    tmp_path: Path, before: tuple[str, ...], text: str, kind: str
) -> None:
    async with receiving(tmp_path) as reception:
        await reception.say(*before)
        jobs = await reception.jobs()
        await reception.hear(reception.wire.update(text, kind=kind))
        own = 1
        assert await reception.jobs() - jobs == 2 + own


async def test_a_press_on_a_menu_costs_two_writes_too(tmp_path: Path) -> None:
    async with receiving(tmp_path) as reception:
        jobs = await reception.jobs()
        await reception.hear(reception.wire.update("", press="999.0"))
        assert await reception.jobs() - jobs == 3
        assert len(await reception.answers()) == 1


async def test_an_update_is_acknowledged_only_when_another_program_could_read_it(
    tmp_path: Path,
) -> None:
    seen: list[tuple[str, int]] = []

    def look(key: str) -> None:
        other = sqlite3.connect(url(tmp_path).removeprefix("sqlite:///"))
        rows = other.execute("SELECT count(*) FROM inbox WHERE key = ?", (key,)).fetchone()
        seen.append((key, rows[0]))
        other.close()

    async with receiving(tmp_path, echo, Wire(on_acknowledge=look)) as reception:
        wire = reception.wire
        await reception.hear(*(wire.update(f"câu {n}", chat=f"nhà {n}") for n in range(5)))
    assert [count for _, count in seen] == [1] * 5


async def test_an_update_delivered_twice_is_handled_once(tmp_path: Path) -> None:
    async with receiving(tmp_path, echo) as reception:
        update = reception.wire.update("một lần")
        await reception.hear(update, update)
        await reception.hear(update)
        assert await reception.answers() == ["nghe một lần"]
        assert reception.wire.acknowledged == [update.key] * 3


async def test_a_chat_is_answered_in_order_and_holds_up_no_other(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def answer(message: Message, context: Context) -> Outcome:
        if message.text == "chậm":
            await gate.wait()
        return Reply(f"{message.chat.id} {message.text}")

    async with receiving(tmp_path, answer) as reception:
        wire = reception.wire
        slow = [wire.update(text, chat="an") for text in ("chậm", "hai", "ba")]
        await wire.deliver(*slow, wire.update("nhanh", chat="bình"))
        async with asyncio.timeout(PATIENCE):
            while await reception.answers() != ["bình nhanh"]:
                pass
        gate.set()
        await reception.quiet()
        assert await reception.answers() == ["bình nhanh", "an chậm", "an hai", "an ba"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param(GARBLED, "NotUnderstood", id="not the promised shape"),
        pytest.param(BREAKING, "ZeroDivisionError", id="a mistake in the platform"),
    ],
)
async def test_what_is_not_understood_is_set_aside_and_blocks_nobody(
    tmp_path: Path, text: str, error: str
) -> None:
    async with receiving(tmp_path, echo) as reception:
        await reception.say(text, "sau")
        assert await reception.states() == [f"aside {error}", "done"]
        assert await reception.answers() == ["nghe sau"]


@pytest.mark.parametrize(
    ("times", "answers", "state"),
    [
        pytest.param(1, ["nghe hỏng"], "done ZeroDivisionError", id="once"),
        pytest.param(2, ["nghe hỏng"], "done ZeroDivisionError", id="twice"),
        pytest.param(99, [WORDS("start.failed")], "aside ZeroDivisionError", id="always"),
    ],
)
async def test_a_handler_that_breaks_is_tried_three_times_and_then_the_person_is_told(
    tmp_path: Path, times: int, answers: list[str], state: str
) -> None:
    broken = 0

    async def answer(message: Message, context: Context) -> Outcome:
        nonlocal broken
        if message.text == "hỏng" and broken < times:
            broken += 1
            raise ZeroDivisionError
        return await echo(message, context)

    async with receiving(tmp_path, answer) as reception:
        await reception.say("hỏng", "sau")
        assert await reception.answers() == [*answers, "nghe sau"]
        assert await reception.states() == [state, "done"]
        assert broken == min(times, 3)


async def test_nobody_is_told_of_a_failure_over_words_that_were_not_for_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving(tmp_path) as reception:
        monkeypatch.setattr("handlers.warnings._numbers", _unable)
        await reception.hear(reception.wire.update("nhà ông Ba cháy to quá", "nhóm", "group"))
        assert await reception.states() == ["aside LookupError"]
        assert await reception.answers() == []


async def test_where_even_the_apology_fails_the_next_message_is_still_handled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(message: Message, context: Context) -> Outcome:
        if message.text == "hỏng":
            raise ZeroDivisionError
        return await echo(message, context)

    async with receiving(tmp_path, answer) as reception:
        with monkeypatch.context() as patched:
            patched.setattr("bot.composer.Composer.reply", _unable)
            await reception.say("hỏng")
        await reception.say("sau")
        assert await reception.states() == ["aside ZeroDivisionError", "done"]
        assert await reception.answers() == ["nghe sau"]


class Refused(Exception):
    """What a verb says no with."""


def _speak_and_refuse(session: Session, actor: Actor) -> None:
    people.speak(session, actor, language="en")
    raise Refused


async def test_a_verb_that_refuses_leaves_nothing_but_its_words(tmp_path: Path) -> None:
    languages: list[str | None] = []

    async def answer(message: Message, context: Context) -> Outcome:
        languages.append(context.scene.language)
        if message.text != "không":
            return await echo(message, context)
        said = effect(_speak_and_refuse).then(lambda _: Reply("được"), {Refused: Reply("từ chối")})
        return said

    async with receiving(tmp_path, answer) as reception:
        await reception.say("xin chào bà con", "không", "xin chào bà con")
        assert (await reception.answers())[1] == "từ chối"
        assert languages[2] == "vi"
        assert await reception.states() == ["done"] * 3


@pytest.mark.parametrize(
    ("step", "language"),
    [*((step, "en") for step in FREE), ("feedback.what", "vi"), ("feedback.where", "vi")],
)
async def test_the_language_changes_only_where_nothing_is_begun(
    tmp_path: Path, step: str, language: str
) -> None:
    heard: list[tuple[str, str]] = []

    async def answer(message: Message, context: Context) -> Outcome:
        heard.append((context.scene.step, context.language))
        return Reply("được", step=step or None, keep={"what": "Đèn đường tắt"} if step else {})

    async with receiving(tmp_path, answer) as reception:
        await reception.say("đèn đường tắt rồi", "ok thanks", "Where do I register a birth?")
        await reception.say("ok")
        assert heard == [("", "vi"), (step, "vi"), (step, language), (step, language)]


async def test_a_verb_that_breaks_leaves_nothing_and_is_a_failure(tmp_path: Path) -> None:
    async def answer(message: Message, context: Context) -> Outcome:
        return effect(_speak_and_refuse).then(lambda _: Reply("được"))

    async with receiving(tmp_path, answer) as reception:
        await reception.say("không")
        assert await reception.answers() == [WORDS("start.failed")]
        assert await reception.states() == ["aside Refused"]


async def test_a_conversation_that_moved_meanwhile_is_decided_again(tmp_path: Path) -> None:
    steps: list[str] = []

    async def answer(message: Message, context: Context) -> Outcome:
        steps.append(context.scene.step)
        if message.text == "hai" and len(steps) == 2:
            await reception.database.write(_elsewhere, context.actor, context.scene.version)
        return Reply(f"ở {context.scene.step or 'cửa'}", step="đầu", keep={"tried": len(steps)})

    async with receiving(tmp_path, answer) as reception:
        await reception.say("một", "hai")
        assert steps == ["", "đầu", "nơi khác"]
        assert await reception.answers() == ["ở cửa", "ở nơi khác"]
        assert await reception.states() == ["done", "done"]


def _elsewhere(session: Session, actor: Actor, version: int) -> None:
    conversations.save(
        session, actor, version=version, step="nơi khác", keep={}, free_text=False, menu_id=None
    )


@pytest.mark.parametrize("failures", [1, 4])
async def test_while_the_database_cannot_save_nothing_is_acknowledged_and_nothing_lost(
    tmp_path: Path, failures: int
) -> None:
    async with receiving(tmp_path, echo) as reception:
        database = reception.database
        database.failures = failures
        await reception.hear(reception.wire.update("một"))
        assert database.failures == 0
        assert await reception.answers() == ["nghe một"]


@pytest.mark.parametrize("unheard", [1, 3])
async def test_what_was_kept_unheard_is_handled_once_and_in_its_turn(
    tmp_path: Path, unheard: int
) -> None:
    gate, begun = asyncio.Event(), asyncio.Event()
    handled: list[str] = []

    async def answer(message: Message, context: Context) -> Outcome:
        handled.append(message.text)
        begun.set()
        await gate.wait()
        return await echo(message, context)

    async with receiving(tmp_path, answer) as reception:
        one, two, three = (reception.wire.update(text) for text in ("một", "hai", "ba"))
        await reception.wire.deliver(one)
        await begun.wait()
        reception.database.unheard = unheard
        await reception.wire.deliver(one, two, three)
        gate.set()
        await reception.quiet()
        assert await reception.answers() == ["nghe một", "nghe hai", "nghe ba"]
        assert handled == ["một", "hai", "ba"]
        assert reception.database.unheard == 0


async def test_an_update_given_up_at_a_start_is_named_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def never(message: Message, context: Context) -> Outcome:
        begun.set()
        await asyncio.Event().wait()
        return None

    wire = Wire()
    async with receiving(tmp_path, never, wire) as reception:
        await wire.deliver(*(wire.update(text) for text in ("một", "hai")))
        await begun.wait()
    monkeypatch.setattr(inbox, "MAX_CRASHES", 0)
    async with receiving(tmp_path, echo, wire) as reception:
        await reception.quiet()
        assert await reception.answers() == ["nghe hai"]
        assert await reception.states() == ["aside Crashed", "done"]
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "update 1 set aside: it was in hand at too many stops; look at it by hand"
    ]


async def test_an_effect_that_could_not_be_saved_is_tried_until_it_is(tmp_path: Path) -> None:
    async def answer(message: Message, context: Context) -> Outcome:
        if message.text == "một" and not tried:
            reception.database.failures = 5
        tried.append(message.text)
        return await echo(message, context)

    tried: list[str] = []
    async with receiving(tmp_path, answer) as reception:
        await reception.say("một", "hai")
        assert tried == ["một"] * 6 + ["hai"]
        assert await reception.answers() == ["nghe một", "nghe hai"]
        assert await reception.states() == ["done", "done"]


async def test_what_waited_at_a_stop_is_handled_at_the_next_start(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def never(message: Message, context: Context) -> Outcome:
        begun.set()
        await asyncio.Event().wait()
        return None

    wire = Wire()
    async with receiving(tmp_path, never, wire) as reception:
        await wire.deliver(*(wire.update(text) for text in ("một", "hai", "ba")))
        await begun.wait()
    async with receiving(tmp_path, echo, wire) as reception:
        await reception.quiet()
        assert await reception.answers() == ["nghe một", "nghe hai", "nghe ba"]


async def test_more_may_wait_than_is_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BODIES_IN_MEMORY", 3)
    async with receiving(tmp_path, echo) as reception:
        wire = reception.wire
        for first in (0, 10):
            updates = [wire.update(f"{n}") for n in range(first, first + 10)]
            await reception.hear(*updates)
        assert await reception.answers() == [f"nghe {n}" for n in range(20)]


async def test_what_breaks_every_time_is_one_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(message: Message, context: Context) -> Outcome:
        raise LookupError

    async with receiving(tmp_path, fail) as reception:
        await reception.say(*("một", "hai", "ba"))
        assert await reception.states() == ["aside LookupError"] * 3
    assert len([one for one in caplog.records if one.levelname == "ERROR"]) == 1


@pytest.mark.parametrize(("kind", "kept"), [("private", True), ("group", False)])
async def test_what_a_group_says_to_itself_is_not_kept_when_it_breaks_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, kept: bool
) -> None:
    monkeypatch.setattr(Dispatcher, "dispatch", _unable)
    async with receiving(tmp_path) as reception:
        await reception.hear(reception.wire.update("chuyện riêng", kind=kind))
        ((_, state, _, body),) = await reception.database.read(inbox_rows)
        assert (state, bool(body)) == ("aside", kept)
